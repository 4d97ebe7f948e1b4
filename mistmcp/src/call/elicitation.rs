//! Elicitation: the schema of a form, and its result ([`Form`]).

use rmcp::model::{ElicitRequest, ElicitRequestParams, InputRequest};
use schemars::Schema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::ClientRequest;
use crate::argument::inlined_schema;
use crate::capability::Capability;
use crate::{Error, RequestBody, Result};

/// The result of an elicitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form<T> {
    /// The user has filled in the form.
    Filled(T),
    /// The user has declined.
    Declined,
    /// The user has closed the form without a choice (`cancel`).
    Closed,
}

impl<T> Form<T> {
    /// The form, if it was filled in.
    pub fn filled(self) -> Option<T> {
        match self {
            Self::Filled(form) => Some(form),
            Self::Declined | Self::Closed => None,
        }
    }
}

/// The request to fill in a form.
pub(crate) fn request(message: String, form: Schema) -> ClientRequest {
    let shown = form.clone();
    let input = move |message| {
        let requested_schema = serde_json::from_value(shown.to_value()).map_err(|error| {
            Error::advice(format!(
                "A form has fields that are texts, numbers, booleans or choices, and this one does not: {error}."
            ))
        })?;
        let params = ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
        Ok(InputRequest::Elicitation(ElicitRequest::new(params)))
    };
    ClientRequest::new(Capability::Elicitation, message, input, move |response| fits(response, &form))
}

/// The schema of a form for `T`. MCP allows no null in it: an optional field is one that is not required.
pub(super) fn schema_of<T: RequestBody>() -> Result<Schema> {
    let mut schema = inlined_schema::<T>();
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut).ok_or_else(|| {
        Error::advice(format!(
            "`{}` is no form: take a struct with named fields.",
            std::any::type_name::<T>()
        ))
    })?;
    for field in fields.values_mut().filter_map(Value::as_object_mut) {
        simplify(field);
    }
    Ok(schema)
}

fn simplify(field: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = field.get("type")
        && let Some(kind) = kinds.iter().find(|kind| *kind != "null").cloned()
    {
        field.insert("type".into(), kind);
    }
    // A choice whose values have doc comments becomes one with titles.
    if let Some(Value::Array(choices)) = field.get_mut("oneOf") {
        for choice in choices.iter_mut().filter_map(Value::as_object_mut) {
            choice.remove("type");
            if let Some(description) = choice.remove("description").or_else(|| choice.get("const").cloned()) {
                choice.entry("title").or_insert(description);
            }
        }
        field.entry("type").or_insert_with(|| "string".into());
    }
    // The number formats of schemars are specific to Rust.
    if field.get("type").is_some_and(|kind| kind != "string") {
        field.remove("format");
    }
}

/// Parses the response to an elicitation.
pub(super) fn parse<T: DeserializeOwned>(answer: Value) -> Result<Form<T>> {
    let Value::Object(mut answer) = answer else { return Err(unreadable("it is no object")) };
    match answer.get("action").and_then(Value::as_str) {
        Some("accept") => {
            let content = answer.remove("content").unwrap_or_else(|| Map::new().into());
            serde_json::from_value(content).map(Form::Filled).map_err(|error| unreadable(&error.to_string()))
        }
        Some("decline") => Ok(Form::Declined),
        Some("cancel") => Ok(Form::Closed),
        _ => Err(unreadable("it does not say whether the form was filled in")),
    }
}

fn unreadable(why: &str) -> Error {
    Error::advice(format!("The client's answer cannot be read: {why}. Call again to ask once more."))
}

/// Whether a response is valid: declined, cancelled, or filled in with all required fields, each of its type.
fn fits(answer: &Value, form: &Schema) -> bool {
    match answer.get("action").and_then(Value::as_str) {
        Some("accept") => is_complete(answer.get("content").unwrap_or(&Value::Null), form),
        Some("decline" | "cancel") => true,
        _ => false,
    }
}

fn is_complete(content: &Value, form: &Schema) -> bool {
    let required = form.get("required").and_then(Value::as_array).into_iter().flatten();
    let complete = required.filter_map(Value::as_str).all(|name| content.get(name).is_some());
    let fields = form.get("properties").and_then(Value::as_object).into_iter().flatten();
    complete
        && fields
            .into_iter()
            .all(|(name, field)| content.get(name).is_none_or(|value| is_of_type(value, field)))
}

fn is_of_type(value: &Value, field: &Value) -> bool {
    match field.get("type").and_then(Value::as_str) {
        Some("string") => value.is_string(),
        Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
    struct Person {
        /// What you are called.
        name: String,
        age: Option<u32>,
    }

    #[derive(Deserialize, Serialize, schemars::JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Way {
        /// By phone
        Phone,
        /// By mail
        Mail,
    }

    #[derive(Deserialize, Serialize, schemars::JsonSchema)]
    struct Contact {
        way: Way,
    }

    #[test]
    fn choices_have_titles() {
        let form = schema_of::<Contact>().unwrap();
        let choices =
            json!([{ "const": "phone", "title": "By phone" }, { "const": "mail", "title": "By mail" }]);
        assert_eq!(form.pointer("/properties/way"), Some(&json!({ "oneOf": choices, "type": "string" })));
    }

    fn accepted(content: &Value) -> Value {
        json!({ "action": "accept", "content": content })
    }

    #[test]
    fn a_form_has_plain_fields_and_lists_required_ones() {
        let form = schema_of::<Person>().unwrap();
        assert_eq!(form.get("required").unwrap(), &json!(["name"]));
        let name = json!({ "type": "string", "description": "What you are called." });
        assert_eq!(form.pointer("/properties/name").unwrap(), &name);
        assert_eq!(form.pointer("/properties/age/type").unwrap(), "integer");
        assert_eq!(form.pointer("/properties/age/format"), None);
        assert!(schema_of::<String>().unwrap_err().to_string().contains("struct with named fields"));
    }

    #[test]
    fn a_form_is_filled_in_declined_or_closed() {
        let filled = parse(accepted(&json!({ "name": "Ada" }))).unwrap();
        assert_eq!(filled, Form::Filled(Person { name: "Ada".to_owned(), age: None }));
        assert_eq!(parse::<Person>(json!({ "action": "decline" })).unwrap(), Form::Declined);
        assert_eq!(parse::<Person>(json!({ "action": "cancel" })).unwrap().filled(), None);
        assert!(parse::<Person>(json!({ "action": "perhaps" })).is_err());
    }

    #[test]
    fn an_invalid_response_does_not_fit() {
        let form = schema_of::<Person>().unwrap();
        assert!(fits(&accepted(&json!({ "name": "Ada", "age": 36, "more": 1 })), &form));
        assert!(fits(&json!({ "action": "decline" }), &form));
        for wrong in
            [json!(12345), Value::Null, json!({}), accepted(&json!({})), accepted(&json!({ "name": 1 }))]
        {
            assert!(!fits(&wrong, &form), "{wrong}");
        }
    }
}
