//! Graceful shutdown: at once for idle clients, after the last response for calls in flight.

use mistmcp_tests::{
    Answer, HttpClient, HttpResponse, Launch, Lifecycle, MockUpstream, RawSocket, fields_of, polled, soon,
};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Semaphore;

use crate::audit::{LOG, audited, lines};
use crate::fixture::{ALICE, Fixture, site, site_path};

const ORG: &str = "9f2c1e50-8c4b-4f0e-a1d7-0123456789ab";

/// Waits until new sessions are rejected.
async fn closing(fixture: &Fixture) -> HttpResponse {
    polled("the end to begin", async || {
        // The signal may be handled after this request.
        let response = fixture.bob("").initialize().await;
        (response.status != 200).then_some(response)
    })
    .await
}

#[tokio::test]
async fn calls_in_flight_are_answered_at_shutdown_and_new_requests_rejected() {
    for signal in ["TERM", "INT"] {
        let fixture = Fixture::start("").await;
        let turnstile = Arc::new(Semaphore::new(0));
        for number in [1, 2] {
            let late = Answer::json(&json!({ "name": "late" })).once(&turnstile);
            fixture.upstream.answers(&site_path(number), [late]);
        }
        let listening = fixture.alice("").open().await;
        let stream = listening.listen().await;
        let mut calls = Vec::new();
        for (number, lifecycle) in [(1, Lifecycle::Legacy), (2, Lifecycle::Stateless)] {
            let alice = fixture.alice("?mode=all").connect(lifecycle).await;
            calls.push(tokio::spawn(async move { alice.call("getSiteInfo", site(number)).await }));
        }
        soon("the calls", fixture.upstream.arrivals(2)).await;

        fixture.server.signal(signal).await;
        let refused = closing(&fixture).await;
        assert_eq!((refused.status, refused.header("retry-after")), (503, "10"), "{refused:?}");
        assert!(refused.error().contains("about to end"), "{refused:?}");
        let modern =
            fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless).try_call("getSiteInfo", site(3)).await;
        assert_eq!(modern.status, 503, "{modern:?}");
        assert_eq!(listening.ask("tools/list", json!({})).await.status, 503);

        turnstile.close();
        for call in calls {
            assert!(soon("a call", call).await.unwrap().contains("late"));
        }
        // A stream that breaks off would be an error here.
        soon("the end of the stream", stream.text()).await.unwrap();
        let (status, errors) = fixture.server.ended().await;
        assert_eq!(status.code(), Some(0), "{signal}: {errors}");
        assert!(!errors.contains("panicked") && !errors.contains("cut off"), "{errors}");
    }
}

#[tokio::test]
async fn idle_clients_do_not_delay_shutdown() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    let streams = [alice.listen().await, fixture.bob("").open().await.listen().await];
    let _silent = RawSocket::open(fixture.server.address()).await;
    let mut half = RawSocket::open(fixture.server.address()).await;
    half.send("POST /mcp HTTP/1.1\r\nHost: loc").await;
    fixture.server.signal("TERM").await;
    for stream in streams {
        soon("the end of the stream", stream.text()).await.unwrap();
    }
    let (status, errors) = fixture.server.ended().await;
    assert_eq!(status.code(), Some(0), "{errors}");
}

#[tokio::test]
async fn messages_that_are_not_complete_do_not_delay_shutdown() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    let mut wires = Vec::new();
    for (headers, part) in [
        (format!("Mcp-Session-Id: {}\r\nContent-Length: 900", alice.session()), "{\"jsonrpc\""),
        ("Content-Length: 900".to_owned(), ""),
        ("Transfer-Encoding: chunked".to_owned(), "1\r\n{\r\n"),
    ] {
        let mut wire = RawSocket::open(fixture.server.address()).await;
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: {ALICE}\r\n{headers}\r\n\r\n{part}"
        );
        wire.send(head).await;
        wires.push(wire);
    }
    // The requests have come, and this one.
    crate::admission::until("the requests", async || {
        crate::admission::in_use(&fixture, "requests").await == 4
    })
    .await;
    fixture.server.signal("TERM").await;
    let (status, errors) = fixture.server.ended().await;
    assert_eq!(status.code(), Some(0), "{errors}");
    assert!(!errors.contains("cut off"), "it waited for calls: {errors}");
}

