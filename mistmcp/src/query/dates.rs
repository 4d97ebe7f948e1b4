//! Arguments of functions of dates that SQLite answers with `NULL` ([`unknown_argument`]).

use super::tokens::{SqlToken, calls, tokens};
use crate::text::{is_any_of, shortened};

/// Functions of dates, with the place of the time among their arguments.
const FUNCTIONS: [(&str, usize); 6] =
    [("date", 0), ("time", 0), ("datetime", 0), ("julianday", 0), ("unixepoch", 0), ("strftime", 1)];
const MODIFIERS: [&str; 12] = [
    "ceiling",
    "floor",
    "start of month",
    "start of year",
    "start of day",
    "unixepoch",
    "julianday",
    "auto",
    "localtime",
    "utc",
    "subsec",
    "subsecond",
];
const UNITS: [&str; 6] = ["second", "minute", "hour", "day", "month", "year"];

/// What is wrong with a time or a modifier that SQLite does not know. It would be `NULL`, as if there were no such
/// rows.
pub(super) fn unknown_argument(sql: &str) -> Option<String> {
    let tokens = tokens(sql);
    for ((name, first), inside) in calls(&tokens, function) {
        for (place, argument) in arguments(inside).enumerate().skip(first) {
            let [SqlToken::Text(text)] = argument else { continue };
            let (text, is_time) = (text.trim(), place == first);
            if is_time && is_time_value(text) || !is_time && is_modifier(text) {
                continue;
            }
            let written = format!("{name}() with '{}' is NULL: ", shortened(text, 40));
            return Some(written + &remedy(text, is_time));
        }
    }
    None
}

/// A function of dates, and the place of its time among its arguments.
fn function(name: &str) -> Option<(&'static str, usize)> {
    FUNCTIONS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// A column as the time of a function of dates.
pub(super) struct DateCall<'a> {
    pub(super) function: &'static str,
    pub(super) table: Option<&'a str>,
    pub(super) column: &'a str,
    /// Whether a modifier says that the column is in seconds.
    pub(super) has_unit: bool,
}

