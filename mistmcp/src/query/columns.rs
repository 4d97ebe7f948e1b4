//! Columns of a table: names, types and examples ([`Columns`]).

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde_json::{Map, Value};

use super::names::quoted;
use super::notes::is_id;
use crate::argument::is_name_of_time;
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

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    kinds: u8,
    example: String,
    /// Bytes of its longest text.
    longest: usize,
    /// Forms that all its texts have.
    forms: u8,
    /// Units of time that all its numbers may have.
    units: u8,
}

/// A form of texts: each is a number as SQLite writes it.
const NUMBER: u8 = 1;
/// 12 hexadecimal digits in lower case.
const MAC: u8 = 2;
/// A UUID.
const ID: u8 = 4;
/// Units of a time since 1970.
const SECONDS: u8 = 1;
const MILLISECONDS: u8 = 2;

const NUMBERS: u8 = Kind::Integer as u8 | Kind::Real as u8 | Kind::Boolean as u8;
const TEXTS: u8 = Kind::Text as u8 | Kind::Json as u8;

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

    /// Whether no value of this name is known, but there may be some: the name is that of a field inside an object
    /// that is empty in every row.
    pub(super) fn is_inside_empty(&self, name: &str) -> bool {
        name.match_indices('.').any(|(end, _)| {
            let outer = self.list.iter().find(|column| column.name.eq_ignore_ascii_case(&name[..end]));
            outer.is_some_and(|outer| outer.kinds == 0)
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Column> {
        self.list.iter()
    }

    /// The columns that are fields of the rows.
    pub(super) fn named(&self) -> impl Iterator<Item = &Column> {
        let is_placeholder = self.has_placeholder && self.list.first().is_some_and(|first| first.kinds == 0);
        self.list.iter().skip(usize::from(is_placeholder))
    }

    /// Adds a column without values, because a table needs one.
    pub(super) fn add_placeholder(&mut self) {
        self.has_placeholder = self.add_without_values("value");
    }

    /// Adds a column for a field that no row has a value in, by its name with dots. Returns whether there was none and there
    /// is room.
    pub(super) fn add_without_values(&mut self, name: &str) -> bool {
        let index = if self.written.contains(name) { None } else { self.add(name, false) };
        if let Some(index) = index {
            self.without_values.insert(name.to_owned(), index);
        }
        index.is_some()
    }

    /// The column of a path, whose names are separated by [`SEPARATOR`], made if there is room for it. `is_data`: the path
    /// contains a key that is data.
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
            let name = self.names.add(shortened(written, LONGEST_NAME));
            self.list.push(Column {
                name,
                kinds: 0,
                example: String::new(),
                longest: 0,
                forms: u8::MAX,
                units: u8::MAX,
            });
            self.list.len() - 1
        });
        self.left_out += usize::from(index.is_none());
        index
    }

    /// Notes the type of a value, and the first value as an example.
    pub(super) fn record(&mut self, index: usize, kind: Kind, cell: &Cell) {
        let column = &mut self.list[index];
        column.kinds |= kind as u8;
        match cell {
            Cell::Text(text) => {
                column.longest = column.longest.max(text.len());
                column.forms &= forms(text);
            }
            #[expect(clippy::cast_precision_loss, reason = "only its magnitude matters")]
            Cell::Integer(number) if *number != 0 => column.units &= units(*number as f64),
            Cell::Real(number) => column.units &= units(*number),
            _ => {}
        }
        if column.example.is_empty() {
            column.example = match cell {
                Cell::Text(text) => shortened(text, 40),
                Cell::Integer(number) => number.to_string(),
                Cell::Real(number) => number.to_string(),
                Cell::Null | Cell::Blob(_) => String::new(),
            };
        }
    }

    /// The column of this name, if its values are short enough for an index.
    pub(super) fn indexable(&self, name: &str) -> Option<&Column> {
        self.list.iter().find(|column| {
            column.name.eq_ignore_ascii_case(name) && column.kinds != 0 && column.longest <= LONGEST_KEY
        })
    }

    /// Notes that texts which are numbers stay texts in columns with numbers.
    pub(super) fn keep_texts(&mut self) {
        for column in self.list.iter_mut().filter(|column| column.has_numbers_as_texts()) {
            column.forms &= !NUMBER;
        }
    }

    /// Each column with its types and an example.
    pub(super) fn described(&self) -> Map<String, Value> {
        self.named().map(|column| (column.name.clone(), column.described().into())).collect()
    }
}

/// The forms that a text has.
fn forms(text: &str) -> u8 {
    let is_integer = || text.parse().is_ok_and(|number: i64| number.to_string() == text);
    let is_real = || text.contains('.') && text.parse().is_ok_and(|number: f64| number.to_string() == text);
    let is_number = text.len() < 20 && (is_integer() || is_real());
    let is_mac = text.len() == 12 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let form = |fits: bool, form: u8| if fits { form } else { 0 };
    form(is_number, NUMBER) | form(is_mac, MAC) | form(is_id(text), ID)
}

