//! Tables in JSON: the names of the columns in one list, and the cells of each row in a list of another.

use serde_json::{Map, Value};

use super::field_context::FieldContext;
use super::names::{Sense, is_one_of};
use super::values;

/// Fields that hold the names of columns, and fields that hold the rows.
pub(super) const NAMES: &[&str] = &["col", "column", "field", "header"];
pub(super) const ROWS: &[&str] = &["cell", "data", "record", "row", "value"];

/// Redacts the rows of a table in an object. Returns the name of their field, if there is a table.
pub(super) fn redact(object: &mut Map<String, Value>, context: FieldContext) -> Option<String> {
    let mut lists = object.iter().filter(|(_, value)| value.is_array());
    let names = lists.find_map(|(name, value)| names(value).filter(|_| is_one_of(name, NAMES)))?;
    let is_row = |row: &Value| row.as_array().is_some_and(|cells| cells.len() == names.len());
    let (field, rows) = object.iter_mut().find_map(|(name, value)| {
        let rows = value.as_array_mut().filter(|rows| is_one_of(name, ROWS) && !rows.is_empty())?;
        rows.iter().all(is_row).then_some((name, rows))
    })?;
    let context = context.in_list();
    let senses: Vec<_> = names.iter().map(|name| context.sense(name)).collect();
    for cells in rows.iter_mut().filter_map(Value::as_array_mut) {
        let pair = names.iter().zip(&senses).zip(&*cells).any(|((name, sense), cell)| {
            matches!(sense, Sense::PairName | Sense::Key)
                && cell.as_str().is_some_and(|named| context.names_secret(name, named))
        });
        for ((name, sense), cell) in names.iter().zip(&senses).zip(cells) {
            match sense {
                Sense::Secret | Sense::Credential => _ = values::hide(name, cell, context),
                Sense::PairValue if pair => _ = values::hide(name, cell, context),
                _ => values::redact(name, cell, context),
            }
        }
    }
    Some(field.clone())
}

/// The names in a list: texts, or objects with a name.
fn names(value: &Value) -> Option<Vec<String>> {
    let name =
        |column: &Value| column.as_str().or_else(|| column.get("name")?.as_str()).map(ToOwned::to_owned);
    value.as_array().filter(|names| !names.is_empty())?.iter().map(name).collect()
}
