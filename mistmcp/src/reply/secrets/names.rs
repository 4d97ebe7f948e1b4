//! Decides by the parts of a name whether it names a secret: `guest_psk`, `clientSecret`, `RADIUS_KEY`.

use std::sync::LazyLock;

use super::words::{
    ABOUT, BEFORE, BGP_COMMUNITIES, OTHER_PASSES, PASS_WORDS, PUBLIC_KEYS, SECRET_CODES, STRONG,
};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

/// Classification of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// No secret.
    Plain,
    /// A secret.
    Secret,
    /// A secret or a group of several: a text is hidden, an object is searched.
    Credential,
    /// A secret below some names, and in variables.
    Key,
    /// A secret, but for communities of BGP.
    Community,
    /// A header with a scheme and a secret, or a permission such as `read-only`.
    Authorization,
    /// The name in a pair of name and value.
    PairName,
    /// The value in such a pair, or one of an old and a new value.
    PairValue,
}

/// Strong words that also end a longer word without a separator: `guestpsk`, `userpassword`.
const STRONG_ENDINGS: [&str; 9] =
    ["apikey", "passphrase", "passwd", "password", "privatekey", "psk", "pwd", "secret", "token"];

/// Parts of letters without which a name is no secret.
static STEMS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    automaton(&[
        "key",
        "pass",
        "pw",
        "secret",
        "token",
        "psk",
        "cak",
        "commun",
        "cred",
        "cookie",
        "pin",
        "jwt",
        "otp",
        "kek",
        "mack",
        "authorization",
        "code",
        "magic",
        "cmd",
        "headers",
        "wort",
        "contrase",
        "wachtw",
        "schl",
        "puk",
        "challenge",
    ])
});

/// Finds any of the patterns, whatever their case.
pub(super) fn automaton(patterns: &[&str]) -> Option<AhoCorasick> {
    let mut builder = AhoCorasickBuilder::new();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(patterns).ok()
}

/// Whether any of an automaton's patterns is in a text. One that could not be built finds everything.
pub(super) fn any_of(automaton: &LazyLock<Option<AhoCorasick>>, text: &str) -> bool {
    LazyLock::force(automaton).as_ref().is_none_or(|automaton| automaton.is_match(text))
}

/// Longest name that is read, in bytes, and most parts of it.
const LONGEST: usize = 96;
const PARTS: usize = 12;

/// Classifies a name by itself.
pub(super) fn sense(name: &str) -> Sense {
    if let Some(pair) = pair(name) {
        return pair;
    }
    if name.len() > LONGEST || !any_of(&STEMS, name) {
        return Sense::Plain;
    }
    match name.len() {
        3 if name.eq_ignore_ascii_case("cmd") => return Sense::Secret,
        5 if name.eq_ignore_ascii_case("magic") => return Sense::Secret,
        _ => {}
    }
    let (parts, count) = parts(name);
    let parts = &parts[..count];
    for (at, part) in parts.iter().enumerate() {
        if let Some(sense) = sense_of_part(parts, at, part) {
            return sense;
        }
    }
    Sense::Plain
}

/// Classifies a part of a name that is a secret's word. A later part may be a secret if this one is
/// not.
fn sense_of_part(parts: &[&str], at: usize, part: &str) -> Option<Sense> {
    let before = at.checked_sub(1).map(|before| parts[before]);
    let is_before = |words: &[&str]| before.is_some_and(|before| is_one_of(before, words));
    let about = || parts[at + 1..].iter().any(|part| is_about_word(part));
    // IOS has an `enable secret` and an `enable password`.
    let ios = at == 1 && is_before(&["enable"]) && is_one_of(part, &["secret", "password"]);
    let switch = || !ios && parts[..at].iter().any(|part| BEFORE.has_number(part));
    if STRONG.has_number(part) || has_strong_ending(part) || PASS_WORDS.has_number(part) {
        return Some(if about() || switch() { Sense::Plain } else { Sense::Secret });
    }
    let secret_or = |other: Sense| if about() || switch() { Sense::Plain } else { other };
    if is_one_of(part, &["key"]) {
        if parts[at + 1..].iter().any(|part| STRONG.has_number(part)) {
            return None;
        }
        let material = parts.get(at + 1).is_some_and(|next| is_one_of(next, &["string", "material", "pem"]));
        return Some(match before {
            _ if about() => Sense::Plain,
            Some(before) if PUBLIC_KEYS.has_number(before) => Sense::Plain,
            None if !material => Sense::Key,
            _ => secret_or(Sense::Secret),
        });
    }
    if is_one_of(part, &["community"]) || part.eq_ignore_ascii_case("communities") {
        let next = |words: &[&str]| parts.get(at + 1).is_some_and(|next| is_one_of(next, words));
        let named = next(&["name", "string"]);
        return Some(match before {
            _ if next(&["list"]) => Sense::Plain,
            _ if about() && !named => Sense::Plain,
            _ if before.is_some_and(|before| BGP_COMMUNITIES.has_number(before)) => Sense::Plain,
            Some(_) => secret_or_named(named, switch(), Sense::Secret),
            None => Sense::Community,
        });
    }
    if is_one_of(part, &["credential", "cred"]) {
        return Some(secret_or(Sense::Credential));
    }
    if part.eq_ignore_ascii_case("authorization") && at + 1 == parts.len() {
        return Some(secret_or(Sense::Authorization));
    }
    if part.eq_ignore_ascii_case("headers") && at + 1 == parts.len() {
        return Some(secret_or(Sense::Secret));
    }
    if ["pass", "pw", "pin"].iter().any(|word| part.eq_ignore_ascii_case(word)) {
        return Some(match before {
            _ if before.is_some_and(|before| OTHER_PASSES.has_number(before)) => Sense::Plain,
            None if part.eq_ignore_ascii_case("pass") && at + 1 == parts.len() => Sense::Key,
            _ => secret_or(Sense::Secret),
        });
    }
    // A challenge of SCEP is the password for a certificate; one of RADIUS is an event.
    if is_one_of(part, &["challenge"]) && at + 1 == parts.len() && !is_before(&["access", "radius", "eap"]) {
        return Some(secret_or(Sense::Secret));
    }
    if is_one_of(part, &["code"]) && before.is_some_and(|before| SECRET_CODES.has_number(before)) {
        return Some(secret_or(Sense::Secret));
    }
    None
}

