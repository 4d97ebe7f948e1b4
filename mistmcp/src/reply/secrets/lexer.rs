//! Splits a line of text into words, quoted texts and signs.

use std::ops::Index;

use crate::work::steps::count;

/// A piece of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme {
    pub(super) kind: LexemeKind,
    /// Of a quoted text, what is inside the quotes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many bytes its opening quote has.
    quote: u8,
    /// Whether no white space separates it from the token before it.
    pub(super) glued: bool,
    /// In a line, the place of the next token that white space separates from the one before.
    next_apart: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LexemeKind {
    Word,
    Quoted,
    /// One of `{}[](),;:=<>|&`, or a quote that is not closed.
    Sign(u8),
    /// `->`, `=>`, or one of [`ARROWS`].
    Arrow,
}

impl Lexeme {
    fn new(kind: LexemeKind, start: usize, end: usize, quote: u8) -> Self {
        Self { kind, start, end, quote, glued: false, next_apart: 0 }
    }

    /// The place in its line of the next token that white space separates from the one before.
    pub(super) fn next_apart(&self) -> usize {
        self.next_apart.into()
    }

    /// Where it ends with its quotes.
    pub(super) fn outer_end(&self) -> usize {
        self.end + usize::from(self.quote)
    }

    /// Where it begins with its quotes.
    pub(super) fn outer_start(&self) -> usize {
        self.start - usize::from(self.quote)
    }

    pub(super) fn is(&self, sign: u8) -> bool {
        self.kind == LexemeKind::Sign(sign)
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, LexemeKind::Word | LexemeKind::Quoted)
    }
}

/// The tokens of a line. Each one that is read is counted in tests.
#[derive(Clone, Copy)]
pub(super) struct Line<'a>(&'a [Lexeme]);

impl<'a> Line<'a> {
    pub(super) fn new(tokens: &'a [Lexeme]) -> Self {
        Self(tokens)
    }

    pub(super) fn get(&self, at: usize) -> Option<&'a Lexeme> {
        count(1);
        self.0.get(at)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Index<usize> for Line<'_> {
    type Output = Lexeme;

    fn index(&self, at: usize) -> &Lexeme {
        count(1);
        &self.0[at]
    }
}

/// Arrows of three bytes.
const ARROWS: [&str; 5] = ["→", "⇒", "⟶", "➔", "➜"];

/// Most pieces of a line that are looked at together; a longer line goes on as another.
const MOST: usize = 16 * 1024;

/// Reads the lines of a text one after the other.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Whether the text is inside quotes, so that `\n` is a new line in it.
    escaped: bool,
    /// Per quote and backslashes before it: no such quote closes before this place.
    unclosed: [[usize; 4]; 3],
}

impl<'a> Lexer<'a> {
    /// Of a part of a text.
    pub(super) fn new(text: &'a str, start: usize, escaped: bool) -> Self {
        Self { text, at: start, escaped, unclosed: [[0; 4]; 3] }
    }

    /// Reads a line up to `end` into `tokens`; the place where it ends, or nothing at the end of the text.
    pub(super) fn line(&mut self, end: usize, tokens: &mut Vec<Lexeme>) -> Option<usize> {
        tokens.clear();
        if self.at >= end {
            return None;
        }
        let place = self.tokens(end, tokens);
        let mut apart = u16::try_from(tokens.len()).unwrap_or(u16::MAX);
        for (at, token) in tokens.iter_mut().enumerate().rev() {
            token.next_apart = apart;
            if !token.glued {
                apart = u16::try_from(at).unwrap_or(u16::MAX);
            }
        }
        Some(place)
    }

    /// The tokens up to the end of the line, and the place where it ends.
    fn tokens(&mut self, end: usize, tokens: &mut Vec<Lexeme>) -> usize {
        let mut glued = false;
        while self.at < end && tokens.len() < MOST {
            let at = self.at;
            if let Some((length, newline)) = self.space(end) {
                self.at += length;
                glued = false;
                if newline {
                    return at;
                }
                continue;
            }
            let token = self.token(at, end, tokens.last());
            self.at = token.outer_end().max(at + 1);
            tokens.push(Lexeme { glued, ..token });
            glued = true;
        }
        self.at
    }

