//! What sessions of one process share: the calls of a token, what is under way, and what is remembered; and what they
//! never share.

use std::time::{Duration, Instant};

use mistmcp::ErrorKind;
use mistmcp_tests::{Answer, soon};
use serde_json::json;

use crate::process::{Process, USAGE, call, fine, unauthorized, usage};

const SELF: &str = "/api/v1/self";
const TOPICS: &str = "/api/v1/const/webhook_topics";
const ORG: &str = "0a000000-0000-4000-8000-000000000001";

#[tokio::test]
async fn equal_calls_of_a_token_are_one_request_and_those_of_another_token_are_not() {
    let process = Process::start().await;
    process.upstream.answers(USAGE, [fine().late(Duration::from_millis(300))]);
    let (first, second, other) = (process.session("one"), process.session("one"), process.session("two"));
    let outcomes = tokio::join!(usage(&first), usage(&second), usage(&first), usage(&other));
    assert!(outcomes.0.is_ok() && outcomes.0 == outcomes.1 && outcomes.1 == outcomes.2);
    assert!(outcomes.3.is_ok());
    let mut tokens = process.tokens();
    tokens.sort();
    assert_eq!(tokens, ["one", "two"]);
    usage(&first).await.unwrap();
    assert_eq!(process.tokens(), ["one"], "nothing of it is remembered");
}

