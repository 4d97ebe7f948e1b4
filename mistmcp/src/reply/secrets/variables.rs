//! Names that are a secret's in variables alone: `SNMP_RO`, `BGP_MD5`, `TACACS_SHARED`.

use super::name_parts::parts;
use super::names::{LONGEST, is_one_of};

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

/// Whether a name in variables is that of a secret which it would not be elsewhere: `SNMP_RO`, `BGP_MD5`, `TACACS_SHARED`.
pub(super) fn is_secret_variable(name: &str) -> bool {
    if name.len() > LONGEST {
        return false;
    }
    let (parts, count) = parts(name);
    let parts = &parts[..count];
    let Some((last, before)) = parts.split_last() else { return false };
    VARIABLES
        .iter()
        .any(|rule| is_one_of(last, rule.last) && before.iter().any(|part| is_one_of(part, rule.beside)))
}
