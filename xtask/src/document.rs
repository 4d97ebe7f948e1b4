//! Mist's OpenAPI document, as far as tools are concerned.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use mistmcp::serde_json::{self, Value};

pub(crate) struct Document {
    root: Value,
}

/// A parameter of an operation, with what a schema may say of it.
#[derive(Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) place: String,
    pub(crate) required: bool,
    pub(crate) kind: Option<String>,
    pub(crate) values: Option<Vec<String>>,
    /// The values that its description lists.
    pub(crate) described: Option<Vec<String>>,
    pub(crate) default: Option<Value>,
    /// Whether its description says that it takes several values, with commas between them.
    pub(crate) several: bool,
}

/// The values in a description that ends with ``enum: `a`, `b` ``.
fn described(description: &str) -> Option<Vec<String>> {
    let (_, list) = description.split_once("enum: ")?;
    Some(list.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}

/// Whether a description says that several values are taken. Some say that commas are not supported.
fn several(description: &str) -> bool {
    description.to_lowercase().contains("comma") && !description.contains("not supported")
}

impl Document {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let root = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?;
        Ok(Self { root })
    }

    #[cfg(test)]
    pub(crate) fn of(root: Value) -> Self {
        Self { root }
    }

    pub(crate) fn version(&self) -> &str {
        self.root["info"]["version"].as_str().unwrap_or("?")
    }

    /// The parameters of an operation by name, or nothing where there is no such operation.
    pub(crate) fn parameters(&self, path: &str, method: &str) -> Option<BTreeMap<String, Parameter>> {
        let item = self.root["paths"].get(path)?;
        let operation = item.get(method)?;
        let listed = |holder: &'_ Value| holder["parameters"].as_array().cloned().unwrap_or_default();
        let parameters = listed(item).into_iter().chain(listed(operation));
        Some(
            parameters
                .filter_map(|parameter| {
                    let parameter = self.resolve(&parameter);
                    let name = parameter["name"].as_str()?.to_owned();
                    Some((name, self.parameter(parameter)))
                })
                .collect(),
        )
    }

    /// The operationId of an operation.
    pub(crate) fn operation(&self, path: &str, method: &str) -> Option<&str> {
        self.root["paths"].get(path)?.get(method)?["operationId"].as_str()
    }

    /// The path and the operationId of each GET.
    pub(crate) fn gets(&self) -> impl Iterator<Item = (&str, &str)> {
        let paths = self.root["paths"].as_object().into_iter().flatten();
        paths.filter_map(|(path, item)| {
            Some((path.as_str(), item.get("get")?["operationId"].as_str().unwrap_or_default()))
        })
    }

    /// The schemas of what an operation answers where it succeeds.
    pub(crate) fn answers(&self, path: &str, method: &str) -> Vec<&Value> {
        let responses = &self.root["paths"][path][method]["responses"];
        let content = self.resolve(&responses["200"])["content"].as_object();
        content.into_iter().flatten().map(|(_, content)| &content["schema"]).collect()
    }

    /// Whether an operation answers a list: an array, or rows with something beside them. Nothing where the document
    /// does not say.
    pub(crate) fn answers_list(&self, path: &str, method: &str) -> Option<bool> {
        let answers = self.answers(path, method);
        let schema = self.resolve(answers.first()?);
        match (schema["type"].as_str(), schema.get("properties")) {
            (Some("array"), _) => Some(true),
            (_, Some(fields)) => Some(fields.get("results").is_some() || fields.get("total_count").is_some()),
            _ => None,
        }
    }

    fn parameter(&self, parameter: &Value) -> Parameter {
        let schema = self.resolve(&parameter["schema"]);
        let (kind, values, default) = self.schema(schema);
        Parameter {
            place: parameter["in"].as_str().unwrap_or_default().to_owned(),
            required: parameter["required"].as_bool().unwrap_or(false),
            kind,
            values,
            described: parameter["description"].as_str().and_then(described),
            default,
            several: parameter["description"].as_str().is_some_and(several),
        }
    }

    /// Type, enum and default, looked for in the schema and in what it is put together from.
    fn schema(&self, schema: &Value) -> (Option<String>, Option<Vec<String>>, Option<Value>) {
        let mut found = (
            schema["type"].as_str().map(str::to_owned),
            schema["enum"].as_array().map(|values| {
                values
                    .iter()
                    .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                    // Schemas for models have no empty value; it is read where it is sent.
                    .filter(|value| !value.is_empty())
                    .collect()
            }),
            schema.get("default").cloned(),
        );
        for part in ["allOf", "oneOf", "anyOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
            let (kind, values, default) = self.schema(self.resolve(part));
            found = (found.0.or(kind), found.1.or(values), found.2.or(default));
        }
        found
    }

    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        // References to references are followed as far as a document sensibly goes.
        for _ in 0..10 {
            match value["$ref"].as_str().and_then(|reference| self.root.pointer(reference.strip_prefix('#')?))
            {
                Some(target) => value = target,
                None => break,
            }
        }
        value
    }
}
