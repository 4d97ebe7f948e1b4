//! The expressions of a statement by its tokens: those that it compares ([`related`]), and what `SELECT` lists
//! ([`select_items`]).

use super::super::comparisons::COMPARISONS;
use super::super::dates::arguments;
use super::super::tokens::{SqlToken, closing};
use super::MAX_COMPARISONS;
use crate::text::is_any_of;

/// Words beside an expression.
const ENDS: [&str; 40] = [
    "AND",
    "OR",
    "NOT",
    "WHERE",
    "ON",
    "SELECT",
    "HAVING",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "CASE",
    "FROM",
    "GROUP",
    "ORDER",
    "BY",
    "LIMIT",
    "OFFSET",
    "JOIN",
    "LEFT",
    "INNER",
    "CROSS",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "AS",
    "DISTINCT",
    "ALL",
    "IN",
    "IS",
    "LIKE",
    "GLOB",
    "BETWEEN",
    "ESCAPE",
    "ASC",
    "DESC",
    "NULLS",
    "WINDOW",
    "USING",
    "WITH",
];
/// Words that may follow `IS` before an expression.
const OF_IS: [&str; 3] = ["NOT", "DISTINCT", "FROM"];

/// Two expressions and the operator that compares them, or `-`. Of `ORDER BY`, the right one has no tokens.
pub(super) struct Related<'a> {
    pub(super) left: &'a [SqlToken<'a>],
    pub(super) operator: &'a str,
    pub(super) right: &'a [SqlToken<'a>],
}

/// The expressions that a statement compares or subtracts, and those by which it orders.
pub(super) fn related<'a>(tokens: &'a [SqlToken<'a>]) -> Vec<Related<'a>> {
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        if found.len() >= MAX_COMPARISONS {
            break;
        }
        let after = &tokens[place + 1..];
        let mut add = |operator, right| {
            let left = ending(&tokens[..place], false);
            found.push(Related { left, operator, right });
        };
        match token {
            SqlToken::Sign("-") => {
                let (left, right) = (ending(&tokens[..place], true), beginning(after, true));
                found.push(Related { left, operator: "-", right });
            }
            SqlToken::Sign(sign) if COMPARISONS.contains(sign) => add(sign, beginning(after, false)),
            SqlToken::Word(word) if token.is_word("LIKE") || token.is_word("IS") => {
                let is_before =
                    |token: &&SqlToken<'_>| token.name().is_some_and(|name| is_any_of(name, &OF_IS));
                let start = after.iter().take_while(is_before).count();
                add(word, beginning(&after[start..], false));
            }
            SqlToken::Word(word) if token.is_word("BETWEEN") => {
                let least = beginning(after, false);
                add(word, least);
                if let Some([and, most @ ..]) = after.get(least.len()..)
                    && and.is_word("AND")
                {
                    add(word, beginning(most, false));
                }
            }
            SqlToken::Word(_) if token.is_word("CASE") => {
                let left = beginning(after, false);
                found.extend(cases(&after[left.len()..]).map(|right| Related { left, operator: "=", right }));
            }
            SqlToken::Word(_)
                if token.is_word("ORDER") && after.first().is_some_and(|by| by.is_word("BY")) =>
            {
                let items = arguments(&after[1..closing(after).unwrap_or(after.len())]);
                let items = items.map(|item| beginning(item, false)).take(MAX_COMPARISONS);
                found.extend(items.map(|left| Related { left, operator: "ORDER BY", right: &[] }));
            }
            SqlToken::Word(word) if token.is_word("IN") => {
                if let [SqlToken::Sign("("), list @ ..] = after {
                    let left = ending(&tokens[..place], false);
                    let items = arguments(&list[..closing(list).unwrap_or(0)]).take(MAX_COMPARISONS);
                    found.extend(items.map(|right| Related { left, operator: word, right }));
                }
            }
            _ => {}
        }
    }
    found
}