/// The units in which a number may be a time.
fn units(number: f64) -> u8 {
    match number {
        1e9..4e9 => SECONDS,
        1e12..4e12 => MILLISECONDS,
        _ => 0,
    }
}

/// The columns as a statement selects them.
pub(super) fn selected<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}

/// Declares the types of the columns of a table `rows` that has its rows and no types yet. The stored rows stay as they are: a
/// column of numbers has no text, and a column of texts no number. A declared type makes numbers and texts that stand for
/// numbers compare as numbers. SQLite makes indexes of columns for joins, and none of expressions, such as casts in a view.
pub(super) fn declare_types<'a>(
    connection: &Connection,
    schema: &str,
    columns: impl Iterator<Item = &'a Column>,
) -> rusqlite::Result<()> {
    let declared = columns.map(|column| {
        let name = quoted(&column.name);
        column.affinity().map_or(name.clone(), |affinity| format!("{name} {affinity}"))
    });
    let sql = format!("CREATE TABLE rows ({})", declared.collect::<Vec<_>>().join(","));
    connection.execute_batch("PRAGMA writable_schema=ON")?;
    let update = format!("UPDATE {schema}.sqlite_schema SET sql = ?1 WHERE name = 'rows'");
    connection.execute(&update, [sql])?;
    // The schema is read again.
    connection.execute_batch("PRAGMA writable_schema=RESET")
}

impl Column {
    /// The affinity of a column with numbers or with texts alone.
    fn affinity(&self) -> Option<&'static str> {
        match self.types() {
            0 => None,
            types if types & !NUMBERS == 0 => Some("NUMERIC"),
            types if types & !TEXTS == 0 => Some("TEXT"),
            _ => None,
        }
    }

    /// Whether it has numbers, and texts that are numbers as well. The texts become numbers, so that a comparison finds both.
    pub(super) fn has_numbers_as_texts(&self) -> bool {
        const PLAIN: u8 = Kind::Integer as u8 | Kind::Real as u8;
        let has = |kind: u8| self.kinds & kind != 0;
        has(Kind::Text as u8) && has(PLAIN) && !has(Kind::Json as u8) && self.forms & NUMBER != 0
    }

    /// The types of its values in the finished table.
    fn types(&self) -> u8 {
        if self.has_numbers_as_texts() { self.kinds & !(Kind::Text as u8) } else { self.kinds }
    }

    pub(super) fn is_of_numbers(&self) -> bool {
        self.affinity() == Some("NUMERIC")
    }

    pub(super) fn is_of_texts(&self) -> bool {
        self.kinds == Kind::Text as u8
    }

    pub(super) fn is_of_booleans(&self) -> bool {
        self.kinds == Kind::Boolean as u8
    }

    /// Whether it has numbers and texts.
    pub(super) fn is_mixed(&self) -> bool {
        self.affinity().is_none() && self.types() & NUMBERS != 0 && self.types() & Kind::Text as u8 != 0
    }

    pub(super) fn has_macs(&self) -> bool {
        self.is_of_texts() && self.forms & MAC != 0
    }

    pub(super) fn has_ids(&self) -> bool {
        self.is_of_texts() && self.forms & ID != 0
    }

    /// The unit of a column that is a time since 1970 by its name and its values.
    pub(super) fn unit_of_time(&self) -> Option<&'static str> {
        let field = self.name.rsplit('.').next().unwrap_or(&self.name);
        let is_time = self.is_of_numbers() && !self.is_of_booleans() && is_name_of_time(field);
        match self.units {
            SECONDS if is_time => Some("seconds"),
            MILLISECONDS if is_time => Some("milliseconds"),
            _ => None,
        }
    }

    fn described(&self) -> String {
        if self.kinds == 0 {
            return "null: no row has a value".to_owned();
        }
        let kinds = [
            (Kind::Text, "text"),
            (Kind::Integer, "integer"),
            (Kind::Real, "real"),
            (Kind::Boolean, "0 or 1"),
            (Kind::Json, "JSON"),
        ];
        let kinds: Vec<_> =
            kinds.iter().filter(|(kind, _)| self.types() & *kind as u8 != 0).map(|(_, name)| *name).collect();
        let unit = self.unit_of_time().map(|unit| format!(", {unit} since 1970"));
        let about = match unit {
            Some(unit) => unit,
            None if self.is_of_texts() && self.forms & NUMBER != 0 => {
                ", numbers that compare as texts".to_owned()
            }
            None if self.is_mixed() => ", which are never equal".to_owned(),
            None => String::new(),
        };
        format!("{}{about}: {}", kinds.join(" or "), self.example)
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
        columns.record(name, Kind::Text, &Cell::Text("a".to_owned()));
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
