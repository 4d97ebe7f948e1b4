//! Editing of a server's entry in a JSON settings file, which may have comments. Everything else is kept.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstArray, CstInputValue, CstNode, CstObject, CstRootNode};
use serde_json::{Map, Value};

use super::document::{Problem, RemovedEntry};
use super::entry::ClientEntry;
use super::secret::input_ids;

/// What clients read: JSON with comments and trailing commas, and nothing looser.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

const INPUTS: &str = "inputs";

/// The text with the entry in the table `servers`, in place of the server `old`.
pub(super) fn put(
    text: &str,
    servers: &str,
    entry: &ClientEntry,
    old: Option<&Map<String, Value>>,
) -> Result<String, Problem> {
    let root = parse(text)?;
    let object = root.object_value_or_create().ok_or(Problem::NoTable)?;
    for input in &entry.inputs {
        let inputs = list(&object)?;
        let id = input.get("id").and_then(Value::as_str).unwrap_or_default();
        let found = inputs.elements().into_iter().find(|element| is_input(element, id));
        match found {
            Some(found) if found.to_serde_value().as_ref() == Some(input) => {}
            Some(_) if !old.is_some_and(|server| refers(server, id)) => {
                let what = "is an input of another server".to_owned();
                return Err(Problem::Foreign { name: id.to_owned(), what });
            }
            Some(found) => {
                found.as_object().ok_or_else(|| Problem::other_kind(INPUTS))?.replace_with(written(input));
            }
            None => {
                inputs.ensure_multiline();
                inputs.append(written(input));
            }
        }
    }
    let table = only(&object, servers)?
        .object_value_or_create(servers)
        .ok_or_else(|| Problem::other_kind(servers))?;
    let server = Value::Object(entry.server.clone());
    match only(&table, &entry.name)?.get(&entry.name) {
        Some(found) if found.value().and_then(|value| value.to_serde_value()).as_ref() == Some(&server) => {}
        Some(found) => found.set_value(written(&server)),
        None => {
            table.append(&entry.name, written(&server));
        }
    }
    Ok(root.to_string())
}

/// The text without the entry of that name, and the entry.
pub(super) fn take(text: &str, servers: &str, name: &str) -> Result<Option<RemovedEntry>, Problem> {
    let root = parse(text)?;
    let Some(object) = root.object_value() else { return Ok(None) };
    let Some(table) = only(&object, servers)?.object_value(servers) else { return Ok(None) };
    let Some(found) = only(&table, name)?.get(name) else { return Ok(None) };
    let Some(Value::Object(server)) = found.value().and_then(|value| value.to_serde_value()) else {
        return Err(Problem::other_kind(name));
    };
    found.remove();
    if table.properties().is_empty()
        && let Some(table) = object.get(servers)
    {
        table.remove();
    }
    let mut own_inputs = Vec::new();
    if let Some(inputs) = object.array_value(INPUTS) {
        for id in input_ids(name).iter().filter(|id| refers(&server, id)) {
            if let Some(found) = inputs.elements().into_iter().find(|element| is_input(element, id)) {
                own_inputs.extend(found.to_serde_value());
                found.remove();
            }
        }
        if !own_inputs.is_empty()
            && inputs.elements().is_empty()
            && let Some(inputs) = object.get(INPUTS)
        {
            inputs.remove();
        }
    }
    let entry = ClientEntry { name: name.to_owned(), server, inputs: own_inputs };
    Ok(Some(RemovedEntry { entry, rest: root.to_string() }))
}

/// The text of the entry alone.
pub(super) fn snippet(servers: &str, entry: &ClientEntry) -> String {
    let mut root = Map::new();
    if !entry.inputs.is_empty() {
        root.insert(INPUTS.to_owned(), entry.inputs.clone().into());
    }
    let server = Map::from_iter([(entry.name.clone(), Value::Object(entry.server.clone()))]);
    root.insert(servers.to_owned(), Value::Object(server));
    format!("{:#}\n", Value::Object(root))
}

fn parse(text: &str) -> Result<CstRootNode, Problem> {
    CstRootNode::parse(text, &OPTIONS).map_err(|error| Problem::Syntax {
        line: error.line_display(),
        column: error.column_display(),
        what: error.kind().to_string(),
    })
}

fn list(object: &CstObject) -> Result<CstArray, Problem> {
    only(object, INPUTS)?.array_value_or_create(INPUTS).ok_or_else(|| Problem::other_kind(INPUTS))
}

/// The object, where it has the key once at most: of two, some clients read the first, and some the last.
fn only<'a>(object: &'a CstObject, key: &str) -> Result<&'a CstObject, Problem> {
    let named = |name: Option<String>| name.as_deref() == Some(key);
    let count = object.properties().iter().filter(|property| named(property.decoded_name())).count();
    if count > 1 { Err(Problem::Twice(key.to_owned())) } else { Ok(object) }
}

/// Whether a server uses an input.
fn refers(server: &Map<String, Value>, id: &str) -> bool {
    Value::Object(server.clone()).to_string().contains(&format!("${{input:{id}}}"))
}

fn is_input(element: &CstNode, id: &str) -> bool {
    element.to_serde_value().is_some_and(|value| value.get("id").and_then(Value::as_str) == Some(id))
}

fn written(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(value) => CstInputValue::Bool(*value),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(values) => CstInputValue::Array(values.iter().map(written).collect()),
        Value::Object(object) => {
            CstInputValue::Object(object.iter().map(|(name, value)| (name.clone(), written(value))).collect())
        }
    }
}
