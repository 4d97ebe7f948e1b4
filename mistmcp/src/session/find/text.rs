//! Text analysis of queries and tools: translation, spelling correction, stop words and stemming. The main type is
//! [`Text`].

use std::borrow::Cow;
use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};
use rust_stemmers::{Algorithm, Stemmer};
use strsim::osa_distance;

use super::phrases::{Phrases, contains, replaced, sections, sections_of_phrases, segments};
use super::texts::SHORTEST_LISTED;
use super::tokens::{fold, is_cjk, name, tokens};

/// Placeholders in [`Words::pattern`] for a number and for any other word with a meaning.
const NUMBER: &str = "#";
const WORD: &str = "*";

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
    one_site: Phrases,
    all_sites: Phrases,
    before_a_name: HashSet<&'static str>,
    beside_a_name: HashSet<&'static str>,
    /// What is asked in place of a query without a known word.
    pub(super) general: &'static str,
}

/// Analyzed text.
#[derive(Debug, Default)]
pub(in crate::session) struct Words {
    /// Stems of all words but the stop words of questions.
    pub(super) stems: Vec<String>,
    /// Stems that carry meaning.
    pub(super) content: Vec<String>,
    /// How the text is built: each of its words if it carries no meaning, and otherwise a placeholder.
    pub(super) pattern: Vec<&'static str>,
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
            one_site: list("one site"),
            all_sites: list("all sites"),
            before_a_name: set("before a name"),
            beside_a_name: set("beside a name"),
            general: lines("in place of unknown words").next().unwrap_or_default(),
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

    /// Analyzes a query: translates it, corrects its spelling, and detects sites.
    pub(super) fn read_query(&self, text: &str, known: &Vocabulary<'_>) -> Words {
        let folded = fold(text);
        let foreign: Vec<_> = text.split_whitespace().filter(|word| !word.is_ascii()).collect();
        let foreign = fold(&foreign.join(" "));
        let words = replaced(self.in_english(tokens(&folded), &foreign, known), &self.forms);
        let is_named = self.names_place(text, known);
        let all_sites = !is_named && contains(&words, &self.all_sites);
        let one_site = !all_sites && (is_named || contains(&words, &self.one_site));
        let words: Vec<_> = words.into_iter().map(|word| known.corrected(word, self)).collect();
        Words { one_site, all_sites, ..self.meaning(&words) }
    }

    /// The stems of words.
    fn meaning(&self, words: &[&str]) -> Words {
        let mut read = Words::default();
        for &word in words {
            let stop = self.stops.get::<str>(word);
            let filler = stop.or_else(|| self.word_stops.get::<str>(word));
            let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
            read.pattern.push(filler.copied().unwrap_or(if is_number { NUMBER } else { WORD }));
            if stop.is_some() {
                continue;
            }
            let stem = self.stem(word).into_owned();
            if filler.is_none() {
                read.content.push(stem.clone());
            }
            read.stems.push(stem);
        }
        if read.content.is_empty() {
            read.content.clone_from(&read.stems);
        }
        read
    }

    /// Translates a query that has words which are unknown or not written in ASCII, if another language knows any.
    fn in_english<'a>(&'a self, tokens: Vec<&'a str>, foreign: &str, known: &Vocabulary<'_>) -> Vec<&'a str> {
        let foreign = super::tokens::tokens(foreign);
        let is_unknown = |token: &str| {
            let is_known = known.has(token, self) || self.is_stop(token) || self.forms.get(token).is_some();
            !is_known || foreign.contains(&token)
        };
        let unknown: Vec<_> = tokens.iter().map(|token| is_unknown(token)).collect();
        if !unknown.contains(&true) {
            return tokens;
        }
        let mut translates = false;
        let best = self.languages.iter().max_by_key(|language| {
            let known = tokens.iter().zip(&unknown).map(|(token, is_unknown)| {
                let known = language.known_letters(token);
                translates |= *is_unknown && known > 0;
                known * if *is_unknown { 2 } else { 1 }
            });
            known.sum::<usize>()
        });
        let Some(language) = best.filter(|_| translates) else { return tokens };
        let segmented = tokens
            .into_iter()
            .flat_map(|token| if is_cjk(token) { segments(token, language) } else { vec![token] });
        replaced(segmented.collect(), language)
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
