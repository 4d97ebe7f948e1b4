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

/// Phrases of one or more words, and the words that replace each.
#[derive(Default)]
struct Phrases {
    meanings: HashMap<String, Vec<String>>,
    /// Length of the longest phrase that begins with a word.
    longest: HashMap<String, usize>,
    /// Stemmer of the phrases' language: another form of a word is found too.
    stemmer: Option<Stemmer>,
}

impl Phrases {
    fn of(entries: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        let mut phrases = Self::default();
        for (phrase, meaning) in entries {
            let mut words = phrase.split(' ');
            let first = words.next().unwrap_or_default().to_owned();
            let longest = phrases.longest.entry(first).or_default();
            *longest = (1 + words.count()).max(*longest);
            phrases.meanings.insert(phrase, meaning);
        }
        phrases
    }

    /// The phrases of a language. Single words are also found by their stems.
    fn of_language(name: &str, lines: &[(&'static str, &'static str)]) -> Self {
        let algorithm = match name {
            "german" => Some(Algorithm::German),
            "french" => Some(Algorithm::French),
            "spanish" => Some(Algorithm::Spanish),
            "portuguese" => Some(Algorithm::Portuguese),
            _ => None,
        };
        let mut all = Self::of(lines.iter().flat_map(|(_, line)| phrases(line)));
        if let Some(stemmer) = algorithm.map(Stemmer::create) {
            let single = |(word, meaning): (&String, &Vec<String>)| {
                (!word.contains(' ')).then(|| (stemmer.stem(word).into_owned(), meaning.clone()))
            };
            let mut stems: Vec<_> = all.meanings.iter().filter_map(single).collect();
            stems.sort();
            for (stem, meaning) in stems.into_iter().filter(|(_, meaning)| !meaning.is_empty()) {
                all.meanings.entry(format!("{STEM}{stem}")).or_insert(meaning);
            }
            all.stemmer = Some(stemmer);
        }
        all
    }

    /// The replacement of a phrase of one word.
    fn get(&self, word: &str) -> Option<&[String]> {
        let by_stem = || self.meanings.get(&format!("{STEM}{}", self.stemmer.as_ref()?.stem(word)));
        self.meanings.get(word).or_else(by_stem).map(Vec::as_slice)
    }

    /// The longest phrase at the beginning of `words`: its length and replacement.
    fn at(&self, words: &[&str]) -> Option<(usize, &[String])> {
        let longest = self.longest.get(*words.first()?).copied().unwrap_or(1).min(words.len());
        (1..=longest).rev().find_map(|length| match length {
            1 => Some((1, self.get(words[0])?)),
            _ => Some((length, self.meanings.get(&words[..length].join(" "))?.as_slice())),
        })
    }
}

/// Mark of a stem among phrases.
const STEM: char = '*';

/// Tables of `search/words.txt` and `search/translations.txt`.
pub(super) struct Text {
    stemmer: Stemmer,
    forms: Phrases,
    /// Read at the first query with unknown words.
    languages: LazyLock<Vec<Phrases>>,
    /// Stop words of whole questions.
    stops: HashSet<String>,
    /// Stop words when words are taken singly.
    word_stops: HashSet<String>,
    counts: Phrases,
    one_site: Phrases,
    all_sites: Phrases,
    before_a_name: HashSet<String>,
}

/// Analyzed text.
#[derive(Debug, Default)]
pub(in crate::session) struct Words {
    /// Stems of all words but the stop words of questions.
    pub(super) stems: Vec<String>,
    /// Stems that carry meaning.
    pub(super) telling: Vec<String>,
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
        let set = |name| lines(name).flat_map(|line| owned(tokens(&fold(line)))).collect::<HashSet<_>>();
        let list = |name| Phrases::of(lines(name).flat_map(phrases));
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

    /// Whether a word has a meaning of its own.
    pub(super) fn is_telling(&self, word: &str) -> bool {
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
        let one_site = contains(&words, &self.one_site) || self.names_place(text, known);
        let all_sites = contains(&words, &self.all_sites);
        let words: Vec<_> = words.into_iter().map(|word| known.corrected(word, self)).collect();
        Words { counts, one_site, all_sites, ..self.meaning(&words) }
    }

    /// The stems of words.
    fn meaning(&self, words: &[&str]) -> Words {
        let mut read = Words::default();
        for word in words.iter().filter(|word| !self.is_stop(word)) {
            let stem = self.stem(word).into_owned();
            if self.is_telling(word) {
                read.telling.push(stem.clone());
            }
            read.stems.push(stem);
        }
        if read.telling.is_empty() {
            read.telling.clone_from(&read.stems);
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

    /// Whether a text names a site: a capitalized unknown word after a preposition.
    fn names_place(&self, text: &str, known: &Vocabulary<'_>) -> bool {
        let words: Vec<_> = text.split_whitespace().collect();
        words.windows(2).any(|pair| {
            let name = pair[1].trim_matches(|letter: char| !letter.is_alphanumeric());
            self.before_a_name.contains(&pair[0].to_lowercase())
                && name.starts_with(char::is_uppercase)
                && name.chars().all(char::is_alphabetic)
                && name.chars().any(char::is_lowercase)
                && !known.has(&name.to_lowercase(), self)
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

fn owned(words: Vec<&str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
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
    if table.stemmer.is_none() && !words.iter().any(|word| table.longest.contains_key(*word)) {
        return words;
    }
    let mut out = Vec::with_capacity(words.len());
    let mut rest = words.as_slice();
    while let Some(first) = rest.first() {
        match table.at(rest) {
            Some((length, meant)) => {
                out.extend(meant.iter().map(String::as_str));
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
    let sections = lines.chunk_by(|(one, _), (other, _)| one == other);
    sections.map(|lines| Phrases::of_language(lines[0].0, lines)).collect()
}

/// Parses `written, written = meant` into phrases and their replacement.
fn phrases(line: &str) -> Vec<(String, Vec<String>)> {
    let (written, meant) = line.split_once('=').unwrap_or((line, ""));
    let meant = owned(tokens(&fold(meant)));
    let written = written.split(',').map(|phrase| tokens(&fold(phrase)).join(" "));
    let written = written.filter(|phrase| !phrase.is_empty());
    written.map(|phrase| (phrase, meant.clone())).collect()
}
