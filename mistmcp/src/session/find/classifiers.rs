//! Linear classifiers of queries: whether a tool can answer, whether a change is ordered, and which kinds of tools answer.
//! Each is a function of hashed sequences of stems, and of words of the pattern, fitted offline by `mistmcp/search/fit.py`
//! and compiled into the program.
//!
//! Format of a classifier, little-endian: a scale and an intercept (f32 each), and a signed byte for each bucket. The file
//! of kinds has a line of words with spaces between them, and a classifier for each. A tool is of a kind that is the
//! first, second or last word of its title, or the first of its category, as a stem.

use super::lexical::number_of;
use super::phrases::hash;
use super::text::{Text, Words};

const ANSWERABLE: &[u8] = include_bytes!("../../../search/answerable.bin");
const ORDER: &[u8] = include_bytes!("../../../search/order.bin");
const KINDS: &[u8] = include_bytes!("../../../search/kinds.bin");
/// Maximum number of adjacent stems, and of adjacent words of the pattern, in a bucket.
const STEMS: usize = 2;
const PATTERN: usize = 3;

/// Indexes of a tool's kinds.
pub(super) fn kinds(title: &str, category: &str, text: &Text) -> Box<[usize]> {
    let title = title.to_lowercase();
    let words: Vec<_> = title.split(' ').collect();
    let places = [words.first(), words.get(1), words.last()].into_iter().flatten().copied();
    let stems: Vec<_> = places.chain(category.split('_').next()).map(|word| text.stem(word)).collect();
    let names = std::str::from_utf8(file_of_kinds().0).unwrap_or_default().split(' ').enumerate();
    names.filter(|(_, name)| stems.iter().any(|stem| stem == name)).map(|(kind, _)| kind).collect()
}

/// Names of the kinds, and their classifiers.
fn file_of_kinds() -> (&'static [u8], &'static [u8]) {
    let end = KINDS.iter().position(|byte| *byte == b'\n').unwrap_or_default();
    (&KINDS[..end], KINDS.get(end + 1..).unwrap_or_default())
}

/// Decisions for a query: each is positive if the classifier says yes.
pub(super) struct Decisions {
    /// Whether a tool can answer.
    pub(super) answerable: f32,
    /// Whether a change is ordered.
    pub(super) order: f32,
    /// For each kind, whether tools of it answer.
    pub(super) kinds: Vec<f32>,
}

pub(super) fn decisions(words: &Words) -> Decisions {
    let (names, tables) = file_of_kinds();
    let count = names.split(|byte| *byte == b' ').count();
    let hashes = hashes(words);
    let of_kinds = tables.chunks_exact((tables.len() / count).max(1)).map(|table| decision(table, &hashes));
    Decisions {
        answerable: decision(ANSWERABLE, &hashes),
        order: decision(ORDER, &hashes),
        kinds: of_kinds.collect(),
    }
}

/// Hashes of the sequences of a query.
fn hashes(words: &Words) -> Vec<u64> {
    let mut hashes = Vec::with_capacity(64);
    let mut add = |words: &mut dyn Iterator<Item = &str>, longest: usize| {
        let bounded: Vec<_> = std::iter::once("^").chain(words).chain(["$"]).collect();
        hashes.extend((1..=longest).flat_map(|length| bounded.windows(length).map(hash)));
    };
    add(&mut words.stems.iter().map(String::as_str), STEMS);
    add(&mut words.pattern.iter().copied(), PATTERN);
    hashes
}

fn decision(classifier: &[u8], hashes: &[u64]) -> f32 {
    let Some((head, table)) = classifier.split_at_checked(8) else { return 0.0 };
    let number = |at: usize| head[at..at + 4].try_into().map_or(0.0, f32::from_le_bytes);
    let bucket = |hash: &u64| usize::try_from(hash % (table.len().max(1) as u64)).unwrap_or_default();
    let mut buckets: Vec<_> = hashes.iter().map(bucket).collect();
    buckets.sort_unstable();
    buckets.dedup();
    let bytes = buckets.iter().filter_map(|bucket| table.get(*bucket));
    let sum: f32 = bytes.map(|byte| f32::from(byte.cast_signed())).sum();
    sum * number(0) / number_of(buckets.len()).sqrt() + number(4)
}

#[cfg(test)]
mod tests {
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
        let decision = |query: &str| decisions(&text.read(query)).answerable;
        for (order, question) in [
            ("zorble the access point", "which access point is zorbled"),
            ("please zorble the ports of my switch", "are the ports of my switch zorbled"),
            ("can you zorble this client for me", "how many clients are zorbled"),
        ] {
            assert!(decision(order) < decision(question) - 1.0, "{order}: {}", decision(order));
        }
    }

    #[test]
    fn the_kind_of_answer_that_is_asked_for_is_recognized_with_an_unknown_subject() {
        let text = Text::new();
        let of = |query: &str, title: &str| -> f32 {
            let decisions = decisions(&text.read(query)).kinds;
            kinds(title, "zorbles", &text).iter().map(|kind| decisions[*kind]).sum()
        };
        for (query, kind, other) in [
            ("how many zorbles are there", "Count zorbles", "Search zorbles"),
            ("number of zorbles per site", "Count zorbles", "List zorbles"),
            ("kinds of zorble events", "List zorble definitions", "Search zorble events"),
            ("zorbles in effect at the site", "List site zorbles derived", "List org zorbles"),
        ] {
            assert!(of(query, kind) > of(query, other), "{query}: {} {}", of(query, kind), of(query, other));
        }
    }
}
