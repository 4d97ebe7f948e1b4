//! Human-readable descriptions of parameters: [`Parameter`].

use serde_json::Value;

use super::Entry;

/// Human-readable description of a parameter.
#[derive(Debug)]
pub(crate) struct Parameter<'a> {
    pub(crate) name: &'a str,
    /// Its type in up to three words.
    pub(crate) kind: String,
    pub(crate) required: bool,
    /// Its meaning, allowed values and default.
    pub(crate) about: String,
}

/// The audience of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A person, who gets the full description.
    Person,
    /// A model, which gets the short one.
    Model,
}

impl Entry {
    /// The full description of a parameter; clients get the short one. For the repository's own
    /// tasks.
    #[doc(hidden)]
    pub fn description_of(&self, parameter: &str) -> &'static str {
        // Lists take it beside their own parameters.
        let other =
            if parameter == crate::mist::CURSOR { "The `cursor` in `next` of the page before." } else { "" };
        self.params().iter().find(|param| param.name == parameter).map_or(other, |param| param.description)
    }

    /// The parameters that clients see. People see those too that schemas leave out, since errors name them.
    pub(crate) fn parameters(&self, audience: Audience) -> Vec<Parameter<'_>> {
        let schema = &self.definition().input_schema;
        let required = schema.get("required").and_then(Value::as_array);
        let properties = schema.get("properties").and_then(Value::as_object);
        let left_out = self.params().iter().filter(|param| {
            audience == Audience::Person && param.reader().is_some_and(|reader| !reader.in_schema)
        });
        let left_out = left_out.map(|param| Parameter {
            name: param.name,
            kind: "string".to_owned(),
            required: param.required(),
            about: one_line(param.description),
        });
        let shown = properties.into_iter().flatten().map(|(name, property)| Parameter {
            name,
            kind: kind(property),
            required: required.is_some_and(|required| required.iter().any(|other| other == name)),
            about: match audience {
                Audience::Person => about(self.description_of(name), property),
                Audience::Model => about(of_schema(property), property),
            },
        });
        shown.chain(left_out).collect()
    }
}

fn kind(property: &Value) -> String {
    let named = |schema: &Value| schema.get("type").and_then(Value::as_str).map(str::to_owned);
    match (named(property).as_deref(), property.get("items")) {
        (Some("array"), Some(items)) => format!("list of {}", named(items).unwrap_or_default()),
        (Some("array"), None) => "list".to_owned(),
        (Some(kind), _) => kind.to_owned(),
        (None, _) => String::new(),
    }
}

fn of_schema(property: &Value) -> &str {
    property.get("description").and_then(Value::as_str).unwrap_or_default()
}

fn about(description: &str, property: &Value) -> String {
    let mut sentences = Vec::new();
    if !description.is_empty() {
        sentences.push(format!("{}.", one_line(description.trim_end_matches('.'))));
    }
    let values = property.get("enum").or_else(|| property.get("items")?.get("enum"));
    if let Some(Value::Array(values)) = values {
        sentences.push(format!("One of: {}.", values.iter().map(plain).collect::<Vec<_>>().join(", ")));
    }
    for (keyword, words) in [("minimum", "At least"), ("maximum", "At most"), ("default", "Default:")] {
        sentences.extend(property.get(keyword).map(|value| format!("{words} {}.", plain(value))));
    }
    sentences.join(" ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Joins a text into one line.
pub(crate) fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_parameter_shows_its_meaning_its_values_and_its_default() {
        let band = json!({ "type": "string", "description": "Band.", "enum": ["5", "24"], "default": "5" });
        assert_eq!(
            (kind(&band), about(of_schema(&band), &band)),
            ("string".to_owned(), "Band. One of: 5, 24. Default: 5.".to_owned())
        );
        let kinds = json!({ "type": "array", "items": { "type": "string", "enum": ["ap"] } });
        assert_eq!(
            (kind(&kinds), about("", &kinds)),
            ("list of string".to_owned(), "One of: ap.".to_owned())
        );
        let page = json!({ "type": "integer", "minimum": 1, "default": 1 });
        assert_eq!(about("", &page), "At least 1. Default: 1.");
    }
}
