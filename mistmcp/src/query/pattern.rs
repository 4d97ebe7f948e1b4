//! Patterns of `LIKE` and `GLOB` ([`matches`]), and letters without their case ([`caseless`]). SQLite's own patterns take
//! time by the product of the lengths of pattern and text without a look at the deadline; these look at it.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Characters of a pattern at most.
const LONGEST: usize = 1_000;
/// Steps between two looks at the deadline.
const STEPS: usize = 16 * 1024;

/// Which characters have a meaning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    any: char,
    one: char,
    has_sets: bool,
    ignores_case: bool,
}

/// `LIKE`, which does not distinguish the case of letters.
pub(super) const LIKE: Syntax = Syntax { any: '%', one: '_', has_sets: false, ignores_case: true };
pub(super) const GLOB: Syntax = Syntax { any: '*', one: '?', has_sets: true, ignores_case: false };

/// An element of a pattern.
#[derive(Debug, PartialEq)]
pub(super) enum Element {
    /// Any characters, also none.
    Any,
    /// One character.
    One,
    Letter(char),
    /// One of these ranges of characters, or none of them.
    Set {
        ranges: Vec<(char, char)>,
        is_negated: bool,
    },
    /// What matches nothing, such as a set without its end.
    Never,
}

/// The elements of a pattern; nothing if it is too long.
pub(super) fn read(pattern: &str, escape: Option<char>, syntax: Syntax) -> Option<Vec<Element>> {
    let letters: Vec<char> = pattern.chars().take(LONGEST + 1).collect();
    if letters.len() > LONGEST {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = letters.as_slice();
    while let [letter, after @ ..] = rest {
        rest = after;
        let part = match *letter {
            letter if Some(letter) == escape => match rest {
                [next, after @ ..] => {
                    rest = after;
                    Element::Letter(folded(*next, syntax))
                }
                [] => Element::Never,
            },
            letter if letter == syntax.any => Element::Any,
            letter if letter == syntax.one => Element::One,
            '[' if syntax.has_sets => {
                let (part, after) = set(rest);
                rest = after;
                part
            }
            letter => Element::Letter(folded(letter, syntax)),
        };
        if part != Element::Any || parts.last() != Some(&Element::Any) {
            parts.push(part);
        }
    }
    Some(parts)
}

/// The set of characters that begins after `[`, and what follows it.
fn set(mut rest: &[char]) -> (Element, &[char]) {
    let is_negated = rest.first() == Some(&'^');
    rest = &rest[usize::from(is_negated)..];
    let mut ranges: Vec<(char, char)> = Vec::new();
    if let [']', after @ ..] = rest {
        ranges.push((']', ']'));
        rest = after;
    }
    // The character before, if a range may begin with it.
    let mut before = None;
    loop {
        match (rest, before) {
            ([], _) => return (Element::Never, rest),
            ([']', after @ ..], _) => return (Element::Set { ranges, is_negated }, after),
            (['-', end, after @ ..], Some(begin)) if *end != ']' => {
                ranges.push((begin, *end));
                (before, rest) = (None, after);
            }
            ([letter, after @ ..], _) => {
                ranges.push((*letter, *letter));
                (before, rest) = (Some(*letter), after);
            }
        }
    }
}

/// Whether a text matches a pattern as a whole; nothing if the time was over before.
pub(super) fn matches(
    parts: &[Element],
    text: &str,
    syntax: Syntax,
    is_due: &mut dyn FnMut() -> bool,
) -> Option<bool> {
    let (mut part, mut rest) = (0, text.chars());
    // The part after the last `Any`, and the text where it was tried.
    let mut last_any: Option<(usize, std::str::Chars<'_>)> = None;
    for step in 1_usize.. {
        if step.is_multiple_of(STEPS) && is_due() {
            return None;
        }
        let mut after = rest.clone();
        match (parts.get(part), after.next()) {
            (Some(Element::Any), _) => {
                part += 1;
                if part == parts.len() {
                    return Some(true);
                }
                last_any = Some((part, rest.clone()));
            }
            (None, None) => return Some(true),
            (_, None) => return Some(false),
            (Some(wanted), Some(letter)) if wanted.fits(letter, syntax) => {
                part += 1;
                rest = after;
            }
            _ => {
                // `Any` takes one more character.
                let Some((after_any, start)) = &mut last_any else { return Some(false) };
                start.next();
                (part, rest) = (*after_any, start.clone());
            }
        }
    }
    None
}

impl Element {
    fn fits(&self, letter: char, syntax: Syntax) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Letter(wanted) => *wanted == folded(letter, syntax),
            Self::Set { ranges, is_negated } => {
                ranges.iter().any(|(begin, end)| (begin..=end).contains(&&letter)) != *is_negated
            }
            Self::Never => false,
        }
    }
}

fn folded(letter: char, syntax: Syntax) -> char {
    if syntax.ignores_case { caseless(letter) } else { letter }
}

/// A letter in lower case, where that is one letter as well.
pub(super) fn caseless(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (letter, lower.next(), lower.next()) {
        // Sigma at the end of a word.
        ('ς', ..) => 'σ',
        (_, Some(lower), None) => lower,
        _ => letter,
    }
}

/// A text whose accents are one character with their letters, where Unicode has such a character.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { text.into() } else { text.nfc().collect::<String>().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Option<bool> {
        matches(&read(pattern, None, LIKE).unwrap(), text, LIKE, &mut || false)
    }

    #[test]
    fn many_wildcards_are_matched_without_trying_all_ways() {
        assert_eq!(found(&"%a".repeat(400), &"a".repeat(5_000)), Some(true));
        assert_eq!(found(&format!("{}b", "%a".repeat(400)), &"a".repeat(5_000)), Some(false));
        assert_eq!(found("%ü_%ß", "Grüße mit ß"), Some(true));
    }

    #[test]
    fn a_long_match_ends_when_the_time_is_over() {
        let pattern = read(&format!("%{}b", "a".repeat(900)), None, LIKE).unwrap();
        let mut looks = 0;
        let outcome = matches(&pattern, &"a".repeat(1 << 20), LIKE, &mut || {
            looks += 1;
            looks == 3
        });
        assert_eq!((outcome, looks), (None, 3));
    }

    #[test]
    fn a_pattern_is_bounded() {
        assert!(read(&"a".repeat(LONGEST), None, GLOB).is_some());
        assert!(read(&"a".repeat(LONGEST + 1), None, GLOB).is_none());
        assert_eq!(read("%%%", None, LIKE).unwrap(), [Element::Any]);
    }
}
