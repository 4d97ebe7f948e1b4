//! Keys of the issuer: its JWKS, found by its metadata (RFC 8414, OpenID Connect Discovery) and cached. The main type
//! is [`KeyStore`].
//!
//! Known keys serve at once, and are read again in the background once they are a minute old. A key that was not in the
//! last answer serves for two minutes after it was last seen, whether clients use it in between or not. An unknown one is
//! looked for at a bounded rate: a token waits until the issuer may be asked again. While the issuer cannot be reached, its last keys serve for a day.

mod documents;

use std::collections::HashSet;
use std::hash::RandomState;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jsonwebtoken::{Algorithm, DecodingKey};
use parking_lot::RwLock;
use thiserror::Error;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use url::Url;

use documents::{JwksKeys, MOST_KEYS};

use super::signature::can_verify;
use crate::host::is_loopback;
use crate::mist::Pool;

/// Tokens that wait until the issuer may be asked again.
const MOST_WAITING: usize = 64;
/// Ids of keys that are remembered as missing.
const MOST_MISSING: usize = 1_000;
/// How long the issuer may take for an answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// When keys are read again.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefreshTimes {
    /// How long keys are fresh.
    pub(super) fresh: Duration,
    /// How much longer a key serves that the issuer has withdrawn, from when it was last seen.
    pub(super) grace: Duration,
    /// The least time between two attempts to read them.
    pub(super) between: Duration,
    /// How long keys serve while the issuer cannot be reached.
    pub(super) outage: Duration,
}

impl Default for RefreshTimes {
    fn default() -> Self {
        Self {
            fresh: Duration::from_mins(1),
            grace: Duration::from_mins(1),
            between: Duration::from_secs(5),
            outage: Duration::from_hours(24),
        }
    }
}

/// A public key of the issuer.
#[derive(Clone, Debug)]
pub(super) struct StoredKey {
    /// Identifies it in this process.
    pub(super) id: u64,
    pub(super) key: Arc<DecodingKey>,
    kid: Option<String>,
    algorithm: Option<Algorithm>,
    /// When it was last in the JWKS.
    seen: Instant,
}

/// Why there is no key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeyError {
    /// The issuer has no such key, for this reason.
    Unknown(UnknownKey),
    /// The issuer cannot be reached, and no keys of it are known; or too many tokens wait until it may be asked.
    Unavailable,
}

/// Why the issuer has no key for a token.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum UnknownKey {
    #[error("it is signed by a key that the issuer does not have")]
    Id,
    #[error("its `alg` is not that of the key that its `kid` names")]
    Algorithm,
    #[error(
        "it is signed by a key of the issuer that cannot be used here: its kind, use or algorithm is not accepted"
    )]
    Unusable,
    #[error("it has a `kid`, and the keys of the issuer have none")]
    WithoutIds,
    #[error("it is signed by none of the first {MOST_KEYS} keys of the issuer, and no more are read")]
    Cut,
    #[error("the issuer has no key for its `alg`")]
    NoneOfAlgorithm,
}

/// The cached keys of an issuer.
#[derive(Debug)]
pub(super) struct KeyStore {
    client: reqwest::Client,
    configured: String,
    times: RefreshTimes,
    hasher: RandomState,
    cache: RwLock<CachedKeys>,
    /// Held while the issuer is asked.
    attempt: Arc<Mutex<()>>,
    waiting: Semaphore,
}

#[derive(Debug, Default)]
struct CachedKeys {
    /// The issuer, as its metadata has it.
    issuer: Option<String>,
    jwks: Option<Url>,
    keys: Vec<StoredKey>,
    /// The ids of keys in the last answer that cannot be used, and whether it had more than are read.
    unusable: HashSet<String>,
    is_cut: bool,
    /// How many keys the last answer had, and whether one of them verifies signatures.
    count: usize,
    has_usable: bool,
    read: Option<Instant>,
    /// The ids of keys that were not in the last answer although tokens have them.
    missing: HashSet<String>,
    /// When the issuer was last asked, and whether that failed.
    asked: Option<Instant>,
    is_failing: bool,
}

impl KeyStore {
    /// # Errors
    /// The HTTP client cannot be built.
    pub(super) fn new(issuer: &str, pool: &Pool, times: RefreshTimes) -> anyhow::Result<Self> {
        let url = Url::parse(issuer).context("the issuer is no URL")?;
        let client =
            pool.client_without_redirects(url.host().is_some_and(|host| is_loopback(&host.to_owned())))?;
        Ok(Self {
            client,
            configured: issuer.to_owned(),
            times,
            hasher: RandomState::new(),
            cache: RwLock::default(),
            attempt: Arc::default(),
            waiting: Semaphore::new(MOST_WAITING),
        })
    }

