//! Decides by the parts of a name whether it names a secret: `guest_psk`, `clientSecret`, `RADIUS_KEY`.

use std::sync::LazyLock;

use super::escapes;
use super::name_parts::parts;
use super::words::{
    ABOUT, AUTH_OWNERS, BEFORE, BGP_COMMUNITIES, COMMUNITY_PLACES, OTHER_PASSES, PASS_WORDS, PUBLIC_KEYS,
    SECRET_CODES, STRONG,
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
    /// A text with a secret in it, or the secret as a whole where no part is one.
    Composed,
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

/// Words beside `comm` that say that it is a community of SNMP.
const ACCESS: &[&str] = &["ro", "rw", "read", "write"];

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
        "comm",
        "cred",
        "cookie",
        "pin",
        "jwt",
        "otp",
        "kek",
        "mack",
        "auth",
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
        "pmk",
        "gtk",
        "ptk",
        "hash",
        "bearer",
        "connection",
        "connstr",
        "conn_str",
        "slack",
        "discord",
        "mattermost",
        "webhook",
        "zapier",
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

/// Longest name that is read, in bytes.
const LONGEST: usize = 96;

/// Classifies a name by itself.
pub(super) fn sense(name: &str) -> Sense {
    if let Some(pair) = pair(name) {
        return pair;
    }
    if name.len() > LONGEST {
        return Sense::Plain;
    }
    if let Some(plain) = escapes::plain_letters(name) {
        return sense(&plain);
    }
    if !any_of(&STEMS, name) {
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
    // Capitals in the midst of a word: `pSk`.
    let mut words = name.split(|letter: char| !letter.is_alphabetic());
    if words.any(|word| STRONG.has_number(word)) && !is_about(name) { Sense::Secret } else { Sense::Plain }
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
    if is_strong(part) || PASS_WORDS.has_number(part) {
        return Some(if about() || switch() { Sense::Plain } else { Sense::Secret });
    }
    let secret_or = |other: Sense| if about() || switch() { Sense::Plain } else { other };
    let last = at + 1 == parts.len();
    let is_after = |words: &[&str]| parts.get(at + 1).is_some_and(|next| is_one_of(next, words));
    // A header of HTTP beside the standard ones.
    let header = parts[0].eq_ignore_ascii_case("x") && at > 0;
    if is_one_of(part, &["key"]) {
        if parts[at + 1..].iter().any(|part| STRONG.has_number(part)) {
            return None;
        }
        let material = parts.get(at + 1).is_some_and(|next| is_one_of(next, &["string", "material", "pem"]));
        return Some(match before {
            _ if about() => Sense::Plain,
            Some(before)
                if PUBLIC_KEYS.has_number(before) && !(header && last && !is_before(&["pub", "public"])) =>
            {
                Sense::Plain
            }
            None if !material => Sense::Key,
            _ => secret_or(Sense::Secret),
        });
    }
    if is_one_of(part, &["community"]) || part.eq_ignore_ascii_case("communities") {
        let named = is_after(&["name", "string"]);
        return Some(match before {
            _ if is_after(&["list"]) => Sense::Plain,
            _ if parts.get(at + 1).is_some_and(|next| COMMUNITY_PLACES.has_number(next)) => Sense::Plain,
            _ if about() && !named => Sense::Plain,
            _ if before.is_some_and(|before| BGP_COMMUNITIES.has_number(before)) => Sense::Plain,
            Some(_) => secret_or_named(named, switch(), Sense::Secret),
            None => Sense::Community,
        });
    }
    if is_snmp_community(part) {
        return Some(secret_or(Sense::Secret));
    }
    if part.eq_ignore_ascii_case("comm")
        && (is_before(ACCESS)
            || is_before(&["snmp", "snmpv", "trap"])
            || is_after(ACCESS)
            || is_after(&["str", "string"]))
    {
        return Some(secret_or(Sense::Secret));
    }
    if is_one_of(part, &["credential", "cred"]) {
        return Some(secret_or(Sense::Credential));
    }
    if part.eq_ignore_ascii_case("authorization") && at + 1 == parts.len() {
        return Some(secret_or(Sense::Authorization));
    }
    let owner = before.is_some_and(|before| AUTH_OWNERS.has_number(before));
    if part.eq_ignore_ascii_case("auth") && last && (owner || header) {
        return Some(secret_or(Sense::Credential));
    }
    if part.eq_ignore_ascii_case("bearer") && parts.len() == 1 {
        return Some(Sense::Secret);
    }
    if is_one_of(part, &["hash"]) && is_before(&["nt", "ntlm", "lm"]) {
        return Some(secret_or(Sense::Secret));
    }
    let connection = is_one_of(part, &["string", "str"]) && is_before(&["connection", "conn"]);
    let webhook = last
        && is_one_of(part, &["hook", "url", "webhook"])
        && parts[..at].iter().any(|part| is_one_of(part, &["discord", "mattermost", "slack", "teams", "zapier"]))
        // The page of a team is no webhook.
        && (!parts.iter().any(|part| is_one_of(part, &["teams"])) || parts.iter().any(|part| is_one_of(part, &["webhook"])));
    if connection || webhook {
        return Some(secret_or(Sense::Composed));
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
        3 => (&["loc", "var"], &["new", "now", "old", "val"]),
        4 => (&["attr", "item", "kind", "name", "path", "prop", "type"], &["data", "from", "text"]),
        5 => (&["field", "label", "param", "title"], &["after", "given", "input", "value"]),
        6 => (&["header", "option"], &["actual", "before", "values"]),
        7 => (&["setting"], &["content", "current", "default"]),
        8 => (
            &["property", "var_name", "variable"],
            &["contents", "newvalue", "oldvalue", "previous", "provided", "received"],
        ),
        9 => (&["attribute", "parameter"], &["new_value", "old_value"]),
        10 => (&["field_name"], &[]),
        11 => (&[], &["field_value"]),
        12 => (&[], &["invalidvalue"]),
        13 => (&[], &["invalid_value", "rejectedvalue"]),
        14 => (&[], &["rejected_value"]),
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

/// Whether a part is a strong word, also with what it holds written behind it: `apikeyvalue`.
fn is_strong(part: &str) -> bool {
    const MATERIAL: [&str; 5] = ["data", "hash", "plain", "string", "value"];
    let strong = |part: &str| STRONG.has_number(part) || has_strong_ending(part);
    strong(part)
        || MATERIAL.iter().any(|ending| {
            let start = part.len().checked_sub(ending.len()).filter(|start| *start > 2);
            start
                .and_then(|start| part.split_at_checked(start))
                .is_some_and(|(word, end)| end.eq_ignore_ascii_case(ending) && strong(word))
        })
}

/// Whether a part is a community of SNMP in one word: `snmpcommunity`, `communitystring`.
fn is_snmp_community(part: &str) -> bool {
    const OWNERS: [&str; 8] = ["get", "read", "ro", "rw", "set", "snmp", "trap", "write"];
    const ENDS: [&str; 3] = ["name", "str", "string"];
    let is = |word: &str, others: &[&str]| others.iter().any(|other| word.eq_ignore_ascii_case(other));
    let split = |at: Option<usize>| at.and_then(|at| part.split_at_checked(at));
    ["community", "comm"].iter().any(|community| {
        split(part.len().checked_sub(community.len()))
            .is_some_and(|(owner, word)| is(word, &[community]) && is(owner, &OWNERS))
            || split(Some(community.len()))
                .is_some_and(|(word, end)| is(word, &[community]) && is(end, &ENDS))
    })
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
