//! Headers of HTTP: which of them carry no secret, and where the secret is in `Authorization`.

use std::ops::Range;

use super::name_parts::parts;
use super::names::is_one_of;
use super::remarks::{is_remark, is_state};
use super::words::METHODS;
use crate::text::is_any_of;

/// Whether a header of HTTP is known to carry no secret.
pub(super) fn is_public_header(name: &str) -> bool {
    const HEADERS: &[&str] = &[
        "accept",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "host",
        "origin",
        "referer",
        "retry-after",
        "server",
        "traceparent",
        "user-agent",
        "vary",
        "x-correlation-id",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-request-id",
    ];
    is_any_of(name, HEADERS)
}

/// Whether a name has the form of a header that may carry a secret, although its last word says something about one:
/// `X-Auth`, `X-Session-Id`.
pub(super) fn is_header_name(name: &str) -> bool {
    name.contains('-') || ends_with_auth(name) || is_one_of(name, &["session"])
}

/// Whether the last word of a name is `auth`.
pub(super) fn ends_with_auth(name: &str) -> bool {
    let (parts, count) = parts(name);
    parts[..count].last().is_some_and(|last| last.eq_ignore_ascii_case("auth"))
}

/// Whether the value of a field for authentication names a method, and is no secret.
pub(super) fn is_method(value: &str) -> bool {
    METHODS.has(value) || is_state(value)
}

/// Whether a word names how a secret is sent.
pub(super) fn is_scheme(word: &str) -> bool {
    const SCHEMES: &[&str] = &[
        "apikey",
        "aws4-hmac-sha256",
        "basic",
        "bearer",
        "digest",
        "dpop",
        "hawk",
        "jwt",
        "negotiate",
        "ntlm",
        "oauth",
        "token",
    ];
    is_one_of(word, SCHEMES)
}

/// Where the secret is in the value of a header `Authorization`: what follows the scheme, or all of it.
pub(super) fn authorization(value: &str) -> Option<Range<usize>> {
    let start = value.len() - value.trim_start().len();
    let trimmed = value.trim();
    let end = start + trimmed.len();
    let Some(space) = trimmed.find(char::is_whitespace) else {
        return is_credential(trimmed).then_some(start..end);
    };
    let (scheme, rest) = trimmed.split_at(space);
    let rest = rest.trim_start();
    is_sent_by(scheme.trim_end_matches(':'), rest).then_some(end - rest.len()..end)
}

/// Whether a first word is the scheme of the rest: a known one, or one that is written like one, with a single word
/// or with parameters behind it. In lower case, as in a sentence, what follows must look like a secret.
pub(super) fn is_sent_by(scheme: &str, rest: &str) -> bool {
    let written = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let capital = scheme.starts_with(|letter: char| letter.is_ascii_uppercase());
    let single = !rest.contains(char::is_whitespace) && !is_remark(rest) && !METHODS.has(rest);
    let remark = is_remark(scheme) || METHODS.has(scheme);
    is_scheme(scheme)
        || written && !remark && (single && (capital || is_credential(rest)) || capital && rest.contains('='))
}

/// Whether a single value is a secret, and not a permission or a word of a sentence.
pub(super) fn is_credential(value: &str) -> bool {
    let word = value.len() <= 24 && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    !(word || is_method(value) || is_remark(value) || is_scheme(value.trim_end_matches(':')))
}
