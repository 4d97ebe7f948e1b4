//! Keeps a server busy for some minutes as many clients at once, some of which go away in the middle of a call, and
//! fails where an answer is lost, is somebody else's, or memory grows.
//!
//! ```sh
//! cargo run --release -p mistmcp-tests --example soak -- --minutes 5
//! ```
//!
//! It builds the server in release. `--sessions` (1000) and `--rate` (100 calls a second in all) say how busy; for the first
//! minute it is ten times as busy.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

#[path = "load/client.rs"]
mod client;
#[path = "load/programs.rs"]
mod programs;
#[path = "load/server.rs"]
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use axum::Json;
use axum::http::HeaderMap;
use client::{Client, Lifecycle};
use programs::{build, cloud};
use serde_json::{Value, json};
use server::Server;

/// One call in so many has nobody who waits for its answer.
const VANISHES: u64 = 20;
/// After this long memory has found its level: until then each session calls so many times as often, since the queues of
/// a session take up memory until each place in them was used once.
const WARM: Duration = Duration::from_mins(1);
const WARMING: u32 = 10;
/// How much above that level it may end: some room for what the allocator keeps.
const GROWTH: f64 = 1.15;

#[derive(Default)]
struct Count {
    answered: AtomicU64,
    vanished: AtomicU64,
    rows: AtomicU64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let (sessions, rate, minutes) = (flag("--sessions", 1_000)?, flag("--rate", 100)?, flag("--minutes", 3)?);
    ensure!(
        sessions > 0 && rate > 0 && minutes > 1,
        "a soak has sessions, calls, and lasts two minutes or more"
    );
    let release = build(&[&["-p", "mistmcp-tools", "--bin", "mistmcp"]])?;
    let cloud = cloud(axum::Router::new().fallback(mist)).await?;
    let server = Arc::new(Server::mistmcp(&release.join("mistmcp"), &cloud)?);
    println!("{sessions} sessions, {rate} calls a second, {minutes} minutes");

    let (count, end) = (Arc::new(Count::default()), Instant::now() + Duration::from_mins(minutes));
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..sessions {
        let (server, count) = (Arc::clone(&server), Arc::clone(&count));
        clients.spawn(async move {
            let pause = Duration::from_millis(1_000 * sessions / rate);
            user(&server, &count, number, pause, end).await.with_context(|| format!("client {number}"))
        });
    }
    let began = Instant::now();
    let mut warm = None;
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_secs(10)).await;
        // One that has failed is told at once.
        while let Some(ended) = clients.try_join_next() {
            ended??;
        }
        let memory = server.memory()?;
        if began.elapsed() >= WARM && warm.is_none() {
            warm = Some(memory);
        }
        report(began, memory, &count);
    }
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    let memory = server.memory()?;
    report(began, memory, &count);
    let warm = warm.context("it was too short for memory to find its level")?;
    #[expect(clippy::cast_precision_loss, reason = "a ratio with two decimals")]
    let growth = memory as f64 / warm as f64;
    println!("memory at the end is {growth:.2} of what it was after a minute");
    ensure!(growth <= GROWTH, "memory grows");
    println!("no answer was lost, and none was another's");
    Ok(())
}

/// One user: calls now and then, and knows its own answers by the token that made them.
async fn user(server: &Server, count: &Count, number: u64, pause: Duration, end: Instant) -> Result<()> {
    let token = format!("soak-token-{number:06}");
    let lifecycle = if number.is_multiple_of(2) { Lifecycle::Legacy } else { Lifecycle::Stateless };
    let warm = Instant::now() + WARM;
    // Not all at once.
    tokio::time::sleep((pause / WARMING).mul_f64(share(number))).await;
    let mut client = Client::open(&server.address, "/mcp", &token, lifecycle).await?;
    for call in number.. {
        if Instant::now() >= end {
            break;
        }
        let (tool, arguments) = match call % 3 {
            0 => ("getSelf", json!({})),
            _ => ("listSelfAuditLogs", json!({ "page": 1 + call % 50, "limit": 20 })),
        };
        if (call * 7_919).is_multiple_of(VANISHES) {
            client.close_stdio(tool, &arguments).await?;
            count.vanished.fetch_add(1, Ordering::Relaxed);
        } else {
            let text = client.call(tool, &arguments).await?;
            if !text.contains(&marker(&token))
                || text.matches("soak-mark-").count() != text.matches(&marker(&token)).count()
            {
                bail!("{token} was answered {text}");
            }
            count.answered.fetch_add(1, Ordering::Relaxed);
            count.rows.fetch_add(text.matches("soak-mark-").count() as u64, Ordering::Relaxed);
        }
        let pause = if warm > Instant::now() { pause / WARMING } else { pause };
        tokio::time::sleep(pause.mul_f64(0.5 + share(call))).await;
    }
    Ok(())
}

/// Mist, whose answers bear the mark of the token that asked. Some take a while.
async fn mist(headers: HeaderMap, uri: axum::http::Uri) -> Json<Value> {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mark = marker(token.trim_start_matches("Token "));
    let slow = uri.query().is_some_and(|query| query.contains("page=7"));
    tokio::time::sleep(Duration::from_millis(if slow { 2_000 } else { 10 })).await;
    if uri.path().ends_with("/self") {
        return Json(json!({ "name": mark, "privileges": [] }));
    }
    let row = |place: usize| json!({ "message": mark, "id": place, "text": "x".repeat(200) });
    Json(json!({ "results": (0..20).map(row).collect::<Vec<_>>(), "total": 1_000, "limit": 20 }))
}

/// The token itself would be masked.
fn marker(token: &str) -> String {
    token.replace("soak-token-", "soak-mark-")
}

/// Something between 0 and 1 that looks like chance, and is the same in every run.
fn share(number: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "any number will do")]
    let scattered = (number.wrapping_mul(2_654_435_761) % 1_000) as f64;
    scattered / 1_000.0
}

fn report(began: Instant, memory: u64, count: &Count) {
    println!(
        "{:>5} s  {:>6} MB  {} answered, {} rows, {} vanished",
        began.elapsed().as_secs(),
        memory / 1_048_576,
        count.answered.load(Ordering::Relaxed),
        count.rows.load(Ordering::Relaxed),
        count.vanished.load(Ordering::Relaxed)
    );
}

fn flag(name: &str, default: u64) -> Result<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    match (arguments.next(), arguments.next()) {
        (None, _) => Ok(default),
        (Some(_), Some(value)) => value.parse().with_context(|| format!("{name} takes a number")),
        (Some(_), None) => bail!("{name} takes a number"),
    }
}