    /// What tokens have as their issuer.
    pub(super) fn issuer(&self) -> String {
        self.cache.read().issuer.clone().unwrap_or_else(|| self.configured.clone())
    }

    /// Whether a key may still be used.
    pub(super) fn has(&self, id: u64) -> bool {
        let cache = self.cache.read();
        self.is_usable(&cache) && cache.keys.iter().any(|key| key.id == id && self.serves(&cache, key))
    }

    /// Reads old keys again: in the background, or first where a key that was withdrawn meanwhile might serve for too
    /// long.
    pub(super) async fn freshen(self: &Arc<Self>) {
        let (age, since_asked) = {
            let cache = self.cache.read();
            let elapsed = |at: Option<Instant>| at.map_or(Duration::MAX, |at| at.elapsed());
            (elapsed(cache.read), elapsed(cache.asked))
        };
        if age < self.times.fresh || since_asked < self.times.between {
            return;
        }
        // While the issuer is away, requests wait for it once a minute.
        if age >= self.longest() && since_asked >= self.times.fresh {
            self.refresh_logged().await;
        } else if self.attempt.try_lock().is_ok() {
            let store = Arc::clone(self);
            tokio::spawn(async move { store.refresh_logged().await });
        }
    }

    /// The keys that may have signed a token with this key id and algorithm.
    pub(super) async fn find(
        self: &Arc<Self>,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Vec<StoredKey>, KeyError> {
        let found = self.cached(kid, algorithm);
        if !found.is_empty() {
            return Ok(found);
        }
        self.refresh_for(kid).await?;
        let found = self.cached(kid, algorithm);
        if !found.is_empty() {
            return Ok(found);
        }
        let mut cache = self.cache.write();
        if let Some(kid) = kid.filter(|_| cache.missing.len() < MOST_MISSING) {
            cache.missing.insert(kid.to_owned());
        }
        // While the issuer cannot be read, it may have a key that is not known here.
        let is_sure = self.is_usable(&cache) && !cache.is_failing;
        Err(if is_sure { KeyError::Unknown(self.reason(&cache, kid)) } else { KeyError::Unavailable })
    }

    /// Why there is no key for a token with this key id.
    fn reason(&self, cache: &CachedKeys, kid: Option<&str>) -> UnknownKey {
        let mut keys = cache.keys.iter().filter(|key| self.serves(cache, key)).peekable();
        match kid {
            None if cache.is_cut => UnknownKey::Cut,
            None => UnknownKey::NoneOfAlgorithm,
            Some(kid) if cache.unusable.contains(kid) => UnknownKey::Unusable,
            Some(_) if keys.peek().is_some() && keys.clone().all(|key| key.kid.is_none()) => {
                UnknownKey::WithoutIds
            }
            Some(kid) if keys.any(|key| key.kid.as_deref() == Some(kid)) => UnknownKey::Algorithm,
            Some(_) if cache.is_cut => UnknownKey::Cut,
            Some(_) => UnknownKey::Id,
        }
    }

    /// The keys for a token whose signature the known ones do not fit: the issuer may have another key of the same id by now.
    pub(super) async fn find_other(
        self: &Arc<Self>,
        kid: Option<&str>,
        algorithm: Algorithm,
        known: &[StoredKey],
    ) -> Vec<StoredKey> {
        let is_known = |found: &StoredKey| known.iter().any(|key| key.id == found.id);
        self.refresh_logged().await;
        let mut found = self.cached(kid, algorithm);
        found.retain(|key| !is_known(key));
        found
    }

    /// Reads the keys for a token with the id of an unknown key. If they were read a moment ago, for another token, that
    /// waits until the issuer may be asked again: it may have published the key meanwhile.
    ///
    /// # Errors
    /// Too many tokens wait.
    async fn refresh_for(self: &Arc<Self>, kid: Option<&str>) -> Result<(), KeyError> {
        let begun = Instant::now();
        self.refresh_logged().await;
        let asked = {
            let cache = self.cache.read();
            let is_new = kid.is_some_and(|kid| !cache.missing.contains(kid)) && !cache.is_failing;
            cache.asked.filter(|asked| *asked < begun && is_new)
        };
        if let Some(asked) = asked {
            let _permit = self.waiting.try_acquire().map_err(|_| KeyError::Unavailable)?;
            tokio::time::sleep_until(asked + self.times.between).await;
            self.refresh_logged().await;
        }
        Ok(())
    }

    fn cached(&self, kid: Option<&str>, algorithm: Algorithm) -> Vec<StoredKey> {
        let cache = self.cache.read();
        if !self.is_usable(&cache) {
            return Vec::new();
        }
        let fits = |key: &&StoredKey| {
            self.serves(&cache, key)
                && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
                && key.key.family().algorithms().contains(&algorithm)
                && key.algorithm.is_none_or(|own| own == algorithm)
        };
        cache.keys.iter().filter(fits).cloned().collect()
    }

    fn is_usable(&self, cache: &CachedKeys) -> bool {
        cache.read.is_some_and(|read| read.elapsed() < self.times.outage)
    }

    /// Whether a key was in the last answer of the issuer, or a moment ago.
    fn serves(&self, cache: &CachedKeys, key: &StoredKey) -> bool {
        cache.read == Some(key.seen) || key.seen.elapsed() < self.longest()
    }

    /// How long a key serves after it was last seen.
    fn longest(&self) -> Duration {
        self.times.fresh + self.times.grace
    }

    async fn refresh_logged(self: &Arc<Self>) {
        if let Err(error) = self.refresh().await {
            tracing::warn!("the keys of the issuer cannot be read: {error:#}");
        }
    }

    /// Reads the keys again, unless that was tried a moment ago. Concurrent callers wait for one attempt, which goes on
    /// without them: otherwise a client that leaves could have the issuer asked again at once.
    ///
    /// # Errors
    /// The issuer cannot be reached, or its answers are none.
    pub(super) async fn refresh(self: &Arc<Self>) -> anyhow::Result<()> {
        let attempt = Arc::clone(&self.attempt).lock_owned().await;
        let asked = self.cache.read().asked;
        if asked.is_some_and(|last| last.elapsed() < self.times.between) {
            return Ok(());
        }
        let store = Arc::clone(self);
        let reading = async move {
            let _attempt = attempt;
            let read = tokio::time::timeout(TIMEOUT, store.read()).await;
            let read = read.context("the issuer did not answer in time").flatten();
            let mut cache = store.cache.write();
            cache.asked = Some(Instant::now());
            cache.is_failing = read.is_err();
            read
        };
        tokio::spawn(reading).await.context("the reading of the keys was aborted")?
    }

    async fn read(&self) -> anyhow::Result<()> {
        let cache = self.cache.read().jwks.clone();
        let jwks = match cache {
            Some(jwks) => jwks,
            None => self.discover().await?,
        };
        let now = Instant::now();
        let JwksKeys { keys, unusable, is_cut, count } =
            match self.json(jwks.clone()).await.and_then(|document| self.keys(&document, now)) {
                Ok(keys) => keys,
                Err(error) => {
                    // It may have moved.
                    self.cache.write().jwks = None;
                    return Err(error.context("its JWKS"));
                }
            };
        let mut cache = self.cache.write();
        let is_missing = |old: &&StoredKey| keys.iter().all(|key| key.id != old.id);
        let withdrawn =
            cache.keys.iter().filter(is_missing).filter(|old| old.seen.elapsed() < self.longest());
        let withdrawn: Vec<_> = withdrawn.cloned().collect();
        let is_new = cache.read.is_none() || cache.has_usable;
        (cache.count, cache.has_usable) = (count, keys.iter().any(|key| can_verify(&key.key)));
        (cache.keys, cache.unusable, cache.is_cut) = (keys, unusable, is_cut);
        cache.keys.extend(withdrawn);
        cache.read = Some(now);
        cache.missing.clear();
        if let Some(problem) = cache.without_usable().filter(|_| is_new) {
            tracing::warn!("no access token of the issuer can be accepted: {problem}");
        }
        Ok(())
    }

    /// Why the keys that were last read verify no access token at all.
    pub(super) fn without_usable(&self) -> Option<String> {
        self.cache.read().without_usable()
    }
}

impl CachedKeys {
    fn without_usable(&self) -> Option<String> {
        const WORDS: &str = "verifies signatures that are accepted here";
        match self.count {
            _ if self.has_usable || self.read.is_none() => None,
            0 => Some("its JWKS has no key".to_owned()),
            1 => Some(format!("the only key of its JWKS is none that {WORDS}")),
            count if self.is_cut => {
                Some(format!("none of the first {MOST_KEYS} of its {count} keys {WORDS}"))
            }
            count => Some(format!("none of its {count} keys {WORDS}")),
        }
    }
}

#[cfg(test)]
mod tests;
