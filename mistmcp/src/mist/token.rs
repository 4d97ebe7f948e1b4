//! API token ([`Token`]).

use std::fmt;
use std::hash::{Hash, Hasher};

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// An API token. It prints as `[token]` and is zeroed in memory on drop.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// Parses a token, trimming white space and a byte-order mark.
    ///
    /// # Errors
    /// It is empty, a placeholder, has surrounding text, or cannot be sent in a header. The message names the
    /// remedy and does not contain the text.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        let text = text.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
        if text.is_empty() {
            return Err("the token is empty");
        }
        if let Some(problem) = crate::placeholder::document(text) {
            return Err(problem);
        }
        if text.contains(['\r', '\n']) {
            return Err("the token has a line break in it: copy it again, in one line");
        }
        if let Some(problem) = crate::placeholder::problem(text) {
            return Err(problem);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the token holds a space, a control or a non-ASCII character: copy it again");
        }
        Ok(Self(text.into()))
    }

    /// The secret, to be hashed only.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether both tokens are equal.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }

    pub(super) fn hash_into(&self, state: &mut impl Hasher) {
        self.0.expose_secret().hash(state);
    }

    /// The header value `Token …`, marked as sensitive so that HTTP libraries do not print it.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Token {}", self.0.expose_secret())).ok()?;
        value.set_sensitive(true);
        Some(value)
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
