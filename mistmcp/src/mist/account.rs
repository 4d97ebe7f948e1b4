use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::budget::{Budget, Purpose, Tally, UsedUp};
use super::clock::Clock;
use super::wait::{Wait, Waits};
use super::{Cloud, Token};

/// Calls of one token that are under way at once. The others wait in the order in which they came.
pub(super) const AT_ONCE: usize = 16;
/// How long a token that Mist refused is not asked with again, where there is another one.
const PUT_ASIDE: Duration = Duration::from_mins(5);
/// How long Mist's acceptance of a token stands for what is the same for everybody.
const TRUSTED: Duration = Duration::from_hours(1);

/// A token at a cloud: what is counted for it, and what Mist thinks of it.
#[derive(Debug)]
pub(super) struct Account {
    /// Names it in caches; never given twice.
    pub(super) id: u64,
    pub(super) key: Key,
    pub(super) budget: Budget,
    /// Lets calls through in the order in which they came.
    queue: Semaphore,
    standing: Mutex<Standing>,
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

impl Account {
    pub(super) fn new(id: u64, key: Key, rate_limit: u32) -> Self {
        Self {
            id,
            key,
            budget: Budget::new(rate_limit),
            queue: Semaphore::new(AT_ONCE),
            standing: Mutex::default(),
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
        waits: &Waits,
    ) -> Result<Admitted<'_>, UsedUp> {
        // Nobody queues for what is used up.
        self.budget.look(clock.now(), purpose)?;
        // Nobody closes the queue, so that there always is a place.
        let place = match self.queue.try_acquire() {
            Ok(place) => Some(place),
            Err(_) => {
                waits.tell(Some(Wait::Turn));
                self.queue.acquire().await.ok()
            }
        };
        waits.tell(None);
        self.budget.take(clock.now(), purpose)?;
        Ok(Admitted { tally: self.budget.tally(clock.now()), _place: place })
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
        let account = Account::new(1, Key { cloud, token: Token::new("a").unwrap() }, 100);
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
