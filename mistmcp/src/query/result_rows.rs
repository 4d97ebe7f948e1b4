//! Rows of a statement's result as JSON objects ([`Selected`]), as many as a reply can hold.

use rusqlite::Statement;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use super::error::Failure;
use super::sandbox::Stop;
use crate::text::{UniqueNames, shortened, visible};

/// Bytes of the rows of a result at most.
const MOST_BYTES: usize = 32 << 20;
/// Bytes of one row of a result at most.
pub(super) const LONGEST_ROW: usize = 2 << 20;
/// Bytes of the name of a result's column at most.
pub(super) const LONGEST_NAME: usize = 200;
/// Rows of a result at most.
const MOST_ROWS: usize = 100_000;
/// Values of a row between two looks at the clock.
const VALUES: usize = 128;
/// The rows of a result.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    /// The names of the columns.
    pub(crate) columns: Vec<String>,
    /// The rows from the offset, as many as a reply can hold.
    pub(crate) rows: Vec<Value>,
    /// All rows of the result.
    pub(crate) total: usize,
    /// Notes for each table.
    pub(crate) notes: Vec<Vec<String>>,
}

/// Runs a statement, and reads its rows from `offset`, as far as `room` bytes hold them. `names`: those of its columns.
pub(super) fn rows(
    statement: &mut Statement<'_>,
    names: Vec<String>,
    (offset, room): (usize, usize),
    stop: &Stop,
    failed: impl Fn(rusqlite::Error) -> Failure,
) -> Result<Selected, Failure> {
    let mut selected = Selected::default();
    let mut bytes = 0;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(&failed)? {
        selected.total += 1;
        let is_wanted = selected.total > offset && selected.rows.len() < MOST_ROWS;
        // Rather more rows than fit, so that the reply is cut by its real size.
        if !is_wanted || bytes > room.saturating_add(room / 4).min(MOST_BYTES) {
            continue;
        }
        let mut object = Map::with_capacity(names.len());
        let mut row_bytes = 0;
        for (index, name) in names.iter().enumerate() {
            if index % VALUES == 0 && stop.is_due() {
                return Err(Failure::TimedOut);
            }
            let value = row.get_ref(index).map_err(&failed)?;
            if matches!(value, ValueRef::Null) {
                continue;
            }
            // Before the value is copied: the columns of a row can share one long text.
            row_bytes += name.len() + length(value) + 6;
            if row_bytes > LONGEST_ROW {
                return Err(Failure::RowTooLong);
            }
            object.insert(name.clone(), json(value));
        }
        bytes += row_bytes;
        selected.rows.push(object.into());
    }
    drop(rows);
    Ok(Selected { columns: names, ..selected })
}

/// The names of the result's columns; equal names get a number.
pub(super) fn column_names<'a, T: AsRef<str>>(names: &'a [T]) -> Vec<String> {
    let is_name = |own: &str| names.iter().any(|name| name.as_ref() == own);
    // SQLite names the second `id` of a subquery `id:1`.
    let own = |name: &'a str| match name.rsplit_once(':') {
        Some((own, number)) if number.parse::<u16>().is_ok() && is_name(own) => own,
        _ => name,
    };
    let mut different = UniqueNames::default();
    names.iter().map(|name| different.add(shortened(&visible(own(name.as_ref())), LONGEST_NAME))).collect()
}

/// Bytes of a value as JSON, about.
fn length(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(text) => visible(&String::from_utf8_lossy(text)).len(),
        ValueRef::Blob(bytes) => 2 * bytes.len(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => 8,
    }
}

fn json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        // JSON has no such number.
        ValueRef::Real(number) if number.is_infinite() => {
            (if number > 0.0 { "Infinity" } else { "-Infinity" }).into()
        }
        ValueRef::Real(number) => number.into(),
        // An expression makes characters that no row has.
        ValueRef::Text(text) => visible(&String::from_utf8_lossy(text)).into(),
        ValueRef::Blob(bytes) => bytes
            .iter()
            .fold(String::new(), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
                text
            })
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_name_are_told_apart_and_their_names_are_bounded() {
        assert_eq!(column_names(&["name", "name", "mac", "name"]), ["name", "name_2", "mac", "name_3"]);
        assert_eq!(
            column_names(&["id", "id:1", "id:2", "mac:1", "vlan:x", "id"]),
            ["id", "id_2", "id_3", "mac:1", "vlan:x", "id_4"]
        );
        let long = "x".repeat(10_000);
        let names = column_names(&vec![long; 1_990]);
        assert!(names.iter().all(|name| name.len() <= LONGEST_NAME + 5));
        assert_eq!(names.iter().collect::<std::collections::HashSet<_>>().len(), 1_990);
    }
}
