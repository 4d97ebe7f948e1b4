//! What strangers and single clients may have of the server, for each address and in all. Strangers come from 127.0.0.2
//! and on; honest clients from 127.0.0.1, where nothing else is said.

mod connections;
mod messages;
mod new_clients;
mod proxies;

use std::net::IpAddr;
use std::time::Duration;

use mistmcp_tests::{Answer, HttpClient, HttpResponse, PATIENCE};
use reqwest::{Client, Method};

use crate::fixture::{BOB, Fixture};

/// An HTTP client at an address of this machine, with connections of its own.
fn at(address: [u8; 4]) -> Client {
    // The test's process has no other, and reqwest asks for one even where nothing is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().local_address(IpAddr::from(address)).build().unwrap()
}

/// A sample of `/metrics`, which is asked for from an address of its own; 0 where there is none.
async fn sample(fixture: &Fixture, name: &str) -> u64 {
    let mcp_client =
        HttpClient::new(&fixture.server, "").by(at([127, 0, 9, 9])).to(&fixture.server.url("/metrics"));
    let response = HttpResponse::of(mcp_client.request(Method::GET)).await;
    let value = response.body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map_or(0, |value| value.parse().unwrap())
}

async fn refusals(fixture: &Fixture, reason: &str) -> u64 {
    sample(fixture, &format!("mistmcp_refusals_total{{reason=\"{reason}\"}}")).await
}

async fn in_use(fixture: &Fixture, limit: &str) -> u64 {
    sample(fixture, &format!("mistmcp_admission_in_use{{limit=\"{limit}\"}}")).await
}

/// Waits until that comes true.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{what}");
}

/// Mist accepts Bob's token and no other.
fn knows_bob_alone(fixture: &Fixture) {
    fixture.upstream.otherwise(|request| {
        let known = request.header("authorization") == format!("Token {BOB}");
        if known {
            Answer::json(&serde_json::json!({ "name": "Bob" }))
        } else {
            Answer::json(&serde_json::json!({})).status(401)
        }
    });
}

/// A client with a token that somebody has made up.
fn unknown_client(fixture: &Fixture, client: &Client, number: usize) -> HttpClient {
    HttpClient::with_token(&fixture.server, "?mode=all", &format!("made-up-{number:06}")).by(client.clone())
}
