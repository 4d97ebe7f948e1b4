//! Notes on comparisons that are valid and find other rows than they seem to ([`of_comparisons`]): a date's text and a time in
//! seconds, a number and a text.

use std::collections::HashMap;
use std::sync::Arc;

use super::columns::Column;
use super::dates;
use super::names::quoted;
use super::table::Table;
use super::tokens::{Comparison, Operand, Token, comparisons, tokens};
use crate::text::shortened;

/// Notes of a table at most.
const MAX_NOTES: usize = 4;
/// Comparisons of a statement that are looked at.
const MAX_COMPARISONS: usize = 200;

/// Notes for each table on the comparisons of a statement, and on its dates.
pub(super) fn of_comparisons(sql: &str, tables: &[(String, Arc<Table>)]) -> Vec<Vec<String>> {
    let tokens = tokens(sql);
    let aliases = aliases(&tokens, tables);
    let mut notes = vec![Vec::new(); tables.len()];
    let mut add = |table: Option<&str>, name: &str, note: &dyn Fn(&Column) -> Option<String>| {
        // The name may be that of an expression.
        let is_renamed = tokens.windows(2).any(|pair| {
            (pair[0].is_word("AS") || pair[0].is_sign(")"))
                && pair[1].name().is_some_and(|written| written.eq_ignore_ascii_case(name))
        });
        if is_renamed {
            return;
        }
        for (place, (_, of)) in tables.iter().enumerate() {
            if table.is_some_and(|table| aliases.get(&table.to_lowercase()) != Some(&place)) {
                continue;
            }
            let column = of.columns.named().find(|column| column.name.eq_ignore_ascii_case(name));
            let of_table: &mut Vec<String> = &mut notes[place];
            if let Some(note) = column.and_then(note)
                && of_table.len() < MAX_NOTES
                && !of_table.contains(&note)
            {
                of_table.push(note);
            }
        }
    };
    for comparison in comparisons(&tokens).into_iter().take(MAX_COMPARISONS) {
        add(comparison.table, comparison.column, &|column| note(&comparison, column));
    }
    for (function, table, name) in dates::without_unit(&tokens).into_iter().take(MAX_COMPARISONS) {
        add(table, name, &|column| {
            let (unit, name) = (column.unit_of_time()?, quoted(&shortened(&column.name, 80)));
            let seconds = if unit == "seconds" { name.clone() } else { format!("{name} / 1000") };
            Some(format!(
                "{function}({name}) is NULL: {name} is a time in {unit} since 1970, so write {function}({seconds}, 'unixepoch')"
            ))
        });
    }
    notes
}

/// The place of the table of each alias and of each table's name, in lower case.
fn aliases(tokens: &[Token<'_>], tables: &[(String, Arc<Table>)]) -> HashMap<String, usize> {
    let table = |token: &Token<'_>| {
        tables
            .iter()
            .position(|(name, _)| token.name().is_some_and(|written| written.eq_ignore_ascii_case(name)))
    };
    let mut aliases: HashMap<String, usize> =
        tables.iter().enumerate().map(|(place, (name, _))| (name.to_lowercase(), place)).collect();
    for (place, token) in tokens.iter().enumerate() {
        let Some(table) = table(token) else { continue };
        let after = &tokens[place + 1..];
        let alias = match after {
            [word, alias, ..] if word.is_word("AS") => alias.name(),
            [alias, ..] => alias.name(),
            [] => None,
        };
        aliases.extend(alias.map(|alias| (alias.to_lowercase(), table)));
    }
    aliases
}

