//! Registry of token states, shared by all connections of a pool ([`TokenRegistry`]).

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use super::clock::Clock;
use super::rate_limit::Level;
use super::shared_rate_limit::SharedRateLimit;
use super::token_state::{Key, TokenState};
use crate::redis::RedisClient;

const BETWEEN_SWEEPS: SignedDuration = SignedDuration::from_mins(1);

/// The token states in use, and those whose count of this hour must be kept.
#[derive(Debug)]
pub(super) struct TokenRegistry {
    rate_limit: u32,
    clock: Clock,
    /// Set when replicas share the rate limit.
    redis: OnceLock<Arc<RedisClient>>,
    states: Mutex<States>,
}

#[derive(Debug, Default)]
struct States {
    // The standard library's hasher has random keys for each process.
    accounts: HashSet<ByKey>,
    last_id: u64,
    swept: Timestamp,
}

/// Counted reference to a token state.
#[derive(Debug)]
pub(super) struct Lease {
    account: Arc<TokenState>,
    accounts: Arc<TokenRegistry>,
}

#[derive(Debug)]
struct ByKey(Arc<TokenState>);

impl TokenRegistry {
    pub(super) fn new(rate_limit: u32, clock: Clock) -> Self {
        Self { rate_limit, clock, redis: OnceLock::new(), states: Mutex::default() }
    }

    /// Shares the rate limits with all replicas from now on.
    pub(super) fn share(self: &Arc<Self>, redis: Arc<RedisClient>) {
        let mut availability = redis.availability();
        let registry = Arc::downgrade(self);
        // Set once: a process joins only one Redis.
        let _ = self.redis.set(redis);
        tokio::spawn(async move {
            // Redis may have lost the counts while it was unavailable: each replica publishes its own again.
            while availability.changed().await.is_ok() {
                let there = *availability.borrow_and_update();
                let Some(registry) = registry.upgrade().filter(|_| there) else { continue };
                for account in registry.all() {
                    account.publish(registry.clock).await;
                }
            }
        });
    }

    fn all(&self) -> Vec<Arc<TokenState>> {
        let states = self.states.lock();
        states.accounts.iter().map(|ByKey(account)| Arc::clone(account)).collect()
    }

    /// The one state of this key, created if needed.
    pub(super) fn lease(self: &Arc<Self>, key: Key) -> Lease {
        let mut states = self.states.lock();
        states.sweep(self.clock.now());
        let account = match states.accounts.get(&key) {
            Some(ByKey(account)) => Arc::clone(account),
            None => {
                states.last_id += 1;
                let shared = self.redis.get().map(|redis| SharedRateLimit::new(Arc::clone(redis), &key));
                let account = Arc::new(TokenState::new(states.last_id, key, self.rate_limit, shared));
                states.accounts.insert(ByKey(Arc::clone(&account)));
                account
            }
        };
        Lease { account, accounts: Arc::clone(self) }
    }

    fn release(&self, account: &Arc<TokenState>) {
        // One in the set, one being dropped. If two leases drop at the same time, the sweep removes it.
        const LAST: usize = 2;
        let now = self.clock.now();
        let mut states = self.states.lock();
        if Arc::strong_count(account) <= LAST && !is_worth_keeping(account, now) {
            states.accounts.remove(&account.key);
        }
        states.sweep(now);
    }

    /// Remaining calls of the hour by token.
    pub(super) fn levels(&self) -> Vec<Level> {
        let now = self.clock.now();
        let states = self.states.lock();
        states.accounts.iter().map(|ByKey(account)| account.budget.level(now)).collect()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.states.lock().accounts.len()
    }
}

impl States {
    fn sweep(&mut self, now: Timestamp) {
        if now.duration_since(self.swept).abs() < BETWEEN_SWEEPS {
            return;
        }
        self.swept = now;
        self.accounts
            .retain(|ByKey(account)| Arc::strong_count(account) > 1 || is_worth_keeping(account, now));
        if self.accounts.len() < self.accounts.capacity() / 4 {
            self.accounts.shrink_to_fit();
        }
    }
}

/// The count of a refused token is not kept: anyone can invent thousands of them.
fn is_worth_keeping(account: &TokenState, now: Timestamp) -> bool {
    account.refused_at().is_none() && account.budget.is_worth_keeping(now)
}

impl Deref for Lease {
    type Target = TokenState;

    fn deref(&self) -> &TokenState {
        &self.account
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.accounts.release(&self.account);
    }
}

impl Borrow<Key> for ByKey {
    fn borrow(&self) -> &Key {
        &self.0.key
    }
}

impl PartialEq for ByKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl Eq for ByKey {}

impl Hash for ByKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::super::rate_limit::Purpose;
    use super::super::{Clouds, Token};
    use super::*;

    fn accounts(at: &str) -> Arc<TokenRegistry> {
        Arc::new(TokenRegistry::new(100, Clock::set(at)))
    }

    fn key(cloud: &str, token: &str) -> Key {
        Key { cloud: Clouds::default().find(cloud).unwrap(), token: Token::new(token).unwrap() }
    }

    fn work(lease: &Lease) {
        lease.budget.take(lease.accounts.clock.now(), Purpose::Work).unwrap();
    }

    #[tokio::test]
    async fn each_token_and_cloud_has_one_state() {
        let accounts = accounts("2026-01-01T10:10:00Z");
        let first = accounts.lease(key("api.mist.com", "a"));
        assert_eq!(accounts.lease(key("api.mist.com", "a")).id, first.id);
        assert_ne!(accounts.lease(key("api.mist.com", "b")).id, first.id);
        assert_ne!(accounts.lease(key("api.eu.mist.com", "a")).id, first.id);
        assert_ne!(key("api.eu.mist.com", "a"), key("api.mist.com", "a"), "equal hashes are not enough");
    }

    #[tokio::test(start_paused = true)]
    async fn the_count_of_a_token_is_kept_until_the_hour_ends() {
        let accounts = accounts("2026-01-01T10:10:00Z");
        let id = {
            let lease = accounts.lease(key("api.mist.com", "a"));
            work(&lease);
            lease.id
        };
        tokio::time::advance(std::time::Duration::from_mins(49)).await;
        assert_eq!(accounts.lease(key("api.mist.com", "a")).id, id);
        tokio::time::advance(std::time::Duration::from_mins(2)).await;
        drop(accounts.lease(key("api.mist.com", "b")));
        assert_eq!(accounts.len(), 0);
    }

    #[tokio::test]
    async fn unused_tokens_are_removed() {
        let accounts = accounts("2026-01-01T10:10:00Z");
        let leases: Vec<_> =
            (0..1_000).map(|number| accounts.lease(key("api.mist.com", &format!("t{number}")))).collect();
        assert_eq!(accounts.len(), 1_000);
        drop(leases);
        assert_eq!(accounts.len(), 0, "they have spent nothing");
        let stranger = accounts.lease(key("api.mist.com", "made-up"));
        work(&stranger);
        stranger.refused();
        drop(stranger);
        assert_eq!(accounts.len(), 0, "Mist does not know it");
    }

    #[tokio::test]
    async fn debug_output_contains_no_token() {
        let lease = accounts("2026-01-01T10:10:00Z").lease(key("api.mist.com", "s3cr3t-t0ken"));
        let printed = format!("{lease:?}");
        assert!(printed.contains("[token]") && !printed.contains("s3cr3t"), "{printed}");
    }
}
