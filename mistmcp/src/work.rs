//! CPU-bound jobs, run on blocking threads so that the async threads keep answering: [`run`]. Jobs on answers leave one
//! processor to the async threads and to short jobs. Queued jobs are cancelled with their caller, and a job that runs can ask whether its caller has
//! gone: [`is_abandoned`]. Jobs of one token do not keep those of others waiting: [`CallJobs`]. Short jobs do not wait for
//! answers, nor for searches: [`run_short`], [`search`]. The memory for large answers is bounded in total as well.

mod call_jobs;
pub(crate) mod steps;
mod text_memory;

use std::cell::RefCell;
use std::hint::black_box;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;

pub(crate) use call_jobs::{CallJobs, JobQueue};
pub(crate) use text_memory::{Room, TextMemory};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::spawn_blocking;
use tokio_util::task::AbortOnDropHandle;

use crate::error::ErrorKind;
use crate::{Error, Result};

static JOBS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(jobs_at_once()));

/// Jobs of some milliseconds.
static SHORT_JOBS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(short_jobs_at_once()));

/// Searches of tools. They are separate from other short jobs, because anyone may search.
static SEARCHES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(short_jobs_at_once()));

fn jobs_at_once() -> usize {
    available_parallelism().map_or(1, NonZero::get).saturating_sub(1).max(1)
}

fn short_jobs_at_once() -> usize {
    (jobs_at_once() / 2).max(1)
}

/// Queries of one token or address at once.
#[cfg(feature = "query")]
pub(crate) const QUERIES_OF_QUEUE: usize = 2;

/// Statements of queries that run at once. One token or address has half of them at most.
#[cfg(feature = "query")]
pub(crate) fn statements_at_once() -> usize {
    available_parallelism().map_or(1, NonZero::get).clamp(2, 4)
}

/// Large answers that are parsed and rendered at once: each may take some hundred megabytes.
static PARSES: Semaphore = Semaphore::const_new(2);

/// Memory for the text of large answers: the default of `--max-response-bytes` in each of its two parts.
pub(crate) static TEXTS: TextMemory = TextMemory::new(32 << 20);

/// Answers above this size are subject to the memory limits.
pub(crate) const LARGE: usize = 1 << 20;

/// Replies up to this size are rendered on the async threads, which takes some milliseconds at most.
pub(crate) const QUICK: usize = 64 * 1024;

/// Size of a block that is a page of its own in mimalloc.
const OWN_PAGE: usize = 8 << 20;

/// Makes mimalloc, the allocator of the program `mistmcp`, return free memory of all threads to the system. It does that a second after memory was freed, but only
/// when a page is freed again: an idle process kept 998 MB for minutes after calls that had ended. The block is never touched, so
/// it takes no memory.
pub(crate) fn release_free_memory() {
    drop(black_box(Vec::<u8>::with_capacity(OWN_PAGE)));
}

/// Runs a job on a blocking thread, as soon as one is free.
///
/// # Errors
/// The job panicked, or the process is shutting down.
pub(crate) async fn run<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    run_within(&JOBS, None, CallJobs::current(), None, job).await
}

/// Runs a job of some milliseconds, which does not wait for those on answers, of its token or of others.
///
/// # Errors
/// As [`run`].
pub(crate) async fn run_short<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    run_within(&SHORT_JOBS, None, None, None, job).await
}

/// Runs a search of tools, in the queue of its call or in that of a client that makes none.
///
/// # Errors
/// As [`run`].
pub(crate) async fn search<T: Send + 'static>(
    client: Option<&JobQueue>,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let of_call = CallJobs::current();
    let of_queue = client.or_else(|| of_call.as_ref().map(CallJobs::queue)).map(JobQueue::searches);
    run_within(&SEARCHES, None, None, of_queue, job).await
}

/// Runs a job on a large answer.
///
/// # Errors
/// As [`run`].
pub(crate) async fn on_large<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    run_within(&JOBS, Some(&PARSES), CallJobs::current(), None, job).await
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

