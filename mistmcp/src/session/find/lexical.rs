//! Lexical similarity: BM25F over the fields of tools, and tf-idf cosines over words and word
//! pairs.

use foldhash::HashMap;

use super::vectors::Vectors;

/// BM25 parameter k1: saturation of repeated words.
const K1: f32 = 1.2;
/// BM25 parameter b: weight of a field's length.
const B: f32 = 0.5;
/// Weight of a pair of adjacent words, relative to a single word.
const PAIR: f32 = 0.35;

/// Number of a stem in the index.
pub(super) type Stem = u32;

/// The number of each stem in the index: its row in the table of vectors, or one beyond the table.
#[derive(Debug)]
pub(super) struct Stems {
    rows: usize,
    others: HashMap<Box<str>, Stem>,
}

impl Stems {
    pub(super) fn new(vectors: &Vectors) -> Self {
        Self { rows: vectors.len(), others: HashMap::default() }
    }

    /// The number of a stem, which is added if it is new.
    pub(super) fn add(&mut self, stem: &str, vectors: &Vectors) -> Stem {
        if let Some(number) = self.get(stem, vectors) {
            return number;
        }
        let number = number(self.rows + self.others.len());
        self.others.insert(stem.into(), number);
        number
    }

    /// The number of a stem, if it is known.
    pub(super) fn get(&self, stem: &str, vectors: &Vectors) -> Option<Stem> {
        vectors.row(stem).map(number).or_else(|| self.others.get(stem).copied())
    }

    /// The numbers of a query's stems. An unknown stem gets a number that no text has.
    pub(super) fn of(&self, stems: &[String], vectors: &Vectors) -> Vec<Stem> {
        let unknown = (0..).map(|number: Stem| Stem::MAX - number);
        stems.iter().zip(unknown).map(|(stem, other)| self.get(stem, vectors).unwrap_or(other)).collect()
    }

    /// Number of stems beyond the table.
    pub(super) fn without_row(&self) -> usize {
        self.others.len()
    }

    /// Row in the table of vectors.
    pub(super) fn row(&self, stem: Stem) -> Option<usize> {
        Some(stem as usize).filter(|row| *row < self.rows)
    }
}

fn number(count: usize) -> Stem {
    Stem::try_from(count).unwrap_or(Stem::MAX)
}

/// Number of a text or document. Those beyond the greatest number are not indexed.
type Number = u16;

/// Posting lists: numbers of texts or documents, with a weight in each.
#[derive(Debug, Default)]
struct Postings<W> {
    /// Where the list of each term begins, and where the last one ends.
    starts: Vec<u32>,
    numbers: Vec<Number>,
    weights: Vec<W>,
}

impl<W: Copy> Postings<W> {
    fn with_capacity(terms: usize, postings: usize) -> Self {
        let mut starts = Vec::with_capacity(terms + 1);
        starts.push(0);
        Self { starts, numbers: Vec::with_capacity(postings), weights: Vec::with_capacity(postings) }
    }

    fn push(&mut self, posting: (Number, W)) {
        self.numbers.push(posting.0);
        self.weights.push(posting.1);
    }

    /// Ends the list of a term.
    fn end(&mut self) {
        self.starts.push(number(self.numbers.len()));
    }

    fn of(&self, term: Option<usize>) -> impl ExactSizeIterator<Item = (usize, W)> {
        let start = |term: usize| self.starts.get(term).map(|start| *start as usize);
        let range = term.and_then(|term| Some(start(term)?..start(term + 1)?)).unwrap_or_default();
        let numbers = self.numbers[range.clone()].iter().map(|number| usize::from(*number));
        numbers.zip(self.weights[range].iter().copied())
    }
}

/// Frequencies are stored as multiples of this.
const FREQUENCY: f32 = 1.0 / 512.0;

/// BM25F index of documents with weighted fields.
#[derive(Debug, Default)]
pub(super) struct Bm25 {
    postings: Postings<u16>,
    documents: usize,
}

