//! Lossy JSON parser ([`parse`]): repairs an answer that strict JSON rejects, so that one broken row does not lose
//! all others.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Value;

/// What was repaired in an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repairs {
    /// Replaced characters, escapes and numbers.
    pub(crate) replaced: usize,
    /// Dropped rows that are not JSON even after repair.
    pub(crate) dropped: usize,
    /// The text is truncated: only the rows before its end are kept.
    pub(crate) truncated: bool,
}

/// Maximum nesting of the strict parser.
const DEEPEST: usize = 127;

/// Maximum open brackets followed, which bounds the memory.
const MOST_OPEN: usize = 100_000;

/// Replacement of an invalid character.
const REPLACEMENT: &str = "\u{fffd}";

/// Parses an object or an array, replacing invalid UTF-8, lone surrogates, unknown escapes, raw control characters,
/// numbers that JSON does not allow, and what stands behind the end. A row that is still invalid is dropped. A truncated
/// list keeps its complete rows. `None` if the text is something else, or broken in another way.
pub(super) fn parse(body: &[u8]) -> Option<(Value, Repairs)> {
    let (text, repairs) = repaired(body)?;
    Some((serde_json::from_str(&text).ok()?, repairs))
}

/// The repaired text, which the strict parser accepts.
pub(super) fn repaired(body: &[u8]) -> Option<(String, Repairs)> {
    if !matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return None;
    }
    let (text, invalid) = utf8(body);
    let mut repair = Repair::new(&text);
    repair.run()?;
    let truncated = repair.close()?;
    let repairs = Repairs { replaced: invalid + repair.replaced, dropped: repair.dropped, truncated };
    Some((repair.out, repairs))
}

/// The text of a body, and the number of invalid sequences replaced.
fn utf8(body: &[u8]) -> (Cow<'_, str>, usize) {
    if let Ok(text) = std::str::from_utf8(body) {
        return (text.into(), 0);
    }
    let (mut text, mut invalid) = (String::with_capacity(body.len()), 0);
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push_str(REPLACEMENT);
            invalid += 1;
        }
    }
    (text.into(), invalid)
}

/// One pass over the text that writes valid JSON.
struct Repair<'a> {
    rest: &'a str,
    out: String,
    replaced: usize,
    dropped: usize,
    /// The open brackets.
    open: Vec<char>,
    /// The last string, without quotes, in the outermost object.
    key: &'a str,
    /// Number of open brackets between two rows, once rows have begun.
    depth_of_rows: Option<usize>,
    row: Row,
    /// Length of the complete part of `out`, and the number of brackets open there.
    whole: Option<(usize, usize)>,
}

/// The current row.
#[derive(Default)]
struct Row {
    /// Whether the list of rows is open.
    is_open: bool,
    /// Its start in the output.
    start: usize,
    /// Number of kept rows before it in its list.
    before: usize,
    /// Number of dropped rows of its list.
    dropped: usize,
    /// It is nested deeper than the strict parser allows.
    too_deep: bool,
}

