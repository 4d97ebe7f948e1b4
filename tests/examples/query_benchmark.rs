//! Measures what a query over 10,000 rows of device statistics costs beside reading and parsing the same bytes once with
//! serde_json, in one run: time, peak memory, and the time of a second query over the same table.
//!
//! ```sh
//! cargo run --release -p mistmcp-tests --example query_benchmark
//! ```
//!
//! Quote the ratios. Memory is read from `/proc`, so it is left out where there is none.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use axum::extract::Query;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use mimalloc::MiMalloc;
use mistmcp::{
    Call, Catalog, Clouds, Connection, Content, Format, Limits, Mode, Pool, Rules, Session, Settings, Token,
};
// Without a mention the linker drops the crate, and its tools with it.
use mistmcp_tools as _;
use serde_json::{Map, Value, json};

// The program's own. Another one may keep what a thread has freed, and the peak would be that of the allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const PAGES: usize = 10;
const ROWS: usize = 1_000;
const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";
/// Each device with itself.
const JOIN: &str =
    "SELECT a.status, count(*) AS n FROM devices a JOIN devices b ON b.mac = a.mac GROUP BY a.status";
const SQL: &str =
    "SELECT status, count(*) AS n, avg(uptime) AS uptime FROM devices GROUP BY status ORDER BY n DESC";

#[tokio::main]
async fn main() -> Result<()> {
    // It may be there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pages: Vec<Bytes> = (0..PAGES).map(page).collect();
    let bytes: usize = pages.iter().map(Bytes::len).sum();
    let url = upstream(pages).await?;
    println!("{} rows, {:.1} MB of JSON in {PAGES} pages", PAGES * ROWS, mega(bytes));

    let client = reqwest::Client::new();
    let begun = Instant::now();
    for number in 1..=PAGES {
        let body = client.get(format!("{url}?page={number}")).send().await?.bytes().await?;
        let value: Value = serde_json::from_slice(&body)?;
        ensure!(value.as_array().is_some_and(|rows| rows.len() == ROWS));
    }
    let bare = begun.elapsed();

    let session = session(&url)?;
    let before = memory("VmRSS");
    // The peak is counted anew from here on.
    let is_reset = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let begun = Instant::now();
    query(&session, SQL).await?;
    let first = begun.elapsed();
    let peak = memory("VmHWM").filter(|_| is_reset);
    let begun = Instant::now();
    query(&session, SQL).await?;
    let second = begun.elapsed();

    println!("read and parsed once with serde_json  {:>8.0} ms", milliseconds(bare));
    println!(
        "fetched into a table and grouped      {:>8.0} ms  {:.2} times",
        milliseconds(first),
        first.as_secs_f64() / bare.as_secs_f64()
    );
    println!("a second query over the same table    {:>8.1} ms", milliseconds(second));
    let begun = Instant::now();
    query(&session, JOIN).await?;
    println!("a join of the table with itself       {:>8.1} ms", milliseconds(begun.elapsed()));
    if let (Some(before), Some(peak)) = (before, peak) {
        let used = peak.saturating_sub(before);
        println!(
            "memory at the peak                    {:>8.0} MB  {:.2} times the JSON",
            mega(used),
            mega(used) / mega(bytes)
        );
    }
    Ok(())
}

async fn query(session: &Session, sql: &str) -> Result<()> {
    let source = json!({ "tool": "listOrgDevicesStats", "arguments": { "org_id": ORG } });
    let arguments =
        Map::from_iter([("tables".to_owned(), json!({ "devices": source })), ("sql".to_owned(), json!(sql))]);
    let outcome = session.call("queryRows", arguments, &Call::unattended()).await;
    let Content::Text(text) = outcome.content? else { return Err(anyhow!("no text")) };
    let answer: Value = serde_json::from_str(&text)?;
    ensure!(answer["tables"]["devices"]["rows"] == PAGES * ROWS, "{text}");
    ensure!(answer["tables"]["devices"].get("partial").is_none(), "{text}");
    Ok(())
}

/// A page of device statistics, some 4.7 kB a row.
fn page(number: usize) -> Bytes {
    let row = |row: usize| {
        let id = number * ROWS + row;
        let port = |port: usize| {
            json!({
                "port_id": format!("ge-0/0/{port}"), "up": port.is_multiple_of(2), "speed": 1000, "tx_bytes": 81_234_567 * port,
                "rx_bytes": 7_654_321, "neighbor": { "name": "", "mac": null }, "note": {}, "poe": { "watts": 7.5 },
            })
        };
        let radio = |channel: usize| json!({ "channel": channel, "power": 11, "num_clients": id % 40, "util_all": id % 97, "noise_floor": -92 });
        json!({
            "id": format!("00000000-0000-0000-1000-5c5b35{id:06x}"), "mac": format!("5c5b35{id:06x}"), "type": "switch",
            "name": format!("device {id}"), "ip": "10.1.2.3", "uptime": 12_345_678 + id, "last_seen": 1_763_800_000.5,
            "status": if id.is_multiple_of(17) { "disconnected" } else { "connected" }, "root_password": "hidden below",
            "radio_stat": { "band_5": radio(36), "band_6": radio(5) }, "url": "https://host.example/a?b=c",
            "ports": (0..24).map(port).collect::<Vec<_>>(),
        })
    };
    serde_json::to_vec(&(0..ROWS).map(row).collect::<Vec<_>>()).unwrap_or_default().into()
}

fn session(url: &str) -> Result<Session> {
    let mut clouds = Clouds::default();
    let url = url.trim_end_matches('/');
    clouds.allow(url)?;
    let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
    let settings =
        Settings::new(Catalog::gather().map_err(|clashes| anyhow!("{clashes}"))?, Mode::All, &[], rules)?;
    let limits = Limits {
        timeout: Duration::from_mins(5),
        retry_wait: Duration::ZERO,
        rate_limit: 5_000,
        max_response_bytes: 64 << 20,
    };
    let token = Token::new("a-token-of-a-measurement").map_err(|problem| anyhow!("{problem}"))?;
    let connection = Connection::new(Arc::new(Pool::new(limits)), clouds.find(url)?, token, None);
    Ok(Session::new(Arc::new(settings), Arc::new(connection), true))
}

/// A peer that answers a page to everything.
async fn upstream(pages: Vec<Bytes>) -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let answer = move |Query(query): Query<std::collections::HashMap<String, String>>| {
        let number = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1_usize);
        let body = pages.get(number - 1).cloned().unwrap_or_default();
        async move {
            let paging = [
                ("x-page-limit", ROWS.to_string()),
                ("x-page-page", number.to_string()),
                ("x-page-total", (PAGES * ROWS).to_string()),
            ];
            ([(CONTENT_TYPE, "application/json")], paging, body)
        }
    };
    let router = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}/"))
}

/// Bytes of this process, by their name in `/proc/self/status`.
fn memory(name: &str) -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kilobytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[expect(clippy::cast_precision_loss, reason = "it is printed with few digits")]
fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
