//! OAuth 2.1 resource server (MCP authorization): clients send an access token of the operator's issuer. The main type
//! is [`OAuth`].
//!
//! An access token is a JWT that a key of the issuer's JWKS has signed, for this server as its audience (RFC 8707). It is
//! never sent to Mist. Clients find the issuer in the metadata of the protected resource (RFC 9728).

mod keys;
mod metadata;
mod refusal_log;
mod signature;
mod token;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use http::HeaderValue;
use http::header::{AUTHORIZATION, HeaderMap};
use jsonwebtoken::get_current_timestamp;
use moka::sync::Cache;

pub(super) use metadata::routes;

use keys::{KeyError, KeyStore, RefreshTimes, UnknownKey};
use refusal_log::RefusalLog;
use token::{AccessTokenError, Claims};

use super::rejection::Rejection;
use crate::key::Key;
use crate::known_tokens;
use crate::mist::{Person, Pool};
use crate::{Token, Tokens};

/// What the operator has set of OAuth.
#[derive(Clone, Debug)]
pub(crate) struct OAuthSettings {
    /// The issuer, as it stands in its own metadata.
    pub(crate) issuer: String,
    /// The URL of this server as clients reach it.
    pub(crate) resource: url::Url,
    /// What a token may have as its audience: the resource in each form in which it is written or announced, and other
    /// names that the issuer has for it.
    pub(crate) audiences: Vec<String>,
    /// The scopes that a token needs.
    pub(crate) scopes: Vec<String>,
    /// The claim that names the groups of a person.
    pub(crate) groups_claim: String,
    /// Whether a client may send a Mist token of its own in `X-Authorization`.
    pub(crate) own_token: bool,
}

impl OAuthSettings {
    /// The resource as the metadata announces it: without the slash that a URL without a path gets.
    pub(crate) fn announced(resource: &url::Url) -> &str {
        let text = resource.as_str();
        if resource.path() == "/" && resource.query().is_none() { text.trim_end_matches('/') } else { text }
    }
}

/// The longest access token, in bytes.
const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// The most access tokens whose verification is cached.
const CACHED: u64 = 10_000;

/// The verification of access tokens.
#[derive(Debug)]
pub(super) struct OAuth {
    settings: OAuthSettings,
    keys: Arc<KeyStore>,
    /// Verified tokens by their keyed hash: a signature takes longer to verify than most of a request.
    verified: Cache<[u8; 32], Arc<Verified>>,
    hash_key: Key,
    refusals: RefusalLog,
}

/// The longest interval between checks of an open stream's token. The clock may be set meanwhile, and a key withdrawn.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// A verified access token.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) person: Arc<Person>,
    expires: u64,
    has_scopes: bool,
    /// The key that has signed it. If the issuer withdraws the key, the token is refused.
    key: u64,
}

/// Reads the metadata and the keys of the issuer once.
///
/// # Errors
/// They cannot be read, or none of them verifies signatures.
pub(crate) async fn check_issuer(settings: &OAuthSettings, pool: &Pool) -> anyhow::Result<()> {
    signature::install();
    let keys = Arc::new(KeyStore::new(&settings.issuer, pool, RefreshTimes::default())?);
    keys.refresh().await.context("the keys of --oauth-issuer cannot be read")?;
    match keys.without_usable() {
        Some(problem) => Err(anyhow::anyhow!("no access token of --oauth-issuer can be accepted: {problem}")),
        None => Ok(()),
    }
}

impl Verified {
    /// How long it will still be accepted. None if it has expired.
    fn time_left(&self) -> Option<Duration> {
        let end = self.expires.saturating_add(token::LEEWAY).saturating_add(1);
        end.checked_sub(get_current_timestamp()).filter(|left| *left > 0).map(Duration::from_secs)
    }
}

impl OAuth {
    /// # Errors
    /// The client of the issuer cannot be built.
    pub(super) fn new(settings: OAuthSettings, pool: &Pool) -> anyhow::Result<Arc<Self>> {
        signature::install();
        let keys = Arc::new(KeyStore::new(&settings.issuer, pool, RefreshTimes::default())?);
        let verified = Cache::builder().max_capacity(CACHED).build();
        let (hash_key, refusals) = (Key::random(), RefusalLog::default());
        Ok(Arc::new(Self { settings, keys, verified, hash_key, refusals }))
    }

    pub(super) fn settings(&self) -> &OAuthSettings {
        &self.settings
    }

    /// Gets the keys of the issuer, so that the first client does not wait for them.
    pub(super) async fn prepare(&self) {
        if let Err(error) = self.keys.refresh().await {
            tracing::warn!("the keys of --oauth-issuer cannot be read yet: {error:#}");
        }
    }

    /// The access token of a request.
    pub(super) async fn authenticate(&self, headers: &HeaderMap) -> Result<Arc<Verified>, Rejection> {
        let token = self.presented(headers)?;
        let hash = self.hash_key.hash([token]);
        self.keys.freshen().await;
        let known = self.verified.get(&hash).filter(|known| self.keys.has(known.key));
        let verified = match known {
            Some(known) => known,
            None => {
                let verified = Arc::new(self.verify(token).await?);
                self.verified.insert(hash, Arc::clone(&verified));
                verified
            }
        };
        if verified.time_left().is_none() {
            return Err(self.invalid("it has expired"));
        }
        if !verified.has_scopes {
            let scopes = self.settings.scopes.join(" ");
            let challenge = self.challenge(Some(("insufficient_scope", "the token lacks a scope")));
            self.refusals.of_person(&format!("the access token lacks a scope ({scopes})"), &verified.person);
            let message =
                format!("The access token lacks a scope of this server ({scopes}): sign in again with it.");
            return Err(Rejection::forbidden("insufficient_scope", message).with_challenge(challenge));
        }
        Ok(verified)
    }

