//! Classifier of queries: whether a tool can answer. A linear function of hashed sequences of stems, and of words of the
//! pattern, fitted offline by `mistmcp/search/fit.py` and compiled into the program.
//!
//! File format, little-endian: a scale and an intercept (f32 each), and a signed byte for each
//! bucket.

use super::lexical::number_of;
use super::phrases::hash;
use super::text::Words;

const TABLE: &[u8] = include_bytes!("../../../search/answerable.bin");
/// Maximum number of adjacent stems, and of adjacent words of the pattern, in a bucket.
const STEMS: usize = 2;
const PATTERN: usize = 3;

/// Decision for a query: positive if a tool can answer.
pub(super) fn answerable(words: &Words) -> f32 {
    let Some((head, table)) = TABLE.split_at_checked(8) else { return 0.0 };
    let number = |at: usize| head[at..at + 4].try_into().map_or(0.0, f32::from_le_bytes);
    let mut buckets = Vec::with_capacity(64);
    let mut add = |words: &mut dyn Iterator<Item = &str>, longest: usize| {
        let bounded: Vec<_> = std::iter::once("^").chain(words).chain(["$"]).collect();
        for length in 1..=longest {
            buckets.extend(bounded.windows(length).map(|sequence| bucket(sequence, table.len())));
        }
    };
    add(&mut words.stems.iter().map(String::as_str), STEMS);
    add(&mut words.pattern.iter().copied(), PATTERN);
    buckets.sort_unstable();
    buckets.dedup();
    let bytes = buckets.iter().filter_map(|bucket| table.get(*bucket));
    let sum: f32 = bytes.map(|byte| f32::from(byte.cast_signed())).sum();
    sum * number(0) / number_of(buckets.len()).sqrt() + number(4)
}

/// Bucket of adjacent words.
fn bucket(words: &[&str], buckets: usize) -> usize {
    usize::try_from(hash(words) % (buckets.max(1) as u64)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::text::Text;
    use super::*;

    #[test]
    fn a_pattern_keeps_the_words_without_meaning() {
        let words = Text::new().read("Reset the 2 ports of my Wi-Fi AP");
        assert_eq!(words.pattern, ["*", "the", "#", "*", "of", "my", "*", "*"]);
        assert_eq!(words.stems, ["reset", "2", "port", "wifi", "ap"]);
    }

    #[test]
    fn an_order_is_recognized_by_its_pattern_if_its_verb_is_unknown() {
        let text = Text::new();
        let decision = |query: &str| answerable(&text.read(query));
        for (order, question) in [
            ("zorble the access point", "which access point is zorbled"),
            ("please zorble the ports of my switch", "are the ports of my switch zorbled"),
            ("can you zorble this client for me", "how many clients are zorbled"),
        ] {
            assert!(decision(order) < decision(question) - 1.0, "{order}: {}", decision(order));
        }
    }
}
