//! Notes on times of different units in one expression ([`of_expressions`]): seconds, milliseconds and dates as texts.

use super::super::column::{MILLISECONDS, SECONDS, units};
use super::super::comparisons::{Operand, operand};
use super::super::scope::{Scope, Written};
use super::super::tokens::{SqlToken, closing};
use super::named;
use crate::text::is_any_of;

/// Words that end an expression.
const ENDS: [&str; 22] = [
    "AND", "OR", "NOT", "WHERE", "ON", "SELECT", "HAVING", "WHEN", "THEN", "ELSE", "END", "CASE", "FROM",
    "GROUP", "ORDER", "BY", "LIMIT", "JOIN", "UNION", "AS", "DISTINCT", "IN",
];
const FACTORS: [&str; 4] = ["1000", "1000.0", "1e3", "1000."];

/// What an expression has.
#[derive(Debug, Default)]
struct Expression<'a> {
    columns: Vec<Written<'a>>,
    /// The first value in seconds, as a note writes it.
    seconds: Option<String>,
    milliseconds: Option<String>,
    has_factor: bool,
    /// Whether it compares or subtracts.
    relates: bool,
}

/// Notes on expressions that compare or subtract times of different units.
pub(super) fn of_expressions(
    tokens: &[SqlToken<'_>],
    scope: &Scope<'_>,
    mut add: impl FnMut(usize, Option<String>),
) {
    let mut rest = tokens;
    while !rest.is_empty() {
        let (expression, after) = read(rest);
        rest = after;
        if !expression.relates || expression.has_factor {
            continue;
        }
        let columns: Vec<_> = expression.columns.iter().flat_map(|written| scope.columns(*written)).collect();
        let in_unit = |unit| columns.iter().find(|(_, column)| column.unit_of_time() == Some(unit));
        let of_seconds = || in_unit("seconds").map(|(_, column)| named(column));
        for (place, column) in &columns {
            let name = named(column);
            let note = match (column.unit_of_time(), column.date(), &expression) {
                (Some("milliseconds"), ..) => expression.seconds.clone().or_else(of_seconds).map(|seconds| {
                    format!(
                        "{name} is a time in milliseconds since 1970, and {seconds} is in seconds: write {name} / 1000 for seconds"
                    )
                }),
                (Some("seconds"), _, Expression { milliseconds: Some(other), .. }) => Some(format!(
                    "{name} is a time in seconds since 1970, and {other} is in milliseconds: divide that by 1000"
                )),
                (None, Some(date), Expression { seconds: Some(seconds), .. }) => Some(format!(
                    "{name} has dates as texts such as '{date}', and {seconds} is a number: write unixepoch({name}) for seconds"
                )),
                _ => None,
            };
            add(*place, note);
        }
    }
}

/// The expression at the begin of these tokens, and the tokens after it.
fn read<'a>(tokens: &'a [SqlToken<'a>]) -> (Expression<'a>, &'a [SqlToken<'a>]) {
    let mut expression = Expression::default();
    let mut place = 0;
    while let Some(token) = tokens.get(place) {
        place += 1;
        match token {
            SqlToken::Sign("," | ";") => break,
            SqlToken::Sign("=" | "==" | "<" | "<=" | ">" | ">=" | "<>" | "!=" | "-") => {
                expression.relates = true;
            }
            SqlToken::Number(number) => expression.add_number(number),
            SqlToken::Word(word) if is_any_of(word, &ENDS) => {
                // The first value of BETWEEN ends with AND.
                break;
            }
            SqlToken::Word(word) if word.eq_ignore_ascii_case("BETWEEN") => expression.relates = true,
            SqlToken::Word(name) if tokens.get(place).is_some_and(|open| open.is_sign("(")) => {
                let inside = &tokens[place + 1..];
                let end = closing(inside).unwrap_or(inside.len());
                if expression.add_call(name, &inside[..end]) {
                    place += end + 2;
                }
            }
            SqlToken::Word(_) | SqlToken::Quoted(_) => {
                if let Some(Operand::Column(table, name)) = column(&tokens[place - 1..]) {
                    expression.columns.push((table, name));
                    place += if table.is_some() { 2 } else { 0 };
                }
            }
            _ => {}
        }
    }
    (expression, tokens.get(place..).unwrap_or_default())
}

/// The column at the begin of these tokens, whatever follows it.
fn column<'a>(tokens: &'a [SqlToken<'a>]) -> Option<Operand<'a>> {
    let is_qualified = tokens.get(1).is_some_and(|dot| dot.is_sign("."));
    operand(tokens.get(..if is_qualified { 3 } else { 1 })?)
}

impl Expression<'_> {
    fn add_number(&mut self, number: &str) {
        self.has_factor |= FACTORS.contains(&number);
        let value = match number.parse().map_or(0, units) {
            SECONDS => &mut self.seconds,
            MILLISECONDS => &mut self.milliseconds,
            _ => return,
        };
        value.get_or_insert_with(|| number.to_owned());
    }

    /// Adds a function of dates. Returns whether it is one, whose arguments are no part of the expression.
    fn add_call(&mut self, name: &str, arguments: &[SqlToken<'_>]) -> bool {
        let is_in_seconds = name.eq_ignore_ascii_case("unixepoch")
            || name.eq_ignore_ascii_case("strftime")
                && matches!(arguments.first(), Some(SqlToken::Text(format)) if format == "%s");
        if is_in_seconds {
            self.seconds.get_or_insert_with(|| format!("{}()", name.to_lowercase()));
        }
        is_in_seconds || is_any_of(name, &["date", "time", "datetime", "strftime", "julianday"])
    }
}
