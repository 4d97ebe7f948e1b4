//! Quotas of sessions, calls, streams and messages.

use std::sync::Arc;

use mistmcp_tests::{Answer, Lifecycle, RawSocket, message, soon};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::fixture::{ALICE, Fixture, site, site_path};

/// The limit of calls in flight per session.
const AT_ONCE: usize = 64;
/// Calls beyond the limit.
const TOO_MANY: usize = 8;
/// The largest message.
const MOST_BYTES: usize = 1024 * 1024;

#[tokio::test]
async fn sessions_are_limited_in_total_and_permits_are_released() {
    let fixture = Fixture::start("--max-sessions 3").await;
    let first = fixture.alice("").open().await;
    fixture.bob("").open().await;
    fixture.bob("").open().await;
    for mut client in
        [fixture.alice(""), fixture.bob(""), fixture.alice("").header("X-Authorization", "an0ther")]
    {
        let response = client.initialize().await;
        assert_eq!(response.status, 503, "{response:?}");
        assert!(response.error().contains("--max-sessions"), "{response:?}");
        assert_eq!(response.header("retry-after"), "10");
    }
    // Stateless requests are still served.
    fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(1)).await;
    assert_eq!(first.end().await.status, 204);
    fixture.alice("").open().await;
    assert_eq!(fixture.alice("").initialize().await.status, 503);
}

#[tokio::test]
async fn sessions_are_limited_per_token() {
    let fixture = Fixture::start("--max-sessions-per-token 2").await;
    let first = fixture.alice("").open().await;
    fixture.alice("?mode=all").open().await;
    let response = fixture.alice("").initialize().await;
    assert_eq!(response.status, 503, "{response:?}");
    let error = response.error();
    assert!(error.contains("of this token") && error.contains("--max-sessions-per-token"), "{response:?}");
    fixture.bob("").open().await;
    first.end().await;
    fixture.alice("").open().await;
    assert_eq!(fixture.alice("").initialize().await.status, 503);
}

#[tokio::test]
async fn no_protocol_version_bypasses_the_session_limit() {
    let fixture = Fixture::start("--max-sessions-per-token 2").await;
    for version in ["2026-07-28", "2099-01-01"] {
        let mut opened = 0;
        for _ in 0..4 {
            let client = fixture.alice("").header("MCP-Protocol-Version", version);
            let params = json!({
                "protocolVersion": version,
                "capabilities": {},
                "clientInfo": { "name": "many", "version": "1" },
                "_meta": { "io.modelcontextprotocol/protocolVersion": version },
            });
            let response = client.post(message("initialize", &params)).await;
            let session = response.header("mcp-session-id").to_owned();
            if session.is_empty() {
                assert!(response.status >= 400, "{response:?}");
                continue;
            }
            opened += 1;
            // It counts as a session, and ends like any other.
            let there = fixture.alice("").on(&session).ask("tools/list", json!({})).await;
            assert_eq!(there.status, 200, "{there:?}");
        }
        assert!(opened <= 2, "{opened}");
    }
}

#[tokio::test]
async fn calls_in_flight_are_limited_per_client() {
    let fixture = Fixture::start("--timeout 300").await;
    let mut refused = 0;
    for lifecycle in Lifecycle::BOTH {
        let turnstile = Arc::new(Semaphore::new(0));
        for number in 0..AT_ONCE + TOO_MANY {
            fixture.upstream.answers(&site_path(number), [Answer::json(&json!({})).once(&turnstile)]);
        }
        let alice = fixture.alice("?mode=all").connect(lifecycle).await;
        // Sixteen requests to Mist run at once and the others wait, so the calls beyond the limit are answered first.
        let mut calls = JoinSet::new();
        for number in 0..AT_ONCE + TOO_MANY {
            let alice = alice.clone();
            calls.spawn(async move { alice.try_call("getSiteInfo", site(number)).await.outcome() });
        }
        for _ in 0..TOO_MANY {
            let (failed, text) = soon("a refusal", calls.join_next()).await.unwrap().unwrap();
            assert!(failed && text.contains("64 calls"), "{text}");
            let (_, request) = text.trim_end_matches(']').split_once("[request ").unwrap();
            let shown = fixture.server.wait_until("a line of the call", |text| text.contains(request)).await;
            let line = shown.lines().find(|line| line.contains(request)).unwrap();
            assert!(line.contains("getSiteInfo") && line.contains("busy"), "{line}");
        }
        refused += TOO_MANY as u64;
        for name in [
            "mistmcp_tool_calls_total{tool=\"getSiteInfo\",outcome=\"busy\"}",
            "mistmcp_refusals_total{reason=\"calls_at_once\"}",
        ] {
            assert_eq!(crate::admission::sample(&fixture, name).await, refused, "{name}");
        }
        // Other clients have their own limit.
        fixture.bob("?mode=all").connect(lifecycle).await.call("getSiteInfo", site(99)).await;
        turnstile.close();
        while let Some(call) = soon("a call", calls.join_next()).await {
            let (failed, text) = call.unwrap();
            assert!(!failed, "{text}");
        }
        alice.call("getSiteInfo", site(99)).await;
        fixture.upstream.take();
    }
}