thread_local! {
    /// Of the job that runs on this thread: whether its caller has gone.
    static ABANDONED: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// Whether the caller of the job on this thread has gone: its call has ended, or was cancelled. The result is then dropped.
pub(crate) fn is_abandoned() -> bool {
    ABANDONED.with_borrow(|abandoned| abandoned.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)))
}

/// Marks a job as abandoned on drop.
#[derive(Default)]
struct Caller(Arc<AtomicBool>);

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A job on this thread, until drop.
struct Running;

impl Running {
    fn new(abandoned: Arc<AtomicBool>) -> Self {
        ABANDONED.set(Some(abandoned));
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        ABANDONED.set(None);
    }
}

async fn run_within<T: Send + 'static>(
    lane: &'static Semaphore,
    limit: Option<&'static Semaphore>,
    call: Option<CallJobs>,
    of_queue: Option<Arc<Semaphore>>,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let of_queue = of_queue.or_else(|| call.as_ref().map(|call| call.queue().answers()));
    let _counted = call.as_ref().map(CallJobs::begin);
    let (sender, receiver) = oneshot::channel();
    let caller = Caller::default();
    let abandoned = Arc::clone(&caller.0);
    let job = Box::new(move || {
        let _running = Running::new(abandoned);
        let _ = sender.send(job());
    });
    queue(of_queue, limit, lane, job).await?;
    receiver.await.map_err(|error| failed(&error))
}

/// Queues a job in a task of its own, which is aborted with its caller. A semaphore gives its permits to waiters in order,
/// polled or not: a caller that is not polled, such as the pages of a buffered stream behind the current one, would keep
/// its permit from the job that the stream waits for. Not generic: tasks of one type take less code.
async fn queue(
    of_queue: Option<Arc<Semaphore>>,
    limit: Option<&'static Semaphore>,
    lane: &'static Semaphore,
    job: Box<dyn FnOnce() + Send>,
) -> Result<()> {
    let task = tokio::spawn(async move {
        let of_queue = match of_queue {
            Some(queue) => Some(queue.acquire_owned().await.map_err(|error| failed(&error))?),
            None => None,
        };
        let of_limit = match limit {
            Some(limit) => Some(limit.acquire().await.map_err(|error| failed(&error))?),
            None => None,
        };
        let permits = (of_queue, of_limit, lane.acquire().await.map_err(|error| failed(&error))?);
        let job = move || {
            let _permits = permits;
            job();
        };
        spawn_blocking(job).await.map_err(|error| failed(&error))
    });
    AbortOnDropHandle::new(task).await.map_err(|error| failed(&error))?
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    tracing::error!(%error, "a job failed");
    Error::new(
        ErrorKind::Cloud,
        "The server failed to work this out. Try again once; if it stays, it is a defect of this program.",
    )
}

/// Keeps all jobs waiting, but the short ones, until it is dropped.
#[cfg(test)]
pub(crate) async fn hold_all() -> tokio::sync::SemaphorePermit<'static> {
    JOBS.acquire_many(u32::try_from(jobs_at_once()).unwrap()).await.unwrap()
}