impl Bm25 {
    /// Indexes documents, whose fields are in the order of `weights`.
    pub(super) fn new(documents: &[Vec<Vec<Stem>>], weights: &[f32]) -> Self {
        let mut postings: Vec<Vec<(Number, f32)>> = Vec::new();
        let average = |field: usize| {
            let words: usize = documents.iter().map(|fields| fields[field].len()).sum();
            (number_of(words) / number_of(documents.len()).max(1.0)).max(1.0)
        };
        let averages: Vec<_> = (0..weights.len()).map(average).collect();
        for (number, fields) in (0..Number::MAX).zip(documents) {
            for ((words, weight), average) in fields.iter().zip(weights).zip(&averages) {
                let norm = 1.0 - B + B * number_of(words.len()) / average;
                for stem in words {
                    let place = *stem as usize;
                    if place >= postings.len() {
                        postings.resize(place + 1, Vec::new());
                    }
                    // Documents are added in order, so only the last posting can be this
                    // document's.
                    match postings[place].last_mut().filter(|(document, _)| *document == number) {
                        Some((_, frequency)) => *frequency += weight / norm,
                        None => postings[place].push((number, weight / norm)),
                    }
                }
            }
        }
        let mut index = Postings::with_capacity(postings.len(), postings.iter().map(Vec::len).sum());
        for rows in postings {
            for (number, frequency) in rows {
                index.push((number, whole(frequency / FREQUENCY)));
            }
            index.end();
        }
        Self { postings: index, documents: documents.len() }
    }

    /// Whether a document has a stem.
    pub(super) fn has(&self, stem: Stem) -> bool {
        self.postings.of(Some(stem as usize)).len() > 0
    }

