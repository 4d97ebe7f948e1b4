//! JSON-RPC messages from clients: validation, and normalization to what rmcp parses. See [`read`] and [`Message`].
//!
//! rmcp parses requests as an untagged union, in which parameters of a wrong type make a known method an unknown one,
//! and it answers some mistakes without an id or not at all. [`read`] detects the mistakes first, on both transports.

mod params;
mod text;

use std::fmt;

use bytes::Bytes;
use rmcp::model::ErrorCode;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use serde_json::{Map, Value, json};

use crate::json_size::JsonSize;
use crate::known_tokens;
use crate::text::{one_line, shortened};

/// Longest error message, in bytes.
const MAX_ERROR_BYTES: usize = 1_000;
/// Values of a message at most. A parsed value takes up to 400 bytes of memory. A tool call has some dozens.
const MAX_VALUES: usize = 20_000;
/// Estimated memory of an `initialize` at most. Its parameters are kept as long as the session.
const MAX_INITIALIZE_MEMORY: usize = 32 * 1024;

/// The error for a request with the id of another in flight, whose response rmcp would lose.
pub(crate) const ID_IN_USE: &str =
    "another request with this `id` is under way in the session: give each request an `id` of its own";

/// A valid message.
#[derive(Debug)]
pub(crate) struct Message {
    object: Map<String, Value>,
    /// Whether the message equals the bytes it was parsed from.
    unchanged: bool,
    /// The size of the text that it was parsed from.
    size: JsonSize,
}

/// A JSON-RPC error for an invalid message.
#[derive(Debug)]
pub(crate) struct Invalid {
    /// The id of the request. Null if it is unknown. An array for a batch: the ids of its requests.
    pub(crate) id: Value,
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    /// The message has no id, so JSON-RPC forbids a response.
    pub(crate) is_notification: bool,
}

/// Parses one message. An empty array, an empty string and null in place of an object are treated as an empty object:
/// some languages and models serialize one like that.
pub(crate) fn read(bytes: &[u8]) -> Result<Message, Invalid> {
    let text = text::decode(bytes).map_err(Invalid::parse)?;
    let size = JsonSize::of(text, MAX_VALUES).ok_or_else(|| too_many_values(text))?;
    let (value, mut unchanged) = parse(text)?;
    // Of members with the same name the last one is read. rmcp refuses them.
    unchanged &= text.len() == bytes.len() && size.is_whole(&value);
    let mut object = match value {
        Value::Object(object) => object,
        Value::Array(batch) => return Err(Invalid::batch(&batch)),
        _ => {
            return Err(Invalid::request(
                "A message is a JSON object with `jsonrpc`, `method` and `params`.",
            ));
        }
    };
    unchanged &= !normalize(&mut object);
    let id = request_id(&object).cloned().unwrap_or_default();
    check(&object).map_err(|message| Invalid::request(message).of(id.clone()))?;
    let Some(Value::String(method)) = object.get("method").cloned() else {
        return Ok(Message { object, unchanged, size });
    };
    let is_notification = !object.contains_key("id");
    let normalized = params::normalize(&method, &mut object).and_then(|changed| {
        let message = Message { object, unchanged: unchanged && !changed, size };
        if method == "initialize" && message.size().memory() > MAX_INITIALIZE_MEMORY {
            return Err(
                "`initialize` is too large, because its `params` are kept as long as the session: send \
                        capabilities without large settings, and `clientInfo` with a short name and version."
                    .to_owned(),
            );
        }
        Ok(message)
    });
    normalized.map_err(|message| {
        let message = shortened(&message, MAX_ERROR_BYTES);
        Invalid { id, code: ErrorCode::INVALID_PARAMS, message, is_notification }
    })
}

impl Message {
    pub(crate) fn method(&self) -> Option<&str> {
        self.object.get("method").and_then(Value::as_str)
    }

    /// The id of a request. Null for any other message.
    pub(crate) fn id(&self) -> Value {
        let id = self.method().and_then(|_| self.object.get("id"));
        id.cloned().unwrap_or_default()
    }

    /// Whether the message equals the bytes it was parsed from.
    #[cfg(test)]
    fn is_unchanged(&self) -> bool {
        self.unchanged
    }

    /// Removes the client features from an `initialize`, for a transport that cannot carry requests to the client.
    pub(crate) fn remove_client_features(&mut self) {
        if self.method() != Some("initialize") {
            return;
        }
        let capabilities = self.object.get_mut("params").and_then(|params| params.get_mut("capabilities"));
        if let Some(Value::Object(capabilities)) = capabilities {
            capabilities.retain(|name, _| !["elicitation", "roots", "sampling"].contains(&name.as_str()));
            self.unchanged = false;
        }
    }

