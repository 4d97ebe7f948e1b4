//! A tool as clients see it in `tools/list`.

use std::sync::Arc;

use rmcp::model::{Tool as Definition, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::title::title;
use crate::Tool;
use crate::tool::{Kind, Param};

pub(super) fn definition(tool: &'static Tool, params: &[&'static Param]) -> Definition {
    let title = title(tool.name);
    let hints = tool.hints;
    let annotations = ToolAnnotations::from_raw(
        None,
        Some(hints.read_only),
        Some(hints.destructive),
        Some(hints.idempotent),
        Some(hints.open_world),
    );
    Definition::new(tool.name, tool.description, Arc::new(input_schema(params)))
        .with_title(title)
        .with_annotations(annotations)
}

fn input_schema(params: &[&'static Param]) -> Map<String, Value> {
    let properties: Map<_, _> = params.iter().map(|param| (param.name.to_owned(), property(param))).collect();
    let required: Vec<_> = params.iter().filter(|param| param.required()).map(|param| param.name).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

fn property(param: &Param) -> Value {
    let mut schema = match param.kind {
        Kind::Value(reader) => (reader.schema)(),
        Kind::Body(reader) => (reader.schema)(),
        Kind::Group(_) => return Value::Null,
    };
    if let Some(text) = param.default {
        let kind = schema.get("type").and_then(Value::as_str);
        let value = match kind {
            Some("string") | None => Value::from(text),
            Some(_) => text.parse::<Value>().unwrap_or_else(|_| text.into()),
        };
        schema.insert("default".into(), value);
    }
    schema.insert("description".into(), param.description.into());
    schema.to_value()
}
