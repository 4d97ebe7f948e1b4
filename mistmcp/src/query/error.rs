//! Errors of a query for a model: what SQLite refused, where, and the names that were probably meant ([`explained`]).

use rusqlite::ErrorCode;

use super::functions;
use super::hints;
use super::names::Names;
use super::names::quoted;
use super::remedy::{example, of_column, of_dotted, of_function, tables, there_are};
use super::result_rows::LONGEST_ROW;
use super::select::TIME;
use crate::Error;
use crate::error::ErrorKind;
use crate::suggestion::{alike, listed};
use crate::text::shortened;

/// Why a statement failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// SQLite's message, with the place in the statement.
    Sql {
        message: String,
        offset: Option<usize>,
    },
    /// What the authorizer refused.
    Refused(String),
    /// It has the character U+0000.
    Nul,
    NoStatement,
    TwoStatements,
    /// It was stopped. Nobody reads the outcome of a statement whose call was cancelled.
    TimedOut,
    NoMemory,
    TooLong,
    RowTooLong,
    /// The thread panicked, or the process is shutting down.
    Broken,
    Other(Error),
}

impl Failure {
    pub(super) fn of(error: rusqlite::Error, refused: Option<String>) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::TimedOut,
            _ if error.to_string().contains(functions::STOPPED) => Self::TimedOut,
            Some(ErrorCode::OutOfMemory) => Self::NoMemory,
            Some(ErrorCode::TooBig) => Self::TooLong,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Broken,
            _ => match (error, refused) {
                (_, Some(what)) => Self::Refused(what),
                (rusqlite::Error::SqlInputError { msg, offset, .. }, None) => {
                    Self::Sql { message: msg, offset: usize::try_from(offset).ok() }
                }
                (rusqlite::Error::SqliteFailure(_, Some(message)), None) if message.contains("too big") => {
                    Self::TooLong
                }
                (rusqlite::Error::SqliteFailure(_, Some(message)), None) => {
                    Self::Sql { message, offset: None }
                }
                (other, None) => Self::Sql { message: other.to_string(), offset: None },
            },
        }
    }
}

/// The error for a model.
pub(super) fn explained(failure: &Failure, sql: &str, names: &Names) -> Error {
    // SQLite's message repeats the model's own statement.
    let arguments = |words: String| Error::own(ErrorKind::Arguments, words);
    match failure {
        Failure::Sql { message, offset } => match change(message, sql) {
            Some(verb) => explained(&Failure::Refused(verb.to_owned()), sql, names),
            None => arguments(of_sqlite(message, *offset, sql, names)),
        },
        Failure::Refused(what) if what.starts_with("the function") => arguments(format!(
            "`sql` may not use {what}. There are {}, and json_each and json_tree as tables.",
            listed(functions::allowed())
        )),
        Failure::Nul => arguments(
            "`sql` has the character U+0000 (NUL), at which SQLite ends a statement. Leave it out; char(0) makes \
             one."
                .to_owned(),
        ),
        Failure::Refused(what) if what.starts_with("the table") => {
            arguments(format!("`sql` may not read {what}. {}", there_are(names)))
        }
        Failure::Refused(what) => {
            // SQLite asks for the change of its own tables that a change of the schema is.
            let what = change_of_schema(sql).unwrap_or(what);
            arguments(format!(
                "`sql` may only read: one SELECT or WITH … SELECT. It has {what}, which is refused."
            ))
        }
        Failure::NoStatement => {
            arguments("`sql` has no statement: write one SELECT or WITH … SELECT.".to_owned())
        }
        Failure::TwoStatements => {
            arguments("`sql` has more than one statement. Send each in a call of its own.".to_owned())
        }
        Failure::TimedOut => Error::new(
            ErrorKind::Deadline,
            format!(
                "The query took longer than {} s and was stopped. {}",
                TIME.as_secs(),
                hints::of_time(sql)
            ),
        ),
        Failure::NoMemory => Error::new(
            ErrorKind::Size,
            "The query needs more memory than it may have. Sort, group or keep fewer and shorter columns; give each \
             JOIN its condition.",
        ),
        Failure::TooLong => Error::new(
            ErrorKind::Size,
            "The query makes a value longer than 1 MiB. Take shorter parts (`substr`), or fewer rows in \
             `group_concat` and `json_group_array`.",
        ),
        Failure::RowTooLong => Error::new(
            ErrorKind::Size,
            format!(
                "A row of the result is longer than {} MiB. Select fewer columns, or shorter parts of them (`substr`).",
                LONGEST_ROW >> 20
            ),
        ),
        Failure::Broken => {
            Error::new(ErrorKind::Cloud, "The query failed here. Try again once; if it stays, it is a defect of this program.")
        }
        Failure::Other(error) => error.clone(),
    }
}

