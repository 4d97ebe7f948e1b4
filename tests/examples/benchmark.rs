//! Measures the server beside a bare one on rmcp, in one run, and prints both with their ratio.
//!
//! ```sh
//! cargo run --release -p mistmcp-tests --example benchmark
//! ```
//!
//! It builds what it needs in release. Every number is a median; the machine's noise is in both columns, so the
//! ratio is what to quote.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

#[path = "load/programs.rs"]
mod programs;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use programs::{build, cloud, memory};
use serde_json::{Value, json};

const STARTS: usize = 40;
const CALLS: usize = 2_000;
/// Servers whose search index is made.
const INDEXES: usize = 10;
const QUERIES: [&str; 5] = [
    "sites",
    "who changed the WLAN yesterday",
    "why is the Wi-Fi slow at the Leeds office",
    "how many switches are offline",
    "welche Access Points sind ausgefallen",
];

fn main() -> Result<()> {
    let release = build(&[
        &["-p", "mistmcp-tools", "--bin", "mistmcp"],
        &["-p", "mistmcp-tests", "--example", "bare_server"],
    ])?;
    let (ours, bare) = (release.join("mistmcp"), release.join("examples/bare_server"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    // It answers at once, so that what is left is the way there and back.
    let answer = || async { axum::Json(json!({ "requests": 12, "request_limit": 5000, "seconds": 1800 })) };
    let cloud = runtime.block_on(cloud(axum::Router::new().fallback(answer)))?;

    println!("{:38} {:>12} {:>12} {:>8}", "", "mistmcp", "bare rmcp", "ratio");
    let (mut own_starts, mut bare_starts) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        own_starts.push(Server::start(&ours, &cloud)?.started_in);
        bare_starts.push(Server::start(&bare, &cloud)?.started_in);
    }
    row("spawn to `initialize` reply, ms", milliseconds(&mut own_starts), milliseconds(&mut bare_starts));

    let (mut own, mut other) = (Server::start(&ours, &cloud)?, Server::start(&bare, &cloud)?);
    row("memory when idle, MB", own.megabytes()?, other.megabytes()?);
    own.request("tools/list", &json!({}))?;
    other.request("tools/list", &json!({}))?;
    row("memory after `tools/list`, MB", own.megabytes()?, other.megabytes()?);
    row("binary, MB", size(&ours)?, size(&bare)?);

    let mut through = Vec::with_capacity(CALLS);
    let mut direct = Vec::with_capacity(CALLS);
    let client = reqwest_client();
    let url = format!("{cloud}/api/v1/self/usage");
    own.request("tools/call", &json!({ "name": "getSelfApiUsage" }))?;
    for _ in 0..CALLS {
        let begun = Instant::now();
        own.request("tools/call", &json!({ "name": "getSelfApiUsage" }))?;
        through.push(begun.elapsed());
        let begun = Instant::now();
        runtime.block_on(async { client.get(&url).send().await?.bytes().await })?;
        direct.push(begun.elapsed());
    }
    let (through, direct) = (milliseconds(&mut through), milliseconds(&mut direct));
    println!("\n{:38} {:>12} {:>12} {:>8}", "", "mistmcp", "reqwest", "more");
    println!("{:38} {through:>12.3} {direct:>12.3} {:>8.3}", "one call of Mist, ms", through - direct);
    search(&ours, &cloud)
}

/// What `findTools` takes: for its index, which is made at the first query, and for a query, each beside a call that does
/// nothing but answer.
fn search(program: &Path, cloud: &str) -> Result<()> {
    let (mut firsts, mut memories) = (Vec::new(), Vec::new());
    let (mut queries, mut pings) = (Vec::with_capacity(CALLS), Vec::with_capacity(CALLS));
    for _ in 0..INDEXES {
        let mut server = Server::start_in("managed", program, cloud)?;
        server.request("tools/list", &json!({}))?;
        let before = server.megabytes()?;
        let find = |query: &str| json!({ "name": "findTools", "arguments": { "query": query } });
        let begun = Instant::now();
        server.request("tools/call", &find("rogue access points"))?;
        firsts.push(begun.elapsed());
        memories.push(server.megabytes()? - before);
        for query in QUERIES.iter().cycle().take(CALLS / INDEXES) {
            let begun = Instant::now();
            server.request("tools/call", &find(query))?;
            queries.push(begun.elapsed());
            let begun = Instant::now();
            server.request("ping", &json!({}))?;
            pings.push(begun.elapsed());
        }
    }
    memories.sort_by(f64::total_cmp);
    let (query, ping) = (milliseconds(&mut queries), milliseconds(&mut pings));
    println!("\n{:38} {:>12} {:>12} {:>8}", "", "findTools", "ping", "more");
    println!("{:38} {query:>12.3} {ping:>12.3} {:>8.3}", "one query, ms", query - ping);
    println!("{:38} {:>12.2}", "first query, with the index, ms", milliseconds(&mut firsts));
    println!("{:38} {:>12.2}", "memory of the index, MB", memories[memories.len() / 2]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let data = ["mistmcp/search", "tools/questions"].map(|folder_of| compiled_in(&folder.join(folder_of)));
    let [tables, questions] = data;
    println!("{:38} {:>12.2}", "its data in the binary, MB", tables? + questions?);
    Ok(())
}

/// The size of the files in a folder that are compiled into the program.
fn compiled_in(folder: &Path) -> Result<f64> {
    let mut sum = 0.0;
    for file in std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|kind| kind == "bin" || kind == "txt") && name != "requirements.txt" {
            sum += size(&path)?;
        }
    }
    Ok(sum)
}

