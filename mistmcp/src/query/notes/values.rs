//! What the values of expressions are, as far as their tokens tell ([`Values`]): numbers or texts, times and their
//! units, and the column that they are made of, also through names of expressions, subqueries, aggregates and
//! arithmetic.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::super::column::{MILLISECONDS, SECONDS, units};
use super::super::dates::arguments;
use super::super::scope::{NameScope, Written};
use super::super::seconds::is_of_seconds;
use super::super::tokens::{SqlToken, closing};
use super::CURRENT;
use super::expressions::{is_single, parenthesized, select_items};
use super::value::{Unit, Value, ValueType, both, computed, of_column, one_of, separator, text};
use crate::text::is_any_of;

/// Levels of an expression that are looked at.
const LEVELS: usize = 12;
/// Tokens of a statement's expressions that are looked at, those of a name each time that it is used.
const TOKENS: usize = 20_000;
/// Functions whose value is one of their arguments.
const KEEP: [&str; 11] = [
    "max",
    "min",
    "coalesce",
    "ifnull",
    "nullif",
    "first_value",
    "last_value",
    "lag",
    "lead",
    "nth_value",
    "iif",
];
/// Functions whose value is a number in the unit of their argument.
const KEEP_UNIT: [&str; 7] = ["round", "abs", "avg", "ceil", "ceiling", "floor", "sum"];
/// Functions whose value is a number without a unit.
const NUMBERS: [&str; 14] = [
    "count",
    "length",
    "octet_length",
    "instr",
    "unicode",
    "json_array_length",
    "row_number",
    "rank",
    "dense_rank",
    "ntile",
    "sign",
    "sqrt",
    "json_valid",
    "total",
];
/// Functions whose value is a text.
const TEXTS: [&str; 22] = [
    "date",
    "time",
    "datetime",
    "strftime",
    "lower",
    "upper",
    "trim",
    "ltrim",
    "rtrim",
    "substr",
    "substring",
    "replace",
    "printf",
    "format",
    "hex",
    "quote",
    "group_concat",
    "string_agg",
    "concat",
    "concat_ws",
    "typeof",
    "char",
];

/// The values of a statement's expressions.
pub(super) struct Values<'a> {
    scope: &'a NameScope<'a>,
    /// The expressions that have a name, by that name in lower case.
    named: HashMap<String, Vec<&'a [SqlToken<'a>]>>,
    /// Tokens that may still be looked at.
    left: Cell<usize>,
    /// The names whose expressions are being looked at. In these, the name is that of a column.
    inside: RefCell<Vec<String>>,
}

