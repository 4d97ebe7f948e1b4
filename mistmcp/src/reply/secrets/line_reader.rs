//! Reads a line of a text: its names, where a value begins, how far it goes, and what in it is hidden.

use std::ops::Range;

use super::field_context::FieldContext;
use super::headers::{authorization, is_credential, is_scheme, is_sent_by};
use super::hidden_ranges::HiddenRanges;
use super::lexer::{Lexeme, LexemeKind, Line};
use super::names::{Sense, is_one_of};
use super::remarks::{is_message, is_remark, is_state};
use super::words::VERBS;
use crate::work::steps::count;

/// Longest name, in bytes.
const LONGEST: usize = 96;

/// Most tokens by which a value without quotes is judged. A longer one is hidden up to white space, so that no line is
/// read to its end for each of its words.
pub(super) const MOST_IN_VALUE: usize = 64;

/// A line with the text that it is of.
pub(super) struct LineReader<'a> {
    text: &'a str,
    pub(super) tokens: Line<'a>,
    pub(super) cover: &'a mut HiddenRanges,
}

/// A value without quotes.
pub(super) struct Value<'a> {
    pub(super) range: Range<usize>,
    /// Its text, or the beginning of a long one.
    pub(super) beginning: &'a str,
    /// The token after it.
    pub(super) next: usize,
}

