//! Cells of a row: nested fields become columns with dots ([`flatten`]).

use rusqlite::types::Value as Cell;
use serde_json::Value;

use super::column::ColumnType;
use super::columns::{Columns, SEPARATOR};

/// Bytes of a cell at most. SQLite's limit of a value, a row and a result is [`LONGEST_VALUE`].
const LONGEST_CELL: usize = 256 * 1024;
/// Bytes of a value or a row at most.
pub(super) const LONGEST_VALUE: usize = 1 << 20;
/// Bytes of a row's cells at most, which leaves room for SQLite's own.
const LONGEST_ROW: usize = LONGEST_VALUE - 64 * 1024;
/// Depth of nested objects that become columns; deeper ones stay JSON.
const DEEPEST: usize = 12;

/// The cells of a row with the places of their columns.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub(super) list: Vec<(usize, Cell)>,
    path: String,
    bytes: usize,
    /// Values that were too long.
    pub(super) too_long: usize,
}

/// Splits a row into cells. Booleans are 0 and 1, arrays are JSON text, and objects are columns of their own; objects
/// whose keys are data, such as the names of ports, are JSON text as well.
pub(super) fn flatten(row: &Value, columns: &mut Columns, cells: &mut Cells) {
    cells.list.clear();
    cells.path.clear();
    (cells.bytes, cells.too_long) = (0, 0);
    match row {
        Value::Object(fields) => {
            for (name, value) in fields {
                cells.add(name, value, columns, 0, false);
            }
        }
        other => {
            cells.scalar(other, columns, false);
        }
    }
}

impl Cells {
    fn add(&mut self, name: &str, value: &Value, columns: &mut Columns, depth: usize, is_data: bool) {
        let before = self.path.len();
        if depth > 0 {
            self.path.push(SEPARATOR);
        }
        self.path.push_str(name);
        match value {
            Value::Object(fields) if depth < DEEPEST => {
                let has_data = fields.keys().any(|key| is_datum(key));
                if has_data {
                    self.json(value, columns, is_data);
                }
                for (name, value) in fields {
                    self.add(name, value, columns, depth + 1, is_data || has_data);
                }
            }
            Value::Object(_) => self.json(value, columns, is_data),
            other => self.scalar(other, columns, is_data),
        }
        self.path.truncate(before);
    }

    fn scalar(&mut self, value: &Value, columns: &mut Columns, is_data: bool) {
        let (kind, cell) = match value {
            Value::Null => return,
            Value::Bool(flag) => (ColumnType::Boolean, Cell::Integer((*flag).into())),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => (ColumnType::Integer, Cell::Integer(integer)),
                // A real would be equal to other integers.
                _ if number.is_u64() => (ColumnType::Long, Cell::Text(number.to_string())),
                (None, Some(real)) => (ColumnType::Real, Cell::Real(real)),
                (None, None) => (ColumnType::Text, Cell::Text(number.to_string())),
            },
            Value::String(text) => (ColumnType::Text, Cell::Text(text.clone())),
            Value::Array(_) | Value::Object(_) => return self.json(value, columns, is_data),
        };
        self.put(kind, cell, columns, is_data);
    }

    fn json(&mut self, value: &Value, columns: &mut Columns, is_data: bool) {
        self.put(ColumnType::Json, Cell::Text(value.to_string()), columns, is_data);
    }

    fn put(&mut self, kind: ColumnType, cell: Cell, columns: &mut Columns, is_data: bool) {
        let length = if let Cell::Text(text) = &cell { text.len() } else { size_of::<u64>() };
        // A value that is left out has its column nevertheless, so that a statement may name it.
        let Some(index) = columns.index(&self.path, is_data) else { return };
        if length > LONGEST_CELL || self.bytes + length > LONGEST_ROW {
            self.too_long += 1;
            columns.leave_out(index);
            return;
        }
        columns.record(index, kind, &cell);
        self.bytes += length;
        self.list.push((index, cell));
    }
}

