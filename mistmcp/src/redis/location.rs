use std::fmt;

use redis::{IntoConnectionInfo, ProtocolVersion};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use url::Url;

use crate::key::Key;

/// The shortest key that is not guessed.
const SHORTEST_KEY: usize = 32;
const LONGEST_PREFIX: usize = 64;

/// Where the replicas' Redis is, and what they call things there.
#[derive(Clone)]
pub(crate) struct Location {
    pub(super) client: redis::Client,
    pub(super) prefix: String,
    pub(super) key: Key,
    /// Host and port, which is all that may be told.
    pub(super) place: String,
}

/// Why there is none. The message repeats no secret.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum LocationError {
    #[error(
        "--redis (or MISTMCP_REDIS_URL) is no URL of a Redis: write `redis://HOST:PORT`, or `rediss://HOST:PORT` for TLS"
    )]
    Url,
    #[error("--redis (or MISTMCP_REDIS_URL) cannot be used: {0}")]
    Unusable(String),
    #[error(
        "--redis-prefix (or MISTMCP_REDIS_PREFIX) takes 1 to {LONGEST_PREFIX} letters, digits, dots, colons, dashes \
         and underscores"
    )]
    Prefix,
    #[error(
        "with --redis, MISTMCP_REDIS_KEY is needed: a secret of {SHORTEST_KEY} characters or more, the same at all \
         replicas; `openssl rand -hex 32` makes one"
    )]
    NoKey,
    #[error(
        "MISTMCP_REDIS_KEY is shorter than {SHORTEST_KEY} characters, which can be guessed; `openssl rand -hex 32` \
         makes a good one"
    )]
    ShortKey,
}

impl Location {
    /// Reads what the operator says. The password stands in the URL, or apart from it.
    pub(crate) fn read(
        url: &SecretString,
        password: Option<&SecretString>,
        prefix: &str,
        key: Option<&SecretString>,
    ) -> Result<Self, LocationError> {
        let url = Url::parse(url.expose_secret().trim()).map_err(|_| LocationError::Url)?;
        let place = match (url.scheme(), url.host_str()) {
            ("redis" | "rediss", Some(host)) if url.fragment().is_none() => {
                format!("{host}:{}", url.port().unwrap_or(6379))
            }
            _ => return Err(LocationError::Url),
        };
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || b".:-_".contains(&byte);
        if !(1..=LONGEST_PREFIX).contains(&prefix.len()) || !prefix.bytes().all(sound) {
            return Err(LocationError::Prefix);
        }
        let key = key.ok_or(LocationError::NoKey)?;
        if key.expose_secret().trim().len() < SHORTEST_KEY {
            return Err(LocationError::ShortKey);
        }
        let unusable = |error: redis::RedisError| LocationError::Unusable(error.to_string());
        let info = url.into_connection_info().map_err(unusable)?;
        // With it, what is published comes by the connection that commands go by.
        let mut settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        settings = settings.set_lib_name("mistmcp", env!("CARGO_PKG_VERSION"));
        if let Some(password) = password {
            settings = settings.set_password(password.expose_secret());
        }
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        let info = info.set_redis_settings(settings).set_tcp_settings(tcp);
        let client = redis::Client::open(info).map_err(unusable)?;
        Ok(Self { client, prefix: prefix.to_owned(), key: Key::of(key), place })
    }

    /// The key of the hashes that all replicas make.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Location").field(&self.place).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn read(url: &str, prefix: &str, key: Option<&str>) -> Result<Location, LocationError> {
        let key = key.map(SecretString::from);
        Location::read(&url.into(), Some(&"apart-s3cret".into()), prefix, key.as_ref())
    }

    #[test]
    fn a_location_tells_host_and_port_and_no_secret() {
        for (url, place) in [
            ("redis://cache.example.com", "cache.example.com:6379"),
            ("rediss://user:url-s3cret@cache.example.com:7000/2", "cache.example.com:7000"),
            (" redis://[::1]:6380 ", "[::1]:6380"),
        ] {
            let location = read(url, "mistmcp", Some(KEY)).unwrap();
            assert_eq!(location.place, place);
            let printed = format!("{location:?} {:?}", location.client);
            assert!(!printed.contains("s3cret") && !printed.contains(KEY), "{printed}");
            assert_eq!(
                location.client.get_connection_info().redis_settings().password(),
                Some("apart-s3cret")
            );
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_and_not_repeated() {
        for url in
            ["", "localhost:6379", "http://localhost", "redis://", "rediss://host/#insecure", "redis://a b"]
        {
            assert_eq!(read(url, "mistmcp", Some(KEY)).unwrap_err(), LocationError::Url, "{url}");
        }
        assert!(matches!(read("redis://h/x", "p", Some(KEY)), Err(LocationError::Unusable(_))));
        for prefix in ["", "a b", "é", &"x".repeat(65)] {
            assert_eq!(read("redis://h", prefix, Some(KEY)).unwrap_err(), LocationError::Prefix, "{prefix}");
        }
        assert_eq!(read("redis://h", "p", None).unwrap_err(), LocationError::NoKey);
        let short = read("redis://h", "p", Some(&KEY[1..])).unwrap_err();
        assert!(short == LocationError::ShortKey && !short.to_string().contains(&KEY[1..]));
    }
}
