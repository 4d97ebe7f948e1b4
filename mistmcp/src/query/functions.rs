//! Functions that a query may use: an allowlist ([`is_allowed`]), and own versions of those whose time can grow with
//! the product of their arguments' lengths ([`replace_slow`]). The own ones are linear, or end at the deadline.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSql, Value as Cell, ValueRef};
use rusqlite::{Connection, Result};

use super::pattern::{self, GLOB, LIKE, composed};
use super::row::LONGEST_VALUE;
use super::sandbox::Stop;

/// Allowed functions in lower case. Each takes time and memory in proportion to its arguments, and reads nothing but
/// them. Left out on purpose: `randomblob` and `zeroblob`, `load_extension`, `json_patch` (square time), `json_pretty`
/// (unbounded memory), and all that reveals something about the process.
const ALLOWED: &str = "abs avg ceil ceiling char coalesce concat concat_ws count cume_dist current_date current_time \
    current_timestamp date datetime dense_rank first_value floor format glob group_concat hex if ifnull \
    iif instr json json_array json_array_length json_extract json_group_array json_group_object \
    json_object json_quote json_type json_valid julianday lag last_value lead length like likely lower \
    ltrim max min nth_value ntile nullif octet_length percent_rank printf quote rank replace round \
    row_number rtrim sign soundex sqrt strftime string_agg substr substring subtype sum time timediff \
    total trim typeof unicode unixepoch unlikely upper -> ->>";

/// Whether a query may use a function.
pub(super) fn is_allowed(name: &str) -> bool {
    ALLOWED.split(' ').any(|allowed| allowed.eq_ignore_ascii_case(name))
}

/// Names of the allowed functions.
pub(super) fn allowed() -> impl Iterator<Item = &'static str> + Clone {
    ALLOWED.split(' ').filter(|name| !name.starts_with('-'))
}

