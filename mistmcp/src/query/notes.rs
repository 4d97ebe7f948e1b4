//! Notes on comparisons that are valid and find other rows than they seem to ([`of_comparisons`]): a date's text and a
//! time in seconds, a number and a text, a list and a single value.

mod expressions;
mod lists;
#[cfg(test)]
mod tests;
mod units;
mod value;
mod values;

use std::sync::Arc;

use uuid::Uuid;

use super::column::Column;
use super::comparisons::{Comparison, Operand, Pair, arguments_of, pairs};
use super::dates;
use super::names::quoted;
use super::scope::NameScope;
use super::seconds::is_of_seconds;
use super::table::Table;
use super::tokens::{SqlToken, tokens};
use crate::text::{is_any_of, shortened};

/// Notes of a table at most.
const MAX_NOTES: usize = 4;
/// Comparisons of a statement that are looked at.
const MAX_COMPARISONS: usize = 200;
/// Keywords for the time of the statement, as a text.
const CURRENT: [&str; 3] = ["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
/// Functions that take numbers for what they are.
const OF_NUMBERS: [&str; 7] = ["sum", "total", "avg", "min", "max", "abs", "round"];

/// The notes of each table.
struct Notes(Vec<Vec<String>>);

impl Notes {
    fn add(&mut self, table: usize, note: Option<String>) {
        let Some(of_table) = self.0.get_mut(table) else { return };
        if let Some(note) = note
            && of_table.len() < MAX_NOTES
            && !of_table.contains(&note)
        {
            of_table.push(note);
        }
    }
}

/// Notes for each table on the comparisons of a statement, and on its dates.
pub(super) fn of_comparisons(sql: &str, tables: &[(String, Arc<Table>)]) -> Vec<Vec<String>> {
    let tokens = tokens(sql);
    let scope = NameScope::new(&tokens, tables);
    let mut notes = Notes(vec![Vec::new(); tables.len()]);
    for pair in pairs(&tokens).into_iter().take(MAX_COMPARISONS) {
        if let Some(written) = pair.left.wrapped_column() {
            for (place, column) in scope.columns(written) {
                notes.add(place, lists::of_pair(&pair, written, column, &scope));
            }
        }
        if let Operand::Column(table, name) = pair.left {
            let comparison = Comparison { table, column: name, operator: pair.operator, other: pair.right };
            for (place, column) in scope.columns((table, name)) {
                let note = note(&comparison, column).or_else(|| of_empty(&pair, name, column, &tokens));
                notes.add(place, note);
            }
        }
    }
    lists::of_subqueries(&tokens, &scope, |place, note| notes.add(place, note));
    lists::of_using(&tokens, &scope, |place, note| notes.add(place, note));
    let values = values::Values::new(&tokens, &scope);
    units::of_expressions(&tokens, &values, |place, note| notes.add(place, note));
    for (function, table, name) in arguments_of(&tokens, &OF_NUMBERS).take(MAX_COMPARISONS) {
        for (place, column) in scope.columns((table, name)) {
            notes.add(place, lists::of_function(function, column).or_else(|| of_long(function, column)));
        }
    }
    for call in dates::of_columns(&tokens).into_iter().take(MAX_COMPARISONS) {
        for (place, column) in scope.columns((call.table, call.column)) {
            notes.add(place, of_date_call(&call, column));
        }
    }
    of_cases(&tokens, tables, &mut notes);
    notes.0
}

/// The name of a column as a note writes it.
fn named(column: &Column) -> String {
    quoted(&shortened(&column.name, 80))
}

/// A function of a date whose column is in another unit than it takes.
fn of_date_call(call: &dates::DateCall<'_>, column: &Column) -> Option<String> {
    let (unit, name, function) = (column.unit_of_time()?, named(column), call.function);
    if call.has_unit && unit == "seconds" {
        return None;
    }
    let seconds = if unit == "seconds" { name.clone() } else { format!("{name} / 1000") };
    Some(format!(
        "{function}({name}) is NULL: {name} is a time in {unit} since 1970, so write {function}({seconds}, 'unixepoch')"
    ))
}

/// Names of columns whose case tells which one of two fields is meant: SQL does not distinguish it.
fn of_cases(tokens: &[SqlToken<'_>], tables: &[(String, Arc<Table>)], notes: &mut Notes) {
    for (place, (_, table)) in tables.iter().enumerate() {
        for other in table.columns.named() {
            let Some(field) = other.other_case() else { continue };
            let is_same = |name: &str| name.eq_ignore_ascii_case(field);
            let Some(meant) = table.columns.named().find(|column| is_same(&column.name)) else { continue };
            let differs = |name: &&str| is_same(name) && *name != meant.name;
            if let Some(written) = tokens.iter().filter_map(SqlToken::name).find(differs) {
                notes.add(
                    place,
                    Some(format!(
                        "{} is the field `{}`, since SQL does not distinguish upper and lower case: the field `{}` is \
                         {}",
                        quoted(&shortened(written, 80)),
                        shortened(&meant.name, 80),
                        shortened(field, 80),
                        named(other)
                    )),
                );
            }
        }
    }
}

/// A comparison with the empty text, of a column by its written name.
fn of_empty(pair: &Pair<'_>, written: &str, column: &Column, tokens: &[SqlToken<'_>]) -> Option<String> {
    let orders = is_any_of(pair.operator, &["<", "<=", ">", ">=", "BETWEEN"]);
    // `x = '' OR x IS NULL` finds them all.
    let has_null = tokens.windows(3).any(|part| {
        part[0].name().is_some_and(|name| name.eq_ignore_ascii_case(written))
            && (part[1].is_word("IS") && part[2].is_word("NULL") || part[1].is_word("ISNULL"))
    });
    let finds_none = pair.right == Operand::Text("") && !pair.is_negated && !orders && !has_null;
    finds_none.then(|| {
        let name = named(column);
        format!(
            "{name} is never '': an empty text is NULL, as a field without a value is. Write {name} IS NULL"
        )
    })
}

/// A function that takes numbers, of a column with integers that are texts.
fn of_long(function: &str, column: &Column) -> Option<String> {
    column.has_long_integers().then(|| {
        let name = named(column);
        format!(
            "{function}({name}) is inexact: integers above 9223372036854775807 in {name} are texts with all their \
             digits"
        )
    })
}

/// The note on a comparison of a column.
fn note(comparison: &Comparison<'_>, column: &Column) -> Option<String> {
    const EQUAL: [&str; 7] = ["=", "==", "<>", "!=", "IN", "LIKE", "IS"];
    let name = named(column);
    let is_like = comparison.operator.eq_ignore_ascii_case("LIKE");
    if column.shape().is_some() || comparison.operator.eq_ignore_ascii_case("GLOB") {
        return None;
    }
    let orders = !is_any_of(comparison.operator, &EQUAL);
    match comparison.other {
        Operand::Text("") if !orders => None,
        Operand::Text(text) if column.has_long_integers() && text.parse::<i64>().is_err() => None,
        Operand::Number(number) if column.has_long_integers() => Some(format!(
            "integers above 9223372036854775807 in {name} are texts with all their digits, which are never equal to a \
             number and more than every number: write '{}' for such a one",
            shortened(number, 40)
        )),
        other if column.is_of_numbers() && (!is_like || column.unit_of_time().is_some()) => {
            Some(of_number_and_text(&name, column, &text_of(other)?))
        }
        Operand::Number(number)
            if column.is_of_texts() && column.date().is_none() && !column.has_versions() && orders =>
        {
            Some(format!(
                "{name} has texts, which compare as texts: CAST({name} AS INTEGER) {} {} compares as numbers",
                comparison.operator,
                shortened(number, 20)
            ))
        }
        Operand::Number(literal) | Operand::Text(literal) if column.is_mixed() && is_number(literal) => {
            Some(format!(
                "{name} has numbers and texts, which are never equal: CAST({name} AS TEXT) = '{0}' finds the number \
                 {0} and the text '{0}'",
                shortened(literal, 20)
            ))
        }
        Operand::Text(text) if column.has_macs() && is_other_mac(text, is_like) => {
            Some(of_macs(column, text))
        }
        Operand::Text(text) if column.has_ids() && !orders && !is_like && !is_id(text) => Some(format!(
            "{name} has ids, and '{}' is none: join the table that has the names by its id",
            shortened(text, 40)
        )),
        _ => None,
    }
}

/// The note on a column of numbers that is compared with a text.
fn of_number_and_text(name: &str, column: &Column, text: &str) -> String {
    if let Some(unit) = column.unit_of_time() {
        of_time_and_text(name, unit, text)
    } else if column.is_of_booleans() {
        format!("{name} is 1 (true) or 0 (false), and never equal to {text}: write {name} = 1")
    } else {
        format!("{name} has numbers, which are never equal to {text}, and less than every text")
    }
}

/// The note on a time since 1970 that is compared with a text.
fn of_time_and_text(name: &str, unit: &str, text: &str) -> String {
    let factor = if unit == "milliseconds" { " * 1000" } else { "" };
    format!(
        "{name} is a time in {unit} since 1970, and {text} is a text: compare it with unixepoch('2026-01-31 08:00:00') \
         or unixepoch('now', '-1 hour'){factor}"
    )
}

/// The note on a MAC address in another form.
fn of_macs(column: &Column, text: &str) -> String {
    format!(
        "the MAC addresses in {} have 12 lower-case digits and letters without separators: {}",
        named(column),
        shortened(&normalized_mac(text), 40)
    )
}

/// An operand that is a text and no number.
fn text_of(operand: Operand<'_>) -> Option<String> {
    match operand {
        Operand::Text(text) => (!is_number(text)).then(|| format!("the text '{}'", shortened(text, 40))),
        Operand::Column(None, name) => is_any_of(name, &CURRENT).then(|| name.to_uppercase()),
        Operand::Call(name, arguments) => {
            let is_day = matches!(arguments.first(), Some(SqlToken::Text(format)) if format == "%J");
            let is_number = is_day || is_of_seconds(arguments);
            let makes_text = ["date", "time", "datetime", "strftime", "lower", "upper", "printf", "format"];
            (is_any_of(name, &makes_text) && !is_number).then(|| format!("{}()", name.to_lowercase()))
        }
        Operand::Column(Some(_), _) | Operand::Number(_) => None,
    }
}

fn is_number(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether a text is an id as Mist writes it.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// Whether a text is a MAC address, or for `LIKE` a part of one, in another form than Mist's.
fn is_other_mac(text: &str, is_part: bool) -> bool {
    let digits = normalized_mac(text);
    let has_separators = text.contains([':', '-', '.']);
    let is_whole = digits.len() == 12 || is_part && digits.len() >= 4 && has_separators;
    let digits_only = digits.bytes().all(|byte| byte.is_ascii_hexdigit() || is_part && byte == b'%');
    // LIKE does not distinguish upper and lower case.
    let differs = if is_part { has_separators } else { digits != text };
    is_whole && digits_only && differs
}

fn normalized_mac(text: &str) -> String {
    text.chars().filter(|letter| ![':', '-', '.'].contains(letter)).collect::<String>().to_lowercase()
}
