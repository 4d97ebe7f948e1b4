//! Decides by the parts of a name whether it names a secret: `guest_psk`, `clientSecret`, `RADIUS_KEY`.

use super::escapes;
use super::name_parts::parts;
use super::stems::{self, any_of};
use super::words::{
    ABOUT, AUTH_OWNERS, BEFORE, BGP_COMMUNITIES, COMMUNITY_PLACES, KEY_OWNERS, OTHER_PASSES, PASS_OWNERS,
    PUBLIC_KEYS, SECRET_CODES, STRONG,
};
use crate::text::is_any_of;

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
    /// In variables, a secret unless its value only says whether something is on: `ENABLE_PSK`.
    Switch,
}

/// Strong words that also end a longer word without a separator: `guestpsk`, `userpassword`.
pub(super) const STRONG_ENDINGS: [&str; 9] =
    ["apikey", "passphrase", "passwd", "password", "privatekey", "psk", "pwd", "secret", "token"];

/// Words beside `comm` that say that it is a community of SNMP.
const ACCESS: &[&str] = &["ro", "rw", "read", "write"];

/// Parts of names with `comm`, which is in too many other words to be one itself.
const COMM_STEMS: [&str; 18] = [
    "-comm",
    "_comm",
    "comm-",
    "comm_",
    "commname",
    "commread",
    "commro",
    "commrw",
    "commstr",
    "commwrite",
    "getcomm",
    "readcomm",
    "rocomm",
    "rwcomm",
    "setcomm",
    "snmpcomm",
    "trapcomm",
    "writecomm",
];

/// Writes a [`PartRule`].
macro_rules! rule {
    ($kind:ident, $words:expr, $stems:expr, $examples:expr) => {
        PartRule {
            words: &$words,
            stems: &$stems,
            kind: PartKind::$kind,
            #[cfg(test)]
            examples: &$examples,
        }
    };
}

/// Words of a name that are a secret by what stands beside them.
pub(super) struct PartRule {
    pub(super) words: &'static [&'static str],
    /// Parts of letters of which every such name has one; where there are none, the words.
    pub(super) stems: &'static [&'static str],
    kind: PartKind,
    /// Names that it finds.
    #[cfg(test)]
    pub(super) examples: &'static [&'static str],
}

#[derive(Clone, Copy)]
enum PartKind {
    Key,
    Community,
    Comm,
    Credential,
    Authorization,
    Auth,
    Bearer,
    Hash,
    Connection,
    Webhook,
    Headers,
    Pass,
    Challenge,
    Code,
}

/// The rules for all words that [`STRONG`] and [`STRONG_ENDINGS`] have not.
pub(super) const RULES: &[PartRule] = &[
    rule!(Key, ["key"], [], ["radius_key", "key_string", "x-functions-key"]),
    rule!(Community, ["community", "communities"], [], ["community", "snmp_communities", "snmpcommunity"]),
    rule!(Comm, ["comm"], COMM_STEMS, ["ro_comm", "comm_string", "snmp_comm", "snmpROcomm", "rwComm"]),
    rule!(Credential, ["credential", "cred"], [], ["credentials", "cred", "db_creds"]),
    rule!(Authorization, ["authorization"], [], []),
    rule!(Auth, ["auth"], [], ["x-auth"]),
    rule!(Bearer, ["bearer"], [], ["bearer"]),
    rule!(Hash, ["hash"], [], ["nt_hash", "lmHash"]),
    rule!(
        Connection,
        ["string", "str"],
        ["connection", "connstr", "conn_str", "conn-str"],
        ["connection_string", "connStr", "conn-string"]
    ),
    rule!(
        Webhook,
        ["hook", "url", "webhook"],
        ["discord", "mattermost", "slack", "webhook", "zapier"],
        ["slack_url", "discordWebhook", "teams_webhook_url"]
    ),
    rule!(Headers, ["headers"], [], []),
    rule!(Pass, ["pass", "pw", "pin"], [], ["db_pass", "wifi_pw", "sim_pin", "pin"]),
    rule!(Challenge, ["challenge"], [], ["challenge", "chap_challenge"]),
    rule!(Code, ["code"], [], []),
];

/// Longest name that is read, in bytes.
pub(super) const LONGEST: usize = 96;

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
    if !any_of(&stems::NAMES, name) {
        return Sense::Plain;
    }
    if name.eq_ignore_ascii_case("magic") {
        return Sense::Secret;
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
    if words.any(|word| STRONG.has_number(word) || is_snmp_community(word)) && !is_about(name) {
        Sense::Secret
    } else {
        Sense::Plain
    }
}