/// Runs a job as one whose caller has gone.
#[cfg(test)]
pub(crate) fn abandoned<T>(job: impl FnOnce() -> T) -> T {
    let _running = Running::new(Arc::new(AtomicBool::new(true)));
    job()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use futures_util::poll;
    use parking_lot::Mutex;
    use tokio::time::timeout;

    use super::*;

    /// Far longer than a job takes.
    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn a_queued_job_whose_caller_is_not_polled_keeps_no_other_job_waiting() {
        let all = hold_all().await;
        let mut idle: Vec<_> = (0..jobs_at_once()).map(|number| Box::pin(run(move || number))).collect();
        for caller in &mut idle {
            assert!(poll!(caller).is_pending());
        }
        tokio::task::yield_now().await;
        let mut last = Box::pin(on_large(|| "done"));
        assert!(poll!(&mut last).is_pending());
        drop(all);
        let ended = timeout(LONG, last).await;
        assert_eq!(ended.expect("it waits for callers that are not polled").unwrap(), "done");
        for (number, caller) in idle.into_iter().enumerate() {
            assert_eq!(caller.await.unwrap(), number);
        }
    }

    #[tokio::test]
    async fn a_short_job_does_not_wait_for_answers() {
        let all = hold_all().await;
        assert_eq!(timeout(LONG, run_short(|| 1)).await.unwrap().unwrap(), 1);
        drop(all);
    }

    #[tokio::test]
    async fn searches_keep_no_other_short_job_waiting() {
        let all = SEARCHES.acquire_many(u32::try_from(short_jobs_at_once()).unwrap()).await.unwrap();
        let mut search = Box::pin(search(None, || "found"));
        assert!(poll!(&mut search).is_pending());
        assert_eq!(timeout(LONG, run_short(|| 1)).await.unwrap().unwrap(), 1);
        drop(all);
        assert_eq!(timeout(LONG, search).await.unwrap().unwrap(), "found");
    }

    #[tokio::test]
    async fn searches_of_one_queue_do_not_keep_those_of_another_waiting() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let (many, one) = (JobQueue::default(), JobQueue::default());
        let search = |queue: &JobQueue, name: &'static str| {
            let (queue, order) = (queue.clone(), Arc::clone(&order));
            Box::pin(async move { search(Some(&queue), move || order.lock().push(name)).await })
        };
        let all = SEARCHES.acquire_many(u32::try_from(short_jobs_at_once()).unwrap()).await.unwrap();
        let mut searches: Vec<_> = (0..4 * short_jobs_at_once() + 4).map(|_| search(&many, "many")).collect();
        searches.push(search(&one, "one"));
        for search in &mut searches {
            assert!(poll!(search).is_pending());
            tokio::task::yield_now().await;
        }
        drop(all);
        timeout(LONG, futures_util::future::join_all(searches)).await.expect("the searches must end");
        assert_ne!(order.lock().last(), Some(&"one"), "{order:?}");
    }

    #[tokio::test]
    async fn a_job_can_ask_whether_its_caller_has_gone() {
        let (go, went) = mpsc::channel::<()>();
        let (told, tells) = oneshot::channel();
        let (started, starts) = oneshot::channel();
        let job = move || {
            let _ = started.send(is_abandoned());
            let _ = went.recv();
            let _ = told.send(is_abandoned());
        };
        let caller = tokio::spawn(run(job));
        assert!(!starts.await.unwrap(), "its caller waits for it");
        caller.abort();
        let _ = caller.await;
        go.send(()).unwrap();
        assert!(tells.await.unwrap(), "its caller has gone");
        assert!(!run(is_abandoned).await.unwrap(), "the next job on the thread has a caller");
        assert!(!is_abandoned());
    }

    #[tokio::test]
    async fn jobs_of_one_token_do_not_keep_those_of_another_waiting() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let (many, one) = (CallJobs::new(JobQueue::default()), CallJobs::new(JobQueue::default()));
        let job = |call: &CallJobs, name: &'static str| {
            let (call, order) = (call.clone(), Arc::clone(&order));
            let job = move || order.lock().push(name);
            Box::pin(async move { call.scope(run(job)).await })
        };
        let all = hold_all().await;
        let mut jobs: Vec<_> = (0..4 * jobs_at_once() + 4).map(|_| job(&many, "many")).collect();
        jobs.push(job(&one, "one"));
        for job in &mut jobs {
            assert!(poll!(job).is_pending());
            tokio::task::yield_now().await;
        }
        assert!(many.has_jobs() && one.has_jobs());
        drop(all);
        timeout(LONG, futures_util::future::join_all(jobs)).await.expect("the jobs must end");
        let order = order.lock();
        assert_ne!(order.last(), Some(&"one"), "{order:?}");
        assert!(!many.has_jobs() && !one.has_jobs());
    }
}