/// The verb of a statement that changes the schema.
fn change_of_schema(sql: &str) -> Option<&'static str> {
    let verb = sql.split_whitespace().next()?;
    ["CREATE", "DROP", "ALTER", "REINDEX"].into_iter().find(|known| known.eq_ignore_ascii_case(verb))
}

/// The statement that changes a table, where SQLite refuses it because the tables are views.
fn change(message: &str, sql: &str) -> Option<&'static str> {
    let is_change = message.starts_with("cannot modify ");
    let verb = || ["INSERT", "REPLACE", "UPDATE", "DELETE"].into_iter().find(|verb| has_word(sql, verb));
    is_change.then(|| verb().unwrap_or("a change of a table"))
}

fn of_sqlite(message: &str, offset: Option<usize>, sql: &str, names: &Names) -> String {
    let message = shortened(message, 300);
    // SQLite's own guess is wrong more often than not.
    let (message, is_quoted) = match message.split_once(" - should this be") {
        Some((message, _)) => (message.to_owned(), true),
        None => (message, false),
    };
    let (what, rest) = message.split_once(": ").unwrap_or((&message, ""));
    let written = rest.trim().trim_matches('"');
    let remedy = match what {
        "no such column" if !has_word(sql, "FROM") => format!(" FROM is missing. {}", there_are(names)),
        "no such column" if written.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}']) => {
            hints::of_syntax(sql).map(|hint| format!(" {hint}")).unwrap_or_default()
        }
        "no such column" => of_column(written, is_quoted, sql, names),
        "ambiguous column name" => " Put the table's name before it.".to_owned(),
        "no such table" if names.of_tool(written).is_some() => {
            let table = names.of_tool(written).unwrap_or_default();
            format!(" It is the tool of the table `{}`: write that name.", shortened(table, 60))
        }
        "no such table" if hints::of_function(written).is_some() => {
            format!(" {}", hints::of_function(written).unwrap_or_default())
        }
        "no such table" => match alike(written, names.tables()).next() {
            Some(name) if name.eq_ignore_ascii_case(written) && name.contains(['.', ' ', '-']) => {
                format!(" Write it as {}: such a name stands in double quotes.", quoted(&shortened(name, 60)))
            }
            Some(name) => format!(" Did you mean `{}`?", shortened(name, 60)),
            None => format!(" {}", there_are(names)),
        },
        "no such function" => of_function(written),
        _ if message.contains("syntax error") || message.contains("unrecognized token") => {
            let hint = hints::of_syntax(sql).map(|hint| format!(" {hint}"));
            hint.or_else(|| of_dotted(sql, None, names)).unwrap_or_else(|| {
                format!(
                    " Names with dots or signs stand in double quotes, texts in single ones: {}. {}",
                    example(names),
                    tables(names)
                )
            })
        }
        _ => hints::of_limit(&message, sql).map(|remedy| format!(" {remedy}")).unwrap_or_default(),
    };
    let offset =
        offset.filter(|_| what != "no such table").map(|offset| excerpt(sql, offset)).unwrap_or_default();
    format!("SQLite: {message}{offset}.{remedy}")
}

/// Whether a statement has a word, in whatever place.
fn has_word(sql: &str, word: &str) -> bool {
    sql.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .any(|written| written.eq_ignore_ascii_case(word))
}

