//! Classifier of queries: whether a tool can answer. A linear function of hashed stems and pairs of
//! adjacent stems, fitted offline by `mistmcp/search/fit.py` and compiled into the program.
//!
//! File format, little-endian: a scale and an intercept (f32 each), and a signed byte for each
//! bucket.

use super::phrases::hash;

const TABLE: &[u8] = include_bytes!("../../../search/answerable.bin");

/// Decision for the stems of a query: positive if a tool can answer.
pub(super) fn answerable(stems: &[String]) -> f32 {
    let Some((head, table)) = TABLE.split_at_checked(8) else { return 0.0 };
    let number = |at: usize| head[at..at + 4].try_into().map_or(0.0, f32::from_le_bytes);
    let mut buckets: Vec<_> = stems.iter().map(|stem| bucket(&[stem], table.len())).collect();
    let mut before = "^";
    for stem in stems.iter().map(String::as_str).chain(["$"]) {
        buckets.push(bucket(&[before, stem], table.len()));
        before = stem;
    }
    buckets.sort_unstable();
    buckets.dedup();
    let sum: f32 = buckets
        .iter()
        .filter_map(|bucket| table.get(*bucket))
        .map(|byte| f32::from(byte.cast_signed()))
        .sum();
    sum * number(0) / super::lexical::number_of(buckets.len()).sqrt() + number(4)
}

/// Bucket of a term.
fn bucket(term: &[&str], buckets: usize) -> usize {
    usize::try_from(hash(term) % (buckets.max(1) as u64)).unwrap_or_default()
}
