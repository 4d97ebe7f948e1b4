//! Several tokens in one session.

use mistmcp::ErrorKind;
use mistmcp_tests::{Answer, Launch, Lifecycle, MockUpstream, TOKEN};
use serde_json::json;

use crate::process::{Process, USAGE, fine, unauthorized, usage};

#[tokio::test]
async fn several_tokens_are_used_in_turn() {
    let process = Process::start().await;
    process.upstream.answers(USAGE, [fine()]);
    let session = process.session("one,two,three");
    for _ in 0..6 {
        usage(&session).await.unwrap();
    }
    assert_eq!(process.tokens(), ["one", "two", "three", "one", "two", "three"]);
}

#[tokio::test]
async fn a_token_whose_calls_are_used_up_leaves_the_work_to_the_others() {
    let process = Process::start().await;
    process.upstream.answers(USAGE, [fine()]);
    let limited = Answer::json(&json!({ "detail": "slow down" })).status(429);
    process.upstream.answers_token("one", limited.clone().header("retry-after", "600"));
    let session = process.session("one,two");
    for _ in 0..4 {
        usage(&session).await.unwrap();
    }
    assert_eq!(process.tokens(), ["one", "two", "two", "two", "two"]);
    process.upstream.answers_token("two", limited.header("retry-after", "300"));
    let refused = usage(&session).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RateLimit);
    assert!(refused.to_string().contains("next 300 seconds"), "the sooner of the two: {refused}");
    assert_eq!(process.tokens(), ["two"]);
    usage(&session).await.unwrap_err();
    assert_eq!(process.tokens(), [""; 0], "Mist is left alone");
}

#[tokio::test]
async fn a_token_that_mist_refuses_is_put_aside_and_the_call_goes_on_with_the_next_one() {
    let process = Process::start().await;
    process.upstream.answers(USAGE, [fine()]);
    process.upstream.answers_token("one", unauthorized());
    let session = process.session("one,two");
    for _ in 0..3 {
        usage(&session).await.unwrap();
    }
    assert_eq!(process.tokens(), ["one", "two", "two", "two"]);
    process.upstream.answers_token("two", unauthorized());
    let refused = usage(&session).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Token);
    for wanted in ["none of the 2 API tokens", "a valid token has to be set", "bad token"] {
        assert!(refused.to_string().contains(wanted), "{wanted}: {refused}");
    }
    assert_eq!(process.tokens(), ["two"]);
    process.upstream.accepts_token("one");
    usage(&session).await.unwrap();
    usage(&session).await.unwrap();
    assert_eq!(process.tokens(), ["one", "one"], "one that was mended counts at once");
}

#[tokio::test]
async fn every_token_of_a_session_is_masked() {
    let process = Process::start().await;
    let tokens = ["first-secret-token", "second-secret-token"];
    process.upstream.answers(USAGE, [Answer::json(&json!({ "note": tokens.join(" and ") }))]);
    let session = process.session(&tokens.join(","));
    let answer = usage(&session).await.unwrap();
    assert!(answer.contains("[token] and [token]"), "{answer}");
    assert!(!format!("{session:?} {:?}", process.pool).contains("secret-token"));
}

#[tokio::test]
async fn tokens_come_from_the_environment_with_commas_between_them() {
    let upstream = MockUpstream::start().await;
    upstream.answers(USAGE, [fine()]);
    let launch = Launch::at(&upstream, "-m all").variable("MIST_APITOKEN", " one , two");
    let client = launch.client(Lifecycle::Legacy).await;
    for _ in 0..2 {
        client.call("getSelfApiUsage", json!({})).await;
    }
    let tokens: Vec<_> =
        upstream.take().iter().map(|received| received.header("authorization").to_owned()).collect();
    assert_eq!(tokens, ["Token one", "Token two"]);
}

#[tokio::test]
async fn a_malformed_token_stops_the_program_with_its_place_and_is_not_repeated() {
    let upstream = MockUpstream::start().await;
    for (broken, place) in [(format!("{TOKEN},a b"), "2nd"), (format!("x,y,{TOKEN}\u{7f}"), "3rd")] {
        let finished = Launch::at(&upstream, "").variable("MIST_APITOKEN", &broken).run().await;
        assert_eq!(finished.code(), Some(1));
        let said = &finished.stderr;
        assert!(said.contains("MIST_APITOKEN") && said.contains(&format!("the {place} token")), "{said}");
        assert!(!said.contains(TOKEN) && !said.contains("a b"), "{said}");
    }
}
