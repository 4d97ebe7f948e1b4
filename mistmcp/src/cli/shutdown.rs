//! Shutdown signals.

use std::io;

use tokio_util::sync::CancellationToken;

/// A token that is cancelled by Ctrl-C, and where there is one by SIGTERM.
pub(super) fn on_signal() -> io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let signalled = stop.clone();
    let signal = signal()?;
    tokio::spawn(async move {
        signal.await;
        signalled.cancel();
    });
    Ok(stop)
}

#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        // If Ctrl-C cannot be handled, the system ends the program itself.
        let _ = tokio::signal::ctrl_c().await;
    })
}
