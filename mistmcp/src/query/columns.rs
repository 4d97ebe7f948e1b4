//! Columns of a table: names, types and examples ([`Columns`]).

use std::collections::HashMap;

use rusqlite::types::Value as Cell;
use serde_json::{Map, Value};

use crate::text::shortened;

/// Columns of a table at most. SQLite takes 2,000 in a result.
const MAX_COLUMNS: usize = 1_500;
/// Columns at most for the members of objects whose keys are data, such as the names of ports.
const MAX_DATA_COLUMNS: usize = 800;

/// The columns of a table in the order in which they appear.
#[derive(Debug, Default)]
pub(super) struct Columns {
    list: Vec<Column>,
    by_path: HashMap<String, Option<usize>>,
    of_data: usize,
    /// Paths without a column, because there were too many.
    pub(super) left_out: usize,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    kinds: u8,
    example: String,
}

/// A type of values in a column, as a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text = 1,
    Integer = 2,
    Real = 4,
    Boolean = 8,
    Json = 16,
}

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Column> {
        self.list.iter()
    }

    /// The column of a path, made if there is room for it. `is_data`: the path contains a key that is data.
    pub(super) fn index(&mut self, path: &str, is_data: bool) -> Option<usize> {
        if let Some(index) = self.by_path.get(path) {
            return *index;
        }
        let has_room = self.list.len() < MAX_COLUMNS && (!is_data || self.of_data < MAX_DATA_COLUMNS);
        let index = has_room.then(|| {
            self.of_data += usize::from(is_data);
            let name = self.free_name(path);
            self.list.push(Column { name, kinds: 0, example: String::new() });
            self.list.len() - 1
        });
        self.left_out += usize::from(index.is_none());
        // The map is bounded as well: an unknown path is only remembered while columns are.
        if index.is_some() || self.by_path.len() < 4 * MAX_COLUMNS {
            self.by_path.insert(path.to_owned(), index);
        }
        index
    }

    /// A name that no other column has. SQL does not distinguish upper and lower case.
    fn free_name(&self, path: &str) -> String {
        let path: String = path.chars().filter(|letter| *letter != '\0').collect();
        let taken = |name: &str| self.list.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        if !taken(&path) {
            return path;
        }
        // More names than there can be columns.
        let others = (2..=MAX_COLUMNS + 2).map(|number| format!("{path}_{number}"));
        others.into_iter().find(|name| !taken(name)).unwrap_or(path)
    }

    /// Notes the type of a value, and the first value as an example.
    pub(super) fn record(&mut self, index: usize, kind: Kind, cell: &Cell) {
        let column = &mut self.list[index];
        column.kinds |= kind as u8;
        if column.example.is_empty() {
            column.example = match cell {
                Cell::Text(text) => shortened(text, 40),
                Cell::Integer(number) => number.to_string(),
                Cell::Real(number) => number.to_string(),
                Cell::Null | Cell::Blob(_) => String::new(),
            };
        }
    }

    /// Each column with its types and an example.
    pub(super) fn described(&self) -> Map<String, Value> {
        self.list.iter().map(|column| (column.name.clone(), column.described().into())).collect()
    }
}

impl Column {
    fn described(&self) -> String {
        let kinds = [
            (Kind::Text, "text"),
            (Kind::Integer, "integer"),
            (Kind::Real, "real"),
            (Kind::Boolean, "0 or 1"),
            (Kind::Json, "JSON"),
        ];
        let kinds: Vec<_> =
            kinds.iter().filter(|(kind, _)| self.kinds & *kind as u8 != 0).map(|(_, name)| *name).collect();
        format!("{}: {}", kinds.join(" or "), self.example)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_name_in_another_case_are_distinguished() {
        let mut columns = Columns::default();
        assert_eq!([columns.index("name", false), columns.index("Name", false)], [Some(0), Some(1)]);
        assert_eq!(columns.index("name", false), Some(0));
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["name", "Name_2"]);
    }

    #[test]
    fn columns_are_bounded_and_keys_that_are_data_leave_room_for_fields() {
        let mut columns = Columns::default();
        for number in 0..5_000 {
            columns.index(&format!("ports.ge-0/0/{number}"), true);
        }
        assert_eq!((columns.len(), columns.left_out), (MAX_DATA_COLUMNS, 5_000 - MAX_DATA_COLUMNS));
        for number in 0..100_000 {
            columns.index(&format!("field{number}"), false);
        }
        assert_eq!(columns.len(), MAX_COLUMNS);
        assert!(columns.by_path.len() <= 5 * MAX_COLUMNS);
    }
}