/// Classifies a part of a name that is a secret's word. A later part may be a secret if this one is
/// not.
fn sense_of_part(parts: &[&str], at: usize, part: &str) -> Option<Sense> {
    let before = at.checked_sub(1).map(|before| parts[before]);
    let is_before = |words: &[&str]| before.is_some_and(|before| is_one_of(before, words));
    let about = || parts[at + 1..].iter().any(|part| is_about_word(part));
    // IOS has an `enable secret` and an `enable password`.
    let ios =
        is_before(&["enable"]) && is_one_of(part, &["secret", "password", "passwd", "pass", "pwd", "pw"]);
    let switch = || !ios && parts[..at].iter().any(|part| BEFORE.has_number(part));
    let secret_or = |other: Sense| {
        Some(match () {
            () if about() => Sense::Plain,
            () if switch() => Sense::Switch,
            () => other,
        })
    };
    if is_strong(part) || is_compound(part) || is_snmp_community(part) {
        return secret_or(Sense::Secret);
    }
    let last = at + 1 == parts.len();
    let is_after = |words: &[&str]| parts.get(at + 1).is_some_and(|next| is_one_of(next, words));
    // A header of HTTP beside the standard ones.
    let header = parts[0].eq_ignore_ascii_case("x") && at > 0;
    let rule = RULES.iter().find(|rule| is_one_of(part, rule.words))?;
    let exact = is_any_of(part, rule.words);
    match rule.kind {
        PartKind::Key => {
            if parts[at + 1..].iter().any(|part| STRONG.has_number(part)) {
                return None;
            }
            let material = is_after(&["string", "material", "pem"]);
            match before {
                _ if about() => Some(Sense::Plain),
                Some(before)
                    if PUBLIC_KEYS.has_number(before)
                        && !(header && last && !is_before(&["pub", "public"])) =>
                {
                    Some(Sense::Plain)
                }
                None if !material => Some(Sense::Key),
                _ => secret_or(Sense::Secret),
            }
        }
        PartKind::Community => {
            let named = is_after(&["name", "string"]);
            Some(match before {
                _ if is_after(&["list"]) => Sense::Plain,
                _ if parts.get(at + 1).is_some_and(|next| COMMUNITY_PLACES.has_number(next)) => Sense::Plain,
                _ if about() && !named => Sense::Plain,
                _ if before.is_some_and(|before| BGP_COMMUNITIES.has_number(before)) => Sense::Plain,
                Some(_) if switch() && !named => Sense::Plain,
                Some(_) => Sense::Secret,
                None => Sense::Community,
            })
        }
        PartKind::Comm
            if exact
                && (is_before(ACCESS)
                    || is_before(&["snmp", "snmpv", "trap"])
                    || is_after(ACCESS)
                    || is_after(&["str", "string"])) =>
        {
            secret_or(Sense::Secret)
        }
        PartKind::Credential => secret_or(Sense::Credential),
        PartKind::Authorization if exact && last => secret_or(Sense::Authorization),
        PartKind::Auth
            if exact && last && (header || before.is_some_and(|before| AUTH_OWNERS.has_number(before))) =>
        {
            secret_or(Sense::Credential)
        }
        PartKind::Bearer if exact && parts.len() == 1 => Some(Sense::Secret),
        PartKind::Hash if is_before(&["nt", "ntlm", "lm"]) => secret_or(Sense::Secret),
        PartKind::Connection if is_before(&["connection", "conn"]) => secret_or(Sense::Composed),
        PartKind::Webhook if last && is_webhook(parts) => secret_or(Sense::Composed),
        PartKind::Headers if exact && last => secret_or(Sense::Secret),
        PartKind::Pass if exact || is_one_of(part, &["pin"]) => match before {
            _ if before.is_some_and(|before| OTHER_PASSES.has_number(before)) => Some(Sense::Plain),
            None if part.eq_ignore_ascii_case("pass") && last => Some(Sense::Key),
            _ => secret_or(Sense::Secret),
        },
        // A challenge of SCEP is the password for a certificate; one of RADIUS is an event.
        PartKind::Challenge if last && !is_before(&["access", "radius", "eap"]) => secret_or(Sense::Secret),
        PartKind::Code if before.is_some_and(|before| SECRET_CODES.has_number(before)) => {
            secret_or(Sense::Secret)
        }
        _ => None,
    }
}

/// Whether a name that ends in the word for a URL has that of a chat service before it: such a URL is a credential
/// for writing. The page of a team is none.
fn is_webhook(parts: &[&str]) -> bool {
    let (last, before) = parts.split_last().unwrap_or((&"", &[]));
    let has = |parts: &[&str], words: &[&str]| parts.iter().any(|part| is_one_of(part, words));
    has(before, &["discord", "mattermost", "slack", "zapier"])
        || has(before, &["teams"]) && (has(before, &["webhook"]) || is_one_of(last, &["webhook"]))
}

/// Whether a part is the word for a password or a key with its owner before it: `userpass`, `wifikey`.
fn is_compound(part: &str) -> bool {
    let part =
        part.strip_suffix(['s', 'S']).filter(|singular| !singular.ends_with(['s', 'S'])).unwrap_or(part);
    [("pass", &PASS_OWNERS), ("pw", &PASS_OWNERS), ("key", &KEY_OWNERS)].iter().any(|(ending, owners)| {
        let split = part.len().checked_sub(ending.len()).and_then(|at| part.split_at_checked(at));
        split.is_some_and(|(owner, end)| end.eq_ignore_ascii_case(ending) && owners.has(owner))
    })
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

/// What stands before and behind the word for a community of SNMP in one word with it.
pub(super) const COMMUNITY_OWNERS: [&str; 10] =
    ["get", "read", "ro", "rw", "set", "snmp", "snmpro", "snmprw", "trap", "write"];
pub(super) const COMMUNITY_ENDS: [&str; 3] = ["name", "str", "string"];

/// Whether a part is a community of SNMP in one word: `snmpcommunity`, `communitystring`.
fn is_snmp_community(part: &str) -> bool {
    let split = |at: Option<usize>| at.and_then(|at| part.split_at_checked(at));
    ["community", "comm"].iter().any(|community| {
        split(part.len().checked_sub(community.len())).is_some_and(|(owner, word)| {
            is_any_of(owner, &COMMUNITY_OWNERS) && word.eq_ignore_ascii_case(community)
        }) || split(Some(community.len())).is_some_and(|(word, end)| {
            word.eq_ignore_ascii_case(community) && is_any_of(end, &COMMUNITY_ENDS)
        })
    })
}
