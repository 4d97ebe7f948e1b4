//! What an attack costs the server, and those who wait for it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use crate::server::{Server, processor};
use crate::{HONEST, PATIENCE};

/// Watches a server until it is ended.
pub(crate) struct Watch<'a> {
    server: &'a Server,
    process: u32,
    processor: Duration,
    before: Waits,
    waits: Arc<Mutex<Waits>>,
}

/// The longest waits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Waits {
    pub(crate) livez: Duration,
    pub(crate) honest: Duration,
}

/// What was seen: the longest waits before the attack and since, and the memory at its peak and at the end.
pub(crate) struct Seen {
    pub(crate) processor: Duration,
    pub(crate) peak: u64,
    pub(crate) later: u64,
    pub(crate) before: Waits,
    pub(crate) waits: Waits,
}

/// How often it is looked before the attack.
const CALM: usize = 5;
const BETWEEN: Duration = Duration::from_millis(200);
/// Calls of an honest client until a newcomer with another token takes its place.
const CALLS: usize = 16;

impl<'a> Watch<'a> {
    pub(crate) async fn begin(server: &'a Server, address: SocketAddr) -> Result<Self> {
        let process = server.id();
        // A connection of its own each time, as a probe's. Made once: reading the certificates of the system takes time.
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
        let mut before = Waits::default();
        for _ in 0..CALM {
            before.livez_was(timed(probe(&client, address)).await);
            before.honest_was(timed(honest_call(&client, address, 0)).await);
        }
        let waits = Arc::new(Mutex::new(Waits::default()));
        let longest = Arc::downgrade(&waits);
        let watching = async move {
            let probing = async {
                while let Some(waits) = longest.upgrade() {
                    let livez = timed(probe(&client, address)).await;
                    locked(&waits).livez_was(livez);
                    tokio::time::sleep(BETWEEN).await;
                }
            };
            let calling = async {
                for number in 1.. {
                    let Some(waits) = longest.upgrade() else { break };
                    let honest = timed(honest_call(&client, address, number)).await;
                    locked(&waits).honest_was(honest);
                    tokio::time::sleep(BETWEEN).await;
                }
            };
            tokio::join!(probing, calling)
        };
        // On a thread of its own: the attacker's are busy.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || runtime.block_on(watching));
        Ok(Self { server, process, processor: processor(process)?, before, waits })
    }

    pub(crate) fn end(self) -> Result<Seen> {
        let later = self.server.memory()?;
        let processor = processor(self.process)?.saturating_sub(self.processor);
        let waits = *locked(&self.waits);
        Ok(Seen { processor, peak: field(self.process, "VmHWM:")?, later, before: self.before, waits })
    }
}

impl Waits {
    fn livez_was(&mut self, wait: Duration) {
        self.livez = self.livez.max(wait);
    }

    fn honest_was(&mut self, wait: Duration) {
        self.honest = self.honest.max(wait);
    }
}

fn locked(waits: &Mutex<Waits>) -> MutexGuard<'_, Waits> {
    waits.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn timed(work: impl Future<Output = bool>) -> Duration {
    let began = Instant::now();
    // What fails counts as a long wait.
    if matches!(tokio::time::timeout(PATIENCE, work).await, Ok(true)) { began.elapsed() } else { PATIENCE }
}

async fn probe(client: &reqwest::Client, address: SocketAddr) -> bool {
    let probe = client.get(format!("http://{address}/livez"));
    probe.send().await.is_ok_and(|answer| answer.status() == 200)
}

async fn honest_call(client: &reqwest::Client, address: SocketAddr, number: usize) -> bool {
    let site = format!("00000000-0000-4000-8000-{number:012}");
    let call = crate::scenarios::message(
        "tools/call",
        &json!({ "name": "getSiteInfo", "arguments": { "site_id": site } }),
    );
    let token = format!("{HONEST}-{}", number / CALLS);
    let request = client.post(format!("http://{address}/mcp?mode=all"));
    let request = crate::scenarios::modern(request, "tools/call", &token);
    let Ok(answer) = request.header("mcp-name", "getSiteInfo").body(call).send().await else { return false };
    answer.status() == 200 && answer.text().await.is_ok_and(|text| text.contains("honest"))
}

/// A field of the process's status, in bytes.
fn field(process: u32, name: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).context("/proc is Linux's")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such field")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1_024)
}
