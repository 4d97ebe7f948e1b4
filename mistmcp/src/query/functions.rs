//! Functions that a query may use: an allowlist ([`is_allowed`]), and linear versions of those whose time can grow with
//! the product of their arguments' lengths ([`replace_slow`]).

use std::collections::HashSet;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, Result};

use super::row::LONGEST_VALUE;

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

/// Replaces functions of SQLite that take time by the product of two lengths, and adds some that SQLite is built
/// without.
pub(super) fn replace_slow(connection: &Connection) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("instr", 2, flags, |call| {
        let (Some(text), Some(part)) = (text(call, 0), text(call, 1)) else { return Ok(None) };
        let place = memchr::memmem::find(text.as_bytes(), part.as_bytes());
        Ok(place.map_or(Some(0), |place| i64::try_from(text[..place].chars().count() + 1).ok()))
    })?;
    connection.create_scalar_function("replace", 3, flags, |call| {
        let (Some(text), Some(part), Some(with)) = (text(call, 0), text(call, 1), text(call, 2)) else {
            return Ok(None);
        };
        if part.is_empty() {
            return Ok(Some(text));
        }
        let count = memchr::memmem::find_iter(text.as_bytes(), part.as_bytes()).count();
        if (text.len() + count * with.len()).saturating_sub(count * part.len()) > LONGEST_VALUE {
            return Err(rusqlite::Error::UserFunctionError("string or blob too big".into()));
        }
        Ok(Some(text.replace(&part, &with)))
    })?;
    for (name, start, end) in [("trim", true, true), ("ltrim", true, false), ("rtrim", false, true)] {
        connection.create_scalar_function(name, 2, flags, move |call| {
            let (Some(text), Some(set)) = (text(call, 0), text(call, 1)) else { return Ok(None) };
            let set: HashSet<char> = set.chars().collect();
            let mut text = text.as_str();
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
        connection.create_scalar_function(name, 1, flags, move |call| {
            let number = match call.get_raw(0) {
                ValueRef::Integer(number) if name != "sqrt" => return Ok(Some(Cell::Integer(number))),
                #[expect(clippy::cast_precision_loss, reason = "as SQLite does it")]
                ValueRef::Integer(number) => number as f64,
                ValueRef::Real(number) => number,
                _ => return Ok(None),
            };
            Ok(Some(Cell::Real(match name {
                "floor" => number.floor(),
                "sqrt" => number.sqrt(),
                _ => number.ceil(),
            })))
        })?;
    }
    Ok(())
}

/// An argument as text; nothing for null.
fn text(call: &Context<'_>, place: usize) -> Option<String> {
    match call.get_raw(place) {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaced_functions_answer_as_those_of_sqlite() {
        let (own, plain) = (Connection::open_in_memory().unwrap(), Connection::open_in_memory().unwrap());
        replace_slow(&own).unwrap();
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
            "trim('xxabcx', 'x')",
            "ltrim('üxabc', 'xü')",
            "rtrim('abc--', '-')",
            "trim('abc', '')",
            "trim(NULL, 'x')",
            "quote(trim('  abc '))",
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
