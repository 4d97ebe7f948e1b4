//! Searches of tools: by anyone on the web page, and by calls of `findTools`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mistmcp_tests::{Lifecycle, RawSocket, soon};
use serde_json::json;
use tokio::task::JoinSet;

use super::{at, in_use, refusals, unknown_client};
use crate::fixture::{Fixture, site};

/// A question that takes as long as one can.
fn question(number: usize) -> String {
    let words =
        ["site", "device", "wlan", "clients", "switch", "port", "access", "points", "events", "alarms"];
    let words: Vec<_> = (0..70).map(|place| words[(number + place) % words.len()]).collect();
    format!("{number} {}", words.join(" ")).chars().take(490).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searches_of_the_page_are_limited_for_each_address() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let mut wires = Vec::new();
    // On a machine of many processors the first ones may be served at once.
    while wires.len() < 1_200 && refusals(&fixture, "searches_of_address").await == 0 {
        for number in 0..60 {
            let own = [127, 0, 0, 2].into();
            let mut wire = RawSocket::from_address(own, fixture.server.address()).await;
            let query = question(number).replace(' ', "+");
            wire.send(format!("GET /search?query={query} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await;
            wires.push(wire);
        }
    }
    let other = at([127, 0, 0, 3]).get(fixture.server.url("/search?query=sites")).send();
    assert_eq!(soon("a search of another address", other).await.unwrap().status(), 200);
    let (mut served, mut refused) = (0, 0);
    for wire in &mut wires {
        let (status, head, body) = wire.answer().await.unwrap();
        match status {
            200 => served += 1,
            429 => {
                assert!(head.to_lowercase().contains("retry-after: 1\r\n"), "{head}");
                assert!(body.contains("8 searches of this address"), "{body}");
                refused += 1;
            }
            _ => panic!("{status} {body}"),
        }
    }
    assert!(served >= 8 && refused > 0, "{served} {refused}");
    assert_eq!(refusals(&fixture, "searches_of_address").await, refused);
    fixture.assert_serving(process).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_up_tokens_of_one_address_share_a_queue_of_searches() {
    const STRANGERS: usize = 200;
    let fixture = Fixture::start("--timeout 300").await;
    let bob = fixture.bob("").lifecycle(Lifecycle::Stateless);
    // Mist accepts his token.
    fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).call("getSiteInfo", site(1)).await;
    let (stranger, answered) = (at([127, 0, 0, 2]), Arc::new(AtomicUsize::new(0)));
    let mut searches = JoinSet::new();
    for number in 0..STRANGERS {
        let client = unknown_client(&fixture, &stranger, number).query("").lifecycle(Lifecycle::Stateless);
        let answered = Arc::clone(&answered);
        searches.spawn(async move {
            client.call("findTools", json!({ "query": question(number) })).await;
            answered.fetch_add(1, Ordering::SeqCst);
        });
    }
    super::until("all of them have come", async || {
        let waiting = usize::try_from(in_use(&fixture, "requests").await).unwrap();
        answered.load(Ordering::SeqCst) + waiting > STRANGERS
    })
    .await;
    let before = answered.load(Ordering::SeqCst);
    soon("the search of a known token", bob.call("findTools", json!({ "query": "which aps are down" })))
        .await;
    let meanwhile = answered.load(Ordering::SeqCst) - before;
    let waiting = STRANGERS - before;
    // On a machine of many processors few of them wait when they have all come, which tells nothing.
    assert!(waiting < STRANGERS / 4 || meanwhile < waiting * 9 / 10, "{meanwhile} of {waiting} came first");
    while let Some(searched) = soon("a search of a stranger", searches.join_next()).await {
        searched.unwrap();
    }
}
