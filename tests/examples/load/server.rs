//! A server that is measured, and the cloud behind it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

/// A server over HTTP, killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts mistmcp before a cloud.
    pub(crate) fn mistmcp(program: &Path, cloud: &str) -> Result<Self> {
        Self::start(
            Command::new(program)
                .args(["--transport", "http", "--port", "0", "--mode", "all", "--cloud", cloud])
                .args([
                    "--allow-cloud",
                    cloud,
                    "--rate-limit",
                    "1000000000",
                    "--max-sessions-per-token",
                    "10000",
                ]),
        )
    }

    /// Starts a program that writes the address of its server to standard error.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        let mut lines = BufReader::new(child.stderr.take().context("no standard error")?).lines();
        let address = loop {
            let line = lines.next().context("it ended before it listened")??;
            if let Some((_, rest)) = line.split_once("http://") {
                break rest.split('/').next().unwrap_or_default().to_owned();
            }
        };
        // What it logs has to go somewhere, or it would wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, address })
    }

    /// The memory that is resident now, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("memory is read from /proc, which only Linux has")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds programs of the workspace as they are shipped, and says where they are.
pub(crate) fn build(programs: &[&[&str]]) -> Result<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    for arguments in programs {
        let status = Command::new(&cargo).args(["build", "--release"]).args(*arguments).status();
        ensure!(status.context("cargo cannot be started")?.success(), "cargo {} failed", arguments.join(" "));
    }
    let own = std::env::current_exe()?;
    // This program lies in target/release/examples.
    let release = own.parent().and_then(Path::parent).context("this program lies in no target folder")?;
    Ok(release.to_owned())
}

/// Serves a stand-in for Mist, and says where.
pub(crate) async fn cloud(router: axum::Router) -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // Without it every answer waits for the acknowledgement of the last; failing only makes it slower.
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}
