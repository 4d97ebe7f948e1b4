//! CPU-bound jobs, run on blocking threads so that the async threads keep answering. As many run at once as leave a
//! processor for these; the others wait, and stop waiting when their caller does.

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::error::ErrorKind;
use crate::{Error, Result};

static JOBS: LazyLock<Semaphore> = LazyLock::new(|| {
    let processors = available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(processors.saturating_sub(1).max(1))
});

/// Runs a job on a blocking thread, when there is one for it.
///
/// # Errors
/// The job panicked, or the process ends.
pub(crate) async fn run<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a job failed");
        Error::new(
            ErrorKind::Cloud,
            "The server failed to work this out. Try again once; if it stays, tell the user.",
        )
    };
    let permit = JOBS.acquire().await.map_err(|error| failed(&error))?;
    let job = move || {
        let _permit = permit;
        job()
    };
    spawn_blocking(job).await.map_err(|error| failed(&error))
}
