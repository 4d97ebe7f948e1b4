//! Measures MCP over HTTP beside a bare server on rmcp, in one run, and prints both with their ratio.
//!
//! ```sh
//! cargo run --release -p mistmcp-tests --example http_benchmark
//! ```
//!
//! It builds what it needs in release. Rounds alternate between the two, so that the machine's noise is in both.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

#[path = "load/client.rs"]
mod client;
#[path = "load/measure.rs"]
mod measure;
#[path = "load/programs.rs"]
mod programs;
#[path = "load/server.rs"]
mod server;

use std::time::{Duration, Instant};

use anyhow::Result;
use axum::Json;
use axum::routing::get;
use client::{Client, Lifecycle};
use measure::{Round, quantile};
use programs::{build, cloud};
use serde_json::{Value, json};
use server::Server;

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 6;
const ROUND: Duration = Duration::from_secs(2);
const SESSIONS: usize = 1_000;
const SLOW: Duration = Duration::from_millis(200);
const AT_ONCE: usize = 16;

/// A constant of Mist, which is answered from the cache from the second time on.
const CACHED: &str = "listInsightMetrics";
const DUMMY: &str = "getDummy7";

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let release = build(&[
        &["-p", "mistmcp-tools", "--bin", "mistmcp"],
        &["-p", "mistmcp-tests", "--example", "bare_server"],
    ])?;
    let slow = || async {
        tokio::time::sleep(SLOW).await;
        Json(json!({ "requests": 1, "request_limit": 5000, "seconds": 1800 }))
    };
    let small = || async { Json(json!({ "rssi": { "description": "How loud", "unit": "dBm" } })) };
    let router = axum::Router::new().route("/api/v1/const/insight_metrics", get(small)).fallback(slow);
    let cloud = cloud(router).await?;
    let own = Server::mistmcp(&release.join("mistmcp"), &cloud)?;
    let bare = Server::start(&release.join("examples/bare_server"), |command, port| {
        command.args(["--http", port]);
    })?;

    println!("{:44} {:>10} {:>10} {:>7}", "", "mistmcp", "bare rmcp", "ratio");
    for lifecycle in [Lifecycle::Stateless, Lifecycle::Legacy] {
        let (mut ours, mut theirs) = (Round::default(), Round::default());
        for _ in 0..ROUNDS {
            ours.add(round(&own, CACHED, lifecycle).await?);
            theirs.add(round(&bare, DUMMY, lifecycle).await?);
        }
        row(
            &format!("tools/call a second, {CONNECTIONS} connections, {lifecycle:?}"),
            ours.rate(),
            theirs.rate(),
        );
        row(&format!("p50 of these, ms, {lifecycle:?}"), ours.milliseconds(0.5), theirs.milliseconds(0.5));
        row(&format!("p99 of these, ms, {lifecycle:?}"), ours.milliseconds(0.99), theirs.milliseconds(0.99));
    }
    let (ours, theirs) = (session_size(&own).await?, session_size(&bare).await?);
    row("an idle session, kB", ours, theirs);

    let one = at_once(&own, 1).await?;
    let many = at_once(&own, AT_ONCE).await?;
    println!(
        "\n{AT_ONCE} calls at once of an endpoint that takes {} ms: {:.1} ms; one: {:.1} ms; ratio {:.3}",
        SLOW.as_millis(),
        many * 1_000.0,
        one * 1_000.0,
        many / one
    );
    Ok(())
}

/// Calls one tool over and over on every connection.
async fn round(server: &Server, tool: &'static str, lifecycle: Lifecycle) -> Result<Round> {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = Client::open(&server.address, "/mcp", "benchmark", lifecycle).await?;
        // Fills the cache.
        client.call(tool, &json!({})).await?;
        clients.push(client);
    }
    Round::run(clients, ROUND, move |_| (tool, json!({}))).await
}

/// What a session that does nothing holds, in kB.
async fn session_size(server: &Server) -> Result<f64> {
    // The connection is not part of it: each is closed at once.
    async fn open(server: &Server, many: usize) -> Result<()> {
        for number in 0..many {
            Client::open(&server.address, "/mcp", &format!("benchmark-{number}"), Lifecycle::Legacy).await?;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(())
    }
    open(server, SESSIONS / 4).await?;
    let before = server.memory()?;
    open(server, SESSIONS).await?;
    let more = server.memory()?.saturating_sub(before);
    #[expect(clippy::cast_precision_loss, reason = "kilobytes with a decimal")]
    Ok(more as f64 / 1024.0 / SESSIONS as f64)
}

/// How long so many calls of a slow endpoint take, all at once, in seconds: the median of some times.
async fn at_once(server: &Server, many: usize) -> Result<f64> {
    let mut times = Vec::new();
    for time in 0..7 {
        let mut clients = Vec::new();
        for _ in 0..many {
            clients.push(Client::open(&server.address, "/mcp", "benchmark", Lifecycle::Stateless).await?);
        }
        let began = Instant::now();
        let calls = clients.into_iter().enumerate().map(|(number, mut client)| {
            // Each asks for something else, so that none is answered with another's answer.
            let arguments: Value = json!({ "page": 1 + time * 100 + number });
            tokio::spawn(async move { client.call("listSelfAuditLogs", &arguments).await })
        });
        let calls: Vec<_> = calls.collect();
        for call in calls {
            call.await??;
        }
        times.push(began.elapsed());
    }
    Ok(quantile(&mut times, 0.5).as_secs_f64())
}

fn row(name: &str, own: f64, bare: f64) {
    println!("{name:44} {own:>10.2} {bare:>10.2} {:>7.2}", own / bare);
}
