//! A line of the audit log: [`Line`], and how it is written.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::OwnedSemaphorePermit;

use super::Caller;
use crate::error::ErrorKind;
use crate::mist::Connection;
use crate::reply::redact_object;
use crate::text::shortened;

/// The most bytes of arguments in a line.
const MOST_ARGUMENTS: usize = 16 * 1024;

/// A call, until its line is written.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) time: Timestamp,
    pub(super) caller: Caller,
    pub(super) account: Option<String>,
    pub(super) tool: String,
    pub(super) arguments: Map<String, Value>,
    pub(super) outcome: Outcome,
    pub(super) bytes: usize,
    pub(super) mist_calls: u64,
    pub(super) milliseconds: u64,
    /// Its tokens are masked.
    pub(super) connection: Arc<Connection>,
    /// Its part of the queue, released when it is written.
    pub(super) _room: OwnedSemaphorePermit,
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
    arguments: Value,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    bytes: usize,
    mist_calls: u64,
    ms: u64,
}

impl Line {
    /// The line as JSON with a line end, without secrets and tokens.
    pub(super) fn written(&mut self) -> Bytes {
        let (outcome, kind) = self.outcome.words();
        let fields = Fields {
            time: format!("{:.3}", self.time),
            subject: self.caller.subject.as_deref(),
            token_hash: self.caller.token_hash.as_deref(),
            account: self.account.as_deref(),
            session: self.caller.session.as_deref(),
            tool: &self.tool,
            arguments: redacted(std::mem::take(&mut self.arguments)),
            outcome,
            kind,
            bytes: self.bytes,
            mist_calls: self.mist_calls,
            ms: self.milliseconds,
        };
        // Every field is text, a number or JSON, so that it can be written.
        let mut line = serde_json::to_vec(&fields).unwrap_or_default();
        line.push(b'\n');
        self.connection.mask_bytes(line.into())
    }
}

/// Arguments without secrets, and of bounded length.
fn redacted(mut arguments: Map<String, Value>) -> Value {
    redact_object(&mut arguments);
    if bytes(&arguments) <= MOST_ARGUMENTS {
        return Value::Object(arguments);
    }
    let text = shortened(&Value::Object(arguments).to_string(), MOST_ARGUMENTS);
    Value::Object(Map::from_iter([("cut".to_owned(), text.into())]))
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