impl<'a> Repair<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            out: String::with_capacity(text.len()),
            replaced: 0,
            dropped: 0,
            open: Vec::new(),
            key: "",
            depth_of_rows: None,
            row: Row::default(),
            whole: None,
        }
    }

    /// `None` if too many brackets are open, or no row of a list is valid.
    fn run(&mut self) -> Option<()> {
        while let Some(next) = self.rest.chars().next() {
            match next {
                '"' => self.text(),
                '{' | '[' if self.open.len() == MOST_OPEN => return None,
                '{' | '[' => {
                    self.take(1);
                    self.open.push(next);
                    self.row.too_deep |= self.open.len() > DEEPEST;
                    let is_rows = match self.open.as_slice() {
                        ['['] => true,
                        ['{', '['] => self.key == "results",
                        _ => false,
                    };
                    if is_rows {
                        self.depth_of_rows = Some(self.open.len());
                        self.row = Row { is_open: true, start: self.out.len(), ..Row::default() };
                        self.mark();
                    }
                }
                '}' | ']' => {
                    if self.is_between_rows() {
                        self.end_row();
                        self.row.is_open = false;
                        if self.no_row_is_left() {
                            return None;
                        }
                    }
                    self.take(1);
                    self.open.pop();
                    self.mark();
                    if self.open.is_empty() {
                        return self.end();
                    }
                }
                ',' if self.is_between_rows() => {
                    let was_empty = self.end_row();
                    self.mark();
                    if self.row.before > 0 {
                        self.take(1);
                    } else {
                        self.replace(1, "");
                        self.row.dropped += usize::from(was_empty);
                        // The dropped row is counted already.
                        self.replaced -= usize::from(!was_empty);
                    }
                    self.row.start = self.out.len();
                }
                ',' => {
                    self.mark();
                    self.take(1);
                }
                ':' | ' ' | '\t' | '\r' | '\n' => self.take(1),
                // White space that JSON does not allow: a word ends there, and none begins.
                '\x0c' => self.replace(1, " "),
                _ => self.word(),
            }
        }
        Some(())
    }

    /// Drops what stands behind the end. `None` if it may hold data, such as the second of several objects.
    fn end(&mut self) -> Option<()> {
        let rest = std::mem::take(&mut self.rest);
        if rest.contains(['{', '[']) {
            return None;
        }
        self.replaced += usize::from(!rest.trim_ascii().is_empty());
        Some(())
    }

    fn is_between_rows(&self) -> bool {
        self.row.is_open && self.depth_of_rows == Some(self.open.len())
    }

    fn no_row_is_left(&self) -> bool {
        self.row.before == 0 && self.row.dropped > 0
    }

    /// Ends a row: removes an invalid one, with the comma before it. Returns whether it was empty.
    fn end_row(&mut self) -> bool {
        let Row { start, before, too_deep, .. } = self.row;
        let text = &self.out[start..];
        let is_empty = text.trim_ascii().is_empty();
        let is_json = !too_deep && !is_empty && serde_json::from_str::<IgnoredAny>(text).is_ok();
        self.row.too_deep = false;
        if is_json {
            self.row.before += 1;
            return false;
        }
        self.out.truncate(start - usize::from(before > 0));
        if !is_empty {
            self.row.dropped += 1;
            self.dropped += 1;
        } else if before > 0 {
            self.replaced += 1;
        }
        is_empty
    }

    /// Copies so many bytes.
    fn take(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        self.out.push_str(taken);
        self.rest = rest;
    }

    /// Writes `text` in place of so many bytes.
    fn replace(&mut self, bytes: usize, text: &str) {
        self.out.push_str(text);
        self.rest = &self.rest[bytes..];
        self.replaced += 1;
    }

    /// Marks the output so far as complete, if the position is between two rows or after them.
    fn mark(&mut self) {
        if self.depth_of_rows.is_some_and(|depth| self.open.len() <= depth) {
            self.whole = Some((self.out.len(), self.open.len()));
        }
    }

    /// A string.
    fn text(&mut self) {
        self.take(1);
        let whole = self.rest;
        loop {
            let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
            let length = self.rest.bytes().position(|byte| !plain(byte)).unwrap_or(self.rest.len());
            self.take(length);
            match self.rest.as_bytes() {
                [] => return,
                [b'"', ..] => break,
                [b'\\', ..] => self.escape(),
                [b'\n', ..] => self.replace(1, "\\n"),
                [b'\r', ..] => self.replace(1, "\\r"),
                [b'\t', ..] => self.replace(1, "\\t"),
                _ => self.replace(1, REPLACEMENT),
            }
        }
        if self.open.len() == 1 {
            self.key = &whole[..whole.len() - self.rest.len()];
        }
        self.take(1);
    }

    /// A backslash escape.
    fn escape(&mut self) {
        match self.rest.as_bytes() {
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => self.take(2),
            [_, b'u', ..] => match unit(self.rest) {
                Some(0xd800..=0xdbff)
                    if self
                        .rest
                        .get(6..)
                        .and_then(unit)
                        .is_some_and(|low| (0xdc00..=0xdfff).contains(&low)) =>
                {
                    self.take(12);
                }
                Some(0xd800..=0xdfff) => self.replace(6, REPLACEMENT),
                Some(_) => self.take(6),
                None => self.replace(1, "\\\\"),
            },
            _ => self.replace(1, "\\\\"),
        }
    }

    /// A number or a literal.
    fn word(&mut self) {
        // The characters that `run` matches itself: a word has at least one other.
        let ends = |letter: char| " \t\r\n\x0c{}[],:\"".contains(letter);
        let length = self.rest.find(ends).unwrap_or(self.rest.len());
        let word = &self.rest[..length];
        let numeric = |word: &str| {
            word.starts_with(|letter: char| letter.is_ascii_digit() || "-+.".contains(letter))
                && word.chars().all(|letter| letter.is_ascii_digit() || "-+.eE".contains(letter))
        };
        let without_sign = word.trim_start_matches(['-', '+']).to_ascii_lowercase();
        if matches!(without_sign.as_str(), "nan" | "infinity" | "inf") {
            self.replace(length, "null");
        } else if numeric(word) && serde_json::from_str::<Value>(word).is_err() {
            let text = format!("\"{word}\"");
            self.replace(length, &text);
        } else {
            self.take(length);
        }
    }

    /// Closes the brackets open after the last complete row. Returns whether there was anything to close, and
    /// `None` if it cannot be closed.
    fn close(&mut self) -> Option<bool> {
        if self.open.is_empty() {
            return Some(false);
        }
        let (end, depth) = self.whole?;
        self.out.truncate(end);
        if self.row.is_open && end > self.row.start {
            self.end_row();
        }
        if self.no_row_is_left() {
            return None;
        }
        for bracket in self.open.iter().take(depth).rev() {
            self.out.push(if *bracket == '{' { '}' } else { ']' });
        }
        Some(true)
    }
}

/// The UTF-16 code unit of an escape such as `\u00e4` at the start of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let all_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests;
