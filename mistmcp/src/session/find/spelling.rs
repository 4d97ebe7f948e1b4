//! One spelling of each thing, and words with a typing mistake set right.

use std::collections::HashSet;

use super::lexicon::Lexicon;
use super::synonyms::spellings;
use super::words::{Word, words};

/// The spellings of things.
#[derive(Debug)]
pub(super) struct Spelling(Lexicon<&'static str>);

impl Spelling {
    pub(super) fn new() -> Self {
        Self(Lexicon::new(spellings().map(|(one, others)| (others, one))))
    }

    pub(super) fn stems(&self) -> impl Iterator<Item = &str> {
        self.0.stems()
    }

    /// The words with every thing in its one spelling. `Wi-Fi network` takes two steps: `wifi network`, `wlan`.
    pub(super) fn same(&self, read: Vec<Word>) -> Vec<Word> {
        match self.step(&read) {
            Some(stepped) => self.step(&stepped).unwrap_or(stepped),
            None => read,
        }
    }

    /// Nothing where nothing has another spelling.
    fn step(&self, read: &[Word]) -> Option<Vec<Word>> {
        let first = (0..read.len()).find(|place| self.0.at(read, *place).next().is_some())?;
        let mut same = read[..first].to_vec();
        let mut place = first;
        while let Some(word) = read.get(place) {
            match self.0.at(read, place).next() {
                Some((end, one)) => {
                    same.extend(words(one));
                    place = end;
                }
                None => {
                    same.push(word.clone());
                    place += 1;
                }
            }
        }
        Some(same)
    }
}

/// The known word that a misspelled one was meant to be: one mistake away, two in a long one.
pub(super) fn corrected<'a>(word: &Word, known: &'a HashSet<String>) -> Option<&'a str> {
    let length = word.text.chars().count();
    let most = match length {
        ..5 => return None,
        5..9 => 1,
        _ => 2,
    };
    let first = word.text.chars().next()?;
    // Hardly anybody mistypes the first letter.
    let near = known.iter().filter(|candidate| candidate.starts_with(first));
    near.filter(|candidate| candidate.len() > 3 && candidate.chars().count().abs_diff(length) <= most)
        .map(|candidate| (strsim::osa_distance(&word.text, candidate), candidate.as_str()))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_thing_are_one() {
        let same = |text: &str| -> Vec<_> {
            Spelling::new().same(words(text)).into_iter().map(|word| word.stem).collect()
        };
        assert_eq!(same("Wi-Fi access points"), ["wifi", "ap"]);
        assert_eq!(same("Wi-Fi networks"), ["wlan"]);
        assert_eq!(same("802.1X on the SSIDs"), ["dot1x", "on", "the", "wlan"]);
    }

    #[test]
    fn one_mistake_in_a_word_is_set_right_and_a_strange_word_is_left_alone() {
        let known: HashSet<_> = ["switch", "interference", "poe", "firmware"].map(str::to_owned).into();
        let right = |text: &str| corrected(&Word::new(text, false), &known).map(str::to_owned);
        assert_eq!(right("swich").as_deref(), Some("switch"));
        assert_eq!(right("intefrerence").as_deref(), Some("interference"));
        assert_eq!(right("fimrware").as_deref(), Some("firmware"));
        assert_eq!(right("poem"), None);
        assert_eq!(right("weather"), None);
    }
}
