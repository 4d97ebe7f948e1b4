//! Lines of configurations of other makers: a path that ends in a word for a secret, and words for the format of one.

use super::config_words::TYPES;
use super::lexer::{Lexeme, LexemeKind};
use super::line_reader::LineReader;
use crate::text::is_any_of;

/// Whether a word announces a secret by its end: `psksecret`, `password`.
pub(super) fn is_word_for_secret(word: &str) -> bool {
    [
        "-community",
        "-key",
        "-token",
        "apikey",
        "community-string",
        "passphrase",
        "passwd",
        "password",
        "psk",
        "secret",
    ]
    .iter()
    .any(|ending| word.ends_with(ending))
}

/// Whether a line ends in a word for a secret with one value, also with the format of it or with `key` between them:
/// the path of another maker's configuration.
pub(super) fn ends_in_secret(reader: &LineReader<'_>, first: usize) -> bool {
    const LONGEST: usize = 24;
    let mut last = [first; 3];
    for _ in 0..LONGEST {
        let next = reader.tokens.get(last[2]).map_or(0, Lexeme::next_apart);
        if next >= reader.tokens.len() {
            let word = |at: usize| reader.word(at).unwrap_or_default();
            let between = is_any_of(word(last[1]), &["key"]) || TYPES.has(word(last[1]));
            return last[1] > first && is_word_for_secret(word(last[1]))
                || last[0] > first && between && is_word_for_secret(word(last[0]));
        }
        last = [last[1], last[2], next];
    }
    false
}

/// Whether a line ends in the password of a peer of BGP: `peer 10.0.0.1 password x`.
pub(super) fn is_password_of_peer(reader: &LineReader<'_>, at: usize, word: &str) -> bool {
    let next = |by: usize| reader.word(at + by).unwrap_or_default();
    let is_short = |word: &str| word.len() == 1 || TYPES.has(word);
    is_any_of(word, &["neighbor", "peer"])
        && next(1).parse::<std::net::IpAddr>().is_ok()
        && is_any_of(next(2), &["password"])
        && (reader.tokens.get(at + 4).is_none() || is_short(next(3)))
}

/// Hides the values behind the words for their format, with which a line ends, if a word for a secret is before these:
/// `super password level 15 cipher x`.
pub(super) fn formatted(reader: &mut LineReader<'_>) {
    const FORMATS: &[&str] = &["cipher", "ciphertext", "plaintext", "simple"];
    const QUOTED: &[&str] = &["md5", "sha1", "sha256"];
    const BEFORE: usize = 5;
    let is_named = |reader: &LineReader<'_>, at: usize| {
        let named = |word: &str| is_word_for_secret(word) || is_any_of(word, &["authentication-mode", "key"]);
        (at.saturating_sub(BEFORE)..at).any(|at| reader.word(at).is_some_and(named))
    };
    for at in 1..reader.tokens.len() {
        let Some(word) = reader.word(at) else { continue };
        let digit = reader.word(at + 1).is_some_and(|word| matches!(word, "0" | "7" | "8"));
        let value = at + 1 + usize::from(digit);
        let Some(token) = reader.tokens.get(value).filter(|token| token.is_text() && !token.glued) else {
            continue;
        };
        let quoted = token.kind == LexemeKind::Quoted;
        let format = is_any_of(word, FORMATS)
            || is_any_of(word, QUOTED) && quoted
            || is_any_of(word, &["ascii"]) && digit;
        if format && (quoted || token.next_apart() >= reader.tokens.len()) && is_named(reader, at) {
            reader.hide(value, false);
        }
    }
}
