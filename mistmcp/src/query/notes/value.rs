//! The value of an expression, as far as it is known ([`Value`]): a number or a text, a time and its unit, and the
//! column that it is made of.

use super::super::column::Column;
use super::super::names::quoted;
use super::super::tokens::SqlToken;
use super::CURRENT;
use super::expressions::parenthesized;
use crate::text::{is_any_of, shortened};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum ValueType {
    #[default]
    Unknown,
    Number,
    Text,
}

/// The unit of a time that is a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
    /// Days of `julianday`.
    Days,
}

/// What is known of the value of an expression.
#[derive(Clone, Debug, Default)]
pub(super) struct Value<'a> {
    pub(super) kind: ValueType,
    /// Whether SQLite converts the other side of a comparison to its type, as for a column and for `CAST`.
    pub(super) has_affinity: bool,
    pub(super) unit: Option<Unit>,
    /// What stands between date and time in its texts.
    pub(super) separator: Option<char>,
    pub(super) literal: Option<&'a str>,
    /// The column that it is made of, with the place of its table.
    pub(super) column: Option<(usize, &'a Column)>,
    /// Whether it is a column as it is, also by another name.
    pub(super) is_plain: bool,
    /// Whether its letters are in upper case.
    pub(super) is_upper: bool,
    pub(super) tokens: &'a [SqlToken<'a>],
}

impl Value<'_> {
    /// The expression as a note writes it before an operator.
    pub(super) fn operand(&self) -> String {
        let is_name = matches!(self.tokens, [_] | [_, SqlToken::Sign("."), _]);
        let is_term = is_name || self.tokens.get(1..).and_then(parenthesized).is_some();
        if is_term { self.written() } else { format!("({})", self.written()) }
    }

    /// The expression as a note writes it.
    pub(super) fn written(&self) -> String {
        let inside = self.tokens.get(1..).and_then(parenthesized);
        match (self.tokens, inside) {
            ([SqlToken::Word(name), ..], Some([])) => format!("{}()", name.to_lowercase()),
            ([SqlToken::Word(name), ..], Some(column @ [SqlToken::Word(_) | SqlToken::Quoted(_)])) => {
                format!("{}({})", name.to_lowercase(), text_of(column))
            }
            ([SqlToken::Word(name), ..], Some(_)) => format!("{}(…)", name.to_lowercase()),
            (tokens, _) => text_of(tokens),
        }
    }
}

/// The text of an expression's tokens.
fn text_of(tokens: &[SqlToken<'_>]) -> String {
    let mut text = String::new();
    for (place, token) in tokens.iter().enumerate() {
        let is_joined = matches!(token, SqlToken::Sign("." | "(" | ")" | ",")) || text.ends_with(['.', '(']);
        if place > 0 && !is_joined {
            text.push(' ');
        }
        match token {
            SqlToken::Word(word) if tokens.len() == 1 && !is_any_of(word, &CURRENT) => {
                text.push_str(&quoted(word));
            }
            SqlToken::Word(word) | SqlToken::Number(word) | SqlToken::Sign(word) => text.push_str(word),
            SqlToken::Quoted(name) => text.push_str(&quoted(name)),
            SqlToken::Text(value) => {
                text.push_str(&["'", &shortened(value, 40).replace('\'', "''"), "'"].concat());
            }
        }
    }
    shortened(&text, 80)
}

pub(super) fn text<'a>(separator: Option<char>) -> Value<'a> {
    Value { kind: ValueType::Text, separator, ..Value::default() }
}

pub(super) fn of_column((place, column): (usize, &Column)) -> Value<'_> {
    let kind = match column.affinity() {
        Some("NUMERIC") => ValueType::Number,
        Some(_) => ValueType::Text,
        None => ValueType::Unknown,
    };
    Value {
        kind,
        has_affinity: true,
        is_plain: true,
        unit: column
            .unit_of_time()
            .map(|unit| if unit == "seconds" { Unit::Seconds } else { Unit::Milliseconds }),
        separator: column.date().and_then(separator),
        column: Some((place, column)),
        ..Value::default()
    }
}

/// What stands between date and time in a text that begins with both.
pub(super) fn separator(text: &str) -> Option<char> {
    let form: String =
        text.chars().take(13).map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    match form.as_str() {
        "0000-00-00T00" => Some('T'),
        "0000-00-00 00" => Some(' '),
        _ => None,
    }
}

/// What is known of a value that is one of two expressions' by a name.
pub(super) fn both<'a>(one: &Value<'a>, other: &Value<'a>) -> Value<'a> {
    Value {
        kind: if one.kind == other.kind { one.kind } else { ValueType::Unknown },
        has_affinity: one.has_affinity || other.has_affinity,
        unit: one.unit.filter(|unit| Some(*unit) == other.unit),
        separator: one.separator.filter(|letter| Some(*letter) == other.separator),
        literal: one.literal.filter(|literal| Some(*literal) == other.literal),
        column: one
            .column
            .filter(|(_, column)| other.column.is_some_and(|(_, other)| other.name == column.name)),
        is_plain: one.is_plain && other.is_plain,
        is_upper: one.is_upper || other.is_upper,
        tokens: &[],
    }
}

/// What is known of a value that is one of two arguments: one without a unit stands for a time that is not there.
pub(super) fn one_of<'a>(one: &Value<'a>, other: &Value<'a>) -> Value<'a> {
    Value {
        unit: one
            .unit
            .or(other.unit)
            .filter(|unit| [one, other].iter().all(|of| of.unit.is_none_or(|other| other == *unit))),
        column: one.column.or(other.column),
        ..both(one, other)
    }
}

/// The value of an operation.
pub(super) fn computed<'a>(left: &Value<'a>, sign: &str, right: &Value<'a>) -> Value<'a> {
    let is_thousand = |value: &Value<'_>| {
        value
            .literal
            .is_some_and(|literal| literal.parse::<f64>().is_ok_and(|number| (number - 1000.0).abs() < 0.5))
    };
    let unit = match (sign, left.unit, right.unit) {
        ("+" | "-", Some(unit), None) if right.column.is_none() => Some(unit),
        ("+", None, Some(unit)) if left.column.is_none() => Some(unit),
        ("*", Some(Unit::Seconds), None) if is_thousand(right) => Some(Unit::Milliseconds),
        ("*", None, Some(Unit::Seconds)) if is_thousand(left) => Some(Unit::Milliseconds),
        ("/", Some(Unit::Milliseconds), None) if is_thousand(right) => Some(Unit::Seconds),
        _ => None,
    };
    let kind = if sign == "||" { ValueType::Text } else { ValueType::Number };
    let column = if unit.is_some() { left.column.or(right.column) } else { None };
    Value { kind, unit, column, ..Value::default() }
}
