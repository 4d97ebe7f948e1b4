//! Names of things in the texts of events and of the audit log.

use std::borrow::Cow;
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

/// Kinds of ports, as a path is named by its peer and port: `HUB-1-wan0`, `HUB-1-ge-0/0/0`.
const PORTS: [&str; 9] = ["wan", "ge", "mge", "xe", "et", "ae", "reth", "eth", "lte"];

fn is_port(word: &str) -> bool {
    let word = word.trim_end_matches(|letter: char| !letter.is_alphanumeric()).to_ascii_lowercase();
    let is_number = |number: &str| {
        number.ends_with(|last: char| last.is_ascii_digit())
            && number.chars().all(|letter| letter.is_ascii_digit() || "-/.".contains(letter))
    };
    PORTS.iter().any(|kind| word.strip_prefix(kind).is_some_and(is_number))
}

/// Whether an event of this type is about a VPN path or its peer.
pub(super) fn is_of_path(kind: &str) -> bool {
    kind.contains("_VPN_")
}

/// The text of an event, with the peers and ports of paths apart: `HUB-1 over wan0` for `HUB-1-wan0`.
pub(super) fn parted<'a>(kind: &str, text: &'a str) -> Cow<'a, str> {
    let part = |word: &str| {
        let place = word.match_indices('-').map(|(place, _)| place).find(|place| is_port(&word[place + 1..]));
        place.map(|place| format!("{} over {}", &word[..place], &word[place + 1..]))
    };
    if !is_of_path(kind) || !text.split_whitespace().any(|word| part(word).is_some()) {
        return text.into();
    }
    let words = text.split_whitespace().map(|word| part(word).unwrap_or_else(|| word.to_owned()));
    words.collect::<Vec<_>>().join(" ").into()
}

/// Whether the text of an event of a path has a path of this peer whose WAN has a name that is no port's, such as
/// `HUB-1-INET`. `peers` are the known ones: of several that fit, the longest is meant. Where none is known, a digit after
/// the name is a part of it: `HUB-1-INET` is no path of `HUB`.
pub(super) fn has_path_of(kind: &str, text: &str, peer: &str, peers: &[&str]) -> bool {
    let wan = |word: &str, peer: &str| word.strip_prefix(peer)?.strip_prefix('-')?.chars().next();
    let is_longer =
        |word: &str, other: &str| other.len() > peer.len() && (word == other || wan(word, other).is_some());
    let is_meant = |word: &str| {
        wan(word, peer).is_some_and(|first| !peers.is_empty() || !first.is_ascii_digit())
            && !peers.iter().any(|other| is_longer(word, other))
    };
    is_of_path(kind) && !peer.is_empty() && words_of(text).any(is_meant)
}

/// The words of a text, without punctuation around them.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split_whitespace();
    words
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// Words for things that run over the WAN.
const THINGS: [&str; 4] = ["tunnel", "path", "peer", "neighbor"];
/// Words between such a thing and its name.
const FILLERS: [&str; 4] = ["to", "with", "named", "the"];
/// Words between the peer of a path and its port.
const OVER: [&str; 3] = ["on", "over", "via"];
/// Words after a name, or after the thing where none is given.
const FOLLOWERS: [&str; 14] =
    ["is", "was", "has", "went", "came", "on", "over", "via", "at", "from", "to", "up", "down", "again"];
/// Words that tell what happened, or in which protocol: no names.
const STATES: [&str; 19] = [
    "established",
    "re-established",
    "lost",
    "failed",
    "recovered",
    "restored",
    "closed",
    "timeout",
    "timed",
    "reset",
    "unreachable",
    "reachable",
    "idle",
    "dpd",
    "ike",
    "ikev1",
    "ikev2",
    "ipsec",
    "bfd",
];

