//! Names with values in a text: JSON, Python, YAML, `name=value`, headers of HTTP, and old and new values of an audit log.

use std::ops::Range;

use super::field_context::FieldContext;
use super::headers::{ends_with_auth, is_method};
use super::hidden_ranges::HiddenRanges;
use super::lexer::{Lexeme, LexemeKind};
use super::line_reader::{LineReader, is_number};
use super::names::{Sense, is_about, is_plural};
use super::remarks::{is_remark, is_switch};
use crate::text::is_any_of;
use crate::work::steps::count;

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;

/// Parser state between the lines of a text.
pub(super) struct Assignments {
    frames: Vec<Frame>,
    /// Brackets beyond the deepest.
    beyond: usize,
    /// The name of a secret in an earlier line, whose value is in the lines after it.
    block: Option<usize>,
    /// Whether the text has several lines.
    lines: bool,
    /// Values of pairs that were hidden, which a message beside them may repeat.
    pair_values: Vec<Range<usize>>,
}

/// An object, a list or the text itself.
#[derive(Clone, Default)]
struct Frame {
    context: FieldContext,
    /// Everything below is secret.
    secret: bool,
    round: bool,
    /// Whether the name of a pair of name and value is a secret's.
    pair: bool,
    /// Values of pairs that stood before their name.
    values: Vec<Range<usize>>,
}

impl Assignments {
    pub(super) fn new(lines: bool, context: FieldContext) -> Self {
        Self {
            frames: vec![Frame { context, ..Frame::default() }],
            beyond: 0,
            block: None,
            lines,
            pair_values: Vec::new(),
        }
    }

    /// Reads a line, which is indented by so many bytes.
    pub(super) fn line(&mut self, text: &str, indent: usize, tokens: &[Lexeme], cover: &mut HiddenRanges) {
        let mut reader = LineReader::new(text, tokens, cover);
        let mut at = self.in_block(&mut reader, indent);
        if self.frames.len() == 1 && reader.word(0) == Some("-") {
            let frame = self.top();
            frame.pair = false;
            frame.values.clear();
        }
        while let Some(token) = tokens.get(at) {
            at = match token.kind {
                LexemeKind::Sign(b'{' | b'[') => {
                    self.open(token.kind, None);
                    at + 1
                }
                LexemeKind::Sign(b'}' | b']') => {
                    self.close();
                    at + 1
                }
                LexemeKind::Sign(b')') => {
                    if self.top().round {
                        self.close();
                    }
                    at + 1
                }
                LexemeKind::Word | LexemeKind::Quoted => self.text(&mut reader, indent, at),
                _ => at + 1,
            };
        }
    }

