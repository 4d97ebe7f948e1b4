//! The programs that are measured, and the cloud behind them.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use anyhow::{Context, Result, ensure};

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

/// The memory of a program that is resident now, in bytes.
pub(crate) fn memory(program: &Child) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id()))
        .context("memory is read from /proc, which only Linux has")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024)
}
