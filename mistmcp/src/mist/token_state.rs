//! State of one API token at one cloud, shared by all its connections: rate limit, queue and validity
//! ([`TokenState`]).

use std::hash::{Hash, Hasher};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::StatusCode;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::clock::Clock;
use super::rate_limit::{Exhausted, Purpose, RateLimit, Tally};
use super::shared_rate_limit::SharedRateLimit;
use super::validation_gate::ValidationGate;
use super::wait_progress::{Wait, WaitReporter};
use super::{Cloud, Token};
use crate::mask::Mask;
use crate::redis::Unavailable;
use crate::work::Turn;

/// Concurrent calls of one token. Further calls wait in a FIFO queue.
pub(super) const AT_ONCE: usize = 16;
/// How long a token that Mist refused is skipped while another one is available.
const SET_ASIDE: Duration = Duration::from_mins(5);
/// How long after Mist last accepted a token it may read cached constants.
const TRUSTED: Duration = Duration::from_hours(1);

/// State of a token at a cloud: rate limit, queue, and whether Mist accepts it.
#[derive(Debug)]
pub(super) struct TokenState {
    /// Identifies the token in caches; never reused.
    pub(super) id: u64,
    pub(super) key: Key,
    pub(super) budget: RateLimit,
    /// The rate limit shared by all replicas, if there are several.
    shared: Option<SharedRateLimit>,
    /// FIFO queue for concurrent calls.
    queue: Semaphore,
    validity: Mutex<Validity>,
    /// Mist has accepted the token in an answer, and not refused it since.
    is_proven: AtomicBool,
    /// Built when the first answer is masked.
    mask: OnceLock<Mask>,
    pub(super) validation: ValidationGate,
    /// The turn of the token among others for jobs.
    pub(super) turn: Turn,
}

/// Permit of one of the concurrent calls, released on drop.
#[derive(Debug)]
pub(super) struct Admitted<'a> {
    /// The count including this call.
    pub(super) tally: Tally,
    _permit: Option<SemaphorePermit<'a>>,
}

/// Identity of a token state: cloud and token. `Debug` does not print the token.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) cloud: Cloud,
    pub(super) token: Token,
}

#[derive(Debug, Default)]
struct Validity {
    accepted: Option<Instant>,
    /// When Mist refused the token, if that was after its last acceptance.
    refused: Option<Instant>,
}

impl TokenState {
    pub(super) fn new(id: u64, key: Key, rate_limit: u32, shared: Option<SharedRateLimit>) -> Self {
        Self {
            id,
            key,
            budget: RateLimit::new(rate_limit),
            shared,
            queue: Semaphore::new(AT_ONCE),
            validity: Mutex::default(),
            is_proven: AtomicBool::new(false),
            mask: OnceLock::new(),
            validation: ValidationGate::default(),
            turn: Turn::default(),
        }
    }

    /// Mask of the token, for Mist's answers.
    pub(super) fn mask(&self) -> &Mask {
        self.mask.get_or_init(|| Mask::of(self.token().expose()))
    }

    /// Whether Mist has accepted the token, and not refused it since.
    pub(super) fn is_proven(&self) -> bool {
        self.is_proven.load(Ordering::Acquire)
    }

    /// Records the status of an answer. Mist checks the token first: any other error means that it was accepted.
    pub(super) fn answered(&self, status: StatusCode) {
        if status == StatusCode::UNAUTHORIZED {
            self.is_proven.store(false, Ordering::Release);
            self.validation.refused();
        } else if status != StatusCode::TOO_MANY_REQUESTS && !status.is_server_error() {
            // Read before writing: most answers change nothing.
            if !self.is_proven() {
                self.is_proven.store(true, Ordering::Release);
                self.validation.accepted();
            }
        }
    }

    pub(super) fn token(&self) -> &Token {
        &self.key.token
    }

