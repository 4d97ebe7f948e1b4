//! Helpers for texts: escaping of invisible and control characters ([`visible`]), comparison without regard to case, truncation
//! ([`shortened`]), and numbers that tell equal names apart.

mod escape;
mod spelling;
#[cfg(any(feature = "cli", feature = "query"))]
mod unique_names;

pub(crate) use escape::{
    is_unseen, one_line, printable, printable_with_styles, restored, show, show_names, visible,
};
pub(crate) use spelling::{escaped_letter, narrow};
#[cfg(any(feature = "cli", feature = "query"))]
pub(crate) use unique_names::UniqueNames;

/// Whether a word is one of these, in upper or lower case.
pub(crate) fn is_any_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
}

/// Truncates `text` to at most `length` bytes, with `…` at the cut.
pub(crate) fn shortened(text: &str, length: usize) -> String {
    if text.len() <= length {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(length.saturating_sub('…'.len_utf8()));
    format!("{}…", &text[..end])
}
