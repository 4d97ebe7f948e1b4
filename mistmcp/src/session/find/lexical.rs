//! Lexical similarity: BM25F over the fields of tools, and tf-idf cosines over words and word
//! pairs.

use std::collections::HashMap;

/// BM25 parameter k1: saturation of repeated words.
const K1: f32 = 1.2;
/// BM25 parameter b: weight of a field's length.
const B: f32 = 0.5;
/// Weight of a pair of adjacent words, relative to a single word.
const PAIR: f32 = 0.35;

/// Number of a stem in the index.
pub(super) type Stem = u32;

/// The number of each stem in the index.
#[derive(Debug, Default)]
pub(super) struct Stems(HashMap<String, Stem>);

impl Stems {
    /// The number of a stem, which is added if it is new.
    pub(super) fn add(&mut self, stem: &str) -> Stem {
        if let Some(number) = self.0.get(stem) {
            return *number;
        }
        let number = Stem::try_from(self.0.len()).unwrap_or(Stem::MAX);
        self.0.insert(stem.to_owned(), number);
        number
    }

    /// The numbers of a query's stems. An unknown stem gets a number that no text has.
    pub(super) fn of(&self, stems: &[String]) -> Vec<Stem> {
        let unknown = (0..).map(|number: Stem| Stem::MAX - number);
        stems.iter().zip(unknown).map(|(stem, other)| self.0.get(stem).copied().unwrap_or(other)).collect()
    }

    pub(super) fn has(&self, stem: &str) -> bool {
        self.0.contains_key(stem)
    }
}

/// Posting list of a term: numbers of texts or documents, with the term's weight in each.
type Postings = Box<[(u32, f32)]>;

/// BM25F index of documents with weighted fields.
#[derive(Debug, Default)]
pub(super) struct Bm25 {
    postings: HashMap<Stem, Postings>,
    documents: usize,
}

impl Bm25 {
    /// Indexes documents, whose fields are in the order of `weights`.
    pub(super) fn new(documents: &[Vec<Vec<Stem>>], weights: &[f32]) -> Self {
        let mut postings: HashMap<Stem, Vec<(u32, f32)>> = HashMap::new();
        let average = |field: usize| {
            let words: usize = documents.iter().map(|fields| fields[field].len()).sum();
            (number_of(words) / number_of(documents.len()).max(1.0)).max(1.0)
        };
        let averages: Vec<_> = (0..weights.len()).map(average).collect();
        for (number, fields) in (0..).zip(documents) {
            for ((words, weight), average) in fields.iter().zip(weights).zip(&averages) {
                let norm = 1.0 - B + B * number_of(words.len()) / average;
                for stem in words {
                    let rows = postings.entry(*stem).or_default();
                    // Documents are added in order, so only the last posting can be this
                    // document's.
                    match rows.last_mut().filter(|(document, _)| *document == number) {
                        Some((_, frequency)) => *frequency += weight / norm,
                        None => rows.push((number, weight / norm)),
                    }
                }
            }
        }
        Self { postings: boxed(postings), documents: documents.len() }
    }

    pub(super) fn has(&self, stem: Stem) -> bool {
        self.postings.contains_key(&stem)
    }

    /// The score of each document, relative to the best.
    pub(super) fn scores(&self, stems: &[Stem]) -> Vec<f32> {
        let mut scores = vec![0.0; self.documents];
        for (place, stem) in stems.iter().enumerate() {
            if stems[..place].contains(stem) {
                continue;
            }
            let rows: &[_] = self.postings.get(stem).map_or(&[], |rows| rows);
            let having = number_of(rows.len());
            let rarity = (1.0 + (number_of(self.documents) - having + 0.5) / (having + 0.5)).ln();
            for (document, frequency) in rows {
                scores[*document as usize] += rarity * frequency * (K1 + 1.0) / (frequency + K1);
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
}

/// Short texts, compared with a query by shared words and word pairs.
#[derive(Debug, Default)]
pub(super) struct Cosines {
    terms: HashMap<u64, Postings>,
    texts: usize,
}

impl Cosines {
    pub(super) fn new(texts: &[Vec<Stem>]) -> Self {
        let mut by_term: HashMap<u64, Vec<(u32, f32)>> = HashMap::new();
        for (number, stems) in (0..).zip(texts) {
            for (term, weight) in terms(stems) {
                by_term.entry(term).or_default().push((number, weight));
            }
        }
        let mut lengths = vec![0.0_f32; texts.len()];
        for rows in by_term.values_mut() {
            let rarity = rarity(texts.len(), rows.len());
            for (number, weight) in rows {
                *weight *= rarity;
                lengths[*number as usize] += *weight * *weight;
            }
        }
        for (number, weight) in by_term.values_mut().flatten() {
            *weight /= lengths[*number as usize].sqrt();
        }
        Self { terms: boxed(by_term), texts: texts.len() }
    }

    /// The cosine of each text with a query.
    pub(super) fn with(&self, stems: &[Stem]) -> Vec<f32> {
        let mut cosines = vec![0.0; self.texts];
        let mut length = 0.0;
        for (term, weight) in terms(stems) {
            let rows: &[_] = self.terms.get(&term).map_or(&[], |rows| rows);
            let weight = weight * rarity(self.texts, rows.len());
            length += weight * weight;
            for (number, of_text) in rows {
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

fn rarity(texts: usize, having: usize) -> f32 {
    (1.0 + number_of(texts) / (1.0 + number_of(having))).ln()
}

fn boxed<Key: Eq + std::hash::Hash>(rows: HashMap<Key, Vec<(u32, f32)>>) -> HashMap<Key, Postings> {
    rows.into_iter().map(|(key, rows)| (key, rows.into_boxed_slice())).collect()
}

/// Converts a count for arithmetic; counts beyond any catalog saturate.
pub(super) fn number_of(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// The distinct words and word pairs of a text, with their weights.
fn terms(stems: &[Stem]) -> Vec<(u64, f32)> {
    let words = stems.iter().map(|stem| (u64::from(*stem), 1.0));
    let pairs = stems.windows(2).map(|pair| ((u64::from(pair[0]) + 1) << 32 | u64::from(pair[1]), PAIR));
    let mut terms: Vec<(u64, f32)> = words.chain(pairs).collect();
    terms.sort_unstable_by_key(|(term, _)| *term);
    terms.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_most_similar_to_itself() {
        let texts = vec![vec![1, 2, 3], vec![4, 5], vec![1, 5]];
        let cosines = Cosines::new(&texts);
        let with = cosines.with(&[1, 2, 3]);
        assert!(with[0] > 0.99 && with[1] == 0.0 && with[2] > 0.0 && with[2] < 0.5, "{with:?}");
        // Word order matters because of the pairs.
        assert!(cosines.with(&[3, 2, 1])[0] < 0.99);
    }

    #[test]
    fn unknown_stems_match_nothing_but_lengthen_the_query() {
        let mut stems = Stems::default();
        let known = vec![stems.add("port"), stems.add("speed")];
        let cosines = Cosines::new(std::slice::from_ref(&known));
        let whole = cosines.with(&stems.of(&["port".into(), "speed".into()]))[0];
        let part = cosines.with(&stems.of(&["port".into(), "speed".into(), "xyzzy".into()]))[0];
        assert!(part < whole && part > 0.0, "{part} {whole}");
    }
}
