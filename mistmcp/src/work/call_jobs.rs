//! The jobs of one call ([`CallJobs`]), and the queue of its token or address ([`JobQueue`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use tokio::task::futures::TaskLocalFuture;

use super::{jobs_at_once, short_jobs_at_once};

tokio::task_local! {
    static CALL_JOBS: CallJobs;
}

/// The jobs on answers, searches and queries of one token or of one address that run or are next: of jobs and searches as
/// many as run at all. Its others wait here, and not before those of other tokens and addresses.
#[derive(Clone, Debug)]
pub(crate) struct JobQueue {
    answers: Arc<Semaphore>,
    searches: Arc<Semaphore>,
    #[cfg(feature = "query")]
    queries: Arc<Semaphore>,
    #[cfg(feature = "query")]
    statements: Arc<Semaphore>,
}

impl Default for JobQueue {
    fn default() -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self {
            answers: semaphore(jobs_at_once()),
            searches: semaphore(short_jobs_at_once()),
            #[cfg(feature = "query")]
            queries: semaphore(super::QUERIES_OF_QUEUE),
            #[cfg(feature = "query")]
            statements: semaphore(super::statements_at_once() / 2),
        }
    }
}

impl JobQueue {
    pub(super) fn answers(&self) -> Arc<Semaphore> {
        Arc::clone(&self.answers)
    }

    pub(super) fn searches(&self) -> Arc<Semaphore> {
        Arc::clone(&self.searches)
    }

    /// That of the call in this task, or else a new one.
    #[cfg(feature = "query")]
    pub(crate) fn current() -> Self {
        CallJobs::current().map(|jobs| jobs.queue).unwrap_or_default()
    }

    #[cfg(feature = "query")]
    pub(crate) fn queries(&self) -> Arc<Semaphore> {
        Arc::clone(&self.queries)
    }

    #[cfg(feature = "query")]
    pub(crate) fn statements(&self) -> Arc<Semaphore> {
        Arc::clone(&self.statements)
    }
}

/// The jobs of one call.
#[derive(Clone, Debug)]
pub(crate) struct CallJobs {
    queue: JobQueue,
    jobs: Arc<AtomicUsize>,
}

/// A job that runs or waits, until drop.
pub(super) struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl CallJobs {
    /// Those of the call in this task, or else those of a new call.
    pub(crate) fn new(queue: JobQueue) -> Self {
        Self::current().unwrap_or_else(|| Self { queue, jobs: Arc::default() })
    }

    pub(super) fn current() -> Option<Self> {
        CALL_JOBS.try_with(Self::clone).ok()
    }

    /// The same work, whose jobs are among these.
    pub(crate) fn scope<F: Future>(&self, work: F) -> TaskLocalFuture<Self, F> {
        CALL_JOBS.scope(self.clone(), work)
    }

    pub(super) fn queue(&self) -> &JobQueue {
        &self.queue
    }

    pub(super) fn begin(&self) -> Counted {
        self.jobs.fetch_add(1, Ordering::Relaxed);
        Counted(Arc::clone(&self.jobs))
    }

    /// Whether one of them runs or waits.
    pub(crate) fn has_jobs(&self) -> bool {
        self.jobs.load(Ordering::Relaxed) > 0
    }
}
