//! SIGHUP: files are read or opened anew.

use std::io;

/// Runs an action on each SIGHUP, where the system has it.
#[cfg(unix)]
pub(super) fn on_signal(mut action: impl FnMut() + Send + 'static) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            action();
        }
    });
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
pub(super) fn on_signal(_action: impl FnMut() + Send + 'static) -> io::Result<()> {
    Ok(())
}
