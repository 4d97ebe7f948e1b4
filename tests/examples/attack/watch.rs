//! What an attack costs the server, and those who wait for it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use crate::server::Server;
use crate::{HONEST, PATIENCE};

/// Watches a server until it is ended.
pub(crate) struct Watch<'a> {
    server: &'a Server,
    process: u32,
    processor: Duration,
    waits: tokio::sync::watch::Receiver<Waits>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Waits {
    livez: Duration,
    honest: Duration,
    honest_calls: usize,
}

/// What was seen: the longest waits, and the memory at its peak and at the end.
pub(crate) struct Seen {
    pub(crate) processor: Duration,
    pub(crate) peak: u64,
    pub(crate) later: u64,
    pub(crate) livez: Duration,
    pub(crate) honest: Duration,
    pub(crate) honest_calls: usize,
}

impl<'a> Watch<'a> {
    pub(crate) fn begin(server: &'a Server, address: SocketAddr) -> Result<Self> {
        let process = server.id();
        let (tell, waits) = tokio::sync::watch::channel(Waits::default());
        // On a thread of its own: the attacker's are busy.
        let asking = async move {
            for number in 0_usize.. {
                let (livez, honest) = tokio::join!(
                    timed(get(format!("http://{address}/livez"))),
                    timed(honest_call(address, number))
                );
                tell.send_modify(|waits| {
                    waits.livez = waits.livez.max(livez);
                    waits.honest = waits.honest.max(honest);
                    waits.honest_calls += 1;
                });
                tokio::time::sleep(Duration::from_millis(200)).await;
                if tell.is_closed() {
                    break;
                }
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || runtime.block_on(asking));
        Ok(Self { server, process, processor: processor(process)?, waits })
    }

    pub(crate) fn end(self) -> Result<Seen> {
        let later = self.server.memory()?;
        let processor = processor(self.process)?.saturating_sub(self.processor);
        let Waits { livez, honest, honest_calls } = *self.waits.borrow();
        Ok(Seen { processor, peak: field(self.process, "VmHWM:")?, later, livez, honest, honest_calls })
    }
}

async fn timed(work: impl Future<Output = bool>) -> Duration {
    let began = Instant::now();
    // What fails counts as a long wait.
    if matches!(tokio::time::timeout(PATIENCE, work).await, Ok(true)) { began.elapsed() } else { PATIENCE }
}

/// A connection of its own each time, as a probe's.
async fn get(url: String) -> bool {
    let Ok(client) = reqwest::Client::builder().no_proxy().build() else { return false };
    client.get(url).send().await.is_ok_and(|answer| answer.status() == 200)
}

async fn honest_call(address: SocketAddr, number: usize) -> bool {
    let Ok(client) = reqwest::Client::builder().no_proxy().build() else { return false };
    let site = format!("00000000-0000-4000-8000-{number:012}");
    let call = crate::scenarios::message(
        "tools/call",
        &json!({ "name": "getSiteInfo", "arguments": { "site_id": site } }),
    );
    let asked =
        crate::scenarios::modern(client.post(format!("http://{address}/mcp?mode=all")), "tools/call", HONEST)
            .header("mcp-name", "getSiteInfo")
            .body(call);
    let Ok(answer) = asked.send().await else { return false };
    answer.status() == 200 && answer.text().await.is_ok_and(|text| text.contains("honest"))
}

/// A field of the process's status, in bytes.
fn field(process: u32, name: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).context("/proc is Linux's")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such field")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1_024)
}

/// The processor time of a process, which Linux counts in hundredths of a second.
fn processor(process: u32) -> Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).context("/proc is Linux's")?;
    let fields: Vec<_> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).context("no time");
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}
