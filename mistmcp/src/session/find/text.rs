//! Text analysis of queries and tools: normalization, translation, spelling correction, stop words
//! and stemming. The main type is [`Text`].

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};
use rust_stemmers::{Algorithm, Stemmer};
use strsim::osa_distance;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Phrases of one or more words, and the words that replace each: a sorted table of hashes.
#[derive(Default)]
struct Phrases {
    /// Hash of each phrase, with its line in place of the lowest 16 bits; also the first word of each longer phrase, with
    /// [`BEGINNING`].
    hashes: Vec<u64>,
    /// The words that replace the phrases of each line.
    meanings: Vec<&'static str>,
    /// Words of the longest phrase.
    longest: usize,
    /// Stemmer of the phrases' language: another form of a word is found too.
    stemmer: Option<Stemmer>,
}

/// In place of a line: a word that only begins longer phrases.
const BEGINNING: u16 = u16::MAX;
/// The bits of a phrase's hash that are its line.
const LINE: u64 = 0xffff;
/// Mark of a stem among phrases.
const STEM: &str = "*";

impl Phrases {
    /// Reads lines of `written, written = meant`.
    fn new(lines: &[&'static str], language: Option<Algorithm>) -> Self {
        let mut phrases = Self { stemmer: language.map(Stemmer::create), ..Self::default() };
        let (mut hashes, mut firsts, mut stems) = (Vec::new(), Vec::new(), Vec::new());
        for (number, line) in (0..BEGINNING).zip(lines) {
            let (written, meant) = line.split_once('=').unwrap_or((line, ""));
            phrases.meanings.push(meant.trim());
            for folded in written.split(',').map(fold) {
                let words = tokens(&folded);
                let Some(first) = words.first() else { continue };
                phrases.longest = phrases.longest.max(words.len());
                hashes.push((hash(&words), number));
                if words.len() > 1 {
                    firsts.push((hash(&[first]), BEGINNING));
                } else if let Some(stemmer) = phrases.stemmer.as_ref().filter(|_| !meant.is_empty()) {
                    stems.push((hash(&[STEM, &stemmer.stem(first)]), number));
                }
            }
        }
        // Of equal phrases the last one counts, of equal stems the first one.
        let mut all: Vec<(u64, u16)> =
            firsts.into_iter().chain(stems.into_iter().rev()).chain(hashes).collect();
        all.sort_by_key(|(hash, _)| *hash);
        all.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                *kept = *next;
            }
            is_same
        });
        phrases.hashes.extend(all.iter().map(|(hash, line)| (hash & !LINE) | u64::from(*line)));
        phrases
    }

    fn of_language(name: &str, lines: &[&'static str]) -> Self {
        let algorithm = match name {
            "german" => Some(Algorithm::German),
            "french" => Some(Algorithm::French),
            "spanish" => Some(Algorithm::Spanish),
            "portuguese" => Some(Algorithm::Portuguese),
            _ => None,
        };
        Self::new(lines, algorithm)
    }

    /// Line of a phrase, or [`BEGINNING`].
    fn line(&self, hash: u64) -> Option<u16> {
        let place = self.hashes.partition_point(|entry| *entry < hash & !LINE);
        let entry = self.hashes.get(place).filter(|entry| **entry & !LINE == hash & !LINE)?;
        u16::try_from(entry & LINE).ok()
    }

    fn meaning(&self, line: Option<u16>) -> Option<&'static str> {
        self.meanings.get(usize::from(line?)).copied()
    }

    /// The replacement of a phrase of one word.
    fn get(&self, word: &str) -> Option<&'static str> {
        let by_stem = || self.line(hash(&[STEM, &self.stemmer.as_ref()?.stem(word)]));
        self.meaning(self.line(hash(&[word]))).or_else(|| self.meaning(by_stem()))
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

/// Tables of `search/words.txt` and `search/translations.txt`.
pub(super) struct Text {
    stemmer: Stemmer,
    forms: Phrases,
    /// Read at the first query with unknown words.
    languages: LazyLock<Vec<Phrases>>,
    /// Stop words of whole questions.
    stops: HashSet<&'static str>,
    /// Stop words when words are taken singly.
    word_stops: HashSet<&'static str>,
    counts: Phrases,
    one_site: Phrases,
    all_sites: Phrases,
    before_a_name: HashSet<&'static str>,
    beside_a_name: HashSet<&'static str>,
}

