//! Words of a text as written: normalization ([`fold`]) and splitting ([`tokens`]).

use std::net::IpAddr;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word as a proper name is written: one capital, then small letters.
pub(super) fn name(word: &str) -> Option<&str> {
    let name = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    let mut letters = name.chars();
    let is_name = letters.next().is_some_and(char::is_uppercase)
        && !letters.as_str().is_empty()
        && letters.all(char::is_lowercase);
    is_name.then_some(name)
}

/// A text in lower case, without accents.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

/// Tokenizes a folded text; addresses and ports are replaced by their kind.
pub(super) fn tokens(folded: &str) -> Vec<&str> {
    let mut tokens = Vec::with_capacity(16);
    for chunk in folded.split_whitespace() {
        let trimmed = chunk.trim_matches(|letter: char| !letter.is_alphanumeric());
        if let Some(kind) = literal(trimmed) {
            tokens.push(kind);
        } else {
            let words = trimmed.split(|letter: char| !letter.is_alphanumeric());
            tokens.extend(words.filter(|word| !word.is_empty()));
        }
    }
    tokens
}

/// The kind of a literal: a MAC or IP address, or a switch port.
fn literal(word: &str) -> Option<&'static str> {
    if !word.contains(|letter: char| letter.is_ascii_digit() || letter == ':') {
        return None;
    }
    let hex = word.chars().filter(char::is_ascii_hexdigit).count();
    let separators = word.len().saturating_sub(hex);
    if hex == 12
        && (separators == 0 || word.contains([':', '-', '.']))
        && word.contains(|it: char| it.is_ascii_digit())
    {
        return Some("macaddress");
    }
    if word.contains(['.', ':']) && word.parse::<IpAddr>().is_ok() {
        return Some("ipaddress");
    }
    let numbers = ["ge-", "xe-", "et-", "mge-"].iter().find_map(|kind| word.strip_prefix(kind))?;
    numbers.contains('/').then_some("switchport")
}

/// Whether a word is of a script without spaces.
pub(super) fn is_cjk(word: &str) -> bool {
    word.chars().any(|letter| matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
}