fn secret_or_named(named: bool, switch: bool, sense: Sense) -> Sense {
    if switch && !named { Sense::Plain } else { sense }
}

/// Classifies the names of name-value pairs, matched by length first, because every field passes
/// here.
fn pair(name: &str) -> Option<Sense> {
    let (names, values): (&[&str], &[&str]) = match name.len() {
        1 => (&["k"], &["v"]),
        2 => (&["id"], &["to"]),
        3 => (&["var"], &["new", "now", "old", "val"]),
        4 => (&["attr", "name", "path"], &["from"]),
        5 => (&["field", "label", "param", "title"], &["after", "value"]),
        6 => (&["header", "option"], &["before", "values"]),
        7 => (&["setting"], &["content", "current", "default"]),
        8 => (&["property", "variable"], &["newvalue", "oldvalue", "previous"]),
        9 => (&["attribute", "parameter"], &["new_value", "old_value"]),
        _ => return None,
    };
    let is = |word: &&str| name.eq_ignore_ascii_case(word);
    if names.iter().any(is) {
        return Some(Sense::PairName);
    }
    values.iter().any(is).then_some(Sense::PairValue)
}

/// Whether a name says something about a secret beside it: its id, its name, its expiry.
pub(super) fn is_about(name: &str) -> bool {
    if name.len() > LONGEST {
        return false;
    }
    let (parts, count) = parts(name);
    parts[..count].last().is_some_and(|last| is_about_word(last))
}

/// Whether a name is in the plural, so that a number under it counts.
pub(super) fn is_plural(name: &str) -> bool {
    name.ends_with(['s', 'S'])
}

/// Whether a word is in [`ABOUT`], in singular or plural.
fn is_about_word(word: &str) -> bool {
    ABOUT.has_number(word)
}

/// Whether a word is one of some, in the singular or the plural, whatever its case.
pub(super) fn is_one_of(word: &str, words: &[&str]) -> bool {
    let singular = word.strip_suffix(['s', 'S']).filter(|singular| singular.len() > 1);
    words.iter().any(|other| {
        word.eq_ignore_ascii_case(other) || singular.is_some_and(|word| word.eq_ignore_ascii_case(other))
    })
}

fn has_strong_ending(part: &str) -> bool {
    let part = part.strip_suffix(['s', 'S']).unwrap_or(part);
    STRONG_ENDINGS.iter().any(|ending| {
        let start = part.len().checked_sub(ending.len()).filter(|start| *start > 0);
        start.and_then(|start| part.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    })
}

/// The words of a name, without its numbers, and how many they are: `clientSecret2` has `client` and `Secret`.
pub(super) fn parts(name: &str) -> ([&str; PARTS], usize) {
    let mut parts = [""; PARTS];
    let mut count = 0;
    let bytes = name.as_bytes();
    let mut start = 0;
    let mut at = 0;
    while at <= bytes.len() && count < PARTS {
        let ends = at == bytes.len() || !is_letter(bytes[at]) || begins_word(bytes, start, at);
        if ends {
            if at > start
                && let Some(part) = name.get(start..at)
            {
                parts[count] = part;
                count += 1;
            }
            start = if at < bytes.len() && is_letter(bytes[at]) { at } else { at + 1 };
        }
        at += 1;
    }
    (parts, count)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Whether a capital letter begins a new word: in `apiKey`, and in `APIKey`.
fn begins_word(bytes: &[u8], start: usize, at: usize) -> bool {
    let capital = bytes[at].is_ascii_uppercase();
    at > start && capital && (bytes[at - 1].is_ascii_lowercase() || begins_lower(bytes, at + 1))
}

/// Whether lower-case letters follow, other than the plural `s` in `PSKs`.
fn begins_lower(bytes: &[u8], at: usize) -> bool {
    let small = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    small(at) && (bytes[at] != b's' || small(at + 1))
}

/// Whether a name in variables is that of a secret which it would not be elsewhere: `SNMP_RO`, `BGP_MD5`, `TACACS_SHARED`.
pub(super) fn is_secret_variable(name: &str) -> bool {
    if name.len() > LONGEST {
        return false;
    }
    let (parts, count) = parts(name);
    let parts = &parts[..count];
    let Some(last) = parts.last() else { return false };
    let has = |words: &[&str]| parts.iter().any(|part| is_one_of(part, words));
    count > 1
        && (is_one_of(last, &["ro", "rw", "read", "write"]) && has(&["snmp"])
            || is_one_of(last, &["md"]) && has(&["bgp", "ospf", "ntp", "rip", "ldp"])
            || is_one_of(last, &["shared"]) && has(&["tacacs", "radius", "tacplus"]))
}

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
        "user-agent",
    ];
    HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header))
}