/// What an event about something that runs over the WAN is about, by its text: an address, and the names after the word for
/// the thing, such as `zs-1` in `Tunnel zs-1 on wan0 is down`, and `wan0` and `HUB-1` in `Path wan0 to HUB-1 is down`.
pub(super) fn subject_of(kind: &str, text: &str) -> Vec<String> {
    if !["_TUNNEL_", "_VPN_", "_BGP_", "_OSPF_"].iter().any(|thing| kind.contains(thing)) {
        return Vec::new();
    }
    let text = parted(kind, text);
    let words = || words_of(&text);
    let is_one = |known: &[&str], word: &str| known.iter().any(|known| word.eq_ignore_ascii_case(known));
    let is_filler = |word: &str| is_one(&FILLERS, word) || (is_of_path(kind) && is_one(&OVER, word));
    let mut subject: Vec<_> = words().find(|word| word.parse::<IpAddr>().is_ok()).into_iter().collect();
    let mut after = words().skip_while(|word| !is_one(&THINGS, word)).skip(1).peekable();
    loop {
        while after.next_if(|word| is_filler(word)).is_some() {}
        let (Some(name), next) = (after.next(), after.peek()) else { break };
        // `tunnel negotiation failed` and `Tunnel SA expired` name none, `tunnel backup is down` does.
        let is_word = name.chars().all(char::is_alphabetic)
            || !name.contains(|letter: char| letter.is_uppercase() || letter.is_ascii_digit());
        let is_named = name.len() > 1
            && !is_one(&FOLLOWERS, name)
            && !is_one(&STATES, name)
            && (!is_word || next.is_some_and(|next| is_one(&FOLLOWERS, next)));
        if is_named {
            subject.push(name);
        }
        if !is_named || !next.is_some_and(|next| is_filler(next)) {
            break;
        }
    }
    subject.into_iter().map(str::to_owned).collect()
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
    fn a_path_over_a_wan_of_any_name_is_that_of_the_longest_peer_that_fits() {
        let peers = ["HUB", "HUB-1", "HUB-12"];
        let of = |text: &str| {
            let is_of = |peer: &&&str| has_path_of("GW_VPN_PATH_DOWN", text, peer, &peers);
            peers.iter().filter(is_of).copied().collect::<Vec<_>>()
        };
        for (text, peer) in [
            ("Path HUB-1-INET is down", "HUB-1"),
            ("Path HUB-1-MPLS-backup: down", "HUB-1"),
            ("Path HUB-12-INET.", "HUB-12"),
            ("Path (HUB-inet) is down", "HUB"),
            ("Path HUB-1-4G is down", "HUB-1"),
        ] {
            assert_eq!(of(text), [peer], "{text}");
        }
        for text in ["Path HUB1-INET is down", "Path X-HUB-1-INET", "Path HUB-1 is down", "Path is down", ""]
        {
            assert_eq!(of(text), [""; 0], "{text}");
        }
        let of_unknown = |peer: &str| has_path_of("GW_VPN_PATH_DOWN", "Path HUB-1-INET is down", peer, &[]);
        assert!(of_unknown("HUB-1") && !of_unknown("HUB"));
        assert!(!has_path_of("GW_TUNNEL_DOWN", "Tunnel HUB-1-INET", "HUB-1", &peers));
        assert!(!has_path_of("GW_VPN_PATH_DOWN", "Path -INET", "", &peers));
    }

    #[test]
    fn the_subject_of_an_event_is_an_address_or_the_names_after_the_thing() {
        for (text, subject) in [
            ("Tunnel zs-1 on wan0 is down", &["zs-1"][..]),
            ("Tunnel backup on wan1 is up", &["backup"]),
            ("Tunnel zs-1 established", &["zs-1"]),
            ("Neighbor 10.224.0.2 (AS 64512) is down: hold timer expired", &["10.224.0.2", "10.224.0.2"]),
            ("IPsec tunnel negotiation failed", &[]),
            ("Tunnel is down", &[]),
            ("Tunnel lost", &[]),
            ("Tunnel re-established", &[]),
            ("Tunnel lost on wan0", &[]),
            ("Tunnel DPD timeout", &[]),
            ("Tunnel IKEv2 is established", &[]),
            ("Tunnel SA expired", &[]),
            ("Tunnel", &[]),
            ("", &[]),
        ] {
            assert_eq!(subject_of("GW_TUNNEL_DOWN", text), subject, "{text}");
        }
        for (text, subject) in [
            ("VPN peer HUB-1 down", &["HUB-1"][..]),
            ("Path to LDS-GW-01 is down", &["LDS-GW-01"]),
            ("Path to HUB is down", &["HUB"]),
            ("Path wan0 to HUB-1 is down", &["wan0", "HUB-1"]),
            ("Path to HUB-1 over wan0 is down", &["HUB-1", "wan0"]),
            ("Path LDS-GW-01-wan0 is down", &["LDS-GW-01", "wan0"]),
            ("Path LDS-GW-01-ge-0/0/0 is down", &["LDS-GW-01", "ge-0/0/0"]),
            ("Path LDS-GW-01-old is down", &["LDS-GW-01-old"]),
            ("A path to a branch is up again", &[]),
        ] {
            assert_eq!(subject_of("GW_VPN_PATH_DOWN", text), subject, "{text}");
        }
        assert!(subject_of("GW_PORT_DOWN", "Tunnel zs-1 is down").is_empty());
    }
}
