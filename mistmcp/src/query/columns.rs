//! Columns of a table: names, types and examples ([`Columns`]).

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde_json::{Map, Value};

use super::collation::VERSION;
use super::column::{Column, ColumnType};
use super::names::quoted;
use crate::text::{UniqueNames, shortened};

/// Columns of a table at most. SQLite takes 2,000 in a result.
const MAX_COLUMNS: usize = 1_500;
/// Columns at most for the members of objects whose keys are data, such as the names of ports.
const MAX_DATA_COLUMNS: usize = 800;
/// Bytes of a column's name at most.
const LONGEST_NAME: usize = 200;
/// Bytes of a text in an index at most.
const LONGEST_KEY: usize = 80;

/// What separates the names in the path of a column. A dot would not do: names may have dots.
pub(super) const SEPARATOR: char = '\0';

/// The columns of a table in the order in which they appear.
#[derive(Debug)]
pub(super) struct Columns {
    list: Vec<Column>,
    names: UniqueNames,
    by_path: HashMap<String, Option<usize>>,
    /// The names of the columns, before numbers tell equal ones apart.
    written: HashSet<String>,
    /// Columns by name that no row has a value in, until one has.
    without_values: HashMap<String, usize>,
    of_data: usize,
    /// Whether the first column is no field.
    has_placeholder: bool,
    /// Paths without a column, because there were too many.
    pub(super) left_out: usize,
}

