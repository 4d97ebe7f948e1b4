//! Every schema that a client is shown, held against the narrowest rules of the APIs of models.
//!
//! Google's function declarations take a subset of OpenAPI: no empty text among the values of an enum, values for texts
//! alone, items for each array, properties for each object below the top, and no keyword that combines schemas. OpenAI's
//! names have at most 64 of `[a-zA-Z0-9_-]`, and five levels of objects; Anthropic's properties the same characters.
//! OpenAI's strict mode also asks for `additionalProperties: false` and for every property to be required. These schemas
//! do not: a filter that is left out is no filter, and `callTool` takes the arguments of any tool.

use mistmcp_tests::{Launch, Lifecycle};
use serde_json::{Map, Value};

const KEYWORDS: [&str; 10] = [
    "type",
    "description",
    "properties",
    "required",
    "enum",
    "items",
    "default",
    "pattern",
    "minimum",
    "maximum",
];
/// Bytes of a description: OpenAI takes 1,024 characters of a tool's.
const LONGEST: usize = 1_024;
const DEEPEST: usize = 5;

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&name.len()) && name.bytes().all(fits)
}

/// What is wrong with a schema, with the way to it.
fn faults(path: &str, schema: &Map<String, Value>, depth: usize) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |what: &str| faults.push(format!("{path}: {what}"));
    for keyword in schema.keys().filter(|keyword| !KEYWORDS.contains(&keyword.as_str())) {
        fault(&format!("the keyword `{keyword}`"));
    }
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    if !["string", "integer", "number", "boolean", "array", "object"].contains(&kind) {
        fault("no single type");
    }
    if schema.get("description").is_some_and(|words| words.as_str().is_none_or(|words| words.len() > LONGEST))
    {
        fault("a description that is too long, or none");
    }
    if let Some(values) = schema.get("enum") {
        let texts: Vec<_> = values.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let all = values.as_array().is_some_and(|values| values.len() == texts.len());
        if kind != "string" || !all || texts.is_empty() || texts.contains(&"") {
            fault("an enum that is not of texts, or has an empty one");
        }
        if schema.get("default").is_some_and(|default| !texts.iter().any(|text| default == text)) {
            fault("a default that is not of the enum");
        }
    }
    if (kind == "array") != schema.get("items").is_some_and(Value::is_object) {
        fault("an array without items, or items without an array");
    }
    if depth > DEEPEST {
        fault("too deep");
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    // A tool without parameters has none at the top; below it every object says what is in it.
    if (kind == "object") != properties.is_some_and(|properties| depth == 1 || !properties.is_empty()) {
        fault("an object without properties, or properties without an object");
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if !properties
            .is_some_and(|properties| name.as_str().is_some_and(|name| properties.contains_key(name)))
        {
            fault("it requires what it has not");
        }
    }
    let nested = properties.into_iter().flatten();
    for (name, schema) in nested
        .map(|(name, schema)| (name.as_str(), schema))
        .chain(schema.get("items").map(|items| ("items", items)))
    {
        if !is_name(name) {
            faults.push(format!("{path}: the name of {name}"));
        }
        match schema.as_object() {
            Some(schema) => faults.extend(self::faults(&format!("{path}.{name}"), schema, depth + 1)),
            None => faults.push(format!("{path}.{name}: no schema")),
        }
    }
    faults
}

#[tokio::test]
async fn every_schema_is_one_that_all_model_apis_take() {
    for lifecycle in Lifecycle::BOTH {
        for (arguments, least) in
            [("--demo", 4), ("--demo -m all", 200), ("--demo -m custom -c orgs_stats,sites", 10)]
        {
            let client = Launch::new(arguments).client(lifecycle).await;
            let tools = client.tools().await;
            assert!(tools.len() >= least, "{arguments}: {}", tools.len());
            let mut found = Vec::new();
            for tool in &tools {
                let description = tool.description.as_deref().unwrap_or_default();
                if !is_name(&tool.name) || !(1..=LONGEST).contains(&description.len()) {
                    found.push(format!("{}: its name or description", tool.name));
                }
                if tool.input_schema.get("type").is_none_or(|kind| kind != "object") {
                    found.push(format!("{}: no object", tool.name));
                }
                found.extend(faults(&tool.name, &tool.input_schema, 1));
            }
            assert!(found.is_empty(), "{lifecycle:?} {arguments}:\n{}", found.join("\n"));
        }
    }
}

#[test]
fn the_rules_find_what_model_apis_refuse() {
    for (schema, wanted) in [
        (r#"{"type":"object","properties":{"a":{"type":"string","enum":["","x"]}}}"#, "empty"),
        (r#"{"type":"object","properties":{"a":{"type":"integer","enum":[1]}}}"#, "texts"),
        (r#"{"type":"object","properties":{"a":{"type":"object"}}}"#, "properties"),
        (r#"{"type":"object","properties":{"a":{"type":"object","properties":{}}}}"#, "properties"),
        (r#"{"type":"object","properties":{"a":{"type":"array"}}}"#, "items"),
        (r#"{"type":"object","properties":{"a":{"type":["string","null"]}}}"#, "type"),
        (r#"{"type":"object","properties":{"a":{}}}"#, "type"),
        (r#"{"type":"object","properties":{"a b":{"type":"string"}}}"#, "name"),
        (r#"{"type":"object","properties":{},"required":["a"]}"#, "requires"),
        (r#"{"type":"object","properties":{"a":{"type":"string","format":"date"}}}"#, "format"),
        (r#"{"type":"object","properties":{},"anyOf":[]}"#, "anyOf"),
    ] {
        let Value::Object(schema) = serde_json::from_str(schema).unwrap() else { panic!("{schema}") };
        let found = faults("t", &schema, 1);
        assert!(found.iter().any(|fault| fault.contains(wanted)), "{wanted}: {found:?}");
    }
}
