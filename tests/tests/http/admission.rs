//! Admission quotas, per address and in total. Unknown clients connect from 127.0.0.2 and up, known clients from
//! 127.0.0.1 unless stated otherwise.

mod connections;
mod messages;
mod new_clients;
mod parsed;
mod proxies;
mod searches;
mod untaken;

use std::net::IpAddr;
use std::time::Duration;

use mistmcp_tests::{Answer, HttpClient, HttpResponse, PATIENCE};
use reqwest::{Client, Method};

use crate::fixture::{BOB, Fixture};

/// A reqwest client that connects from a local address.
fn at(address: [u8; 4]) -> Client {
    // reqwest requires a crypto provider, even without TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().local_address(IpAddr::from(address)).build().unwrap()
}

/// A sample of `/metrics`, requested from another address; 0 if absent.
pub(crate) async fn sample(fixture: &Fixture, name: &str) -> u64 {
    let mcp_client =
        HttpClient::new(&fixture.server, "").by(at([127, 0, 9, 9])).to(&fixture.server.url("/metrics"));
    let response = HttpResponse::of(mcp_client.request(Method::GET)).await;
    let value = response.body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map_or(0, |value| value.parse().unwrap())
}

async fn refusals(fixture: &Fixture, reason: &str) -> u64 {
    sample(fixture, &format!("mistmcp_refusals_total{{reason=\"{reason}\"}}")).await
}

pub(crate) async fn in_use(fixture: &Fixture, limit: &str) -> u64 {
    sample(fixture, &format!("mistmcp_admission_in_use{{limit=\"{limit}\"}}")).await
}

/// Polls until `is_so` returns true.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{what}");
}

/// Configures the mock to accept only Bob's token.
fn accept_only_bob(fixture: &Fixture) {
    fixture.upstream.default_handler(|request| {
        let known = request.header("authorization") == format!("Token {BOB}");
        if known {
            Answer::json(&serde_json::json!({ "name": "Bob" }))
        } else {
            Answer::json(&serde_json::json!({})).status(401)
        }
    });
}

/// A client with an invented token.
fn unknown_client(fixture: &Fixture, client: &Client, number: usize) -> HttpClient {
    HttpClient::with_token(&fixture.server, "?mode=all", &format!("made-up-{number:06}")).by(client.clone())
}
