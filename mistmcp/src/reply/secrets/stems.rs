//! Parts of letters and signs without which a name or a text has no secret ([`NAMES`], [`TEXTS`]): most have none of
//! them, and are read no further. They are made of the lists of words that names and texts are judged by.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

use super::names::{RULES, STRONG_ENDINGS};
use super::variables::VARIABLES;
use super::words::STRONG;
use super::{commands, token_patterns};

/// What a set of parts is searched with.
pub(super) type Stems = LazyLock<Option<AhoCorasick>>;

/// The parts of names.
pub(super) static NAMES: Stems = LazyLock::new(|| of_any(of_names()));

/// The parts of texts.
pub(super) static TEXTS: Stems = LazyLock::new(|| {
    let variables = VARIABLES.iter().flat_map(|variables| variables.stems).copied();
    let other = variables.chain(commands::names()).chain(token_patterns::prefixes());
    of_any(of_names().chain(other).chain(SIGNS.iter().copied()))
});

/// Signs and words of texts that are no names: of URLs, of configurations, of codes for a wireless network.
const SIGNS: &[&str] = &[
    "://",
    "$",
    "ascii-text",
    "ciphertext",
    "com2sec",
    "hexadecimal",
    "irreversible",
    "plaintext",
    "snmp",
    "spi ",
    "wifi:",
];

fn of_names() -> impl Iterator<Item = &'static str> {
    let rules = RULES.iter().flat_map(|rule| if rule.stems.is_empty() { rule.words } else { rule.stems });
    STRONG.iter().chain(STRONG_ENDINGS).chain(rules.copied()).chain(["magic"])
}

/// Finds any of these parts. One that has another in it is not needed.
fn of_any(parts: impl Iterator<Item = &'static str>) -> Option<AhoCorasick> {
    let mut least: Vec<_> = parts.map(str::to_ascii_lowercase).collect();
    least.sort_by_key(String::len);
    for at in (1..least.len()).rev() {
        if least[..at].iter().any(|shorter| least[at].contains(shorter.as_str())) {
            least.remove(at);
        }
    }
    automaton(&least)
}

/// Finds any of the patterns, whatever their case.
pub(super) fn automaton(patterns: &[impl AsRef<[u8]>]) -> Option<AhoCorasick> {
    let mut builder = AhoCorasickBuilder::new();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(patterns).ok()
}

/// Whether any of the parts is in a text. A set that could not be made finds everything.
pub(super) fn any_of(stems: &Stems, text: &str) -> bool {
    LazyLock::force(stems).as_ref().is_none_or(|stems| stems.is_match(text))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::names::{COMMUNITY_ENDS, COMMUNITY_OWNERS};
    use super::super::words::{AUTH_OWNERS, KEY_OWNERS, PASS_OWNERS, SECRET_CODES};
    use super::super::{HIDDEN, redact};
    use super::*;

    const SECRET: &str = "hunter2Aa";

    /// Whether the value of a name is hidden as a field, and in texts.
    fn hidden(name: &str, inside: &str) -> [bool; 3] {
        let object = json!({ name: SECRET });
        let object = if inside.is_empty() { object } else { json!({ inside: object }) };
        let mut values = [
            object.clone(),
            json!({ "note": object.to_string() }),
            json!({ "a": format!("{name}={SECRET}") }),
        ];
        values.iter_mut().for_each(redact);
        values.map(|value| {
            let text = value.to_string();
            assert_eq!(text.contains(HIDDEN), !text.contains(SECRET), "{text}");
            text.contains(HIDDEN)
        })
    }

    #[test]
    fn every_word_of_the_lists_is_a_secret_as_a_field_and_in_a_text() {
        let owned = |owners: Vec<&str>, last: &str| {
            owners.into_iter().map(|owner| format!("{owner}{last}")).collect::<Vec<_>>()
        };
        let names = [
            STRONG.iter().map(str::to_owned).collect(),
            STRONG.iter().map(|word| format!("db_{word}")).collect(),
            STRONG_ENDINGS.iter().map(|ending| format!("zz{ending}")).collect(),
            owned(PASS_OWNERS.iter().collect(), "pass"),
            owned(PASS_OWNERS.iter().collect(), "pw"),
            owned(KEY_OWNERS.iter().collect(), "key"),
            owned(SECRET_CODES.iter().collect(), "_code"),
            owned(AUTH_OWNERS.iter().collect(), "_auth"),
            owned(COMMUNITY_OWNERS.to_vec(), "comm"),
            owned(COMMUNITY_OWNERS.to_vec(), "community"),
            COMMUNITY_ENDS.iter().flat_map(|end| [format!("comm{end}"), format!("community{end}")]).collect(),
            RULES.iter().flat_map(|rule| rule.examples).map(|name| (*name).to_owned()).collect(),
        ]
        .concat();
        let shown: Vec<_> = names.iter().filter(|name| hidden(name, "") != [true; 3]).collect();
        assert!(shown.is_empty(), "{shown:?}");
    }

    #[test]
    fn every_word_of_variables_is_a_secret_as_a_field_and_in_a_text_of_json() {
        for variables in VARIABLES {
            for (owner, last) in
                variables.beside.iter().flat_map(|owner| variables.last.iter().map(move |last| (owner, last)))
            {
                let last = if *last == "md" { "md5" } else { last };
                let name = format!("{owner}_{last}");
                assert_eq!(hidden(&name, "vars")[..2], [true; 2], "{name}");
                let mut texts = json!({
                    "variables": json!({ &name: SECRET }).to_string(),
                    "message": format!("Update site variables: {}", json!({ &name: SECRET })),
                });
                redact(&mut texts);
                assert!(!texts.to_string().contains(SECRET), "{texts}");
            }
        }
    }

    #[test]
    fn a_pattern_with_another_in_it_is_left_out() {
        let found = of_any(["password", "Pass", "psk"].into_iter()).unwrap();
        assert_eq!(found.patterns_len(), 2);
        assert!(found.is_match("aPASSb") && !found.is_match("pas"));
    }

    #[test]
    fn a_name_without_a_part_of_a_secret_is_read_no_further() {
        for name in ["ssid", "vlan_id", "num_clients", "uptime"] {
            assert!(!any_of(&NAMES, name) && !any_of(&TEXTS, name), "{name}");
            assert_eq!(hidden(name, ""), [false; 3]);
        }
        let mut value = json!({ "a": "AP-1 is up on port 7" });
        redact(&mut value);
        assert_eq!(value["a"], Value::from("AP-1 is up on port 7"));
    }
}