/// Analyzed text.
#[derive(Debug, Default)]
pub(in crate::session) struct Words {
    /// Stems of all words but the stop words of questions.
    pub(super) stems: Vec<String>,
    /// Stems that carry meaning.
    pub(super) content: Vec<String>,
    pub(super) counts: bool,
    pub(super) one_site: bool,
    pub(super) all_sites: bool,
}

impl Text {
    pub(super) fn new() -> Self {
        let sections = sections(include_str!("../../../search/words.txt"));
        let lines = |name: &'static str| {
            sections.iter().filter(move |(section, _)| *section == name).map(|(_, line)| *line)
        };
        let words = |line: &'static str| line.split_whitespace().map(|word| word.trim_end_matches(','));
        let set = |name| lines(name).flat_map(words).collect::<HashSet<_>>();
        let list = |name| Phrases::new(&lines(name).collect::<Vec<_>>(), None);
        Self {
            stemmer: Stemmer::create(Algorithm::English),
            forms: list("forms"),
            languages: LazyLock::new(|| {
                sections_of_phrases(include_str!("../../../search/translations.txt"))
            }),
            stops: set("stop"),
            word_stops: set("stop in words"),
            counts: list("counts"),
            one_site: list("one site"),
            all_sites: list("all sites"),
            before_a_name: set("before a name"),
            beside_a_name: set("beside a name"),
        }
    }

    pub(super) fn stem<'a>(&self, word: &'a str) -> Cow<'a, str> {
        self.stemmer.stem(word)
    }

    /// The normalized words of a folded text.
    pub(super) fn words<'a>(&'a self, folded: &'a str) -> Vec<&'a str> {
        replaced(tokens(folded), &self.forms)
    }

    /// Whether a word is left out of texts.
    pub(super) fn is_stop(&self, word: &str) -> bool {
        self.stops.contains(word)
    }

    /// Whether a word says nothing beside the name of a tool.
    pub(super) fn is_filler(&self, word: &str) -> bool {
        self.is_stop(word) || !self.is_content(word) || self.beside_a_name.contains(word)
    }

    /// Whether a word has a meaning of its own.
    pub(super) fn is_content(&self, word: &str) -> bool {
        !self.word_stops.contains(word)
    }

    /// Analyzes a text of a tool.
    pub(super) fn read(&self, text: &str) -> Words {
        self.meaning(&self.words(&fold(text)))
    }

    /// Analyzes a query: translates it, corrects its spelling, and detects counts and sites.
    pub(super) fn read_query(&self, text: &str, known: &Vocabulary<'_>) -> Words {
        let folded = fold(text);
        let words = replaced(self.in_english(tokens(&folded), known), &self.forms);
        let counts = contains(&words, &self.counts);
        let is_named = self.names_place(text, known);
        let all_sites = !is_named && contains(&words, &self.all_sites);
        let one_site = !all_sites && (is_named || contains(&words, &self.one_site));
        let words: Vec<_> = words.into_iter().map(|word| known.corrected(word, self)).collect();
        Words { counts, one_site, all_sites, ..self.meaning(&words) }
    }

    /// The stems of words.
    fn meaning(&self, words: &[&str]) -> Words {
        let mut read = Words::default();
        for word in words.iter().filter(|word| !self.is_stop(word)) {
            let stem = self.stem(word).into_owned();
            if self.is_content(word) {
                read.content.push(stem.clone());
            }
            read.stems.push(stem);
        }
        if read.content.is_empty() {
            read.content.clone_from(&read.stems);
        }
        read
    }

    /// Translates a query if its unknown words are known in another language.
    fn in_english<'a>(&'a self, tokens: Vec<&'a str>, known: &Vocabulary<'_>) -> Vec<&'a str> {
        let is_unknown =
            |token: &&str| !known.has(token, self) && !self.is_stop(token) && self.forms.get(token).is_none();
        let unknown: Vec<_> = tokens.iter().copied().filter(is_unknown).collect();
        if unknown.is_empty() {
            return tokens;
        }
        let score = |language: &&Phrases| {
            unknown.iter().filter(|token| language.get(token).is_some() || is_cjk(token)).count()
        };
        match self.languages.iter().max_by_key(score).filter(|language| score(language) > 0) {
            Some(language) => {
                let segmented = tokens
                    .into_iter()
                    .flat_map(|token| if is_cjk(token) { segments(token, language) } else { vec![token] });
                replaced(segmented.collect(), language)
            }
            None => tokens,
        }
    }

    /// Whether a text names a site: after a preposition, a capitalized word that is none of the tools' own.
    fn names_place(&self, text: &str, known: &Vocabulary<'_>) -> bool {
        let words: Vec<_> = text.split_whitespace().collect();
        words.windows(2).any(|pair| {
            self.before_a_name.contains(pair[0].to_lowercase().as_str())
                && name(pair[1]).is_some_and(|name| !known.lists(&fold(name)))
        })
    }
}