#[tokio::test]
async fn what_does_not_end_is_cut_off_at_shutdown_and_its_client_is_told_so() {
    let fixture = audited("--timeout 300 --log-format json").await;
    // Calls with a token that Mist has not accepted wait for each other.
    fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(9)).await;
    fixture.upstream.take();
    let mut calls = Vec::new();
    for (number, lifecycle) in [(1, Lifecycle::Legacy), (2, Lifecycle::Stateless)] {
        fixture.upstream.answers(&site_path(number), [Answer::never()]);
        let alice = fixture.alice("?mode=all").connect(lifecycle).await;
        calls.push(tokio::spawn(async move { alice.refusal("getSiteInfo", site(number)).await }));
    }
    fixture.upstream.answers(&format!("/api/v1/orgs/{ORG}/sites"), [Answer::never()]);
    let alice = fixture.alice(&format!("?mode=all&org_id={ORG}")).lifecycle(Lifecycle::Stateless);
    let completion = tokio::spawn(async move {
        let prompt = json!({ "type": "ref/prompt", "name": "site-health" });
        let params = json!({ "ref": prompt, "argument": { "name": "site", "value": "L" } });
        alice.ask("completion/complete", params).await
    });
    soon("the requests", fixture.upstream.arrivals(3)).await;
    let copy = tempfile::tempdir().unwrap();
    // The folder goes with the server.
    std::fs::hard_link(fixture.server.folder().join(LOG), copy.path().join(LOG)).unwrap();
    fixture.server.signal("TERM").await;
    for call in calls {
        let told = soon("a call", call).await.unwrap();
        assert!(told.contains("The server ended") && told.contains("[request "), "{told}");
    }
    let completion = soon("the completion", completion).await.unwrap();
    assert!(completion.error().contains("The server ended"), "{completion:?}");
    let (status, errors) = fixture.server.ended().await;
    assert_eq!(status.code(), Some(0), "{errors}");
    assert!(errors.contains("cut off") && !errors.contains("ERROR"), "{errors}");
    assert_eq!(errors.matches(r#""outcome":"server""#).count(), 2, "{errors}");
    let lines = lines(&copy.path().join(LOG));
    let ends: Vec<_> =
        lines.iter().map(|line| fields_of(line, ["tool", "outcome", "kind", "mist_calls"])).collect();
    assert_eq!(
        ends,
        [
            r#""getSiteInfo" "ok" null 1"#,
            r#""getSiteInfo" "error" "server" 1"#,
            r#""getSiteInfo" "error" "server" 1"#
        ]
    );
}

#[tokio::test]
async fn an_address_that_cannot_be_listened_on_is_an_error_with_its_flag() {
    let upstream = MockUpstream::start().await;
    let first = Launch::at(&upstream, "").serve().await;
    let arguments = format!("-t http -p {}", first.address().port());
    let finished = Launch::at(&upstream, &arguments).run().await;
    assert_eq!(finished.code(), Some(1), "{finished:?}");
    for wanted in [first.address().to_string().as_str(), "--port", "in use"] {
        assert!(finished.stderr.contains(wanted), "{wanted}: {finished:?}");
    }
    // An address of no machine (RFC 5737).
    let elsewhere = Launch::at(&upstream, "-t http -p 0 --host 192.0.2.1").run().await;
    assert_eq!(elsewhere.code(), Some(1), "{elsewhere:?}");
    assert!(elsewhere.stderr.contains("--host"), "{elsewhere:?}");
    HttpClient::with_token(&first, "", ALICE).open().await;
}
