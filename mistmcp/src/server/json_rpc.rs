//! JSON-RPC messages from clients: validation, and normalization to what rmcp parses. See [`read`] and [`Message`].
//!
//! rmcp parses requests as an untagged union, in which parameters of a wrong type make a known method an unknown one,
//! and it answers some mistakes without an id or not at all. [`read`] detects the mistakes first, on both transports.

mod params;
mod text;

use rmcp::model::ErrorCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::text::shortened;

/// Longest error message, in bytes.
const MAX_ERROR_BYTES: usize = 1_000;

/// A valid message.
#[derive(Debug)]
pub(crate) struct Message {
    object: Map<String, Value>,
    /// Whether the message equals the bytes it was parsed from.
    unchanged: bool,
}

/// A JSON-RPC error for an invalid message.
#[derive(Debug)]
pub(crate) struct Invalid {
    /// The id of the request. Null if it is unknown.
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
    let (value, mut unchanged) = parse(text)?;
    unchanged &= text.len() == bytes.len();
    let mut object = match value {
        Value::Object(object) => object,
        Value::Array(_) => {
            return Err(Invalid::request("Batches are not supported. Send each message by itself."));
        }
        _ => {
            return Err(Invalid::request(
                "A message is a JSON object with `jsonrpc`, `method` and `params`.",
            ));
        }
    };
    unchanged &= !normalize(&mut object);
    // Without a method it is a response, whose id is that of another request.
    let id = object.get("id").filter(|id| is_id(id) && object.contains_key("method"));
    let id = id.cloned().unwrap_or_default();
    check(&object).map_err(|message| Invalid::request(message).of(id.clone()))?;
    let Some(Value::String(method)) = object.get("method").cloned() else {
        return Ok(Message { object, unchanged });
    };
    let is_notification = !object.contains_key("id");
    match params::normalize(&method, &mut object) {
        Ok(changed) => Ok(Message { object, unchanged: unchanged && !changed }),
        Err(message) => {
            let message = shortened(&message, MAX_ERROR_BYTES);
            Err(Invalid { id, code: ErrorCode::INVALID_PARAMS, message, is_notification })
        }
    }
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
    pub(crate) fn is_unchanged(&self) -> bool {
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

    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.object)
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

    /// The same error for the request of that id.
    pub(crate) fn of(self, id: Value) -> Self {
        Self { id, ..self }
    }

    /// The error response. An unknown id is null, as JSON-RPC requires.
    pub(crate) fn to_json(&self) -> Value {
        let Self { id, code, message, .. } = self;
        json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code.0, "message": message } })
    }
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
    let id = serde_json::from_slice(text).map_or(Value::Null, |Head { id }| id);
    let id = if is_id(&id) { id } else { Value::Null };
    // serde_json has no error kind for this.
    let message = if error.to_string().starts_with("recursion limit exceeded") {
        "The message is nested deeper than 127 levels, which are the most that are read. Send it with fewer levels."
            .to_owned()
    } else {
        format!("This is not JSON: {error}. Send one JSON-RPC message, in UTF-8.")
    };
    Err(Invalid::parse(message).of(id))
}

/// The id of a message that cannot be parsed as a whole. Serde skips the other members without checking depth or
/// characters.
#[derive(Deserialize)]
struct Head {
    id: Value,
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
    // Languages with a single number type write 1 as 1.0.
    if let Some(id) = object.get_mut("id")
        && let Some(whole) =
            id.as_number().and_then(|id| id.to_string().strip_suffix(".0")?.parse::<i64>().ok())
    {
        *id = whole.into();
        changed = true;
    }
    changed
}

fn is_id(value: &Value) -> bool {
    value.is_string() || value.is_i64()
}

