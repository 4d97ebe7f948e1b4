//! Attacks a server of its own on loopback as a stranger would, and prints what that costs: processor time, memory, and
//! how long the probe and an honest client wait meanwhile.
//!
//! ```sh
//! cargo run --release -p mistmcp-tests --example attack -- [part of a scenario's name] [--program PATH]
//! ```
//!
//! It fails where a scenario costs more than it may, and names it. It builds the server in release, unless it is told of
//! another program. Each scenario has a server of its own with the limits that are set by default, comes
//! from 127.0.0.2, and is bounded in count and time; the honest client comes from 127.0.0.1. It needs some thousand open
//! files (`ulimit -n 20000`), and takes four minutes.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

mod aim;
#[path = "../load/programs.rs"]
mod programs;
mod scenarios;
#[expect(dead_code, reason = "the other programs start it with other limits")]
#[path = "../load/server.rs"]
mod server;
mod watch;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use programs::{build, cloud};
use scenarios::{SCENARIOS, Target};
use serde_json::json;
use server::Server;
use watch::Watch;

/// The beginning of the tokens that the cloud accepts.
pub(crate) const HONEST: &str = "honest-token-0123456789";
const STRANGER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));
/// Bytes of a large answer.
const LARGE: usize = 30 << 20;

/// A stand-in for Mist: it counts requests, and accepts honest tokens.
#[derive(Clone)]
struct Cloud {
    asked: Arc<AtomicUsize>,
    /// Those of the honest client that is watched.
    honest: Arc<AtomicUsize>,
    large: axum::body::Bytes,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut arguments = std::env::args().skip(1);
    let (mut only, mut program) = (String::new(), None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--program" => program = arguments.next().map(PathBuf::from),
            _ => only = argument,
        }
    }
    let program = match program {
        Some(program) => program,
        None => build(&[&["-p", "mistmcp-tools", "--bin", "mistmcp"]])?.join("mistmcp"),
    };
    let state = Cloud { asked: Arc::default(), honest: Arc::default(), large: large().into() };
    let cloud = cloud(axum::Router::new().fallback(mist).with_state(state.clone())).await?;
    println!(
        "{:44} {:>8} {:>8} {:>8} {:>9} {:>9} {:>6}  refused",
        "", "CPU s", "peak MB", "later MB", "livez ms", "honest ms", "asked"
    );
    let mut missed = Vec::new();
    for scenario in SCENARIOS.iter().filter(|scenario| scenario.name.contains(&only)) {
        state.asked.store(0, Ordering::SeqCst);
        state.honest.store(0, Ordering::SeqCst);
        let server = start(&program, &cloud)?;
        let target = Target { address: server.address.parse()?, stranger: STRANGER };
        let watch = Watch::begin(&server, target.address).await?;
        let refused = (scenario.attack)(target)
            .await
            .with_context(|| format!("the scenario `{}` could not be played", scenario.name))?;
        tokio::time::sleep(scenario.later).await;
        let seen = watch.end()?;
        let asked = state.asked.load(Ordering::SeqCst).saturating_sub(state.honest.load(Ordering::SeqCst));
        println!(
            "{:44} {:>8.2} {:>8} {:>8} {:>9} {:>9} {:>6}  {refused}",
            scenario.name,
            seen.processor.as_secs_f64(),
            seen.peak >> 20,
            seen.later >> 20,
            seen.waits.livez.as_millis(),
            seen.waits.honest.as_millis(),
            asked,
        );
        let of_scenario = aim::missed(scenario.aims, &seen, asked);
        missed.extend(of_scenario.into_iter().map(|aim| format!("{}: {aim}", scenario.name)));
    }
    ensure!(missed.is_empty(), "an attack costs more than it may:\n{}", missed.join("\n"));
    Ok(())
}

/// A server with the limits that are set by default.
fn start(program: &Path, cloud: &str) -> Result<Server> {
    Server::start(program, |command, port| {
        command.args(["--transport", "http", "--port", port, "--cloud", cloud, "--allow-cloud", cloud]);
        command.args(["--timeout", "120"]);
    })
}

async fn mist(State(cloud): State<Cloud>, request: Request) -> Response {
    cloud.asked.fetch_add(1, Ordering::SeqCst);
    let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    if !token.is_some_and(|token| token.starts_with(&format!("Token {HONEST}"))) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    cloud.honest.fetch_add(1, Ordering::SeqCst);
    let json = [("content-type", "application/json")];
    if request.uri().path().ends_with("/devices") {
        return (json, cloud.large).into_response();
    }
    (json, "{\"name\":\"honest\",\"privileges\":[]}").into_response()
}

/// A list of short rows, which take most memory when they are parsed.
fn large() -> String {
    let mut text = String::with_capacity(LARGE + 64);
    text.push('[');
    for number in 0.. {
        if text.len() > LARGE {
            break;
        }
        let comma = if number > 0 { "," } else { "" };
        text.extend([comma, &json!({ "id": number, "up": true }).to_string()]);
    }
    text.push(']');
    text
}

/// How long an honest client waits at most before it tries again.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
