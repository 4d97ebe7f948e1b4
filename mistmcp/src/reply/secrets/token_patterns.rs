//! Secrets that are recognized by their shape: private keys in PEM, JSON web tokens, password
//! hashes, keys of cloud providers.

use std::sync::LazyLock;

use super::hidden_ranges::HiddenRanges;
use super::stems::{Stems, automaton};
use crate::work::steps::count;

/// How a secret begins, how many of its letters follow at least, and which letters it has beside letters and digits.
struct TokenPattern {
    prefix: &'static str,
    shortest: usize,
    letters: &'static [u8],
    /// A byte that must occur after the prefix.
    contains: Option<u8>,
}

const fn shape(prefix: &'static str, shortest: usize, letters: &'static [u8]) -> TokenPattern {
    TokenPattern { prefix, shortest, letters, contains: None }
}

const fn hash(prefix: &'static str, shortest: usize) -> TokenPattern {
    TokenPattern { prefix, shortest, letters: b"$./-=,+_", contains: None }
}

const fn salted(prefix: &'static str, shortest: usize) -> TokenPattern {
    TokenPattern { prefix, shortest, letters: b"$./-=,+_", contains: Some(b'$') }
}

const PATTERNS: [TokenPattern; 41] = [
    salted("$1$", 5),
    salted("$5$", 5),
    salted("$6$", 5),
    salted("$8$", 5),
    hash("$9$", 4),
    hash("$14$", 5),
    hash("$2a$", 8),
    hash("$2b$", 8),
    hash("$2x$", 8),
    hash("$2y$", 8),
    hash("$y$", 8),
    hash("$7$", 8),
    hash("$sha1$", 8),
    hash("$apr1$", 5),
    hash("$argon2", 12),
    hash("$scrypt$", 8),
    hash("$pbkdf2", 8),
    TokenPattern { prefix: "{SSHA", shortest: 12, letters: b"}+/=0123456789", contains: Some(b'}') },
    shape("AKIA", 16, b""),
    shape("ASIA", 16, b""),
    shape("AIza", 30, b"_-"),
    shape("ya29.", 16, b"_-."),
    shape("ghp_", 20, b""),
    shape("gho_", 20, b""),
    shape("ghu_", 20, b""),
    shape("ghs_", 20, b""),
    shape("ghr_", 20, b""),
    shape("github_pat_", 20, b"_"),
    shape("glpat-", 16, b"_-."),
    shape("xoxb-", 12, b"-"),
    shape("xoxp-", 12, b"-"),
    shape("xoxa-", 12, b"-"),
    shape("xapp-", 12, b"-"),
    shape("sk_live_", 12, b"_"),
    shape("sk_test_", 12, b"_"),
    shape("rk_live_", 12, b"_"),
    shape("sk-", 20, b"_-"),
    shape("npm_", 30, b""),
    shape("hvs.", 12, b"_-"),
    shape("SG.", 30, b"_-."),
    shape("eyJ", 10, b"_-.=+/"),
];

/// The beginnings of all shapes, and of a block of PEM.
static PREFIXES: Stems = LazyLock::new(|| automaton(&prefixes().collect::<Vec<_>>()));

/// How all shapes begin, and a block of PEM.
pub(super) fn prefixes() -> impl Iterator<Item = &'static str> {
    PATTERNS.iter().map(|shape| shape.prefix).chain([PEM])
}

const PEM: &str = "-----BEGIN ";

/// Covers what has the shape of a secret. Whether a text begins inside a private key, and whether it ends in one.
pub(super) fn find(text: &str, cover: &mut HiddenRanges, mut in_key: bool) -> bool {
    let mut at = 0;
    if in_key {
        let end = end_of_key(text, 0);
        cover.add(0..end.unwrap_or(text.len()));
        let Some(end) = end else { return true };
        in_key = false;
        at = end;
    }
    let Some(prefixes) = LazyLock::force(&PREFIXES) else { return in_key };
    while let Some(found) = text.get(at..).and_then(|rest| prefixes.find(rest)) {
        let start = at + found.start();
        at += found.end();
        count(found.end());
        let Some(shape) = PATTERNS.get(found.pattern().as_usize()) else {
            let Some(label) = text.get(at..).and_then(|rest| rest.split("-----").next()) else { continue };
            count(label.len());
            if label.len() > 40 || !label.contains("PRIVATE KEY") {
                continue;
            }
            at += label.len();
            let end = end_of_key(text, at);
            cover.add(start..end.unwrap_or(text.len()));
            let Some(end) = end else { return true };
            at = end;
            continue;
        };
        let begins = start.checked_sub(1).is_none_or(|before| {
            let before = text.as_bytes()[before];
            // A letter behind an escape is part of the escape: `\n$9$…`.
            !before.is_ascii_alphanumeric() && before != b'$' && before != b'_'
                || start > 1 && text.as_bytes()[start - 2] == b'\\'
        });
        if begins && text[start..].starts_with(shape.prefix) {
            let rest = &text.as_bytes()[at..];
            let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || shape.letters.contains(byte);
            let length = rest.iter().position(|byte| !belongs(byte)).unwrap_or(rest.len());
            count(length);
            let body = &rest[..length];
            // A dot, a comma or a dash at its end belongs to the sentence.
            let length = body
                .iter()
                .rposition(|byte| !b".,-".contains(byte) || shape.letters == b"$./-=,+_" && *byte != b',');
            let body = &body[..length.map_or(0, |last| last + 1)];
            if body.len() >= shape.shortest
                && shape.contains.is_none_or(|letter| body.contains(&letter))
                && (shape.prefix != "eyJ" || body.len() > 30 || body.contains(&b'.'))
                && (shape.prefix != "sk-" || body.iter().any(u8::is_ascii_digit))
            {
                cover.add(start..at + body.len());
            }
            at += body.len();
        }
    }
    in_key
}

/// Where a private key ends whose body begins at a place.
fn end_of_key(text: &str, from: usize) -> Option<usize> {
    const END: &str = "-----END ";
    let rest = text.as_bytes().get(from..)?;
    let end = memchr::memmem::find(rest, END.as_bytes());
    count(end.unwrap_or(rest.len()));
    let label = from + end? + END.len();
    let dashes = text.get(label..)?.find("-----")?;
    Some(label + dashes + 5)
}
