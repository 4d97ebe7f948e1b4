use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::clock::Clock;
use super::mask::Mask;
use super::rate_limit::{Exhausted, Purpose, RateLimit, Tally};
use super::shared_rate_limit::SharedRateLimit;
use super::validation_gate::Proving;
use super::wait_progress::{Wait, WaitReporter};
use super::{Cloud, Token};
use crate::redis::Unavailable;

/// Calls of one token that are under way at once. The others wait in the order in which they came.
pub(super) const AT_ONCE: usize = 16;
/// How long a token that Mist refused is not asked with again, where there is another one.
const PUT_ASIDE: Duration = Duration::from_mins(5);
/// How long Mist's acceptance of a token stands for what is the same for everybody.
const TRUSTED: Duration = Duration::from_hours(1);

/// A token at a cloud: what is counted for it, and what Mist thinks of it.
#[derive(Debug)]
pub(super) struct TokenState {
    /// Names it in caches; never given twice.
    pub(super) id: u64,
    pub(super) key: Key,
    pub(super) budget: RateLimit,
    /// The same budget as all replicas count it, where there are others.
    common: Option<SharedRateLimit>,
    /// Lets calls through in the order in which they came.
    queue: Semaphore,
    standing: Mutex<Standing>,
    /// Mist has accepted the token in some answer, and not refused it since.
    is_proven: AtomicBool,
    /// Made when an answer is masked first.
    mask: OnceLock<Mask>,
    pub(super) proving: Proving,
}

/// A call's place among those under way, for as long as it is held.
#[derive(Debug)]
pub(super) struct Admitted<'a> {
    /// The count with this call.
    pub(super) tally: Tally,
    _place: Option<SemaphorePermit<'a>>,
}

/// What makes two accounts the same one. It prints no token.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) cloud: Cloud,
    pub(super) token: Token,
}

#[derive(Debug, Default)]
struct Standing {
    accepted: Option<Instant>,
    /// Since Mist last accepted the token.
    refused: Option<Instant>,
}

impl TokenState {
    pub(super) fn new(id: u64, key: Key, rate_limit: u32, common: Option<SharedRateLimit>) -> Self {
        Self {
            id,
            key,
            budget: RateLimit::new(rate_limit),
            common,
            queue: Semaphore::new(AT_ONCE),
            standing: Mutex::default(),
            is_proven: AtomicBool::new(false),
            mask: OnceLock::new(),
            proving: Proving::default(),
        }
    }

    /// Masks the token in what Mist answers.
    pub(super) fn mask(&self) -> &Mask {
        self.mask.get_or_init(|| Mask::of(self.token().expose()))
    }

    /// Whether Mist has accepted the token, and not refused it since.
    pub(super) fn is_proven(&self) -> bool {
        self.is_proven.load(Ordering::Acquire)
    }

    /// Mist answered with that status. Mist looks at the token first: whatever else it says, it has accepted it.
    pub(super) fn answered(&self, status: StatusCode) {
        if status == StatusCode::UNAUTHORIZED {
            self.is_proven.store(false, Ordering::Release);
            self.proving.refused();
        } else if status != StatusCode::TOO_MANY_REQUESTS && !status.is_server_error() {
            // Looked at first: most answers change nothing.
            if !self.is_proven() {
                self.is_proven.store(true, Ordering::Release);
                self.proving.accepted();
            }
        }
    }

    pub(super) fn token(&self) -> &Token {
        &self.key.token
    }