    /// Waits for a permit among the concurrent calls, and takes one call of the hour.
    pub(super) async fn admit(
        &self,
        clock: Clock,
        purpose: Purpose,
        waits: &WaitReporter,
    ) -> Result<Admitted<'_>, Exhausted> {
        // Fail at once instead of queueing for an exhausted limit.
        self.peek(clock, purpose).await?;
        // The semaphore is never closed, so there always is a permit.
        let permit = match self.queue.try_acquire() {
            Ok(permit) => Some(permit),
            Err(_) => {
                waits.report(Some(Wait::Turn));
                self.queue.acquire().await.ok()
            }
        };
        waits.report(None);
        self.take(clock, purpose).await?;
        Ok(Admitted { tally: self.budget.tally(clock.now()), _permit: permit })
    }

    /// Whether a call is available, here or at another replica.
    async fn peek(&self, clock: Clock, purpose: Purpose) -> Result<(), Exhausted> {
        let here = self.budget.peek(clock.now(), purpose);
        let Some(shared) = self.shared.as_ref().filter(|_| here.is_err()) else { return here };
        match self.request_shared(shared, clock, purpose, false).await {
            // Without `take` nothing is granted. The merged count says whether a call is available.
            Ok(_) => self.budget.peek(clock.now(), purpose),
            Err(_) => here,
        }
    }

    /// Takes a call from the shared rate limit, or from this replica's share of it while Redis is unavailable.
    async fn take(&self, clock: Clock, purpose: Purpose) -> Result<(), Exhausted> {
        let Some(shared) = &self.shared else { return self.budget.take(clock.now(), purpose) };
        match self.request_shared(shared, clock, purpose, true).await {
            Ok(outcome) => outcome,
            Err(_) => self.budget.take_share(clock.now(), purpose, shared.replicas()),
        }
    }

    async fn request_shared(
        &self,
        shared: &SharedRateLimit,
        clock: Clock,
        purpose: Purpose,
        take: bool,
    ) -> Result<Result<(), Exhausted>, Unavailable> {
        let request = self.budget.shared_request(clock.now());
        let counts = shared.request(&request, purpose, take).await?;
        Ok(self.budget.merge(clock.now(), &request, &counts))
    }

    /// Publishes this replica's calls of the hour to the other replicas.
    pub(super) async fn publish(&self, clock: Clock) {
        if let Some(shared) = &self.shared
            && self.budget.shared_request(clock.now()).own > 0
        {
            // If Redis is unavailable, the next call publishes them.
            let _ = self.request_shared(shared, clock, Purpose::Work, false).await;
        }
    }

    /// Records a 429 of Mist: no calls for `wait`, at any replica.
    pub(super) async fn block(&self, clock: Clock, wait: Duration) -> Exhausted {
        let used_up = self.budget.block(clock.now(), wait);
        if let Some(shared) = &self.shared {
            shared.block(used_up.until, used_up.wait).await;
        }
        used_up
    }

    /// Corrects the count by Mist's own, as answered to a request sent at `sent_at`.
    pub(super) async fn correct(&self, clock: Clock, sent_at: Tally, requests: u32, limit: u32) {
        self.budget.correct(clock.now(), sent_at, requests, limit);
        if let Some(shared) = &self.shared {
            shared.correct(sent_at.hour, sent_at.calls, requests, limit).await;
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.queue.available_permits() == 0
    }

    pub(super) fn accepted(&self) {
        *self.validity.lock() = Validity { accepted: Some(Instant::now()), refused: None };
    }

    pub(super) fn refused(&self) {
        self.validity.lock().refused = Some(Instant::now());
    }

    /// When Mist refused the token, if that was after its last acceptance.
    pub(super) fn refused_at(&self) -> Option<Instant> {
        self.validity.lock().refused
    }

    pub(super) fn is_set_aside(&self) -> bool {
        self.refused_at().is_some_and(|refused| refused.elapsed() < SET_ASIDE)
    }

    /// Whether Mist has accepted the token recently, and not refused it since.
    pub(super) fn is_trusted(&self) -> bool {
        let validity = self.validity.lock();
        validity.refused.is_none() && validity.accepted.is_some_and(|accepted| accepted.elapsed() < TRUSTED)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cloud == other.cloud && self.token.is(&other.token)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.cloud.hash(state);
        self.token.hash_into(state);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Clouds;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn validity_expires() {
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        let state = TokenState::new(1, Key { cloud, token: Token::new("a").unwrap() }, 100, None);
        assert!(!state.is_trusted() && !state.is_set_aside(), "nobody knows yet");
        state.accepted();
        tokio::time::advance(TRUSTED / 2).await;
        assert!(state.is_trusted());
        tokio::time::advance(TRUSTED / 2).await;
        assert!(!state.is_trusted(), "it may have been revoked meanwhile");
        state.refused();
        tokio::time::advance(SET_ASIDE / 2).await;
        assert!(state.is_set_aside());
        tokio::time::advance(SET_ASIDE / 2).await;
        assert!(!state.is_set_aside() && state.refused_at().is_some());
        state.accepted();
        assert!(state.is_trusted() && state.refused_at().is_none());
    }
}