/// The note on a comparison of a column.
fn note(comparison: &Comparison<'_>, column: &Column) -> Option<String> {
    let name = quoted(&shortened(&column.name, 80));
    let orders = !["=", "==", "<>", "!=", "IN", "LIKE"]
        .iter()
        .any(|sign| comparison.operator.eq_ignore_ascii_case(sign));
    let is_like = comparison.operator.eq_ignore_ascii_case("LIKE");
    match comparison.other {
        // It is compared to leave out rows without a value.
        Operand::Text("") if !orders => None,
        other if column.is_of_numbers() && (!is_like || column.unit_of_time().is_some()) => {
            let text = text_of(other)?;
            Some(if let Some(unit) = column.unit_of_time() {
                format!(
                    "{name} is a time in {unit} since 1970, and {text} is a text: compare it with \
                     unixepoch('2026-01-31 08:00:00') or unixepoch('now', '-1 hour'){}",
                    if unit == "milliseconds" { " * 1000" } else { "" }
                )
            } else if column.is_of_booleans() {
                format!("{name} is 1 (true) or 0 (false), and never equal to {text}: write {name} = 1")
            } else {
                format!("{name} has numbers, which are never equal to {text}, and less than every text")
            })
        }
        Operand::Number(number) if column.is_of_texts() && orders => Some(format!(
            "{name} has texts, which compare as texts: CAST({name} AS INTEGER) {} {} compares as numbers",
            comparison.operator,
            shortened(number, 20)
        )),
        Operand::Number(literal) | Operand::Text(literal) if column.is_mixed() && is_number(literal) => {
            Some(format!(
                "{name} has numbers and texts, which are never equal: CAST({name} AS TEXT) = '{0}' finds the number {0} and the \
             text '{0}'",
                shortened(literal, 20)
            ))
        }
        Operand::Text(text) if column.has_macs() && is_other_mac(text, is_like) => Some(format!(
            "the MAC addresses in {name} have 12 lower-case digits and letters without separators: {}",
            shortened(&normalized_mac(text), 40)
        )),
        Operand::Text(text) if column.has_ids() && !orders && !is_like && !is_id(text) => Some(format!(
            "{name} has ids, and '{}' is none: join the table that has the names by its id",
            shortened(text, 40)
        )),
        _ => None,
    }
}