    /// Waits for a place among the calls under way, and takes one of the hour's calls.
    pub(super) async fn admit(
        &self,
        clock: Clock,
        purpose: Purpose,
        waits: &WaitReporter,
    ) -> Result<Admitted<'_>, Exhausted> {
        // Nobody queues for what is used up.
        self.look(clock, purpose).await?;
        // Nobody closes the queue, so that there always is a place.
        let place = match self.queue.try_acquire() {
            Ok(place) => Some(place),
            Err(_) => {
                waits.tell(Some(Wait::Turn));
                self.queue.acquire().await.ok()
            }
        };
        waits.tell(None);
        self.take(clock, purpose).await?;
        Ok(Admitted { tally: self.budget.tally(clock.now()), _place: place })
    }

    /// Whether there is a call to be had; other replicas may know of one.
    async fn look(&self, clock: Clock, purpose: Purpose) -> Result<(), Exhausted> {
        let here = self.budget.look(clock.now(), purpose);
        let Some(common) = self.common.as_ref().filter(|_| here.is_err()) else { return here };
        match self.ask(common, clock, purpose, false).await {
            // Without taking, nothing is granted. What was heard says whether there is a call.
            Ok(_) => self.budget.look(clock.now(), purpose),
            Err(_) => here,
        }
    }

    /// Takes a call, of the budget of all replicas, or of this one's share of it where the others cannot be asked.
    async fn take(&self, clock: Clock, purpose: Purpose) -> Result<(), Exhausted> {
        let Some(common) = &self.common else { return self.budget.take(clock.now(), purpose) };
        match self.ask(common, clock, purpose, true).await {
            Ok(outcome) => outcome,
            Err(_) => self.budget.take_share(clock.now(), purpose, common.replicas()),
        }
    }

    async fn ask(
        &self,
        common: &SharedRateLimit,
        clock: Clock,
        purpose: Purpose,
        take: bool,
    ) -> Result<Result<(), Exhausted>, Unavailable> {
        let asking = self.budget.asking(clock.now());
        let heard = common.ask(&asking, purpose, take).await?;
        Ok(self.budget.hear(clock.now(), &asking, &heard))
    }

    /// Tells the other replicas of the calls that this one has made in this hour.
    pub(super) async fn tell(&self, clock: Clock) {
        if let Some(common) = &self.common
            && self.budget.asking(clock.now()).own > 0
        {
            // Where nobody hears it, it is told with the next call.
            let _ = self.ask(common, clock, Purpose::Work, false).await;
        }
    }

    /// Mist answered 429: nothing is left for so long, at no replica.
    pub(super) async fn block(&self, clock: Clock, wait: Duration) -> Exhausted {
        let used_up = self.budget.block(clock.now(), wait);
        if let Some(common) = &self.common {
            common.block(used_up.until, used_up.wait).await;
        }
        used_up
    }

    /// Mist says how many calls it has counted, to a question asked at `asked`.
    pub(super) async fn correct(&self, clock: Clock, asked: Tally, requests: u32, limit: u32) {
        self.budget.correct(clock.now(), asked, requests, limit);
        if let Some(common) = &self.common {
            common.correct(asked.hour, asked.calls, requests, limit).await;
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.queue.available_permits() == 0
    }

    pub(super) fn accepted(&self) {
        *self.standing() = Standing { accepted: Some(Instant::now()), refused: None };
    }

    pub(super) fn refused(&self) {
        self.standing().refused = Some(Instant::now());
    }

    /// When Mist refused it, if that was its last word.
    pub(super) fn refused_at(&self) -> Option<Instant> {
        self.standing().refused
    }

    pub(super) fn is_put_aside(&self) -> bool {
        self.refused_at().is_some_and(|refused| refused.elapsed() < PUT_ASIDE)
    }

    /// Whether Mist has accepted it lately, and not refused it since.
    pub(super) fn is_trusted(&self) -> bool {
        let standing = self.standing();
        standing.refused.is_none() && standing.accepted.is_some_and(|accepted| accepted.elapsed() < TRUSTED)
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
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
    async fn what_mist_thinks_of_a_token_lasts_a_while() {
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        let account = TokenState::new(1, Key { cloud, token: Token::new("a").unwrap() }, 100, None);
        assert!(!account.is_trusted() && !account.is_put_aside(), "nobody knows yet");
        account.accepted();
        tokio::time::advance(TRUSTED / 2).await;
        assert!(account.is_trusted());
        tokio::time::advance(TRUSTED / 2).await;
        assert!(!account.is_trusted(), "it may have been revoked meanwhile");
        account.refused();
        tokio::time::advance(PUT_ASIDE / 2).await;
        assert!(account.is_put_aside());
        tokio::time::advance(PUT_ASIDE / 2).await;
        assert!(!account.is_put_aside() && account.refused_at().is_some());
        account.accepted();
        assert!(account.is_trusted() && account.refused_at().is_none());
    }
}
