//! Word vectors: a table of stems, built offline by `mistmcp/search/build` and compiled into the
//! program.
//!
//! File format, little-endian: the number of stems (u32), the dimensions (u32), the byte length of
//! the stems' text (u32), the sorted stems with a line break after each, a scale for each stem
//! (f32), and a row of signed bytes for each stem. A vector is its row times its scale.

/// Vectors of stems.
#[derive(Debug)]
pub(super) struct Vectors {
    /// Sorted stems with a line break after each, and where each begins.
    stems: &'static str,
    starts: Vec<u32>,
    scales: &'static [u8],
    rows: &'static [u8],
    pub(super) dimensions: usize,
}

/// Unit vector of a text, or zero if none of its stems is known.
pub(super) type Embedding = Vec<f32>;

impl Vectors {
    /// Parses the compiled-in table. An empty table has no stems.
    pub(super) fn new() -> Self {
        let table: &'static [u8] = include_bytes!("../../../search/vectors.bin");
        Self::read(table).unwrap_or(Self {
            stems: "",
            starts: Vec::new(),
            scales: &[],
            rows: &[],
            dimensions: 0,
        })
    }

    fn read(table: &'static [u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(table.get(at..at + 4)?.try_into().ok()?) as usize);
        let (count, dimensions, bytes) = (number(0)?, number(4)?, number(8)?);
        let stems = std::str::from_utf8(table.get(12..12 + bytes)?).ok()?;
        let ends = stems.match_indices('\n').map_while(|(end, _)| u32::try_from(end).ok());
        let starts: Vec<_> = std::iter::once(0).chain(ends.map(|end| end + 1)).take(count).collect();
        let (scales, rows) = table.get(12 + bytes..)?.split_at_checked(4 * count)?;
        (starts.len() == count && rows.len() == count * dimensions).then_some(Self {
            stems,
            starts,
            scales,
            rows,
            dimensions,
        })
    }

    /// Number of stems.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Row of a stem in the table, if it has a vector.
    pub(super) fn row(&self, stem: &str) -> Option<usize> {
        let at = |start: u32| self.stems[start as usize..].lines().next().unwrap_or_default();
        self.starts.binary_search_by(|start| at(*start).cmp(stem)).ok()
    }

    /// The vector of a text: the normalized sum of its stems' vectors, by their rows.
    pub(super) fn embedding(&self, rows: impl IntoIterator<Item = usize>) -> Embedding {
        let mut sum = vec![0.0; self.dimensions];
        for place in rows {
            let scale = self.scales.get(4 * place..4 * place + 4).and_then(|scale| scale.try_into().ok());
            let scale = scale.map_or(0.0, f32::from_le_bytes);
            let row = &self.rows[place * self.dimensions..][..self.dimensions];
            for (sum, byte) in sum.iter_mut().zip(row) {
                *sum += f32::from(byte.cast_signed()) * scale;
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
#[derive(Debug, Default)]
pub(super) struct Embeddings(Vec<i8>);

/// What 1 is in bytes.
const UNIT: f32 = 127.0;

#[expect(clippy::cast_possible_truncation, reason = "parts of a unit vector are at most 1")]
fn bytes(embedding: &Embedding) -> impl Iterator<Item = i8> {
    embedding.iter().map(|part| (part * UNIT).round() as i8)
}

impl Embeddings {
    pub(super) fn push(&mut self, embedding: &Embedding) {
        self.0.extend(bytes(embedding));
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }

    /// The cosine of each text with a query.
    pub(super) fn with(&self, query: &Embedding) -> Vec<f32> {
        let query: Vec<_> = bytes(query).collect();
        let cosine = |text: &[i8]| -> i32 {
            let product = |(one, other): (&i8, &i8)| i32::from(i16::from(*one) * i16::from(*other));
            text.iter().zip(&query).map(product).sum()
        };
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let share = |product: i32| product as f32 / (UNIT * UNIT);
        self.0.chunks_exact(query.len().max(1)).map(|text| share(cosine(text))).collect()
    }
}
