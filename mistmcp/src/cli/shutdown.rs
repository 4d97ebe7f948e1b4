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

/// What a future comes to, unless the program is to stop before: it is dropped then, and with it the commands that it
/// waits for, which a signal for this program alone does not reach.
///
/// # Errors
/// Those of the future; or `Interrupted`.
pub(super) async fn unless_stopped<T>(
    stop: &CancellationToken,
    future: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    match stop.run_until_cancelled(future).await {
        Some(outcome) => outcome,
        None => Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted").into()),
    }
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
