//! Address, prefix and key of the shared Redis: [`Location`], from the flags of the operator.

use std::fmt;
use std::time::Duration;

use redis::{IntoConnectionInfo, ProtocolVersion};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use url::Url;

use crate::key::Key;
use crate::placeholder::has_quotation_mark;

/// The shortest accepted key, in characters.
const MIN_KEY_LENGTH: usize = 32;
const MAX_PREFIX_LENGTH: usize = 64;

/// The address of the shared Redis, the prefix of its keys, and the key of hashes.
#[derive(Clone)]
pub(crate) struct Location {
    pub(super) client: redis::Client,
    pub(super) prefix: String,
    pub(super) key: Key,
    /// Host and port, which contain no secret.
    pub(super) address: String,
    /// Timeout of a command.
    pub(super) timeout: Duration,
}

/// Why the configuration is invalid. The message repeats no secret.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum LocationError {
    #[error(
        "--redis (or MISTMCP_REDIS_URL) is no URL of a Redis: write `redis://HOST:PORT`, or `rediss://HOST:PORT` for TLS"
    )]
    Url,
    #[error("--redis (or MISTMCP_REDIS_URL) cannot be used: {0}")]
    Unusable(String),
    #[error(
        "--redis-prefix (or MISTMCP_REDIS_PREFIX) takes 1 to {MAX_PREFIX_LENGTH} letters, digits, dots, colons, dashes \
         and underscores"
    )]
    Prefix,
    #[error(
        "with --redis, MISTMCP_REDIS_KEY is needed: a secret of {MIN_KEY_LENGTH} characters or more, the same at all \
         replicas; `openssl rand -hex 32` makes one"
    )]
    NoKey,
    #[error(
        "MISTMCP_REDIS_KEY is shorter than {MIN_KEY_LENGTH} characters, which can be guessed; `openssl rand -hex 32` \
         makes a good one"
    )]
    ShortKey,
    #[error(
        "MISTMCP_REDIS_KEY has a quotation mark at its beginning or end, which would be a part of it: write it without \
         quotation marks, at all replicas"
    )]
    QuotedKey,
}

impl Location {
    /// Parses the configuration. The password is in the URL, or separate.
    pub(crate) fn parse(
        url: &SecretString,
        password: Option<&SecretString>,
        prefix: &str,
        key: Option<&SecretString>,
        timeout: Duration,
    ) -> Result<Self, LocationError> {
        let url = Url::parse(url.expose_secret().trim()).map_err(|_| LocationError::Url)?;
        let address = match (url.scheme(), url.host_str()) {
            ("redis" | "rediss", Some(host)) if url.fragment().is_none() => {
                format!("{host}:{}", url.port().unwrap_or(6379))
            }
            _ => return Err(LocationError::Url),
        };
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".:-_".contains(&byte);
        if !(1..=MAX_PREFIX_LENGTH).contains(&prefix.len()) || !prefix.bytes().all(is_allowed) {
            return Err(LocationError::Prefix);
        }
        let key = shared_key(key)?;
        let unusable = |error: redis::RedisError| LocationError::Unusable(error.to_string());
        let info = url.into_connection_info().map_err(unusable)?;
        // RESP3 delivers pub/sub messages on the connection of the commands.
        let mut settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        settings = settings.set_lib_name("mistmcp", env!("CARGO_PKG_VERSION"));
        if let Some(password) = password {
            settings = settings.set_password(password.expose_secret());
        }
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        let info = info.set_redis_settings(settings).set_tcp_settings(tcp);
        let client = redis::Client::open(info).map_err(unusable)?;
        Ok(Self { client, prefix: prefix.to_owned(), key, address, timeout })
    }

    /// The key of hashes, the same at all replicas.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }
}

/// The key of a secret without the white space around it, with which a replica would have a key of its own.
fn shared_key(secret: Option<&SecretString>) -> Result<Key, LocationError> {
    let text = secret.ok_or(LocationError::NoKey)?.expose_secret().trim();
    if has_quotation_mark(text) {
        return Err(LocationError::QuotedKey);
    }
    if text.len() < MIN_KEY_LENGTH {
        return Err(LocationError::ShortKey);
    }
    Ok(Key::of(&text.into()))
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Location").field(&self.address).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn parse(url: &str, prefix: &str, key: Option<&str>) -> Result<Location, LocationError> {
        let key = key.map(SecretString::from);
        Location::parse(
            &url.into(),
            Some(&"apart-s3cret".into()),
            prefix,
            key.as_ref(),
            Duration::from_millis(250),
        )
    }

    #[test]
    fn a_location_prints_host_and_port_and_no_secret() {
        for (url, address) in [
            ("redis://cache.example.com", "cache.example.com:6379"),
            ("rediss://user:url-s3cret@cache.example.com:7000/2", "cache.example.com:7000"),
            (" redis://[::1]:6380 ", "[::1]:6380"),
        ] {
            let location = parse(url, "mistmcp", Some(KEY)).unwrap();
            assert_eq!(location.address, address);
            let printed = format!("{location:?} {:?}", location.client);
            assert!(!printed.contains("s3cret") && !printed.contains(KEY), "{printed}");
            assert_eq!(
                location.client.get_connection_info().redis_settings().password(),
                Some("apart-s3cret")
            );
        }
    }

    #[test]
    fn white_space_around_the_key_is_none_of_it() {
        let hash = |key: &str| parse("redis://h", "p", Some(key)).unwrap().key().hash(["a"]);
        for key in [format!("{KEY}\n"), format!("{KEY}\r\n"), format!(" {KEY}\t")] {
            assert_eq!(hash(&key), hash(KEY), "{key:?}");
        }
        assert_ne!(hash(&KEY.to_uppercase()), hash(KEY));
    }

    #[test]
    fn invalid_configuration_is_rejected_and_not_repeated() {
        for url in
            ["", "localhost:6379", "http://localhost", "redis://", "rediss://host/#insecure", "redis://a b"]
        {
            assert_eq!(parse(url, "mistmcp", Some(KEY)).unwrap_err(), LocationError::Url, "{url}");
        }
        assert!(matches!(parse("redis://h/x", "p", Some(KEY)), Err(LocationError::Unusable(_))));
        for prefix in ["", "a b", "é", &"x".repeat(65)] {
            assert_eq!(parse("redis://h", prefix, Some(KEY)).unwrap_err(), LocationError::Prefix, "{prefix}");
        }
        assert_eq!(parse("redis://h", "p", None).unwrap_err(), LocationError::NoKey);
        for quoted in [format!("\"{KEY}\""), format!("'{KEY}'\n"), format!(" {KEY}”")] {
            let error = parse("redis://h", "p", Some(&quoted)).unwrap_err();
            assert!(
                error == LocationError::QuotedKey && !error.to_string().contains(KEY),
                "{quoted}: {error}"
            );
        }
        let short = parse("redis://h", "p", Some(&KEY[1..])).unwrap_err();
        assert!(short == LocationError::ShortKey && !short.to_string().contains(&KEY[1..]));
    }
}
