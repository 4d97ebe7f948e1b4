//! Verification of an access token, and its claims: [`verify`].

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode};
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use super::keys::StoredKey;
use super::signature::{self, ALGORITHMS};

/// Seconds by which clocks may differ.
pub(super) const LEEWAY: u64 = 30;
/// The most groups of a person that are read.
const MOST_GROUPS: usize = 2_000;

/// Why an access token is refused. Nothing of the token is repeated.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum AccessTokenError {
    #[error("it is no JWT")]
    Form,
    #[error("its algorithm is not accepted")]
    Algorithm,
    #[error("its algorithm is `Ed25519`, which is accepted under its name `EdDSA` alone")]
    Ed25519,
    #[error("its header has `crit`, which this server does not know")]
    Critical,
    #[error("its `kid` is no text")]
    KeyId,
    #[error("its `typ` is not that of an access token: it takes at+jwt or JWT")]
    Type,
    #[error("its signature is wrong")]
    Signature,
    #[error("it is signed by an RSA key of a size that is not accepted: it takes 2,048 to 8,192 bits")]
    KeySize,
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    Immature,
    #[error("it is for another audience")]
    Audience,
    #[error("it is of another issuer")]
    Issuer,
    #[error("it has no `{0}`, or one in another form: exp, iss, aud and sub are needed")]
    Missing(&'static str),
    #[error("its `{0}` has another form")]
    Malformed(&'static str),
    #[error("it has the claim `{0}` twice")]
    Repeated(&'static str),
    #[error("its claims are no JSON object that can be read")]
    Claims,
}

/// The part of the header that is used. Keys and addresses of keys in a header are not.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) alg: Algorithm,
    pub(super) kid: Option<String>,
}

/// The claims that are used.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) sub: String,
    pub(super) exp: u64,
    pub(super) email: Option<String>,
    pub(super) mentions_email: bool,
    pub(super) groups: Vec<String>,
    pub(super) scopes: Vec<String>,
}

/// All claims of a verified token.
#[derive(Debug, Deserialize)]
pub(super) struct VerifiedClaims(Map<String, Value>);

/// Reads the header of a token, without trusting it.
pub(super) fn header(token: &str) -> Result<Header, AccessTokenError> {
    let header = header_of(token).ok_or(AccessTokenError::Form)?;
    // `none` is no algorithm, and neither is what is unknown.
    let alg = header.get("alg").and_then(Value::as_str);
    // The name of RFC 9864, which the library does not know.
    if alg == Some("Ed25519") {
        return Err(AccessTokenError::Ed25519);
    }
    let alg = alg.and_then(|alg| alg.parse().ok());
    let alg = alg.filter(|alg| ALGORITHMS.contains(alg)).ok_or(AccessTokenError::Algorithm)?;
    if header.contains_key("crit") {
        return Err(AccessTokenError::Critical);
    }
    let kid = match header.get("kid") {
        None | Some(Value::Null) => None,
        Some(Value::String(kid)) => Some(kid.clone()),
        Some(_) => return Err(AccessTokenError::KeyId),
    };
    match header.get("typ") {
        None | Some(Value::Null) => {}
        Some(Value::String(typ)) if is_access_token(typ) => {}
        Some(_) => return Err(AccessTokenError::Type),
    }
    Ok(Header { alg, kid })
}

