//! What a question asks: its concepts, each with the words that the tools may have for it, and its cues.

use super::cues::Cues;
use super::engine::Engine;
use super::synonyms::Related;
use super::words::{Word, words};

/// A question, ready to be held against the tools.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) concepts: Vec<Concept>,
    pub(super) cues: Cues,
}

/// One thing in a question. A tool that has one of its alternatives has it.
#[derive(Debug, PartialEq)]
pub(super) struct Concept {
    pub(super) alternatives: Vec<Alternative>,
}

/// Words for a thing, which belong together, and how near they come to what was said.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alternative {
    pub(super) stems: Vec<String>,
    pub(super) weight: f64,
}

/// Words of a question that are read.
const MAX_WORDS: usize = 100;
/// How much of a word's worth a synonym has, and a related word.
const MEANS: f64 = 0.8;
const HINTS: f64 = 0.4;
/// The same of a phrase, and of its words without it.
const PHRASE_MEANS: f64 = 0.9;
const SCATTERED: f64 = 0.75;

impl Engine {
    /// The words of a query, with typing mistakes set right.
    pub(super) fn words(&self, query: &str) -> Vec<Word> {
        let mut read = words(query);
        read.truncate(MAX_WORDS);
        self.right(read)
    }

    /// Reads a question.
    pub(super) fn read(&self, words: &[Word]) -> Question {
        let read = self.spelling.same(words.to_vec());
        let cues = self.cues.read(&read, |word| self.is_known(word));
        let mut concepts = self.concepts(&read, |place| cues.is_spent(place));
        if concepts.is_empty() {
            // It names a place and nothing else.
            concepts = self.concepts(&read, |_| false);
        }
        Question { concepts, cues }
    }

    /// The concepts in the words, without those that tell a place.
    fn concepts(&self, read: &[Word], is_spent: impl Fn(usize) -> bool) -> Vec<Concept> {
        let mut concepts: Vec<Concept> = Vec::new();
        let mut place = 0;
        while let Some(word) = read.get(place) {
            if is_spent(place) {
                place += 1;
                continue;
            }
            let (end, concept) = match self.related.at(read, place).next() {
                Some((end, related)) => (end, Some(self.concept(&read[place..end], related))),
                _ if super::small::is_small(word) || word.named && place > 0 && !self.is_known(word) => {
                    (place + 1, None)
                }
                _ => (place + 1, Some(Concept { alternatives: vec![said(std::slice::from_ref(word))] })),
            };
            if let Some(concept) = concept
                && !concepts.contains(&concept)
            {
                concepts.push(concept);
            }
            place = end;
        }
        concepts
    }

    fn concept(&self, phrase: &[Word], related: &Related) -> Concept {
        let mut said_so = said(phrase);
        // The words of a phrase by themselves are further from it than what it means.
        let (whole, means) = if phrase.len() > 1 { (SCATTERED, PHRASE_MEANS) } else { (1.0, MEANS) };
        said_so.weight = whole;
        let mut alternatives = vec![said_so];
        for (list, weight) in [(related.means, means), (related.hints, HINTS)] {
            for other in list.split(", ").filter(|other| !other.is_empty()) {
                let other = self.spelling.same(words(other));
                alternatives
                    .push(Alternative { stems: other.into_iter().map(|word| word.stem).collect(), weight });
            }
        }
        Concept { alternatives }
    }
}

/// The words as they were said.
fn said(phrase: &[Word]) -> Alternative {
    let telling: Vec<_> = phrase.iter().filter(|word| !super::small::is_small(word)).collect();
    let stems = telling.into_iter().map(|word| word.stem.clone()).collect();
    Alternative { stems, weight: 1.0 }
}
