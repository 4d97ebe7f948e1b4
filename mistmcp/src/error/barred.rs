//! Descriptions without the tools that a session cannot call ([`without_barred`]).

use std::borrow::Cow;
use std::ops::Range;

use super::ToolStatus;

/// Removes tools that a session cannot call from a description: sentences that name one are
/// dropped; the last remaining one is cut before the name, or replaced.
pub(crate) fn without_barred(text: &str, known: impl Fn(&str) -> ToolStatus) -> Cow<'_, str> {
    let barred = |text: &str| barred(text, &known);
    if barred(text).is_none() {
        return Cow::Borrowed(text);
    }
    let sentences: Vec<_> = text.split_inclusive(". ").collect();
    let kept: String = sentences.iter().copied().filter(|sentence| barred(sentence).is_none()).collect();
    if !kept.trim().is_empty() {
        return Cow::Owned(kept.trim_end().to_owned());
    }
    let first = sentences.first().map_or(text, |first| first.trim_end());
    let stop = if first.ends_with('.') { "." } else { "" };
    let mut text = first.to_owned();
    while let Some(name) = barred(&text) {
        let before = text[..name.start].rfind(": ").or_else(|| text[..name.start].rfind("; "));
        match before {
            Some(end) => text.replace_range(end.., stop),
            None => text.replace_range(name, "Mist's list"),
        }
    }
    Cow::Owned(text)
}

/// Range of the first name in `text`, with its backticks, of a tool that the session cannot call.
fn barred(text: &str, known: impl Fn(&str) -> ToolStatus) -> Option<Range<usize>> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut start = 0;
    while let Some(begin) = text[start..].find(is_name).map(|begin| start + begin) {
        let end = text[begin..].find(|letter| !is_name(letter)).map_or(text.len(), |length| begin + length);
        let name = &text[begin..end];
        // A plain English word is not taken for a tool's name.
        let compound = name.contains(|letter: char| letter.is_ascii_uppercase() || letter == '_');
        if compound && known(name) == ToolStatus::Barred {
            let ticked = text[..begin].ends_with('`') && text[end..].starts_with('`');
            return Some(if ticked { begin - 1..end + 1 } else { begin..end });
        }
        start = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::known;
    use super::*;

    #[test]
    fn a_description_names_no_tool_that_the_session_may_not_call() {
        for (text, read) in [
            ("How many. Rows: `getOne`.", "How many. Rows: `getOne`."),
            ("How many. Rows: `getTwo`.", "How many."),
            ("How many. Rows: `getTwo`. Without `type`: all.", "How many. Without `type`: all."),
            ("The kinds of alarms: `type` in `getTwo`.", "The kinds of alarms."),
            ("One of `getTwo` or `listTwo`.", "One of Mist's list or Mist's list."),
            ("From `getTwo`, with commas.", "From Mist's list, with commas."),
            ("`iPhone`, `getFour`.", "`iPhone`, `getFour`."),
            ("How many. Rows: getTwo.", "How many."),
            ("As in listTwo", "As in Mist's list"),
            ("By class: x in getTwo", "By class"),
        ] {
            assert_eq!(without_barred(text, known), read);
        }
    }
}
