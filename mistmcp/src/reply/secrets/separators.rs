//! Where the value of a name begins in a line: behind a sign, an index or a tag in brackets, or a type.

use super::headers::is_method;
use super::lexer::LexemeKind;
use super::line_reader::{LineReader, is_number};
use super::names::{Sense, is_one_of, is_plural, sense};
use super::remarks::is_remark;

impl LineReader<'_> {
    /// Where the value begins, if the text at a place is a name with a value.
    pub(super) fn separated(&self, at: usize) -> Option<usize> {
        let sign = at + 1 + self.remark(at);
        let value = self.behind_sign(at, sign)?;
        Some(self.behind_markup(value))
    }

    /// How many tokens an index or a remark in brackets has behind a name: `psk[0]: x`, `psk (WPA2): x`,
    /// `Tunnel-Password (tag 1) = x`. Another name of the secret is no remark.
    pub(super) fn remark(&self, at: usize) -> usize {
        const LONGEST: usize = 3;
        let token = |at: usize| self.tokens.get(at);
        let sign = |at: usize| token(at).is_some_and(|token| token.is(b':') || token.is(b'='));
        let Some(name) = self.word(at) else { return 0 };
        let close = match token(at + 1).map(|token| token.kind) {
            Some(LexemeKind::Sign(b'[')) => b']',
            Some(LexemeKind::Sign(b'(')) => b')',
            // `psk 1: x`, `var psk string = "x"`
            Some(LexemeKind::Word) if sign(at + 2) && token(at + 3).is_some_and(|value| !value.glued) => {
                let word = self.word(at + 1).unwrap_or_default();
                let number = is_number(word.trim_start_matches('#'));
                return usize::from(
                    number
                        || is_one_of(word, &["str", "string"])
                            && token(at + 2).is_some_and(|sign| sign.is(b'=')),
                );
            }
            _ => return 0,
        };
        let inside = |at: &usize| {
            token(*at).is_some_and(|token| {
                token.kind == LexemeKind::Word || close == b']' && token.kind == LexemeKind::Quoted
            })
        };
        let words = (at + 2..at + 2 + LONGEST).take_while(inside).count();
        let end = at + 2 + words;
        if words == 0 || !token(end).is_some_and(|token| token.is(close)) || !sign(end + 1) {
            return 0;
        }
        let remark = self.slice(self.tokens[at + 2].start..self.tokens[end - 1].end);
        let counted = close == b')' && is_plural(name) && is_number(remark);
        let speaks = is_remark(remark)
            || is_one_of(remark, &["optional"])
            || words > 1 && sense(remark) == Sense::Secret;
        if counted || speaks { 0 } else { words + 2 }
    }

    /// The place behind the end of an emphasis or of a tag that began before the name: `**Password:** x`.
    fn behind_markup(&self, at: usize) -> usize {
        let Some(token) = self.tokens.get(at).filter(|token| token.glued) else { return at };
        let emphasis =
            token.kind == LexemeKind::Word && self.of(token).bytes().all(|byte| b"*_".contains(&byte));
        if emphasis && self.tokens.get(at + 1).is_some() {
            return at + 1;
        }
        let tag = token.is(b'<')
            && self.word(at + 1).is_some_and(|word| word.starts_with('/'))
            && self.tokens.get(at + 2).is_some_and(|token| token.is(b'>'))
            && self.tokens.get(at + 3).is_some();
        if tag { at + 3 } else { at }
    }

    /// Where the value begins behind a tag or a type that follows the colon of a name: `Tunnel-Password:0 = "x"`,
    /// `let psk: String = "x"`.
    fn behind_type(&self, colon: usize) -> Option<usize> {
        const LONGEST: usize = 6;
        let first = self.tokens.get(colon + 1)?;
        let tag = first.glued && first.kind == LexemeKind::Word && is_number(self.of(first));
        let belongs = |at: &usize| {
            let Some(token) = self.tokens.get(*at) else { return false };
            match token.kind {
                LexemeKind::Word if tag => token.glued,
                LexemeKind::Sign(b':') => tag,
                LexemeKind::Word => {
                    self.of(token).bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                }
                LexemeKind::Sign(b'<' | b'>' | b'&' | b'[' | b']' | b'\'') => !tag,
                _ => false,
            }
        };
        let equals = colon + 1 + (colon + 1..colon + 1 + LONGEST).take_while(belongs).count();
        let words = || (colon + 1..equals).filter(|at| self.word(*at).is_some()).count();
        let signs = || (colon + 1..equals).any(|at| !self.tokens[at].is_text());
        let quoted = || self.tokens.get(equals + 1).is_some_and(|value| value.kind == LexemeKind::Quoted);
        let sign = self.tokens.get(equals).filter(|sign| sign.is(b'='))?;
        let typed = !first.glued && !sign.glued && quoted() && (words() == 1 || signs());
        (equals > colon + 1 && (tag || typed)).then_some(equals + 1)
    }

    /// Where the value begins behind the sign that follows a name.
    fn behind_sign(&self, at: usize, sign: usize) -> Option<usize> {
        let next = self.tokens.get(sign)?;
        let after = self.tokens.get(sign + 1);
        let repeated = |sign: u8| after.is_some_and(|after| after.glued && after.is(sign));
        match next.kind {
            LexemeKind::Sign(b':') if repeated(b':') => None,
            LexemeKind::Sign(b':') if repeated(b'=') => Some(sign + 2),
            LexemeKind::Sign(b':') => {
                let url = after.is_some_and(|after| after.glued && self.of(after).starts_with("//"));
                (!url).then(|| self.behind_type(sign).unwrap_or(sign + 1))
            }
            // `password == "x"` compares with it.
            LexemeKind::Sign(b'=') if repeated(b'=') => self
                .tokens
                .get(sign + 2)
                .is_some_and(|value| value.kind == LexemeKind::Quoted)
                .then_some(sign + 2),
            LexemeKind::Sign(b'=') => Some(sign + 1),
            LexemeKind::Arrow if after.is_some_and(|after| after.kind == LexemeKind::Quoted) => {
                Some(sign + 1)
            }
            LexemeKind::Arrow if self.of(next) == "=>" => Some(sign + 1),
            // All of a line: `new password → x`. Elsewhere it may be a change from one kind to another.
            LexemeKind::Arrow if at <= 2 && !next.glued && self.tokens.len() == sign + 2 => {
                let words = (0..at).all(|before| self.word(before).is_some());
                (words && after.is_some_and(|after| !is_method(self.of(after)))).then_some(sign + 1)
            }
            _ => None,
        }
    }

    /// Where the value begins behind a name in brackets: `config["psk"] = "x"`, `vars[psk_guest]: x`,
    /// `('password', 'x')`.
    pub(super) fn subscript(&self, at: usize) -> Option<usize> {
        let quoted = self.tokens.get(at).is_some_and(|token| token.kind == LexemeKind::Quoted);
        let before = self.tokens.get(at.checked_sub(1)?)?;
        let is = |at: usize, sign: u8| self.tokens.get(at).is_some_and(|token| token.is(sign));
        if before.is(b'[') && before.glued && is(at + 1, b']') && (is(at + 2, b'=') || is(at + 2, b':')) {
            return Some(at + 3);
        }
        let value = self.tokens.get(at + 2).is_some_and(|token| token.kind == LexemeKind::Quoted);
        // A list in a list: `[["psk", "x"]]`.
        let list = || {
            let outer = at.checked_sub(2).is_some_and(|outer| is(outer, b'[') || is(outer, b','));
            let method = self.tokens.get(at + 2).is_some_and(|value| is_method(self.of(value)));
            before.is(b'[') && is(at + 3, b']') && outer && !method
        };
        let round = before.is(b'(') && is(at + 3, b')');
        (is(at + 1, b',') && value && quoted && (round || list())).then_some(at + 2)
    }
}
