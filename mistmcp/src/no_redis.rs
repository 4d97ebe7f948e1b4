//! Replacement of the Redis client without the feature `redis`: no value of these types exists.

use secrecy::SecretString;

use crate::key::Key;

/// No Redis.
#[derive(Clone, Debug)]
pub(crate) enum Location {}

/// No client.
#[derive(Debug)]
pub(crate) enum RedisClient {}

/// No failure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unavailable {}

impl RedisClient {
    pub(crate) fn availability(&self) -> tokio::sync::watch::Receiver<bool> {
        match *self {}
    }
}

impl Location {
    pub(crate) fn key(&self) -> &Key {
        match *self {}
    }

    /// Refuses every location.
    ///
    /// # Errors
    /// Always.
    pub(crate) fn parse(
        _url: &SecretString,
        _password: Option<&SecretString>,
        _prefix: &str,
        _key: Option<&SecretString>,
        _timeout: std::time::Duration,
    ) -> anyhow::Result<Self> {
        anyhow::bail!(
            "this program is built without the feature `redis`: leave --redis (or MISTMCP_REDIS_URL) out"
        )
    }
}
