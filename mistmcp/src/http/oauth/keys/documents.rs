//! Documents of the issuer: its metadata, where it names its JWKS, and the keys in that.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use anyhow::{Context, bail};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::super::signature::significant;
use super::{KeyStore, StoredKey};
use crate::host::is_loopback;
use crate::text::shortened;

/// The most bytes of an answer of the issuer, and of keys in it.
const MAX_BYTES: usize = 256 * 1024;
pub(super) const MOST_KEYS: usize = 100;
/// The longest name of an issuer in the log.
const LONGEST_NAME: usize = 200;

/// The keys of a JWKS.
#[derive(Debug, Default)]
pub(super) struct JwksKeys {
    pub(super) keys: Vec<StoredKey>,
    /// The ids of those that verify no signature that is accepted.
    pub(super) unusable: HashSet<String>,
    /// Whether there are more than are read.
    pub(super) is_cut: bool,
    /// How many there are.
    pub(super) count: usize,
}

impl KeyStore {
    /// Finds the JWKS by the metadata of the issuer.
    pub(super) async fn discover(&self) -> anyhow::Result<Url> {
        let mut failure = None;
        for url in metadata_urls(&self.configured)? {
            let document = match self.json(url).await {
                Ok(document) => document,
                Err(error) => {
                    failure.get_or_insert(error);
                    continue;
                }
            };
            let issuer = document["issuer"].as_str().context("its metadata names no `issuer`")?;
            if issuer.trim_end_matches('/') != self.configured.trim_end_matches('/') {
                bail!(
                    "its metadata is that of another issuer, `{}`: set --oauth-issuer to the one that it names",
                    shortened(issuer, LONGEST_NAME)
                );
            }
            let jwks = document["jwks_uri"].as_str().and_then(|uri| Url::parse(uri).ok());
            let jwks = jwks.filter(is_safe).context("its metadata names no `jwks_uri` with https")?;
            let mut cache = self.cache.write();
            cache.issuer = Some(issuer.to_owned());
            cache.jwks = Some(jwks.clone());
            return Ok(jwks);
        }
        Err(failure.unwrap_or_else(|| anyhow::anyhow!("it has no metadata")))
    }

    /// A JSON document, within the limit of its size.
    pub(super) async fn json(&self, url: Url) -> anyhow::Result<Value> {
        let mut response = self.client.get(url).header("Accept", "application/json").send().await?;
        if !response.status().is_success() {
            bail!("it answered {}", response.status());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_BYTES {
                bail!("its answer is longer than {} KiB", MAX_BYTES / 1024);
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).context("its answer is not JSON")
    }

    /// The public keys for signatures in a JWKS. Others are left out.
    ///
    /// # Errors
    /// The document is no JWKS, such as the page of a server under maintenance.
    pub(super) fn keys(&self, document: &Value, seen: Instant) -> anyhow::Result<JwksKeys> {
        let keys = document["keys"].as_array().context("it has no list `keys`")?;
        if !keys.is_empty() && !keys.iter().any(|key| key["kty"].is_string()) {
            bail!("nothing in its list `keys` is a key");
        }
        let key = |value: &Value| {
            let jwk: Jwk = serde_json::from_value(value.clone()).ok()?;
            let is_public = matches!(
                jwk.algorithm,
                AlgorithmParameters::RSA(_)
                    | AlgorithmParameters::EllipticCurve(_)
                    | AlgorithmParameters::OctetKeyPair(_)
            );
            let is_for_signatures = !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
            if !is_public || !is_for_signatures {
                return None;
            }
            let algorithm = match jwk.common.key_algorithm {
                // The name of RFC 9864, which the library does not know.
                Some(_) if value["alg"] == "Ed25519" => Some(Algorithm::EdDSA),
                Some(named) => Some(Algorithm::try_from(named).ok()?),
                None => None,
            };
            let key = DecodingKey::from_jwk(&jwk).ok()?;
            let kid = jwk.common.key_id;
            Some(StoredKey {
                id: self.identity(&key, kid.as_deref()),
                key: Arc::new(key),
                kid,
                algorithm,
                seen,
            })
        };
        let (count, is_cut) = (keys.len(), keys.len() > MOST_KEYS);
        let mut read = JwksKeys { is_cut, count, ..JwksKeys::default() };
        for value in keys.iter().take(MOST_KEYS) {
            match key(value) {
                Some(key) => read.keys.push(key),
                None => read.unusable.extend(value["kid"].as_str().map(str::to_owned)),
            }
        }
        Ok(read)
    }

    /// Identifies a key by its id and its material (as RFC 7638 does): other members of its JSON, and their order, may
    /// differ from one answer of the issuer to the next.
    fn identity(&self, key: &DecodingKey, kid: Option<&str>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        kid.hash(&mut hasher);
        match key.kind() {
            DecodingKeyKind::RsaModulusExponent { n, e } => {
                (significant(n), significant(e)).hash(&mut hasher);
            }
            DecodingKeyKind::SecretOrDer(key) => key.hash(&mut hasher),
        }
        hasher.finish()
    }
}

/// Where the metadata of an issuer may be: RFC 8414, and OpenID Connect Discovery with the path before or behind.
fn metadata_urls(issuer: &str) -> anyhow::Result<Vec<Url>> {
    let issuer = Url::parse(issuer).context("the issuer is no URL")?;
    let path = issuer.path().trim_end_matches('/');
    let paths = [
        format!("{path}/.well-known/openid-configuration"),
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
    ];
    let mut urls: Vec<Url> = Vec::new();
    for path in paths {
        let mut url = issuer.clone();
        url.set_path(&path);
        url.set_query(None);
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    Ok(urls)
}

/// Whether a URL is https, or on this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => url.host().is_some_and(|host| is_loopback(&host.to_owned())),
        _ => false,
    }
}
