mod placeholder;

use std::fmt;
use std::hash::{Hash, Hasher};

use bytes::Bytes;
use memchr::memmem;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

pub(super) use placeholder::is_enclosed;
pub(crate) use placeholder::placeholder;

/// What stands in place of a token.
const MASK: &str = "[token]";

/// An API token. It prints as `[token]` and is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// Takes a token as it was given, without the white space and a byte-order mark around it.
    ///
    /// # Errors
    /// It is empty, a placeholder, a token with something around it, or what no header can carry. The message names the
    /// remedy, and does not repeat the text.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        let text = text.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
        if text.is_empty() {
            return Err("the token is empty");
        }
        if text.contains(['\r', '\n']) {
            return Err("the token has a line break in it: copy it again, in one line");
        }
        if let Some(problem) = placeholder::problem(text) {
            return Err(problem);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the token holds a space, a control or a non-ASCII character: copy it again");
        }
        Ok(Self(text.into()))
    }

    /// The token itself, for nothing but to be hashed.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether it is the same one.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }

    pub(super) fn hash_into(&self, state: &mut impl Hasher) {
        self.0.expose_secret().hash(state);
    }

    /// Whether it stands in `bytes`, in one of its spellings.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        self.spellings().iter().any(|spelling| memmem::find(bytes, spelling.as_bytes()).is_some())
    }

    /// `Token …`, marked so that no HTTP library prints it.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Token {}", self.0.expose_secret())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// `text` with every occurrence of the token masked, written as it is or as JSON writes it.
    pub(crate) fn mask(&self, text: String) -> String {
        self.spellings().into_iter().fold(text, |text, spelling| {
            let stands_there = memmem::find(text.as_bytes(), spelling.as_bytes()).is_some();
            if stands_there { text.replace(&spelling, MASK) } else { text }
        })
    }

    /// The same for what may be no text.
    pub(crate) fn mask_bytes(&self, bytes: Bytes) -> Bytes {
        self.spellings().into_iter().fold(bytes, |bytes, spelling| {
            let found = memmem::find_iter(&bytes, spelling.as_bytes()).collect::<Vec<_>>();
            if found.is_empty() {
                return bytes;
            }
            let mut masked = Vec::with_capacity(bytes.len());
            let mut seen = 0;
            for place in found {
                masked.extend_from_slice(&bytes[seen..place]);
                masked.extend_from_slice(MASK.as_bytes());
                seen = place + spelling.len();
            }
            masked.extend_from_slice(&bytes[seen..]);
            masked.into()
        })
    }

    /// The token as it may stand in an answer. One that is so short would mask ordinary words, and protects nothing.
    fn spellings(&self) -> Vec<String> {
        const SHORTEST: usize = 8;
        let token = self.0.expose_secret();
        if token.len() < SHORTEST {
            return Vec::new();
        }
        // It is all ASCII that can be seen, of which JSON writes these alone in another way.
        if !token.contains(['"', '\\']) {
            return vec![token.to_owned()];
        }
        let escaped = Value::from(token).to_string();
        vec![escaped.trim_matches('"').to_owned(), token.to_owned()]
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[token]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "s3cr3t-t0ken-0123456789";

    #[test]
    fn a_token_is_never_printed() {
        let token = Token::new(SECRET).unwrap();
        let header = token.header().unwrap();
        assert!(!format!("{token:?} {token:#?} {header:?}").contains(SECRET));
        assert_eq!(token.mask(format!("bad token {SECRET}!")), "bad token [token]!");
    }

    #[test]
    fn a_token_is_masked_in_a_file_and_as_json_writes_it() {
        let token = Token::new("quote\"back\\slash").unwrap();
        assert_eq!(token.mask(r#"{"detail":"quote\"back\\slash"}"#.into()), r#"{"detail":"[token]"}"#);
        let file = Bytes::from(format!("\u{0}{SECRET},{SECRET}"));
        assert_eq!(Token::new(SECRET).unwrap().mask_bytes(file), "\u{0}[token],[token]");
    }

    #[test]
    fn a_token_that_no_header_can_carry_is_refused_without_being_repeated() {
        for text in ["", "  ", "abc\ndef", "abc\r\nX-Evil: 1", "abc def", "abc\u{7f}", "tökén"] {
            let refused = Token::new(text).unwrap_err();
            assert!(text.trim().is_empty() || !refused.contains(text.trim()), "{refused}");
        }
        assert!(Token::new(" padded \n").is_ok());
    }
}
