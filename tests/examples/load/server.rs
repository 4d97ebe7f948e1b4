//! A server over HTTP that is measured.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::programs::memory;

/// A server over HTTP, killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts mistmcp before a cloud.
    pub(crate) fn mistmcp(program: &Path, cloud: &str) -> Result<Self> {
        Self::mistmcp_with(program, cloud, |_| {})
    }

    /// The same with what `more` adds.
    pub(crate) fn mistmcp_with(program: &Path, cloud: &str, more: impl FnOnce(&mut Command)) -> Result<Self> {
        Self::start(program, |command, port| {
            command.args(["--transport", "http", "--mode", "all", "--port", port]);
            command.args(["--cloud", cloud, "--allow-cloud", cloud, "--rate-limit", "1000000000"]);
            command.args(["--max-sessions-per-token", "10000"]);
            // All clients are at one address, and each has a token of its own.
            for limit in ["connections", "requests", "new-clients"] {
                command.args([&format!("--max-{limit}-per-address"), "100000"]);
            }
            command.args(["--max-requests", "100000", "--new-tokens-per-minute", "1000000"]);
            more(command);
        })
    }

    /// Starts a program that listens on the port that `arguments` gives it.
    pub(crate) fn start(program: &Path, arguments: impl FnOnce(&mut Command, &str)) -> Result<Self> {
        // Free a moment ago, which is as good as it gets without reading what the program writes.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(program);
        command.env_clear();
        arguments(&mut command, &address.port().to_string());
        // A log that somebody reads would be measured with it.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().with_context(|| format!("{} cannot be started", program.display()))?;
        let mut server = Self { child, address: address.to_string() };
        while TcpStream::connect(address).is_err() {
            ensure!(server.child.try_wait()?.is_none(), "{} ended before it listened", program.display());
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Its process.
    #[allow(dead_code, reason = "not every program that includes this asks for it")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The memory that is resident now, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        memory(&self.child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[allow(dead_code, reason = "not every program that includes this asks for it")]
/// The processor time of a process, which Linux counts in hundredths of a second.
pub(crate) fn processor(process: u32) -> Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).context("/proc is Linux's")?;
    let fields: Vec<_> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).context("no time");
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}
