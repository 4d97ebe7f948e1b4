//! Detects that the reader of standard output has closed it: [`stop_when_closed`].

use tokio_util::sync::CancellationToken;

/// Cancels `stop` once the reader of standard output has closed it.
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

/// On other systems the next write fails.
#[cfg(not(target_os = "linux"))]
pub(super) fn stop_when_closed(_stop: CancellationToken) {}

/// Returns when standard output is a pipe without a reader.
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
        // A pipe without a reader cannot be opened for writing.
        Err(error) if error.raw_os_error() == Some(NO_READER) => return,
        Err(error) if error.kind() == ErrorKind::InvalidInput => {}
        Err(error) => tracing::debug!(%error, "standard output cannot be watched"),
    }
    std::future::pending::<()>().await;
}

/// `ENXIO`.
#[cfg(target_os = "linux")]
const NO_READER: i32 = 6;
