//! Redaction of a token in Mist's answers ([`Mask`]): in plain text, upper or lower case, JSON, URL, base64 or
//! hexadecimal encoding.

use std::borrow::Cow;
use std::fmt::Write as _;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::form_urlencoded;

/// Replacement of a token.
pub(super) const MASK: &str = "[token]";
/// A shorter token, or encoding of one, would mask ordinary words and protects nothing.
const SHORTEST: usize = 8;

/// The encodings of a token, searched in one pass.
#[derive(Debug)]
pub(super) struct Mask(Option<AhoCorasick>);

impl Mask {
    pub(super) fn of(token: &str) -> Self {
        if token.len() < SHORTEST {
            return Self(None);
        }
        let searcher = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(spellings(token));
        // Some dozen short patterns are within every limit of the library.
        Self(searcher.ok())
    }

    pub(super) fn text(&self, text: String) -> String {
        match &self.0 {
            Some(searcher) if searcher.is_match(&text) => {
                let mut masked = String::with_capacity(text.len());
                searcher.replace_all_with(&text, &mut masked, |_, _, masked| {
                    masked.push_str(MASK);
                    true
                });
                masked
            }
            _ => text,
        }
    }

    pub(super) fn bytes(&self, bytes: Bytes) -> Bytes {
        match &self.0 {
            Some(searcher) if searcher.is_match(&bytes) => {
                let mut masked = Vec::with_capacity(bytes.len());
                searcher.replace_all_with_bytes(&bytes, &mut masked, |_, _, masked| {
                    masked.extend_from_slice(MASK.as_bytes());
                    true
                });
                masked.into()
            }
            _ => bytes,
        }
    }
}

/// The token in every encoding that an answer may contain. Tokens are printable ASCII.
fn spellings(token: &str) -> Vec<String> {
    let hexadecimal = token.bytes().fold(String::new(), |mut digits, byte| {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    let mut spellings = vec![hexadecimal.to_ascii_uppercase(), hexadecimal];
    for spelling in (0..3).flat_map(|before| in_base64(token, before)) {
        // A media type is shown in lower case.
        spellings.extend([spelling.to_ascii_lowercase(), spelling]);
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
    spellings.sort_unstable();
    spellings.dedup();
    spellings
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
        let quoted = Mask::of("quote\"back\\slash");
        assert_eq!(quoted.text(r#"{"detail":"quote\"back\\slash"}"#.into()), r#"{"detail":"[token]"}"#);
    }

    #[test]
    fn a_short_token_masks_no_ordinary_words() {
        assert_eq!(Mask::of("name").text("the name".to_owned()), "the name");
    }
}
