//! Idle sessions end, and active ones do not.

use std::sync::Arc;
use std::time::Duration;

use mistmcp_tests::{Answer, HttpClient, soon};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::fixture::{Fixture, site, site_path};

/// Waits until a session has ended by itself, without touching it: its token can open another one.
async fn ended(fixture: &Fixture, token: &str) {
    let room = async {
        loop {
            let mut client = HttpClient::with_token(&fixture.server, "", token);
            if client.initialize().await.status == 200 {
                return client.end().await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    assert_eq!(soon("room for a session", room).await.status, 204);
}

#[tokio::test]
async fn an_idle_session_ends_and_releases_its_permit() {
    let fixture = Fixture::start("--session-idle 3 --max-sessions-per-token 1").await;
    let alice = fixture.alice("").open().await;
    ended(&fixture, crate::fixture::ALICE).await;
    for response in [
        alice.ask("tools/list", json!({})).await,
        HttpClient::clone(&alice).post("{}").await,
        alice.end().await,
    ] {
        assert_eq!(response.status, 404, "{response:?}");
        assert!(response.error().contains("initialize"), "{response:?}");
    }
    fixture.alice("").open().await;
}

#[tokio::test]
async fn a_stream_or_a_call_keeps_a_session_open() {
    let fixture = Fixture::start("--session-idle 3 --max-sessions-per-token 1 --timeout 300").await;
    let turnstile = Arc::new(Semaphore::new(0));
    fixture.upstream.answers(&site_path(1), [Answer::json(&json!({ "name": "late" })).once(&turnstile)]);
    let listening = HttpClient::with_token(&fixture.server, "", "l1stening").open().await;
    let stream = listening.listen().await;
    assert_eq!(stream.status(), 200);
    let calling = HttpClient::with_token(&fixture.server, "?mode=all", "call1ng").open().await;
    let call = tokio::spawn({
        let calling = calling.clone();
        async move { calling.call("getSiteInfo", site(1)).await }
    });
    soon("the call", fixture.upstream.arrivals(1)).await;
    // Other sessions open and end for longer than the idle timeout.
    for token in ["0ne", "tw0", "thr33"] {
        let idle = HttpClient::with_token(&fixture.server, "", token).open().await;
        ended(&fixture, token).await;
        assert_eq!(idle.ask("ping", json!({})).await.status, 404);
    }
    turnstile.close();
    assert!(soon("the call", call).await.unwrap().contains("late"));
    assert_eq!(listening.ask("ping", json!({})).await.status, 200);
    drop(stream);
    for (client, token) in [(listening, "l1stening"), (calling, "call1ng")] {
        ended(&fixture, token).await;
        assert_eq!(client.ask("ping", json!({})).await.status, 404);
    }
}