#[tokio::test]
async fn a_call_that_is_given_up_takes_nothing_from_those_that_ask_the_same() {
    let process = Process::start().await;
    process.upstream.answers(USAGE, [fine().late(Duration::from_millis(500))]);
    let (first, second) = (process.session("one"), process.session("one"));
    let first = tokio::spawn(async move { usage(&first).await });
    process.upstream.arrival().await;
    let second = tokio::spawn(async move { usage(&second).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    first.abort();
    assert!(second.await.unwrap().is_ok());
    assert_eq!(process.asked().len(), 1);
}

#[tokio::test]
async fn a_request_that_no_one_waits_for_any_more_is_dropped() {
    let process = Process::start().await;
    process.upstream.answers(USAGE, [Answer::never()]);
    let session = process.session("one");
    let asking = tokio::spawn(async move { usage(&session).await });
    process.upstream.arrival().await;
    asking.abort();
    soon("the connection's end", process.upstream.abandonment()).await;
}

#[tokio::test]
async fn the_calls_of_an_hour_are_counted_for_a_token_and_not_for_a_session() {
    let process = Process::with_rate_limit(10).await;
    process.upstream.json("/api/v1/self/logs", &json!([]));
    for page in 0..10 {
        call(&process.session("one"), "listSelfAuditLogs", json!({ "page": page + 1 })).await.unwrap();
    }
    let refused = call(&process.session("one"), "listSelfAuditLogs", json!({})).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RateLimit);
    call(&process.session("two"), "listSelfAuditLogs", json!({})).await.unwrap();
    assert_eq!(process.asked().len(), 11);
}

#[tokio::test]
async fn the_last_calls_of_an_hour_are_reserved_for_diagnosis() {
    let process = Process::with_rate_limit(1_000).await;
    let session = process.session("one");
    process.upstream.json(USAGE, &json!({ "requests": 950, "request_limit": 1000, "seconds": 9 }));
    usage(&session).await.unwrap();
    let refused = call(&session, "listSelfAuditLogs", json!({})).await.unwrap_err().to_string();
    for wanted in ["1000", " second", " UTC", "`getSelfApiUsage`"] {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
    usage(&session).await.unwrap();
    call(&session, "getSelf", json!({})).await.unwrap();
    process.upstream.json(USAGE, &json!({ "requests": 100, "request_limit": 1000, "seconds": 9 }));
    usage(&session).await.unwrap();
    call(&session, "listSelfAuditLogs", json!({})).await.unwrap();
}

#[tokio::test]
async fn the_calls_of_another_hour_of_mists_clock_are_no_calls_of_this_one() {
    for date in
        ["Thu, 01 Jan 2026 12:59:45 GMT", "Wed, 31 Dec 2025 23:59:59 GMT", "Fri, 01 Jan 2100 00:00:05 GMT"]
    {
        let process = Process::with_rate_limit(1_000).await;
        let session = process.session("one");
        let used_up = json!({ "requests": 1_000, "request_limit": 1_000, "seconds": 9 });
        process.upstream.answers(USAGE, [Answer::json(&used_up).header("date", date)]);
        usage(&session).await.unwrap();
        call(&session, "listSelfAuditLogs", json!({})).await.unwrap();
        process.upstream.answers(USAGE, [Answer::json(&used_up)]);
        usage(&session).await.unwrap();
        call(&session, "listSelfAuditLogs", json!({})).await.unwrap_err();
    }
}

#[tokio::test]
async fn constants_are_requested_once_a_cloud_with_accepted_tokens() {
    let process = Process::start().await;
    process.upstream.json(TOPICS, &json!([{ "key": "alarms" }]));
    let (one, two) = (process.session("one"), process.session("two"));
    let answer = call(&one, "listWebhookTopics", json!({})).await.unwrap();
    assert_eq!(call(&one, "listWebhookTopics", json!({})).await.unwrap(), answer);
    assert_eq!(process.tokens(), ["one"]);
    // Nobody knows yet what Mist thinks of the other one.
    process.upstream.answers_token("two", unauthorized());
    for _ in 0..2 {
        let refused = call(&two, "listWebhookTopics", json!({})).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Token);
    }
    assert_eq!(process.tokens(), ["two", "two"]);
    process.upstream.accepts_token("two");
    usage(&two).await.unwrap();
    assert_eq!(call(&two, "listWebhookTopics", json!({})).await.unwrap(), answer);
    assert_eq!(process.asked(), [(USAGE.to_owned(), "two".to_owned())]);
    // And one that is refused later loses them.
    process.upstream.answers_token("one", unauthorized());
    usage(&one).await.unwrap_err();
    assert_eq!(
        call(&one, "listWebhookTopics", json!({})).await.unwrap_err().kind(),
        ErrorKind::Token,
        "revoked"
    );
}

#[tokio::test]
async fn what_is_no_answer_of_mists_is_not_remembered_as_a_constant() {
    let process = Process::start().await;
    let session = process.session("one-token-of-some-length");
    let page = Answer::new("text/html", "<html>Sign in</html>");
    let own = Answer::json(&json!([{ "key": "one-token-of-some-length" }]));
    let right = Answer::json(&json!([{ "key": "alarms" }]));
    process.upstream.answers(TOPICS, [page, own, right]);
    call(&session, "listWebhookTopics", json!({})).await.unwrap_err();
    assert!(call(&session, "listWebhookTopics", json!({})).await.unwrap().contains("[token]"));
    for _ in 0..2 {
        assert!(call(&session, "listWebhookTopics", json!({})).await.unwrap().contains("alarms"));
    }
    assert_eq!(process.asked().len(), 3);
}

#[tokio::test]
async fn what_the_token_may_see_is_requested_anew_by_its_tool_and_remembered_for_look_ups() {
    let process = Process::start().await;
    let privileges = |name: &str| json!({ "privileges": [{ "scope": "org", "org_id": ORG, "name": name }] });
    process.upstream.json(SELF, &privileges("Acme"));
    let session = process.session("one");
    for _ in 0..3 {
        call(&session, "getOrg", json!({})).await.unwrap();
    }
    let asked_for_self = |process: &Process| process.asked().iter().filter(|(path, _)| path == SELF).count();
    assert_eq!(asked_for_self(&process), 1);
    call(&process.session("two"), "getOrg", json!({})).await.unwrap();
    assert_eq!(asked_for_self(&process), 1, "another token may see something else");
    process.upstream.json(SELF, &privileges("Globex"));
    assert!(call(&session, "getSelf", json!({})).await.unwrap().contains("Globex"));
    assert_eq!(asked_for_self(&process), 1);
    call(&session, "getOrg", json!({ "org_id": "Globex" })).await.unwrap();
    assert_eq!(asked_for_self(&process), 0, "the tool's answer serves look-ups");
    call(&session, "getOrg", json!({ "org_id": "Initech" })).await.unwrap_err();
    assert_eq!(asked_for_self(&process), 1, "what is not known is looked for once more");
}

#[tokio::test]
async fn look_ups_at_the_same_time_are_one() {
    let process = Process::start().await;
    let sites = json!([{ "id": "05000000-0000-4000-8000-000000000001", "name": "Berlin" }]);
    let path = format!("/api/v1/orgs/{ORG}/sites");
    process.upstream.answers(&path, [Answer::json(&sites).late(Duration::from_millis(300))]);
    process.upstream.json(SELF, &json!({ "privileges": [{ "scope": "org", "org_id": ORG }] }));
    let (first, second) = (process.session("one"), process.session("one"));
    let berlin = json!({ "site_id": "Berlin" });
    let (info, setting) = tokio::join!(
        call(&first, "getSiteInfo", berlin.clone()),
        call(&second, "getSiteSetting", berlin.clone())
    );
    assert!(info.is_ok() && setting.is_ok());
    let paths: Vec<_> = process.asked().into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths.len(), 4, "{paths:?}");
    assert_eq!(paths[..2], [SELF.to_owned(), path]);
}