    /// The size of the message as it is now.
    fn size(&self) -> JsonSize {
        if self.unchanged {
            return self.size;
        }
        let text = serde_json::to_vec(&self.object).unwrap_or_default();
        JsonSize::of(&text, usize::MAX).unwrap_or(self.size)
    }

    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.object)
    }

    /// The text of the message, and its size. `received` is the text that it was parsed from.
    pub(crate) fn into_text(self, received: Bytes) -> (Bytes, JsonSize) {
        if self.unchanged {
            return (received, self.size);
        }
        let before = self.size;
        let text = Bytes::from(self.into_value().to_string());
        let size = JsonSize::of(&text, usize::MAX).unwrap_or(before);
        (text, size)
    }
}

impl Invalid {
    pub(crate) fn parse(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::PARSE_ERROR, message)
    }

    pub(crate) fn request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::INVALID_REQUEST, message)
    }

    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { id: Value::Null, code, message: message.into(), is_notification: false }
    }

    /// Refuses a batch. Each of its requests gets an error, so that no client waits for a response.
    fn batch(messages: &[Value]) -> Self {
        let objects = messages.iter().filter_map(Value::as_object);
        let ids: Vec<_> =
            objects.filter_map(request_id).map(|id| whole(id).unwrap_or_else(|| id.clone())).collect();
        let is_notification = !messages.is_empty() && messages.iter().all(is_notification_message);
        let id = if ids.is_empty() { Value::Null } else { ids.into() };
        let invalid = Self::request("Batches are not supported. Send each message by itself.").of(id);
        Self { is_notification, ..invalid }
    }

    /// The same error for the request of that id.
    pub(crate) fn of(self, id: Value) -> Self {
        Self { id, ..self }
    }

    /// The error response, or an array of them for a batch. An unknown id is null, as JSON-RPC requires.
    pub(crate) fn to_json(&self) -> Value {
        let Self { id, code, message, .. } = self;
        let error = |id: &Value| json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code.0, "message": message } });
        match id {
            Value::Array(ids) => ids.iter().map(error).collect(),
            id => error(id),
        }
    }
}

/// The error message for a method that the server does not have. Its name is masked, sanitized and cut, because it is
/// untrusted input.
pub(crate) fn unknown_method(method: String) -> String {
    const LONGEST: usize = 100;
    let method = shortened(&one_line(&known_tokens::mask(method)), LONGEST);
    format!("There is no method `{method}`. `tools/list` lists tools, and `tools/call` calls one.")
}

/// The same for the error of a method that rmcp rejects by itself, whose message is the name of the method.
pub(crate) fn explain(code: i64, message: &str) -> Option<String> {
    let is_name = message == "ping" || message.contains('/') && !message.contains(char::is_whitespace);
    (is_name && code == i64::from(ErrorCode::METHOD_NOT_FOUND.0)).then(|| unknown_method(message.to_owned()))
}

/// Parses JSON. Returns whether it was valid without a repair.
fn parse(text: &[u8]) -> Result<(Value, bool), Invalid> {
    let error = match serde_json::from_slice(text) {
        Ok(value) => return Ok((value, true)),
        Err(error) => error,
    };
    // A lone surrogate is left when a client truncates text inside an emoji.
    if let Some(value) =
        text::without_lone_surrogates(text).and_then(|text| serde_json::from_slice(&text).ok())
    {
        return Ok((value, false));
    }
    let id = id_of(text);
    // serde_json has no error kinds for these two.
    if error.to_string().starts_with("number out of range") {
        return Err(number_out_of_range(text).of(id));
    }
    let message = if error.to_string().starts_with("recursion limit exceeded") {
        "The message is nested deeper than 127 levels, which are the most that are read. Send it with fewer levels."
            .to_owned()
    } else {
        format!("This is not JSON: {error}. Send one JSON-RPC message, in UTF-8.")
    };
    Err(Invalid::parse(message).of(id))
}

/// The error for a message with a number that is valid JSON, but larger than any that is read.
fn number_out_of_range(text: &[u8]) -> Invalid {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read: Result<Value, _> = serde_path_to_error::deserialize(&mut deserializer);
    let path = read.err().map(|error| error.path().to_string()).unwrap_or_default();
    let message = format!(
        "`{}` is a number that is too large: the largest is about 1.8e308. Send a smaller one.",
        one_line(&shortened(&path, 200))
    );
    let behind = path.strip_prefix("params");
    let is_in_params = behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(['.', '[']));
    let code = if is_in_params { ErrorCode::INVALID_PARAMS } else { ErrorCode::INVALID_REQUEST };
    Invalid { is_notification: is_notification(text), ..Invalid::new(code, message) }
}

/// Whether a message that is not parsed as a whole has no id.
fn is_notification(text: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Envelope {
        id: Option<de::IgnoredAny>,
    }
    serde_json::from_slice(text).is_ok_and(|Envelope { id }| id.is_none())
}

