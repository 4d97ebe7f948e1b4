use std::fmt;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// An API token. It prints as `[token]` and is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// Takes a token as it was given, without the white space around it.
    ///
    /// # Errors
    /// It is empty, or holds what no header can carry. The message does not repeat it.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err("the token is empty");
        }
        if text.contains(['\r', '\n']) {
            return Err("the token has a line break in it: copy it again, in one line");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the token holds a space, a control or a non-ASCII character: copy it again");
        }
        Ok(Self(text.into()))
    }

    /// `Token …`, marked so that no HTTP library prints it.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Token {}", self.0.expose_secret())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// `text` with every occurrence of the token masked.
    pub(crate) fn mask(&self, text: String) -> String {
        // A token this short would mask ordinary words, and protects nothing.
        const SHORTEST: usize = 8;
        let token = self.0.expose_secret();
        if token.len() >= SHORTEST && text.contains(token) { text.replace(token, "[token]") } else { text }
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
    fn a_token_that_no_header_can_carry_is_refused_without_being_repeated() {
        for text in ["", "  ", "abc\ndef", "abc\r\nX-Evil: 1", "abc def", "abc\u{7f}", "tökén"] {
            let refused = Token::new(text).unwrap_err();
            assert!(text.trim().is_empty() || !refused.contains(text.trim()), "{refused}");
        }
        assert!(Token::new(" padded \n").is_ok());
    }
}