    /// Score of each document for a query, relative to the best one.
    pub(super) fn scores(&self, stems: &[Stem]) -> Vec<f32> {
        let mut scores = vec![0.0; self.documents];
        for (place, stem) in stems.iter().enumerate() {
            if stems[..place].contains(stem) {
                continue;
            }
            let rows = self.postings.of(Some(*stem as usize));
            let having = number_of(rows.len());
            let rarity = (1.0 + (number_of(self.documents) - having + 0.5) / (having + 0.5)).ln();
            for (document, frequency) in rows {
                let frequency = f32::from(frequency) * FREQUENCY;
                scores[document] += rarity * frequency * (K1 + 1.0) / (frequency + K1);
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

/// The nearest whole number of a positive one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn whole(number: f32) -> u16 {
    number.round() as u16
}

/// Short texts, compared with a query by shared words and word pairs.
#[derive(Debug, Default)]
pub(super) struct Cosines {
    /// Sorted terms.
    terms: Vec<Term>,
    /// Weights are in 255ths.
    postings: Postings<u8>,
    texts: usize,
}

/// A stem, or the hash of a pair with the bit [`IS_PAIR`].
type Term = u32;

const IS_PAIR: Term = 1 << 31;

impl Cosines {
    pub(super) fn new(texts: &[Box<[Stem]>]) -> Self {
        // A term and its text make one number: a list of numbers is sorted faster than one of tuples.
        let terms_of_texts = (0..Number::MAX).zip(texts).flat_map(|(number, stems)| {
            terms(stems).map(move |term| u64::from(term) << Number::BITS | u64::from(number))
        });
        #[expect(clippy::cast_possible_truncation, reason = "the two parts of the number")]
        let parts = |(both, count): (u64, f32)| {
            let term = (both >> Number::BITS) as Term;
            (term, both as Number, count * weight(term))
        };
        let mut all: Vec<_> = counted(terms_of_texts.collect()).map(parts).collect();
        let mut lengths = vec![0.0_f32; texts.len()];
        for rows in all.chunk_by_mut(|one, other| one.0 == other.0) {
            let rarity = rarity(texts.len(), rows.len());
            for (_, number, weight) in rows {
                *weight *= rarity;
                lengths[usize::from(*number)] += *weight * *weight;
            }
        }
        let count = all.chunk_by(|one, other| one.0 == other.0).count();
        let mut terms = Vec::with_capacity(count);
        let mut postings = Postings::with_capacity(count, all.len());
        for rows in all.chunk_by(|one, other| one.0 == other.0) {
            terms.push(rows[0].0);
            for (_, number, weight) in rows {
                let share = weight / lengths[usize::from(*number)].sqrt();
                postings.push((*number, u8::try_from(whole(share * 255.0)).unwrap_or(u8::MAX)));
            }
            postings.end();
        }
        Self { terms, postings, texts: texts.len() }
    }

    /// The cosine of each text with a query.
    pub(super) fn with(&self, stems: &[Stem]) -> Vec<f32> {
        let mut cosines = vec![0.0; self.texts];
        let mut length = 0.0;
        for (term, count) in counted(terms(stems).collect()) {
            let rows = self.postings.of(self.terms.binary_search(&term).ok());
            let weight = count * weight(term) * rarity(self.texts, rows.len());
            length += weight * weight;
            for (number, of_text) in rows {
                cosines[number] += weight * f32::from(of_text);
            }
        }
        if length > 0.0 {
            for cosine in &mut cosines {
                *cosine /= 255.0 * length.sqrt();
            }
        }
        cosines
    }
}

fn rarity(texts: usize, having: usize) -> f32 {
    (1.0 + number_of(texts) / (1.0 + number_of(having))).ln()
}

/// Converts a count for arithmetic; counts beyond any catalog saturate.
pub(super) fn number_of(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// The words and word pairs of a text.
fn terms(stems: &[Stem]) -> impl Iterator<Item = Term> {
    // Multiplied by odd numbers of random bits, so that pairs are spread evenly.
    let pair =
        |one: Stem, next: Stem| one.wrapping_mul(0x9e37_79b1) ^ next.wrapping_mul(0x85eb_ca77) | IS_PAIR;
    stems.iter().copied().chain(stems.windows(2).map(move |stems| pair(stems[0], stems[1])))
}

fn weight(term: Term) -> f32 {
    if term & IS_PAIR == 0 { 1.0 } else { PAIR }
}

/// The distinct numbers of a list in order, and how often it has each.
fn counted<T: Ord>(mut numbers: Vec<T>) -> impl Iterator<Item = (T, f32)> {
    numbers.sort_unstable();
    let counts: Vec<_> = numbers.chunk_by(T::eq).map(|equal| number_of(equal.len())).collect();
    numbers.dedup();
    numbers.into_iter().zip(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_most_similar_to_itself() {
        let texts: [Box<[Stem]>; 3] = [[1, 2, 3].into(), [4, 5].into(), [1, 5].into()];
        let cosines = Cosines::new(&texts);
        let with = cosines.with(&[1, 2, 3]);
        assert!(with[0] > 0.99 && with[1] == 0.0 && with[2] > 0.0 && with[2] < 0.5, "{with:?}");
        // Word order matters because of the pairs.
        assert!(cosines.with(&[3, 2, 1])[0] < 0.99);
    }

    #[test]
    fn unknown_stems_match_nothing_but_lengthen_the_query() {
        let vectors = Vectors::new();
        let mut stems = Stems::new(&vectors);
        let known: Box<[Stem]> = ["port", "zzport"].map(|stem| stems.add(stem, &vectors)).into();
        assert_eq!(stems.get("zzport", &vectors), Some(known[1]));
        let cosines = Cosines::new(std::slice::from_ref(&known));
        let with = |query: &[&str]| {
            let query: Vec<_> = query.iter().map(|stem| (*stem).to_owned()).collect();
            cosines.with(&stems.of(&query, &vectors))[0]
        };
        let (whole, part) = (with(&["port", "zzport"]), with(&["port", "zzport", "zzunknown"]));
        assert!(part < whole && part > 0.0, "{part} {whole}");
    }
}
