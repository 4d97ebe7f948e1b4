//! CPU-bound jobs, run on blocking threads so that the async threads keep answering: [`run`]. One processor is left
//! to the async threads. Queued jobs are cancelled with their caller. The memory for large answers is bounded in
//! total as well.

use std::hint::black_box;
use std::num::NonZero;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio::task::spawn_blocking;
use tokio_util::task::AbortOnDropHandle;

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
const UNITS: u32 = 1_024;

/// Answers above this size are subject to the memory limits.
pub(crate) const LARGE: usize = 1 << 20;

/// Size of a block that is a page of its own in mimalloc.
const OWN_PAGE: usize = 8 << 20;

/// Makes mimalloc, the allocator of the program `mistmcp`, return free memory of all threads to the system. It does that a second after memory was freed, but only
/// when a page is freed again: an idle process kept 998 MB for minutes after calls that had ended. The block is never touched, so
/// it takes no memory.
pub(crate) fn release_free_memory() {
    drop(black_box(Vec::<u8>::with_capacity(OWN_PAGE)));
}

/// Memory reserved for the text of a large answer, released on drop.
pub(crate) type Room = SemaphorePermit<'static>;

/// Runs a job on a blocking thread, as soon as one is free.
///
/// # Errors
/// The job panicked, or the process is shutting down.
pub(crate) async fn run<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    run_within(None, job).await
}

/// Runs a job on a large answer.
///
/// # Errors
/// As [`run`].
pub(crate) async fn on_large<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    run_within(Some(&PARSES), job).await
}

/// Runs a job on a thread of its own, which ends with the job. It is for jobs that allocate much in C, as SQLite does:
/// glibc keeps what a thread has freed as long as the thread lives, and a blocking thread lives on. Eight statements that each
/// used up SQLite's 640 MB, two at once, took 1,341 MB on blocking threads, and 706 MB so. None if the job panicked, or the
/// system gives no thread.
#[cfg(feature = "query")]
pub(crate) async fn on_own_thread<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    let job = move || {
        // The caller may have gone.
        let _ = sender.send(job());
    };
    let started = std::thread::Builder::new().name("statement".to_owned()).spawn(job);
    started.inspect_err(|error| tracing::error!(%error, "no thread could be started")).ok()?;
    receiver.await.ok()
}

async fn run_within<T: Send + 'static>(
    limit: Option<&'static Semaphore>,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = oneshot::channel();
    let job = Box::new(move || {
        let _ = sender.send(job());
    });
    queue(limit, job).await?;
    receiver.await.map_err(|error| failed(&error))
}

/// Queues a job in a task of its own, which is aborted with its caller. A semaphore gives its permits to waiters in order,
/// polled or not: a caller that is not polled, such as the pages of a buffered stream behind the current one, would keep
/// its permit from the job that the stream waits for. Not generic: tasks of one type take less code.
async fn queue(limit: Option<&'static Semaphore>, job: Box<dyn FnOnce() + Send>) -> Result<()> {
    let task = tokio::spawn(async move {
        let of_limit = match limit {
            Some(limit) => Some(limit.acquire().await.map_err(|error| failed(&error))?),
            None => None,
        };
        let permits = (of_limit, JOBS.acquire().await.map_err(|error| failed(&error))?);
        let job = move || {
            let _permits = permits;
            job();
        };
        spawn_blocking(job).await.map_err(|error| failed(&error))
    });
    AbortOnDropHandle::new(task).await.map_err(|error| failed(&error))?
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn a_queued_job_whose_caller_is_not_polled_keeps_no_other_job_waiting() {
        let jobs = available_parallelism().map_or(1, NonZero::get).saturating_sub(1).max(1);
        let all = JOBS.acquire_many(u32::try_from(jobs).unwrap()).await.unwrap();
        let mut idle: Vec<_> = (0..jobs).map(|number| Box::pin(run(move || number))).collect();
        for caller in &mut idle {
            assert!(poll!(caller).is_pending());
        }
        tokio::task::yield_now().await;
        let mut last = Box::pin(on_large(|| "done"));
        assert!(poll!(&mut last).is_pending());
        drop(all);
        let ended = tokio::time::timeout(Duration::from_mins(1), last).await;
        assert_eq!(ended.expect("it waits for callers that are not polled").unwrap(), "done");
        for (number, caller) in idle.into_iter().enumerate() {
            assert_eq!(caller.await.unwrap(), number);
        }
    }
}
