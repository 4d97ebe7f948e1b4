//! State of one API token at one cloud, shared by all its connections: rate limit, queue and validity
//! ([`TokenState`]).

use std::hash::{Hash, Hasher};
use std::sync::OnceLock;
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
use crate::work::JobQueue;

/// Concurrent calls of one token. Further calls wait in a FIFO queue.
pub(super) const AT_ONCE: usize = 16;
/// How long a token that Mist refused is skipped while another one is available.
const SET_ASIDE: Duration = Duration::from_mins(5);
/// How long after Mist last accepted a token it may read cached constants.
const RECENT: Duration = Duration::from_hours(1);

/// State of a token at a cloud: rate limit, queue, and whether Mist accepts it.
#[derive(Debug)]
pub(super) struct TokenState {
    /// Identifies the token in caches; never reused.
    pub(super) id: u64,
    pub(super) key: Key,
    pub(super) rate_limit: RateLimit,
    /// The rate limit shared by all replicas, if there are several.
    shared: Option<SharedRateLimit>,
    /// FIFO queue for concurrent calls.
    queue: Semaphore,
    /// Whether Mist accepts the token, by its last answer that tells it.
    validity: Mutex<Option<(Verdict, Instant)>>,
    /// Built when the first answer is masked.
    mask: OnceLock<Mask>,
    pub(super) validation: ValidationGate,
    /// The queue of its jobs.
    pub(super) job_queue: JobQueue,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Refused,
}

impl TokenState {
    pub(super) fn new(id: u64, key: Key, rate_limit: u32, shared: Option<SharedRateLimit>) -> Self {
        Self {
            id,
            key,
            rate_limit: RateLimit::new(rate_limit),
            shared,
            queue: Semaphore::new(AT_ONCE),
            validity: Mutex::default(),
            mask: OnceLock::new(),
            validation: ValidationGate::default(),
            job_queue: JobQueue::default(),
        }
    }

    /// Mask of the token, for Mist's answers.
    pub(super) fn mask(&self) -> &Mask {
        self.mask.get_or_init(|| Mask::of(self.token().expose()))
    }

    /// Records the status of an answer. Mist checks the token before all else about a request: a success, and any complaint
    /// about the request, means that it was accepted. Its own failures say nothing, nor does what only a proxy or a portal on
    /// the way answers: redirects to other hosts, 407, 408, and statuses that there are not.
    pub(super) fn record(&self, status: StatusCode) {
        let verdict = match status {
            StatusCode::UNAUTHORIZED => Verdict::Refused,
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::PROXY_AUTHENTICATION_REQUIRED
            | StatusCode::REQUEST_TIMEOUT => return,
            status if status.is_success() || status.is_client_error() => Verdict::Accepted,
            _ => return,
        };
        let before = self.validity.lock().replace((verdict, Instant::now()));
        // Further acceptances tell those who wait nothing.
        if verdict == Verdict::Refused || before.is_none_or(|(before, _)| before != verdict) {
            self.validation.notify();
        }
    }

    /// When Mist gave this verdict, if it is the last one.
    fn last(&self, wanted: Verdict) -> Option<Instant> {
        self.validity.lock().filter(|(verdict, _)| *verdict == wanted).map(|(_, when)| when)
    }

    /// Whether Mist has accepted the token, and not refused it since.
    pub(super) fn is_accepted(&self) -> bool {
        self.last(Verdict::Accepted).is_some()
    }

    /// The same, within the last hour.
    pub(super) fn was_accepted_recently(&self) -> bool {
        self.last(Verdict::Accepted).is_some_and(|accepted| accepted.elapsed() < RECENT)
    }

    /// When Mist refused the token, if it has not accepted it since.
    pub(super) fn refused_at(&self) -> Option<Instant> {
        self.last(Verdict::Refused)
    }

