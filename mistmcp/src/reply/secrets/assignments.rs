//! Names with values in a text: JSON, Python, YAML, `name=value`, headers of HTTP, and old and new values of an audit log.

use std::ops::Range;

use super::cover::Cover;
use super::lexer::{Kind, Token};
use super::names::{Sense, is_about, is_plural};
use super::place::Place;
use super::remarks::{is_message, is_remark, is_scheme, is_state};

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;
/// Longest name, in bytes.
const LONGEST: usize = 96;

/// What is open while the lines of a text are read.
pub(super) struct Assignments {
    frames: Vec<Frame>,
    /// Brackets beyond the deepest.
    beyond: usize,
    /// A secret's name in a line before, whose value stands in the lines after it.
    block: Option<usize>,
    /// Whether the text has several lines.
    lines: bool,
}

/// An object, a list or the text itself.
#[derive(Clone, Default)]
struct Frame {
    place: Place,
    /// Everything below is secret.
    secret: bool,
    round: bool,
    /// Whether the name of a pair of name and value is a secret's.
    pair: bool,
    /// Values of pairs that stood before their name.
    values: Vec<Range<usize>>,
}

impl Assignments {
    pub(super) fn new(lines: bool, place: Place) -> Self {
        Self { frames: vec![Frame { place, ..Frame::default() }], beyond: 0, block: None, lines }
    }

