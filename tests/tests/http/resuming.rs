//! What takes a while is not lost with the connection that asked for it.

use std::sync::Arc;

use mistmcp_tests::{Answer, soon};
use reqwest::Method;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::fixture::{Fixture, site, site_path};

#[tokio::test]
async fn who_loses_the_connection_comes_back_for_the_answer() {
    let fixture = Fixture::start("").await;
    let turnstile = Arc::new(Semaphore::new(0));
    fixture.upstream.answers(&site_path(1), [Answer::json(&json!({ "name": "late" })).once(&turnstile)]);
    let alice = fixture.alice("?mode=all").open().await;
    let call = json!({ "name": "getSiteInfo", "arguments": site(1) });
    // The answer begins though there is none yet, with the name by which a client comes back.
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
