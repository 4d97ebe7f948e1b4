//! The ranges of a text that are hidden in it.

use std::ops::Range;

use super::HIDDEN;

/// Ranges to hide, in any order; they may overlap.
#[derive(Debug, Default)]
pub(super) struct HiddenRanges {
    ranges: Vec<Range<usize>>,
}

impl HiddenRanges {
    pub(super) fn add(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.ranges.push(range);
        }
    }

    /// Adds the places where a text has `word`, but not in a longer word.
    pub(super) fn add_words(&mut self, text: &str, word: &[u8]) {
        let bytes = text.as_bytes();
        let is_letter =
            |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        for start in memchr::memmem::find_iter(bytes, word) {
            let end = start + word.len();
            if !is_letter(start.checked_sub(1)) && !is_letter(Some(end)) {
                self.add(start..end);
            }
        }
    }

    /// Adds the ranges of a part of the text, which begins at `base`.
    pub(super) fn add_all(&mut self, part: Self, base: usize) {
        self.ranges.extend(part.ranges.into_iter().map(|range| base + range.start..base + range.end));
    }

    /// The ranges for these in another text.
    pub(super) fn mapped(mut self, map: impl Fn(&Range<usize>) -> Range<usize>) -> Self {
        for range in &mut self.ranges {
            *range = map(range);
        }
        self
    }

    /// The same ranges in a text which has one byte more before each of these places, which are in order.
    pub(super) fn spread(mut self, positions: &[usize]) -> Self {
        for range in &mut self.ranges {
            range.start += positions.partition_point(|position| *position <= range.start);
            range.end += positions.partition_point(|position| *position < range.end);
        }
        self
    }

    /// Widens ranges that overlap what was hidden before to all of it, so that it stays as it is.
    fn around_markers(&mut self, text: &str) {
        let markers: Vec<_> = memchr::memmem::find_iter(text.as_bytes(), HIDDEN.as_bytes()).collect();
        for range in &mut self.ranges {
            let first = markers.partition_point(|start| start + HIDDEN.len() <= range.start);
            let end = markers.partition_point(|start| *start < range.end);
            let overlapping = markers.get(first..end).unwrap_or_default();
            if let (Some(first), Some(last)) = (overlapping.first(), overlapping.last()) {
                range.start = range.start.min(*first);
                range.end = range.end.max(last + HIDDEN.len());
            }
        }
    }

    /// Replaces each range of the text. `None` if there are no ranges.
    pub(super) fn apply(mut self, text: &str) -> Option<String> {
        if self.ranges.is_empty() {
            return None;
        }
        self.around_markers(text);
        self.ranges.sort_unstable_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut without = String::with_capacity(text.len());
        let mut at = 0;
        for range in self.ranges {
            if range.end <= at {
                continue;
            }
            if range.start >= at {
                without.push_str(text.get(at..range.start).unwrap_or_default());
                without.push_str(HIDDEN);
            }
            at = range.end;
        }
        without.push_str(text.get(at..).unwrap_or_default());
        (without != text).then_some(without)
    }
}