/// Replaces functions of SQLite that take time by the product of two lengths or know the case of ASCII letters alone, and
/// adds some that SQLite is built without.
pub(super) fn replace_slow(connection: &Connection, stop: &Arc<Stop>) -> Result<()> {
    let own = FunctionRegistrar { connection, stop };
    own.add("instr", 2, |call, _| {
        let (Some(text), Some(part)) = (text(call, 0), text(call, 1)) else { return Ok(None) };
        let start = memchr::memmem::find(text.as_bytes(), part.as_bytes());
        let place = |start: usize| text.get(..start).map_or(0, |before| before.chars().count() + 1);
        Ok(i64::try_from(start.map_or(0, place)).ok())
    })?;
    own.add("replace", 3, |call, _| {
        let (Some(text), Some(part), Some(with)) = (text(call, 0), text(call, 1), text(call, 2)) else {
            return Ok(None);
        };
        if part.is_empty() {
            return Ok(Some(text.into_owned()));
        }
        let count = memchr::memmem::find_iter(text.as_bytes(), part.as_bytes()).count();
        if (text.len() + count * with.len()).saturating_sub(count * part.len()) > LONGEST_VALUE {
            return Err(failed("string or blob too big"));
        }
        Ok(Some(text.replace(&*part, &with)))
    })?;
    for (name, start, end) in [("trim", true, true), ("ltrim", true, false), ("rtrim", false, true)] {
        own.add(name, 2, move |call, _| {
            let (Some(text), Some(set)) = (text(call, 0), text(call, 1)) else { return Ok(None) };
            let set: HashSet<char> = set.chars().collect();
            let mut text = &*text;
            if start {
                text = text.trim_start_matches(|letter| set.contains(&letter));
            }
            if end {
                text = text.trim_end_matches(|letter| set.contains(&letter));
            }
            Ok(Some(text.to_owned()))
        })?;
    }
    for name in ["ceil", "ceiling", "floor", "sqrt"] {
        own.add(name, 1, move |call, _| {
            let number = match call.get_raw(0) {
                ValueRef::Integer(number) if name != "sqrt" => return Ok(Some(Cell::Integer(number))),
                #[expect(clippy::cast_precision_loss, reason = "as SQLite does it")]
                ValueRef::Integer(number) => number as f64,
                ValueRef::Real(number) => number,
                // A text that is a number as a whole.
                ValueRef::Text(text) => {
                    let text = String::from_utf8_lossy(text);
                    let text = text.trim();
                    if name != "sqrt"
                        && let Ok(number) = text.parse::<i64>()
                    {
                        return Ok(Some(Cell::Integer(number)));
                    }
                    let is_number =
                        text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
                    match text.parse::<f64>() {
                        Ok(number) if is_number => number,
                        _ => return Ok(None),
                    }
                }
                ValueRef::Null | ValueRef::Blob(_) => return Ok(None),
            };
            let result = match name {
                "floor" => number.floor(),
                "sqrt" => number.sqrt(),
                _ => number.ceil(),
            };
            Ok(Some(if result.is_nan() { Cell::Null } else { Cell::Real(result) }))
        })?;
    }
    own.add("lower", 1, |call, _| Ok(text(call, 0).map(|text| composed(&text).to_lowercase())))?;
    own.add("upper", 1, |call, _| Ok(text(call, 0).map(|text| composed(&text).to_uppercase())))?;
    for (name, arguments, syntax) in [("like", 2, LIKE), ("like", 3, LIKE), ("glob", 2, GLOB)] {
        own.add(name, arguments, move |call, stop| {
            let (Some(pattern), Some(value)) = (text(call, 0), text(call, 1)) else { return Ok(None) };
            let mut escape = None;
            if arguments == 3 {
                let Some(given) = text(call, 2) else { return Ok(None) };
                let mut letters = given.chars();
                escape = letters.next();
                if escape.is_none() || letters.next().is_some() {
                    return Err(failed("ESCAPE expression must be a single character"));
                }
            }
            let pattern = if name == "like" { composed(&pattern) } else { pattern };
            let pattern = pattern::read(&pattern, escape, syntax).ok_or_else(|| {
                failed("the pattern of LIKE or GLOB is longer than 1,000 characters: take a shorter one")
            })?;
            let value = if name == "like" { composed(&value) } else { Cow::Borrowed(&*value) };
            let found = pattern::matches(&pattern, &value, syntax, &mut || stop.is_due());
            found.map(Some).ok_or_else(|| failed(STOPPED))
        })?;
    }
    Ok(())
}

/// The message of a function that ended because of the deadline.
pub(super) const STOPPED: &str = "the function was stopped";

fn failed(message: &str) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(message.into())
}

/// Adds functions that look at the deadline before they begin: SQLite does so between its instructions only.
struct FunctionRegistrar<'a> {
    connection: &'a Connection,
    stop: &'a Arc<Stop>,
}

impl FunctionRegistrar<'_> {
    fn add<T: ToSql>(
        &self,
        name: &str,
        arguments: i32,
        function: impl Fn(&Context<'_>, &Stop) -> Result<T> + Send + 'static,
    ) -> Result<()> {
        let flags = FunctionFlags::SQLITE_UTF8
            | FunctionFlags::SQLITE_DETERMINISTIC
            | FunctionFlags::SQLITE_INNOCUOUS;
        let stop = Arc::clone(self.stop);
        self.connection.create_scalar_function(name, arguments, flags, move |call| {
            if stop.is_due() { Err(failed(STOPPED)) } else { function(call, &stop) }
        })
    }
}

/// An argument as text; nothing for null.
fn text<'a>(call: &'a Context<'_>, index: usize) -> Option<Cow<'a, str>> {
    match call.get_raw(index) {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into()),
        ValueRef::Real(number) => Some(real(number).into()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text)),
    }
}