/// The values after the `WHEN`s of a `CASE`, in its tokens after the expression that is compared with them.
fn cases<'a>(tokens: &'a [SqlToken<'a>]) -> impl Iterator<Item = &'a [SqlToken<'a>]> {
    let end = tokens.iter().position(|token| token.is_word("END") || token.is_word("CASE"));
    let inside = &tokens[..end.unwrap_or(tokens.len())];
    let when = inside.iter().enumerate().filter(|(_, token)| token.is_word("WHEN"));
    when.map(|(place, _)| beginning(&inside[place + 1..], false)).take(MAX_COMPARISONS)
}

/// Whether an expression ends at a token outside of parentheses. Operators of equal rank end the operand of `-`.
fn is_end(token: &SqlToken<'_>, is_operand: bool) -> bool {
    match token {
        SqlToken::Sign(sign) => {
            [",", ";"].contains(sign) || COMPARISONS.contains(sign) || is_operand && ["+", "-"].contains(sign)
        }
        SqlToken::Word(word) => is_any_of(word, &ENDS),
        _ => false,
    }
}

/// Whether an expression has no part that ends others, such as a comparison or `CASE`, outside of parentheses.
pub(super) fn is_single(tokens: &[SqlToken<'_>]) -> bool {
    let mut depth = 0_i32;
    !tokens.iter().any(|token| {
        depth += token.depth_change();
        depth == 0 && (is_end(token, false) || token.is_word("COLLATE"))
    })
}

/// The expression that ends these tokens, without a `NOT` behind it.
fn ending<'a>(tokens: &'a [SqlToken<'a>], is_operand: bool) -> &'a [SqlToken<'a>] {
    let tokens = match tokens {
        [before @ .., not] if not.is_word("NOT") => before,
        tokens => tokens,
    };
    let mut depth = 0_i32;
    let end = tokens.iter().rposition(|token| {
        depth -= token.depth_change();
        depth < 0 || depth == 0 && is_end(token, is_operand)
    });
    &tokens[end.map_or(0, |end| end + 1)..]
}

/// The expression at the begin of these tokens.
fn beginning<'a>(tokens: &'a [SqlToken<'a>], is_operand: bool) -> &'a [SqlToken<'a>] {
    let mut depth = 0_i32;
    let end = tokens.iter().enumerate().position(|(place, token)| {
        depth += token.depth_change();
        let is_sign_of_number = place == 0 && matches!(token, SqlToken::Sign("+" | "-"));
        depth < 0 || depth == 0 && !is_sign_of_number && is_end(token, is_operand)
    });
    &tokens[..end.unwrap_or(tokens.len())]
}

/// The expressions that a statement's `SELECT`s list and give a name, with that name. An expression in a part of a
/// `UNION`, `INTERSECT` or `EXCEPT` has no tokens: others stand for it in the other parts.
pub(super) fn select_items<'a>(tokens: &'a [SqlToken<'a>]) -> Vec<(&'a [SqlToken<'a>], &'a str)> {
    let mut found = Vec::new();
    for (place, _) in tokens.iter().enumerate().filter(|(_, token)| token.is_word("SELECT")) {
        let mut list = &tokens[place + 1..];
        list = &list
            [usize::from(list.first().is_some_and(|word| word.is_word("DISTINCT") || word.is_word("ALL")))..];
        let mut depth = 0_i32;
        let end = list.iter().position(|token| {
            depth += token.depth_change();
            depth < 0 || depth == 0 && token.is_word("FROM")
        });
        let of_columns = columns_before(&tokens[..place]);
        let is_part = is_part(&tokens[..place], list);
        for (number, item) in arguments(&list[..end.unwrap_or(list.len())]).enumerate() {
            let (expression, name) = named(item);
            let name = of_columns.get(number).copied().flatten().or(name);
            if let Some(name) = name.filter(|_| !expression.is_empty()) {
                found.push((if is_part { &[] } else { expression }, name));
            }
        }
    }
    found
}

/// Whether a `SELECT` between these tokens is one of several whose rows a statement unites or compares.
fn is_part(before: &[SqlToken<'_>], after: &[SqlToken<'_>]) -> bool {
    let operators = ["UNION", "INTERSECT", "EXCEPT"];
    let is_operator = |token: &SqlToken<'_>| operators.iter().any(|word| token.is_word(word));
    let before = match before {
        [before @ .., all] if all.is_word("ALL") => before,
        before => before,
    };
    let mut depth = 0_i32;
    let next = after.iter().find(|token| {
        depth += token.depth_change();
        depth < 0 || depth == 0 && is_operator(token)
    });
    before.last().is_some_and(is_operator) || next.is_some_and(is_operator)
}

/// The expression of an item of a `SELECT`, and the name that it gives it.
fn named<'a>(item: &'a [SqlToken<'a>]) -> (&'a [SqlToken<'a>], Option<&'a str>) {
    match item {
        [expression @ .., word, name] if word.is_word("AS") => (expression, name.name()),
        [] | [.., SqlToken::Sign(")")] => (item, None),
        [before @ .., last] => match before.last() {
            Some(SqlToken::Sign(sign)) if *sign != ")" => (item, None),
            Some(_) if !last.is_word("END") => (before, last.name()),
            _ => (item, None),
        },
    }
}

/// The names of the columns of a table that `WITH` defines, before its `SELECT`: `x(a, b) AS (`.
fn columns_before<'a>(tokens: &'a [SqlToken<'a>]) -> Vec<Option<&'a str>> {
    let [tokens @ .., SqlToken::Sign("(")] = tokens else { return Vec::new() };
    let is_hint = |token: &SqlToken<'_>| token.is_word("MATERIALIZED") || token.is_word("NOT");
    let end = tokens.iter().rposition(|token| !is_hint(token)).map_or(0, |last| last + 1);
    match &tokens[..end] {
        [before @ .., SqlToken::Sign(")"), word] if word.is_word("AS") => {
            let open =
                before.iter().rposition(|token| token.is_sign("(")).map_or(before.len(), |open| open + 1);
            arguments(&before[open..]).map(|name| name.first().and_then(SqlToken::name)).collect()
        }
        _ => Vec::new(),
    }
}

/// What is inside the parentheses around an expression.
pub(super) fn parenthesized<'a>(tokens: &'a [SqlToken<'a>]) -> Option<&'a [SqlToken<'a>]> {
    let (open, inside) = tokens.split_first()?;
    let is_whole = open.is_sign("(") && closing(inside)? + 1 == inside.len();
    is_whole.then(|| &inside[..inside.len() - 1])
}