fn header_of(token: &str) -> Option<Map<String, Value>> {
    let (header, rest) = token.split_once('.')?;
    if rest.matches('.').count() != 1 {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()
}

/// Whether a `typ` is that of an access token (RFC 9068), or of a JWT of no particular kind. Others, such as those of a
/// logout, are for another use.
fn is_access_token(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
}

/// Verifies a token by one of these keys, and returns its claims and the id of the key.
pub(super) fn verify(
    token: &str,
    header: &Header,
    keys: &[StoredKey],
    issuer: &str,
    audiences: &[String],
) -> Result<(VerifiedClaims, u64), AccessTokenError> {
    let mut validation = Validation::new(header.alg);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_issuer(&[issuer]);
    validation.set_audience(audiences);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let mut refused = AccessTokenError::Signature;
    for key in keys {
        match decode::<VerifiedClaims>(token, &key.key, &validation) {
            Ok(token) => {
                // RFC 9068 knows one issuer; the library accepts a list.
                let claims = token.claims;
                let is_one = claims.0.get("iss").is_some_and(Value::is_string);
                return if is_one { Ok((claims, key.id)) } else { Err(AccessTokenError::Issuer) };
            }
            Err(error) => {
                refused = match error.kind() {
                    ErrorKind::InvalidSignature if !signature::has_accepted_size(&key.key) => {
                        AccessTokenError::KeySize
                    }
                    ErrorKind::InvalidSignature => AccessTokenError::Signature,
                    ErrorKind::ExpiredSignature => AccessTokenError::Expired,
                    ErrorKind::ImmatureSignature => AccessTokenError::Immature,
                    ErrorKind::InvalidAudience => AccessTokenError::Audience,
                    ErrorKind::InvalidIssuer => AccessTokenError::Issuer,
                    ErrorKind::InvalidAlgorithm => AccessTokenError::Algorithm,
                    ErrorKind::MissingRequiredClaim(claim) => {
                        checked(claim).map_or(AccessTokenError::Claims, AccessTokenError::Missing)
                    }
                    ErrorKind::InvalidClaimFormat(claim) => {
                        checked(claim).map_or(AccessTokenError::Claims, AccessTokenError::Malformed)
                    }
                    ErrorKind::Json(error) => repeated(&error.to_string())
                        .map_or(AccessTokenError::Claims, AccessTokenError::Repeated),
                    _ => AccessTokenError::Form,
                };
                if !matches!(refused, AccessTokenError::Signature | AccessTokenError::KeySize) {
                    break;
                }
            }
        }
    }
    Err(refused)
}

/// A claim that the library checks.
fn checked(name: &str) -> Option<&'static str> {
    ["exp", "nbf", "iss", "aud", "sub"].into_iter().find(|claim| *claim == name)
}

/// The claim that is there twice, as the error of its reader says.
fn repeated(error: &str) -> Option<&'static str> {
    let (_, rest) = error.split_once("duplicate field `")?;
    checked(rest.split_once('`')?.0)
}

