//! A tool as clients see it in `tools/list`.

use std::sync::Arc;

use rmcp::model::{Tool as Definition, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::title::title;
use crate::param::{Kind, Param, rules};
use crate::{Hints, Tool};

pub(super) fn definition(tool: &'static Tool, params: &[&'static Param]) -> Definition {
    let title = title(tool.name);
    Definition::new(tool.name, plain(tool.description), Arc::new(input_schema(params, rules(tool.params))))
        .with_title(title)
        .with_annotations(annotations(tool.hints))
}

/// The hints as MCP has them.
pub(crate) fn annotations(hints: Hints) -> ToolAnnotations {
    ToolAnnotations::from_raw(
        None,
        Some(hints.read_only),
        Some(hints.destructive),
        Some(hints.idempotent),
        Some(hints.open_world),
    )
}

fn input_schema(params: &[&'static Param], rules: Map<String, Value>) -> Map<String, Value> {
    // Which fields to keep may be said to every tool that lists. The schemas of those with pages show it, and the
    // server's instructions tell it for all: in each schema it would cost a client a thousand tokens.
    let paged = params.iter().any(|param| ["page", "search_after"].contains(&param.name));
    let shown = params.iter().filter(|param| paged || !param.picks_fields());
    let properties: Map<_, _> = shown.map(|param| (param.name.to_owned(), property(param))).collect();
    let required: Vec<_> = params.iter().filter(|param| param.required()).map(|param| param.name).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    for (keyword, rule) in rules {
        // What the parameters say of themselves stands.
        schema.entry(keyword).or_insert(rule);
    }
    schema
}

fn property(param: &Param) -> Value {
    let schema = match param.kind {
        Kind::Value(reader) => (reader.schema)(),
        Kind::Body(reader) => (reader.schema)(),
        Kind::Group(..) => return Value::Null,
    };
    // The type, then the words: in this order they cost the fewest tokens.
    let mut property = Map::new();
    if let Some(kind) = schema.get("type") {
        property.insert("type".into(), kind.clone());
    }
    property.insert("description".into(), terse(param.brief).into());
    if let Value::Object(rest) = schema.to_value() {
        property.extend(rest.into_iter().filter(|(key, _)| key != "type" && key != "description"));
    }
    if let Some(text) = param.default {
        let kind = property.get("type").and_then(Value::as_str);
        let value = match kind {
            Some("string") | None => Value::from(text),
            Some(_) => text.parse::<Value>().unwrap_or_else(|_| text.into()),
        };
        property.insert("default".into(), value);
    }
    Value::Object(property)
}

/// Words without what only people need: over the whole list, back quotes come to hundreds of tokens.
fn plain(description: &str) -> String {
    description.replace('`', "")
}

/// The words of a parameter, which are no sentence: without its full stop as well.
fn terse(description: &str) -> String {
    plain(description.trim_end_matches('.'))
}
