//! Texts of tools while the index is built: [`Texts`].

use foldhash::HashMap;

use super::lexical::{Stem, Stems};
use super::text::Text;
use super::tokens::{fold, name};
use super::vectors::Vectors;

/// Minimum length of a word in the vocabulary, in bytes.
pub(super) const SHORTEST_LISTED: usize = 4;

/// Texts of tools during indexing, without duplicates.
pub(super) struct Texts<'a> {
    text: &'a Text,
    vectors: &'a Vectors,
    places: HashMap<&'a str, u32>,
    words: HashMap<String, Word>,
    /// How often questions have a word as a proper name.
    names: HashMap<String, u32>,
    stems: Stems,
    /// Stems of each text, and those that carry meaning.
    numbers: Vec<Box<[Stem]>>,
    pub(super) content: Vec<Box<[Stem]>>,
}

/// A word of the texts.
#[derive(Clone, Copy)]
struct Word {
    /// Its stem, and whether it carries meaning; none for a stop word.
    stem: Option<(Stem, bool)>,
    uses: u32,
}

impl<'a> Texts<'a> {
    pub(super) fn new(text: &'a Text, vectors: &'a Vectors) -> Self {
        Self {
            text,
            vectors,
            places: HashMap::default(),
            words: HashMap::default(),
            names: HashMap::default(),
            stems: Stems::new(vectors),
            numbers: Vec::new(),
            content: Vec::new(),
        }
    }

    /// The stems of a text, and those that carry meaning.
    fn read(&mut self, written: &str) -> (Vec<Stem>, Vec<Stem>) {
        let (mut stems, mut content) = (Vec::with_capacity(16), Vec::with_capacity(16));
        for word in self.text.words(&fold(written)) {
            if let Some((stem, is_content)) = self.intern(word) {
                stems.push(stem);
                content.extend(is_content.then_some(stem));
            }
        }
        if content.is_empty() {
            content.clone_from(&stems);
        }
        (stems, content)
    }

    /// Counts a word, and adds it if it is new.
    fn intern(&mut self, word: &str) -> Option<(Stem, bool)> {
        if let Some(known) = self.words.get_mut(word) {
            known.uses += 1;
            return known.stem;
        }
        let stem = (!self.text.is_stop(word)).then(|| {
            let stem = self.stems.add(&self.text.stem(word), self.vectors);
            (stem, self.text.is_content(word))
        });
        self.words.insert(word.to_owned(), Word { stem, uses: 1 });
        stem
    }

    /// Words for the correction of spelling: those that are not only used as proper names.
    pub(super) fn vocabulary(&self) -> HashMap<char, String> {
        let mut vocabulary: HashMap<_, String> = HashMap::default();
        for (word, Word { uses, .. }) in &self.words {
            if word.len() >= SHORTEST_LISTED && self.names.get(word) != Some(uses) {
                let first = word.chars().next().unwrap_or_default();
                vocabulary.entry(first).or_default().extend([word, "\n"]);
            }
        }
        vocabulary
    }

    /// The stems of all words, and those of each text. The rest is dropped.
    pub(super) fn finish(self) -> (Stems, Vec<Box<[Stem]>>) {
        (self.stems, self.numbers)
    }

    /// Stems of a text that carry meaning.
    pub(super) fn content(&mut self, written: &str) -> Vec<Stem> {
        self.read(written).1
    }

    /// Index of a question, which is added if it is new.
    pub(super) fn ask(&mut self, written: &'a str) -> u32 {
        if !self.places.contains_key(written) {
            for name in written.split_whitespace().skip(1).filter_map(name) {
                *self.names.entry(fold(name)).or_default() += 1;
            }
        }
        self.add(written)
    }

    /// Index of a text, which is added if it is new.
    pub(super) fn add(&mut self, written: &'a str) -> u32 {
        if let Some(place) = self.places.get(written) {
            return *place;
        }
        let (stems, content) = self.read(written);
        let place = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.places.insert(written, place);
        self.numbers.push(stems.into());
        self.content.push(content.into());
        place
    }
}