/// Whether a key looks like data and not like the name of a field: a port, an address, an id, a number.
fn is_datum(key: &str) -> bool {
    let is_hex = |key: &str| key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    key.contains(['/', ':', '.', ' '])
        || key.bytes().all(|byte| byte.is_ascii_digit())
        || matches!(key.len(), 12 | 32 | 36) && is_hex(key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cells(row: &Value) -> Vec<(String, Cell)> {
        let (mut columns, mut cells) = (Columns::default(), Cells::default());
        flatten(row, &mut columns, &mut cells);
        let names: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
        cells.list.into_iter().map(|(place, cell)| (names[place].clone(), cell)).collect()
    }

    #[test]
    fn nested_fields_are_columns_with_dots_and_arrays_are_json() {
        let row = json!({
            "name": "ap", "up": true, "load": 1.5, "big": u64::MAX, "none": null,
            "radio_stat": { "band_5": { "channel": 36 } }, "ips": ["10.0.0.1", null],
        });
        let text = |text: &str| Cell::Text(text.to_owned());
        let wanted = [
            ("name", text("ap")),
            ("up", Cell::Integer(1)),
            ("load", Cell::Real(1.5)),
            ("big", text("18446744073709551615")),
            ("radio_stat.band_5.channel", Cell::Integer(36)),
            ("ips", text(r#"["10.0.0.1",null]"#)),
        ];
        assert_eq!(cells(&row), wanted.map(|(name, cell)| (name.to_owned(), cell)));
        assert_eq!(cells(&json!("a")), [("value".to_owned(), text("a"))]);
    }

    #[test]
    fn fields_whose_columns_would_have_one_name_have_a_column_each() {
        let names = |row: Value| {
            let cells = cells(&row);
            let text = |cell: Cell| if let Cell::Integer(number) = cell { number } else { 0 };
            cells.into_iter().map(|(name, cell)| (name, text(cell))).collect::<Vec<_>>()
        };
        let wanted = |cells: &[(&str, i64)]| {
            cells.iter().map(|(name, cell)| ((*name).to_owned(), *cell)).collect::<Vec<_>>()
        };
        assert_eq!(names(json!({ "a.b": 5, "a": { "b": 6 } })), wanted(&[("a.b", 5), ("a.b_2", 6)]));
        assert_eq!(names(json!({ "": 4, "value": 5 })), wanted(&[("value", 4), ("value_2", 5)]));
        assert_eq!(names(json!({ "x": 1, "": { "x": 2 } })), wanted(&[("x", 1), (".x", 2)]));
        assert_eq!(names(json!({ "a": { "B": 1, "b": 2 } })), wanted(&[("a.B", 1), ("a.b_2", 2)]));
    }

    #[test]
    fn an_object_whose_keys_are_data_is_json_as_well() {
        for key in ["ge-0/0/1", "10", "5c5b350e0001", "0a000000-0000-4000-8000-000000000001", "fe80::1"] {
            let row = json!({ "if_stat": { key: { "up": true } } });
            let cells = cells(&row);
            assert_eq!(cells[0], ("if_stat".to_owned(), Cell::Text(row["if_stat"].to_string())), "{key}");
            assert_eq!(cells[1], (format!("if_stat.{key}.up"), Cell::Integer(1)));
        }
        assert_eq!(cells(&json!({ "radio_stat": { "band_5": { "power": 9 } } })).len(), 1);
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_bounded() {
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!({ "a": deep });
        }
        let cells_of_deep = cells(&deep);
        assert_eq!(cells_of_deep.len(), 1);
        assert!(
            cells_of_deep[0].0.len() < 40
                && matches!(&cells_of_deep[0].1, Cell::Text(text) if text.starts_with('{'))
        );
        let (mut columns, mut cells) = (Columns::default(), Cells::default());
        let row = json!({ "a": "x".repeat(LONGEST_CELL + 1), "b": "y" });
        flatten(&row, &mut columns, &mut cells);
        assert_eq!((cells.list.len(), cells.too_long), (1, 1));
        flatten(&json!({ "b": "x".repeat(LONGEST_CELL + 1), "c": null }), &mut columns, &mut cells);
        let described = columns.described();
        assert_eq!(described["a"], "null: its values are too long for a table, and left out");
        assert_eq!(described["b"], "text, without values that are too long for a table: y");
        let many: serde_json::Map<_, _> =
            (0..20).map(|number| (format!("f{number}"), json!("x".repeat(100_000)))).collect();
        flatten(&many.into(), &mut columns, &mut cells);
        assert!(cells.bytes <= LONGEST_ROW && cells.too_long > 0);
    }
}
