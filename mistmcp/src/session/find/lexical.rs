//! Likeness of texts by their words: BM25F over the fields of tools, and cosines of tf-idf over words and pairs of words.

use std::collections::HashMap;

/// BM25's saturation of repeated words.
const K1: f32 = 1.2;
/// BM25's weight of a field's length.
const B: f32 = 0.5;
/// Weight of a pair of neighboring words beside a single word.
const PAIR: f32 = 0.35;

/// BM25F: how much a document has of the words of a query, the fields of each document weighed.
#[derive(Debug, Default)]
pub(super) struct Bm25 {
    postings: HashMap<String, Vec<(u32, f32)>>,
    documents: usize,
}

impl Bm25 {
    /// Indexes documents, each with its fields in one order, by the weight of each field.
    pub(super) fn new(documents: &[Vec<Vec<String>>], weights: &[f32]) -> Self {
        let mut postings: HashMap<String, Vec<(u32, f32)>> = HashMap::new();
        for (field, weight) in weights.iter().enumerate() {
            let words: usize = documents.iter().map(|fields| fields[field].len()).sum();
            let average = (number_of(words) / number_of(documents.len()).max(1.0)).max(1.0);
            for (number, fields) in (0..).zip(documents) {
                let norm = 1.0 - B + B * number_of(fields[field].len()) / average;
                for stem in &fields[field] {
                    let rows = match postings.get_mut(stem) {
                        Some(rows) => rows,
                        None => postings.entry(stem.clone()).or_default(),
                    };
                    match rows.iter_mut().find(|(document, _)| *document == number) {
                        Some((_, frequency)) => *frequency += weight / norm,
                        None => rows.push((number, weight / norm)),
                    }
                }
            }
        }
        Self { postings, documents: documents.len() }
    }

    pub(super) fn has(&self, stem: &str) -> bool {
        self.postings.contains_key(stem)
    }

    /// The score of each document, relative to that of the best.
    pub(super) fn scores(&self, stems: &[String]) -> Vec<f32> {
        let mut scores = vec![0.0; self.documents];
        for (place, stem) in stems.iter().enumerate().filter(|(place, stem)| !stems[..*place].contains(stem))
        {
            let _ = place;
            for (document, frequency) in self.postings.get(stem).into_iter().flatten() {
                scores[*document as usize] += self.rarity(stem) * frequency * (K1 + 1.0) / (frequency + K1);
            }
        }
        let best = scores.iter().copied().fold(0.0, f32::max);
        if best > 0.0 {
            for score in &mut scores {
                *score /= best;
            }
        }
        scores
    }

    fn rarity(&self, stem: &str) -> f32 {
        let having = number_of(self.postings.get(stem).map_or(0, Vec::len));
        (1.0 + (number_of(self.documents) - having + 0.5) / (having + 0.5)).ln()
    }
}

/// Short texts, to be compared with a query by the words and pairs of words that they share.
#[derive(Debug, Default)]
pub(super) struct Cosines {
    terms: HashMap<String, Vec<(u32, f32)>>,
    texts: usize,
}

impl Cosines {
    pub(super) fn new<'a>(texts: &(impl Iterator<Item = &'a [String]> + Clone)) -> Self {
        let mut index = Self { terms: HashMap::new(), texts: texts.clone().count() };
        for (number, stems) in (0..).zip(texts.clone()) {
            for (term, weight) in terms(stems) {
                index.terms.entry(term).or_default().push((number, weight));
            }
        }
        let mut lengths = vec![0.0_f32; index.texts];
        let count = number_of(index.texts);
        for rows in index.terms.values_mut() {
            let rarity = rarity(count, rows.len());
            for (number, weight) in rows {
                *weight *= rarity;
                lengths[*number as usize] += *weight * *weight;
            }
        }
        for (number, weight) in index.terms.values_mut().flatten() {
            *weight /= lengths[*number as usize].sqrt();
        }
        index
    }

    /// The cosine of each text with a query.
    pub(super) fn with(&self, stems: &[String]) -> Vec<f32> {
        let mut cosines = vec![0.0; self.texts];
        let mut length = 0.0;
        for (term, weight) in terms(stems) {
            let rows = self.terms.get(&term);
            let weight = weight * rarity(number_of(self.texts), rows.map_or(0, Vec::len));
            length += weight * weight;
            for (number, of_text) in rows.into_iter().flatten() {
                cosines[*number as usize] += weight * of_text;
            }
        }
        if length > 0.0 {
            for cosine in &mut cosines {
                *cosine /= length.sqrt();
            }
        }
        cosines
    }
}

fn rarity(texts: f32, having: usize) -> f32 {
    (1.0 + texts / (1.0 + number_of(having))).ln()
}

/// A count as a number to calculate with; more than any catalog has counts as the greatest.
pub(super) fn number_of(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// The words and pairs of words of a text, each once, with their weights.
fn terms(stems: &[String]) -> HashMap<String, f32> {
    let mut terms = HashMap::new();
    for stem in stems {
        *terms.entry(stem.clone()).or_default() += 1.0;
    }
    for pair in stems.windows(2) {
        *terms.entry(format!("{} {}", pair[0], pair[1])).or_default() += PAIR;
    }
    terms
}