/// A number as SQLite writes it, up to the last digit: with 15 significant digits if they identify it, or else 17, and
/// with a decimal point.
fn real(number: f64) -> String {
    if !number.is_finite() {
        return if number > 0.0 { "Inf" } else { "-Inf" }.to_owned();
    }
    // There is no negative zero.
    let number = number + 0.0;
    let short = format!("{number:.14e}");
    let written = if short.parse() == Ok(number) { short } else { format!("{number:.16e}") };
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    let mut digits = mantissa.replace('.', "");
    digits.truncate(digits.trim_end_matches('0').len());
    // The number of digits before the point.
    let whole = match exponent {
        0..17 => exponent.unsigned_abs() as usize + 1,
        -4..0 => {
            digits.insert_str(0, &"0".repeat(exponent.unsigned_abs() as usize));
            1
        }
        _ => 1,
    };
    let digits = format!("{digits:0<width$}", width = whole + 1);
    let (before, after) = digits.split_at(whole);
    let power = match exponent {
        -4..17 => String::new(),
        _ => format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
    };
    format!("{sign}{before}.{after}{power}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn replaced_functions_answer_as_those_of_sqlite() {
        let (own, plain) = (Connection::open_in_memory().unwrap(), Connection::open_in_memory().unwrap());
        replace_slow(&own, &Stop::after(Duration::from_mins(10))).unwrap();
        for sql in [
            "instr('grüße', 'ß')",
            "instr('abc', 'x')",
            "instr('abc', '')",
            "instr(NULL, 'x')",
            "instr(12345, 34)",
            "replace('aXbX', 'X', '--')",
            "replace('abc', '', 'x')",
            "replace('abc', 'b', '')",
            "replace('abc', NULL, 'x')",
            "replace(1.5, '.', ',')",
            "1.0 LIKE '1.0'",
            "instr(1.0, '.')",
            "replace(round(99.0, 1), '.', ',')",
            "trim(100.0, '0')",
            "replace(1e20, '+', '')",
            "trim('xxabcx', 'x')",
            "ltrim('üxabc', 'xü')",
            "rtrim('abc--', '-')",
            "trim('abc', '')",
            "trim(NULL, 'x')",
            "quote(trim('  abc '))",
            "'Grüße' LIKE 'gr%E'",
            "lower('ABC-1')",
            "upper('abc-1')",
            "lower(NULL)",
            "upper(1.0)",
            "'abc' LIKE 'a_c'",
            "'abc' LIKE '_'",
            "'a%c' LIKE 'a\\%c' ESCAPE '\\'",
            "'abc' LIKE 'a\\%c' ESCAPE '\\'",
            "'abab' LIKE '%ab'",
            "'' LIKE '%'",
            "'' LIKE ''",
            "'a' LIKE ''",
            "NULL LIKE 'a'",
            "'a' LIKE NULL",
            "123 LIKE '1%'",
            "'a' NOT LIKE '%b%'",
            "'abc' GLOB 'a*'",
            "'abc' GLOB 'A*'",
            "'abc' GLOB 'a?c'",
            "'abc' GLOB '[a-c]bc'",
            "'abc' GLOB '[^a]bc'",
            "'a]c' GLOB 'a[]]c'",
            "'a-c' GLOB 'a[x-]c'",
            "'abc' GLOB 'a[b'",
            "'ap-12' GLOB '*[0-9][0-9]'",
            "'a*c' GLOB 'a[*]c'",
        ] {
            let value = |connection: &Connection| {
                connection
                    .query_row(&format!("SELECT {sql}"), [], |row| row.get::<_, rusqlite::types::Value>(0))
                    .unwrap()
            };
            assert_eq!(value(&own), value(&plain), "{sql}");
        }
    }

    #[test]
    fn the_case_of_all_letters_is_known_and_both_forms_of_an_accent() {
        let own = Connection::open_in_memory().unwrap();
        replace_slow(&own, &Stop::after(Duration::from_mins(10))).unwrap();
        super::super::collation::replace_slow(&own, &Stop::after(Duration::from_mins(10))).unwrap();
        for sql in [
            "lower('MÜNCHEN-2') LIKE '%münchen%'",
            "'ZÜRICH' LIKE 'zürich'",
            "upper('Zürich') = 'ZÜRICH'",
            "'КИЇВ' LIKE '_иї_'",
            "'ΟΔΟΣ' LIKE 'οδος'",
            "'Cafe\u{301}' LIKE 'CAFÉ'",
            "'café' LIKE '%e\u{301}'",
            "lower('Cafe\u{301}') = lower('CAFÉ')",
            "'Zürich' = 'ZÜRICH' COLLATE NOCASE",
            "'Cafe\u{301}' = 'CAFÉ' COLLATE NOCASE",
            "'é' NOT GLOB 'É'",
            "'é' <> 'É'",
        ] {
            assert!(
                own.query_row(&format!("SELECT {sql}"), [], |row| row.get::<_, bool>(0)).unwrap(),
                "{sql}"
            );
        }
    }

    #[test]
    fn functions_of_numbers_take_texts_that_are_numbers() {
        let own = Connection::open_in_memory().unwrap();
        replace_slow(&own, &Stop::after(Duration::from_mins(10))).unwrap();
        for (sql, wanted) in [
            ("ceil('1.5')", Cell::Real(2.0)),
            ("floor('7.9')", Cell::Real(7.0)),
            ("sqrt('16')", Cell::Real(4.0)),
            ("ceil(' 12 ')", Cell::Integer(12)),
            ("floor(7)", Cell::Integer(7)),
            ("ceil('a')", Cell::Null),
            ("floor('7a')", Cell::Null),
            ("ceil('')", Cell::Null),
            ("ceil('inf')", Cell::Null),
            ("sqrt(-1)", Cell::Null),
            ("sqrt(x'3136')", Cell::Null),
            ("floor(NULL)", Cell::Null),
        ] {
            let value: Cell = own.query_row(&format!("SELECT {sql}"), [], |row| row.get(0)).unwrap();
            assert_eq!(value, wanted, "{sql}");
        }
    }

    #[test]
    fn numbers_are_texts_as_in_sqlite() {
        let plain = Connection::open_in_memory().unwrap();
        let mut numbers =
            vec![0.0, -0.0, 1e-5, 1e-4, 0.1 + 0.2, 1e14, 1e15, 1e16, 123_456_789_012_345.6, 1e300];
        numbers.extend([
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MAX,
            1.0 / 3.0,
            2.5e-7,
            999_999_999_999_999.9,
        ]);
        for exponent in -20..25 {
            numbers.extend(
                [1.0, 1.5, 1.234_567_890_123_456_7, 9.999_999_999_999_999]
                    .map(|digits| digits * 10_f64.powi(exponent)),
            );
        }
        for number in numbers {
            let wanted: String =
                plain.query_row("SELECT CAST(? AS TEXT)", [number], |row| row.get(0)).unwrap();
            // The last of 17 digits depends on how SQLite divides.
            let same = real(number) == wanted || real(number).parse() == Ok(number) && wanted.len() > 16;
            assert!(same, "{number:e}: {} {wanted}", real(number));
        }
    }

    #[test]
    fn functions_end_at_the_deadline() {
        let connection = Connection::open_in_memory().unwrap();
        replace_slow(&connection, &Stop::after(Duration::ZERO)).unwrap();
        for sql in
            ["instr('a', 'a')", "replace('a', 'a', 'b')", "trim('a', 'b')", "'a' LIKE 'a'", "'a' GLOB 'a'"]
        {
            let error = connection.query_row(&format!("SELECT {sql}"), [], |_| Ok(())).unwrap_err();
            assert!(error.to_string().contains(STOPPED), "{sql}: {error}");
        }
    }

    #[test]
    fn functions_that_allocate_or_reveal_too_much_are_not_allowed() {
        for name in [
            "randomblob",
            "ZEROBLOB",
            "load_extension",
            "json_patch",
            "json_pretty",
            "sqlite_version",
            "random",
        ] {
            assert!(!is_allowed(name), "{name}");
        }
        for name in ["COUNT", "json_extract", "->>", "strftime", "row_number"] {
            assert!(is_allowed(name), "{name}");
        }
    }
}