    /// Whether Mist has refused the token a short time ago.
    pub(super) fn is_set_aside(&self) -> bool {
        self.refused_at().is_some_and(|refused| refused.elapsed() < SET_ASIDE)
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
                waits.report(Some(Wait::Queue));
                self.queue.acquire().await.ok()
            }
        };
        waits.report(None);
        self.take(clock, purpose).await?;
        Ok(Admitted { tally: self.rate_limit.tally(clock.now()), _permit: permit })
    }

    /// Whether a call is available, here or at another replica.
    async fn peek(&self, clock: Clock, purpose: Purpose) -> Result<(), Exhausted> {
        let here = self.rate_limit.peek(clock.now(), purpose);
        let Some(shared) = self.shared.as_ref().filter(|_| here.is_err()) else { return here };
        match self.request_shared(shared, clock, purpose, false).await {
            // Without `take` nothing is granted. The merged count says whether a call is available.
            Ok(_) => self.rate_limit.peek(clock.now(), purpose),
            Err(_) => here,
        }
    }

    /// Takes a call from the shared rate limit, or from this replica's share of it while Redis is unavailable.
    async fn take(&self, clock: Clock, purpose: Purpose) -> Result<(), Exhausted> {
        let Some(shared) = &self.shared else { return self.rate_limit.take(clock.now(), purpose) };
        match self.request_shared(shared, clock, purpose, true).await {
            Ok(outcome) => outcome,
            Err(_) => self.rate_limit.take_share(clock.now(), purpose, shared.replicas()),
        }
    }

    async fn request_shared(
        &self,
        shared: &SharedRateLimit,
        clock: Clock,
        purpose: Purpose,
        take: bool,
    ) -> Result<Result<(), Exhausted>, Unavailable> {
        let request = self.rate_limit.shared_request(clock.now());
        let counts = shared.request(&request, purpose, take).await?;
        Ok(self.rate_limit.merge(clock.now(), &request, &counts))
    }

    /// Publishes this replica's calls of the hour to the other replicas.
    pub(super) async fn publish(&self, clock: Clock) {
        if let Some(shared) = &self.shared
            && self.rate_limit.shared_request(clock.now()).own > 0
        {
            // If Redis is unavailable, the next call publishes them.
            let _ = self.request_shared(shared, clock, Purpose::Work, false).await;
        }
    }

    /// Records a 429 of Mist: no calls for `wait`, at any replica.
    pub(super) async fn block(&self, clock: Clock, wait: Duration) -> Exhausted {
        let used_up = self.rate_limit.block(clock.now(), wait);
        if let Some(shared) = &self.shared {
            shared.block(used_up.until, used_up.wait).await;
        }
        used_up
    }

    /// Corrects the count by Mist's own, as answered to a request sent at `sent_at`.
    pub(super) async fn correct(&self, clock: Clock, sent_at: Tally, requests: u32, limit: u32) {
        self.rate_limit.correct(clock.now(), sent_at, requests, limit);
        if let Some(shared) = &self.shared {
            shared.correct(sent_at.hour, sent_at.calls, requests, limit).await;
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.queue.available_permits() == 0
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

    fn state() -> TokenState {
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        TokenState::new(1, Key { cloud, token: Token::new("a").unwrap() }, 100, None)
    }

    #[tokio::test(start_paused = true)]
    async fn validity_expires() {
        let state = state();
        assert!(!state.is_accepted() && !state.is_set_aside(), "nobody knows yet");
        state.record(StatusCode::OK);
        tokio::time::advance(RECENT / 2).await;
        assert!(state.was_accepted_recently());
        tokio::time::advance(RECENT / 2).await;
        assert!(!state.was_accepted_recently() && state.is_accepted(), "it may have been revoked meanwhile");
        state.record(StatusCode::UNAUTHORIZED);
        tokio::time::advance(SET_ASIDE / 2).await;
        assert!(state.is_set_aside());
        tokio::time::advance(SET_ASIDE / 2).await;
        assert!(!state.is_set_aside() && state.refused_at().is_some());
    }

    #[tokio::test]
    async fn a_token_is_never_accepted_and_refused_at_once() {
        for status in [
            200, 204, 301, 302, 304, 307, 400, 401, 403, 404, 407, 408, 409, 422, 429, 500, 502, 503, 504,
            511, 600, 999,
        ] {
            for before in [None, Some(200), Some(401), Some(404)] {
                let state = state();
                let record = |status: u16| state.record(StatusCode::from_u16(status).unwrap());
                before.into_iter().for_each(record);
                record(status);
                let wanted = match status {
                    401 => Some(false),
                    300..=399 | 407 | 408 | 429 | 500.. => before.map(|before| before != 401),
                    _ => Some(true),
                };
                let is = (state.is_accepted(), state.was_accepted_recently(), state.is_set_aside());
                let all = (wanted == Some(true), wanted == Some(true), wanted == Some(false));
                assert_eq!(is, all, "{before:?}, then {status}");
                assert_eq!(state.refused_at().is_some(), wanted == Some(false), "{before:?}, then {status}");
            }
        }
    }
}
