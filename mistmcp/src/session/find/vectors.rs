//! Word vectors: a table of stems, built offline by `mistmcp/search/build` and compiled into the
//! program.
//!
//! File format, little-endian: the number of stems (u32), the dimensions (u32), the byte length of
//! the stems' text (u32), the sorted stems with a line break after each, a scale for each stem
//! (f32), and a row of signed bytes for each stem. A vector is its row times its scale.

/// Vectors of stems.
#[derive(Debug)]
pub(super) struct Vectors {
    stems: Vec<&'static str>,
    scales: &'static [u8],
    rows: &'static [u8],
    pub(super) dimensions: usize,
}

/// Unit vector of a text, or zero if none of its stems is known.
pub(super) type Direction = Vec<f32>;

impl Vectors {
    /// Parses the compiled-in table. An empty table has no stems.
    pub(super) fn new() -> Self {
        let table: &'static [u8] = include_bytes!("../../../search/vectors.bin");
        Self::read(table).unwrap_or(Self { stems: Vec::new(), scales: &[], rows: &[], dimensions: 0 })
    }

    fn read(table: &'static [u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(table.get(at..at + 4)?.try_into().ok()?) as usize);
        let (count, dimensions, bytes) = (number(0)?, number(4)?, number(8)?);
        let text = std::str::from_utf8(table.get(12..12 + bytes)?).ok()?;
        let stems: Vec<_> = text.lines().collect();
        let (scales, rows) = table.get(12 + bytes..)?.split_at_checked(4 * count)?;
        (stems.len() == count && rows.len() == count * dimensions).then_some(Self {
            stems,
            scales,
            rows,
            dimensions,
        })
    }

    /// Whether a stem has a vector.
    pub(super) fn has(&self, stem: &str) -> bool {
        self.stems.binary_search(&stem).is_ok()
    }

    /// The vector of a text: the normalized sum of its stems' vectors.
    pub(super) fn direction<'a>(&self, stems: impl IntoIterator<Item = &'a String>) -> Direction {
        let mut sum = vec![0.0; self.dimensions];
        for place in stems.into_iter().filter_map(|stem| self.stems.binary_search(&stem.as_str()).ok()) {
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
