//! A column of a table: what its values are, as far as comparisons depend on it ([`Column`]).

use rusqlite::types::Value as Cell;

use super::notes::is_id;
use crate::argument::is_name_of_time;
use crate::text::{is_any_of, shortened};

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// The field, whose name another column may have already.
    field: String,
    kinds: u8,
    /// What its JSON values are.
    shapes: u8,
    example: String,
    /// Bytes of its longest text.
    pub(super) longest: usize,
    /// Forms that all its texts have.
    forms: u8,
    /// Units of time that all its numbers may have.
    units: u8,
    /// Whether a value of it was left out for its length.
    lacks_values: bool,
}

/// A form of texts: each is a number as SQLite writes it.
const NUMBER: u8 = 1;
/// 12 hexadecimal digits in lower case.
const MAC: u8 = 2;
/// A UUID.
const ID: u8 = 4;
/// Units of a time since 1970.
pub(super) const SECONDS: u8 = 1;
pub(super) const MILLISECONDS: u8 = 2;
/// Shapes of JSON values, by what they begin with.
const OBJECT: u8 = 1;
const LIST: u8 = 2;
const LIST_OF_TEXTS: u8 = 4;

const NUMBERS: u8 = ColumnType::Integer as u8 | ColumnType::Real as u8 | ColumnType::Boolean as u8;
const TEXTS: u8 = ColumnType::Text as u8 | ColumnType::Json as u8 | ColumnType::Long as u8;

/// A type of values in a column, as a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnType {
    Text = 1,
    Integer = 2,
    Real = 4,
    Boolean = 8,
    Json = 16,
    /// An integer that SQLite has no number for, as a text with its digits.
    Long = 32,
}

/// What the JSON values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Objects,
    ListsOfTexts,
    ListsOfNumbers,
    MixedLists,
}

impl Column {
    /// A column without values of this name, for a field.
    pub(super) fn new(name: String, field: String) -> Self {
        Self {
            name,
            field,
            kinds: 0,
            shapes: 0,
            example: String::new(),
            longest: 0,
            forms: u8::MAX,
            units: u8::MAX,
            lacks_values: false,
        }
    }

    /// Notes the type of a value, and the first value as an example.
    pub(super) fn record(&mut self, kind: ColumnType, cell: &Cell) {
        self.kinds |= kind as u8;
        match cell {
            Cell::Text(text) => {
                self.longest = self.longest.max(text.len());
                self.forms = forms(text, self.forms);
                self.shapes |= if kind == ColumnType::Json { shape(text) } else { 0 };
            }
            #[expect(clippy::cast_precision_loss, reason = "only its magnitude matters")]
            Cell::Integer(number) if *number != 0 => self.units &= units(*number as f64),
            Cell::Real(number) => self.units &= units(*number),
            _ => {}
        }
        if self.example.is_empty() {
            self.example = match cell {
                Cell::Text(text) => shortened(text, 40),
                Cell::Integer(number) => number.to_string(),
                Cell::Real(number) => number.to_string(),
                Cell::Null | Cell::Blob(_) => String::new(),
            };
        }
    }

    /// Notes that a value was left out for its length.
    pub(super) fn leave_out(&mut self) {
        self.lacks_values = true;
    }

    pub(super) fn has_no_values(&self) -> bool {
        self.kinds == 0
    }

    /// The field of which this is the column, if another one has its name in another case.
    pub(super) fn other_case(&self) -> Option<&str> {
        (self.name != self.field).then_some(self.field.as_str())
    }

    /// Notes that texts which are numbers stay texts.
    pub(super) fn keep_texts(&mut self) {
        self.forms &= !NUMBER;
    }

