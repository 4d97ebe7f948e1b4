//! How much one may have of it all, and what is said to who wants more.

use std::sync::Arc;

use mistmcp_tests::{Answer, Lifecycle, RawSocket, message, soon};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::fixture::{ALICE, Fixture, site, site_path};

/// Calls that a session may have under way at once.
const AT_ONCE: usize = 64;
/// And some more.
const TOO_MANY: usize = 8;
/// Bytes of a message.
const MOST_BYTES: usize = 1024 * 1024;

#[tokio::test]
async fn there_are_so_many_sessions_and_room_comes_back() {
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
    // Who needs no session is served all the same.
    fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(1)).await;
    assert_eq!(first.end().await.status, 204);
    fixture.alice("").open().await;
    assert_eq!(fixture.alice("").initialize().await.status, 503);
}

#[tokio::test]
async fn a_token_has_so_many_sessions_and_takes_none_of_anothers() {
    let fixture = Fixture::start("--max-sessions-per-token 2").await;
    let first = fixture.alice("").open().await;
    fixture.alice("?mode=all").open().await;
    let response = fixture.alice("").initialize().await;
    assert_eq!(response.status, 503, "{response:?}");
    assert!(response.error().contains("of this token"), "{response:?}");
    fixture.bob("").open().await;
    first.end().await;
    fixture.alice("").open().await;
    assert_eq!(fixture.alice("").initialize().await.status, 503);
}

#[tokio::test]
async fn no_version_in_a_header_opens_sessions_beyond_the_limit() {
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
            // It counts, and ends as any other does.
            let there = fixture.alice("").on(&session).ask("tools/list", json!({})).await;
            assert_eq!(there.status, 200, "{there:?}");
        }
        assert!(opened <= 2, "{opened}");
    }
}

#[tokio::test]
async fn a_client_has_so_many_calls_under_way_at_once() {
    let fixture = Fixture::start("--timeout 300").await;
    for lifecycle in Lifecycle::BOTH {
        let turnstile = Arc::new(Semaphore::new(0));
        for number in 0..AT_ONCE + TOO_MANY {
            fixture.upstream.answers(&site_path(number), [Answer::json(&json!({})).once(&turnstile)]);
        }
        let alice = fixture.alice("?mode=all").connect(lifecycle).await;
        // Mist is asked sixteen at once, and the others wait: it is those too many that are answered first.
        let mut calls = JoinSet::new();
        for number in 0..AT_ONCE + TOO_MANY {
            let alice = alice.clone();
            calls.spawn(async move { alice.try_call("getSiteInfo", site(number)).await.outcome() });
        }
        for _ in 0..TOO_MANY {
            let (failed, refused) = soon("a refusal", calls.join_next()).await.unwrap().unwrap();
            assert!(failed, "{refused}");
            assert!(refused.contains("64 calls") && refused.contains("[request "), "{refused}");
        }
        // Others have theirs.
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
async fn a_message_has_so_many_bytes() {
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
    // One that says it is larger than anything, and one that says nothing and does not end.
    let token = format!("X-Authorization: {ALICE}");
    let head = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\n{token}\r\n");
    let mut socket = RawSocket::open(fixture.server.address()).await;
    socket.send(format!("{head}Content-Length: 18446744073709551615\r\n\r\n{filled} ")).await;
    // Already as a number it is more than any message has.
    let answer = socket.answer().await;
    assert!(answer.as_ref().is_none_or(|(status, ..)| [400, 413, 431].contains(status)), "{answer:?}");
    let mut socket = RawSocket::open(fixture.server.address()).await;
    socket.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{filled}\r\n", filled.len())).await;
    socket.send(format!("{:x}\r\n{filled}\r\n", filled.len())).await;
    assert_eq!(socket.answer().await.unwrap().0, 413);
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn a_message_has_so_much_time() {
    let fixture = Fixture::start("").await;
    let head = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: {ALICE}\r\n");
    let mut socket = RawSocket::open(fixture.server.address()).await;
    socket.send(format!("{head}Content-Length: 100\r\n\r\n{{")).await;
    let (status, _, body) = socket.answer().await.unwrap();
    assert!(status == 408 && body.contains("15 seconds"), "{status} {body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_may_listen_on_so_many_streams_and_its_calls_go_on() {
    const MOST: usize = 256;
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    let mut streams = Vec::new();
    for _ in 0..MOST {
        let mut stream = alice.listen().await;
        let first = soon("an acknowledgement", stream.chunk()).await.unwrap().unwrap();
        let first = String::from_utf8_lossy(&first).into_owned();
        // Nothing of what was asked for ever comes, and that is said.
        assert!(first.contains(r#""notifications":{}"#), "{first}");
        streams.push(stream);
    }
    let refused = soon("a refusal", alice.listen().await.text()).await.unwrap();
    assert!(refused.contains("listens 256 times already"), "{refused}");
    alice.call("getSiteInfo", site(1)).await;
    let mut bobs = fixture.bob("").lifecycle(Lifecycle::Stateless).listen().await;
    soon("an acknowledgement", bobs.chunk()).await.unwrap().unwrap();

    // A stream that its client leaves gives its place back.
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
