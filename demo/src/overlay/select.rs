//! Selection of rows by `where`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::names::{Names, listed, remedy};
use crate::engine::{HIDDEN, Row, field};

/// The places of the rows that a selection fits; all where it is empty.
///
/// # Errors
/// There are none: what there is instead.
pub(super) fn selected(
    rows: &[Row],
    selection: &Map<String, Value>,
    names: &Names<'_>,
) -> Result<Vec<usize>, String> {
    let matches = |row: &Row| selection.iter().all(|(name, wanted)| row_matches(row, name, wanted, names));
    let positions = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| matches(row))
        .map(|(position, _)| position)
        .collect::<Vec<_>>();
    if positions.is_empty() && !selection.is_empty() {
        Err(no_match_error(rows, selection, names))
    } else {
        Ok(positions)
    }
}

fn row_matches(row: &Row, name: &str, wanted: &Value, names: &Names<'_>) -> bool {
    match at(row, name) {
        Some(value) => equal(value, wanted, names),
        None => wanted.is_null(),
    }
}

/// The value at a name or dotted path, shown or hidden.
fn at<'r>(row: &'r Row, path: &str) -> Option<&'r Value> {
    field(row, path).or_else(|| {
        let mut ends = path.match_indices('.').map(|(end, _)| end);
        ends.find_map(|end| within(field(row, &path[..end])?, &path[end + 1..]))
    })
}

fn within<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let one = |name: &str| match value {
        Value::Array(members) => members.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    };
    one(path).or_else(|| {
        let mut ends = path.match_indices('.').map(|(end, _)| end);
        ends.find_map(|end| within(one(&path[..end])?, &path[end + 1..]))
    })
}

/// Whether a value is the wanted one: a list has it among its members, a name stands for an id or MAC address, and a
/// number may be written as text.
fn equal(value: &Value, wanted: &Value, names: &Names<'_>) -> bool {
    match (value, wanted) {
        (Value::Array(members), wanted) if !wanted.is_array() => {
            members.iter().any(|member| equal(member, wanted, names))
        }
        (Value::String(value), Value::String(wanted)) => names.means(wanted, value),
        (Value::Number(value), Value::Number(wanted)) => value.as_f64() == wanted.as_f64(),
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            number.to_string() == *text
        }
        (value, wanted) => value == wanted,
    }
}

/// Why nothing fits.
fn no_match_error(rows: &[Row], selection: &Map<String, Value>, names: &Names<'_>) -> String {
    if rows.is_empty() {
        return "where: the collection has no rows".to_owned();
    }
    for (name, wanted) in selection {
        if rows.iter().any(|row| row_matches(row, name, wanted, names)) {
            continue;
        }
        let values = rows.iter().filter_map(|row| at(row, name)).collect::<Vec<_>>();
        if values.is_empty() {
            let fields = rows.iter().flat_map(|row| row.keys()).map(|name| name.trim_start_matches(HIDDEN));
            let fields = fields.collect::<BTreeSet<_>>();
            return format!("where: no row has a field \"{name}\"{}", remedy(name, fields));
        }
        let values = values.into_iter().flat_map(|value| texts(value, names)).collect::<BTreeSet<_>>();
        let written = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
        return format!(
            "where: no row has {wanted} as \"{name}\"{}",
            remedy(&written, values.iter().map(String::as_str))
        );
    }
    let fields = selection.keys().map(String::as_str);
    format!("where: no row has all of these values together: {}", listed(fields))
}

/// A value as it may be written: by name where it is an id or MAC address.
fn texts(value: &Value, names: &Names<'_>) -> Vec<String> {
    match value {
        Value::String(text) => vec![names.name_of(text).unwrap_or(text).to_owned()],
        Value::Array(members) => members.iter().flat_map(|member| texts(member, names)).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
        other => vec![other.to_string()],
    }
}
