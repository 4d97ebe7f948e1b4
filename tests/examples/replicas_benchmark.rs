//! Measures what replicas and the Redis between them cost: one server from memory, one with Redis and two with Redis,
//! in one run.
//!
//! ```sh
//! cargo run --release -p mistmcp-tests --example replicas_benchmark
//! ```
//!
//! It builds the server in release and starts Debian's `redis-server`. Rounds alternate between the three, so that the
//! machine's noise is in all of them. All of it runs on this machine, clients and Redis too: on few cores two replicas
//! cannot do twice what one does.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

#[path = "load/client.rs"]
mod client;
#[path = "load/measure.rs"]
mod measure;
#[path = "load/programs.rs"]
mod programs;
#[path = "load/server.rs"]
mod server;

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Json;
use axum::routing::get;
use client::{Client, Lifecycle};
use measure::Round;
use mistmcp_tests::RedisServer;
use programs::{build, cloud};
use serde_json::{Value, json};
use server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ROUNDS: usize = 8;
const ROUND: Duration = Duration::from_secs(2);
/// How long Mist takes.
const MIST: Duration = Duration::from_millis(20);
const KEY: &str = "a-key-0f-the-benchmark-that-n0body-else-has";

/// What is called, and by how many clients at once.
struct Load {
    name: &'static str,
    lifecycle: Lifecycle,
    clients: usize,
    call: fn(u64) -> (&'static str, Value),
}

const LOADS: [Load; 3] = [
    Load { name: "a 20 ms call in a session", lifecycle: Lifecycle::Legacy, clients: 16, call: from_mist },
    Load { name: "a 20 ms call, 2026-07-28", lifecycle: Lifecycle::Stateless, clients: 16, call: from_mist },
    Load { name: "a cached call in a session", lifecycle: Lifecycle::Legacy, clients: 32, call: from_cache },
];

/// Each asks for something else, so that none is answered with another's answer.
fn from_mist(number: u64) -> (&'static str, Value) {
    ("listSelfAuditLogs", json!({ "page": number + 1 }))
}

/// A constant of Mist, which is answered from the cache from the second time on.
fn from_cache(_: u64) -> (&'static str, Value) {
    ("listInsightMetrics", json!({}))
}

/// Servers that are one service.
struct Service {
    name: &'static str,
    replicas: Vec<Server>,
}

/// What a service has done.
#[derive(Default)]
struct Done {
    round: Round,
    redis: Redis,
}

/// What Redis had to do with it.
#[derive(Clone, Copy, Default)]
struct Redis {
    /// How often it was asked.
    asked: f64,
    /// Seconds that were waited for it.
    waited: f64,
    /// Seconds that its processor was busy.
    busy: f64,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let release = build(&[&["-p", "mistmcp-tools", "--bin", "mistmcp"]])?;
    let slow = || async {
        tokio::time::sleep(MIST).await;
        Json(json!({ "results": [], "total": 0, "start": 1, "end": 2, "limit": 100, "page": 1 }))
    };
    let small = || async { Json(json!({ "rssi": { "description": "How loud", "unit": "dBm" } })) };
    let router = axum::Router::new().route("/api/v1/const/insight_metrics", get(small)).fallback(slow);
    let (cloud, redis) = (cloud(router).await?, RedisServer::start().await);
    let program = release.join("mistmcp");
    let services = [
        Service { name: "1 from memory", replicas: vec![Server::mistmcp(&program, &cloud)?] },
        Service { name: "1 with Redis", replicas: vec![with_redis(&program, &cloud, &redis)?] },
        Service {
            name: "2 with Redis",
            replicas: vec![with_redis(&program, &cloud, &redis)?, with_redis(&program, &cloud, &redis)?],
        },
    ];
    for load in LOADS {
        let mut done: [Done; 3] = Default::default();
        for number in 0..ROUNDS {
            for (service, done) in services.iter().zip(&mut done) {
                service.take(&load, number, &redis, done).await.context(service.name)?;
            }
        }
        tell(&load, &services, &mut done);
    }
    println!();
    for service in &services {
        let memory: Result<u64> = service.replicas.iter().map(Server::memory).sum();
        println!("{:28} {:>9} kB of memory", service.name, memory? / 1024);
    }
    Ok(())
}

fn with_redis(program: &Path, cloud: &str, redis: &RedisServer) -> Result<Server> {
    Server::mistmcp_with(program, cloud, |command| {
        command.args(["--redis", &redis.url()]).env("MISTMCP_REDIS_KEY", KEY);
    })
}

impl Service {
    /// A round of calls, by clients of whom each has a token of its own.
    async fn take(&self, load: &Load, number: usize, redis: &RedisServer, done: &mut Done) -> Result<()> {
        let mut clients = Vec::new();
        for index in 0..load.clients {
            let server = &self.replicas[index % self.replicas.len()];
            let token = format!("benchmark-{number}-{index}");
            let mut client = Client::open(&server.address, "/mcp", &token, load.lifecycle).await?;
            // Makes connections, and fills the cache.
            let (tool, arguments) = (load.call)(1_000_000_000);
            client.call(tool, &arguments).await?;
            clients.push(client);
        }
        let before = self.redis(redis).await?;
        done.round.add(Round::run(clients, ROUND, load.call).await?);
        let after = self.redis(redis).await?;
        done.redis.asked += after.asked - before.asked;
        done.redis.waited += after.waited - before.waited;
        done.redis.busy += after.busy - before.busy;
        Ok(())
    }

    /// What Redis has had to do with the service from its beginning, and with all of them.
    async fn redis(&self, redis: &RedisServer) -> Result<Redis> {
        let mut all = Redis::default();
        for replica in &self.replicas {
            let metrics = metrics(replica).await?;
            let value = |name: &str| metrics.get(name).copied().unwrap_or_default();
            all.waited += value("mistmcp_redis_duration_seconds_sum");
            all.asked += value("mistmcp_redis_duration_seconds_count");
        }
        let told: String = redis::cmd("INFO").arg("cpu").query_async(&mut redis.connect().await).await?;
        let seconds =
            |name: &str| told.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        for name in ["used_cpu_user:", "used_cpu_sys:"] {
            all.busy += seconds(name).context("Redis tells nothing of its processor")?;
        }
        Ok(all)
    }
}

/// What a server counts, but for what has labels.
async fn metrics(server: &Server) -> Result<HashMap<String, f64>> {
    let mut stream = TcpStream::connect(&server.address).await?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address);
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    Ok(lines.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect())
}

fn tell(load: &Load, services: &[Service], done: &mut [Done]) {
    println!(
        "\n{:28} {:>9} {:>9} {:>9} {:>11} {:>11} {:>9} {:>11}",
        format!("{}, {} clients", load.name, load.clients),
        "p50 ms",
        "p99 ms",
        "calls/s",
        "p50 ratio",
        "Redis/call",
        "its share",
        "its CPU, us"
    );
    let mut baseline = None;
    for (service, done) in services.iter().zip(done) {
        let median = done.round.milliseconds(0.5);
        let baseline = *baseline.get_or_insert(median);
        println!(
            "{:28} {:>9.2} {:>9.2} {:>9.0} {:>11.3} {:>11.2} {:>8.1}% {:>11.1}",
            service.name,
            median,
            done.round.milliseconds(0.99),
            done.round.rate(),
            median / baseline,
            done.redis.asked / done.round.calls(),
            done.redis.waited / done.round.in_all().as_secs_f64() * 100.0,
            done.redis.busy / done.round.calls() * 1e6
        );
    }
}
