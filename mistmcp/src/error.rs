use serde_json::Value;
use thiserror::Error;

use crate::argument::Mismatch;
use crate::call::Capability;

/// What every fallible function here returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call did not succeed, in words for the model: what was wrong, and what to do next.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// What went wrong, for code that decides on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The arguments do not fit the tool; Mist was not asked.
    Arguments,
    /// There is no such tool, or this session may not call it.
    Tool,
    /// Mist does not accept the request (400 and its kin).
    Request,
    /// Mist does not accept the token (401).
    Token,
    /// The token may not see this (403).
    Permission,
    /// Mist does not know the object (404).
    Missing,
    /// The hour's calls are used up (429, or this server's own count).
    RateLimit,
    /// Mist failed (5xx), or answered what nobody can read.
    Cloud,
    /// Mist could not be reached.
    Network,
    /// The call took longer than it may.
    Deadline,
    /// The answer is larger than what is read.
    Size,
    /// A tool's own reason.
    Advice,
    /// The client has to answer something first, and to call again with that.
    Question,
    /// The client cannot do what the tool asks of it.
    Client(Capability),
}

/// The longest that a model is given to read, in bytes.
const LONGEST: usize = 1_500;

impl ErrorKind {
    /// Its name in logs and metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Tool => "tool",
            Self::Request => "request",
            Self::Token => "token",
            Self::Permission => "permission",
            Self::Missing => "missing",
            Self::RateLimit => "rate_limit",
            Self::Cloud => "cloud",
            Self::Network => "network",
            Self::Deadline => "deadline",
            Self::Size => "size",
            Self::Advice => "advice",
            Self::Question => "question",
            Self::Client(_) => "client",
        }
    }
}

impl Error {
    /// An error with a tool's own words: a sentence or two, with the next step. What is longer than 1,500 bytes is cut.
    ///
    /// ```
    /// # use mistmcp::{Error, Result};
    /// fn first<T>(rows: impl IntoIterator<Item = T>) -> Result<T> {
    ///     let nothing = || Error::advice("No access point is down here. Ask with another `site_id`.");
    ///     rows.into_iter().next().ok_or_else(nothing)
    /// }
    /// ```
    pub fn advice(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Advice, message)
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let mut message = message.into();
        crate::text::show(&mut message);
        Self { kind, message }
    }

    pub(crate) fn argument(name: &str, value: &Value, mismatch: &Mismatch) -> Self {
        Self::new(
            ErrorKind::Arguments,
            match value {
                Value::Null => format!("`{name}` is missing: {mismatch} is wanted."),
                value => {
                    format!("`{name}` is {}, but {mismatch} is wanted.", shortened(&value.to_string(), 80))
                }
            },
        )
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The same error with the name of the request that it came of, for whoever reads the logs.
    pub(crate) fn of_request(mut self, request: &str) -> Self {
        self.message =
            format!("{} [request {request}]", shortened(&self.message, LONGEST - request.len() - 11));
        self
    }

    /// The same error with every occurrence of a secret masked, and cut to what a model should read of it.
    pub(crate) fn presentable(mut self, mask: impl FnOnce(String) -> String) -> Self {
        self.message = shortened(&mask(self.message), LONGEST);
        self
    }
}

/// `text` cut to at most `length` bytes, with `…` where something is missing.
pub(crate) fn shortened(text: &str, length: usize) -> String {
    if text.len() <= length {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(length.saturating_sub('…'.len_utf8()));
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shortened("grüße", 7), "grüße");
        assert_eq!(shortened("grüßend", 7), "grü…");
        assert!(shortened(&"ü".repeat(1_000), 1_500).len() <= 1_500);
    }
}
