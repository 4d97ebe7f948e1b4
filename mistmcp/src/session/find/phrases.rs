//! Tables of phrases and the words that replace them: [`Phrases`].

use foldhash::HashMap;
use rust_stemmers::{Algorithm, Stemmer};

use super::tokens::{fold, is_cjk, tokens};

/// Phrases of one or more words, and the words that replace each.
#[derive(Default)]
pub(super) struct Phrases {
    /// Line of each phrase, by its hash; also of the first word of each longer phrase, with [`BEGINNING`].
    lines: HashMap<u64, u16>,
    /// The words that replace the phrases of each line.
    meanings: Vec<&'static str>,
    /// Words of the longest phrase.
    longest: usize,
    /// Stemmer of the phrases' language: another form of a word is found too.
    stemmer: Option<Stemmer>,
}

/// In place of a line: a word that only begins longer phrases.
const BEGINNING: u16 = u16::MAX;
/// How the meaning of an order begins, which is one in the written form alone: "redémarre", not "redémarré".
const ORDER: &str = "please";
/// Mark of a stem among phrases.
const STEM: &str = "*";

impl Phrases {
    /// Reads lines of `written, written = meant`.
    pub(super) fn new(lines: &[&'static str], language: Option<Algorithm>) -> Self {
        let mut phrases = Self { stemmer: language.map(Stemmer::create), ..Self::default() };
        let (mut hashes, mut firsts, mut stems) = (Vec::new(), Vec::new(), Vec::new());
        for (number, line) in (0..BEGINNING).zip(lines) {
            let (written, meant) = line.split_once('=').unwrap_or((line, ""));
            let meant = meant.trim();
            phrases.meanings.push(meant);
            let has_forms = !meant.is_empty() && !meant.starts_with(ORDER);
            for folded in written.split(',').map(fold) {
                let words = tokens(&folded);
                let Some(first) = words.first() else { continue };
                phrases.longest = phrases.longest.max(words.len());
                hashes.push((hash(&words), number));
                if words.len() > 1 {
                    firsts.push((hash(&[first]), BEGINNING));
                } else if let Some(stemmer) = phrases.stemmer.as_ref().filter(|_| has_forms) {
                    stems.push((hash(&[STEM, &stemmer.stem(first)]), number));
                }
            }
        }
        // Of equal phrases the last one counts, of equal stems the first one.
        phrases.lines = firsts.into_iter().chain(stems.into_iter().rev()).chain(hashes).collect();
        phrases
    }

    fn of_language(name: &str, lines: &[&'static str]) -> Self {
        let algorithm = match name {
            "german" => Some(Algorithm::German),
            "french" => Some(Algorithm::French),
            "spanish" => Some(Algorithm::Spanish),
            "portuguese" => Some(Algorithm::Portuguese),
            "italian" => Some(Algorithm::Italian),
            "dutch" => Some(Algorithm::Dutch),
            _ => None,
        };
        Self::new(lines, algorithm)
    }

    /// Line of a phrase, or [`BEGINNING`].
    fn line(&self, hash: u64) -> Option<u16> {
        self.lines.get(&hash).copied()
    }

    fn meaning(&self, line: Option<u16>) -> Option<&'static str> {
        self.meanings.get(usize::from(line?)).copied()
    }

    /// The replacement of a phrase of one word.
    pub(super) fn get(&self, word: &str) -> Option<&'static str> {
        let by_stem = || self.line(hash(&[STEM, &self.stemmer.as_ref()?.stem(word)]));
        self.meaning(self.line(hash(&[word]))).or_else(|| self.meaning(by_stem()))
    }

    /// How much of a word is known: its letters in a script without spaces, and otherwise one for the whole word.
    pub(super) fn known_letters(&self, word: &str) -> usize {
        match (is_cjk(word), &self.stemmer) {
            (true, Some(_)) => 0,
            (true, None) => segments(word, self).concat().chars().count(),
            (false, _) => usize::from(self.get(word).is_some()),
        }
    }