fn reqwest_client() -> reqwest::Client {
    // It may be there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    started_in: Duration,
    next_id: u64,
}

impl Server {
    fn start(program: &Path, cloud: &str) -> Result<Self> {
        Self::start_in("all", program, cloud)
    }

    fn start_in(mode: &str, program: &Path, cloud: &str) -> Result<Self> {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .env_clear()
            .env("MIST_APITOKEN", "benchmark")
            .env("MIST_HOST", cloud)
            .env("MISTMCP_ALLOW_CLOUDS", cloud)
            .env("MISTMCP_TOOL_LOADING_MODE", mode)
            .env("MISTMCP_RATE_LIMIT", "1000000")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (input, output) = (input.context("no input")?, BufReader::new(output.context("no output")?));
        let mut server = Self { child, input, output, started_in: Duration::ZERO, next_id: 1 };
        server.request(
            "initialize",
            &json!({
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": { "name": "benchmark", "version": "1" },
            }),
        )?;
        server.started_in = begun.elapsed();
        server.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))?;
        Ok(server)
    }

    fn request(&mut self, method: &str, params: &Value) -> Result<Value> {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let reply: Value = serde_json::from_str(&line)?;
        let failed = reply.get("error").is_some() || reply["result"]["isError"] == json!(true);
        if failed || reply["id"] != json!(id) {
            bail!("{method}: {line}");
        }
        Ok(reply)
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        self.input.write_all(format!("{message}\n").as_bytes())?;
        Ok(self.input.flush()?)
    }

    /// The memory that is resident now.
    fn megabytes(&self) -> Result<f64> {
        // What was just answered may still be being put away.
        std::thread::sleep(Duration::from_millis(300));
        #[expect(clippy::cast_precision_loss, reason = "megabytes with two decimals")]
        let bytes = memory(&self.child)? as f64;
        Ok(bytes / 1024.0 / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(program: &Path) -> Result<f64> {
    #[expect(clippy::cast_precision_loss, reason = "megabytes with two decimals")]
    let bytes = std::fs::metadata(program)?.len() as f64;
    Ok(bytes / 1024.0 / 1024.0)
}

/// The median in milliseconds.
fn milliseconds(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}

fn row(name: &str, own: f64, bare: f64) {
    println!("{name:38} {own:>12.2} {bare:>12.2} {:>8.2}", own / bare);
}
