//! Mist failing in every way it can: the model is told what to do, and the next call works.

use std::time::Instant;

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
use serde_json::json;

const PATH: &str = "/api/v1/self/usage";
const TOOL: &str = "getSelfApiUsage";

fn fine() -> Answer {
    Answer::json(&json!({ "requests": 1, "request_limit": 5000, "seconds": 60 }))
}

async fn start(arguments: &str) -> (MockUpstream, Client) {
    let upstream = MockUpstream::start().await;
    let client = Launch::at(&upstream, &format!("-m all {arguments}")).client(Lifecycle::Legacy).await;
    (upstream, client)
}

/// The call fails with advice that has all of `wanted`, after so many requests, and the next one works.
async fn fails(arguments: &str, answer: Answer, requests: usize, wanted: &[&str]) -> String {
    let (upstream, client) = start(arguments).await;
    upstream.answers(PATH, [answer]);
    let refusal = client.refusal(TOOL, json!({})).await;
    for wanted in wanted {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    assert_eq!(upstream.take().len(), requests, "{refusal}");
    upstream.answers(PATH, [fine()]);
    assert_eq!(client.json(TOOL, json!({})).await["requests"], 1);
    refusal
}

fn detail(text: &str) -> Answer {
    Answer::json(&json!({ "detail": text }))
}

#[tokio::test]
async fn a_request_that_mist_refuses_is_reported_in_mists_words() {
    let refusal =
        fails("", detail("limit: too large").status(400), 1, &["limit: too large", "unchanged"]).await;
    assert!(refusal.contains("400"), "{refusal}");
}

#[tokio::test]
async fn a_token_that_mist_refuses_is_a_matter_for_the_user() {
    fails("", detail("bad token").status(401), 1, &["token", "a valid token has to be set", "bad token"])
        .await;
}

#[tokio::test]
async fn a_missing_permission_points_to_what_can_be_seen() {
    fails("", Answer::json(&json!({})).status(403), 1, &["`getSelf`"]).await;
}

#[tokio::test]
async fn an_unknown_id_points_to_where_ids_are_found() {
    fails("", Answer::json(&json!({ "id": "nope" })).status(404), 1, &["nope", "searchOrgSites"]).await;
}

#[tokio::test]
async fn a_short_retry_after_is_waited_for() {
    let (upstream, client) = start("").await;
    upstream.answers(PATH, [detail("slow down").status(429).header("retry-after", "1"), fine()]);
    let started = Instant::now();
    assert_eq!(client.json(TOOL, json!({})).await["requests"], 1);
    assert!(started.elapsed().as_millis() >= 1_000, "{:?}", started.elapsed());
    assert_eq!(upstream.take().len(), 2);
}

#[tokio::test]
async fn a_long_retry_after_fails_at_once_with_the_seconds() {
    let (upstream, client) = start("").await;
    upstream.answers(PATH, [detail("slow down").status(429).header("retry-after", "798"), fine()]);
    let refusal = client.refusal(TOOL, json!({})).await;
    for wanted in ["798 seconds", " UTC", "do not loop", "slow down"] {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    let refusal = client.refusal("getSelf", json!({})).await;
    assert!(refusal.contains(" seconds"), "{refusal}");
    assert_eq!(upstream.take().len(), 1, "Mist is left alone until then");
}

#[tokio::test]
async fn a_retry_after_may_be_a_date() {
    let (upstream, client) = start("").await;
    let limited = detail("slow down").status(429).header("date", "Thu, 01 Jan 2026 10:30:00 GMT");
    let limited = limited.header("retry-after", "Thu, 01 Jan 2026 10:41:07 GMT");
    upstream.answers(PATH, [limited]);
    let refusal = client.refusal(TOOL, json!({})).await;
    assert!(refusal.contains("667 seconds"), "{refusal}");
}

#[tokio::test]
async fn a_proxys_limit_is_reported_without_its_page() {
    let (upstream, client) = start("--retry-wait 0").await;
    upstream.answers(PATH, [Answer::new("text/html", "<html>Too many</html>").status(429)]);
    let refusal = client.refusal(TOOL, json!({})).await;
    assert!(refusal.contains("proxy") && !refusal.contains("<html>"), "{refusal}");
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_is_a_matter_for_the_user() {
    let page = Answer::new("text/html", "<html>Log in</html>").status(407);
    fails("", page, 1, &["HTTPS_PROXY", "Do not try again"]).await;
}

#[tokio::test]
async fn a_cloud_that_is_down_for_long_is_not_waited_for() {
    let down = detail("maintenance").status(503).header("retry-after", "600");
    fails("", down, 1, &["503", "maintenance"]).await;
    let absurd = detail("maintenance").status(503).header("retry-after", "99999999999999999999");
    fails("", absurd, 1, &["503"]).await;
}

#[tokio::test]
async fn a_failure_that_stays_states_how_often_it_was_tried() {
    fails("", detail("boom").status(503), 4, &["503", "It was tried 4 times"]).await;
}

#[tokio::test]
async fn a_limit_without_a_retry_after_lasts_until_the_hour_is_over() {
    let (upstream, client) = start("--retry-wait 0").await;
    upstream.answers(PATH, [detail("slow down").status(429)]);
    let refusal = client.refusal(TOOL, json!({})).await;
    let seconds = refusal.split(' ').find_map(|word| word.parse::<u32>().ok()).unwrap();
    assert!((1..=3_600).contains(&seconds), "{refusal}");
    assert_eq!(upstream.take().len(), 1);
}

#[tokio::test]
async fn the_operators_rate_limit_stops_a_runaway_before_mist_does() {
    let (upstream, client) = start("--rate-limit 3").await;
    upstream.json("/api/v1/self/logs", &json!([]));
    for page in 1..=3 {
        client.call("listSelfAuditLogs", json!({ "page": page })).await;
    }
    let refusal = client.refusal("listSelfAuditLogs", json!({ "page": 4 })).await;
    assert!(refusal.contains("seconds") && refusal.contains("do not loop"), "{refusal}");
    assert_eq!(upstream.take().len(), 3);
}

#[tokio::test]
async fn a_failure_of_mists_own_is_not_tried_again() {
    fails("", detail("boom").status(500), 1, &["500", "boom"]).await;
}

#[tokio::test]
async fn a_failure_that_passes_is_not_noticed() {
    for status in [502, 503, 504] {
        let (upstream, client) = start("").await;
        let proxy = Answer::new("text/html", "<html>Bad gateway</html>").status(status);
        upstream.answers(PATH, [proxy, fine()]);
        assert_eq!(client.json(TOOL, json!({})).await["requests"], 1, "{status}");
        assert_eq!(upstream.take().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_failure_that_stays_is_reported_without_its_page() {
    let proxy = Answer::new("text/html", "<html>Bad gateway</html>").status(502);
    let refusal = fails("--retry-wait 0", proxy, 1, &["502"]).await;
    assert!(!refusal.contains("<html>"), "{refusal}");
}

#[tokio::test]
async fn a_page_in_place_of_data_is_reported_as_one() {
    let page = Answer::new("text/html", "<html><body>Sign in to the hotel's network</body></html>");
    let refusal = fails("", page, 1, &["HTML", "proxy"]).await;
    assert!(!refusal.contains("<body>"), "{refusal}");
}

#[tokio::test]
async fn broken_json_is_reported() {
    fails("", Answer::new("application/json", "{\"requests\": 1,"), 1, &["not JSON"]).await;
}

#[tokio::test]
async fn an_empty_body_is_a_result() {
    let note = "{\"note\":\"Mist's answer is empty: there is nothing at this place.\"}";
    for (body, wanted) in [("", note), ("null", note), ("7", "7"), ("\"text\"", "\"text\""), ("[]", "")] {
        let (upstream, client) = start("").await;
        upstream.answers(PATH, [Answer::new("application/json", body)]);
        let text = client.call(TOOL, json!({})).await;
        if wanted.is_empty() {
            assert_eq!(text, "{\"results\":[]}");
        } else {
            assert_eq!(text, wanted, "{body:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_reported_after_a_few_tries() {
    let (upstream, client) = start("--retry-wait 0").await;
    upstream.answers(PATH, [Answer::cut_off()]);
    let refusal = client.refusal(TOOL, json!({})).await;
    assert!(refusal.contains("broke off"), "{refusal}");
    let (peer_again, client_again) = start("").await;
    peer_again.answers(PATH, [Answer::cut_off(), fine()]);
    assert_eq!(client_again.json(TOOL, json!({})).await["requests"], 1);
    assert_eq!(upstream.take().len(), 1);
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_reported_with_the_limit() {
    // Long enough for the next call, which is answered, on a busy machine.
    fails("--timeout 5", Answer::never(), 1, &["5 seconds", "Ask for less"]).await;
}

#[tokio::test]
async fn a_host_without_an_answer_is_reported() {
    let upstream = MockUpstream::start().await;
    let client = Launch::at(&upstream, "-m all --retry-wait 0").client(Lifecycle::Legacy).await;
    drop(upstream);
    let refusal = client.refusal(TOOL, json!({})).await;
    assert!(refusal.contains("could not be reached"), "{refusal}");
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let stranger = MockUpstream::start().await;
    for status in [301, 302, 303, 307, 308] {
        let away = Answer::json(&json!({})).status(status);
        let away = away.header("location", &format!("{}{PATH}", stranger.url()));
        fails("", away, 1, &["redirect", "Do not try again"]).await;
    }
    assert_eq!((stranger.take().len(), stranger.connections()), (0, 0));
}

#[tokio::test]
async fn a_redirect_on_the_same_host_is_followed_with_the_token() {
    let (upstream, client) = start("").await;
    upstream.answers(PATH, [Answer::json(&json!({})).status(307).header("location", "/api/v1/elsewhere")]);
    upstream.answers("/api/v1/elsewhere", [fine()]);
    assert_eq!(client.json(TOOL, json!({})).await["requests"], 1);
    let received = upstream.take();
    assert_eq!(received[1].header("authorization"), received[0].header("authorization"));
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read_to_its_end() {
    let long = Answer::json(&json!({ "text": "x".repeat(5_000) }));
    fails("--max-response-bytes 4000", long, 1, &["4000 bytes", "Ask for less"]).await;
    let long_error = Answer::json(&json!({ "detail": "x".repeat(5_000) })).status(400);
    fails("--max-response-bytes 4000", long_error, 1, &[]).await;
}

#[tokio::test]
async fn long_words_of_mist_are_cut() {
    let refusal = fails("", detail(&"é".repeat(50_000)).status(400), 1, &["é"]).await;
    assert!(refusal.len() < 1_500, "{} bytes", refusal.len());
}
