//! `strftime('%s', …)` as the number of seconds ([`Seconds`]). SQLite's is a text, which only a plain column of numbers compares
//! with as a number: every number, also that of `max(last_seen)`, is less than every text.

use std::borrow::Cow;

use super::tokens::{SqlToken, tokens};

const NUMBER: &str = "unixepoch(";

/// A statement with `unixepoch(` for each `strftime('%s',`. Both have the same length, so that the places in SQLite's messages are
/// those of the statement as it is written.
pub(super) struct Seconds<'a> {
    pub(super) sql: Cow<'a, str>,
    /// What was replaced, and with what.
    replaced: Vec<(&'a str, String)>,
}

impl<'a> Seconds<'a> {
    pub(super) fn of(sql: &'a str) -> Self {
        let mut seconds = Self { sql: sql.into(), replaced: Vec::new() };
        for token in tokens(sql).iter().filter(|token| token.is_word("strftime")) {
            let SqlToken::Word(name) = token else { continue };
            let start = name.as_ptr().addr() - sql.as_ptr().addr();
            let Some(length) = beginning(&sql[start..]) else { continue };
            let number = format!("{NUMBER:length$}");
            seconds.sql.to_mut().replace_range(start..start + length, &number);
            seconds.replaced.push((&sql[start..start + length], number));
        }
        seconds
    }

    /// The name of a result's column as the statement has it.
    pub(super) fn written(&self, name: &str) -> String {
        self.replaced
            .iter()
            .fold(name.to_owned(), |name, (written, number)| name.replacen(number, written, 1))
    }
}

/// The length of `strftime('%s',` at the begin of a text, or of that without the comma where the time is left out.
fn beginning(text: &str) -> Option<usize> {
    let inside = text["strftime".len()..].trim_start().strip_prefix('(')?;
    let after = inside.trim_start().strip_prefix("'%s'")?.trim_start();
    let after = match after.strip_prefix(',') {
        Some(arguments) => arguments,
        None if after.starts_with(')') => after,
        None => return None,
    };
    Some(text.len() - after.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_numbers_in_statements_of_the_same_length() {
        for (sql, wanted) in [
            ("SELECT strftime('%s','now', '-1 hour')", "SELECT unixepoch(    'now', '-1 hour')"),
            ("x > STRFTIME ( '%s' , a.\"b\") AND 1", "x > unixepoch(        a.\"b\") AND 1"),
            ("strftime('%s')", "unixepoch(   )"),
            (
                "é strftime('%s',strftime('%s','now'), 'unixepoch')",
                "é unixepoch(    unixepoch(    'now'), 'unixepoch')",
            ),
            ("strftime('%H','now')", "strftime('%H','now')"),
            ("'strftime(''%s'',1)' -- strftime('%s',1)", "'strftime(''%s'',1)' -- strftime('%s',1)"),
            ("strftime('%s' || x, 1), strftime, strftime(", "strftime('%s' || x, 1), strftime, strftime("),
        ] {
            let seconds = Seconds::of(sql);
            assert_eq!(seconds.sql, wanted);
            assert_eq!((seconds.sql.len(), seconds.written(wanted)), (sql.len(), sql.to_owned()));
        }
    }
}
