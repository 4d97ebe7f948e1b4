//! Context of a field ([`FieldContext`]): the meaning that the names above it give to an ambiguous name such as `key` or `community`.

use super::headers::{is_header_name, is_public_header};
use super::name_parts::parts;
use super::names::{Sense, is_about, is_one_of, sense};
use super::stems::{Stems, any_of, automaton};
use super::variables::is_secret_variable;
use crate::text::is_any_of;
use std::sync::LazyLock;

/// Meaning of the names of the two fields above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::reply) struct FieldContext(u16);

/// Directly below a name of authentication or encryption: a `key` is a secret.
const CREDENTIAL: u16 = 1;
/// Directly below a name of routing policy: a `community` is one of BGP.
const ROUTING: u16 = 2;
/// Directly below variables: a `key` is a secret.
const VARIABLES: u16 = 4;
/// Directly below headers of HTTP: any but the known ones may be a secret.
const HEADERS: u16 = 64;
/// Below variables, also deeper and in a list: names are judged as those of variables.
const VARIABLE_NAMES: u16 = 128;
/// How far the same flags of the field above that one are shifted.
const ABOVE: u16 = 8;

const CREDENTIAL_WORDS: &[&str] = &[
    "auth",
    "authentication",
    "cert",
    "certificate",
    "cred",
    "credential",
    "crypto",
    "encryption",
    "hmac",
    "ike",
    "ipsec",
    "isis",
    "login",
    "macsec",
    "md",
    "mka",
    "ntp",
    "ospf",
    "ppsk",
    "psk",
    "radius",
    "radsec",
    "secret",
    "snmp",
    "ssh",
    "ssl",
    "tacacs",
    "tacplus",
    "tls",
    "token",
    "vpn",
    "wep",
    "wireguard",
    "wpa",
];
const ROUTING_WORDS: &[&str] =
    &["action", "bgp", "matching", "policies", "policy", "route", "routing", "term"];
const VARIABLE_WORDS: &[&str] = &["env", "environment", "var", "variable"];

/// The words above as parts of letters: most names have none.
static WORDS: Stems = LazyLock::new(|| {
    let words = [CREDENTIAL_WORDS, ROUTING_WORDS, VARIABLE_WORDS, &["headers"]].concat();
    automaton(&words)
});

impl FieldContext {
    /// The context below a field of this name.
    pub(super) fn below(self, name: &str) -> Self {
        let above = ((self.0 & (CREDENTIAL | ROUTING)) * ABOVE) | (self.0 & VARIABLE_NAMES);
        if !any_of(&WORDS, name) {
            return Self(above);
        }
        let (parts, count) = parts(name);
        let has = |words: &[&str]| parts[..count].iter().any(|part| is_one_of(part, words));
        let mut own = 0;
        if has(CREDENTIAL_WORDS) {
            own |= CREDENTIAL;
        } else if has(ROUTING_WORDS) {
            own |= ROUTING;
        }
        if has(VARIABLE_WORDS) {
            own |= VARIABLES | VARIABLE_NAMES;
        }
        if parts[..count].last().is_some_and(|last| last.eq_ignore_ascii_case("headers")) {
            own |= HEADERS;
        }
        Self(above | own)
    }

    /// The context of a text in a field of this name: variables may come as JSON in a text.
    pub(super) fn of_text(self, name: &str) -> Self {
        Self(self.0 | self.below(name).0 & (VARIABLES | VARIABLE_NAMES))
    }

    /// The context in a list: its objects are no longer the variables themselves.
    pub(super) fn in_list(self) -> Self {
        Self(self.0 & !VARIABLES)
    }

    /// Classifies a name in this context: a secret or not.
    pub(super) fn sense(self, name: &str) -> Sense {
        match sense(name) {
            Sense::Key if self.has(CREDENTIAL | (CREDENTIAL * ABOVE) | VARIABLES) => Sense::Secret,
            Sense::Community if self.has(ROUTING | (ROUTING * ABOVE)) => Sense::Plain,
            Sense::Community => Sense::Secret,
            Sense::Plain if self.has(VARIABLE_NAMES) && is_secret_variable(name) => Sense::Secret,
            Sense::Switch if !self.has(VARIABLE_NAMES) => Sense::Plain,
            sense => sense,
        }
    }

    /// Whether a field of this name in a secret is none itself: its id, its expiry, a known header.
    pub(super) fn is_beside(self, name: &str) -> bool {
        is_public_header(name) || is_about(name) && !(self.has(HEADERS) && is_header_name(name))
    }

    /// Whether the name in a pair is a secret's, as in `"name": "psk"`; `field` is the field that holds it. An event
    /// whose type speaks of a secret is no pair.
    pub(super) fn names_secret(self, field: &str, named: &str) -> bool {
        let kind = is_kind(field);
        let event = named.contains('_') && !named.bytes().any(|byte| byte.is_ascii_lowercase());
        !(kind && event) && matches!(self.sense(named), Sense::Secret | Sense::Credential)
    }

    /// Whether the name in such a pair is the type of an event, of several words: `"type": "guest_psk"`. Its numbers count
    /// something.
    pub(super) fn is_event(field: &str, named: &str) -> bool {
        is_kind(field) && parts(named).1 > 1
    }

    /// Whether the name in a pair is a secret's unless its value only says whether something is on.
    pub(super) fn names_switch(self, named: &str) -> bool {
        self.sense(named) == Sense::Switch
    }

    /// Whether names are judged as those of variables here.
    pub(super) fn is_of_variables(self) -> bool {
        self.has(VARIABLE_NAMES)
    }

    /// Whether headers of HTTP are here.
    pub(super) fn is_of_headers(self) -> bool {
        self.has(HEADERS)
    }

    fn has(self, flags: u16) -> bool {
        self.0 & flags != 0
    }
}

/// Whether a field holds the type of an object.
fn is_kind(field: &str) -> bool {
    is_any_of(field, &["kind", "type"])
}
