use std::fmt::Write;

use serde_json::Value;

use super::Entry;

/// A parameter of a tool, as people read it.
#[derive(Debug)]
pub(crate) struct Parameter<'a> {
    pub(crate) name: &'a str,
    pub(crate) required: bool,
    /// What it means, the values that it takes, and what stands for it where it is left out.
    pub(crate) about: String,
}

impl Entry {
    /// Its parameters, as clients see them.
    pub(crate) fn parameters(&self) -> Vec<Parameter<'_>> {
        let schema = &self.definition().input_schema;
        let required = schema.get("required").and_then(Value::as_array);
        let properties = schema.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .map(|(name, property)| Parameter {
                name,
                required: required.is_some_and(|required| required.iter().any(|other| other == name)),
                about: about(property),
            })
            .collect()
    }
}

fn about(property: &Value) -> String {
    let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
    let values: Vec<_> = property
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut text = description.to_owned();
    if !values.is_empty() {
        let _ = write!(text, " One of: {}.", values.join(", "));
    }
    if let Some(default) = property.get("default") {
        let _ = write!(
            text,
            " Default: {}.",
            default.as_str().map_or_else(|| default.to_string(), str::to_owned)
        );
    }
    text
}
