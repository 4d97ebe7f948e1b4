//! The ends of lines in other spellings than a line feed, as in a text that was escaped: [`normal`] is the one form that
//! all scanners read.

use super::config_words::{COMMANDS, IOS};
use super::escapes::Decoded;
use super::lexer::{LexemeKind, Lexer};
use crate::text::is_any_of;
use crate::work::steps::count;

/// A spelling of the end of a line.
struct LineEnd {
    length: usize,
    /// Whether it is nothing else, and no part of a word, such as of a path of Windows.
    certain: bool,
}

/// A text whose lines all end with a line feed, if they do not as it is written. Quoted texts stay, which would end there.
pub(super) fn normal(text: &str) -> Option<Decoded> {
    count(text.len());
    let first = (0..text.len()).find(|at| line_end(&text.as_bytes()[*at..]).is_some())?;
    let mut decoded = Decoded::default();
    let mut lexer = Lexer::new(text, text[..first].rfind('\n').unwrap_or_default(), false);
    let mut tokens = Vec::new();
    let mut at = lexer.at();
    while lexer.line(text.len(), &mut tokens).is_some() {
        for token in tokens.iter().filter(|token| token.kind == LexemeKind::Quoted) {
            replace(text, at..token.outer_start(), &mut decoded);
            at = token.outer_end();
        }
        replace(text, at..lexer.at(), &mut decoded);
        at = lexer.at();
    }
    decoded.finished(text)
}

/// Replaces the ends of lines in a part of a text.
fn replace(text: &str, part: std::ops::Range<usize>, decoded: &mut Decoded) {
    let mut at = part.start;
    while at < part.end {
        let end = line_end(&text.as_bytes()[at..]).filter(|end| {
            end.certain || begins_line(text.as_bytes().get(at + end.length..).unwrap_or_default())
        });
        if let Some(end) = &end {
            decoded.replace(text, at..at + end.length, Some('\n'));
        }
        at += end.map_or(1, |end| end.length);
    }
}

/// The end of a line with which a text begins; not one that is written as such.
fn line_end(text: &[u8]) -> Option<LineEnd> {
    const BREAKS: [&str; 3] = ["<br>", "<br/>", "<br />"];
    let certain = |length| Some(LineEnd { length, certain: true });
    match text {
        [0x0b | 0x0c, ..] => certain(1),
        [b'\r', next, ..] if *next != b'\n' => certain(1),
        [0xc2, 0x85, ..] => certain(2),
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => certain(3),
        [b'<', ..] => {
            let tag = BREAKS.iter().find(|tag| begins(text, tag));
            tag.and_then(|tag| certain(tag.len()))
        }
        [b'\\' | b'&' | b'%', ..] => {
            let back = escaped(text, &RETURNS);
            let coded = escaped(&text[back..], &CODED_FEEDS);
            let feed = coded.max(escaped(&text[back..], &FEEDS));
            (feed > 0).then_some(LineEnd { length: back + feed, certain: back > 0 || coded > 0 })
        }
        _ => None,
    }
}

/// Spellings of a line feed that may also be in a word, others of it, and those of a carriage return.
const FEEDS: [&str; 2] = ["\\n", "%0a"];
const CODED_FEEDS: [&str; 4] = ["\\x0a", "\\u000a", "&#10;", "&#xa;"];
const RETURNS: [&str; 6] = ["\\r", "\\x0d", "\\u000d", "&#13;", "&#xd;", "%0d"];

/// The length of one of these spellings at the beginning of a text, also behind more backslashes; 0 where there is none.
fn escaped(text: &[u8], spellings: &[&str]) -> usize {
    const MOST: usize = 8;
    let slashes = text.iter().take(MOST).take_while(|byte| **byte == b'\\').count();
    let more = slashes.saturating_sub(1);
    let found = spellings.iter().find(|spelling| begins(&text[more..], spelling));
    // `\N` and `\R` are the beginning of a name behind that of a domain.
    let found = found.filter(|_| !matches!(text.get(slashes), Some(b'N' | b'R' | b'X' | b'U')));
    found.map_or(0, |spelling| more + spelling.len())
}

fn begins(text: &[u8], with: &str) -> bool {
    text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
}

/// Whether a text begins as a line does: with a blank, a sign or a word that something follows.
fn begins_line(text: &[u8]) -> bool {
    const LONGEST: usize = 64;
    const ALONE: &[&str] = &["end", "exit", "quit"];
    let is_letter = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.@".contains(byte);
    let length = text.iter().take(LONGEST).take_while(is_letter).count();
    let word = std::str::from_utf8(&text[..length]).unwrap_or_default();
    let rest = &text[length..];
    if rest.is_empty() || line_end(rest).is_some() {
        return length == 0 || is_any_of(word, ALONE) || COMMANDS.has(word) || IOS.has(word);
    }
    match rest[0] {
        b' ' | b'\t' | b'\n' | b'\r' | b':' | b'=' | b';' | b'{' | b'#' | b'>' => true,
        b'+' | b'-' | b'[' | b']' | b'}' | b'!' | b'/' | b'|' | b'"' | b'\'' => length == 0,
        b'%' => rest.starts_with(b"%20"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> Option<String> {
        normal(text).map(|decoded| decoded.text)
    }

    #[test]
    fn lines_end_with_a_line_feed_however_their_end_is_spelled() {
        for end in [
            "\\n",
            "\\r\\n",
            "\\\\n",
            "\\\\r\\\\n",
            "\\\\\\\\n",
            "<br>",
            "<BR/>",
            "<br />",
            "&#10;",
            "&#13;&#10;",
            "&#xA;",
            "%0A",
            "%0D%0A",
            "\\x0a",
            "\\u000A",
            "\u{2028}",
            "\u{2029}",
            "\u{85}",
            "\u{b}",
            "\u{c}",
            "\r",
        ] {
            let text = format!("key-string aKey{end}key-string \"b{end}\" é{end}exit");
            let wanted = format!("key-string aKey\nkey-string \"b{end}\" é\nexit");
            assert_eq!(reads(&text).as_ref(), Some(&wanted), "{end:?}");
            let decoded = normal(&text).unwrap();
            let key = wanted.find("aKey").unwrap();
            assert_eq!(&text[decoded.written(&(key..key + 4))], "aKey", "{end:?}");
            let last = wanted.len() - 4;
            assert_eq!(&text[decoded.written(&(last..last + 4))], "exit", "{end:?}");
        }
    }

    #[test]
    fn a_backslash_in_a_word_ends_no_line() {
        for text in [
            "a\r\nb\n",
            "password: abc\\ndef",
            "CORP\\Nick x",
            "C:\\new\\note.txt",
            "a <b> c",
            "x%0Ay&z",
            "\"a\\nb c\"",
            "1 < 2 & 3 % 4",
        ] {
            assert_eq!(reads(text), None, "{text}");
        }
    }
}
