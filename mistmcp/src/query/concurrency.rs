//! Limits on queries that run at once, fair over tokens: [`query_permit`], [`statement_permit`].

use std::collections::{HashMap, VecDeque};
use std::num::NonZero;
use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;

use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};

use crate::error::ErrorKind;
use crate::{Call, Error, Result};

/// Queries of one token and cloud at once.
const PER_TOKEN: usize = 2;
/// Statements of all tokens that run at once, at most.
const MAX_RUNNING: usize = 4;

/// Queries from their first request to their result.
static QUERIES: LazyLock<Arc<FairSemaphore>> = LazyLock::new(|| FairSemaphore::new(usize::MAX, PER_TOKEN));

/// Statements. One token may run half of them, so that others need not wait for its statements.
static STATEMENTS: LazyLock<Arc<FairSemaphore>> = LazyLock::new(|| {
    let total = available_parallelism().map_or(1, NonZero::get).clamp(2, MAX_RUNNING);
    FairSemaphore::new(total, total / 2)
});

pub(super) type TokenHash = [u8; 32];

/// A permit among the queries of one token and cloud.
pub(super) async fn query_permit(token: TokenHash, call: &Call) -> Result<Permit> {
    QUERIES
        .acquire(token, || {
            call.note(format!("Waiting for other queries: {PER_TOKEN} of a token run at once."));
        })
        .await
}

