//! Notes on two expressions whose values are never equal, or ordered otherwise than they seem to be
//! ([`of_expressions`]): times in different units or forms, numbers and texts, MAC addresses in another form.

use super::super::tokens::SqlToken;
use super::expressions::related;
use super::value::{Unit, Value, ValueType};
use super::values::Values;
use super::{is_number, is_other_mac, of_macs, of_time_and_text};
use crate::text::{is_any_of, shortened};

/// Operators that depend on the order of values.
const ORDERS: [&str; 5] = ["<", "<=", ">", ">=", "BETWEEN"];

/// Notes on expressions that a statement compares or subtracts, each with the place of a table.
pub(super) fn of_expressions<'a>(
    tokens: &'a [SqlToken<'a>],
    values: &Values<'a>,
    mut add: impl FnMut(usize, Option<String>),
) {
    for pair in related(tokens) {
        let (left, right) = (values.of(pair.left), values.of(pair.right));
        let of = |one: &Value<'a>, other: &Value<'a>| match pair.operator {
            "-" => of_units(one, other),
            operator if operator.eq_ignore_ascii_case("LIKE") => of_mac(one, other, true),
            "ORDER BY" => of_versions(one, other),
            _ => of_units(one, other)
                .or_else(|| of_separators(one, other))
                .or_else(|| of_kinds(one, other))
                .or_else(|| of_mac(one, other, false))
                .or_else(|| of_versions(one, other).filter(|_| is_any_of(pair.operator, &ORDERS))),
        };
        let place = left.column.or(right.column).map_or(0, |(place, _)| place);
        add(place, of(&left, &right).or_else(|| of(&right, &left)));
    }
}

/// Times in different units.
fn of_units(one: &Value<'_>, other: &Value<'_>) -> Option<String> {
    let unit = if other.unit == Some(Unit::Milliseconds) { "milliseconds" } else { "seconds" };
    match (one.unit, other.unit) {
        (Some(Unit::Milliseconds), Some(Unit::Seconds)) if one.column.is_some() || other.column.is_none() => {
            let (name, written, operand) = (one.written(), other.written(), one.operand());
            Some(format!(
                "{name} is a time in milliseconds since 1970, and {written} is in seconds: write {operand} / 1000 \
                 for seconds"
            ))
        }
        (Some(Unit::Seconds), Some(Unit::Milliseconds)) if one.column.is_some() && other.column.is_none() => {
            let (name, written) = (one.written(), other.written());
            Some(format!(
                "{name} is a time in seconds since 1970, and {written} is in milliseconds: divide that by 1000"
            ))
        }
        (Some(Unit::Days), Some(Unit::Seconds | Unit::Milliseconds)) => Some(format!(
            "{} is a time in {unit} since 1970, and {} is in days since 4714 BC: write unixepoch(…){} with the same \
             arguments",
            other.written(),
            one.written(),
            if unit == "milliseconds" { " * 1000" } else { "" }
        )),
        (None, Some(_)) if one.kind == ValueType::Text && other.kind == ValueType::Number => {
            let (date, name) = (one.column?.1.date()?, one.written());
            Some(format!(
                "{name} has dates as texts such as '{date}', and {} is a number: write unixepoch({name}) for seconds",
                other.written()
            ))
        }
        _ => None,
    }
}

/// What a function makes of versions: it compares as a text, since SQLite gives it no collation.
fn of_versions(one: &Value<'_>, other: &Value<'_>) -> Option<String> {
    let has_versions = |value: &Value<'_>| value.column.is_some_and(|(_, column)| column.has_versions());
    let is_ordered_by_other = other.is_plain && has_versions(other);
    let is_text = one.kind == ValueType::Text && has_versions(one) && !one.is_plain && !is_ordered_by_other;
    is_text.then(|| {
        format!(
            "{} compares as a text, in which the version '0.12' is less than '0.9': write {} COLLATE VERSION",
            one.written(),
            one.operand()
        )
    })
}

/// Dates as texts, one of which has a `T` before the time.
fn of_separators(one: &Value<'_>, other: &Value<'_>) -> Option<String> {
    (one.separator == Some('T') && other.separator == Some(' ')).then(|| {
        let (name, written) = (one.written(), other.written());
        format!(
            "{name} has a T between date and time, and {written} has a space, which is less: within a day they do not \
             compare as times. Write datetime({name})"
        )
    })
}

/// A number and a text of which SQLite converts neither.
fn of_kinds(number: &Value<'_>, text: &Value<'_>) -> Option<String> {
    // A date is no number that SQLite could convert it to.
    let is_time = matches!(number.unit, Some(Unit::Seconds | Unit::Milliseconds)) && number.literal.is_none();
    let is_date = is_time && !text.has_affinity && !text.literal.is_some_and(is_number);
    let is_converted = if is_date { number.is_plain } else { number.has_affinity || text.has_affinity };
    if number.kind != ValueType::Number || text.kind != ValueType::Text || is_converted {
        return None;
    }
    let (name, written) = (number.written(), text.written());
    Some(match (number.literal, text.literal) {
        (Some(_), Some(_)) => return None,
        (_, Some(digits)) if is_number(digits) => {
            let digits = shortened(digits.trim(), 20);
            format!(
                "{name} is a number, which is never equal to a text and less than every text, also '{digits}': write \
                 {digits} without quotes"
            )
        }
        (Some(literal), None) => format!(
            "{written} is a text, which is never equal to the number {literal} and more than every number: write \
             '{literal}' in the form of the text, or CAST({written} AS INTEGER)"
        ),
        _ if is_time => {
            let is_in_seconds = number.unit == Some(Unit::Seconds);
            of_time_and_text(&name, if is_in_seconds { "seconds" } else { "milliseconds" }, &written)
        }
        (None, Some(_)) => {
            format!(
                "{name} is a number, which is never equal to the text {written}, and less than every text"
            )
        }
        (None, None) => format!(
            "{name} is a number, which is never equal to the text {written}, and less than every text: write \
             CAST({written} AS INTEGER)"
        ),
    })
}

/// A MAC address in another form than that of the column.
fn of_mac(value: &Value<'_>, other: &Value<'_>, is_part: bool) -> Option<String> {
    let (column, text) = (value.column?.1, other.literal?);
    let is_written_so = value.is_upper && !text.contains([':', '-', '.']);
    let differs =
        column.has_macs() && other.kind == ValueType::Text && is_other_mac(text, is_part) && !is_written_so;
    differs.then(|| of_macs(column, text))
}