/// Validates the envelope.
fn check(object: &Map<String, Value>) -> Result<(), &'static str> {
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err("`jsonrpc` must be the text \"2.0\".");
    }
    if object.get("id").is_some_and(|id| !is_id(id)) {
        return Err("`id` must be a text or an integer. A notification has none.");
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
mod tests {
    use super::*;

    fn rejection_of(text: &str) -> (i32, Value, String) {
        let invalid = read(text.as_bytes()).expect_err(text);
        (invalid.code.0, invalid.id, invalid.message)
    }

    fn call(params: &str) -> String {
        format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}"#)
    }

    #[test]
    fn a_valid_message_is_unchanged() {
        for text in [
            &*call(r#"{"name":"getSelf","arguments":{}}"#),
            &*call(r#"{"name":"getSelf","arguments":{"a":"\ud83d\ude00 \\ud83d"}}"#),
            r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":{}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":3,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"no"}}"#,
        ] {
            let message = read(text.as_bytes()).unwrap();
            assert!(message.is_unchanged(), "{text}");
            assert_eq!(message.into_value(), serde_json::from_str::<Value>(text).unwrap());
        }
    }

    #[test]
    fn other_spellings_of_an_empty_object_are_accepted() {
        for empty in ["[]", "\"\"", "null", "\" \""] {
            let text = call(&format!(r#"{{"name":"getSelf","arguments":{empty},"_meta":{empty}}}"#));
            let message = read(text.as_bytes()).unwrap();
            assert!(!message.is_unchanged());
            assert_eq!(message.into_value()["params"], json!({ "name": "getSelf" }), "{empty}");
            let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{empty}}}"#);
            assert_eq!(read(text.as_bytes()).unwrap().into_value()["params"], json!({}), "{empty}");
        }
    }

    #[test]
    fn a_wrong_envelope_is_an_invalid_request() {
        for (text, id) in [
            ("[]", Value::Null),
            ("3", Value::Null),
            (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, Value::Null),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, json!(1)),
            (r#"{"id":1,"method":"ping"}"#, json!(1)),
            (r#"{"jsonrpc":"2.0","id":"x"}"#, Value::Null),
            (r#"{"id":1}"#, Value::Null),
            (r#"{"jsonrpc":"2.0","id":1,"method":["ping"]}"#, json!(1)),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, Value::Null),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, Value::Null),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, json!(1)),
        ] {
            let (code, found, message) = rejection_of(text);
            assert_eq!((code, found), (-32600, id), "{text}: {message}");
        }
    }

    #[test]
    fn invalid_params_are_rejected_with_the_id_and_the_reason() {
        for (params, wanted) in [
            ("{}", "`name`"),
            (r#"{"name":5}"#, "`params.name`"),
            (r#"{"name":null}"#, "`params.name`"),
            (r#"{"name":"getSelf","arguments":[1]}"#, "`params.arguments`"),
            (r#"{"name":"getSelf","arguments":"{}"}"#, "`params.arguments`"),
            (r#"{"name":"getSelf","arguments":7}"#, "`params.arguments`"),
            (r#"{"name":"getSelf","_meta":7}"#, "`params._meta`"),
            ("[1]", "`params`"),
            ("\"getSelf\"", "`params`"),
            ("[]", "`name`"),
        ] {
            let (code, id, message) = rejection_of(&call(params));
            assert_eq!((code, id), (-32602, json!(7)), "{params}: {message}");
            assert!(message.contains(wanted), "{params}: {message}");
        }
        for method in
            ["prompts/get", "resources/read", "completion/complete", "logging/setLevel", "initialize"]
        {
            for params in ["", r#","params":null"#, r#","params":{}"#, r#","params":[]"#] {
                let text = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}"{params}}}"#);
                assert_eq!(rejection_of(&text).0, -32602, "{text}");
            }
        }
    }

    #[test]
    fn params_of_an_unknown_method_are_not_validated() {
        for params in ["5", "\"x\"", "[1]", "[]", "null", "{}"] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/nope","params":{params}}}"#);
            assert_eq!(read(text.as_bytes()).unwrap().into_value()["params"], json!({}), "{params}");
        }
    }

    #[test]
    fn errors_contain_no_rust_type_names() {
        for (reference, argument) in [
            ("\"x\"", "{}"),
            ("null", "{}"),
            ("5", "{}"),
            (r#"{"type":"ref/prompt","name":"a"}"#, "\"\""),
            (r#"{"type":"ref/prompt","name":"a"}"#, "7"),
        ] {
            let text = format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{{"ref":{reference},"argument":{argument}}}}}"#
            );
            let (code, _, message) = rejection_of(&text);
            assert!(code == -32602 && message.contains("expected an object"), "{message}");
        }
    }

    #[test]
    fn invalid_json_is_a_parse_error_with_the_id_if_one_is_found() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        for (text, id) in [
            ("hello".to_owned(), Value::Null),
            (String::new(), Value::Null),
            (call("{\"name\":"), Value::Null),
            (call(&format!(r#"{{"name":"getSelf","arguments":{{"a":{deep}}}}}"#)), json!(7)),
            (call(r#"{"name":"getSelf","arguments":{"a":1e999}}"#), json!(7)),
        ] {
            let (code, found, message) = rejection_of(&text);
            assert_eq!((code, found), (-32700, id), "{text}: {message}");
            assert_eq!(message.contains("nested"), text.contains(&deep), "{message}");
        }
        let levels = |count: usize| call(&format!("{{\"name\":{}{}}}", "[".repeat(count), "]".repeat(count)));
        assert!(rejection_of(&levels(125)).2.contains("`params.name`"));
        assert!(rejection_of(&levels(126)).2.contains("127 levels"));
        let invalid = read(b"{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"pi\xffng\"}").unwrap_err();
        assert_eq!((invalid.code.0, invalid.id), (-32700, json!(4)));
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character() {
        for (sent, read_as) in [
            (r"\ud83d", "\u{fffd}"),
            (r"\ude00", "\u{fffd}"),
            (r"a\ud83dz", "a\u{fffd}z"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
            (r"\ud83d\n", "\u{fffd}\n"),
            (r"\\\uD83D", "\\\u{fffd}"),
        ] {
            let text = call(&format!(r#"{{"name":"getSelf","arguments":{{"a":"{sent}"}}}}"#));
            let value = read(text.as_bytes()).unwrap().into_value();
            assert_eq!(value["params"]["arguments"]["a"], read_as, "{sent}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_utf_16_is_rejected() {
        let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        let marked = [b"\xef\xbb\xbf", ping.as_bytes()].concat();
        let message = read(&marked).unwrap();
        assert!(message.method() == Some("ping") && !message.is_unchanged());
        let utf_16 = || ping.encode_utf16().chain([0x20]);
        for bytes in [
            utf_16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
            utf_16().flat_map(u16::to_be_bytes).collect(),
            [0xfeff].into_iter().chain(utf_16()).flat_map(u16::to_le_bytes).collect(),
            [0xfeff].into_iter().chain(utf_16()).flat_map(u16::to_be_bytes).collect(),
        ] {
            let invalid = read(&bytes).unwrap_err();
            assert!(invalid.code.0 == -32700 && invalid.message.contains("UTF-8"), "{}", invalid.message);
        }
    }

    #[test]
    fn unusual_but_unambiguous_envelopes_are_accepted() {
        let whole = read(br#"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#).unwrap();
        assert_eq!(whole.id(), json!(1));
        let nulls = br#"{"jsonrpc":"2.0","id":null,"method":"notifications/initialized","error":null}"#;
        assert_eq!(read(nulls).unwrap().id(), Value::Null);
        let answer = read(br#"{"jsonrpc":"2.0","id":1,"result":{},"error":null}"#).unwrap().into_value();
        assert!(answer.get("error").is_none());
    }

    #[test]
    fn params_of_removed_methods_are_left_to_rmcp() {
        for method in ["initialize", "logging/setLevel", "resources/subscribe"] {
            let meta = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#;
            let params = format!(r#"{{"_meta":{meta}}}"#);
            let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
            assert!(read(text.as_bytes()).is_ok(), "{method}");
        }
    }

    #[test]
    fn capabilities_as_empty_arrays_are_accepted() {
        let params = r#"{"protocolVersion":"2025-06-18","capabilities":{"roots":[],"sampling":"","elicitation":{"form":[]}},"clientInfo":{"name":"php","version":"1"}}"#;
        let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{params}}}"#);
        let capabilities = read(text.as_bytes()).unwrap().into_value()["params"]["capabilities"].clone();
        assert_eq!(capabilities, json!({ "roots": {}, "sampling": {}, "elicitation": { "form": {} } }));
    }
}