    /// Reads a line, which is indented by so many bytes.
    pub(super) fn line(&mut self, text: &str, indent: usize, tokens: &[Token], cover: &mut Cover) {
        let mut reader = Reader { text, tokens, cover };
        let mut at = self.in_block(&mut reader, indent);
        if self.frames.len() == 1 && reader.word(0) == Some("-") {
            let frame = self.top();
            frame.pair = false;
            frame.values.clear();
        }
        while let Some(token) = tokens.get(at) {
            at = match token.kind {
                Kind::Sign(b'{' | b'[') => {
                    self.open(token.kind, None);
                    at + 1
                }
                Kind::Sign(b'}' | b']') => {
                    self.close();
                    at + 1
                }
                Kind::Sign(b')') => {
                    if self.top().round {
                        self.close();
                    }
                    at + 1
                }
                Kind::Word | Kind::Quoted => self.text(&mut reader, indent, at),
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
    fn open(&mut self, kind: Kind, named: Option<(&str, bool)>) {
        if self.frames.len() >= DEEPEST {
            self.beyond += 1;
            return;
        }
        let top = self.top();
        let (place, secret) = match named {
            Some((name, secret)) => (top.place.below(name), secret),
            None => (top.place, top.secret),
        };
        let place = if kind == Kind::Sign(b'[') { place.in_list() } else { place };
        let round = kind == Kind::Sign(b'(');
        self.frames.push(Frame { place, secret, round, ..Frame::default() });
    }

    fn close(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if self.frames.len() > 1 {
            self.frames.pop();
        }
    }

    /// The lines below the name of a secret; where to go on in this one.
    fn in_block(&mut self, reader: &mut Reader<'_>, indent: usize) -> usize {
        let Some(block) = self.block else { return 0 };
        if reader.tokens.is_empty() {
            return 0;
        }
        let item = usize::from(reader.word(0) == Some("-"));
        if indent < block || indent == block && item == 0 {
            self.block = None;
            return 0;
        }
        match reader.tokens.get(item) {
            Some(token) if matches!(token.kind, Kind::Sign(b'{' | b'[')) => {
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
                if token.kind == Kind::Quoted {
                    reader.cover.add(token.start..token.end);
                } else {
                    let last = reader.tokens.iter().rposition(|token| !token.is(b','));
                    let end = last.map_or(token.end, |last| reader.tokens[last].outer_end());
                    reader.cover.add(token.start..end);
                }
                reader.tokens.len()
            }
            _ => 0,
        }
    }

    /// A word or quoted text: a name, or a value below a secret's name.
    fn text(&mut self, reader: &mut Reader<'_>, indent: usize, at: usize) -> usize {
        let secret = self.top().secret;
        let Some((name, value)) = reader.name(at).zip(reader.separated(at)) else {
            return if secret { reader.hide(at, true).0 } else { at + 1 };
        };
        let place = self.top().place;
        let mut sense = place.sense(name);
        if matches!(sense, Sense::Key | Sense::Plain) && reader.tokens[at].kind == Kind::Word {
            sense = reader.qualified(at, place).unwrap_or(sense);
        }
        if secret {
            sense = if is_about(name) { Sense::Plain } else { Sense::Secret };
        }
        let bracket = reader.tokens.get(value).filter(|next| matches!(next.kind, Kind::Sign(b'{' | b'[')));
        match (sense, bracket) {
            (Sense::Secret, _) | (Sense::Credential, None) => self.value(reader, indent, value, name),
            (_, Some(bracket)) => {
                self.open(bracket.kind, Some((name, false)));
                value + 1
            }
            (Sense::Authorization, None) => reader.authorization(value),
            (Sense::PairName | Sense::Key, None) => self.pair_name(reader, value),
            (Sense::PairValue, None) => {
                if self.top().pair {
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

    /// The value of the name in a pair of name and value.
    fn pair_name(&mut self, reader: &mut Reader<'_>, value: usize) -> usize {
        let Some(named) = reader.name(value) else { return value };
        if reader.separated(value).is_some() {
            return value;
        }
        let place = self.top().place;
        let secret = matches!(place.sense(named), Sense::Secret | Sense::Credential);
        let frame = self.top();
        frame.pair = secret;
        for range in std::mem::take(&mut frame.values) {
            if secret {
                reader.cover.add(range);
            }
        }
        value + 1
    }

    /// The value of a secret, which begins at a token; where to go on.
    fn value(&mut self, reader: &mut Reader<'_>, indent: usize, at: usize, name: &str) -> usize {
        let Some(token) = reader.tokens.get(at) else {
            self.block = Some(indent);
            return at;
        };
        let inside = self.frames.len() > 1;
        match token.kind {
            Kind::Sign(bracket @ (b'{' | b'[')) => {
                self.open(Kind::Sign(bracket), Some((name, true)));
                at + 1
            }
            Kind::Sign(b'|' | b'>') if reader.tokens.len() <= at + 2 => {
                self.block = Some(indent);
                reader.tokens.len()
            }
            Kind::Word if reader.tokens.get(at + 1).is_some_and(|next| next.glued && next.is(b'(')) => {
                self.open(Kind::Sign(b'('), Some((name, true)));
                at + 2
            }
            // A string of Python with a prefix: `u'…'`.
            Kind::Word if token.end - token.start <= 2 && reader.quoted_behind(at) => {
                let (next, _) = reader.hide(at + 1, inside);
                reader.changed_to(next, inside)
            }
            Kind::Word if is_plural(name) && is_number(reader.of(token)) => at + 1,
            Kind::Word if !inside && reader.rest_is_value(at, self.lines) => {
                let last = reader.tokens[reader.tokens.len() - 1];
                reader.cover.add(token.start..last.outer_end());
                reader.tokens.len()
            }
            Kind::Sign(b'"' | b'\'' | b'`') => {
                // A quote that is not closed: the text was cut.
                let last = reader.tokens[reader.tokens.len() - 1];
                reader.cover.add(token.end..last.outer_end());
                reader.tokens.len()
            }
            Kind::Sign(b'<' | b'>' | b',' | b'}' | b']' | b')') => at,
            _ => {
                let (next, hidden) = reader.hide(at, inside);
                if !hidden {
                    return next;
                }
                reader.changed_to(next, inside)
            }
        }
    }
}

/// A line with the text that it is of.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) cover: &'a mut Cover,
}

impl<'a> Reader<'a> {
    pub(super) fn of(&self, token: &Token) -> &'a str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    /// The bare word at a place.
    pub(super) fn word(&self, at: usize) -> Option<&'a str> {
        self.tokens.get(at).filter(|token| token.kind == Kind::Word).map(|token| self.of(token))
    }

    /// The name at a place: of a word with dots, its last part.
    fn name(&self, at: usize) -> Option<&'a str> {
        let token = self.tokens.get(at).filter(|token| token.is_text())?;
        let name = self.of(token);
        if name.len() > LONGEST || name.starts_with('/') {
            return None;
        }
        if token.kind == Kind::Quoted {
            return Some(name);
        }
        Some(name.rsplit('.').next().unwrap_or(name))
    }

    /// Whether a quoted text stands directly behind the word at a place.
    fn quoted_behind(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_some_and(|next| next.glued && next.kind == Kind::Quoted)
    }

    /// Where the value begins, if the text at a place is a name with a value.
    fn separated(&self, at: usize) -> Option<usize> {
        let next = self.tokens.get(at + 1)?;
        let after = self.tokens.get(at + 2);
        let repeated = |sign: u8| after.is_some_and(|after| after.glued && after.is(sign));
        match next.kind {
            Kind::Sign(b':') if repeated(b':') => None,
            Kind::Sign(b':') if repeated(b'=') => Some(at + 3),
            Kind::Sign(b':') => {
                let url = after.is_some_and(|after| after.glued && self.of(after).starts_with("//"));
                (!url).then_some(at + 2)
            }
            Kind::Sign(b'=') => (!repeated(b'=')).then_some(at + 2),
            Kind::Arrow if self.tokens[at].kind == Kind::Quoted && self.of(next) == "=>" => Some(at + 2),
            _ => None,
        }
    }

    /// What a name stands for together with the one or two words before it: `API key`, `SNMP community`.
    fn qualified(&self, at: usize, place: Place) -> Option<Sense> {
        let last = self.tokens.get(at)?;
        let mut sense = None;
        for back in 1..=2 {
            let first = at.checked_sub(back)?;
            self.word(first)?;
            let words = self.text.get(self.tokens[first].start..last.end)?;
            // Words further away are part of the name only where the last word needs them.
            let ends = super::names::sense(words);
            let without = self.text.get(self.tokens[first].start..last.start)?;
            if place.sense(without.trim()) == Sense::Plain && ends == Sense::Secret {
                sense = Some(ends);
                break;
            }
        }
        sense
    }

    /// The range of the value at a token, as it would be hidden.
    fn range(&self, at: usize, inside: bool) -> Option<Range<usize>> {
        let token = self.tokens.get(at)?;
        match token.kind {
            Kind::Quoted if !is_message(self.of(token)) => Some(token.start..token.end),
            Kind::Word if !is_remark(self.of(token)) => Some(self.run(at, inside).0),
            _ => None,
        }
    }

    /// Hides the value at a token, unless it speaks about a secret; where to go on, and whether it was a value.
    pub(super) fn hide(&mut self, at: usize, inside: bool) -> (usize, bool) {
        let Some(token) = self.tokens.get(at) else { return (at, false) };
        if token.kind == Kind::Quoted {
            let value = self.of(token);
            if !is_message(value) {
                self.cover.add(token.start..token.end);
            }
            return (at + 1, true);
        }
        let (range, next) = self.run(at, inside);
        let value = self.text.get(range.clone()).unwrap_or_default();
        if is_state(value) {
            return (next, true);
        }
        if is_remark(value) {
            return (next, false);
        }
        self.cover.add(range);
        (next, true)
    }

    /// The second value of `"old" -> "new"`.
    pub(super) fn changed_to(&mut self, at: usize, inside: bool) -> usize {
        let arrow = self.tokens.get(at).is_some_and(|token| token.kind == Kind::Arrow);
        if arrow || self.word(at).is_some_and(|word| word.eq_ignore_ascii_case("to")) {
            return self.hide(at + 1, inside).0;
        }
        at
    }

    /// A value without quotes from a token on: its range, and the token after it.
    pub(super) fn run(&self, at: usize, inside: bool) -> (Range<usize>, usize) {
        let first = self.tokens[at];
        let mut next = at + 1;
        let mut open = 0_usize;
        while let Some(token) = self.tokens.get(next).filter(|token| token.glued) {
            let after = self.tokens.get(next + 1).filter(|after| after.glued);
            match token.kind {
                Kind::Sign(b',' | b';' | b'&' | b'|') => {
                    let Some(after) = after else { break };
                    let other = self.tokens.get(next + 2).is_some_and(|sign| sign.is(b'=') || sign.is(b':'));
                    if inside || (after.is_text() && other) {
                        break;
                    }
                }
                Kind::Sign(b'{' | b'[' | b'(') => open += 1,
                Kind::Sign(b'}' | b']' | b')') => {
                    let Some(closed) = open.checked_sub(1) else { break };
                    open = closed;
                }
                Kind::Sign(b'"' | b'\'' | b'`' | b'<' | b'>') if after.is_none() => break,
                Kind::Sign(b'<') | Kind::Arrow => break,
                _ => {}
            }
            next += 1;
        }
        let last = self.tokens[next - 1];
        let mut end = last.outer_end();
        let stop = self.text.as_bytes().get(end - 1) == Some(&b'.');
        if stop && end - first.start > 1 && self.tokens.get(next).is_none_or(|token| !token.glued) {
            end -= 1;
        }
        (first.outer_start()..end, next)
    }

    /// Whether a value goes on to the end of the line, as in YAML.
    fn rest_is_value(&self, at: usize, lines: bool) -> bool {
        let named = at.saturating_sub(2);
        let first = named == 0 || named == 1 && matches!(self.word(0), Some("-" | "+"));
        let rest = &self.tokens[at..];
        let words = rest.iter().all(|token| token.kind == Kind::Word);
        let prose = || rest.iter().any(|token| is_remark(self.of(token)));
        let plain = !is_remark(self.of(&rest[0]));
        first && rest.len() > 1 && rest.len() <= 10 && !rest[0].glued && words && plain && (lines || !prose())
    }

    /// Hides what follows the scheme in a header `Authorization`.
    fn authorization(&mut self, at: usize) -> usize {
        let Some(token) = self.tokens.get(at) else { return at };
        if token.kind == Kind::Quoted {
            if let Some(range) = authorization(self.of(token)) {
                self.cover.add(token.start + range.start..token.start + range.end);
            }
            return at + 1;
        }
        if token.kind != Kind::Word {
            return at;
        }
        if !is_scheme(self.of(token)) {
            let (range, next) = self.run(at, false);
            if authorization(self.text.get(range.clone()).unwrap_or_default()).is_some() {
                self.cover.add(range);
            }
            return next;
        }
        let pairs = self.tokens.get(at + 2).is_some_and(|token| token.is(b'='));
        match self.tokens.get(at + 1) {
            Some(first) if pairs && self.tokens.len() > at + 4 => {
                let last = self.tokens[self.tokens.len() - 1];
                self.cover.add(first.outer_start()..last.outer_end());
                self.tokens.len()
            }
            Some(value) if value.is_text() => self.hide(at + 1, false).0,
            _ => at + 1,
        }
    }
}

/// Where the secret is in the value of a header `Authorization`.
pub(super) fn authorization(value: &str) -> Option<Range<usize>> {
    match value.split_once(' ') {
        Some((scheme, rest)) if is_scheme(scheme) && !rest.trim().is_empty() => {
            Some(scheme.len() + 1..value.len())
        }
        None if value.len() >= 12 && value.bytes().any(|byte| byte.is_ascii_digit()) => Some(0..value.len()),
        _ => None,
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}
