//! Notes on lists, which are JSON as a text, where a statement takes them for single values ([`of_pair`]).

use super::super::column::{Column, Shape};
use super::super::comparisons::{Operand, Pair, operand, operand_before};
use super::super::names::quoted;
use super::super::scope::{NameScope, Written};
use super::super::tokens::{SqlToken, closing};
use super::{is_number, named};
use crate::text::{is_any_of, shortened};

/// The note on a column with lists that is compared with a single value.
pub(super) fn of_pair(
    pair: &Pair<'_>,
    written: Written<'_>,
    column: &Column,
    scope: &NameScope<'_>,
) -> Option<String> {
    let shape = column.shape()?;
    let is_pattern = is_any_of(pair.operator, &["LIKE", "GLOB"]);
    let value = match pair.right {
        Operand::Text("") => return None,
        Operand::Text(text) if is_pattern && finds_in_json(text) => return None,
        Operand::Text(text) if !is_pattern && (text.starts_with(['[', '{'])) => return None,
        Operand::Text(text) if is_pattern || shape != Shape::ListsOfNumbers || !is_number(text) => {
            format!("'{}'", shortened(text, 40).replace('\'', "''"))
        }
        Operand::Text(number) => shortened(number.trim(), 40),
        Operand::Number(number) if shape == Shape::ListsOfTexts => format!("'{}'", shortened(number, 40)),
        Operand::Number(number) => shortened(number, 40),
        Operand::Column(table, name) => {
            let others = scope.columns((table, name));
            if others.is_empty()
                || others.iter().any(|(_, other)| other.shape().is_some_and(|of| of == shape))
            {
                return None;
            }
            if others.iter().any(|(_, other)| other.shape().is_some()) {
                return Some(format!(
                    "the lists in {} are equal to others only as a whole, and have values of another type: join by the \
                     values of json_each({}), as CAST(value AS TEXT)",
                    named(column),
                    in_full(written)
                ));
            }
            in_full((table, name))
        }
        Operand::Call(name, _) if makes_text(name) => format!("{}(…)", name.to_lowercase()),
        Operand::Call(..) => return None,
    };
    let operator = match pair.operator {
        operator if is_any_of(operator, &["IN", "IS"]) => "=",
        "<>" | "!=" => "=",
        operator if operator.eq_ignore_ascii_case("BETWEEN") => ">=",
        operator => operator,
    };
    Some(of_single(column, written, (&value, operator), pair.is_negated))
}

/// The note on a column with lists and a single value.
fn of_single(
    column: &Column,
    written: Written<'_>,
    (value, operator): (&str, &str),
    is_negated: bool,
) -> String {
    let (name, in_full) = (named(column), in_full(written));
    if column.shape() == Some(Shape::Objects) {
        return format!(
            "{name} has objects as JSON, which are no single values: json_each({in_full}) has their members as `key` \
             and `value`"
        );
    }
    // A text that is no JSON is none for json_each either.
    let list = if column.has_texts() {
        format!("CASE WHEN json_valid({in_full}) THEN {in_full} ELSE json_array({in_full}) END")
    } else {
        in_full
    };
    let not = if is_negated { "NOT " } else { "" };
    format!(
        "{name} has lists as JSON, which never equal a single value: write {not}EXISTS (SELECT 1 FROM \
         json_each({list}) WHERE value {operator} {value})"
    )
}

/// Notes on lists and the rows of a subquery: `list IN (SELECT …)` and `value IN (SELECT list …)`.
pub(super) fn of_subqueries(
    tokens: &[SqlToken<'_>],
    scope: &NameScope<'_>,
    mut add: impl FnMut(usize, Option<String>),
) {
    for (place_of_in, _) in tokens.iter().enumerate().filter(|(_, token)| token.is_word("IN")) {
        let [open, select, selected @ ..] = &tokens[place_of_in + 1..] else { continue };
        if !open.is_sign("(") || !select.is_word("SELECT") {
            continue;
        }
        let before = match &tokens[..place_of_in] {
            [before @ .., not] if not.is_word("NOT") => before,
            before => before,
        };
        let selected = match selected {
            [word, selected @ ..] if word.is_word("DISTINCT") => selected,
            selected => selected,
        };
        let left = operand_before(before).and_then(Operand::wrapped_column);
        let right = operand(selected).and_then(Operand::wrapped_column);
        let columns =
            |written: Option<Written<'_>>| written.map(|written| scope.columns(written)).unwrap_or_default();
        let (of_left, of_right) = (columns(left), columns(right));
        let has_lists =
            |columns: &[(usize, &Column)]| columns.iter().any(|(_, column)| column.shape().is_some());
        match (left, right, has_lists(&of_left), has_lists(&of_right)) {
            (Some(written), _, true, false) => {
                for (place, column) in of_left.iter().filter(|(_, column)| column.shape().is_some()) {
                    let is_negated = before.len() < place_of_in;
                    add(*place, Some(of_single(column, written, ("(SELECT …)", "IN"), is_negated)));
                }
            }
            (left, Some(written), false, true) if left.is_none() || !of_left.is_empty() => {
                for (place, column) in of_right.iter().filter(|(_, column)| column.shape().is_some()) {
                    add(
                        *place,
                        Some(format!(
                            "{} has lists as JSON, which never equal a single value: select the `value` of \
                             json_each({})",
                            named(column),
                            in_full(written)
                        )),
                    );
                }
            }
            _ => {}
        }
    }
}

/// Notes on `USING` with a column that has lists in one table and single values in another.
pub(super) fn of_using(
    tokens: &[SqlToken<'_>],
    scope: &NameScope<'_>,
    mut add: impl FnMut(usize, Option<String>),
) {
    for (place, _) in tokens.iter().enumerate().filter(|(_, token)| token.is_word("USING")) {
        let Some((open, list)) = tokens[place + 1..].split_first() else { continue };
        let end = if open.is_sign("(") { closing(list).unwrap_or(0) } else { 0 };
        for name in list[..end].iter().filter_map(SqlToken::name) {
            let columns = scope.columns((None, name));
            let (lists, single): (Vec<_>, Vec<_>) =
                columns.into_iter().partition(|(_, column)| column.shape().is_some());
            if single.is_empty() {
                continue;
            }
            for (place, column) in lists {
                add(
                    place,
                    Some(format!(
                        "{0} has lists as JSON, which never equal a single value: join ON EXISTS (SELECT 1 FROM \
                         json_each({0}) WHERE value = …), with the tables before the names",
                        named(column)
                    )),
                );
            }
        }
    }
}

/// A function that takes numbers, of a column with lists.
pub(super) fn of_function(function: &str, column: &Column) -> Option<String> {
    column.shape().map(|_| {
        let name = named(column);
        format!(
            "{function}({name}) takes a list for a text: {name} has JSON, and json_each({name}) its values"
        )
    })
}

/// Whether a pattern can fit a value inside of a list's JSON.
fn finds_in_json(pattern: &str) -> bool {
    pattern.starts_with(['%', '*', '_', '?', '[', '{']) && pattern.ends_with(['%', '*', '_', '?', ']', '}'])
}

/// Whether a function makes a single value: not a list, nor a value of a list.
fn makes_text(function: &str) -> bool {
    const TEXTS: &[&str] =
        &["lower", "upper", "trim", "printf", "format", "date", "datetime", "strftime", "unixepoch"];
    is_any_of(function, TEXTS)
}

/// A column with the table or alias that the statement has before it.
fn in_full((table, name): Written<'_>) -> String {
    let name = quoted(&shortened(name, 80));
    table.map_or(name.clone(), |table| format!("{}.{name}", shortened(table, 60)))
}
