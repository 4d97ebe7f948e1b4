//! Redaction of tokens ([`Mask`]): in plain text, upper or lower case, JSON, URL, base64 or hexadecimal encoding.
//!
//! A token is found by its beginning, and masked as far as it goes on: a limit may have cut its end off. Where there are few
//! tokens, each is also found without its first characters.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use url::form_urlencoded;

/// Replacement of a token.
pub(crate) const MASK: &str = "[token]";
/// A shorter token, or encoding of one, would mask ordinary words and protects nothing.
const SHORTEST: usize = 8;
/// How much of a token, or of an encoding of one, is enough to find it.
const BEGINNING: usize = 16;
/// More tokens, and more bytes of them, are not searched for in base64 and hexadecimal encoding: it takes memory.
const MOST_ENCODED: usize = 500;
const MOST_ENCODED_BYTES: usize = 128_000;
/// More tokens than these are not searched for without their first characters, nor are longer ones, and those shorter than
/// two beginnings.
const MOST_CUT: usize = 50;
const LONGEST_CUT: usize = 256;

/// The encodings of tokens, searched in one pass. `Debug` does not print them.
#[derive(Default)]
pub(crate) struct Mask(Option<Searcher>);

struct Searcher {
    beginnings: AhoCorasick,
    /// The encodings with each beginning.
    spellings: Vec<Vec<String>>,
    ignores_case: bool,
}

impl Mask {
    /// The mask of a token.
    pub(crate) fn of(token: &str) -> Self {
        Self::new([token], false)
    }

    /// The mask of several tokens, in any letter case.
    pub(crate) fn in_any_case<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(tokens, true)
    }

    fn new<'a>(tokens: impl IntoIterator<Item = &'a str>, ignores_case: bool) -> Self {
        let tokens: Vec<_> = tokens.into_iter().filter(|token| token.len() >= SHORTEST).collect();
        let (are_few, mut room) = (tokens.len() <= MOST_ENCODED, MOST_ENCODED_BYTES);
        let of = |token: &&str| {
            let left = room.checked_sub(token.len());
            room = left.unwrap_or(room);
            spellings(token, are_few && left.is_some())
        };
        let mut all: Vec<String> = tokens.iter().flat_map(of).collect();
        if tokens.len() <= MOST_CUT {
            all.extend(tokens.iter().flat_map(|token| ends(token)));
        }
        if ignores_case {
            for spelling in &mut all {
                spelling.make_ascii_lowercase();
            }
        }
        all.sort_unstable();
        all.dedup();
        let (mut beginnings, mut spellings) = (Vec::<String>::new(), Vec::<Vec<String>>::new());
        for spelling in all {
            let beginning = &spelling[..spelling.floor_char_boundary(BEGINNING)];
            match spellings.last_mut().filter(|_| beginnings.last().is_some_and(|last| last == beginning)) {
                Some(of_beginning) => of_beginning.push(spelling),
                None => {
                    beginnings.push(beginning.to_owned());
                    spellings.push(vec![spelling]);
                }
            }
        }
        if beginnings.is_empty() {
            return Self(None);
        }
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(ignores_case);
        // Short patterns, of which a token has some dozens, are within every limit of the library.
        let beginnings = builder.build(beginnings).ok();
        Self(beginnings.map(|beginnings| Searcher { beginnings, spellings, ignores_case }))
    }

    /// Masks the tokens in a text.
    pub(crate) fn text(&self, text: String) -> String {
        let Some(searcher) = &self.0 else { return text };
        let mut ranges = searcher.ranges(text.as_bytes()).peekable();
        if ranges.peek().is_none() {
            drop(ranges);
            return text;
        }
        let (mut masked, mut at) = (String::with_capacity(text.len()), 0);
        for range in ranges {
            // Tokens are ASCII, so that each range begins and ends between characters.
            masked.extend([text.get(at..range.start).unwrap_or_default(), MASK]);
            at = range.end;
        }
        masked.push_str(text.get(at..).unwrap_or_default());
        masked
    }

    /// Masks the tokens in bytes.
    pub(crate) fn bytes(&self, bytes: Bytes) -> Bytes {
        let Some(searcher) = &self.0 else { return bytes };
        let mut ranges = searcher.ranges(&bytes).peekable();
        if ranges.peek().is_none() {
            drop(ranges);
            return bytes;
        }
        let (mut masked, mut at) = (Vec::with_capacity(bytes.len()), 0);
        for range in ranges {
            masked.extend_from_slice(&bytes[at..range.start]);
            masked.extend_from_slice(MASK.as_bytes());
            at = range.end;
        }
        masked.extend_from_slice(&bytes[at..]);
        masked.into()
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Mask")
    }
}