impl<'a> LineReader<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Lexeme], cover: &'a mut HiddenRanges) -> Self {
        Self { text, tokens: Line::new(tokens), cover }
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        count(range.len());
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn of(&self, token: &Lexeme) -> &'a str {
        self.slice(token.start..token.end)
    }

    /// The bare word at a place.
    pub(super) fn word(&self, at: usize) -> Option<&'a str> {
        self.tokens.get(at).filter(|token| token.kind == LexemeKind::Word).map(|token| self.of(token))
    }

    pub(super) fn is_arrow(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == LexemeKind::Arrow)
    }

    /// Whether one of these signs stands there.
    pub(super) fn is_sign(&self, at: usize, signs: &[u8]) -> bool {
        self.tokens.get(at).is_some_and(|token| signs.iter().any(|sign| token.is(*sign)))
    }

    /// The name at a place: of a word with dots, its last part.
    pub(super) fn name(&self, at: usize) -> Option<&'a str> {
        let token = self.tokens.get(at).filter(|token| token.is_text())?;
        let name = self.of(token);
        if name.len() > LONGEST || name.starts_with('/') && (name.starts_with("//") || !name.contains('?')) {
            return None;
        }
        if token.kind == LexemeKind::Quoted {
            return Some(name);
        }
        // An index at its end belongs to the name before it: `psk.0`; and so does a word for the value of a secret:
        // `psk.value`.
        let mut parts = name.rsplit(['.', '?']).filter(|part| !is_number(part));
        let last = parts.next().unwrap_or(name);
        let before = parts.next().filter(|before| {
            super::names::sense(last) == Sense::PairValue && super::names::sense(before) == Sense::Secret
        });
        Some(before.unwrap_or(last))
    }

    /// The context of the name at a place: behind that of variables, it is one of them: `vars.SNMP_RO`.
    pub(super) fn context_of_path(&self, at: usize, context: FieldContext) -> FieldContext {
        let path = self.word(at).filter(|word| word.len() <= LONGEST).and_then(|word| word.rsplit_once('.'));
        let above = path.map(|(above, _)| context.below(above.rsplit('.').next().unwrap_or(above)));
        above.filter(|above| above.is_of_variables()).unwrap_or(context)
    }

    /// The last name of a quoted path, as in a patch of JSON: `"/auth/psk"`, `"/psks/0"`.
    pub(super) fn last_of_path(&self, at: usize) -> Option<&'a str> {
        let token = self.tokens.get(at).filter(|token| token.kind == LexemeKind::Quoted)?;
        let path = self.of(token).strip_prefix('/').filter(|path| path.len() <= LONGEST)?;
        path.rsplit('/').find(|name| !is_number(name))
    }

    /// Whether a value is a URL, or has names with values in it, as a connection string has.
    pub(super) fn has_parts(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at).filter(|token| token.is_text()) else { return true };
        let value =
            if token.kind == LexemeKind::Quoted { self.of(token) } else { self.value(at, true).beginning };
        value.contains('=') || value.contains("://")
    }

    /// Whether a quoted text directly follows the word at a position.
    pub(super) fn quoted_behind(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_some_and(|next| next.glued && next.kind == LexemeKind::Quoted)
    }

    /// Classifies a name together with the one or two words before it: `API key`, `SNMP community`.
    pub(super) fn qualified(&self, at: usize, context: FieldContext) -> Option<Sense> {
        let last = self.tokens.get(at)?;
        let mut sense = None;
        for back in 1..=2 {
            let first = at.checked_sub(back)?;
            let word = self.word(first)?;
            let tag = first.checked_sub(1).is_some_and(|before| self.tokens[before].is(b'<'));
            if tag || VERBS.has_number(word) {
                return sense;
            }
            let words = self.slice(self.tokens[first].start..last.end);
            // Words further away are part of the name only where the last word needs them.
            let ends = super::names::sense(words);
            let without = self.slice(self.tokens[first].start..last.start);
            if context.sense(without.trim()) == Sense::Plain && ends == Sense::Secret {
                sense = Some(ends);
                break;
            }
        }
        sense
    }

    /// Whether a word with a value says that a secret has changed: `Passphrase changed: "a" -> "b"`.
    pub(super) fn is_change(&self, at: usize, value: usize, context: FieldContext) -> bool {
        const CHANGES: &[&str] = &["changed", "modified", "rotated", "set", "updated"];
        let change = self.word(at).is_some_and(|word| is_one_of(word, CHANGES));
        // `The password is: x`
        let named = || at.checked_sub(1).and_then(|before| self.name(before));
        let quoted = || self.tokens.get(value).is_some_and(|token| token.kind == LexemeKind::Quoted);
        let arrow = || self.is_arrow(value + 1);
        let is = self.word(at).is_some_and(|word| word.eq_ignore_ascii_case("is"));
        (is || change && (quoted() || arrow()))
            && named().is_some_and(|name| context.sense(name) == Sense::Secret)
    }

    /// The range of the value at a token, as it would be hidden.
    pub(super) fn range(&self, at: usize, inside: bool) -> Option<Range<usize>> {
        let token = self.tokens.get(at)?;
        match token.kind {
            LexemeKind::Quoted if !is_message(self.of(token)) => Some(token.start..token.end),
            LexemeKind::Word if !is_remark(self.of(token)) => Some(self.value(at, inside).range),
            _ => None,
        }
    }

    /// Hides the value at a token, unless it speaks about a secret; where to go on, and whether it was a value.
    pub(super) fn hide(&mut self, at: usize, inside: bool) -> (usize, bool) {
        let Some(token) = self.tokens.get(at) else { return (at, false) };
        if token.kind == LexemeKind::Quoted {
            let value = self.of(token);
            if !is_message(value) {
                self.cover.add(token.start..token.end);
            }
            return (at + 1, true);
        }
        let Value { range, beginning, next } = self.value(at, inside);
        if is_state(beginning) {
            return (next, true);
        }
        if is_remark(beginning) {
            return (next, false);
        }
        self.cover.add(range);
        (next, true)
    }

    /// The value without quotes that begins at a token.
    pub(super) fn value(&self, at: usize, inside: bool) -> Value<'a> {
        let first = self.tokens[at];
        let mut next = at + 1;
        let mut open = 0_usize;
        while let Some(token) = self.tokens.get(next).filter(|token| token.glued) {
            if next == at + MOST_IN_VALUE {
                let end = self.tokens[next - 1].outer_end();
                next = first.next_apart();
                let range = first.outer_start()..self.tokens[next - 1].outer_end();
                return Value { beginning: self.slice(range.start..end), range, next };
            }
            let after = self.tokens.get(next + 1).filter(|after| after.glued);
            match token.kind {
                LexemeKind::Sign(b',' | b';' | b'&' | b'|') => {
                    let Some(after) = after else { break };
                    let other = self.tokens.get(next + 2).is_some_and(|sign| sign.is(b'=') || sign.is(b':'));
                    if inside || (after.is_text() && other) {
                        break;
                    }
                }
                LexemeKind::Sign(b'{' | b'[' | b'(') => open += 1,
                LexemeKind::Sign(b'}' | b']' | b')') => {
                    let Some(closed) = open.checked_sub(1) else { break };
                    open = closed;
                }
                LexemeKind::Sign(b'"' | b'\'' | b'`' | b'<' | b'>') if after.is_none() => break,
                LexemeKind::Sign(b'<') | LexemeKind::Arrow => break,
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
        let range = first.outer_start()..end;
        Value { beginning: self.slice(range.clone()), range, next }
    }

    /// Where a comment begins behind a value.
    pub(super) fn comment(&self, at: usize) -> Option<usize> {
        let last = self.tokens.len().min(at + 12);
        (at + 1..last).find(|at| self.word(*at).is_some_and(|word| word.starts_with('#')))
    }

    /// Whether a value goes on to the end of the line, as in YAML.
    pub(super) fn rest_is_value(&self, at: usize, lines: bool) -> bool {
        let named = at.saturating_sub(2);
        let first = named == 0 || named == 1 && matches!(self.word(0), Some("-" | "+"));
        let rest = at..self.comment(at).unwrap_or(self.tokens.len());
        let token = |at: usize| self.tokens[at];
        first
            && (2..=10).contains(&rest.len())
            && !token(at).glued
            && rest.clone().all(|at| token(at).kind == LexemeKind::Word)
            && !is_remark(self.of(&token(at)))
            && (lines || !rest.clone().any(|at| is_remark(self.of(&token(at)))))
    }

    /// Hides what follows the scheme in a header `Authorization`.
    pub(super) fn authorization(&mut self, at: usize) -> usize {
        let Some(token) = self.tokens.get(at) else { return at };
        if token.kind == LexemeKind::Quoted {
            if let Some(range) = authorization(self.of(token)) {
                self.cover.add(token.start + range.start..token.start + range.end);
            }
            return at + 1;
        }
        if token.kind != LexemeKind::Word {
            return at;
        }
        let scheme = self.of(token);
        // `Authorization: Bearer: x`
        let secret = at + 1 + usize::from(self.tokens.get(at + 1).is_some_and(|sign| sign.is(b':')));
        let pairs = self.tokens.get(secret + 1).is_some_and(|token| token.is(b'='));
        let known = is_scheme(scheme) || pairs && is_sent_by(scheme, "a=");
        match self.tokens.get(secret) {
            Some(first) if known && pairs && self.tokens.len() > secret + 3 => {
                let last = self.tokens[self.tokens.len() - 1];
                self.cover.add(first.outer_start()..last.outer_end());
                self.tokens.len()
            }
            Some(value) if known && value.is_text() => self.hide(secret, false).0,
            Some(value) if value.kind == LexemeKind::Word && !value.glued && self.ends(secret) => {
                if is_sent_by(scheme, self.of(value)) {
                    return self.hide(secret, false).0;
                }
                at + 1
            }
            _ if known => at + 1,
            _ => {
                let value = self.value(at, false);
                let alone = self.tokens.get(value.next).is_none_or(|next| !next.is_text());
                let random =
                    value.beginning.len() >= 8 && value.beginning.bytes().any(|byte| byte.is_ascii_digit());
                if random || alone && is_credential(value.beginning) {
                    self.cover.add(value.range);
                }
                value.next
            }
        }
    }

    /// Whether the value at a token is not followed by another word, but for the name of another value.
    fn ends(&self, at: usize) -> bool {
        let next = self.value(at, false).next;
        let named =
            || self.tokens.get(next + 1).is_some_and(|sign| sign.glued && (sign.is(b':') || sign.is(b'=')));
        self.tokens.get(next).is_none_or(|next| !next.is_text()) || named()
    }
}

pub(super) fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}
