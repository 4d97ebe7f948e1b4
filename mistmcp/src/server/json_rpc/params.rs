//! Parameters of each method: normalization of empty objects, and validation of types. See [`normalize`].
#![expect(deprecated, reason = "logging goes from MCP, but the clients that have it stay")]

use rmcp::model::{
    CallToolRequestParams, CompleteRequestParams, GetPromptRequestParams, InitializeRequestParams,
    PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams, SetLevelRequestParams,
    SubscriptionsListenRequestParams,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The `_meta` key in which stateless requests declare client capabilities.
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// Members of `_meta` that are used, besides those with the [`PREFIX`].
const USED_META: [&str; 4] = ["progressToken", "traceparent", "tracestate", "baggage"];
/// The prefix of MCP's own members of `_meta`.
const PREFIX: &str = "io.modelcontextprotocol/";

/// The pointer in `params` to their protocol version.
const VERSION: &str = "/_meta/io.modelcontextprotocol~1protocolVersion";

/// Longest name of a protocol version. rmcp repeats one that it does not know.
const LONGEST_VERSION: usize = 64;

/// Makes `params` an object. Returns whether that changed anything.
///
/// # Errors
/// The parameters are invalid. The message has the reason and an example.
pub(super) fn normalize(method: &str, object: &mut Map<String, Value>) -> Result<bool, String> {
    let is_request = object.contains_key("id");
    let mut changed = false;
    match object.get("params") {
        Some(Value::Object(_)) => {}
        None if !is_request => return Ok(false),
        // An unknown method is rejected as such, not for its parameters.
        Some(other) if !is_empty(other) && !is_supported_method(method) => {
            object.insert("params".to_owned(), Value::Object(Map::new()));
            return Ok(true);
        }
        Some(other) if !is_empty(other) => {
            return Err(format!("`params` must be an object with named members. {}", example(method)));
        }
        Some(_) | None => {
            object.insert("params".to_owned(), Value::Object(Map::new()));
            changed = true;
        }
    }
    let Some(Value::Object(params)) = object.get_mut("params") else { return Ok(changed) };
    for name in ["_meta", "arguments", "context", "inputResponses"] {
        if params.get(name).is_some_and(is_empty) {
            params.shift_remove(name);
            changed = true;
        }
    }
    changed |= params.get_mut("notifications").is_some_and(make_object);
    changed |= params.get_mut("capabilities").is_some_and(make_capabilities);
    match params.get_mut("_meta") {
        None => {}
        Some(Value::Object(meta)) => {
            // What nothing reads is not kept in memory while the request waits.
            let before = meta.len();
            meta.retain(|name, _| USED_META.contains(&name.as_str()) || name.starts_with(PREFIX));
            changed |= meta.len() != before;
            changed |= meta.get_mut(CAPABILITIES).is_some_and(make_capabilities);
        }
        Some(_) => return Err("`params._meta` must be an object.".to_owned()),
    }
    if let ("initialize", Some(Value::Object(client))) = (method, params.get_mut("clientInfo")) {
        // They may be images, and would be kept as long as the session.
        changed |= client.shift_remove("icons").is_some();
    }
    if let Some(Value::Object(context)) = params.get_mut("context")
        && context.get("arguments").is_some_and(is_empty)
    {
        context.shift_remove("arguments");
        changed = true;
    }
    if method == "server/discover" {
        // rmcp treats the method as unknown if there are other members.
        let before = params.len();
        params.retain(|name, _| name == "_meta");
        changed |= params.len() != before;
    }
    if let Some(params) = object.get("params") {
        check_version(params)?;
    }
    match object.get("params").map(|params| check(method, params)) {
        Some(Err(problem)) if is_request => Err(format!("{problem}. {}", example(method))),
        _ => Ok(changed),
    }
}

/// Whether a value is one of the spellings of an empty object.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn make_object(value: &mut Value) -> bool {
    let empty = is_empty(value);
    if empty {
        *value = Value::Object(Map::new());
    }
    empty
}

