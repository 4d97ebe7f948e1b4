//! Limits on queries that run at once: of one token or address ([`query_permit`]), and on the statements of all
//! ([`statement_permit`]).

use std::sync::{Arc, LazyLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, watch};

use crate::error::ErrorKind;
use crate::work::{JobQueue, QUERIES_OF_QUEUE, statements_at_once};
use crate::{Call, Error, Result};

static STATEMENTS: LazyLock<Arc<Statements>> = LazyLock::new(|| Statements::new(statements_at_once()));

/// A permit among the queries of one token or address, from their first request to their result.
pub(super) type QueryPermit = OwnedSemaphorePermit;

/// A permit among the queries of one token or address.
pub(super) async fn query_permit(queue: &JobQueue, call: &Call) -> Result<QueryPermit> {
    acquire(queue.queries(), || {
        call.note(format!(
            "Waiting for other queries: {QUERIES_OF_QUEUE} of a token or address run at once."
        ));
    })
    .await
}

/// A permit among all statements. One token or address has half of them at most, so that others need not wait for its
/// statements.
pub(super) async fn statement_permit(queue: &JobQueue, call: &Call) -> Result<StatementPermit> {
    let waits = || call.note("Waiting for the statements of other queries.".to_owned());
    STATEMENTS.permit(acquire(queue.statements(), waits).await?, waits).await
}

/// Waits until a statement that runs now has ended. The limit on SQLite's memory is one for the whole process: what
/// fails with it may succeed then.
pub(super) async fn statement_ended() {
    let mut ended = STATEMENTS.ended.subscribe();
    if STATEMENTS.running() > 0 {
        // The sender lives as long as the process.
        let _ = ended.changed().await;
    }
}

/// Acquires a permit. `waits` is called if there is none at once.
async fn acquire(semaphore: Arc<Semaphore>, waits: impl FnOnce()) -> Result<OwnedSemaphorePermit> {
    let acquired = match Arc::clone(&semaphore).try_acquire_owned() {
        Err(TryAcquireError::NoPermits) => {
            waits();
            semaphore.acquire_owned().await.ok()
        }
        acquired => acquired.ok(),
    };
    acquired.ok_or_else(|| Error::new(ErrorKind::Cloud, "The server is shutting down. Try again."))
}

/// The statements that run at once.
#[derive(Debug)]
struct Statements {
    total: usize,
    free: Arc<Semaphore>,
    /// Counts the statements that have ended.
    ended: watch::Sender<u64>,
}

impl Statements {
    fn new(total: usize) -> Arc<Self> {
        Arc::new(Self { total, free: Arc::new(Semaphore::new(total)), ended: watch::Sender::new(0) })
    }

    fn running(&self) -> usize {
        self.total - self.free.available_permits()
    }

    async fn permit(
        self: &Arc<Self>,
        of_queue: OwnedSemaphorePermit,
        waits: impl FnOnce(),
    ) -> Result<StatementPermit> {
        let of_all = acquire(Arc::clone(&self.free), waits).await?;
        Ok(StatementPermit { statements: Arc::clone(self), permits: Some([of_queue, of_all]) })
    }
}

/// A permit among all statements, released on drop.
#[derive(Debug)]
pub(super) struct StatementPermit {
    statements: Arc<Statements>,
    permits: Option<[OwnedSemaphorePermit; 2]>,
}

impl StatementPermit {
    /// Looks for statements that run at the same time, from now on.
    pub(super) fn overlap(&self) -> Overlap {
        Overlap { statements: Arc::clone(&self.statements), ended: self.statements.ended.subscribe() }
    }
}

impl Drop for StatementPermit {
    fn drop(&mut self) {
        // It runs until then for those who wait for its end.
        self.permits = None;
        self.statements.ended.send_modify(|ended| *ended += 1);
    }
}

/// Whether other statements run at the same time as one.
pub(super) struct Overlap {
    statements: Arc<Statements>,
    ended: watch::Receiver<u64>,
}

impl Overlap {
    /// Whether another statement runs, or has ended since.
    pub(super) fn occurred(&self) -> bool {
        self.ended.has_changed().unwrap_or(false) || self.statements.running() > 1
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// A permit, if there is one now.
    fn now(statements: &Arc<Statements>, of_queue: &Arc<Semaphore>) -> Option<StatementPermit> {
        let of_queue = acquire(Arc::clone(of_queue), || ()).now_or_never()?.unwrap();
        statements.permit(of_queue, || ()).now_or_never().map(Result::unwrap)
    }

    #[test]
    fn a_queue_has_its_share_and_others_have_the_rest() {
        let statements = Statements::new(4);
        let [one, other] = [(); 2].map(|()| Arc::new(Semaphore::new(2)));
        let held: Vec<_> = (0..2).map(|_| now(&statements, &one).unwrap()).collect();
        assert!(now(&statements, &one).is_none());
        let _rest: Vec<_> = (0..2).map(|_| now(&statements, &other).unwrap()).collect();
        assert!(now(&statements, &Arc::new(Semaphore::new(2))).is_none(), "four run at once");
        drop(held);
        assert!(now(&statements, &one).is_some() && statements.running() == 2);
    }

    #[test]
    fn a_statement_knows_whether_others_ran_at_the_same_time() {
        let statements = Statements::new(2);
        let queue = Arc::new(Semaphore::new(2));
        let own = now(&statements, &queue).unwrap();
        let overlap = own.overlap();
        assert!(!overlap.occurred());
        let other = now(&statements, &queue).unwrap();
        assert!(overlap.occurred());
        drop(other);
        assert!(overlap.occurred() && !own.overlap().occurred());
    }

    #[tokio::test]
    async fn a_waiter_is_told_that_it_waits_and_one_that_gives_up_takes_no_permit() {
        let semaphore = Arc::new(Semaphore::new(1));
        let held = acquire(Arc::clone(&semaphore), || panic!("it is free")).await.unwrap();
        let mut told = 0;
        assert!(acquire(Arc::clone(&semaphore), || told += 1).now_or_never().is_none());
        let mut stays = Box::pin(acquire(Arc::clone(&semaphore), || ()));
        assert!(stays.as_mut().now_or_never().is_none());
        drop(held);
        assert!(told == 1 && stays.now_or_never().is_some());
        assert_eq!(semaphore.available_permits(), 1);
    }
}
