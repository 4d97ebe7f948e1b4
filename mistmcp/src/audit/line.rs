//! A line of the audit log: [`Line`], and how it is written.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{Caller, spelling, sql};
use crate::error::ErrorKind;
use crate::mask::{Mask, mask_object};
use crate::mist::Connection;
use crate::reply::{redact_object, redact_text};
use crate::text::{is_unseen, shortened};

/// The most bytes of arguments in a line.
const MOST_ARGUMENTS: usize = 16 * 1024;
/// How much of arguments, and of a name, is searched for secrets: the search of more would keep other lines waiting.
pub(super) const MOST_SEARCHED: usize = 2 * MOST_ARGUMENTS;
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
    pub(super) is_begun: bool,
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
    Cancelled,
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
            Self::Cancelled => ("error", Some("cancelled")),
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
            arguments: redacted(arguments),
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

/// Arguments without secrets, and of bounded length.
fn redacted(mut arguments: Map<String, Value>) -> Value {
    // Before it is cut: the name of a secret may stand behind its value.
    sql::hide_literals(&mut arguments);
    let mut room = MOST_SEARCHED;
    let is_cut = !cut_object(&mut arguments, &mut room);
    redact_object(&mut arguments);
    if !is_cut && bytes(&arguments) <= MOST_ARGUMENTS {
        return Value::Object(arguments);
    }
    let mut text = Value::Object(arguments).to_string();
    if is_cut {
        text.push('…');
    }
    Value::Object(Map::from_iter([("cut".to_owned(), shortened(&text, MOST_ARGUMENTS).into())]))
}

/// Cuts an object after the room that is left. Returns whether it is complete.
fn cut_object(object: &mut Map<String, Value>, room: &mut usize) -> bool {
    let mut is_complete = true;
    object.retain(|name, value| {
        let fits = is_complete && take(room, 4 + name.len());
        is_complete = fits && cut(value, room);
        fits
    });
    is_complete
}

/// The same, of any value.
fn cut(value: &mut Value, room: &mut usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => take(room, 8),
        Value::String(text) => {
            let left = *room;
            let fits = take(room, 4 + text.len());
            if !fits {
                *text = shortened(text, left);
            }
            fits
        }
        Value::Array(items) => {
            let whole = items.len();
            let mut is_complete = take(room, 4);
            items.retain_mut(|item| {
                let is_kept = is_complete;
                is_complete = is_kept && cut(item, room);
                is_kept
            });
            is_complete && items.len() == whole
        }
        Value::Object(object) => cut_object(object, room),
    }
}

/// Takes so many bytes of the room. Where they do not fit, none is left.
fn take(room: &mut usize, bytes: usize) -> bool {
    let left = room.checked_sub(bytes);
    *room = left.unwrap_or(0);
    left.is_some()
}

/// The bytes that arguments take, roughly.
pub(super) fn bytes(arguments: &Map<String, Value>) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 8,
            Value::String(text) => 4 + text.len(),
            Value::Array(items) => 4 + items.iter().map(of).sum::<usize>(),
            Value::Object(object) => bytes(object),
        }
    }
    4 + arguments.iter().map(|(name, value)| 4 + name.len() + of(value)).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("no object: {value}") };
        object
    }

    #[test]
    fn long_arguments_are_cut_before_they_are_searched() {
        let long = "password ".repeat(10_000);
        for arguments in [
            json!({ "a": long }),
            json!({ "a": { "b": [1, { "c": long }], "later": "x" }, "later": "x" }),
            json!({ "a": vec!["password x"; 10_000], "later": "x" }),
            json!({ long.as_str(): "x", "later": "x" }),
            Value::Object((0..5_000).map(|number| (format!("field{number}"), json!("password"))).collect()),
        ] {
            let mut arguments = object(arguments);
            let mut room = MOST_SEARCHED;
            assert!(!cut_object(&mut arguments, &mut room));
            assert!(bytes(&arguments) <= MOST_SEARCHED + 64, "{}", bytes(&arguments));
            assert_eq!(arguments.get("later"), None);
        }
        let short = object(json!({ "a": [null, true, 1, "x", { "b": "é" }], "c": {} }));
        let mut uncut = short.clone();
        assert!(cut_object(&mut uncut, &mut MOST_SEARCHED.clone()));
        assert_eq!(uncut, short);
    }

    #[test]
    fn arguments_that_were_cut_are_shown_as_such_although_little_is_left_of_them() {
        let arguments = json!({ "password": "x ".repeat(50_000), "later": "password: hunter2" });
        let shown = redacted(object(arguments));
        assert_eq!(shown, json!({ "cut": r#"{"password":"[hidden]"}…"# }));
        let long = json!({ "a": format!("password: hunter2 {}", "b ".repeat(20_000)) });
        let shown = redacted(object(long))["cut"].as_str().unwrap().to_owned();
        assert!(shown.starts_with(r#"{"a":"password: [hidden] b b"#) && shown.ends_with('…'), "{shown}");
        assert!(shown.len() <= MOST_ARGUMENTS);
        assert_eq!(redacted(object(json!({ "psk": "x", "b": 1 }))), json!({ "psk": "[hidden]", "b": 1 }));
    }

    #[test]
    fn characters_that_change_how_a_line_looks_are_escaped() {
        let text = "a\u{9b}31m\u{85}\u{2028}\u{202e}\u{2067}\u{7f}\u{e0041}é😀\"\\\n";
        let json = serde_json::to_string(text).unwrap();
        let escaped = escaped(&json);
        assert_eq!(escaped, r#""a\u009b31m\u0085\u2028\u202e\u2067\u007f\udb40\udc41é😀\"\\\n""#);
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
    }
}
