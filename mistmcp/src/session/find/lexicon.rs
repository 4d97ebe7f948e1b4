//! Phrases, found in a run of words.

use std::collections::HashMap;

use super::words::{Word, words};

/// Small words that may stand inside a phrase: "who has last changed".
const BETWEEN: &str = " a an the my our its is are was were has have had been of to last just recently currently any \
    this that all own recent on in ";

/// Phrases by their first word, the longest first.
#[derive(Debug)]
pub(super) struct Lexicon<T> {
    phrases: HashMap<String, Vec<(Vec<String>, T)>>,
}

impl<T: Clone> Lexicon<T> {
    pub(super) fn new(phrases: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        let mut lexicon = Self { phrases: HashMap::new() };
        for (list, value) in phrases {
            for phrase in list.split(", ").filter(|phrase| !phrase.is_empty()) {
                let stems: Vec<_> = words(phrase).into_iter().map(|word| word.stem).collect();
                if let Some(first) = stems.first() {
                    let same = lexicon.phrases.entry(first.clone()).or_default();
                    same.push((stems, value.clone()));
                }
            }
        }
        for same in lexicon.phrases.values_mut() {
            same.sort_by_key(|(stems, _)| std::cmp::Reverse(stems.len()));
        }
        lexicon
    }

    /// All phrases that start at `place`, longest first: where each ends, and what it stands for.
    pub(super) fn at(&self, words: &[Word], place: usize) -> impl Iterator<Item = (usize, &T)> {
        let same = words.get(place).and_then(|word| self.phrases.get(&word.stem));
        same.into_iter()
            .flatten()
            .filter_map(move |(stems, value)| ends(stems, words, place).map(|end| (end, value)))
    }

    /// The stems of all phrases.
    pub(super) fn stems(&self) -> impl Iterator<Item = &str> {
        self.phrases.values().flatten().flat_map(|(stems, _)| stems.iter().map(String::as_str))
    }
}

fn is_between(word: &Word) -> bool {
    BETWEEN.split_whitespace().any(|small| small == word.text)
}

fn ends(stems: &[String], words: &[Word], mut place: usize) -> Option<usize> {
    for (nth, stem) in stems.iter().enumerate() {
        // Up to two small words between two of the phrase.
        let between =
            |place: usize| words.get(place).is_some_and(|word| word.stem != *stem && is_between(word));
        for _ in 0..if nth == 0 { 0 } else { 2 } {
            place += usize::from(between(place));
        }
        if words.get(place)?.stem != *stem {
            return None;
        }
        place += 1;
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_comes_first_and_small_words_may_stand_inside() {
        let lexicon = Lexicon::new([("guest, guest portal", 1), ("who changed", 2)]);
        let found = |text: &str| -> Vec<_> {
            lexicon.at(&words(text), 0).map(|(end, value)| (end, *value)).collect()
        };
        assert_eq!(found("guest portals"), [(2, 1), (1, 1)]);
        assert_eq!(found("who last changed it"), [(3, 2)]);
        assert_eq!(found("who ever changed"), []);
    }
}