    /// Where the next line begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// White space here: its length, and whether it ends the line.
    fn space(&self, end: usize) -> Option<(usize, bool)> {
        let bytes = &self.text.as_bytes()[self.at..end];
        match bytes {
            [b'\n', ..] => Some((1, true)),
            [b' ' | b'\t' | b'\r' | 0x0b | 0x0c, ..] => Some((1, false)),
            // A space that does not break.
            [0xc2, 0xa0, ..] => Some((2, false)),
            [b'\\', ..] if self.escaped => {
                let slashes = bytes.iter().take(8).take_while(|byte| **byte == b'\\').count();
                match bytes.get(slashes) {
                    Some(b'n') => Some((slashes + 1, true)),
                    Some(b't' | b'r') => Some((slashes + 1, false)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn token(&mut self, at: usize, end: usize, before: Option<&Lexeme>) -> Lexeme {
        let bytes = self.text.as_bytes();
        let sign = |kind, length: usize| Lexeme::new(kind, at, at + length, 0);
        let rest = &bytes[at..end];
        if let [b'-' | b'=', b'>', ..] = rest {
            return sign(LexemeKind::Arrow, 2);
        }
        if ARROWS.iter().any(|arrow| rest.starts_with(arrow.as_bytes())) {
            return sign(LexemeKind::Arrow, 3);
        }
        // What was hidden before is a value.
        if rest.starts_with(super::HIDDEN.as_bytes()) {
            return sign(LexemeKind::Word, super::HIDDEN.len());
        }
        if let Some(quoted) = self.curly_quoted(at, end) {
            return quoted;
        }
        if let Some(quoted) = self.quoted(at, end, before) {
            return quoted;
        }
        if is_sign(rest[0]) || quote_index(rest[0]).is_some() {
            return sign(LexemeKind::Sign(rest[0]), 1);
        }
        let mut length = 1;
        while length < rest.len() && !self.ends_word(at + length, end) {
            length += 1;
        }
        sign(LexemeKind::Word, length)
    }

    /// A text in typographic quotes here, which is not long.
    fn curly_quoted(&self, at: usize, end: usize) -> Option<Lexeme> {
        const QUOTES: [(&str, &str); 4] = [("“", "”"), ("‘", "’"), ("„", "“"), ("«", "»")];
        const LONGEST: usize = 256;
        let rest = self.text.get(at..end)?;
        let (open, close) = QUOTES.iter().find(|(open, _)| rest.starts_with(open))?;
        let window = &rest[open.len()..rest.floor_char_boundary(open.len() + LONGEST)];
        let length = window.find(close).filter(|length| !window[..*length].contains('\n'))?;
        let start = at + open.len();
        let quote = u8::try_from(open.len()).unwrap_or(u8::MAX);
        Some(Lexeme::new(LexemeKind::Quoted, start, start + length, quote))
    }

    fn ends_word(&self, at: usize, end: usize) -> bool {
        let bytes = self.text.as_bytes();
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c | b'"' | b'`' => true,
            0xc2 => bytes.get(at + 1) == Some(&0xa0),
            0xe2 => {
                let mut signs = ARROWS.iter().chain(&["“", "”"]);
                signs.any(|sign| self.text[at..end].starts_with(sign))
            }
            b'-' => bytes.get(at + 1) == Some(&b'>'),
            // An apostrophe within a word does not open a quote.
            b'\'' => {
                !bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
                    || !bytes[at - 1].is_ascii_alphanumeric()
                    || is_prefix(&bytes[..at])
            }
            b'\\' => {
                let slashes = bytes[at..end].iter().take(8).take_while(|byte| **byte == b'\\').count();
                match bytes.get(at + slashes).filter(|_| at + slashes < end) {
                    Some(b'"' | b'\'') => true,
                    Some(b'n' | b't' | b'r') => self.escaped,
                    _ => false,
                }
            }
            byte => is_sign(byte),
        }
    }

    /// A quoted text here. A quote behind backslashes is closed by one behind as many.
    fn quoted(&mut self, at: usize, end: usize, before: Option<&Lexeme>) -> Option<Lexeme> {
        let bytes = self.text.as_bytes();
        let slashes = bytes[at..end].iter().take(16).take_while(|byte| **byte == b'\\').count();
        let open = at + slashes;
        let quote = *bytes.get(open).filter(|_| open < end)?;
        let index = quote_index(quote)?;
        if slashes > 15 {
            return None;
        }
        let behind_word = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
        let prefixed = before.is_some_and(|before| before.kind == LexemeKind::Word && before.end == at)
            && is_prefix(&bytes[..at]);
        if quote == b'\'' && behind_word && !prefixed && slashes == 0 {
            return None;
        }
        let row = slashes.min(3);
        if at < self.unclosed[index][row] {
            return None;
        }
        let mut from = open + 1;
        while let Some(found) = memchr::memchr2(quote, b'\n', &bytes[from..end]) {
            let position = from + found;
            count(found);
            if bytes[position] == b'\n' {
                self.unclosed[index][row] = position;
                return None;
            }
            let run =
                bytes[open + 1..position].iter().rev().take(32).take_while(|byte| **byte == b'\\').count();
            let closes = if slashes == 0 { run % 2 == 0 } else { run == slashes };
            // The apostrophe of a word does not close.
            let inner = quote == b'\''
                && bytes.get(position + 1).is_some_and(u8::is_ascii_alphanumeric)
                && position + 1 < end;
            if closes && !inner {
                let width = u8::try_from(slashes + 1).unwrap_or(u8::MAX);
                let end = position - if slashes == 0 { 0 } else { run };
                return Some(Lexeme::new(LexemeKind::Quoted, open + 1, end, width));
            }
            if slashes > 0 && run < slashes && quote == b'"' {
                return None;
            }
            from = position + 1;
        }
        count(end - from);
        self.unclosed[index][row] = end;
        None
    }
}

/// Whether the word that ends here is a prefix of a string in Python: `u'…'`, `b'…'`.
fn is_prefix(before: &[u8]) -> bool {
    match before {
        [.., other, b'u' | b'b' | b'r' | b'f' | b'U' | b'B'] => !other.is_ascii_alphanumeric(),
        [b'u' | b'b' | b'r' | b'f' | b'U' | b'B'] => true,
        _ => false,
    }
}

fn quote_index(byte: u8) -> Option<usize> {
    b"\"'`".iter().position(|quote| *quote == byte)
}

fn is_sign(byte: u8) -> bool {
    b"{}[](),;:=<>|&".contains(&byte)
}
