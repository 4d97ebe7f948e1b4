//! Measures what a whole call costs beside reading and parsing the same body once, in one run.
//!
//! ```sh
//! cargo run --release -p mistmcp-tests --example overhead
//! ```
//!
//! Both ways take turns against one loopback peer. Every number is a median; quote the ratio.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use axum::http::header::CONTENT_TYPE;
use mistmcp::{
    Call, Catalog, Clouds, Connection, Content, Format, Limits, Mode, Pool, Rules, Session, Settings, Token,
};
// Without a mention the linker drops the crate, and its tools with it.
use mistmcp_tools as _;
use serde_json::{Map, Value, json};

/// Bytes of a body, and how often it is read.
const SIZES: [(usize, usize); 3] = [(2_000, 2_000), (200_000, 300), (4_700_000, 40)];

#[tokio::main]
async fn main() -> Result<()> {
    // It may be there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    println!("{:>12} {:>14} {:>14} {:>8}", "bytes", "read+parse, ms", "call, ms", "ratio");
    for (size, times) in SIZES {
        let body = body(size);
        let bytes = body.len();
        let url = upstream(body).await?;
        let session = session(&url)?;
        let client = reqwest::Client::new();
        let (mut bare, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..times {
            let begun = Instant::now();
            let body = client.get(&url).send().await?.bytes().await?;
            let value: Value = serde_json::from_slice(&body)?;
            ensure!(value.is_array());
            drop((body, value));
            bare.push(begun.elapsed());

            let begun = Instant::now();
            let outcome = session.call("listOrgDevicesStats", arguments(), &Call::unattended()).await;
            let Content::Text(text) = outcome.content? else { return Err(anyhow!("no text")) };
            ensure!(text.len() > 1_000 && text.len() <= 60_000);
            whole.push(begun.elapsed());
        }
        let (bare, whole) = (milliseconds(&mut bare), milliseconds(&mut whole));
        println!("{bytes:>12} {bare:>14.3} {whole:>14.3} {:>8.2}", whole / bare);
    }
    Ok(())
}

fn arguments() -> Map<String, Value> {
    Map::from_iter([("org_id".to_owned(), json!("9777c1a0-6ef6-11e6-8bbf-02e208b2d34f"))])
}

/// Device statistics, some 5 kB a row but where that is too much.
fn body(size: usize) -> Vec<u8> {
    let ports = (size / 200).min(24);
    let row = |number: usize| {
        let port = |port: usize| {
            json!({
                "port_id": format!("ge-0/0/{port}"), "up": port.is_multiple_of(2), "speed": 1000, "tx_bytes": 81_234_567 * port,
                "rx_bytes": 7_654_321, "neighbor": { "name": "", "mac": null }, "note": {}, "poe": { "watts": 7.5 },
            })
        };
        json!({
            "id": format!("00000000-0000-0000-1000-5c5b35{number:06x}"), "mac": format!("5c5b35{number:06x}"),
            "name": format!("switch {number}"), "ip": "10.1.2.3", "uptime": 12_345_678, "last_seen": 1_763_800_000.5,
            "status": "connected", "root_password": "hidden below", "url": "https://host.example/a?b=c",
            "ports": (0..ports).map(port).collect::<Vec<_>>(),
        })
    };
    let mut rows = Vec::new();
    let mut length = 0;
    for number in 0.. {
        let row = row(number);
        length += row.to_string().len() + 1;
        rows.push(row);
        if length >= size {
            break;
        }
    }
    Value::from(rows).to_string().into_bytes()
}

/// Answers everything with one body, at once.
async fn upstream(body: Vec<u8>) -> Result<String> {
    let body = axum::body::Bytes::from(body);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let router = axum::Router::new()
        .fallback(move || std::future::ready(([(CONTENT_TYPE, "application/json")], body.clone())));
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // Without it every answer waits for the acknowledgement of the last; failing only makes it slower.
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

fn session(url: &str) -> Result<Session> {
    let mut clouds = Clouds::default();
    clouds.allow(url)?;
    let limits = Limits {
        timeout: Duration::from_secs(30),
        retry_wait: Duration::ZERO,
        rate_limit: 1_000_000,
        max_response_bytes: 32 * 1024 * 1024,
    };
    let token = Token::new("overhead-of-a-call").map_err(|problem| anyhow!(problem))?;
    let pool = Arc::new(Pool::new(limits));
    let connection = Connection::new(pool, clouds.find(url)?, token, None);
    let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
    let settings = Settings::new(Catalog::gather()?, Mode::All, &[], rules)?;
    Ok(Session::new(Arc::new(settings), Arc::new(connection), false))
}

/// The median in milliseconds.
fn milliseconds(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}
