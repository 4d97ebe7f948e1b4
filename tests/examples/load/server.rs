//! A server that is measured, and the cloud behind it.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// A server over HTTP, killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts mistmcp before a cloud.
    pub(crate) fn mistmcp(program: &Path, cloud: &str) -> Result<Self> {
        Self::start(program, |command, port| {
            command.args(["--transport", "http", "--mode", "all", "--port", port]);
            command.args(["--cloud", cloud, "--allow-cloud", cloud, "--rate-limit", "1000000000"]);
            command.args(["--max-sessions-per-token", "10000"]);
        })
    }

    /// Starts a program that listens on the port that `arguments` gives it.
    pub(crate) fn start(program: &Path, arguments: impl FnOnce(&mut Command, &str)) -> Result<Self> {
        // Free a moment ago, which is as good as it gets without reading what the program writes.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(program);
        arguments(&mut command, &address.port().to_string());
        // A log that somebody reads would be measured with it.
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().with_context(|| format!("{} cannot be started", program.display()))?;
        let mut server = Self { child, address: address.to_string() };
        while TcpStream::connect(address).is_err() {
            ensure!(server.child.try_wait()?.is_none(), "{} ended before it listened", program.display());
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
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
