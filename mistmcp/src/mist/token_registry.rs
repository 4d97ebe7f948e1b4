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
    by_key: HashSet<ByKey>,
    last_id: u64,
    swept: Timestamp,
}

/// Counted reference to a token state.
#[derive(Debug)]
pub(super) struct TokenStateRef {
    state: Arc<TokenState>,
    registry: Arc<TokenRegistry>,
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
                for state in registry.all() {
                    state.publish(registry.clock).await;
                }
            }
        });
    }

    fn all(&self) -> Vec<Arc<TokenState>> {
        let states = self.states.lock();
        states.by_key.iter().map(|ByKey(state)| Arc::clone(state)).collect()
    }

    /// The one state of this key, created if needed.
    pub(super) fn state_of(self: &Arc<Self>, key: Key) -> TokenStateRef {
        let mut states = self.states.lock();
        states.sweep(self.clock.now());
        let state = match states.by_key.get(&key) {
            Some(ByKey(state)) => Arc::clone(state),
            None => {
                states.last_id += 1;
                let shared = self.redis.get().map(|redis| SharedRateLimit::new(Arc::clone(redis), &key));
                let state = Arc::new(TokenState::new(states.last_id, key, self.rate_limit, shared));
                states.by_key.insert(ByKey(Arc::clone(&state)));
                state
            }
        };
        TokenStateRef { state, registry: Arc::clone(self) }
    }

    fn release(&self, state: &Arc<TokenState>) {
        // One in the set, one being dropped. If two references are dropped at the same time, the sweep removes it.
        const LAST: usize = 2;
        let now = self.clock.now();
        let mut states = self.states.lock();
        if Arc::strong_count(state) <= LAST && !is_worth_keeping(state, now) {
            states.by_key.remove(&state.key);
        }
        states.sweep(now);
    }

    /// Remaining calls of the hour by token.
    pub(super) fn levels(&self) -> Vec<Level> {
        let now = self.clock.now();
        let states = self.states.lock();
        states.by_key.iter().map(|ByKey(state)| state.rate_limit.level(now)).collect()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.states.lock().by_key.len()
    }
}

impl States {
    fn sweep(&mut self, now: Timestamp) {
        if now.duration_since(self.swept).abs() < BETWEEN_SWEEPS {
            return;
        }
        self.swept = now;
        self.by_key.retain(|ByKey(state)| Arc::strong_count(state) > 1 || is_worth_keeping(state, now));
        if self.by_key.len() < self.by_key.capacity() / 4 {
            self.by_key.shrink_to_fit();
        }
    }
}

/// The count of a refused token is not kept: anyone can invent thousands of them.
fn is_worth_keeping(state: &TokenState, now: Timestamp) -> bool {
    state.refused_at().is_none() && state.rate_limit.is_worth_keeping(now)
}

impl Deref for TokenStateRef {
    type Target = TokenState;

    fn deref(&self) -> &TokenState {
        &self.state
    }
}

impl Drop for TokenStateRef {
    fn drop(&mut self) {
        self.registry.release(&self.state);
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

    fn registry(at: &str) -> Arc<TokenRegistry> {
        Arc::new(TokenRegistry::new(100, Clock::set(at)))
    }

    fn key(cloud: &str, token: &str) -> Key {
        Key { cloud: Clouds::default().find(cloud).unwrap(), token: Token::new(token).unwrap() }
    }

    fn work(state: &TokenStateRef) {
        state.rate_limit.take(state.registry.clock.now(), Purpose::Work).unwrap();
    }

    #[tokio::test]
    async fn each_token_and_cloud_has_one_state() {
        let registry = registry("2026-01-01T10:10:00Z");
        let first = registry.state_of(key("api.mist.com", "a"));
        assert_eq!(registry.state_of(key("api.mist.com", "a")).id, first.id);
        assert_ne!(registry.state_of(key("api.mist.com", "b")).id, first.id);
        assert_ne!(registry.state_of(key("api.eu.mist.com", "a")).id, first.id);
        assert_ne!(key("api.eu.mist.com", "a"), key("api.mist.com", "a"), "equal hashes are not enough");
    }

    #[tokio::test(start_paused = true)]
    async fn the_count_of_a_token_is_kept_until_the_hour_ends() {
        let registry = registry("2026-01-01T10:10:00Z");
        let id = {
            let state = registry.state_of(key("api.mist.com", "a"));
            work(&state);
            state.id
        };
        tokio::time::advance(std::time::Duration::from_mins(49)).await;
        assert_eq!(registry.state_of(key("api.mist.com", "a")).id, id);
        tokio::time::advance(std::time::Duration::from_mins(2)).await;
        drop(registry.state_of(key("api.mist.com", "b")));
        assert_eq!(registry.len(), 0);
    }

    #[tokio::test]
    async fn unused_tokens_are_removed() {
        let registry = registry("2026-01-01T10:10:00Z");
        let states: Vec<_> =
            (0..1_000).map(|number| registry.state_of(key("api.mist.com", &format!("t{number}")))).collect();
        assert_eq!(registry.len(), 1_000);
        drop(states);
        assert_eq!(registry.len(), 0, "they have spent nothing");
        let stranger = registry.state_of(key("api.mist.com", "made-up"));
        work(&stranger);
        stranger.record(http::StatusCode::UNAUTHORIZED);
        drop(stranger);
        assert_eq!(registry.len(), 0, "Mist does not know it");
    }

    #[tokio::test]
    async fn debug_output_contains_no_token() {
        let state = registry("2026-01-01T10:10:00Z").state_of(key("api.mist.com", "s3cr3t-t0ken"));
        let printed = format!("{state:?}");
        assert!(printed.contains("[token]") && !printed.contains("s3cr3t"), "{printed}");
    }
}