#[tokio::test]
async fn messages_are_limited_in_bytes() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let whole = message("ping", &json!({}));
    let alice = fixture.alice("").open().await;
    let filled = format!("{whole}{}", " ".repeat(MOST_BYTES - whole.len()));
    assert_eq!(alice.post(filled.clone()).await.status, 200);
    for lifecycle in Lifecycle::BOTH {
        let response = alice.clone().lifecycle(lifecycle).post(format!("{filled} ")).await;
        assert_eq!(response.status, 413, "{response:?}");
        assert!(response.error().contains(&MOST_BYTES.to_string()), "{response:?}");
    }
    // The header alone is enough, before the credentials are looked at, and a client that waits is not told to go on.
    for length in ["1048577", "10000000000"] {
        for expect in ["", "Expect: 100-continue\r\n"] {
            let mut socket = RawSocket::open(fixture.server.address()).await;
            let head =
                format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\n{expect}Content-Length: {length}\r\n\r\n");
            socket.send(head).await;
            let (status, head, body) = socket.answer().await.unwrap();
            assert_eq!(status, 413, "{length} {expect}: {head}");
            assert!(body.contains(&MOST_BYTES.to_string()), "{body}");
        }
    }
    // One with a huge `Content-Length`, and one without a length that does not end.
    let token = format!("X-Authorization: {ALICE}");
    let head = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\n{token}\r\n");
    let mut socket = RawSocket::open(fixture.server.address()).await;
    socket.send(format!("{head}Content-Length: 18446744073709551615\r\n\r\n{filled} ")).await;
    // The length alone exceeds the limit.
    let answer = socket.answer().await;
    assert!(answer.as_ref().is_none_or(|(status, ..)| [400, 413, 431].contains(status)), "{answer:?}");
    let mut socket = RawSocket::open(fixture.server.address()).await;
    socket.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{filled}\r\n", filled.len())).await;
    socket.send(format!("{:x}\r\n{filled}\r\n", filled.len())).await;
    assert_eq!(socket.answer().await.unwrap().0, 413);
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn messages_have_a_timeout() {
    let fixture = Fixture::start("").await;
    let head = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: {ALICE}\r\n");
    let mut socket = RawSocket::open(fixture.server.address()).await;
    socket.send(format!("{head}Content-Length: 100\r\n\r\n{{")).await;
    let (status, _, body) = socket.answer().await.unwrap();
    assert!(status == 408 && body.contains("15 seconds"), "{status} {body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_are_limited_per_token_and_calls_still_work() {
    const MOST: usize = 256;
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    let mut streams = Vec::new();
    for _ in 0..MOST {
        let mut stream = alice.listen().await;
        let first = soon("an acknowledgement", stream.chunk()).await.unwrap().unwrap();
        let first = String::from_utf8_lossy(&first).into_owned();
        // None of the requested notifications will be sent, and the acknowledgement says so.
        assert!(first.contains(r#""notifications":{}"#), "{first}");
        streams.push(stream);
    }
    let refused = soon("a refusal", alice.listen().await.text()).await.unwrap();
    assert!(refused.contains("listens 256 times already"), "{refused}");
    alice.call("getSiteInfo", site(1)).await;
    let mut bobs = fixture.bob("").lifecycle(Lifecycle::Stateless).listen().await;
    soon("an acknowledgement", bobs.chunk()).await.unwrap().unwrap();

    // A stream releases its permit when its client disconnects.
    streams.pop();
    let again = async {
        loop {
            let mut stream = alice.listen().await;
            soon("an acknowledgement", stream.chunk()).await.unwrap();
            if tokio::time::timeout(std::time::Duration::from_millis(300), stream.text()).await.is_err() {
                return;
            }
        }
    };
    soon("a place", again).await;
    fixture.assert_serving(process).await;
}