impl Searcher {
    /// Where tokens are.
    fn ranges<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut at = 0;
        std::iter::from_fn(move || {
            let found = self.beginnings.find(Input::new(bytes).range(at..))?;
            let rest = &bytes[found.start()..];
            let spellings = self.spellings.get(found.pattern().as_usize()).into_iter().flatten();
            let length = spellings.map(|spelling| self.common(rest, spelling.as_bytes())).max();
            at = found.start() + length.unwrap_or(0).max(found.len());
            Some(found.start()..at)
        })
    }

    /// How many bytes at the beginning of a text are those of a spelling.
    fn common(&self, text: &[u8], spelling: &[u8]) -> usize {
        let is_same = |(one, other): &(&u8, &u8)| {
            one == other || (self.ignores_case && one.eq_ignore_ascii_case(other))
        };
        text.iter().zip(spelling).take_while(is_same).count()
    }
}

/// Masks the names and values in an object.
pub(crate) fn mask_object(object: &mut Map<String, Value>, mask: &impl Fn(String) -> String) {
    *object = std::mem::take(object)
        .into_iter()
        .map(|(name, mut value)| {
            mask_value(&mut value, mask);
            (mask(name), value)
        })
        .collect();
}

fn mask_value(value: &mut Value, mask: &impl Fn(String) -> String) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            let written = number.to_string();
            if written.len() >= SHORTEST {
                let masked = mask(written.clone());
                if masked != written {
                    *value = masked.into();
                }
            }
        }
        Value::String(text) => *text = mask(std::mem::take(text)),
        Value::Array(items) => {
            for item in items {
                mask_value(item, mask);
            }
        }
        Value::Object(object) => mask_object(object, mask),
    }
}

/// The token as a text may contain it, also in base64 and hexadecimal encoding if it `is_encoded`. Tokens are printable
/// ASCII.
fn spellings(token: &str, is_encoded: bool) -> Vec<String> {
    let mut spellings = Vec::new();
    if is_encoded {
        let digits = |before: &str| {
            token.bytes().fold(String::new(), |mut digits, byte| {
                // Writing to a String cannot fail.
                let _ = write!(digits, "{before}{byte:02x}");
                digits
            })
        };
        for digits in [digits(""), digits("%")] {
            spellings.extend([digits.to_ascii_uppercase(), digits]);
        }
        for spelling in (0..3).flat_map(|before| in_base64(token, before)) {
            // A media type is shown in lower case.
            spellings.extend([spelling.to_ascii_lowercase(), spelling]);
        }
    }
    for token in [Cow::Borrowed(token), token.to_ascii_uppercase().into(), token.to_ascii_lowercase().into()]
    {
        spellings.extend([
            token.to_string(),
            Value::from(&*token).to_string().trim_matches('"').to_owned(),
            token.replace('/', "\\/"),
            utf8_percent_encode(&token, NON_ALPHANUMERIC).to_string(),
            utf8_percent_encode(&token, NON_ALPHANUMERIC).to_string().to_ascii_lowercase(),
            form_urlencoded::byte_serialize(token.as_bytes()).collect(),
        ]);
    }
    spellings.retain(|spelling| spelling.len() >= SHORTEST);
    spellings
}

/// A token without its first characters, as long as enough of it is left.
fn ends(token: &str) -> impl Iterator<Item = String> {
    let is_cut = (2 * BEGINNING..=LONGEST_CUT).contains(&token.len());
    let starts = if is_cut { 1..token.len() - BEGINNING + 1 } else { 0..0 };
    starts.filter_map(|start| token.get(start..).map(str::to_owned))
}

