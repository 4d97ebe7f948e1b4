//! Words of answers: names, lists, counts and times.
//!
//! The sentences of an answer are not redacted as a whole, because their own words, such as "passphrase", would look like
//! secrets. So each value from the network goes through [`name`] or [`listed`], which redact it.

use crate::reply::redact_text;
use crate::text::{one_line, shortened};

/// Longest name in a sentence, in bytes.
const NAME: usize = 48;

/// How much of a name is searched for secrets, in bytes.
const SEARCHED: usize = 4 * 1024;

/// A name from the network, for a sentence: without secrets, on one line, without invisible characters, and cut to length.
pub fn name(text: &str) -> String {
    let text = shortened(text, SEARCHED);
    let redacted = redact_text("name", &text);
    shortened(one_line(redacted.as_deref().unwrap_or(&text).trim()).trim(), NAME)
}

/// A sentence from names and words: on one line, and cut to length.
pub(super) fn sentence(text: &str, length: usize) -> String {
    shortened(&one_line(text.trim()), length)
}

/// Seconds below which a time was just now.
const JUST_NOW: i64 = 90;

/// How long ago a time was: `35 min ago`.
pub fn ago(time: i64, now: i64) -> String {
    match now.saturating_sub(time) {
        ..JUST_NOW => "just now".to_owned(),
        seconds => format!("{} ago", span(seconds)),
    }
}

/// A length of time: `35 min`.
pub fn span(seconds: i64) -> String {
    match seconds {
        ..JUST_NOW => "less than 2 min".to_owned(),
        JUST_NOW..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// How long something has lasted: `for 35 min`.
pub fn lasting(since: i64, now: i64) -> String {
    format!("for {}", span(now.saturating_sub(since)))
}

/// The state of so many things, with how long it has lasted where that is known: `has been down for 35 min`, or `is down`.
pub fn state_since(number: usize, state: &str, since: Option<i64>, now: i64) -> String {
    match since {
        Some(since) => format!("{} been {state} {}", has(number), lasting(since, now)),
        None => format!("{} {state}", is(number)),
    }
}

/// `is` of one thing, `are` of others.
pub fn is(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// `has` of one thing, `have` of others.
pub fn has(number: usize) -> &'static str {
    if number == 1 { "has" } else { "have" }
}

/// How often something happened: `once`, `twice`, `3 times`.
pub fn times(number: usize) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        number => format!("{number} times"),
    }
}

/// Names in a sentence: the first ones, and how many more there are.
pub fn listed<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown: Vec<_> = names.iter().take(most).map(|text| name(text.as_ref())).collect();
    match names.len().saturating_sub(most) {
        0 => match shown.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            all => all.concat(),
        },
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A number with its noun: `1 port`, `3 ports`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {}", plural(number, noun))
}

/// The form of a noun for so many things.
pub fn plural(number: usize, noun: &str) -> String {
    let is_consonant = |letter: char| !"aeiou".contains(letter);
    match noun.strip_suffix('y') {
        _ if number == 1 => noun.to_owned(),
        Some(stem) if stem.ends_with(is_consonant) => format!("{stem}ies"),
        _ if ["ch", "sh", "s", "x"].iter().any(|end| noun.ends_with(end)) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_on_one_line_and_cut() {
        assert_eq!(name(" LDS-AP-01 "), "LDS-AP-01");
        assert_eq!(name("a\nb\u{202e}c"), "a<U+000A>b<U+202E>c");
        assert!(name(&"x".repeat(500)).len() <= NAME);
    }

    #[test]
    fn times_lists_and_counts_are_words() {
        assert_eq!(ago(1_000, 1_030), "just now");
        assert_eq!(ago(1_000, 1_000 + 35 * 60), "35 min ago");
        assert_eq!(ago(0, 3 * 86_400), "3 days ago");
        assert_eq!(ago(50, 0), "just now");
        assert_eq!(lasting(1_000, 1_000 + 35 * 60), "for 35 min");
        assert_eq!(lasting(1_000, 1_010), "for less than 2 min");
        assert_eq!(lasting(i64::MAX, i64::MIN), "for less than 2 min");
        assert_eq!((span(90), span(7_200), span(172_800)), ("1 min".into(), "2 h".into(), "2 days".into()));
        assert_eq!(listed(&["a"], 3), "a");
        assert_eq!(listed(&["a", "b", "c"], 3), "a, b and c");
        assert_eq!(listed(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(listed::<&str>(&[], 2), "");
        assert_eq!(
            (count(1, "switch"), count(2, "switch"), count(0, "port")),
            ("1 switch".into(), "2 switches".into(), "0 ports".into())
        );
        assert_eq!(
            [count(2, "success"), count(1, "success"), count(2, "policy"), count(2, "gateway")],
            ["2 successes", "1 success", "2 policies", "2 gateways"]
        );
        assert_eq!([times(1), times(2), times(3)], ["once", "twice", "3 times"]);
    }

    #[test]
    fn a_state_has_lasted_since_a_time_or_is_there_now() {
        assert_eq!(state_since(1, "down", Some(0), 7_200), "has been down for 2 h");
        assert_eq!(state_since(3, "down", Some(0), 7_200), "have been down for 2 h");
        assert_eq!(state_since(1, "down", None, 7_200), "is down");
        assert_eq!(state_since(2, "down", None, 7_200), "are down");
    }

    #[test]
    fn names_are_without_secrets() {
        for text in ["psk=hunter2hunter2", "till password: hunter2hunter2", "https://bob:hunter2@host/"] {
            let named = name(text);
            assert!(!named.contains("hunter2") && named.contains("[hidden]"), "{named}");
        }
        for text in
            ["LDS-AP-03", "Pine Staff", "ge-0/0/3", "Token Ring 4", "scan-lds-015", "joris@pine.example"]
        {
            assert_eq!(name(text), text);
        }
        assert_eq!(listed(&["a", "psk=hunter2hunter2"], 3), "a and psk=[hidden]");
    }
}