/// The columns as the times of functions of dates.
pub(super) fn of_columns<'a>(tokens: &'a [SqlToken<'a>]) -> Vec<DateCall<'a>> {
    let mut found = Vec::new();
    for ((function, first), inside) in calls(tokens, function) {
        let units = ["unixepoch", "auto"];
        let is_unit =
            |token: &SqlToken<'_>| matches!(token, SqlToken::Text(text) if is_any_of(text.trim(), &units));
        let column = match arguments(inside).nth(first) {
            Some([table, dot, column]) if dot.is_sign(".") => {
                column.name().map(|column| (table.name(), column))
            }
            Some([column]) => column.name().map(|column| (None, column)),
            _ => None,
        };
        if let Some((table, column)) = column {
            found.push(DateCall { function, table, column, has_unit: inside.iter().any(is_unit) });
        }
    }
    found
}

fn remedy(text: &str, is_time: bool) -> String {
    if is_time {
        return "a time is 'now', a text such as '2026-01-31 08:00:00', or seconds with the modifier 'unixepoch'. Move \
                'now' on with a modifier: unixepoch('now', '-1 hour')."
            .to_owned();
    }
    let is_zone = text.contains('/') || text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_zone {
        return "times are UTC, and there are no names of time zones. Add the difference instead, such as '+1 hour'."
            .to_owned();
    }
    "the modifiers are '-7 days' and the like with seconds, minutes, hours, days, months and years, 'start of day', \
     'start of month', 'start of year', 'weekday 1' and 'unixepoch'."
        .to_owned()
}

/// The arguments in the parentheses of a function.
pub(super) fn arguments<'a>(tokens: &'a [SqlToken<'a>]) -> impl Iterator<Item = &'a [SqlToken<'a>]> {
    let mut depth = 0_i32;
    tokens.split(move |token| {
        depth += token.depth_change();
        depth == 0 && token.is_sign(",")
    })
}

/// Whether a text may be a time: `now`, a number, a date or a time of day.
fn is_time_value(text: &str) -> bool {
    text.eq_ignore_ascii_case("now")
        || text.eq_ignore_ascii_case("subsec")
        || text.eq_ignore_ascii_case("subsecond")
        || text.parse::<f64>().is_ok()
        || text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-')
            && text.len() >= 5
            && text.bytes().any(|byte| byte == b'-' || byte == b':')
            && text.bytes().all(|byte| byte.is_ascii_digit() || b"-+:. TZtz".contains(&byte))
}

fn is_modifier(text: &str) -> bool {
    let text = text.to_lowercase();
    let text = text.as_str();
    if MODIFIERS.contains(&text) {
        return true;
    }
    if let Some(day) = text.strip_prefix("weekday ") {
        return day.trim().parse::<f64>().is_ok();
    }
    if let Some((number, unit)) = text.split_once(char::is_whitespace)
        && UNITS.contains(&unit.trim().strip_suffix('s').unwrap_or(unit.trim()))
    {
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte));
        return is_number && number.parse::<f64>().is_ok();
    }
    let number_end = text.find(|letter: char| !(letter.is_ascii_digit() || "+-.:".contains(letter)));
    let (number, unit) = text.split_at(number_end.unwrap_or(text.len()));
    let unit = unit.trim();
    match unit {
        // `+01:00`, `-0001-00-07`, with a time after it.
        "" => number.contains([':', '-']) && number.len() >= 5,
        unit => {
            unit.bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.')
                && number.contains('-')
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn what_is_refused_is_null_in_sqlite_and_nothing_else() {
        let connection = Connection::open_in_memory().unwrap();
        for call in [
            "datetime(1760000000, 'unixepoch', 'Europe/London')",
            "datetime(1760000000, 'unixepoch', 'CET')",
            "date('now', '-1 week')",
            "date('now', 'start of week')",
            "date('today')",
            "unixepoch('now-1h')",
            "unixepoch('-1d')",
            "strftime('%H', 'yesterday')",
            "date('now', '1 hour ago')",
            "date('now', '+1e3 days')",
            "date('now', '-2.5E1  hours')",
            "date('now', '1e days')",
            "date('now', 'e1 days')",
            "date('now', 'inf days')",
            "date('now', '+1days')",
            "time('2026-01-31', 'weekday monday')",
            "unixepoch(max('a', 'b'), 'unixepochs')",
            "date('now')",
            "date('now', '-7 days', 'start of month', 'weekday 1')",
            "datetime(1760000000, 'auto')",
            "datetime(1760000000.5, 'unixepoch', '+01:00')",
            "datetime('now', '+0001-02-03 04:05:06')",
            "datetime('2026-01-31T08:00:00Z', '-1.5 hours', 'utc')",
            "datetime('2026-01-31 08:00:00.123+02:00', '+5 minutes')",
            "time('08:00', '-30 seconds')",
            "julianday('2460000.5')",
            "unixepoch('subsec')",
            "strftime('%Y-%m', 1760000000, 'unixepoch', '-1 month')",
        ] {
            let is_null: bool =
                connection.query_row(&format!("SELECT {call} IS NULL"), [], |row| row.get(0)).unwrap();
            assert_eq!(unknown_argument(&format!("SELECT {call}")).is_some(), is_null, "{call}");
        }
    }

    #[test]
    fn the_error_says_what_to_write() {
        for (sql, wanted) in [
            ("SELECT datetime(t, 'unixepoch', 'Europe/London') FROM x", "'+1 hour'"),
            ("SELECT DATE(t, '-1 week') FROM x", "'-7 days'"),
            ("SELECT unixepoch('-1d')", "unixepoch('now', '-1 hour')"),
        ] {
            let error = unknown_argument(sql).unwrap();
            assert!(error.contains(wanted), "{sql}: {error}");
        }
        for sql in [
            "SELECT 'date(''x'')'",
            "SELECT date",
            "SELECT date(t, m || 'x'), strftime('%H:%M', t) FROM x",
            "date(",
        ] {
            assert_eq!(unknown_argument(sql), None, "{sql}");
        }
    }
}