/// The token in base64 after so many bytes, without the characters that depend on the bytes around it.
fn in_base64(token: &str, before: usize) -> [String; 2] {
    let text = [&[0; 2][..before], token.as_bytes()].concat();
    let (first, end) = ((before * 8).div_ceil(6), text.len() * 8 / 6);
    [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)]
        .map(|encoded| encoded[first..end].to_owned())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const TOKEN: &str = "s3cr3t/T0ken+0123456789==";

    #[test]
    fn a_token_is_masked_in_every_encoding() {
        let mask = Mask::of(TOKEN);
        for (text, wanted) in [
            (format!("a {TOKEN} b"), "a [token] b".to_owned()),
            (format!("{}{}", TOKEN.to_uppercase(), TOKEN.to_lowercase()), "[token][token]".to_owned()),
            (
                format!("x={}&y", form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect::<String>()),
                "x=[token]&y".to_owned(),
            ),
            ("s3cr3t%2ft0ken".to_owned(), "s3cr3t%2ft0ken".to_owned()),
        ] {
            assert_eq!(mask.text(text.clone()), wanted);
            assert_eq!(mask.bytes(text.into()), wanted);
        }
        for around in ["", "T", "To", "Token ", "{\"a\":\"", "x".repeat(100).as_str()] {
            let encoded = STANDARD.encode(format!("{around}{TOKEN}{around}"));
            let masked = mask.text(encoded.clone());
            assert!(masked.contains(MASK), "{around}: {encoded}");
            // Around the mask hardly more than one character of the token remains.
            assert!(
                masked.len() <= encoded.len() - TOKEN.len() * 8 / 6 + MASK.len() + 4,
                "{around}: {masked}"
            );
        }
        assert!(!format!("{mask:?} {:?}", Mask::in_any_case([TOKEN])).to_lowercase().contains("t0ken"));
        let quoted = Mask::of("quote\"back\\slash");
        assert_eq!(quoted.text(r#"{"detail":"quote\"back\\slash"}"#.into()), r#"{"detail":"[token]"}"#);
    }

    #[test]
    fn a_token_whose_end_is_cut_off_is_masked() {
        for mask in [Mask::of(TOKEN), Mask::in_any_case([TOKEN])] {
            for end in BEGINNING..TOKEN.len() {
                assert_eq!(mask.text(format!("a {}…", &TOKEN[..end])), "a [token]…", "{end}");
            }
            let encoded = utf8_percent_encode(TOKEN, NON_ALPHANUMERIC).to_string();
            assert_eq!(mask.text(encoded[..BEGINNING + 3].to_owned()), MASK);
        }
        assert_eq!(Mask::of(TOKEN).text(TOKEN[..9].to_owned()), TOKEN[..9]);
    }

    #[test]
    fn a_long_token_is_masked_in_every_encoding_and_of_many_long_ones_each_as_it_stands() {
        let long = |number: usize| format!("l0ng-t0ken-{number}-{}", "Zk3v9QpLr7Tt".repeat(1_000));
        let mask = Mask::in_any_case([long(1).as_str()]);
        for around in ["", "T", "To"] {
            let text = format!("{around}{}", long(1));
            let hexadecimal = text.bytes().fold(String::new(), |all, byte| format!("{all}{byte:02X}"));
            for encoded in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text), hexadecimal] {
                let masked = mask.text(encoded);
                assert!(masked.len() < 20 && masked.contains(MASK), "{masked}");
            }
        }
        let many: Vec<_> = (0..20).map(long).collect();
        let mask = Mask::in_any_case(many.iter().map(String::as_str));
        assert!(many.iter().all(|token| mask.text(token.clone()) == MASK));
    }

    #[test]
    fn several_tokens_are_masked_in_any_letter_case() {
        const OTHER: &str = "0ther-t0ken-0f-an0ther-acc0unt";
        let mask = Mask::in_any_case([TOKEN, OTHER, "short"]);
        let mixed = |token: &str| {
            let of = |(place, letter): (usize, char)| {
                if place % 2 == 0 { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
            };
            token.chars().enumerate().map(of).collect::<String>()
        };
        for token in [TOKEN, OTHER] {
            let all = token.bytes().fold(String::new(), |all, byte| format!("{all}%{byte:02X}"));
            for text in [token.to_owned(), mixed(token), all] {
                assert_eq!(mask.text(format!("short {text},{text}")), "short [token],[token]", "{text}");
            }
        }
        assert_eq!(Mask::in_any_case([]).text(TOKEN.to_owned()), TOKEN);
    }

    #[test]
    fn names_values_and_numbers_in_an_object_are_masked() {
        const NUMBER: &str = "123456789012345678";
        let masks = [Mask::of(TOKEN), Mask::of(NUMBER)];
        let mask = |text: String| masks.iter().fold(text, |text, mask| mask.text(text));
        let mut object = serde_json::json!({
            TOKEN: { "a": [1, null, { "b": format!("x {TOKEN}") }] }, "n": 123_456_789_012_345_678_u64,
        });
        mask_object(object.as_object_mut().unwrap(), &mask);
        let wanted = serde_json::json!({
            "[token]": { "a": [1, null, { "b": "x [token]" }] }, "n": "[token]",
        });
        assert_eq!(object, wanted);
    }

    #[test]
    fn a_token_without_its_first_or_last_characters_is_masked() {
        let token = "Zk3v9QpLr7TtYyUuIiOoPpAaSsDdFfGgHhJjKkLlMm0123456789Xw";
        let mask = Mask::of(token);
        for (first, last) in [(1, 0), (4, 0), (0, 3), (20, 0), (token.len() - BEGINNING, 0), (7, 9), (0, 30)]
        {
            let cut = &token[first..token.len() - last];
            assert_eq!(mask.text(format!("a {cut} b {cut}")), "a [token] b [token]", "{cut}");
        }
        // Of a short one too little would be left.
        let short = "Zk3v9QpLr7TtYyUu01234567";
        assert_eq!(Mask::of(short).text(short[4..].to_owned()), short[4..]);
        assert_eq!(Mask::of(short).text(short.to_owned()), MASK);
    }

    #[test]
    fn a_short_token_masks_no_ordinary_words() {
        assert_eq!(Mask::of("name").text("the name".to_owned()), "the name");
    }
}
