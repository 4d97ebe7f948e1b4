//! A line of the audit log: [`Line`], and how it is written.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::arguments::{MOST_ARGUMENTS, MOST_OF_SHORT, MOST_SEARCHED, redacted};
use super::{Caller, spelling};
use crate::error::ErrorKind;
use crate::mask::{Mask, mask_object};
use crate::mist::Connection;
use crate::reply::redact_text;
use crate::text::{is_unseen, shortened};

/// The longest name of a tool that is written, in bytes.
const LONGEST_NAME: usize = 200;

/// A call, until its line is written.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) time: Timestamp,
    pub(super) caller: Caller,
    pub(super) account: Option<String>,
    pub(super) tool: String,
    /// The tool that is called by `callTool`.
    pub(super) called: Option<String>,
    pub(super) arguments: Map<String, Value>,
    pub(super) outcome: Outcome,
    pub(super) bytes: usize,
    pub(super) mist_calls: u64,
    pub(super) milliseconds: u64,
    /// Its tokens are masked.
    pub(super) connection: Arc<Connection>,
    /// The answer of the call, if it waits until the line is written.
    pub(super) waiter: Option<Waiter>,
    /// Its answer was withheld when a part of it was written.
    pub(super) is_partly_written: bool,
    /// Its arguments are cut to some hundred bytes.
    pub(super) is_short: bool,
    /// Its part of the queue, released when it is written.
    pub(super) _room: OwnedSemaphorePermit,
}

/// An answer that waits until its line is written.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) is_written: oneshot::Sender<()>,
    /// It took too long, so that the answer is withheld.
    pub(super) has_given_up: Arc<AtomicBool>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Ok,
    /// The client is asked first, and calls again.
    Asked,
    Refused(ErrorKind),
    Failed(ErrorKind),
}

impl Outcome {
    pub(super) fn of(error: Option<ErrorKind>) -> Self {
        match error {
            None => Self::Ok,
            Some(ErrorKind::ClientRequest) => Self::Asked,
            Some(kind @ (ErrorKind::Tool | ErrorKind::Access | ErrorKind::Busy)) => Self::Refused(kind),
            Some(kind) => Self::Failed(kind),
        }
    }

    fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Ok => ("ok", None),
            Self::Asked => ("ok", Some(ErrorKind::ClientRequest.name())),
            Self::Refused(kind) => ("refused", Some(kind.name())),
            Self::Failed(kind) => ("error", Some(kind.name())),
        }
    }
}

/// The fields of a line, in their order.
#[derive(Serialize)]
struct Fields<'a> {
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_hash: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    tool: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    called: Option<String>,
    arguments: Value,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    bytes: usize,
    mist_calls: u64,
    ms: u64,
}

/// The mask of what the last request authenticated itself with: it takes longer to make than a line, and lines of one client
/// often follow each other.
#[derive(Default)]
pub(super) struct LastMask {
    secrets: Vec<SecretString>,
    mask: Mask,
}

impl LastMask {
    fn of(&mut self, secrets: &[SecretString]) -> &Mask {
        let known = self.secrets.iter().map(ExposeSecret::expose_secret);
        let wanted = secrets.iter().map(ExposeSecret::expose_secret);
        if !known.eq(wanted.clone()) {
            self.mask = Mask::in_any_case(wanted);
            self.secrets = secrets.to_vec();
        }
        &self.mask
    }
}

impl Waiter {
    fn has_given_up(&self) -> bool {
        self.has_given_up.load(Ordering::Acquire)
    }
}

impl Line {
    /// Ends the waiting of the call, whose answer is withheld then. Returns whether it waited.
    pub(super) fn withhold(&mut self) -> bool {
        let waited = self.waiter.take().is_some();
        if waited {
            self.set_withheld();
        }
        waited
    }

    /// Sets the outcome of a call whose answer is withheld.
    pub(super) fn set_withheld(&mut self) {
        (self.outcome, self.bytes) = (Outcome::Failed(ErrorKind::Audit), 0);
    }

    /// The same, if the answer does not wait any longer.
    pub(super) fn withhold_given_up(&mut self) -> bool {
        self.waiter.as_ref().is_some_and(Waiter::has_given_up) && self.withhold()
    }

    /// The line as JSON with a line end, without secrets and tokens.
    pub(super) fn written(&self, last_mask: &mut LastMask) -> Vec<u8> {
        let (outcome, kind) = self.outcome.words();
        let secrets = last_mask.of(&self.caller.secrets);
        let mask_plain = |text: String| secrets.text(self.connection.mask_tokens(text));
        let mask = |text: String| {
            let plain = spelling::plain(&text);
            let is_plain = plain == text;
            let masked = mask_plain(text);
            if is_plain {
                return masked;
            }
            // A token that is broken is masked up to its first break, or not at all.
            let masked_plain = mask_plain(plain);
            if masked_plain.len() < spelling::plain(&masked).len() { masked_plain } else { masked }
        };
        // Masked before they are cut, because a part of a token may not be found any more. Other secrets are searched for
        // in what is left, which is more than what is written.
        let name = |name: &str| {
            let name = shortened(&mask(name.to_owned()), MOST_SEARCHED);
            shortened(&redact_text("", &name).unwrap_or(name), LONGEST_NAME)
        };
        let mut arguments = self.arguments.clone();
        mask_object(&mut arguments, &mask);
        let fields = Fields {
            time: format!("{:.3}", self.time),
            subject: self.caller.subject.as_deref(),
            token_hash: self.caller.token_hash.as_deref(),
            account: self.account.as_deref(),
            session: self.caller.session.as_deref(),
            tool: &name(&self.tool),
            called: self.called.as_deref().map(name),
            arguments: redacted(arguments, if self.is_short { MOST_OF_SHORT } else { MOST_ARGUMENTS }),
            outcome,
            kind,
            bytes: self.bytes,
            mist_calls: self.mist_calls,
            ms: self.milliseconds,
        };
        // Every field is text, a number or JSON, so that it can be written.
        let mut line = escaped(&serde_json::to_string(&fields).unwrap_or_default()).into_bytes();
        line.push(b'\n');
        line
    }
}

/// JSON with control and invisible characters as `\u…`: a terminal or a reader of lines may take
/// them for commands or line ends. In JSON, they occur in texts only.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        if is_unseen(letter) {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                // Writing to a text does not fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_change_how_a_line_looks_are_escaped() {
        let text = "a\u{9b}31m\u{85}\u{2028}\u{202e}\u{2067}\u{7f}\u{e0041}é😀\"\\\n";
        let json = serde_json::to_string(text).unwrap();
        let escaped = escaped(&json);
        assert_eq!(escaped, r#""a\u009b31m\u0085\u2028\u202e\u2067\u007f\udb40\udc41é😀\"\\\n""#);
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
    }
}
