//! Error of a call, with a message for the model: [`Error`].

mod barred;
mod kind;

use thiserror::Error;

pub(crate) use barred::without_barred;
pub use kind::ErrorKind;

use crate::text::shortened;

/// Result of this crate's fallible functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Error of a call, with a message for the model: what was wrong, and what to do next.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}", self.words(|_| ToolStatus::Unknown))]
pub struct Error {
    kind: ErrorKind,
    parts: Vec<MessagePart>,
}

/// MessagePart of an error's message. Its text may depend on the tools of the session, which is often
/// unknown when the error is created: one request to Mist serves several sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
enum MessagePart {
    /// Text that may have come from outside, such as Mist's words or a value: secrets are searched for in it.
    Text(String),
    /// Text of this program's own words and names. Some look like a secret with its value: `listOrgPsks: limit is missing`.
    Own(String),
    /// The value of a parameter, which its name may tell to be a secret.
    Value { name: String, value: String },
    /// The first text whose tool the session can call, or else the last text.
    Hint { choices: Vec<(&'static str, String)>, otherwise: String },
    /// Description of a parameter or a tool, without the tools that the session cannot call.
    Description(&'static str),
}

/// How much a session knows of a name as a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ToolStatus {
    /// A tool that the session can call, directly or through `callTool`.
    Callable,
    /// A tool of this program that the session cannot call.
    Barred,
    /// Not a tool of this program.
    Unknown,
}

/// Maximum length of a message in bytes.
const LONGEST: usize = 1_500;

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

    /// An error of an argument, which `message` names: what is wrong with it, and what to give in its place.
    pub fn wrong_argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Arguments, message)
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, parts: vec![MessagePart::Text(shown(message.into()))] }
    }

    /// An error of this program's own words and names, in which no secret is searched for. A value that was given is not
    /// among them.
    pub(crate) fn own(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, parts: vec![MessagePart::Own(shown(message.into()))] }
    }

    /// Appends this program's own words.
    #[must_use]
    pub(crate) fn append_own(mut self, words: impl Into<String>) -> Self {
        self.parts.push(MessagePart::Own(shown(words.into())));
        self
    }

    /// Appends the value of a parameter.
    #[must_use]
    pub(crate) fn append_value(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parts.push(MessagePart::Value { name: name.to_owned(), value: shown(value.into()) });
        self
    }

    /// Puts this program's own words before the message.
    #[must_use]
    pub(crate) fn prepend_own(mut self, words: impl Into<String>) -> Self {
        self.parts.insert(0, MessagePart::Own(shown(words.into())));
        self
    }

    /// The same message as another kind of error.
    #[must_use]
    pub(crate) fn of_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// Appends text.
    #[must_use]
    pub(crate) fn append(mut self, words: impl Into<String>) -> Self {
        self.parts.push(MessagePart::Text(shown(words.into())));
        self
    }

    /// Appends the first of `choices` whose tool the session can call, or else `otherwise`. Every
    /// text that names a tool is added this way, so that no session reads of a tool that it does
    /// not have.
    #[must_use]
    pub(crate) fn hint<const N: usize>(
        self,
        choices: [(&'static str, &str); N],
        otherwise: impl Into<String>,
    ) -> Self {
        self.hint_of(choices.map(|(tool, words)| (tool, words.to_owned())), otherwise)
    }

    /// As [`Self::hint`], with computed choices.
    #[must_use]
    pub(crate) fn hint_of(
        mut self,
        choices: impl IntoIterator<Item = (&'static str, String)>,
        otherwise: impl Into<String>,
    ) -> Self {
        let choices = choices.into_iter().collect();
        self.parts.push(MessagePart::Hint { choices, otherwise: otherwise.into() });
        self
    }

    /// Appends a description from the catalog.
    #[must_use]
    pub(crate) fn append_description(mut self, description: &'static str) -> Self {
        self.parts.push(MessagePart::Description(description));
        self
    }

    /// Appends the message of another error.
    #[must_use]
    pub(crate) fn append_error(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// The message for a session that knows these tools.
    fn words(&self, known: impl Fn(&str) -> ToolStatus) -> String {
        self.parts.iter().map(|part| part.words(&known)).collect()
    }

    /// Resolves the message for a session that knows these tools.
    pub(crate) fn for_session(self, known: impl Fn(&str) -> ToolStatus) -> Self {
        let resolved = |part: &MessagePart| match part {
            MessagePart::Own(_) | MessagePart::Description(_) => MessagePart::Own(shown(part.words(&known))),
            MessagePart::Value { .. } => part.clone(),
            MessagePart::Text(_) | MessagePart::Hint { .. } => MessagePart::Text(shown(part.words(&known))),
        };
        Self { kind: self.kind, parts: self.parts.iter().map(resolved).collect() }
    }

    /// The kind of error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Adds the request to Mist that failed, if the error is about it.
    pub(crate) fn of_path(self, request: &impl std::fmt::Display) -> Self {
        match self.kind {
            ErrorKind::Request
            | ErrorKind::Permission
            | ErrorKind::Missing
            | ErrorKind::Cloud
            | ErrorKind::Size => {
                let request = shortened(&request.to_string(), 300);
                self.append(format!(" The request was `{request}`."))
            }
            _ => self,
        }
    }

    /// Adds the name of the request, for the logs.
    pub(crate) fn of_request(self, request: &str) -> Self {
        let room = LONGEST.saturating_sub(request.len() + 11);
        Self::new(self.kind, format!("{} [request {request}]", shortened(&self.to_string(), room)))
    }

    /// Masks secrets, and truncates the message for a model: `redact` hides secrets in what may have come from outside,
    /// and `mask` hides tokens in all of it.
    pub(crate) fn presentable(
        self,
        redact: impl Fn(String) -> String,
        mask: impl FnOnce(String) -> String,
    ) -> Self {
        let mut message = String::new();
        // A secret may stand in one part and its name in the one before.
        let mut outside = String::new();
        for part in &self.parts {
            match part {
                MessagePart::Own(text) => {
                    message += &redact(std::mem::take(&mut outside));
                    message += text;
                }
                MessagePart::Value { name, value } => {
                    message += &redact(std::mem::take(&mut outside));
                    let named = redact(format!("{name}: {value}"));
                    message += named.strip_prefix(&format!("{name}: ")).unwrap_or(&named);
                }
                other => outside += &other.words(&|_: &str| ToolStatus::Unknown),
            }
        }
        message += &redact(outside);
        Self::own(self.kind, shortened(&mask(message), LONGEST))
    }
}

impl MessagePart {
    fn words(&self, known: &impl Fn(&str) -> ToolStatus) -> String {
        match self {
            Self::Text(text) | Self::Own(text) | Self::Value { value: text, .. } => text.clone(),
            Self::Hint { choices, otherwise } => {
                let choice = choices.iter().find(|(tool, _)| known(tool) == ToolStatus::Callable);
                choice.map_or_else(|| otherwise.clone(), |(_, words)| words.clone())
            }
            Self::Description(text) => without_barred(text, known).into_owned(),
        }
    }
}

/// Escapes invisible and control characters in `text`.
fn shown(mut text: String) -> String {
    crate::text::show(&mut text);
    text
}

/// An error and the chain of its causes, the root cause last.
pub(crate) fn causes<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'e (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A session that can call `getOne`, of a program that also has `getTwo`.
    pub(super) fn known(name: &str) -> ToolStatus {
        match name {
            "getOne" => ToolStatus::Callable,
            "getTwo" | "listTwo" => ToolStatus::Barred,
            _ => ToolStatus::Unknown,
        }
    }

    #[test]
    fn a_hint_names_the_first_tool_that_the_session_can_call() {
        let error = Error::new(ErrorKind::Missing, "Unknown.");
        let hint = |tool: &'static str| [(tool, " `it` lists them."), ("getThree", " No.")];
        let one = error.clone().hint(hint("getOne"), " Ask the user.").append(" More.");
        assert_eq!(
            one.to_string(),
            "Unknown. Ask the user. More.",
            "where no session is known, no tool is named"
        );
        assert_eq!(one.for_session(known).to_string(), "Unknown. `it` lists them. More.");
        let two = error.hint(hint("getTwo"), " Ask the user.");
        assert_eq!(two.for_session(known).to_string(), "Unknown. Ask the user.");
    }

    #[test]
    fn secrets_are_searched_for_in_what_came_from_outside_only() {
        let redact = |text: String| text.replace("hunter2", "[hidden]");
        let mask = |text: String| text.replace("t0ken", "[token]");
        let error = Error::own(ErrorKind::Arguments, "hunter2 is a name. ")
            .append("hunt")
            .append("er2 is a value, ")
            .append_own("t0ken is a token.")
            .prepend_own("listPsks: ");
        let named = Error::own(ErrorKind::Arguments, "`psk` is ").append_value("psk", "x1y").append_own(".");
        let by_name = |text: String| text.replace("psk: x1y", "psk: [hidden]");
        assert_eq!(named.presentable(by_name, |text| text).to_string(), "`psk` is [hidden].");
        assert_eq!(
            error.presentable(redact, mask).to_string(),
            "listPsks: hunter2 is a name. [hidden] is a value, [token] is a token."
        );
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shortened("grüße", 7), "grüße");
        assert_eq!(shortened("grüßend", 7), "grü…");
        assert!(shortened(&"ü".repeat(1_000), 1_500).len() <= 1_500);
    }
}
