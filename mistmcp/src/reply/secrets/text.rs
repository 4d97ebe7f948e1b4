//! Secrets in the midst of a text: every kind of text is searched for every form.

use std::sync::LazyLock;

use super::assignments::Assignments;
use super::config_lines::{ConfigLines, opens};
use super::escapes::decoded;
use super::field_context::FieldContext;
use super::files::table_in_text;
use super::headers::authorization;
use super::hidden_ranges::HiddenRanges;
use super::lexer::{Lexeme, LexemeKind, Lexer};
use super::line_reader::LineReader;
use super::stems::{self, Stems, any_of, automaton};
use super::{json_tables, line_ends, prose, tables, token_patterns, urls, xml};
use crate::work;
use crate::work::steps::count;

/// How deep quoted texts inside quoted texts are read. Deeper ones are hidden as a whole if they may hold a secret.
const DEEPEST: usize = 6;

/// This many backslashes occur only before a quote that is nested deeper.
const DEEPER: &str = r"\\\\\\\\\\\\\\\\";

/// Redactor of texts that belong together, such as the lines of a configuration in a list.
pub(super) struct TextReader {
    context: FieldContext,
    hinted: bool,
    /// Parser state after a text.
    open: Option<(Assignments, ConfigLines)>,
    in_key: bool,
}

impl TextReader {
    /// For the texts of a field.
    pub(super) fn new(field: &str, context: FieldContext) -> Self {
        Self { context, hinted: is_hint(field), open: None, in_key: false }
    }

    /// A text without its secrets; nothing where it has none.
    pub(super) fn read(&mut self, text: &str, in_list: bool) -> Option<String> {
        self.cover(text, in_list)?.apply(text)
    }

    /// The ranges of a text to redact, as it is written and as it reads without escapes.
    pub(super) fn cover(&mut self, text: &str, in_list: bool) -> Option<HiddenRanges> {
        let cover = self.cover_written(text, in_list);
        if work::is_abandoned() {
            return cover;
        }
        let read = cover_decoded(text, self.hinted, self.context, MOST_ESCAPES);
        match (cover, read) {
            (Some(mut cover), Some(read)) => {
                cover.add_all(read, 0);
                Some(cover)
            }
            (cover, read) => cover.or(read),
        }
    }

    /// The ranges of a text to redact, as it is written, but for the ends of its lines.
    fn cover_written(&mut self, text: &str, in_list: bool) -> Option<HiddenRanges> {
        if work::is_abandoned() {
            // Nobody gets the answer, which is not worth a search.
            let mut cover = HiddenRanges::default();
            cover.add(0..text.len());
            return Some(cover);
        }
        let Some(lines) = line_ends::normal(text) else { return self.cover_lines(text, in_list) };
        let cover = self.cover_lines(&lines.text, in_list)?;
        Some(cover.mapped(|range| lines.written(range)))
    }

    fn cover_lines(&mut self, text: &str, in_list: bool) -> Option<HiddenRanges> {
        // Lines of a list carry what is open to the next, whether or not there is a secret in them.
        let carries = in_list && (self.open.is_some() || text.ends_with(['{', ':', ']']) || opens(text));
        if !self.in_key && !carries && !any_of(&stems::TEXTS, text) {
            return None;
        }
        let mut cover = HiddenRanges::default();
        self.in_key = token_patterns::find(text, &mut cover, self.in_key) && in_list;
        urls::find(text, &mut cover);
        xml::find(text, &mut cover);
        let lines = in_list || text.contains('\n');
        if lines
            && !in_list
            && let Some(table) = table_in_text(text)
        {
            cover.add_all(table, 0);
        }
        if lines || text.starts_with('|') {
            tables::find(text, &mut cover);
        } else if text.contains([',', ';']) {
            tables::joined(text, &mut cover);
        }
        json_tables::find(text, self.context.in_list(), &mut cover);
        let (assignments, config) = self
            .open
            .get_or_insert_with(|| (Assignments::new(lines, self.context), ConfigLines::new(self.hinted)));
        let part = Segment { text, start: 0, end: text.len(), depth: 0 };
        part.read(assignments, config, &mut cover);
        assignments.hide_repeated(text, &mut cover);
        if !in_list {
            self.open = None;
        }
        Some(cover)
    }
}

/// How often escapes within escapes are decoded.
const MOST_ESCAPES: usize = 2;

/// The ranges of a text to redact for what it reads without escapes.
fn cover_decoded(text: &str, hinted: bool, context: FieldContext, most: usize) -> Option<HiddenRanges> {
    if most == 0 {
        return None;
    }
    let decoded = decoded(text)?;
    let mut reader = TextReader { context, hinted, open: None, in_key: false };
    let cover = reader.cover_written(&decoded.text, false);
    let mut cover = cover.unwrap_or_default();
    if let Some(read) = cover_decoded(&decoded.text, hinted, context, most - 1) {
        cover.add_all(read, 0);
    }
    Some(cover.mapped(|range| decoded.written(range)))
}

/// A text, or a quoted text inside it.
struct Segment<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    depth: usize,
}

impl Segment<'_> {
    fn read(&self, assignments: &mut Assignments, config: &mut ConfigLines, cover: &mut HiddenRanges) {
        let mut tokens: Vec<Lexeme> = Vec::new();
        let mut lexer = Lexer::new(self.text, self.start, self.depth > 0);
        let mut begin = self.start;
        while let Some(end) = lexer.line(self.end, &mut tokens) {
            let line = self.text.get(begin..end).unwrap_or_default();
            if !tokens.is_empty() {
                let indent = tokens[0].start.saturating_sub(begin);
                assignments.line(self.text, indent, &tokens, cover);
                let mut reader = LineReader::new(self.text, &tokens, cover);
                config.line(&mut reader);
                if any_of(&stems::TEXTS, line) {
                    prose::line(&mut reader);
                }
                self.quoted(&tokens, config, cover);
            }
            begin = lexer.at();
        }
    }

    /// Parses quoted texts inside a text.
    fn quoted(&self, tokens: &[Lexeme], config: &ConfigLines, cover: &mut HiddenRanges) {
        for token in tokens.iter().filter(|token| token.kind == LexemeKind::Quoted) {
            let inner = self.text.get(token.start..token.end).unwrap_or_default();
            count(inner.len());
            if !inner.contains([' ', '=', ':', '<', '\\']) || !any_of(&stems::TEXTS, inner) {
                continue;
            }
            if self.depth >= DEEPEST || inner.contains(DEEPER) {
                cover.add(token.start..token.end);
                continue;
            }
            let part = Segment { text: self.text, start: token.start, end: token.end, depth: self.depth + 1 };
            part.read(
                &mut Assignments::new(inner.contains("\\n"), FieldContext::default()),
                &mut config.inner(tokens.len() == 1),
                cover,
            );
        }
    }
}

/// The value of a header `Authorization` without its secret; nothing where it has none.
pub(super) fn without_authorization(value: &str) -> Option<String> {
    let mut cover = HiddenRanges::default();
    cover.add(authorization(value)?);
    cover.apply(value)
}

/// Whether the name of a field says that its texts are commands for a device.
fn is_hint(field: &str) -> bool {
    static HINTS: Stems = LazyLock::new(|| automaton(&["cmd", "cli", "command", "config"]));
    !field.is_empty() && !field.to_ascii_lowercase().contains("client") && any_of(&HINTS, field)
}

#[cfg(test)]
mod growth_tests;
#[cfg(test)]
mod tests;