    fn top(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Opens what a bracket opens; `secret` says whether it is the value of a secret, and of which name.
    fn open(&mut self, kind: LexemeKind, named: Option<(&str, bool)>) {
        if self.frames.len() >= DEEPEST {
            self.beyond += 1;
            return;
        }
        let top = self.top();
        let (context, secret) = match named {
            Some((name, secret)) => (top.context.below(name), secret),
            None => (top.context, top.secret),
        };
        let context = if kind == LexemeKind::Sign(b'[') { context.in_list() } else { context };
        let round = kind == LexemeKind::Sign(b'(');
        self.frames.push(Frame { context, secret, round, ..Frame::default() });
    }

    fn close(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if self.frames.len() > 1 {
            self.frames.pop();
        }
    }

    /// The lines below the name of a secret; where to go on in this one.
    fn in_block(&mut self, reader: &mut LineReader<'_>, indent: usize) -> usize {
        let Some(block) = self.block else { return 0 };
        let item = usize::from(reader.word(0) == Some("-"));
        if indent < block || indent == block && item == 0 {
            self.block = None;
            // A single word below its label: `Password:`, and the password in the next line.
            let single = indent == block
                && self.frames.len() == 1
                && reader.tokens.get(0).is_some_and(Lexeme::is_text);
            if single && reader.value(0, false).next == reader.tokens.len() {
                return reader.hide(0, false).0;
            }
            return 0;
        }
        match reader.tokens.get(item) {
            Some(token) if matches!(token.kind, LexemeKind::Sign(b'{' | b'[')) => {
                self.block = None;
                self.open(token.kind, Some(("", true)));
                item + 1
            }
            Some(token) if token.is_text() => {
                if let Some(value) = reader.separated(item) {
                    let name = reader.name(item).unwrap_or_default();
                    return if is_about(name) {
                        reader.tokens.len()
                    } else {
                        self.value(reader, indent, value, name)
                    };
                }
                if token.kind == LexemeKind::Quoted {
                    reader.cover.add(token.start..token.end);
                    if self.frames.len() > 1 {
                        // In braces the value ends here.
                        self.block = None;
                        return item + 1;
                    }
                } else {
                    let last = (0..reader.tokens.len()).rfind(|at| !reader.tokens[*at].is(b','));
                    let end = last.map_or(token.end, |last| reader.tokens[last].outer_end());
                    reader.cover.add(token.start..end);
                }
                reader.tokens.len()
            }
            _ => 0,
        }
    }

    /// A word or quoted text: a name, or a value below a secret's name.
    fn text(&mut self, reader: &mut LineReader<'_>, indent: usize, at: usize) -> usize {
        let secret = self.top().secret;
        let Some((name, value)) = reader.name(at).zip(reader.separated(at)) else {
            if let Some(value) = reader.subscript(at).filter(|_| !secret)
                && let Some(name) = reader.name(at)
                && self.top().context.sense(name) == Sense::Secret
            {
                return self.value(reader, indent, value, name);
            }
            if !secret && Self::is_before_values(reader, at) {
                self.top().pair = true;
            }
            if !secret && Self::is_pair_in_brackets(reader, at) {
                self.open(LexemeKind::Sign(b'('), Some((reader.name(at).unwrap_or_default(), true)));
                return at + 2;
            }
            return if secret { reader.hide(at, true).0 } else { at + 1 };
        };
        let context = reader.context_of_path(at, self.top().context);
        let mut sense = context.sense(name);
        if matches!(sense, Sense::Key | Sense::Plain) && reader.tokens[at].kind == LexemeKind::Word {
            sense = reader.qualified(at, context).unwrap_or(sense);
        }
        if !secret && !matches!(sense, Sense::Secret | Sense::Credential) && reader.remark(at) > 0 {
            // The name may be in the brackets: `vars[psk_guest]: x`.
            return at + 1;
        }
        if sense == Sense::Key && is_pass(reader, at, value) {
            sense = Sense::Secret;
        }
        if sense == Sense::Plain && reader.is_change(at, value, context) {
            sense = Sense::Secret;
        }
        if secret {
            sense = match sense {
                Sense::Authorization => sense,
                _ if context.is_beside(name) => Sense::Plain,
                _ => Sense::Secret,
            };
        }
        let bracket = reader.tokens.get(value).filter(|next| next.is(b'{') || next.is(b'['));
        match (sense, bracket) {
            (Sense::Credential, None)
                if ends_with_auth(name)
                    && reader.tokens.get(value).is_some_and(|value| is_method(reader.of(value))) =>
            {
                value + 1
            }
            (Sense::Secret, _) | (Sense::Credential, None) => self.value(reader, indent, value, name),
            (_, Some(bracket)) => {
                if sense == Sense::PairName {
                    self.pair_path(reader, value, name);
                }
                self.open(bracket.kind, Some((name, false)));
                value + 1
            }
            (Sense::Authorization, None) => reader.authorization(value),
            (Sense::Switch, None) if !reader.name(value).is_none_or(is_switch) => {
                self.value(reader, indent, value, name)
            }
            (Sense::Composed, None) if !reader.has_parts(value) => self.value(reader, indent, value, name),
            (Sense::PairName | Sense::Key, None) => self.pair_name(reader, value, name),
            (Sense::PairValue, None) => {
                if self.top().pair {
                    if let Some(range) = reader.range(value, true) {
                        self.keep_pair_value(range);
                    }
                    return self.value(reader, indent, value, name);
                }
                if let Some(range) = reader.range(value, self.frames.len() > 1) {
                    let frame = self.top();
                    if frame.values.len() < 4 {
                        frame.values.push(range);
                    }
                }
                value
            }
            _ if secret => value + 1,
            _ => value,
        }
    }

    /// Whether the word for a secret is followed by `; old value: …; new value: …`.
    fn is_before_values(reader: &LineReader<'_>, at: usize) -> bool {
        let sign = reader.tokens.get(at + 1).is_some_and(|sign| sign.is(b';') || sign.is(b','));
        let age = reader.word(at + 2).is_some_and(|word| is_any_of(word, &["old", "previous", "new"]));
        let label = at + 2 + usize::from(reader.word(at + 3).is_some_and(|word| is_any_of(word, &["value"])));
        sign && age
            && reader.separated(label).is_some()
            && reader.name(at).is_some_and(|name| super::names::sense(name) == Sense::Secret)
    }

    /// Whether the word for a secret is followed by `(old: …, new: …)`.
    fn is_pair_in_brackets(reader: &LineReader<'_>, at: usize) -> bool {
        let bracket = reader.tokens.get(at + 1).is_some_and(|next| next.is(b'('));
        let value = |at| reader.name(at).is_some_and(|name| super::names::sense(name) == Sense::PairValue);
        bracket
            && value(at + 2)
            && reader.separated(at + 2).is_some()
            && reader.name(at).is_some_and(|name| super::names::sense(name) == Sense::Secret)
    }

    /// The value of the name in a pair of name and value.
    fn pair_name(&mut self, reader: &mut LineReader<'_>, value: usize, field: &str) -> usize {
        let Some(named) = reader.name(value).or_else(|| reader.last_of_path(value)) else { return value };
        if reader.separated(value).is_some() {
            return value;
        }
        self.name_pair(reader, field, named);
        value + 1
    }

    /// The same of a name that is the last item of a list: `"loc": ["body", "psk"]`.
    fn pair_path(&mut self, reader: &mut LineReader<'_>, bracket: usize, field: &str) {
        const LONGEST: usize = 12;
        let end = (bracket + 1..bracket + LONGEST)
            .find(|at| reader.tokens.get(*at).is_some_and(|token| token.is(b']')));
        // Behind the name, there may be a number of an item.
        let names = bracket + 1..end.unwrap_or(bracket + 1);
        let is_name = |at: &usize| reader.name(*at).is_some_and(|name| !is_number(name));
        if let Some(named) = names.rev().find(is_name).and_then(|at| reader.name(at)) {
            self.name_pair(reader, field, named);
        }
    }

    fn name_pair(&mut self, reader: &mut LineReader<'_>, field: &str, named: &str) {
        let context = self.top().context;
        let secret = context.names_secret(field, named) || context.names_switch(named);
        let frame = self.top();
        frame.pair = secret;
        for range in std::mem::take(&mut frame.values) {
            if secret {
                reader.cover.add(range.clone());
                self.keep_pair_value(range);
            }
        }
    }

    fn keep_pair_value(&mut self, range: Range<usize>) {
        const MOST: usize = 4;
        if self.pair_values.len() < MOST && (4..=64).contains(&range.len()) {
            self.pair_values.push(range);
        }
    }

    /// Hides the values of pairs where the text repeats them: `"msg": "ensure 'x' has 8 characters", "input": "x"`.
    pub(super) fn hide_repeated(&mut self, text: &str, cover: &mut HiddenRanges) {
        let bytes = text.as_bytes();
        for value in self.pair_values.drain(..).filter_map(|range| bytes.get(range)) {
            count(bytes.len());
            cover.add_words(text, value);
        }
    }

    /// The value of a secret, which begins at a token; where to go on.
    fn value(&mut self, reader: &mut LineReader<'_>, indent: usize, at: usize, name: &str) -> usize {
        let inside = self.frames.len() > 1;
        let labelled = reader.labelled(at, inside);
        if labelled > at {
            return labelled;
        }
        let at = reader.behind_unset(at);
        let Some(token) = reader.tokens.get(at) else {
            self.block = Some(indent);
            return at;
        };
        // `secret: old=x new=y`
        if token.kind == LexemeKind::Word
            && reader.separated(at).is_some()
            && reader.name(at).is_some_and(|name| super::names::sense(name) == Sense::PairValue)
        {
            self.top().pair = true;
            return at;
        }
        let is_short = token.end - token.start <= 2;
        match token.kind {
            LexemeKind::Sign(bracket @ (b'{' | b'[')) => {
                self.open(LexemeKind::Sign(bracket), Some((name, true)));
                at + 1
            }
            LexemeKind::Sign(b'|' | b'>') if reader.tokens.len() <= at + 2 => {
                self.block = Some(indent);
                reader.tokens.len()
            }
            LexemeKind::Word if reader.tokens.get(at + 1).is_some_and(|next| next.glued && next.is(b'(')) => {
                self.open(LexemeKind::Sign(b'('), Some((name, true)));
                at + 2
            }
            // A string of Python with a prefix: `u'…'`.
            LexemeKind::Word if is_short && reader.quoted_behind(at) => {
                let (next, _) = reader.hide(at + 1, inside);
                reader.others(next, inside)
            }
            LexemeKind::Word if is_plural(name) && is_number(reader.of(token)) => at + 1,
            // The number of a key: `auth key: 1`.
            LexemeKind::Word if is_short && is_key(name) && is_number(reader.of(token)) => at + 1,
            LexemeKind::Word if !inside && reader.rest_is_value(at, self.lines) => {
                let comment = reader.comment(at).unwrap_or(reader.tokens.len());
                let last = reader.tokens[comment - 1];
                reader.cover.add(token.start..last.outer_end());
                reader.tokens.len()
            }
            LexemeKind::Sign(b'"' | b'\'' | b'`') => {
                // A quote that is not closed: the text was cut.
                let last = reader.tokens[reader.tokens.len() - 1];
                reader.cover.add(token.end..last.outer_end());
                reader.tokens.len()
            }
            LexemeKind::Sign(b'<' | b'>' | b',' | b'}' | b']' | b')') => at,
            _ => {
                let (next, hidden) = reader.hide(at, inside);
                if !hidden {
                    return next;
                }
                reader.others(next, inside)
            }
        }
    }
}

/// Whether a name `pass` has a password, and not the outcome of a test, as a value.
fn is_pass(reader: &LineReader<'_>, at: usize, value: usize) -> bool {
    let pass = reader.name(at).is_some_and(|name| name.eq_ignore_ascii_case("pass"));
    let alone = || at == 0 || reader.word(at - 1).is_none() || reader.tokens[at + 1].is(b'=');
    let is_count = |word: &str| word.trim_end_matches('%').parse::<f64>().is_ok();
    let token = reader.tokens.get(value).filter(|token| token.is_text());
    pass && alone() && token.is_some_and(|token| !is_remark(reader.of(token)) && !is_count(reader.of(token)))
}

fn is_key(name: &str) -> bool {
    name.len() >= 3 && name.get(name.len() - 3..).is_some_and(|end| end.eq_ignore_ascii_case("key"))
}