/// The error for a message with more values than are read.
fn too_many_values(text: &[u8]) -> Invalid {
    Invalid::request(format!(
        "The message has more than {MAX_VALUES} JSON values, which are the most that are read. Send fewer, and texts in \
         place of nested lists and objects."
    ))
    .of(id_of(text))
}

/// The id of a message that is not parsed as a whole. Null if it has none.
fn id_of(text: &[u8]) -> Value {
    serde_json::from_slice(text).map_or(Value::Null, |Head { id }| id)
}

/// Serde skips the other members without parsing them, and without checking depth or characters.
#[derive(Deserialize)]
struct Head {
    #[serde(deserialize_with = "scalar_id")]
    id: Value,
}

/// Parses a text or an integer. Anything else is an error as soon as it begins, however large it is.
fn scalar_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    struct Id;
    impl Visitor<'_> for Id {
        type Value = Value;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a text or an integer")
        }

        fn visit_str<E: de::Error>(self, id: &str) -> Result<Value, E> {
            Ok(id.into())
        }

        fn visit_i64<E: de::Error>(self, id: i64) -> Result<Value, E> {
            Ok(id.into())
        }

        fn visit_u64<E: de::Error>(self, id: u64) -> Result<Value, E> {
            Ok(id.into())
        }

        fn visit_f64<E: de::Error>(self, id: f64) -> Result<Value, E> {
            whole(&json!(id)).ok_or_else(|| E::invalid_value(de::Unexpected::Float(id), &self))
        }
    }
    deserializer.deserialize_any(Id)
}

/// Removes meaningless null members of the envelope. Returns whether anything changed.
fn normalize(object: &mut Map<String, Value>) -> bool {
    let before = object.len();
    let is_call = object.get("method").is_some_and(Value::is_string);
    let is_null = |object: &Map<String, Value>, name| object.get(name).is_some_and(Value::is_null);
    if is_null(object, "error") && (is_call || object.contains_key("result")) {
        object.shift_remove("error");
    }
    if is_null(object, "result") && (is_call || object.contains_key("error")) {
        object.shift_remove("result");
    }
    let is_notification = object
        .get("method")
        .and_then(Value::as_str)
        .is_some_and(|method| method.starts_with("notifications/"));
    if is_notification && is_null(object, "id") {
        object.shift_remove("id");
    }
    let mut changed = object.len() != before;
    if let Some(id) = object.get_mut("id")
        && let Some(whole) = whole(id)
    {
        *id = whole;
        changed = true;
    }
    changed
}

/// The integer for an id such as `1.0`: languages with a single number type write 1 so.
fn whole(id: &Value) -> Option<Value> {
    id.as_number()?.to_string().strip_suffix(".0")?.parse::<i64>().ok().map(Value::from)
}

fn is_id(value: &Value) -> bool {
    value.is_string() || value.is_i64()
}

/// The id of a request, for its error response. None if the object is no request or its id is no scalar. The id of a response
/// is that of another request.
fn request_id(object: &Map<String, Value>) -> Option<&Value> {
    let is_outcome = ["result", "error"].iter().any(|name| object.contains_key(*name));
    let is_request = object.contains_key("method") || is_json_rpc(object) && !is_outcome;
    object.get("id").filter(|id| is_request && (id.is_string() || is_integer(id) || whole(id).is_some()))
}

/// Whether a value is an integer of any size. One beyond 64 bits is parsed as a float.
fn is_integer(value: &Value) -> bool {
    const BEYOND: f64 = 9e18;
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.abs() >= BEYOND)
}

fn is_notification_message(message: &Value) -> bool {
    message.get("method").is_some() && message.get("id").is_none()
}

fn is_json_rpc(object: &Map<String, Value>) -> bool {
    object.get("jsonrpc").and_then(Value::as_str) == Some("2.0")
}

/// Validates the envelope.
fn check(object: &Map<String, Value>) -> Result<(), &'static str> {
    if !is_json_rpc(object) {
        return Err("`jsonrpc` must be the text \"2.0\".");
    }
    match object.get("id") {
        Some(id) if is_integer(id) && !is_id(id) => {
            return Err("`id` must be an integer of 64 bits (-2^63 to 2^63-1), or a text.");
        }
        Some(id) if !is_id(id) => return Err("`id` must be a text or an integer. A notification has none."),
        _ => {}
    }
    let outcome = object.contains_key("result") || object.contains_key("error");
    match object.get("method") {
        Some(Value::String(_)) if outcome => Err("A message with `method` has neither `result` nor `error`."),
        Some(Value::String(_)) => Ok(()),
        Some(_) => Err("`method` must be a text, such as \"tools/list\"."),
        None if outcome => Ok(()),
        None => Err("`method` is missing: name one, such as \"tools/list\"."),
    }
}

#[cfg(test)]
mod tests;