/// The part of the statement where the mistake is.
fn excerpt(sql: &str, offset: usize) -> String {
    match sql.get(offset..) {
        Some("") | None => " at its end".to_owned(),
        Some(rest) => {
            let character = sql[..offset].chars().count() + 1;
            format!(" at character {character}, `{}`", shortened(rest.lines().next().unwrap_or(rest), 40))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let columns =
            ["name", "mac", "status", "radio_stat.band_5.channel", "ip_stat.ip"].map(str::to_owned).to_vec();
        Names {
            tables: vec![("aps".to_owned(), columns), ("ports".to_owned(), vec!["speed".to_owned()])],
            tools: ["listOrgDevicesStats", "searchOrgSwOrGwPorts"].map(str::to_owned).into(),
        }
    }

    fn error_text(message: &str, sql: &str, offset: usize) -> String {
        let failure = Failure::Sql { message: message.to_owned(), offset: Some(offset) };
        explained(&failure, sql, &names()).to_string()
    }

    #[test]
    fn what_is_written_as_elsewhere_is_answered_with_what_stands_for_it_here() {
        for (message, sql, wanted) in [
            ("no such column: name", "SELECT name", "FROM is missing"),
            (
                "no such column: x.name",
                "SELECT x.name FROM aps a",
                "\"name\" is a column of `aps`: is `x` that",
            ),
            ("no such column: a.speed", "SELECT a.speed FROM aps a", "`ports` has such a column"),
            ("no such function: json_each", "SELECT json_each(x) FROM aps", "It is a table: FROM t"),
            ("no such function: log", "SELECT log(x) FROM aps", "no logarithms"),
            ("no such function: xyzzy", "SELECT xyzzy(x) FROM aps", "unixepoch"),
            ("no such table: listOrgDevicesStats", "SELECT 1 FROM listOrgDevicesStats", "the table `aps`"),
            ("no such table: generate_series", "SELECT 1 FROM generate_series(1, 9)", "RECURSIVE"),
            (
                "near \"FORM\": syntax error",
                "SELECT name FORM aps",
                "SELECT a.\"radio_stat.band_5.channel\" FROM \"aps\" a",
            ),
            (
                "near \".\": syntax error",
                "SELECT a.radio_stat.band_5.channel FROM aps a",
                "Write it as a.\"radio_stat.band_5.channel\"",
            ),
            ("near \".\": syntax error", "SELECT main.a.ip_stat.ip FROM aps a", "Names with dots"),
            ("no such column: \u{201c}name\u{201d}", "SELECT \u{201c}name\u{201d} FROM aps", "plain quotes"),
            ("misuse of aliased window function n", "SELECT 1 FROM aps", "subquery"),
            ("circular reference: aps", "WITH aps AS (SELECT * FROM aps) SELECT 1 FROM aps", "no table has"),
            ("no such function: left", "SELECT left(x, 1) FROM aps", "substr"),
            ("no such function: NOW", "SELECT NOW() FROM aps", "unixepoch()"),
            ("misuse of window function row_number()", "SELECT 1 FROM aps", "subquery"),
            ("misuse of aggregate: count()", "SELECT 1 FROM aps", "HAVING"),
            ("variable number must be between ?1 and ?0", "SELECT ?1 FROM aps", "into the SQL"),
            ("Expression tree is too large (maximum depth 200)", "SELECT 1 FROM aps", "IN (…)"),
            ("near \"ilike\": syntax error", "SELECT 1 FROM aps WHERE name ilike 'a'", "Use LIKE"),
            ("unrecognized token: \":\"", "SELECT name::text FROM aps", "CAST"),
        ] {
            let text = error_text(message, sql, 7);
            assert!(text.contains(wanted), "{message}: {text}");
        }
        for sql in ["create table x(a)", " DROP view aps"] {
            let text = explained(&Failure::Refused("INSERT".to_owned()), sql, &names()).to_string();
            assert!(
                !text.contains("INSERT") && text.to_lowercase().contains(&sql.trim()[..4].to_lowercase()),
                "{text}"
            );
        }
    }

    #[test]
    fn an_unknown_column_is_answered_with_the_nearest_and_with_those_that_there_are() {
        for (message, wanted) in [
            ("no such column: a.nme", "\"name\""),
            ("no such column: statsu", "\"status\""),
            ("no such column: mca", "\"mac\""),
            ("no such column: channel", "\"radio_stat.band_5.channel\""),
            ("no such column: radio_stat.band_5.channel", "Write it as \"radio_stat.band_5.channel\""),
            (
                "no such column: \"radio_stat.band5.channel\" - should this be a string literal in single-quotes?",
                "\"radio_stat.band_5.channel\"",
            ),
            ("no such column: ports.sped", "\"speed\""),
            ("no such column: radio_stat", "its fields are columns: \"radio_stat.band_5.channel\""),
            ("no such column: aps.ip_stat", "its fields are columns: \"ip_stat.ip\""),
            ("no such column: xyzzy", "`aps` has name, mac, status"),
            (
                "no such column: \"connected\" - should this be a string literal in single-quotes?",
                "single quotes",
            ),
        ] {
            let text = error_text(message, "SELECT x FROM aps", 7);
            assert!(text.contains(wanted) && text.contains("at character 8"), "{message}: {text}");
            let is_spelling = text.contains("Write it as") || text.contains("its fields are columns");
            assert!(is_spelling != text.contains("absent from every row has no column"), "{message}: {text}");
        }
    }

    #[test]
    fn columns_of_tables_that_the_statement_does_not_read_are_not_suggested() {
        for (sql, written, wanted) in [
            ("SELECT count(*) FROM aps WHERE speed > 1", "speed", "`ports` has such a column"),
            ("SELECT sped FROM \"aps\" x", "sped", "`aps` has name"),
            ("SELECT 1 FROM (SELECT macs FROM ports)", "macs", "`ports` has speed"),
            ("SELECT count(*) FROM aps x WHERE x.speed > 1", "x.speed", "`ports` has such a column"),
            ("SELECT ip_stat FROM ports", "ip_stat", "`ports` has speed"),
            ("SELECT channel FROM ports", "channel", "`ports` has speed"),
            ("WITH x AS (SELECT mac FROM aps) SELECT status FROM x", "status", "`aps` has such a column"),
        ] {
            let text = error_text(&format!("no such column: {written}"), sql, 7);
            assert!(text.contains(wanted) && !text.contains(&format!("mean \"{written}\"")), "{sql}: {text}");
            assert!(text.contains("`ports` has speed") != text.contains("`aps` has name"), "{sql}: {text}");
        }
    }

    #[test]
    fn a_dotted_name_is_the_remedy_for_itself_alone() {
        let sql = "SELECT ip_stat.ip, statsu FROM aps";
        let text = error_text("no such column: ip_stat.ip", sql, 7);
        assert!(text.contains("Write it as \"ip_stat.ip\""), "{text}");
        let text = error_text("no such column: statsu", sql, 19);
        assert!(text.contains("\"status\"") && !text.contains("Write it as"), "{text}");
    }

    #[test]
    fn unknown_tables_and_functions_are_answered_with_what_there_is() {
        assert!(error_text("no such table: ap", "SELECT 1 FROM ap", 0).contains("Did you mean `aps`?"));
        assert!(
            error_text("no such table: clients", "SELECT 1 FROM clients", 0)
                .contains("The tables are `aps`, `ports`.")
        );
        assert!(error_text("no such function: REGEXP", "SELECT 1 REGEXP 2", 0).contains("LIKE or GLOB"));
        assert!(error_text("near \"FORM\": syntax error", "SELECT a FORM b", 9).contains("`FORM b`"));
        assert!(error_text("incomplete input", "SELECT", 6).contains("at its end"));
    }

    #[test]
    fn each_statement_that_changes_a_table_is_refused_in_the_same_words() {
        for (sql, verb) in [
            ("UPDATE aps SET name = 'x'", "UPDATE"),
            ("delete from aps", "DELETE"),
            ("WITH x AS (SELECT 1) DELETE FROM aps", "DELETE"),
            ("REPLACE INTO aps VALUES (1)", "REPLACE"),
        ] {
            let text = error_text("cannot modify aps because it is a view", sql, 0);
            assert!(text.contains("may only read") && text.contains(&format!("It has {verb},")), "{text}");
        }
    }

    #[test]
    fn an_error_stays_short_whatever_the_names() {
        let tables =
            (0..8).map(|table| (format!("{table}").repeat(60), vec!["c".repeat(5_000); 1_500])).collect();
        let long = Names { tables, ..Names::default() };
        let failure = Failure::Sql { message: "no such column: q".to_owned(), offset: Some(3) };
        assert!(explained(&failure, "SELECT q", &long).to_string().len() < 2_500);
    }
}
