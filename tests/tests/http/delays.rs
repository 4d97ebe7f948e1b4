//! A slow or demanding client delays no other. Order is verified by dependencies, never by a clock.

use std::sync::Arc;

use mistmcp_tests::{Answer, Lifecycle, RawSocket, message, soon};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::fixture::{ALICE, Fixture, site, site_path};

#[tokio::test]
async fn a_slow_call_delays_no_other() {
    let fixture = Fixture::start("").await;
    let turnstile = Arc::new(Semaphore::new(0));
    fixture.upstream.answers(&site_path(1), [Answer::json(&json!({ "name": "slow" })).once(&turnstile)]);
    for lifecycle in Lifecycle::BOTH {
        let alice = fixture.alice("?mode=all").connect(lifecycle).await;
        let slow = tokio::spawn({
            let alice = alice.clone();
            async move { alice.call("getSiteInfo", site(1)).await }
        });
        soon("the slow call", fixture.upstream.arrivals(1)).await;
        // Another client, another call of the same one, and its other requests all finish before the first call.
        fixture.bob("?mode=all").connect(lifecycle).await.call("getSiteInfo", site(2)).await;
        alice.call("getSiteInfo", site(3)).await;
        assert!(alice.tools().await.len() > 200);
        assert!(!slow.is_finished());
        turnstile.add_permits(1);
        assert!(soon("the slow call", slow).await.unwrap().contains("slow"));
        fixture.upstream.take();
    }
}

#[tokio::test]
async fn clients_that_do_not_read_delay_no_other() {
    // The large answers are made one after the other, and all of them have room at once: the bound of an address has tests
    // of its own.
    let fixture =
        Fixture::start("--timeout 300 --max-result-bytes 20000000 --max-answer-bytes 1073741824").await;
    let rows: Vec<_> = (0..60_000).map(|row| json!({ "name": format!("{row:0>100}") })).collect();
    fixture.upstream.json(&site_path(1), &json!({ "rows": rows }));
    let token = format!("X-Authorization: {ALICE}");
    let call = json!({ "name": "getSiteInfo", "arguments": site(1) });
    let initialize = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "deaf", "version": "1" },
    });
    let ask = async || {
        let mut socket = RawSocket::open(fixture.server.address()).await;
        socket.post("/mcp?mode=all", &[&token], message("initialize", &initialize)).await;
        let (_, head, _) = socket.answer().await.unwrap();
        let session = head.lines().find(|line| line.to_ascii_lowercase().starts_with("mcp-session-id:"));
        socket.post("/mcp?mode=all", &[&token, session.unwrap()], message("tools/call", &call)).await;
        socket
    };
    let mut deaf = Vec::new();
    for _ in 0..8 {
        deaf.push(ask().await);
    }
    soon("huge answers", fixture.upstream.arrivals(1)).await;
    for lifecycle in Lifecycle::BOTH {
        let bob = fixture.bob("?mode=all").connect(lifecycle).await;
        bob.call("getSiteInfo", site(2)).await;
        assert!(bob.tools().await.len() > 200);
        // A client with the same token, too.
        fixture.alice("?mode=all").connect(lifecycle).await.call("getSiteInfo", site(3)).await;
    }
    // A client that begins to read late gets the whole of it. It asks now, since the server closes the connections of clients
    // that have read nothing for 30 seconds, and a busy machine may need that long for the calls above.
    let mut late = ask().await;
    late.readable().await;
    let (status, _, answer) = late.answer().await.unwrap();
    assert!(status == 200 && answer.len() > 6_000_000, "{status} {}", answer.len());
    drop(deaf);
}

#[tokio::test]
async fn a_slow_request_body_delays_no_other() {
    let fixture = Fixture::start("").await;
    let mut slow = RawSocket::open(fixture.server.address()).await;
    let body = message("ping", &json!({}));
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: {ALICE}\r\nContent-Length: {}\r\n\r\n{{",
        body.len()
    );
    slow.send(head).await;
    let alice = fixture.alice("?mode=all").open().await;
    alice.call("getSiteInfo", site(1)).await;
    slow.send(&body[1..]).await;
    assert!(slow.answer().await.is_some());
}
