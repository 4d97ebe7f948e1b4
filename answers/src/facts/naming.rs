//! Names of things in the texts of events and of the audit log.

use std::net::IpAddr;

/// Whether a text has a name that is no part of a longer one: `10.0.0.1` is none of `10.0.0.12`, and `AP-1` none of `AP-10`
/// and `AP-1-old`.
pub(super) fn has_name(text: &str, thing: &str) -> bool {
    let goes_on = |letters: &mut dyn Iterator<Item = char>| match letters.next() {
        // A full stop ends a sentence, or is within a name.
        Some('.') => letters.next().is_some_and(char::is_alphanumeric),
        next => next.is_some_and(|letter| letter.is_alphanumeric() || ['-', '_'].contains(&letter)),
    };
    !thing.is_empty()
        && text.match_indices(thing).any(|(place, _)| {
            let (before, after) = (&text[..place], &text[place + thing.len()..]);
            !goes_on(&mut before.chars().rev()) && !goes_on(&mut after.chars())
        })
}

/// Words for things that run over the WAN.
const THINGS: [&str; 4] = ["tunnel", "path", "peer", "neighbor"];
/// Words between such a thing and its name.
const FILLERS: [&str; 4] = ["to", "with", "named", "the"];
/// Words after a name, or after the thing where none is given.
const FOLLOWERS: [&str; 14] =
    ["is", "was", "has", "went", "came", "on", "over", "via", "at", "from", "to", "up", "down", "again"];

/// What an event about something that runs over the WAN is about, by its text: an address, or else the name after the word for
/// the thing, such as `zs-1` in `Tunnel zs-1 on wan0 is down`.
pub(super) fn subject_of(kind: &str, text: &str) -> Option<String> {
    if !["_TUNNEL_", "_VPN_", "_BGP_", "_OSPF_"].iter().any(|thing| kind.contains(thing)) {
        return None;
    }
    let words = || {
        let words = text.split_whitespace();
        words
            .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
            .filter(|word| !word.is_empty())
    };
    let is_one = |known: &[&str], word: &str| known.iter().any(|known| word.eq_ignore_ascii_case(known));
    let address = words().find(|word| word.parse::<IpAddr>().is_ok());
    let named = || {
        let after = words().skip_while(|word| !is_one(&THINGS, word)).skip(1);
        let mut after = after.skip_while(|word| is_one(&FILLERS, word));
        let (name, next) = (after.next()?, after.next());
        // `tunnel negotiation failed` names none.
        let is_word = name.chars().all(|letter| letter.is_ascii_lowercase());
        let is_named = name.len() > 1
            && !is_one(&FOLLOWERS, name)
            && (!is_word || next.is_none_or(|next| is_one(&FOLLOWERS, next)));
        is_named.then_some(name)
    };
    address.or_else(named).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_a_thing_by_its_whole_name() {
        for text in [
            "DHCP pool Guest is low",
            "Guest: low",
            "low on (Guest).",
            "Low: Guest.",
            "peer 10.0.0.1, down",
            "AllGuest and Guest",
            "\"Guest\"",
        ] {
            assert!(has_name(text, "Guest") || has_name(text, "10.0.0.1"), "{text}");
        }
        for text in [
            "DHCP pool Guest2 is low",
            "Guests",
            "AllGuest",
            "Corp-Guest",
            "Guest_2 is low",
            "Guest.old",
            "peer 10.0.0.12",
            "peer 110.0.0.1",
            "peer 10.0.0.1.5",
        ] {
            assert!(!has_name(text, "Guest") && !has_name(text, "10.0.0.1"), "{text}");
        }
        assert!(!has_name("x", ""));
    }

    #[test]
    fn the_subject_of_an_event_is_an_address_or_the_name_after_the_thing() {
        for (text, subject) in [
            ("Tunnel zs-1 on wan0 is down", Some("zs-1")),
            ("Tunnel backup on wan1 is up", Some("backup")),
            ("VPN peer HUB-1 down", Some("HUB-1")),
            ("Path to LDS-GW-01 is down", Some("LDS-GW-01")),
            ("Neighbor 10.224.0.2 (AS 64512) is down: hold timer expired", Some("10.224.0.2")),
            ("IPsec tunnel negotiation failed", None),
            ("Tunnel is down", None),
            ("A path to a branch is up again", None),
            ("Tunnel", None),
            ("", None),
        ] {
            assert_eq!(subject_of("GW_TUNNEL_DOWN", text).as_deref(), subject, "{text}");
        }
        assert_eq!(subject_of("GW_PORT_DOWN", "Tunnel zs-1 is down"), None);
    }
}
