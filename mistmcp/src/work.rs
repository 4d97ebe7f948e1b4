//! CPU-bound jobs, run on blocking threads so that the async threads keep answering: [`run`]. One processor is left
//! to the async threads. Queued jobs are cancelled with their caller. The memory for large answers is bounded in
//! total as well.

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::spawn_blocking;

use crate::error::ErrorKind;
use crate::{Error, Result};

static JOBS: LazyLock<Semaphore> = LazyLock::new(|| {
    let processors = available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(processors.saturating_sub(1).max(1))
});

/// Large answers that are parsed and rendered at once: each may take some hundred megabytes.
static PARSES: Semaphore = Semaphore::const_new(2);

/// Memory for the text of large answers, in units of [`UNIT`] bytes.
static TEXTS: Semaphore = Semaphore::const_new(UNITS as usize);
const UNIT: usize = 64 * 1024;
const UNITS: u32 = 2_048;

/// Answers above this size are subject to the memory limits.
pub(crate) const LARGE: usize = 1 << 20;

/// Memory reserved for the text of a large answer, released on drop.
pub(crate) type Room = SemaphorePermit<'static>;

/// Runs a job on a blocking thread, as soon as one is free.
///
/// # Errors
/// The job panicked, or the process is shutting down.
pub(crate) async fn run<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let permit = JOBS.acquire().await.map_err(|error| failed(&error))?;
    let job = move || {
        let _permit = permit;
        job()
    };
    spawn_blocking(job).await.map_err(|error| failed(&error))
}

/// Runs a job on a large answer.
///
/// # Errors
/// As [`run`].
pub(crate) async fn on_large<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let permit = PARSES.acquire().await.map_err(|error| failed(&error))?;
    run(move || {
        let _permit = permit;
        job()
    })
    .await
}

/// Reserves memory for the text of a large answer of at most `bytes`.
///
/// # Errors
/// The process is shutting down.
pub(crate) async fn room(bytes: usize) -> Result<Room> {
    let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(UNITS).min(UNITS);
    TEXTS.acquire_many(units).await.map_err(|error| failed(&error))
}

/// Releases the part of a reservation that is not needed.
pub(crate) fn shrink(mut room: Room, bytes: usize) -> Room {
    let excess = room.num_permits().saturating_sub(bytes.div_ceil(UNIT));
    drop(room.split(excess));
    room
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    tracing::error!(%error, "a job failed");
    Error::new(
        ErrorKind::Cloud,
        "The server failed to work this out. Try again once; if it stays, tell the user.",
    )
}