    /// The affinity of a column with numbers or with texts alone.
    pub(super) fn affinity(&self) -> Option<&'static str> {
        match self.types() {
            0 => None,
            types if types & !NUMBERS == 0 => Some("NUMERIC"),
            types if types & !TEXTS == 0 => Some("TEXT"),
            _ => None,
        }
    }

    fn has(&self, kind: ColumnType) -> bool {
        self.kinds & kind as u8 != 0
    }

    /// Whether it has numbers, and texts that are numbers as well. The texts become numbers, so that a comparison finds
    /// both.
    pub(super) fn has_numbers_as_texts(&self) -> bool {
        let has_numbers = self.has(ColumnType::Integer) || self.has(ColumnType::Real);
        self.has(ColumnType::Text) && has_numbers && !self.has(ColumnType::Json) && self.forms & NUMBER != 0
    }

    /// The types of its values in the finished table.
    fn types(&self) -> u8 {
        if self.has_numbers_as_texts() { self.kinds & !(ColumnType::Text as u8) } else { self.kinds }
    }

    pub(super) fn is_of_numbers(&self) -> bool {
        self.affinity() == Some("NUMERIC")
    }

    pub(super) fn is_of_texts(&self) -> bool {
        self.kinds == ColumnType::Text as u8
    }

    pub(super) fn is_of_booleans(&self) -> bool {
        self.kinds == ColumnType::Boolean as u8
    }

    /// Whether it has numbers and texts.
    pub(super) fn is_mixed(&self) -> bool {
        self.affinity().is_none() && self.types() & NUMBERS != 0 && self.has_texts()
    }

    /// Whether it has integers that are texts, since SQLite has no such numbers.
    pub(super) fn has_long_integers(&self) -> bool {
        self.has(ColumnType::Long)
    }

    /// Whether it has texts that are no JSON.
    pub(super) fn has_texts(&self) -> bool {
        self.types() & (ColumnType::Text as u8 | ColumnType::Long as u8) != 0
    }

    /// The shape of its JSON values, if it has some.
    pub(super) fn shape(&self) -> Option<Shape> {
        match self.shapes {
            _ if !self.has(ColumnType::Json) => None,
            // Only empty lists.
            0 => Some(Shape::MixedLists),
            shapes if shapes & (LIST | LIST_OF_TEXTS) == 0 => Some(Shape::Objects),
            shapes if shapes & LIST == 0 => Some(Shape::ListsOfTexts),
            shapes if shapes & LIST_OF_TEXTS == 0 => Some(Shape::ListsOfNumbers),
            _ => Some(Shape::MixedLists),
        }
    }

    pub(super) fn has_macs(&self) -> bool {
        self.is_of_texts() && self.forms & MAC != 0
    }

    pub(super) fn has_ids(&self) -> bool {
        self.is_of_texts() && self.forms & ID != 0
    }

    /// Whether it has versions by its name: they compare by their numbers.
    pub(super) fn has_versions(&self) -> bool {
        let is_of_versions = |word: &str| is_any_of(word, &["version", "versions", "firmware"]);
        let is_other = self.date().is_some() || self.forms & (ID | MAC) != 0;
        self.is_of_texts() && !is_other && self.name.split(['.', '_', '-', ' ']).any(is_of_versions)
    }

    /// Its example, if it has dates as texts.
    pub(super) fn date(&self) -> Option<&str> {
        let starts_with_date = |text: &str| {
            let form = text.bytes().take(10).map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
            form.eq(*b"0000-00-00")
        };
        Some(self.example.as_str()).filter(|example| self.is_of_texts() && starts_with_date(example))
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

    pub(super) fn described(&self) -> String {
        match (self.kinds, self.lacks_values) {
            (0, false) => return "null: no row has a value".to_owned(),
            (0, true) => return "null: its values are too long for a table, and left out".to_owned(),
            _ => {}
        }
        let kinds = [
            (ColumnType::Text, "text"),
            (ColumnType::Integer, "integer"),
            (ColumnType::Real, "real"),
            (ColumnType::Boolean, "0 or 1"),
            (ColumnType::Json, "JSON"),
            (ColumnType::Long, "integer above 2^63 as a text"),
        ];
        let kinds: Vec<_> =
            kinds.iter().filter(|(kind, _)| self.types() & *kind as u8 != 0).map(|(_, name)| *name).collect();
        let unit = self.unit_of_time().map(|unit| format!(", {unit} since 1970"));
        let about = match unit {
            Some(unit) => unit,
            None if self.has_versions() => ", which compare by their numbers".to_owned(),
            None if self.is_of_texts() && self.forms & NUMBER != 0 => {
                ", numbers that compare as texts".to_owned()
            }
            None if self.is_mixed() => ", which are never equal".to_owned(),
            None => String::new(),
        };
        let left_out = if self.lacks_values { ", without values that are too long for a table" } else { "" };
        format!("{}{about}{left_out}: {}", kinds.join(" or "), self.example)
    }
}

/// The forms that a text has, of the possible ones.
fn forms(text: &str, possible: u8) -> u8 {
    let is_integer = || text.parse().is_ok_and(|number: i64| number.to_string() == text);
    let is_real = || text.contains('.') && text.parse().is_ok_and(|number: f64| number.to_string() == text);
    let is_number = || text.len() < 20 && (is_integer() || is_real());
    let is_mac = || text.len() == 12 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let of = |form: u8, fits: &dyn Fn() -> bool| if possible & form != 0 && fits() { form } else { 0 };
    of(NUMBER, &is_number) | of(MAC, &is_mac) | of(ID, &|| is_id(text))
}

/// The shape of a JSON text.
fn shape(json: &str) -> u8 {
    match json.as_bytes() {
        [b'[', b'"', ..] => LIST_OF_TEXTS,
        [b'[', b']'] => 0,
        [b'[', ..] => LIST,
        _ => OBJECT,
    }
}

/// The units in which a number may be a time.
pub(super) fn units(number: f64) -> u8 {
    match number {
        1e9..4e9 => SECONDS,
        1e12..4e12 => MILLISECONDS,
        _ => 0,
    }
}