/// A permit among all statements.
pub(super) async fn statement_permit(token: TokenHash, call: &Call) -> Result<Permit> {
    STATEMENTS.acquire(token, || call.note("Waiting for the statements of other queries.".to_owned())).await
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

/// Whether other statements run at the same time as one.
pub(super) struct Overlap {
    semaphore: Arc<FairSemaphore>,
    ended: watch::Receiver<u64>,
}

impl Overlap {
    /// Whether another statement runs, or has ended since.
    pub(super) fn occurred(&self) -> bool {
        self.ended.has_changed().unwrap_or(false) || self.semaphore.running() > 1
    }
}

impl Permit {
    /// Looks for statements that run at the same time, from now on.
    pub(super) fn overlap(&self) -> Overlap {
        Overlap { semaphore: Arc::clone(&self.semaphore), ended: self.semaphore.ended.subscribe() }
    }
}

/// A semaphore that is fair over tokens: those that wait get permits in turn, and each may hold so many.
#[derive(Debug)]
struct FairSemaphore {
    total: usize,
    per_token: usize,
    state: Mutex<State>,
    /// Counts the permits that were released.
    ended: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    /// Tokens with permits or waiters.
    tokens: HashMap<TokenHash, TokenPermits>,
    /// Tokens with waiters, the next one first.
    order: VecDeque<TokenHash>,
}

#[derive(Debug, Default)]
struct TokenPermits {
    running: usize,
    waiting: VecDeque<oneshot::Sender<Permit>>,
}

/// A permit of a [`FairSemaphore`], released on drop.
#[derive(Debug)]
pub(super) struct Permit {
    semaphore: Arc<FairSemaphore>,
    token: TokenHash,
}

impl FairSemaphore {
    fn new(total: usize, per_token: usize) -> Arc<Self> {
        let (state, ended) = (Mutex::default(), watch::Sender::new(0));
        Arc::new(Self { total, per_token, state, ended })
    }

    fn running(&self) -> usize {
        self.state.lock().running
    }

    /// Waits for a permit. `queued` is called if there is none at once.
    async fn acquire(self: &Arc<Self>, token: TokenHash, queued: impl FnOnce()) -> Result<Permit> {
        let receiver = {
            let mut state = self.state.lock();
            let (sender, receiver) = oneshot::channel();
            let of_token = state.tokens.entry(token).or_default();
            of_token.waiting.push_back(sender);
            if of_token.waiting.len() == 1 {
                state.order.push_back(token);
            }
            receiver
        };
        self.grant();
        let mut receiver = receiver;
        if let Ok(permit) = receiver.try_recv() {
            return Ok(permit);
        }
        queued();
        receiver.await.map_err(|_| Error::new(ErrorKind::Cloud, "The server is shutting down. Try again."))
    }

    /// Gives free permits to waiters.
    fn grant(self: &Arc<Self>) {
        let granted = self.state.lock().granted(self.total, self.per_token);
        for (token, waiter) in granted {
            // A waiter that has gone drops its permit, which is then released.
            let _ = waiter.send(Permit { semaphore: Arc::clone(self), token });
        }
    }
}

impl State {
    /// Takes the waiters that get a permit now: one of each token in turn.
    fn granted(&mut self, total: usize, per_token: usize) -> Vec<(TokenHash, oneshot::Sender<Permit>)> {
        let mut granted = Vec::new();
        let mut passed = 0;
        while self.running < total && passed < self.order.len() {
            let Some(token) = self.order.pop_front() else { break };
            let Some(of_token) = self.tokens.get_mut(&token) else { continue };
            while of_token.waiting.front().is_some_and(oneshot::Sender::is_closed) {
                of_token.waiting.pop_front();
            }
            let waiter = if of_token.running < per_token { of_token.waiting.pop_front() } else { None };
            let is_passed = waiter.is_none();
            if let Some(waiter) = waiter {
                of_token.running += 1;
                self.running += 1;
                granted.push((token, waiter));
            }
            if !of_token.waiting.is_empty() {
                self.order.push_back(token);
                passed = if is_passed { passed + 1 } else { 0 };
            } else if of_token.running == 0 {
                self.tokens.remove(&token);
            }
        }
        granted
    }

    fn release(&mut self, token: TokenHash) {
        self.running -= 1;
        if let Some(of_token) = self.tokens.get_mut(&token) {
            of_token.running -= 1;
            if of_token.running == 0 && of_token.waiting.is_empty() {
                self.tokens.remove(&token);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.semaphore.state.lock().release(self.token);
        self.semaphore.ended.send_modify(|ended| *ended += 1);
        self.semaphore.grant();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::future::BoxFuture;

    use super::*;

    const A: TokenHash = [1; 32];
    const B: TokenHash = [2; 32];
    const C: TokenHash = [3; 32];

    fn acquire(semaphore: &Arc<FairSemaphore>, token: TokenHash) -> BoxFuture<'static, Result<Permit>> {
        let semaphore = Arc::clone(semaphore);
        async move { semaphore.acquire(token, || ()).await }.boxed()
    }

    /// The permit, if there is one now.
    fn now(waiting: &mut BoxFuture<'static, Result<Permit>>) -> Option<Permit> {
        waiting.as_mut().now_or_never().map(Result::unwrap)
    }

    #[test]
    fn a_token_has_its_share_and_other_tokens_have_the_rest() {
        let semaphore = FairSemaphore::new(4, 2);
        let _first = now(&mut acquire(&semaphore, A)).unwrap();
        let second = now(&mut acquire(&semaphore, A)).unwrap();
        let mut third = acquire(&semaphore, A);
        assert!(now(&mut third).is_none());
        let _other = now(&mut acquire(&semaphore, B)).unwrap();
        drop(second);
        assert!(now(&mut third).is_some());
    }

    #[test]
    fn tokens_that_wait_get_permits_in_turn() {
        let semaphore = FairSemaphore::new(1, 1);
        let held = now(&mut acquire(&semaphore, C)).unwrap();
        let mut waiting: Vec<_> = [A, A, A, B].map(|token| (token, acquire(&semaphore, token))).into();
        for (_, waiting) in &mut waiting {
            assert!(now(waiting).is_none());
        }
        drop(held);
        let mut order = Vec::new();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut index = 0;
            while index < waiting.len() {
                match now(&mut waiting[index].1) {
                    Some(permit) => {
                        order.push(waiting.remove(index).0);
                        drop(permit);
                        break;
                    }
                    None => index += 1,
                }
            }
            assert!(waiting.len() < before, "nobody has the permit");
        }
        assert_eq!(order, [A, B, A, A]);
    }

    #[test]
    fn a_statement_knows_whether_others_ran_at_the_same_time() {
        let semaphore = FairSemaphore::new(2, 1);
        let own = now(&mut acquire(&semaphore, A)).unwrap();
        let overlap = own.overlap();
        assert!(!overlap.occurred());
        let other = now(&mut acquire(&semaphore, B)).unwrap();
        assert!(overlap.occurred());
        drop(other);
        assert!(overlap.occurred() && !own.overlap().occurred());
    }

    #[test]
    fn a_waiter_that_gives_up_takes_no_permit_and_nothing_of_an_idle_token_is_kept() {
        let semaphore = FairSemaphore::new(1, 1);
        let held = now(&mut acquire(&semaphore, A)).unwrap();
        let (mut gone, mut stays) = (acquire(&semaphore, B), acquire(&semaphore, C));
        assert!(now(&mut gone).is_none() && now(&mut stays).is_none());
        drop(gone);
        drop(held);
        let permit = now(&mut stays).unwrap();
        // A waiter that has its permit and was not polled since.
        let mut granted = acquire(&semaphore, B);
        assert!(now(&mut granted).is_none());
        drop(permit);
        drop(granted);
        drop(now(&mut acquire(&semaphore, A)).unwrap());
        let state = semaphore.state.lock();
        assert!(state.running == 0 && state.tokens.is_empty() && state.order.is_empty(), "{state:?}");
    }
}
