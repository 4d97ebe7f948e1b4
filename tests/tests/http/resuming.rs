//! Resuming a stream: a response is not lost with its connection.

use std::sync::Arc;

use mistmcp_tests::{Answer, HttpResponse, soon};
use reqwest::Method;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::fixture::{Fixture, site, site_path};

#[tokio::test]
async fn an_event_that_the_session_does_not_have_is_refused_with_the_reason() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    for unknown in ["99/99", "0/4711", "nothing", "-1", "", "1/2/3", "\u{fc}", &"9".repeat(10_000)] {
        let value = reqwest::header::HeaderValue::from_bytes(unknown.as_bytes()).unwrap();
        let request = alice.request(Method::GET).header("Accept", "text/event-stream");
        let refused = HttpResponse::of(request.header("Last-Event-ID", value)).await;
        // 404 would mean that the session has ended.
        assert_eq!(refused.status, 400, "{unknown}: {refused:?}");
        assert!(refused.error().contains("Last-Event-ID"), "{unknown}: {refused:?}");
    }
    assert_eq!(alice.listen().await.status(), 200);
}

#[tokio::test]
async fn an_unknown_event_of_the_common_stream_opens_a_fresh_one() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    // The ids of a server before its restart are often larger than those of now.
    for unknown in ["4711", "1", "18446744073709551615"] {
        let request = alice.request(Method::GET).header("Accept", "text/event-stream");
        let mut stream = soon("a stream", request.header("Last-Event-ID", unknown).send()).await.unwrap();
        assert_eq!(stream.status(), 200, "{unknown}");
        let first = soon("a first event", stream.chunk()).await.unwrap();
        assert!(first.is_some(), "{unknown}: the stream goes on");
    }
}

#[tokio::test]
async fn a_client_that_loses_its_connection_can_resume_the_stream() {
    let fixture = Fixture::start("").await;
    let turnstile = Arc::new(Semaphore::new(0));
    fixture.upstream.answers(&site_path(1), [Answer::json(&json!({ "name": "late" })).once(&turnstile)]);
    let alice = fixture.alice("?mode=all").open().await;
    let call = json!({ "name": "getSiteInfo", "arguments": site(1) });
    // The stream starts before there is a response, with the event id for resuming.
    let mut answer = soon("the head", alice.request_builder("tools/call", call).send()).await.unwrap();
    let named = soon("a first event", answer.chunk()).await.unwrap().unwrap();
    let named = String::from_utf8_lossy(&named).into_owned();
    let last = named.lines().find_map(|line| line.strip_prefix("id:")).unwrap().trim();
    soon("the call", fixture.upstream.arrivals(1)).await;
    drop(answer);

    let again = alice.request(Method::GET).header("Last-Event-ID", last);
    let mut answer = soon("the stream", again.send()).await.unwrap();
    assert_eq!(answer.status(), 200);
    turnstile.add_permits(1);
    let mut response = String::new();
    while !response.contains("late") {
        let chunk = soon("the answer", answer.chunk()).await.unwrap();
        response.push_str(&String::from_utf8_lossy(&chunk.unwrap_or_else(|| panic!("it ended: {response}"))));
    }
    assert!(fixture.upstream.take().is_empty(), "Mist was asked again");
}