/// Makes capabilities and their members objects. A capability that is `null` is left as it is, and rmcp takes it as
/// absent.
fn make_capabilities(value: &mut Value) -> bool {
    let mut changed = make_object(value);
    for capability in value.as_object_mut().into_iter().flat_map(Map::values_mut) {
        changed |= !capability.is_null() && make_object(capability);
        for part in capability.as_object_mut().into_iter().flat_map(Map::values_mut) {
            changed |= part.is_array() && make_object(part);
        }
    }
    changed
}

fn is_supported_method(method: &str) -> bool {
    const METHODS: [&str; 13] = [
        "completion/complete",
        "initialize",
        "logging/setLevel",
        "ping",
        "prompts/get",
        "prompts/list",
        "resources/list",
        "resources/read",
        "resources/templates/list",
        "server/discover",
        "subscriptions/listen",
        "tools/call",
        "tools/list",
    ];
    METHODS.contains(&method) || method.starts_with("notifications/")
}

/// Validates the parameters of a method.
fn check(method: &str, params: &Value) -> Result<(), String> {
    match method {
        // Protocol version 2026-07-28 has removed these methods, and rmcp rejects them.
        "initialize" | "logging/setLevel" if params.pointer(VERSION).is_some_and(is_stateless) => Ok(()),
        "initialize" => check_params::<InitializeRequestParams>(params),
        "tools/call" => check_params::<CallToolRequestParams>(params),
        "prompts/get" => check_params::<GetPromptRequestParams>(params),
        "resources/read" => check_params::<ReadResourceRequestParams>(params),
        "completion/complete" => check_params::<CompleteRequestParams>(params),
        "logging/setLevel" => check_params::<SetLevelRequestParams>(params),
        "subscriptions/listen" => check_params::<SubscriptionsListenRequestParams>(params),
        "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list" => {
            check_params::<PaginatedRequestParams>(params)
        }
        _ => Ok(()),
    }
}

/// Rejects a text that is too long for a protocol version.
fn check_version(params: &Value) -> Result<(), String> {
    let versions = [params.get("protocolVersion"), params.pointer(VERSION)];
    let mut texts = versions.into_iter().flatten().filter_map(Value::as_str);
    if texts.any(|version| version.len() > LONGEST_VERSION) {
        return Err(format!(
            "The protocol version has more than {LONGEST_VERSION} bytes. It is a date, such as {}.",
            ProtocolVersion::LATEST.as_str()
        ));
    }
    Ok(())
}

fn is_stateless(version: &Value) -> bool {
    let version = serde_json::from_value::<ProtocolVersion>(version.clone());
    version.is_ok_and(|version| !version.has_initialize())
}

fn check_params<T: DeserializeOwned>(params: &Value) -> Result<(), String> {
    serde_path_to_error::deserialize::<_, T>(params).map(drop).map_err(|error| {
        let problem = without_type_names(&error.inner().to_string());
        match error.path().to_string() {
            root if root == "." => format!("`params`: {problem}"),
            path => format!("`params.{path}`: {problem}"),
        }
    })
}

/// Replaces Rust type names in a serde error by "an object".
fn without_type_names(problem: &str) -> String {
    let Some((found, wanted)) = problem.split_once(", expected ") else { return problem.to_owned() };
    let is_object =
        ["a map", "struct ", "internally tagged enum "].iter().any(|kind| wanted.starts_with(kind));
    if is_object { format!("{found}, expected an object") } else { problem.to_owned() }
}

/// An example of valid parameters.
fn example(method: &str) -> String {
    let params = match method {
        "initialize" => {
            r#"{"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "…", "version": "…"}}"#
        }
        "tools/call" | "prompts/get" => r#"{"name": "…", "arguments": {}}"#,
        "resources/read" => r#"{"uri": "…"}"#,
        "completion/complete" => {
            r#"{"ref": {"type": "ref/prompt", "name": "…"}, "argument": {"name": "…", "value": "…"}}"#
        }
        "logging/setLevel" => r#"{"level": "info"}"#,
        "subscriptions/listen" => r#"{"notifications": {"toolsListChanged": true}}"#,
        _ => "{}",
    };
    format!("The `params` of {} are such as {params}.", crate::text::shortened(method, 60))
}
