//! Names that are a secret's in variables alone: `SNMP_RO`, `BGP_MD5`, `TACACS_SHARED`.

use super::name_parts::parts;
use super::names::{LONGEST, is_one_of};
use super::words::{OTHER_PASSES, SECRET_CODES};

/// A rule for such names.
pub(super) struct VariableRule {
    pub(super) last: &'static [&'static str],
    pub(super) beside: &'static [&'static str],
    /// Parts of letters of which every such name has one.
    pub(super) stems: &'static [&'static str],
}

pub(super) const VARIABLES: &[VariableRule] = &[
    VariableRule {
        last: &["ro", "rw", "read", "write", "priv", "string"],
        beside: &["snmp", "snmpv"],
        stems: &["snmp"],
    },
    VariableRule {
        last: &["md"],
        beside: &["bgp", "isis", "ldp", "ntp", "ospf", "rip"],
        stems: &["md5", "_md"],
    },
    VariableRule {
        last: &["shared"],
        beside: &["ike", "ipsec", "radius", "tacacs", "tacplus", "vpn", "wifi", "wlan"],
        stems: &["shared"],
    },
];

/// How the last word of a name ends that has the word for a secret and its owner in one: `MASTERKEY`, `vpnpass`.
const ENDINGS: [&str; 3] = ["key", "pass", "pw"];

/// Letters before these that make other words of them: `monkey`, `bypass`.
const OTHER_BEGINNINGS: &[&str] = &[
    "by", "com", "don", "foreign", "hoc", "hot", "index", "joc", "mon", "over", "primary", "pub", "public",
    "sort", "sur", "tres", "tur", "under", "whis",
];

/// Cards and lines with a PIN in the word for it: `simpin`.
const PIN_OWNERS: &[&str] = &["door", "guest", "phone", "sim", "user", "voicemail", "wps"];

fn is_compound(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let owner = |ending: &str| lower.strip_suffix(ending).filter(|owner| owner.len() > 1);
    ENDINGS
        .iter()
        .filter_map(|ending| owner(ending))
        .any(|owner| !OTHER_BEGINNINGS.contains(&owner) && !OTHER_PASSES.has(owner))
        || owner("code").is_some_and(|owner| SECRET_CODES.has(owner))
        || owner("pin").is_some_and(|owner| PIN_OWNERS.contains(&owner))
}

/// Whether a name in variables is that of a secret which it would not be elsewhere: `SNMP_RO`, `BGP_MD5`, `TACACS_SHARED`.
pub(super) fn is_secret_variable(name: &str) -> bool {
    if name.len() > LONGEST {
        return false;
    }
    let (parts, count) = parts(name);
    let parts = &parts[..count];
    let Some((last, before)) = parts.split_last() else { return false };
    is_compound(last)
        || VARIABLES
            .iter()
            .any(|rule| is_one_of(last, rule.last) && before.iter().any(|part| is_one_of(part, rule.beside)))
}