impl Default for Columns {
    fn default() -> Self {
        let names = UniqueNames::ignoring_case();
        Self {
            list: Vec::new(),
            names,
            by_path: HashMap::new(),
            written: HashSet::new(),
            without_values: HashMap::new(),
            of_data: 0,
            has_placeholder: false,
            left_out: 0,
        }
    }
}

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether no value of this name is known, but there may be some: the name is that of a field inside an object
    /// that is empty in every row.
    pub(super) fn is_inside_empty(&self, name: &str) -> bool {
        name.match_indices('.').any(|(end, _)| {
            let outer = self.list.iter().find(|column| column.name.eq_ignore_ascii_case(&name[..end]));
            outer.is_some_and(Column::has_no_values)
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Column> {
        self.list.iter()
    }

    /// The columns that are fields of the rows.
    pub(super) fn named(&self) -> impl Iterator<Item = &Column> {
        let is_placeholder = self.has_placeholder && self.list.first().is_some_and(Column::has_no_values);
        self.list.iter().skip(usize::from(is_placeholder))
    }

    /// Adds a column without values, because a table needs one.
    pub(super) fn add_placeholder(&mut self) {
        self.has_placeholder = self.add_without_values("value");
    }

    /// Adds a column for a field that no row has a value in, by its name with dots. Returns whether there was none and
    /// there is room.
    pub(super) fn add_without_values(&mut self, name: &str) -> bool {
        let index = if self.written.contains(name) { None } else { self.add(name, false) };
        if let Some(index) = index {
            self.without_values.insert(name.to_owned(), index);
        }
        index.is_some()
    }

    /// The column of a path, whose names are separated by [`SEPARATOR`], made if there is room for it. `is_data`: the
    /// path contains a key that is data.
    pub(super) fn index(&mut self, path: &str, is_data: bool) -> Option<usize> {
        if let Some(index) = self.by_path.get(path) {
            return *index;
        }
        let name = if path.is_empty() { "value".to_owned() } else { path.replace(SEPARATOR, ".") };
        let index = self.without_values.remove(&name).or_else(|| self.add(&name, is_data));
        // The map is bounded as well: an unknown path is only remembered while columns are.
        if index.is_some() || self.by_path.len() < 4 * MAX_COLUMNS {
            self.by_path.insert(path.to_owned(), index);
        }
        index
    }

    /// Adds a column if there is room for it.
    fn add(&mut self, written: &str, is_data: bool) -> Option<usize> {
        let has_room = self.list.len() < MAX_COLUMNS && (!is_data || self.of_data < MAX_DATA_COLUMNS);
        let index = has_room.then(|| {
            self.of_data += usize::from(is_data);
            self.written.insert(written.to_owned());
            // SQL does not distinguish upper and lower case.
            let field = shortened(written, LONGEST_NAME);
            let name = self.names.add(field.clone());
            self.list.push(Column::new(name, field));
            self.list.len() - 1
        });
        self.left_out += usize::from(index.is_none());
        index
    }

    /// Notes the type of a value, and the first value as an example.
    pub(super) fn record(&mut self, index: usize, kind: ColumnType, cell: &Cell) {
        self.list[index].record(kind, cell);
    }

    /// Notes that a value was left out for its length.
    pub(super) fn leave_out(&mut self, index: usize) {
        self.list[index].leave_out();
    }

    /// The column of this name, if its values are short enough for an index.
    pub(super) fn indexable(&self, name: &str) -> Option<&Column> {
        self.list.iter().find(|column| {
            column.name.eq_ignore_ascii_case(name) && !column.has_no_values() && column.longest <= LONGEST_KEY
        })
    }

    /// Notes that texts which are numbers stay texts in columns with numbers.
    pub(super) fn keep_texts(&mut self) {
        self.list.iter_mut().filter(|column| column.has_numbers_as_texts()).for_each(Column::keep_texts);
    }

    /// Each column with its types and an example.
    pub(super) fn described(&self) -> Map<String, Value> {
        self.named().map(|column| (column.name.clone(), column.described().into())).collect()
    }
}

/// The columns as a statement selects them.
pub(super) fn selected<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}

/// Declares the types of the columns of a table `rows` that has its rows and no types yet. The stored rows stay as they
/// are: a column of numbers has no text, and a column of texts no number. A declared type makes numbers and texts that
/// stand for numbers compare as numbers, and the declared collation orders versions. SQLite makes indexes of columns for
/// joins, and none of expressions, such as casts in a view.
pub(super) fn declare_types<'a>(
    connection: &Connection,
    schema: &str,
    columns: impl Iterator<Item = &'a Column>,
) -> rusqlite::Result<()> {
    let declared = columns.map(|column| {
        let name = quoted(&column.name);
        let collation = column.has_versions().then(|| format!("COLLATE {VERSION}"));
        let parts = [Some(name.as_str()), column.affinity(), collation.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    let sql = format!("CREATE TABLE rows ({})", declared.collect::<Vec<_>>().join(","));
    connection.execute_batch("PRAGMA writable_schema=ON")?;
    let update = format!("UPDATE {schema}.sqlite_schema SET sql = ?1 WHERE name = 'rows'");
    connection.execute(&update, [sql])?;
    // The schema is read again.
    connection.execute_batch("PRAGMA writable_schema=RESET")
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
    fn a_field_whose_first_value_comes_late_has_the_column_that_was_made_for_it() {
        let mut columns = Columns::default();
        assert!(columns.add_without_values("a.b") && !columns.add_without_values("a.b"));
        columns.add_placeholder();
        assert_eq!([columns.index("a\0b", false), columns.index("a.b", false)], [Some(0), Some(2)]);
        assert_eq!([columns.index("", false), columns.index("value", false)], [Some(1), Some(3)]);
        assert!(!columns.add_without_values("a.b") && !columns.add_without_values("value"));
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["a.b", "value", "a.b_2", "value_2"]);
    }

    #[test]
    fn names_are_bounded_and_those_of_one_beginning_are_told_apart() {
        let mut columns = Columns::default();
        for end in ["a", "b", "c"] {
            columns.index(&format!("{}{end}", "x".repeat(5_000)), false);
        }
        let names: Vec<_> = columns.iter().map(|column| column.name.len()).collect();
        assert!(names.iter().all(|length| *length <= LONGEST_NAME + 4), "{names:?}");
        assert_eq!(columns.len(), 3);
    }

    #[test]
    fn fields_inside_an_object_that_no_row_has_are_unknown_and_others_are_not() {
        let mut columns = Columns::default();
        let name = columns.index("name", false).unwrap();
        columns.record(name, ColumnType::Text, &Cell::Text("a".to_owned()));
        columns.index("stat", false);
        assert!(columns.is_inside_empty("stat.port.up") && columns.is_inside_empty("Stat.x"));
        assert!(
            !columns.is_inside_empty("name.x")
                && !columns.is_inside_empty("stats")
                && !columns.is_inside_empty("x.y")
        );
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
