//! Word vectors: a table of stems, built offline by `mistmcp/search/build` and compiled into the
//! program.
//!
//! File format, little-endian: the number of stems (u32), the dimensions (u32), the byte length of
//! the stems' text (u32), the sorted stems with a line break after each, a scale for each stem
//! (f32), and a row of signed 4-bit numbers for each stem: the first half of the numbers in the lower
//! halves of the bytes, the second half in the upper ones. A vector is its row times its scale.

use super::lexical::{Stem, Stems};

/// Dimensions of a vector: a constant, so that the loops over them are vectorized.
const DIMENSIONS: usize = 64;

/// Vectors of stems.
#[derive(Debug)]
pub(super) struct Vectors {
    /// Sorted.
    stems: Vec<&'static str>,
    scales: &'static [u8],
    rows: &'static [[u8; DIMENSIONS / 2]],
}

/// Unit vector of a text, or zero if none of its stems is known.
pub(super) type Embedding = [f32; DIMENSIONS];

impl Vectors {
    /// Parses the compiled-in table. An empty table has no stems.
    pub(super) fn new() -> Self {
        let table: &'static [u8] = include_bytes!("../../../search/vectors.bin");
        Self::read(table).unwrap_or(Self { stems: Vec::new(), scales: &[], rows: &[] })
    }

    fn read(table: &'static [u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(table.get(at..at + 4)?.try_into().ok()?) as usize);
        let (count, dimensions, bytes) = (number(0)?, number(4)?, number(8)?);
        let stems = std::str::from_utf8(table.get(12..12 + bytes)?).ok()?;
        let stems: Vec<_> = stems.lines().collect();
        let (scales, rows) = table.get(12 + bytes..)?.split_at_checked(4 * count)?;
        let (rows, rest) = rows.as_chunks();
        let is_whole = dimensions == DIMENSIONS && rest.is_empty();
        (is_whole && stems.len() == count && rows.len() == count).then_some(Self { stems, scales, rows })
    }

    /// Number of stems.
    pub(super) fn len(&self) -> usize {
        self.stems.len()
    }

    /// Row of a stem in the table, if it has a vector.
    pub(super) fn row(&self, stem: &str) -> Option<usize> {
        self.stems.binary_search(&stem).ok()
    }

    /// The vector of a text: the normalized sum of its stems' vectors, by their rows.
    pub(super) fn embedding(&self, rows: impl IntoIterator<Item = usize>) -> Embedding {
        let mut sum = [0.0; DIMENSIONS];
        for place in rows {
            let scale = self.scales.get(4 * place..4 * place + 4).and_then(|scale| scale.try_into().ok());
            let scale = scale.map_or(0.0, f32::from_le_bytes);
            let (first, second) = sum.split_at_mut(DIMENSIONS / 2);
            for ((first, second), byte) in first.iter_mut().zip(second).zip(&self.rows[place]) {
                *first += f32::from((byte << 4).cast_signed() >> 4) * scale;
                *second += f32::from(byte.cast_signed() >> 4) * scale;
            }
        }
        let length = sum.iter().map(|part| part * part).sum::<f32>().sqrt();
        if length > 0.0 {
            for part in &mut sum {
                *part /= length;
            }
        }
        sum
    }
}

/// The cosine of two unit vectors.
pub(super) fn cosine(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// Unit vectors of many texts, in a byte for each dimension.
#[derive(Debug)]
pub(super) struct Embeddings(Vec<[i8; DIMENSIONS]>);

/// What 1 is in bytes.
const UNIT: f32 = 127.0;

/// The nearest bytes. The offset makes all numbers positive, so that the cast rounds them: unlike `round`, which is a call
/// for each number on most processors, it is vectorized.
#[expect(clippy::cast_possible_truncation, reason = "parts of a unit vector are at most 1")]
fn bytes(embedding: &Embedding) -> [i8; DIMENSIONS] {
    const OFFSET: i32 = 128;
    embedding.map(|part| ((part * UNIT + 128.5) as i32 - OFFSET) as i8)
}

impl Embeddings {
    /// The vectors of texts, by the stems of each.
    pub(super) fn new(texts: &[Box<[Stem]>], stems: &Stems, vectors: &Vectors) -> Self {
        let embedding = |text: &[Stem]| vectors.embedding(text.iter().filter_map(|stem| stems.row(*stem)));
        Self(texts.iter().map(|text| bytes(&embedding(text))).collect())
    }

    /// The cosine of each text with a query.
    pub(super) fn with(&self, query: &Embedding) -> Vec<f32> {
        let query = bytes(query).map(i16::from);
        // Products of 16 bits whose sum has 32 are a single instruction on many processors.
        let cosine = |text: &[i8; DIMENSIONS]| -> i32 {
            let product = |(one, other): (&i8, &i16)| i32::from(i16::from(*one)) * i32::from(*other);
            text.iter().zip(&query).map(product).sum()
        };
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let share = |product: i32| product as f32 / (UNIT * UNIT);
        self.0.iter().map(|text| share(cosine(text))).collect()
    }
}
