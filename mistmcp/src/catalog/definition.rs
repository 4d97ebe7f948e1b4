//! Definition of a tool for `tools/list`.

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

/// The hints as MCP tool annotations.
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
    // Every list tool accepts `fields`. Only the schemas of paginated tools show it, and the
    // server's instructions mention it for all: in every schema it would cost about a thousand
    // tokens.
    let paged = params.iter().any(|param| ["page", "search_after"].contains(&param.name));
    let in_schema = |param: &Param| param.reader().is_none_or(|reader| reader.in_schema);
    let shown = params.iter().filter(|param| in_schema(param) && (paged || !param.picks_fields()));
    let properties: Map<_, _> = shown.map(|param| (param.name.to_owned(), property(param))).collect();
    let required: Vec<_> = params.iter().filter(|param| param.required()).map(|param| param.name).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    for (keyword, rule) in rules {
        // A parameter's own rule takes precedence.
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
    // Type before description: this order costs the fewest tokens.
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

/// Removes markup that only people need: over the whole list, back quotes cost hundreds of tokens.
fn plain(description: &str) -> String {
    description.replace('`', "")
}

/// The description of a parameter, which is not a sentence, without its full stop.
fn terse(description: &str) -> String {
    plain(description.trim_end_matches('.'))
}
