//! SQL statements in the arguments of a call: [`hide_literals`].

use serde_json::{Map, Value};

use super::arguments::MOST_SEARCHED;
use crate::reply::{HIDDEN, hides};

/// A shorter number in a statement stays: it is a limit, or a count.
const SHORTEST_NUMBER: usize = 4;

/// Hides the literals of each SQL statement that mentions a secret, such as the column `psk`: whatever the form of the
/// condition, it shows the secret or a part of it.
pub(super) fn hide_literals(arguments: &mut Map<String, Value>) {
    for (name, value) in arguments {
        hide(name.eq_ignore_ascii_case("sql"), value);
    }
}

fn hide(is_sql: bool, value: &mut Value) {
    match value {
        Value::String(text) if is_sql || has_statement(text) => {
            if let Some(hidden) = without_literals(text) {
                *text = hidden;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(is_sql, item)),
        Value::Object(object) => hide_literals(object),
        _ => {}
    }
}

/// Whether a text may hold a statement: arguments may stand in one text, as JSON.
fn has_statement(text: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| word.eq_ignore_ascii_case("select"))
}

/// A statement without its literals. None if it mentions no secret. One that is too long to be searched counts as if it
/// did.
fn without_literals(sql: &str) -> Option<String> {
    // A path of JSON such as `'$.psk'` is a literal: a mention counts wherever it is.
    let mut words = sql.split(|letter: char| !is_word(letter));
    if sql.len() <= MOST_SEARCHED && !words.any(is_name_of_secret) {
        return None;
    }
    let mut written = String::new();
    let mut rest = sql;
    while let Some((kind, length)) = first_token(rest) {
        let (token, after) = rest.split_at(length);
        match kind {
            SqlPart::Quoted => written.extend(["'", HIDDEN, "'"]),
            SqlPart::Number | SqlPart::Comment => written.push_str(HIDDEN),
            SqlPart::Other => written.push_str(token),
        }
        rest = after;
    }
    Some(written)
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn is_name_of_secret(word: &str) -> bool {
    !word.is_empty() && hides("", word)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SqlPart {
    /// A text in single or double quotes. SQLite takes one in double quotes that names no column as a literal.
    Quoted,
    Number,
    Comment,
    Other,
}

/// The first part of a statement, and its length.
fn first_token(sql: &str) -> Option<(SqlPart, usize)> {
    let first = sql.chars().next()?;
    Some(match first {
        '\'' | '"' => (SqlPart::Quoted, quoted(sql, first)),
        '-' if sql.starts_with("--") => (SqlPart::Comment, sql.find('\n').unwrap_or(sql.len())),
        '/' if sql.starts_with("/*") => {
            (SqlPart::Comment, sql[2..].find("*/").map_or(sql.len(), |end| end + 4))
        }
        _ if is_word(first) => {
            let length = sql.find(|letter| !is_word(letter)).unwrap_or(sql.len());
            let is_number = first.is_ascii_digit() && length >= SHORTEST_NUMBER;
            (if is_number { SqlPart::Number } else { SqlPart::Other }, length)
        }
        _ => (SqlPart::Other, first.len_utf8()),
    })
}

/// The length of a quoted text, in which a doubled quote stands for itself. One that is not closed goes on to the end.
fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(end) = text[at..].find(quote) {
        at += end + 1;
        if !text[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_of_a_statement_about_a_secret_is_hidden() {
        for condition in [
            "psk in ('hunter2a', 'hunter2b')",
            "psk like 'hunter2%'",
            "psk<>'hunter2'",
            "lower(PSK)='hunter2'",
            "'hunter2'=psk",
            "psk between 'hunter2' and 'hunter2z'",
            "json_extract(auth,'$.psk')='hunter2'",
            "auth->>'$.psk' glob 'hunter2*'",
            "\"auth.psk\" is 'hunter2'",
            "psk = \"hunter2\"",
            "radius_secret = 'it''s hunter2'",
            "psk = x'68756e746572' or name = 'hunter2'",
            "instr(passphrase, 'hunter2",
            "psk = 31415926535",
            "name = 'a' -- psk hunter2",
            "name = 'a' /* psk hunter2 */ and true",
        ] {
            let sql = format!("SELECT name FROM t WHERE {condition}");
            let mut arguments = Map::from_iter([("sql".to_owned(), Value::from(sql))]);
            hide_literals(&mut arguments);
            let written = arguments["sql"].as_str().unwrap();
            for secret in ["hunter2", "68756e", "31415926"] {
                assert!(!written.contains(secret), "{condition}: {written}");
            }
            assert!(
                written.starts_with("SELECT name FROM t WHERE ") && written.contains(HIDDEN),
                "{written}"
            );
        }
    }

    #[test]
    fn a_statement_without_a_secret_stays_and_one_in_a_text_is_found() {
        let sql = "SELECT ssid, count(*) FROM t WHERE site = 'Leeds' AND ip LIKE '10.1%' LIMIT 5000";
        let mut arguments =
            serde_json::json!({ "tool": "queryRows", "arguments": { "sql": sql, "name": "'psk'" } });
        let before = arguments.clone();
        hide_literals(arguments.as_object_mut().unwrap());
        assert_eq!(arguments, before);
        let text = serde_json::json!({ "sql": ["select 1 from t where psk = 'hunter2'"] }).to_string();
        let mut arguments = Map::from_iter([("arguments".to_owned(), Value::from(text))]);
        hide_literals(&mut arguments);
        assert!(!arguments["arguments"].as_str().unwrap().contains("hunter2"), "{arguments:?}");
    }
}