impl<'a> Values<'a> {
    pub(super) fn new(tokens: &'a [SqlToken<'a>], scope: &'a NameScope<'a>) -> Self {
        let mut named: HashMap<_, Vec<_>> = HashMap::new();
        for (expression, name) in select_items(tokens) {
            named.entry(name.to_lowercase()).or_default().push(expression);
        }
        Self { scope, named, left: Cell::new(TOKENS), inside: RefCell::default() }
    }

    pub(super) fn of(&self, tokens: &'a [SqlToken<'a>]) -> Value<'a> {
        Value { tokens, ..self.at(tokens, LEVELS) }
    }

    fn at(&self, tokens: &'a [SqlToken<'a>], levels: usize) -> Value<'a> {
        let left = self.left.get().checked_sub(tokens.len() + 1);
        let Some((levels, left)) = levels.checked_sub(1).zip(left) else { return Value::default() };
        self.left.set(left);
        if let Some(inside) = parenthesized(tokens) {
            return self.at(inside, levels);
        }
        if !is_single(tokens) {
            return Value::default();
        }
        for signs in [&["+", "-"][..], &["*", "/", "%"], &["||"]] {
            if let Some((left, sign, right)) = split(tokens, signs) {
                let (left, right) = (self.at(left, levels), self.at(right, levels));
                return computed(&left, sign, &right);
            }
        }
        self.of_term(tokens, levels)
    }

    fn of_term(&self, tokens: &'a [SqlToken<'a>], levels: usize) -> Value<'a> {
        match tokens {
            [SqlToken::Text(text)] => Value {
                kind: ValueType::Text,
                separator: separator(text),
                literal: Some(text),
                ..Value::default()
            },
            [SqlToken::Number(number)] => Value {
                kind: ValueType::Number,
                unit: match number.parse().map_or(0, units) {
                    SECONDS => Some(Unit::Seconds),
                    MILLISECONDS => Some(Unit::Milliseconds),
                    _ => None,
                },
                literal: Some(number),
                ..Value::default()
            },
            [SqlToken::Sign("-"), number @ ..] => {
                Value { kind: ValueType::Number, column: self.at(number, levels).column, ..Value::default() }
            }
            [table, SqlToken::Sign("."), name] => match (table.name(), name.name()) {
                (Some(table), Some(name)) => self.of_name((Some(table), name), levels),
                _ => Value::default(),
            },
            [name @ (SqlToken::Word(_) | SqlToken::Quoted(_))] => {
                name.name().map(|name| self.of_name((None, name), levels)).unwrap_or_default()
            }
            [SqlToken::Word(name), open, inside @ .., _]
                if open.is_sign("(") && parenthesized(&tokens[1..]).is_some() =>
            {
                self.of_call(name, inside, levels)
            }
            // What a function computes over a window, or over some of the rows.
            [SqlToken::Word(_), open, inside @ ..] if open.is_sign("(") => match closing(inside) {
                Some(end)
                    if inside[end + 1..]
                        .first()
                        .is_some_and(|word| word.is_word("OVER") || word.is_word("FILTER")) =>
                {
                    self.at(&tokens[..end + 3], levels)
                }
                _ => Value::default(),
            },
            _ => Value::default(),
        }
    }

    fn of_name(&self, (table, name): Written<'a>, levels: usize) -> Value<'a> {
        if table.is_none() && is_any_of(name, &CURRENT) {
            return Value { kind: ValueType::Text, ..Value::default() };
        }
        let lower = name.to_lowercase();
        let of_table =
            table.is_some_and(|table| self.scope.is_table(table)) || self.inside.borrow().contains(&lower);
        let named = if of_table { None } else { self.named.get(&lower) };
        self.inside.borrow_mut().push(lower);
        let mut values: Vec<_> =
            named.into_iter().flatten().map(|expression| self.at(expression, levels)).collect();
        self.inside.borrow_mut().pop();
        // It may be a column as well, also of a subquery that has the table's name.
        values.extend(self.scope.columns_of((table, name)).into_iter().map(of_column));
        let mut values = values.into_iter();
        let Some(first) = values.next() else { return Value::default() };
        values.fold(first, |all, other| both(&all, &other))
    }

    fn of_call(&self, name: &str, inside: &'a [SqlToken<'a>], levels: usize) -> Value<'a> {
        let all = || arguments(inside).map(|argument| self.at(argument, levels));
        let first = || all().next().unwrap_or_default();
        let number = |unit| Value { kind: ValueType::Number, unit, ..Value::default() };
        let format = match inside.first() {
            Some(SqlToken::Text(format)) => format,
            _ => "",
        };
        match name.to_lowercase().as_str() {
            "unixepoch" => number(Some(Unit::Seconds)),
            "strftime" if is_of_seconds(inside) => number(Some(Unit::Seconds)),
            "strftime" if format.contains("%dT") || format.contains("%FT") => text(Some('T')),
            "strftime" if format.contains("%d ") || format.contains("%F ") => text(Some(' ')),
            "julianday" => number(Some(Unit::Days)),
            "datetime" => text(Some(' ')),
            "cast" => self.of_cast(inside, levels),
            function @ ("lower" | "upper" | "trim" | "ltrim" | "rtrim") => {
                let first = first();
                Value {
                    kind: ValueType::Text,
                    has_affinity: false,
                    is_plain: false,
                    unit: None,
                    is_upper: function == "upper",
                    // Of a text in lower case, only the separators are as they are written.
                    literal: first
                        .literal
                        .filter(|text| function != "lower" || text.contains([':', '-', '.'])),
                    ..first
                }
            }
            name if KEEP_UNIT.contains(&name) => Value { column: first().column, ..number(first().unit) },
            "nullif" | "lag" | "lead" | "nth_value" => {
                Value { has_affinity: false, is_plain: false, literal: None, ..first() }
            }
            name if KEEP.contains(&name) => {
                let mut values = all().skip(usize::from(name == "iif"));
                let Some(first) = values.next() else { return Value::default() };
                let all = values.fold(first, |all, other| one_of(&all, &other));
                Value { has_affinity: false, is_plain: false, literal: None, ..all }
            }
            name if NUMBERS.contains(&name) => number(None),
            name if TEXTS.contains(&name) => text(None),
            _ => Value::default(),
        }
    }

    fn of_cast(&self, inside: &'a [SqlToken<'a>], levels: usize) -> Value<'a> {
        let Some(place) = inside.iter().rposition(|token| token.is_word("AS")) else {
            return Value::default();
        };
        let inner = self.at(&inside[..place], levels);
        let kind = match inside.get(place + 1).and_then(SqlToken::name) {
            Some(name)
                if is_any_of(name, &["INTEGER", "INT", "BIGINT", "REAL", "NUMERIC", "FLOAT", "DOUBLE"]) =>
            {
                ValueType::Number
            }
            Some(name) if is_any_of(name, &["TEXT", "VARCHAR", "CHAR"]) => ValueType::Text,
            _ => return Value::default(),
        };
        Value {
            kind,
            has_affinity: true,
            is_plain: false,
            literal: None,
            unit: inner.unit.filter(|_| kind == ValueType::Number),
            ..inner
        }
    }
}

/// The operands of the last of these operators that stands outside of parentheses.
fn split<'a>(
    tokens: &'a [SqlToken<'a>],
    signs: &[&str],
) -> Option<(&'a [SqlToken<'a>], &'a str, &'a [SqlToken<'a>])> {
    let mut depth = 0_i32;
    for place in (1..tokens.len()).rev() {
        depth -= tokens[place].depth_change();
        let SqlToken::Sign(sign) = &tokens[place] else { continue };
        let is_of_number = matches!(&tokens[place - 1], SqlToken::Sign(before) if *before != ")");
        if depth == 0 && signs.contains(sign) && !is_of_number {
            return Some((&tokens[..place], sign, &tokens[place + 1..]));
        }
    }
    None
}