#[tokio::test]
async fn a_session_does_not_notice_how_mist_fails_another() {
    let process = Process::start().await;
    process.upstream.answers(USAGE, [fine()]);
    let (unlucky, lucky) = (process.session("unlucky"), process.session("lucky"));
    let failures = [
        Answer::json(&json!({ "detail": "no" })).status(400),
        unauthorized(),
        Answer::json(&json!({ "detail": "no" })).status(403),
        Answer::json(&json!({ "id": "no" })).status(404),
        Answer::json(&json!({ "detail": "no" })).status(500),
        Answer::new("text/html", "<html>Bad gateway</html>").status(502),
        Answer::new("text/html", "<html>Sign in</html>"),
        Answer::new("application/json", "{\"requests\": 1,"),
        Answer::cut_off(),
        Answer::json(&json!({ "text": "x".repeat(2 << 20) })),
        Answer::json(&json!({ "detail": "no" })).status(429).header("retry-after", "900"),
    ];
    for failure in failures {
        process.upstream.answers_token("unlucky", failure.clone());
        let (failed, fine) = tokio::join!(usage(&unlucky), usage(&lucky));
        assert!(failed.is_err(), "{failure:?}");
        assert!(fine.is_ok(), "{failure:?}: {fine:?}");
    }
}

#[tokio::test]
async fn who_joins_a_request_that_hangs_has_time_of_its_own() {
    let process = Process::with_timeout(Duration::from_secs(8)).await;
    process.upstream.answers(USAGE, [Answer::never(), fine()]);
    let (first, second) = (process.session("one"), process.session("one"));
    let first = tokio::spawn(async move { usage(&first).await });
    process.upstream.arrival().await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let second = usage(&second).await;
    assert_eq!(first.await.unwrap().unwrap_err().kind(), ErrorKind::Deadline);
    assert!(second.is_ok(), "{second:?}");
    assert_eq!(process.asked().len(), 2);
}

#[tokio::test]
async fn a_request_that_hangs_ends_although_somebody_always_waits() {
    let process = Process::with_timeout(Duration::from_secs(1)).await;
    process.upstream.answers(USAGE, [Answer::never()]);
    let began = Instant::now();
    let mut waiting = Vec::new();
    for _ in 0..12 {
        let session = process.session("one");
        waiting.push(tokio::spawn(async move { usage(&session).await }));
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    soon("the end of the first request", process.upstream.abandonment()).await;
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::Deadline);
    }
    // Each of them lasts a second, and none begins before the one before it has ended.
    let (asked, most) = (process.asked().len(), began.elapsed().as_secs() + 1);
    assert!(
        (2..=most).contains(&(asked as u64)),
        "one request a second, and not one for each call: {asked} of {most}"
    );
}