impl VerifiedClaims {
    /// The claims that are used, with the groups of the claim of this name.
    pub(super) fn read(self, groups_claim: &str) -> Claims {
        let Self(claims) = self;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_verified =
            claims.get("email_verified").is_some_and(|verified| *verified == true || *verified == "true");
        let email = Some(text("email")).filter(|email| is_verified && !email.is_empty());
        let scopes = ["scope", "scp"].iter().filter_map(|name| claims.get(*name)).flat_map(texts);
        let scopes =
            scopes.flat_map(|scopes| scopes.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let groups = claim(&claims, groups_claim).map(texts).unwrap_or_default();
        Claims {
            sub: text("sub"),
            exp: claims.get("exp").and_then(Value::as_f64).map_or(0, seconds),
            email,
            mentions_email: ["email", "email_verified"].iter().any(|name| claims.contains_key(*name)),
            groups: groups.into_iter().take(MOST_GROUPS).collect(),
            scopes: scopes.collect(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn seconds(number: f64) -> u64 {
    number as u64
}

/// A claim by its name, or by a path of names with dots between them. A name may have dots itself: the longest that is there
/// counts.
fn claim<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(claim) = claims.get(path) {
        return Some(claim);
    }
    path.rmatch_indices('.')
        .find_map(|(dot, _)| claim(claims.get(&path[..dot])?.as_object()?, &path[dot + 1..]))
}

/// A text, or the texts in a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value, groups_claim: &str) -> Claims {
        serde_json::from_value::<VerifiedClaims>(value).unwrap().read(groups_claim)
    }

    #[test]
    fn groups_and_scopes_have_the_forms_of_the_common_issuers() {
        for (value, name, wanted) in [
            (json!({ "groups": ["noc", 3] }), "groups", &["noc"][..]),
            (json!({ "groups": "noc" }), "groups", &["noc"]),
            (json!({ "realm_access": { "roles": ["a", "b"] } }), "realm_access.roles", &["a", "b"]),
            (json!({ "https://example.com/groups": ["x"] }), "https://example.com/groups", &["x"]),
            (
                json!({ "resource_access": { "mist.example.com": { "roles": ["x"] }, "mist": { "roles": ["y"] } } }),
                "resource_access.mist.example.com.roles",
                &["x"],
            ),
            (
                json!({ "https://a.example/c": { "in.ner": { "roles": "x" } } }),
                "https://a.example/c.in.ner.roles",
                &["x"],
            ),
            // The longest name that leads to a claim.
            (json!({ "a": { "b": { "c": "short" } }, "a.b": { "c": "long" } }), "a.b.c", &["long"]),
            (json!({ "a": { "b": { "c": "x" } }, "a.b": { "d": "y" } }), "a.b.c", &["x"]),
            (json!({ "a": { "b.c": "x" }, "a.b": "y" }), "a.b.c", &["x"]),
            (json!({ "a": ["b"] }), "a.b", &[]),
            (json!({ "groups": { "a": true } }), "groups", &[]),
            (json!({}), "groups", &[]),
        ] {
            assert_eq!(claims(value, name).groups, wanted, "{name}");
        }
        assert_eq!(claims(json!({ "scope": "mcp read" }), "x").scopes, ["mcp", "read"]);
        assert_eq!(claims(json!({ "scp": ["mcp"] }), "x").scopes, ["mcp"]);
    }

    #[test]
    fn an_email_address_counts_only_where_it_is_verified() {
        for (verified, wanted) in
            [(json!(true), true), (json!("true"), true), (json!(false), false), (json!(1), false)]
        {
            let read = claims(json!({ "email": "ada@example.com", "email_verified": verified }), "groups");
            assert_eq!(read.email.is_some(), wanted);
        }
        assert_eq!(claims(json!({ "email": "ada@example.com" }), "groups").email, None);
    }

    #[test]
    fn symmetric_and_missing_algorithms_are_refused_by_the_header() {
        for algorithm in ["none", "None", "HS256", "HS512", "RSA1_5", "", "ES512"] {
            let header = URL_SAFE_NO_PAD.encode(json!({ "alg": algorithm, "typ": "JWT" }).to_string());
            assert_eq!(
                super::header(&format!("{header}.e30.")).unwrap_err(),
                AccessTokenError::Algorithm,
                "{algorithm}"
            );
        }
        let parsed =
            |header: Value| super::header(&format!("{}.e30.x", URL_SAFE_NO_PAD.encode(header.to_string())));
        for typ in [json!(null), json!("JWT"), json!("at+jwt"), json!("AT+JWT"), json!("application/at+jwt")]
        {
            assert!(parsed(json!({ "alg": "ES256", "typ": typ })).is_ok(), "{typ}");
        }
        for (header, wanted) in [
            (json!({ "alg": "ES256", "typ": "id+jwt" }), AccessTokenError::Type),
            (json!({ "alg": "ES256", "typ": "application/logout+jwt" }), AccessTokenError::Type),
            (json!({ "alg": "ES256", "typ": "dpop+jwt" }), AccessTokenError::Type),
            (json!({ "alg": "ES256", "typ": ["at+jwt"] }), AccessTokenError::Type),
            (json!({ "alg": "ES256", "crit": ["exp"] }), AccessTokenError::Critical),
            (json!({ "alg": "ES256", "crit": [] }), AccessTokenError::Critical),
            (json!({ "alg": "ES256", "kid": 5 }), AccessTokenError::KeyId),
            (json!({ "alg": "ES256", "kid": ["first"] }), AccessTokenError::KeyId),
            (json!({ "alg": ["ES256"] }), AccessTokenError::Algorithm),
            (json!({ "alg": "Ed25519" }), AccessTokenError::Ed25519),
            (json!({ "alg": "Ed448" }), AccessTokenError::Algorithm),
            (json!({ "kid": "first" }), AccessTokenError::Algorithm),
        ] {
            assert_eq!(parsed(header.clone()).unwrap_err(), wanted, "{header}");
        }
        for token in ["", "a", "a.b", "....", "é.b.c"] {
            assert!(super::header(token).is_err(), "{token}");
        }
    }
}
