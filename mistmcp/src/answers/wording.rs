//! Words of answers: names, lists, counts and times.

use crate::text::{one_line, shortened};

/// Longest name in a sentence, in bytes.
const NAME: usize = 48;

/// A name from the network, for a sentence: on one line, without invisible characters, and cut to length.
pub fn name(text: &str) -> String {
    shortened(one_line(text.trim()).trim(), NAME)
}

/// A sentence from names and words: on one line, and cut to length.
pub(super) fn sentence(text: &str, length: usize) -> String {
    shortened(&one_line(text.trim()), length)
}

/// How long ago a time was: `35 min ago`.
pub fn ago(time: i64, now: i64) -> String {
    let seconds = now.saturating_sub(time).max(0);
    match seconds {
        0..=89 => "just now".to_owned(),
        90..=7_199 => format!("{} min ago", seconds / 60),
        7_200..=172_799 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// How long something has lasted: `for 35 min`.
pub fn lasting(since: i64, now: i64) -> String {
    match ago(since, now).strip_suffix(" ago") {
        Some(span) => format!("for {span}"),
        None => "since just now".to_owned(),
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
    match number {
        1 => format!("1 {noun}"),
        _ if noun.ends_with("ch") || noun.ends_with('s') || noun.ends_with('x') => {
            format!("{number} {noun}es")
        }
        _ => format!("{number} {noun}s"),
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
        assert_eq!(ago(0, 3 * 86_400), "3 d ago");
        assert_eq!(ago(50, 0), "just now");
        assert_eq!(lasting(1_000, 1_000 + 35 * 60), "for 35 min");
        assert_eq!(listed(&["a"], 3), "a");
        assert_eq!(listed(&["a", "b", "c"], 3), "a, b and c");
        assert_eq!(listed(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(listed::<&str>(&[], 2), "");
        assert_eq!(
            (count(1, "switch"), count(2, "switch"), count(0, "port")),
            ("1 switch".into(), "2 switches".into(), "0 ports".into())
        );
    }
}
