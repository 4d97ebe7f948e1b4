//! Other spellings of the letters of a text: entities of HTML, escapes of JSON and of URLs, invisible characters, and
//! wide letters. A text is searched as it is written, and as it reads ([`Decoded`]).

use std::ops::Range;

use crate::text::{escaped_letter, narrow};
use crate::work::steps::count;

/// A text as it reads.
#[derive(Default)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// Places in it, in order, with those in the written text: before and after each other spelling.
    places: Vec<(usize, usize)>,
    /// How far the written text is read.
    read: usize,
}

/// Entities of HTML by name.
const ENTITIES: [(&str, char); 6] =
    [("&amp;", '&'), ("&apos;", '\''), ("&gt;", '>'), ("&lt;", '<'), ("&nbsp;", ' '), ("&quot;", '"')];

/// A text as it reads, if that is not how it is written.
pub(super) fn decoded(text: &str) -> Option<Decoded> {
    count(text.len());
    let other = |byte: &u8| *byte >= 0x80 || b"&%\\".contains(byte);
    let mut at = text.as_bytes().iter().position(other)?;
    let mut decoded = Decoded::default();
    while at < text.len() {
        let Some((letter, length)) = spelled(&text[at..]) else {
            let length = text[at..].chars().next().map_or(1, char::len_utf8);
            at += length;
            at += text.as_bytes()[at..].iter().position(other).unwrap_or(text.len() - at);
            continue;
        };
        decoded.replace(text, at..at + length, letter);
        at += length;
    }
    decoded.finished(text)
}

impl Decoded {
    /// Reads the written text on to the end of a range, which stands for a letter or for nothing.
    pub(super) fn replace(&mut self, text: &str, range: Range<usize>, letter: Option<char>) {
        self.text.push_str(&text[self.read..range.start]);
        self.places.push((self.text.len(), range.start));
        self.text.extend(letter);
        self.places.push((self.text.len(), range.end));
        self.read = range.end;
    }

    /// The text with the rest of the written one, if anything was replaced.
    pub(super) fn finished(mut self, text: &str) -> Option<Self> {
        self.text.push_str(&text[self.read..]);
        (!self.places.is_empty()).then_some(self)
    }

    /// The range of the written text for one of the text as it reads.
    pub(super) fn written(&self, range: &Range<usize>) -> Range<usize> {
        let from = |index: Option<usize>, position: usize| {
            let (read, written) = index.map_or((0, 0), |index| self.places[index]);
            written + position - read
        };
        let start = self.places.partition_point(|(read, _)| *read <= range.start).checked_sub(1);
        let end = self.places.partition_point(|(read, _)| *read < range.end);
        // What is not visible behind the end stays.
        let exact = self.places.get(end).filter(|(read, _)| *read == range.end);
        let end = exact.map_or_else(|| from(end.checked_sub(1), range.end), |(_, written)| *written);
        from(start, range.start)..end
    }
}

/// The letter that begins a text in another spelling, and the length of that; no letter where it is invisible.
fn spelled(text: &str) -> Option<(Option<char>, usize)> {
    match text.as_bytes()[0] {
        b'&' | b'%' | b'\\' => {
            let entity = ENTITIES.iter().find(|(name, _)| text.starts_with(name));
            let by_number = || escaped_letter(text).filter(|(letter, _)| matches!(letter, ' '..='~'));
            let (letter, length) = entity.map(|(name, letter)| (*letter, name.len())).or_else(by_number)?;
            Some((Some(letter), length))
        }
        0x80.. => {
            let letter = text.chars().next()?;
            Some((plain_letter(letter)?.shown(), letter.len_utf8()))
        }
        _ => None,
    }
}

/// How an unusual letter reads.
enum PlainLetter {
    Shown(char),
    Invisible,
}

impl PlainLetter {
    fn shown(self) -> Option<char> {
        match self {
            Self::Shown(letter) => Some(letter),
            Self::Invisible => None,
        }
    }
}

/// A letter of ASCII for a wide one, a blank for another blank.
fn plain_letter(letter: char) -> Option<PlainLetter> {
    let shown = match letter {
        '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {
            return Some(PlainLetter::Invisible);
        }
        '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{2028}' | '\u{2029}' => '\n',
        _ => narrow(letter)?,
    };
    Some(PlainLetter::Shown(shown))
}

/// A name in plain letters, if it is written in others.
pub(super) fn plain_letters(name: &str) -> Option<String> {
    if name.is_ascii() || !name.chars().any(|letter| plain_letter(letter).is_some()) {
        return None;
    }
    let plain = |letter| plain_letter(letter).map_or(Some(letter), PlainLetter::shown);
    Some(name.chars().filter_map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_a_text_as_it_reads_are_found_in_the_written_one() {
        for (written, reads, within, wanted) in [
            ("a&lt;b&gt;c", "a<b>c", 1..4, "&lt;b&gt;"),
            ("a&#60;b", "a<b", 2..3, "b"),
            ("p\u{200b}sk: x", "psk: x", 5..6, "x"),
            ("psk: \u{200b}x\u{200b}y\u{200b}", "psk: xy", 5..7, "x\u{200b}y"),
            ("ｐｓｋ：x", "psk:x", 4..5, "x"),
            ("%70sk%3Dx%26", "psk=x&", 4..5, "x"),
            ("\\u0070sk=x", "psk=x", 0..3, "\\u0070sk"),
            ("\\x70sk\\u{3d}x", "psk=x", 4..5, "x"),
            ("100% \\n & é &#9999; %zz", "", 0..0, ""),
        ] {
            let decoded = decoded(written);
            assert_eq!(decoded.as_ref().map(|decoded| decoded.text.as_str()).unwrap_or_default(), reads);
            let range = decoded.map(|decoded| decoded.written(&within)).unwrap_or_default();
            assert_eq!(&written[range], wanted);
        }
    }
}
