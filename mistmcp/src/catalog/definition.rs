//! Definition of a tool for `tools/list`.

use std::sync::Arc;

use rmcp::model::{Tool as Definition, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::title::title;
use crate::endpoint::Method;
use crate::mist::CURSOR;
use crate::mist::api::paging::SEARCH_AFTER;
use crate::param::{Param, ParamKind, rules};
use crate::{Hints, Run, Tool};

pub(super) fn definition(tool: &'static Tool, params: &[&'static Param]) -> Definition {
    let title = title(tool.name);
    let mut schema = input_schema(params, rules(tool.params));
    if pages_by_cursor(tool, params)
        && let Some(Value::Object(properties)) = schema.get_mut("properties")
    {
        let cursor = json!({ "type": "string", "description": "From next" });
        properties.entry(CURSOR).or_insert(cursor);
    }
    Definition::new(tool.name, plain(tool.description), Arc::new(schema))
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

/// Whether a list of rows has a page size and no parameter for the page: `next` has a `cursor`, which all lists accept.
fn pages_by_cursor(tool: &Tool, params: &[&'static Param]) -> bool {
    let takes = |name: &str| params.iter().any(|param| param.name == name);
    let has_rows = takes("limit") && params.iter().any(|param| param.picks_fields());
    let is_get = matches!(&tool.run, Run::Endpoint(endpoint) if endpoint.method == Method::GET);
    is_get && has_rows && !takes("page") && !takes(SEARCH_AFTER)
}

fn input_schema(params: &[&'static Param], rules: Map<String, Value>) -> Map<String, Value> {
    let in_schema = |param: &Param| param.reader().is_none_or(|reader| reader.in_schema);
    let shown = params.iter().filter(|param| in_schema(param));
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
        ParamKind::Value(reader) => (reader.schema)(),
        ParamKind::Body(reader) => (reader.schema)(),
        ParamKind::Group(..) => return Value::Null,
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