/// An operand that is a text and no number.
fn text_of(operand: Operand<'_>) -> Option<String> {
    match operand {
        Operand::Text(text) => (!is_number(text)).then(|| format!("the text '{}'", shortened(text, 40))),
        Operand::Column(None, name) => {
            let is_date = ["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
            is_date.iter().any(|known| known.eq_ignore_ascii_case(name)).then(|| name.to_uppercase())
        }
        Operand::Call(name, arguments) => {
            let is_number =
                matches!(arguments.first(), Some(Token::Text(format)) if ["%s", "%J"].contains(&&**format));
            let makes_text = ["date", "time", "datetime", "strftime", "lower", "upper", "printf", "format"];
            let makes_text = makes_text.iter().any(|known| known.eq_ignore_ascii_case(name));
            (makes_text && !is_number).then(|| format!("{}()", name.to_lowercase()))
        }
        Operand::Column(Some(_), _) | Operand::Number(_) => None,
    }
}

fn is_number(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok_and(f64::is_finite)
}

pub(super) fn is_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
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

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::super::table::TableBuilder;
    use super::*;

    fn notes(sql: &str) -> String {
        let rows = json!([
            {
                "mac": "5c5b350e0001", "last_seen": 1_795_389_660, "when": 1_795_389_660_250_i64, "up": true, "speed": 1000,
                "band": "24", "mixed": 7, "site_id": "0a000000-0000-4000-8000-000000000001", "name": "a",
            },
            { "mac": "5c5b350e0002", "last_seen": 1_795_389_661.5, "up": false, "speed": 100, "band": "5", "mixed": "auto" },
        ]);
        let mut builder = TableBuilder::new().unwrap();
        builder.insert(rows.as_array().unwrap()).unwrap();
        let table = Arc::new(builder.finish(None, Vec::new(), Map::new()).unwrap());
        of_comparisons(sql, &[("t".to_owned(), table)]).concat().join("; ")
    }

    #[test]
    fn comparisons_of_values_that_are_never_equal_have_a_note() {
        for (sql, wanted) in [
            (
                "SELECT 1 FROM t WHERE last_seen < datetime('now','-1 hour')",
                "seconds since 1970, and datetime()",
            ),
            ("SELECT 1 FROM t x WHERE x.last_seen > '2026-11-29T00:00:00Z'", "unixepoch("),
            ("SELECT 1 FROM t WHERE date('now') < last_seen", "date()"),
            ("SELECT 1 FROM t WHERE last_seen BETWEEN '2026-01-01' AND 5", "'2026-01-01'"),
            ("SELECT 1 FROM t WHERE last_seen > CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
            ("SELECT 1 FROM t WHERE \"when\" > '-1d'", "milliseconds since 1970"),
            ("SELECT 1 FROM t WHERE last_seen > strftime('%Y-%m', 'now')", "strftime()"),
            ("SELECT 1 FROM t WHERE last_seen LIKE '2026-11-29%'", "'2026-11-29%'"),
            ("SELECT date(last_seen) AS day FROM t", "date(\"last_seen\", 'unixepoch')"),
            ("SELECT strftime('%H', x.last_seen, '+1 hour') AS hour FROM t x", "strftime"),
            ("SELECT datetime(\"when\") AS at FROM t", "\"when\" / 1000, 'unixepoch'"),
            ("SELECT 1 FROM t WHERE up = 'true'", "\"up\" = 1"),
            ("SELECT 1 FROM t WHERE up IN ('yes', 'no')", "'yes'"),
            ("SELECT 1 FROM t WHERE speed = 'auto'", "never equal to the text 'auto'"),
            ("SELECT 1 FROM t AS a WHERE a.band > 5", "CAST(\"band\" AS INTEGER) > 5"),
            ("SELECT 1 FROM t WHERE mixed = 7", "CAST(\"mixed\" AS TEXT) = '7'"),
            ("SELECT 1 FROM t WHERE mixed = '7'", "CAST(\"mixed\" AS TEXT) = '7'"),
            ("SELECT 1 FROM t WHERE mac = '5C:5B:35:0E:00:01'", "separators: 5c5b350e0001"),
            ("SELECT 1 FROM t WHERE mac IN ('5C5B350E0001')", "5c5b350e0001"),
            ("SELECT 1 FROM t WHERE mac LIKE '5c-5b-35%'", "5c5b35%"),
            ("SELECT 1 FROM t WHERE site_id = 'Leeds'", "'Leeds' is none"),
        ] {
            let note = notes(sql);
            assert!(note.contains(wanted), "{sql}: {note}");
        }
    }

    #[test]
    fn comparisons_that_find_what_they_seem_to_have_no_note() {
        for sql in [
            "SELECT 1 FROM t WHERE last_seen > unixepoch() - 3600 AND speed < '1000' AND up = '1' AND up = true",
            "SELECT 1 FROM t WHERE last_seen > strftime('%s', 'now')",
            "SELECT date(last_seen, 'unixepoch') AS a, strftime('%H', last_seen, 'auto') AS b, date(speed) AS c FROM t",
            "SELECT 1 FROM t WHERE site_id <> '' AND mac != '' AND speed <> '' AND site_id NOT IN ('')",
            "SELECT 1 FROM t WHERE datetime(last_seen, 'unixepoch') > '2026-01-01'",
            "SELECT 1 FROM t WHERE mac = '5c5b350e0001' AND mac LIKE '5C5B%' AND band = 5 AND band = '5'",
            "SELECT 1 FROM t WHERE name = '5C:5B:35:0E:00:01' AND mixed = 'auto'",
            "SELECT datetime(last_seen, 'unixepoch') AS last_seen FROM t ORDER BY last_seen > '2026'",
            "WITH c AS (SELECT datetime(last_seen, 'unixepoch') last_seen FROM t) SELECT 1 FROM c WHERE last_seen > '2026'",
            "SELECT 1 FROM t JOIN x ON x.last_seen > '2026' WHERE 'last_seen > ''2026''' = name",
            "SELECT last_seen, 'up = ''true''' FROM t WHERE speed + 1 > 'x' AND site_id LIKE '0a%'",
        ] {
            assert_eq!(notes(sql), "", "{sql}");
        }
    }
}
