//! Values of a change in a line: `"old" -> "new"`, `(none) -> "new"`, `[old] a [new] b`, `old, new`.

use super::lexer::{Lexeme, LexemeKind};
use super::line_reader::LineReader;
use super::names::is_one_of;
use super::remarks::is_remark;
use crate::text::is_any_of;

impl LineReader<'_> {
    /// Hides the other values behind the first: `"old" -> "new"`, `old, new`.
    pub(super) fn others(&mut self, at: usize, inside: bool) -> usize {
        let next = self.changed_to(at, inside);
        if next > at { next } else { self.listed(at, inside) }
    }

    /// Hides the rest of a list that goes to the end of the line: `old, new`, `old | new`, `old / new`.
    fn listed(&mut self, at: usize, inside: bool) -> usize {
        const MOST: usize = 4;
        let end = self.tokens.len();
        let values = end.saturating_sub(at) / 2;
        let is_value = |value: usize| {
            let sign = self.tokens[at + 2 * value];
            let word = self.tokens[at + 2 * value + 1];
            let slash = sign.kind == LexemeKind::Word && self.of(&sign) == "/";
            (sign.is(b',') || sign.is(b'|') || slash)
                && word.is_text()
                && !word.glued
                && !is_remark(self.of(&word))
        };
        if inside || end.checked_sub(at) != Some(2 * values) || values > MOST || !(0..values).all(is_value) {
            return at;
        }
        for value in 0..values {
            self.hide(at + 2 * value + 1, inside);
        }
        end
    }

    /// The place behind what says that there is no value: `(none)`, `<unset>`, `not set`.
    fn behind_none(&self, at: usize) -> Option<usize> {
        const UNSET: &[&str] = &[
            "absent",
            "blank",
            "configured",
            "default",
            "defined",
            "empty",
            "missing",
            "nil",
            "none",
            "not",
            "null",
            "nothing",
            "set",
            "undefined",
            "unset",
        ];
        let open = usize::from(self.is_sign(at, b"(<["));
        let is_unset = |at: &usize| self.word(*at).is_some_and(|word| is_any_of(word, UNSET));
        let words = (at + open..at + open + 2).take_while(is_unset).count();
        let end = at + open + words;
        let whole = if open > 0 { self.is_sign(end, b")>]") } else { words == 2 };
        (words > 0 && whole).then_some(end + open)
    }

    /// Where the new value begins behind one that says that there was none: `(none) -> "x"`, `not set -> "x"`.
    pub(super) fn behind_unset(&self, at: usize) -> usize {
        self.behind_none(at).filter(|at| self.is_arrow(*at)).map_or(at, |arrow| arrow + 1)
    }

    /// Hides values with labels in brackets: `[old] a [new] b`; where to go on, or the same place.
    pub(super) fn labelled(&mut self, at: usize, inside: bool) -> usize {
        const LABELS: &[&str] =
            &["after", "before", "current", "from", "new", "now", "old", "previous", "to", "was"];
        let mut next = at;
        for _ in 0..2 {
            let in_brackets = self.is_sign(next, b"(<[") && self.is_sign(next + 2, b")>]");
            let label = self.word(next + 1).is_some_and(|word| is_any_of(word, LABELS));
            if !(in_brackets && label && self.tokens.get(next + 3).is_some_and(Lexeme::is_text)) {
                break;
            }
            next = self.hide(next + 3, inside).0;
        }
        next
    }

    /// Where the new value begins behind words between the old and it: `replaced by`, `, is now`.
    pub(super) fn behind_change(&self, at: usize) -> Option<usize> {
        const BETWEEN: [(&str, &str); 5] =
            [("replaced", "by"), ("replaced", "with"), ("is", "now"), ("now", "is"), ("and", "now")];
        let first = at + usize::from(self.is_sign(at, b","));
        let (one, two) = (self.word(first)?, self.word(first + 1)?);
        let is =
            |(left, right): &(&str, &str)| one.eq_ignore_ascii_case(left) && two.eq_ignore_ascii_case(right);
        BETWEEN.iter().any(is).then_some(first + 2)
    }

    /// Hides the values behind the first of `"old" -> "new"`, or of `"new" (was "old")`.
    pub(super) fn changed_to(&mut self, at: usize, inside: bool) -> usize {
        const BEFORE: &[&str] = &["before", "formerly", "from", "old", "previously", "was"];
        if self.tokens.get(at).is_some_and(|token| token.is(b'(') && !token.glued)
            && self.word(at + 1).is_some_and(|word| is_one_of(word, BEFORE))
        {
            return self.hide(at + 2, inside).0;
        }
        let mut next = self.second(at, inside);
        while next > at && self.is_arrow(next) {
            let third = self.second(next, inside);
            if third <= next {
                break;
            }
            next = third;
        }
        next
    }

    /// Hides the second value of `"old" -> "new"`.
    fn second(&mut self, at: usize, inside: bool) -> usize {
        if self.tokens.get(at.wrapping_sub(1)).is_some_and(|before| before.kind == LexemeKind::Quoted) {
            // `"old" is now "new"`, `"old" with "new"`.
            const BETWEEN: &[&str] = &[
                "and", "became", "by", "changed", "is", "new", "now", "replaced", "to", "was", "with", "->",
            ];
            // `(was "old") is now "new"`
            let at = at + usize::from(self.is_sign(at, b")"));
            let between = |at: &usize| {
                self.is_arrow(*at) || self.word(*at).is_some_and(|word| is_one_of(word, BETWEEN))
            };
            let words = (at..at + 5).take_while(between).count();
            let value = at + words;
            let quoted = self.tokens.get(value).is_some_and(|token| token.kind == LexemeKind::Quoted);
            let arrow = self.is_arrow(at);
            let named = self.separated(value).is_some();
            if let Some(none) = self.behind_none(value).filter(|_| arrow) {
                return none;
            }
            return if words > 0 && (quoted && !named || arrow) { self.hide(value, inside).0 } else { at };
        }
        let arrow = self.is_arrow(at);
        if arrow || self.word(at).is_some_and(|word| word.eq_ignore_ascii_case("to")) {
            return self.behind_none(at + 1).unwrap_or_else(|| self.hide(at + 1, inside).0);
        }
        self.behind_change(at).map_or(at, |new| self.hide(new, inside).0)
    }
}
