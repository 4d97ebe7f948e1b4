//! Explanation of Mist's errors by the arguments of the call: [`explained`].

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::argument::{Arguments, Listed, QueryValue};
use crate::endpoint::{Endpoint, Segment};
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
    endpoint: &Endpoint,
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
                let listed_values = if disclosed {
                    listed_values(listed, scopes(endpoint), params, arguments, mist).await
                } else {
                    None
                };
                match listed_values {
                    Some(listed_values) => {
                        let mut written = value.split(',').map(str::trim);
                        if let Some(unknown) = written.find(|written| !listed_values.contains(*written)) {
                            return unlisted(param.name, unknown, &listed_values, listed);
                        }
                        if error.kind() == ErrorKind::Missing {
                            error = error.append(format!(
                                " If the ids are right, Mist has no data for this `{}` here: try another one.",
                                param.name
                            ));
                        }
                    }
                    None => {
                        let hint = format!(" `{}` lists the values of `{}`.", listed.tool, param.name);
                        error = error.hint([(listed.tool, hint.as_str())], "");
                    }
                }
            }
            None => {}
        }
    }
    error
}

/// The error for a value that Mist does not list: an argument is wrong, whether Mist answers 400 or 404.
fn unlisted(name: &str, written: &str, listed_values: &BTreeSet<String>, listed: Listed) -> Error {
    let remedy = remedy(written, listed_values.iter().map(String::as_str));
    let hint = format!(" `{}` lists them.", listed.tool);
    Error::new(
        ErrorKind::Request,
        format!("`{name}`: Mist has no \"{}\" here{remedy}", shortened(written, 60)),
    )
    .hint([(listed.tool, hint.as_str())], "")
}

/// The values that Mist lists, if they can be requested.
async fn listed_values(
    listed: Listed,
    scopes: &[&str],
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
    let of_scope = names(&of_scopes(&answer, scopes)).filter(|names| !names.is_empty());
    of_scope.or_else(|| names(&answer)).filter(|names| !names.is_empty())
}

/// The scopes of the values that an endpoint takes, as Mist's lists of constants name them: its subject, or else the
/// object that its path begins with. A device may be of any kind.
fn scopes(endpoint: &Endpoint) -> &'static [&'static str] {
    const SUBJECTS: [(&str, &[&str]); 9] = [
        ("client", &["client"]),
        ("ap", &["ap", "device"]),
        ("switch", &["switch", "device"]),
        ("gateway", &["gateway", "device"]),
        ("mxedge", &["mxedge", "device"]),
        ("device", &["device", "ap", "switch", "gateway"]),
        ("sites", &["site"]),
        ("orgs", &["org"]),
        ("msps", &["msp"]),
    ];
    let has = |subject: &str| {
        endpoint.segments().any(|segment| matches!(segment, Segment::Text(text) if text == subject))
    };
    SUBJECTS.iter().find(|(subject, _)| has(subject)).map_or(&[], |(_, scopes)| scopes)
}

/// The entries of an object of entries that are for one of these scopes. Entries that name no `scopes` are for none in
/// particular.
fn of_scopes(listed: &Value, scopes: &[&str]) -> Value {
    let is_for = |entry: &Value| {
        entry["scopes"]
            .as_array()
            .is_some_and(|known| known.iter().any(|scope| scopes.iter().any(|wanted| scope == wanted)))
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
        let found = names(&of_scopes(&listed, &["msp"])).unwrap();
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), ["a"]);
        assert!(names(&of_scopes(&json!(["a", "b"]), &["msp"])).unwrap().is_empty());
    }

    #[test]
    fn the_scope_is_the_subject_of_the_path_or_what_it_begins_with() {
        for (path, scope) in [
            ("/api/v1/msps/{msp_id}/insights/{metric}", "msp"),
            ("/api/v1/orgs/{org_id}/insights/{metric}", "org"),
            ("/api/v1/sites/{site_id}/insights", "site"),
            ("/api/v1/sites/{site_id}/insights/client/{client_mac}", "client"),
            ("/api/v1/sites/{site_id}/insights/ap/{device_id}/stats", "ap"),
            ("/api/v1/sites/{site_id}/insights/device/{device_mac}/{metric}", "device"),
        ] {
            assert_eq!(scopes(&Endpoint::get(path)).first(), Some(&scope), "{path}");
        }
        assert!(scopes(&Endpoint::get("/api/v1/self")).is_empty());
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
