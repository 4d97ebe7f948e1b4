//! Explanation of Mist's errors by the arguments of the call: [`explained`].

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::argument::{Arguments, Listed, QueryValue};
use crate::endpoint::Endpoint;
use crate::error::ErrorKind;
use crate::mist::Request;
use crate::mist::api::paths::CONSTANTS;
use crate::param::Param;
use crate::suggestion::remedy;
use crate::text::shortened;
use crate::{Error, Mist};

/// Timeout for the list that explains a failed call.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Adds to an error the argument that may be its cause: a value that Mist does not list, for which
/// one more request is sent, or a parameter that Mist requires although its OpenAPI document does
/// not.
pub(super) async fn explained(
    mut error: Error,
    params: &[&'static Param],
    arguments: &Arguments,
    mist: &Mist,
) -> Error {
    if !matches!(error.kind(), ErrorKind::Missing | ErrorKind::Request) {
        return error;
    }
    for param in params {
        let Some(reader) = param.reader() else { continue };
        match param.wire(arguments) {
            None if reader.advised && error.kind() == ErrorKind::Request => {
                error = error.append(format!(
                    " `{}` was left out, and Mist has refused this call without it: add it.",
                    param.name
                ));
            }
            Some(value) => {
                let (Some(listed), QueryValue::Text(value)) = (reader.listed, value) else { continue };
                // Constants are public. Other lists belong to the organization.
                let disclosed = listed.path.starts_with(CONSTANTS) || mist.discloses(&[listed.tool]);
                let listed_values =
                    if disclosed { listed_values(listed, params, arguments, mist).await } else { None };
                match listed_values {
                    Some(listed_values) => {
                        let mut written = value.split(',').map(str::trim);
                        if let Some(unknown) = written.find(|written| !listed_values.contains(*written)) {
                            return unlisted(error.kind(), param.name, unknown, &listed_values, listed);
                        }
                        if error.kind() == ErrorKind::Missing {
                            error = error.append(format!(
                                " If the ids are right, Mist has no data for this `{}` here: try another one.",
                                param.name
                            ));
                        }
                    }
                    None => {
                        let hint =
                            format!(" Whether it knows this `{}` tells `{}`.", param.name, listed.tool);
                        error = error.hint([(listed.tool, hint.as_str())], "");
                    }
                }
            }
            None => {}
        }
    }
    error
}

fn unlisted(
    kind: ErrorKind,
    name: &str,
    written: &str,
    listed_values: &BTreeSet<String>,
    listed: Listed,
) -> Error {
    let remedy = remedy(written, listed_values.iter().map(String::as_str));
    let hint = format!(" `{}` tells about them.", listed.tool);
    Error::new(kind, format!("`{name}`: Mist has no \"{}\" here{remedy}", shortened(written, 60)))
        .hint([(listed.tool, hint.as_str())], "")
}

/// The values that Mist lists, if they can be requested.
async fn listed_values(
    listed: Listed,
    params: &[&'static Param],
    arguments: &Arguments,
    mist: &Mist,
) -> Option<BTreeSet<String>> {
    let endpoint = Endpoint::get(listed.path);
    let holes = params.iter().filter(|param| endpoint.has_hole(param.name));
    let values = holes.map(|param| Some((param.name, param.wire(arguments)?)));
    let request = Request::to_endpoint(&endpoint, values.collect::<Option<_>>()?).ok()?;
    let answer = tokio::time::timeout(LOOKUP_TIMEOUT, mist.send(request)).await.ok()?.ok()?;
    let answer = answer.json().ok()?;
    let scope = if params.iter().any(|param| param.name == "msp_id") { Some("msp") } else { None };
    let scoped = scope.map(|scope| of_scope(&answer, scope)).and_then(|listed| names(&listed));
    let scoped = scoped.filter(|names| !names.is_empty());
    scoped.or_else(|| names(&answer)).filter(|names| !names.is_empty())
}

/// The entries of an object of entries that are for this scope. Entries that name no `scopes` are for none in particular.
fn of_scope(listed: &Value, scope: &str) -> Value {
    let is_for = |entry: &Value| {
        entry["scopes"].as_array().is_some_and(|scopes| scopes.iter().any(|other| other == scope))
    };
    let entries = listed.as_object().into_iter().flatten();
    let entries =
        entries.filter(|(_, entry)| is_for(entry)).map(|(name, entry)| (name.clone(), entry.clone()));
    entries.collect::<serde_json::Map<_, _>>().into()
}

/// Names in a list of texts, of lists, or of objects with names.
fn names(value: &Value) -> Option<BTreeSet<String>> {
    let text = |value: &Value| match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(object) => {
            ["key", "name"].iter().find_map(|key| object.get(*key)?.as_str().map(str::to_owned))
        }
        _ => None,
    };
    match value {
        Value::Array(items) => Some(items.iter().filter_map(text).collect()),
        Value::Object(object) if object.values().any(Value::is_array) => {
            let lists = object.values().filter_map(Value::as_array);
            Some(lists.flatten().filter_map(text).collect())
        }
        Value::Object(object) => Some(object.keys().cloned().collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_one_scope_are_told_from_the_others() {
        let listed = json!({ "a": { "scopes": ["site", "msp"] }, "b": { "scopes": ["site"] }, "c": {} });
        let found = names(&of_scope(&listed, "msp")).unwrap();
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), ["a"]);
        assert!(names(&of_scope(&json!(["a", "b"]), "msp")).unwrap().is_empty());
    }

    #[test]
    fn names_are_read_from_every_form_of_list() {
        for listed in [
            json!(["a", "b"]),
            json!({ "enabled": ["a"], "supported": ["b", "a"] }),
            json!({ "a": { "unit": "byte" }, "b": {} }),
            json!([{ "key": "a" }, { "name": "b" }]),
            json!({ "classifiers": [{ "name": "a", "impact": {} }, { "name": "b" }] }),
        ] {
            let found = names(&listed).unwrap();
            assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), ["a", "b"], "{listed}");
        }
        assert_eq!(names(&json!(null)), None);
    }
}
