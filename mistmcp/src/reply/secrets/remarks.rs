//! Distinguishes remarks about a secret from the secret itself: `password: must be longer`, `token expired`.

use super::headers::is_method;
use super::words::{REMARKS, STATES};

/// How messages of a validation begin.
const MESSAGES: [&str; 23] = [
    "can not ",
    "cannot be",
    "field ",
    "has to ",
    "invalid ",
    "is not ",
    "is required",
    "is too ",
    "length must",
    "length should",
    "may not ",
    "may only",
    "missing ",
    "must be",
    "must contain",
    "must have",
    "must not",
    "not a ",
    "not allowed",
    "should be",
    "this field",
    "too long",
    "too short",
];

/// Whether a whole value is no secret.
pub(super) fn is_state(value: &str) -> bool {
    let value = value.trim_matches([' ', '.', ',', '!', ';']);
    value.is_empty()
        || STATES.has(value)
        || value.chars().all(|letter| "*•.-_?x".contains(letter))
        || value == super::HIDDEN
        || value == "[hidden"
        || value.starts_with("{{") && value.ends_with("}}")
}

/// Whether a value says only how something is set: a state, a method or a number.
pub(super) fn is_switch(value: &str) -> bool {
    is_method(value) || value.parse::<f64>().is_ok()
}

/// Whether a bare word belongs to a sentence about a secret.
pub(super) fn is_remark(word: &str) -> bool {
    let word = word.trim_matches([' ', '.', ',', '!', ';', '?']);
    is_state(word) || REMARKS.has(word)
}

/// Whether a quoted value is a message about a secret.
pub(super) fn is_message(value: &str) -> bool {
    let begins = |with: &&str| value.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    is_state(value) || MESSAGES.iter().any(begins)
}

/// Whether a word has digits and letters, and is no address.
pub(super) fn has_digits_and_letters(word: &str) -> bool {
    let bytes = word.as_bytes();
    let hexadecimal = bytes.iter().all(|byte| byte.is_ascii_hexdigit() || b"-:.".contains(byte));
    bytes.len() >= 6
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_alphabetic)
        && !(hexadecimal && matches!(bytes.len(), 12 | 17 | 36))
        && !bytes.contains(&b'/')
}

/// Whether a word looks like a generated secret, and not like an id, an address or a name.
pub(super) fn looks_random(word: &str) -> bool {
    let bytes = word.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    // The key of a user of SSH is public.
    let public = word.starts_with("AAAA") && bytes.len() > 16;
    if public || bytes.len() < 8 || digits == 0 || letters == 0 || bytes.contains(&b'/') {
        return false;
    }
    let hexadecimal = bytes.iter().all(|byte| byte.is_ascii_hexdigit() || b"-:.".contains(byte));
    // A MAC address, an address of IPv4 or a UUID.
    if hexadecimal
        && (bytes.len() == 12 || bytes.len() == 17 || bytes.len() == 36 || digits * 4 > bytes.len() * 3)
    {
        return false;
    }
    // A name with a number, such as `warehouse-12` or `branch2026`.
    let name = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    !name.chars().all(|letter| letter.is_ascii_alphabetic() || "-_.".contains(letter))
        && !word.contains("://")
        && !is_date(bytes)
}

fn is_date(bytes: &[u8]) -> bool {
    matches!(bytes, [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
}
