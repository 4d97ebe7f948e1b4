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
#[allow(dead_code, clippy::unwrap_used, reason = "it is of the tests, and most of it for attacks")]
#[path = "../tests/http/oauth/issuer.rs"]
mod issuer;
#[path = "load/measure.rs"]
mod measure;
#[path = "load/programs.rs"]
mod programs;
#[path = "load/server.rs"]
mod server;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use axum::Json;
use axum::routing::get;
use client::{Client, Lifecycle};
use issuer::{AUDIENCE, Issuer};
use measure::{Round, quantile};
use programs::{build, cloud};
use serde_json::{Value, json};
use server::{Server, processor};

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 6;
const ROUND: Duration = Duration::from_secs(2);
const SESSIONS: usize = 1_000;
const SLOW: Duration = Duration::from_millis(200);
const AT_ONCE: usize = 16;

/// A constant of Mist, which is answered from the cache from the second time on.
const CACHED: &str = "listInsightMetrics";
const DUMMY: &str = "getDummy7";
const TOKEN: &str = "benchmark";

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
            ours.add(round(&own, CACHED, TOKEN, lifecycle).await?);
            theirs.add(round(&bare, DUMMY, TOKEN, lifecycle).await?);
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
    access_tokens(&release.join("mistmcp"), &cloud).await
}

/// Prints what a call costs whose access token is checked, beside one with a token of Mist, on two servers.
async fn access_tokens(program: &Path, cloud: &str) -> Result<()> {
    let issuer = Issuer::start().await;
    let accounts = std::env::temp_dir().join(format!("mistmcp-benchmark-{}.toml", std::process::id()));
    let account =
        format!("[accounts.acme]\ntoken_env = \"ACME_TOKEN\"\ncloud = \"{cloud}\"\ngroups = [\"noc\"]\n");
    std::fs::write(&accounts, account)?;
    let guarded = Server::mistmcp_with(program, cloud, |command| {
        command.env("ACME_TOKEN", TOKEN).arg("--accounts").arg(&accounts);
        command.args(["--oauth-issuer", &issuer.url, "--oauth-audience", AUDIENCE]);
    });
    let plain = Server::mistmcp(program, cloud)?;
    let guarded = guarded?;
    let token = format!("Bearer {}", issuer.token("alice", json!({ "exp": issuer::now() + 3600 })));
    println!("\n{:44} {:>10} {:>10} {:>7}", "", "access", "Mist's", "ratio");
    for lifecycle in [Lifecycle::Stateless, Lifecycle::Legacy] {
        let (mut with_access, mut with_own) = ((Round::default(), 0.0), (Round::default(), 0.0));
        for _ in 0..ROUNDS {
            for ((sum, processor_time), server, token) in
                [(&mut with_access, &guarded, token.as_str()), (&mut with_own, &plain, TOKEN)]
            {
                let before = processor(server.id())?;
                sum.add(round(server, CACHED, token, lifecycle).await?);
                *processor_time += processor(server.id())?.saturating_sub(before).as_secs_f64();
            }
        }
        let cost = |(sum, processor_time): &(Round, f64)| processor_time * 1e6 / sum.calls();
        row(&format!("processor time of a call, µs, {lifecycle:?}"), cost(&with_access), cost(&with_own));
        row(&format!("tools/call a second, {lifecycle:?}"), with_access.0.rate(), with_own.0.rate());
    }
    std::fs::remove_file(&accounts)?;
    Ok(())
}

/// Calls one tool over and over on every connection.
async fn round(server: &Server, tool: &'static str, token: &str, lifecycle: Lifecycle) -> Result<Round> {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = Client::open(&server.address, "/mcp", token, lifecycle).await?;
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
            clients.push(Client::open(&server.address, "/mcp", TOKEN, Lifecycle::Stateless).await?);
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