    /// Waits until a token would be refused, so that a stream which it has opened ends: it has expired, or the issuer has
    /// withdrawn its key.
    pub(super) async fn refused_by_time(self: Arc<Self>, verified: Arc<Verified>) {
        while let Some(left) = verified.time_left().filter(|_| self.keys.has(verified.key)) {
            tokio::time::sleep(left.min(CHECK_INTERVAL)).await;
            if verified.time_left().is_none() {
                return;
            }
            self.keys.freshen().await;
        }
    }

    async fn verify(&self, token: &str) -> Result<Verified, Rejection> {
        let header = token::header(token).map_err(|refused| self.refused(refused))?;
        let keys = match self.keys.find(header.kid.as_deref(), header.alg).await {
            Ok(keys) => keys,
            Err(error) => return Err(self.without_key(&error)),
        };
        let issuer = self.keys.issuer();
        let verify = |keys: &[_]| token::verify(token, &header, keys, &issuer, &self.settings.audiences);
        let verified = match verify(&keys) {
            Err(AccessTokenError::Signature) => {
                verify(&self.keys.find_other(header.kid.as_deref(), header.alg, &keys).await)
            }
            verified => verified,
        };
        let (claims, key) = verified.map_err(|refused| self.refused(refused))?;
        let Claims { sub, exp, email, mentions_email, groups, scopes } =
            claims.read(&self.settings.groups_claim);
        if sub.is_empty() {
            return Err(self.invalid("it names no subject"));
        }
        let has_scopes = self.settings.scopes.iter().all(|scope| scopes.contains(scope));
        let person = Arc::new(Person { subject: sub, email, has_email_claims: mentions_email, groups });
        Ok(Verified { person, expires: exp, has_scopes, key })
    }

    fn without_key(&self, error: &KeyError) -> Rejection {
        match error {
            KeyError::Unknown(reason @ UnknownKey::Id) => self.invalid(&reason.to_string()),
            // No sign-in helps.
            KeyError::Unknown(reason) => self.unfit(&reason.to_string()),
            KeyError::Unavailable => Rejection::full(
                "issuer",
                "The keys of the issuer cannot be read now, so that no access token can be checked. Try again in a \
                 while.",
            ),
        }
    }

    /// Logs that a person has no account, with what the accounts file can name them by.
    pub(super) fn log_person_without_account(&self, person: &Person) {
        self.refusals.of_person("no account of the accounts file is this person's", person);
    }

    /// Whether what a client sends as a Mist token has a part of its access token, or of another JWT or JWE, in it: that must not
    /// reach Mist.
    pub(super) fn is_access_token(&self, headers: &HeaderMap, tokens: &Tokens) -> bool {
        let presented = self.presented(headers).ok();
        let is_presented = |text: &str| presented.is_some_and(|token| known_tokens::has_part(text, token));
        tokens
            .iter()
            .map(Token::expose)
            .any(|text| is_presented(text) || known_tokens::has_encoded_object(text))
    }

    /// The access token in `Authorization`.
    fn presented<'h>(&self, headers: &'h HeaderMap) -> Result<&'h str, Rejection> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Err(self.missing()) };
        if values.next().is_some() {
            return Err(Rejection::request("The header `authorization` is there twice."));
        }
        let text = value.to_str().map_err(|_| self.invalid("it is no ASCII"))?.trim();
        let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
        let token = token.trim();
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
            return Err(self.missing());
        }
        if token.len() > MAX_TOKEN_BYTES {
            return Err(self.unfit("it is longer than 16 KiB"));
        }
        Ok(token)
    }

    fn missing(&self) -> Rejection {
        let message = format!(
            "This server asks for an access token of {}: sign in there, and send it as `Authorization: Bearer …`. MCP \
             clients do so by themselves.",
            self.keys.issuer()
        );
        Rejection::unauthorized(message).with_challenge(self.challenge(None))
    }

    fn refused(&self, refused: AccessTokenError) -> Rejection {
        match refused {
            // The issuer may have another key of this id since its keys were read.
            AccessTokenError::Signature => self.unusable(
                &refused.to_string(),
                "Try again in a few seconds, and sign in again if that changes nothing.",
            ),
            AccessTokenError::Expired | AccessTokenError::Immature => self.invalid(&refused.to_string()),
            _ => self.unfit(&refused.to_string()),
        }
    }

    fn invalid(&self, problem: &str) -> Rejection {
        self.unusable(problem, "Sign in again.")
    }

    /// For a token that another sign-in would not change.
    fn unfit(&self, problem: &str) -> Rejection {
        self.unusable(problem, "Another sign-in gives the same: tell the operator of this server.")
    }

    fn unusable(&self, problem: &str, next_step: &str) -> Rejection {
        self.refusals.of_token(problem);
        let message = format!("The access token cannot be used: {problem}. {next_step}");
        Rejection::unauthorized(message).with_challenge(self.challenge(Some(("invalid_token", problem))))
    }

    /// The value of `WWW-Authenticate`, with an error and its description.
    fn challenge(&self, error: Option<(&str, &str)>) -> Option<HeaderValue> {
        let mut text = "Bearer ".to_owned();
        if let Some((error, description)) = error {
            text.extend(["error=\"", error, "\", error_description=\"", description, "\", "]);
        }
        if !self.settings.scopes.is_empty() {
            text.extend(["scope=\"", &self.settings.scopes.join(" "), "\", "]);
        }
        text.extend(["resource_metadata=\"", metadata::url(&self.settings.resource).as_str(), "\""]);
        HeaderValue::from_str(&text).ok()
    }
}