/// Known words: those of the tools as written, and the stems with a vector.
pub(super) struct Vocabulary<'a> {
    pub(super) words: &'a HashMap<char, String>,
    pub(super) is_stem: &'a dyn Fn(&str) -> bool,
}

impl Vocabulary<'_> {
    fn has(&self, word: &str, text: &Text) -> bool {
        (self.is_stem)(&text.stem(word)) || text.word_stops.contains(word)
    }

    /// Whether the tools' texts have a word other than as a name. Short words count as known if their stem is.
    fn lists(&self, word: &str) -> bool {
        let first = word.chars().next().unwrap_or_default();
        let is_short = word.len() < SHORTEST_LISTED && (self.is_stem)(word);
        is_short || self.words.get(&first).is_some_and(|words| words.lines().any(|listed| listed == word))
    }

    /// The nearest known word, if this one is unknown.
    fn corrected<'a>(&'a self, word: &'a str, text: &Text) -> &'a str {
        let length = word.len();
        let is_plain = word.bytes().all(|letter| letter.is_ascii_alphabetic());
        if length < 5 || !is_plain || self.has(word, text) {
            return word;
        }
        let most = if length >= 8 { 2 } else { 1 };
        let first = word.chars().next().unwrap_or_default();
        let near = self
            .words
            .get(&first)
            .into_iter()
            .flat_map(|words| words.lines())
            .filter(|known| known.len().abs_diff(length) <= most);
        let nearest = near.map(|known| (osa_distance(known, word), known)).min();
        nearest.filter(|(distance, _)| *distance <= most).map_or(word, |(_, known)| known)
    }
}

/// Minimum length of a word in the vocabulary, in bytes.
pub(super) const SHORTEST_LISTED: usize = 4;

/// A word as a proper name is written: one capital, then small letters.
pub(super) fn name(word: &str) -> Option<&str> {
    let name = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    let mut letters = name.chars();
    let is_name = letters.next().is_some_and(char::is_uppercase)
        && !letters.as_str().is_empty()
        && letters.all(char::is_lowercase);
    is_name.then_some(name)
}

/// A text in lower case, without accents.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

/// Tokenizes a folded text; addresses and ports are replaced by their kind.
fn tokens(folded: &str) -> Vec<&str> {
    let mut tokens = Vec::with_capacity(16);
    for chunk in folded.split_whitespace() {
        let trimmed = chunk.trim_matches(|letter: char| !letter.is_alphanumeric());
        if let Some(kind) = literal(trimmed) {
            tokens.push(kind);
        } else {
            let words = trimmed.split(|letter: char| !letter.is_alphanumeric());
            tokens.extend(words.filter(|word| !word.is_empty()));
        }
    }
    tokens
}

/// The kind of a literal: a MAC or IP address, or a switch port.
fn literal(word: &str) -> Option<&'static str> {
    let hex = word.chars().filter(char::is_ascii_hexdigit).count();
    let separators = word.len().saturating_sub(hex);
    if hex == 12
        && (separators == 0 || word.contains([':', '-', '.']))
        && word.contains(|it: char| it.is_ascii_digit())
    {
        return Some("macaddress");
    }
    if word.contains(['.', ':']) && word.parse::<IpAddr>().is_ok() {
        return Some("ipaddress");
    }
    let numbers = ["ge-", "xe-", "et-", "mge-"].iter().find_map(|kind| word.strip_prefix(kind))?;
    numbers.contains('/').then_some("switchport")
}

/// Whether a word is of a script without spaces.
fn is_cjk(word: &str) -> bool {
    word.chars().any(|letter| matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
}

/// Segments a word of a script without spaces into the longest known phrases, and drops the rest.
fn segments<'a>(word: &'a str, language: &Phrases) -> Vec<&'a str> {
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
fn replaced<'a>(words: Vec<&'a str>, table: &'a Phrases) -> Vec<&'a str> {
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
fn contains(words: &[&str], table: &Phrases) -> bool {
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

fn sections_of_phrases(table: &'static str) -> Vec<Phrases> {
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
