use std::collections::HashMap;

use serde_json::Value;

use super::cells::{self, Cell, Lists};
use crate::cli::layout::Columns;

/// Rows for people, and the columns that had no room.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) text: String,
    pub(super) left_out: Vec<String>,
}

/// One column, with the cell of every row.
#[derive(Debug)]
struct Column {
    name: String,
    cells: HashMap<usize, Cell>,
}

/// A column that has to be narrower than what is in it gets at least that.
const NARROW: usize = 20;
/// Between two columns.
const GAP: usize = 2;

/// A column for every field that a row has, what is plain before what is nested, and ids last.
pub(super) fn of_rows(rows: &[Value], width: Option<u16>) -> Table {
    let mut columns: Vec<Column> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (row, value) in rows.iter().enumerate() {
        for (name, cell) in cells::of(value, Lists::Counted) {
            let name = if name.is_empty() { "value".to_owned() } else { name };
            let place = *places.entry(name.clone()).or_insert_with(|| {
                columns.push(Column { name, cells: HashMap::new() });
                columns.len() - 1
            });
            columns[place].cells.insert(row, cell);
        }
    }
    columns.sort_by_key(Column::rank);
    let shown = width.map_or(columns.len(), |width| fitting(&columns, usize::from(width)));
    let left_out = columns.split_off(shown).into_iter().map(|column| column.name).collect();
    if columns.is_empty() {
        return Table { text: String::new(), left_out };
    }
    let mut table = Columns::headed(columns.iter().map(|column| column.name.as_str()), width);
    for row in 0..rows.len() {
        let cell = |column: &Column| column.cells.get(&row).map(|cell| cell.text.clone()).unwrap_or_default();
        table.row(columns.iter().map(cell).collect::<Vec<_>>());
    }
    for (place, column) in columns.iter().enumerate() {
        if column.cells.values().all(|cell| cell.is_number) {
            table.align_right(place);
        }
    }
    Table { text: table.text(), left_out }
}

/// One object: a line for each of its fields.
pub(super) fn of_one(value: &Value, width: Option<u16>) -> String {
    let mut table = Columns::new(0, width);
    for (name, cell) in cells::of(value, Lists::Apart) {
        table.row([name, cell.text]);
    }
    table.text()
}

/// How many of the first columns have room.
fn fitting(columns: &[Column], width: usize) -> usize {
    let mut used = 0;
    let fits = columns.iter().take_while(|column| {
        used += column.width().min(NARROW.max(column.name.len())) + GAP;
        used <= width + GAP
    });
    // Something is better than nothing.
    fits.count().max(1).min(columns.len())
}

impl Column {
    /// People look for names first, and hardly for ids.
    fn rank(&self) -> u8 {
        const FIRST: [&str; 3] = ["name", "timestamp", "hostname"];
        match self.name.as_str() {
            name if FIRST.contains(&name) => 0,
            name if name == "id" || name.ends_with("_id") || name.ends_with("_ids") => 3,
            name if name.contains('.') => 2,
            _ => 1,
        }
    }

    fn width(&self) -> usize {
        let widest = self.cells.values().map(|cell| cell.text.chars().count()).max();
        widest.unwrap_or(0).max(self.name.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn devices() -> Vec<Value> {
        vec![
            json!({ "id": "0123", "mac": "5c5b", "name": "LDS-AP-01", "radio": { "channel": 36 }, "clients": 5 }),
            json!({ "id": "0124", "mac": "5c5c", "name": "LDS-AP-02", "clients": 12, "note": "two\nlines" }),
        ]
    }

    #[test]
    fn columns_are_the_union_of_the_fields_with_names_first_and_ids_last() {
        let table = of_rows(&devices(), None);
        let lines: Vec<_> =
            table.text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
        assert_eq!(
            lines[0].join(" ").replace(['\u{1b}'], ""),
            "[1mname mac clients note radio.channel id[0m"
        );
        assert_eq!(lines[1], ["LDS-AP-01", "5c5b", "5", "36", "0123"]);
        assert_eq!(lines[2], ["LDS-AP-02", "5c5c", "12", "two", "lines", "0124"]);
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_named() {
        let table = of_rows(&devices(), Some(30));
        assert_eq!(table.left_out, ["note", "radio.channel", "id"]);
        assert!(table.text.lines().skip(1).all(|line| line.chars().count() <= 30), "{}", table.text);
    }

    #[test]
    fn rows_that_are_no_objects_have_one_column() {
        let table = of_rows(&[json!("a"), json!(2)], None);
        assert!(table.text.contains("value") && table.text.ends_with("a\n2\n"), "{:?}", table.text);
        assert_eq!(of_rows(&[], Some(80)).text, "");
    }

    #[test]
    fn one_object_is_a_line_a_field() {
        assert_eq!(
            of_one(&json!({ "a": 1, "bc": { "d": [{ "e": "x" }] } }), None),
            "a         1\nbc.d.0.e  x\n"
        );
    }
}