    /// The longest phrase at the beginning of `words`: its length and replacement.
    fn at(&self, words: &[&str]) -> Option<(usize, &'static str)> {
        let first = *words.first()?;
        let is_beginning = self.line(hash(&[first])).is_some();
        let longest = if is_beginning { self.longest.min(words.len()) } else { 1 };
        let longer = (2..=longest).rev().find_map(|length| {
            self.meaning(self.line(hash(&words[..length]))).map(|meaning| (length, meaning))
        });
        longer.or_else(|| self.get(first).map(|meaning| (1, meaning)))
    }
}

/// Hash of words with a space between them: FNV-1a.
pub(super) fn hash(words: &[&str]) -> u64 {
    let bytes = words.iter().enumerate().flat_map(|(place, word)| {
        let space = if place > 0 { Some(b' ') } else { None };
        space.into_iter().chain(word.bytes())
    });
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Segments a word of a script without spaces into the longest known phrases, and drops the rest.
pub(super) fn segments<'a>(word: &'a str, language: &Phrases) -> Vec<&'a str> {
    let (mut found, mut rest) = (Vec::new(), word);
    'word: while let Some(first) = rest.chars().next() {
        let ends: Vec<_> = rest.char_indices().map(|(at, letter)| at + letter.len_utf8()).take(12).collect();
        for end in ends.into_iter().rev() {
            if language.get(&rest[..end]).is_some() {
                found.push(&rest[..end]);
                rest = &rest[end..];
                continue 'word;
            }
        }
        let latin = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if latin > 0 {
            found.push(&rest[..latin]);
        }
        rest = &rest[latin.max(first.len_utf8())..];
    }
    found
}

/// Replaces the longest phrases of a table.
pub(super) fn replaced<'a>(words: Vec<&'a str>, table: &'a Phrases) -> Vec<&'a str> {
    if table.stemmer.is_none() && !words.iter().any(|word| table.line(hash(&[word])).is_some()) {
        return words;
    }
    let mut out = Vec::with_capacity(words.len());
    let mut rest = words.as_slice();
    while let Some(first) = rest.first() {
        match table.at(rest) {
            Some((length, meant)) => {
                out.extend(meant.split_whitespace());
                rest = &rest[length..];
            }
            None => {
                out.push(*first);
                rest = &rest[1..];
            }
        }
    }
    out
}

/// Whether the words contain a phrase of a table.
pub(super) fn contains(words: &[&str], table: &Phrases) -> bool {
    (0..words.len()).any(|at| table.at(&words[at..]).is_some())
}

/// The lines of a table, each with its section.
pub(super) fn sections(table: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut section = "";
    let mut lines = Vec::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => section = name,
            None => lines.push((section, line)),
        }
    }
    lines
}

pub(super) fn sections_of_phrases(table: &'static str) -> Vec<Phrases> {
    let lines = sections(table);
    let languages = lines.chunk_by(|(one, _), (other, _)| one == other);
    let read = |lines: &[(&'static str, &'static str)]| {
        Phrases::of_language(lines[0].0, &lines.iter().map(|(_, line)| *line).collect::<Vec<_>>())
    };
    languages.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_replaces_a_phrase_is_written_as_it_is_looked_up() {
        for table in
            [include_str!("../../../search/words.txt"), include_str!("../../../search/translations.txt")]
        {
            for (section, line) in sections(table) {
                let meant = line.split_once('=').map_or("", |(_, meant)| meant);
                assert_eq!(
                    tokens(&fold(meant)),
                    meant.split_whitespace().collect::<Vec<_>>(),
                    "{section}: {line}"
                );
            }
        }
    }

    #[test]
    fn the_longest_phrase_is_replaced_and_the_last_of_equal_ones_counts() {
        let phrases =
            Phrases::new(&["wi fi, wlan = wifi", "wi = why", "a b c = letters", "wlan = network"], None);
        let replaced = |text: &str| replaced(tokens(text), &phrases).join(" ");
        assert_eq!(replaced("wi fi wi"), "wifi why");
        assert_eq!(replaced("a b d a b c"), "a b d letters");
        assert_eq!(replaced("the wlan"), "the network");
    }

    #[test]
    fn another_form_of_a_foreign_word_is_found_by_its_stem() {
        let german = Phrases::of_language("german", &["drucker = printer", "lizenz = license"]);
        assert_eq!(german.get("druckern"), Some("printer"));
        assert_eq!(german.get("lizenzen"), Some("license"));
        assert_eq!(german.get("drache"), None);
    }
}
