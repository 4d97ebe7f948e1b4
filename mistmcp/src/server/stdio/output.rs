//! Watch on the reader of standard output.

use tokio_util::sync::CancellationToken;

/// Cancels `stop` once the reader of standard output has closed it, where the system tells.
#[cfg(target_os = "linux")]
pub(super) fn stop_when_closed(stop: CancellationToken) {
    tokio::spawn(async move {
        tokio::select! {
            () = closed() => {
                tracing::debug!("the client has closed standard output");
                stop.cancel();
            }
            () = stop.cancelled() => {}
        }
    });
}

/// Elsewhere the next answer finds out.
#[cfg(not(target_os = "linux"))]
pub(super) fn stop_when_closed(_stop: CancellationToken) {}

/// Returns when standard output is a pipe whose reader has closed it.
#[cfg(target_os = "linux")]
async fn closed() {
    use std::io::ErrorKind;

    use tokio::io::{Interest, Ready};
    use tokio::net::unix::pipe;

    match pipe::OpenOptions::new().open_sender("/proc/self/fd/1") {
        Ok(sender) => {
            if sender.ready(Interest::ERROR).await.is_ok_and(Ready::is_error) {
                return;
            }
        }
        // No pipe can be opened for writing that has no reader.
        Err(error) if error.raw_os_error() == Some(NO_READER) => return,
        Err(error) if error.kind() == ErrorKind::InvalidInput => {}
        Err(error) => tracing::debug!(%error, "standard output cannot be watched"),
    }
    std::future::pending::<()>().await;
}

/// `ENXIO`.
#[cfg(target_os = "linux")]
const NO_READER: i32 = 6;
