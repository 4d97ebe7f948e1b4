//! Programs as processes: [`spawn`] starts one of a Debian package, [`signal`] sends a signal.

use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Starts a program without input and output, in its own folder. Dropping it kills it.
///
/// # Panics
/// The package is not installed.
pub(crate) fn spawn(mut command: Command, package: &str, folder: &TempDir) -> Child {
    command
        .current_dir(folder.path())
        .kill_on_drop(true)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{package} cannot be started ({error}): install it (Debian's package is {package})")
        })
}

/// Sends a signal, such as `TERM`, with the shell's own `kill`: that is on every machine, and the program is not.
///
/// # Panics
/// It is not sent.
pub(crate) async fn signal(process: u32, name: &str) {
    let command = format!("kill -s {name} {process}");
    assert!(Command::new("sh").args(["-c", &command]).status().await.unwrap().success(), "{command}");
}
