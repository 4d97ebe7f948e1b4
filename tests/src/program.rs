//! Starting programs of Debian packages: [`spawn`].

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
