//! Names for the errors of a statement: those that were probably meant, and those that there are.

use super::functions;
use super::names::{Names, quoted};
use crate::suggestion::{alike, listed};
use crate::text::shortened;

/// Bytes of names that an error lists.
const ROOM: usize = 700;

/// The remedy for an unknown column: columns like it, or those that there are.
pub(super) fn of_column(written: &str, is_quoted: bool, names: &Names) -> String {
    // SQLite takes a.b.c for a column of a table of a schema.
    let inner = written.split_once('.').map_or(written, |(_, column)| column);
    let exact = |name: &str| names.columns().find(|column| column.eq_ignore_ascii_case(name)).map(quoted);
    let dotted = exact(written).or_else(|| exact(inner)).filter(|column| column.contains('.'));
    if let Some(column) = dotted.filter(|_| !is_quoted) {
        return format!(" Write it as {column}: a name with dots stands in double quotes.");
    }
    let of_table = names.0.iter().find(|(table, _)| {
        written.get(..=table.len()).is_some_and(|start| start.eq_ignore_ascii_case(&format!("{table}.")))
    });
    let elsewhere =
        names.0.iter().find(|(_, columns)| columns.iter().any(|column| column.eq_ignore_ascii_case(inner)));
    if let (None, Some((table, _))) = (of_table, elsewhere.filter(|_| inner != written)) {
        let before = &written[..written.len() - inner.len() - 1];
        return format!(
            " {} is a column of `{}`: is `{}` that table or its alias?",
            quoted(inner),
            shortened(table, 60),
            shortened(before, 60)
        );
    }
    let near: Vec<_> = match of_table {
        Some((_, columns)) => nearest(inner, columns.iter().map(String::as_str)),
        None => match nearest(written, names.columns()) {
            none if none.is_empty() => nearest(inner, names.columns()),
            near => near,
        },
    };
    let text = if is_quoted && near.is_empty() { " A text stands in single quotes." } else { "" };
    let meant = match near.as_slice() {
        [] => text.to_owned(),
        near => format!(" Did you mean {}?", near.join(", ")),
    };
    format!("{meant} {} A field that is absent from every row has no column.", tables(names))
}

/// The columns like a name, in quotes, the likest first.
fn nearest<'a>(written: &str, columns: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    const MAX_NAMES: usize = 3;
    let last = |name: &'a str| name.rsplit('.').next().unwrap_or(name);
    let mut near: Vec<&str> = alike(written, columns.clone()).take(MAX_NAMES).collect();
    // People remember the last part of a nested name best.
    let ending = columns.filter(|column| last(column).eq_ignore_ascii_case(written));
    near.splice(0..0, ending.take(MAX_NAMES));
    let mut different: Vec<String> = Vec::new();
    for name in near.into_iter().map(quoted) {
        if !different.contains(&name) {
            different.push(name);
        }
    }
    different.truncate(MAX_NAMES);
    different
}

/// The names of the tables.
pub(super) fn there_are(names: &Names) -> String {
    match names.0.as_slice() {
        [(name, _)] => format!("The only table is `{}`.", shortened(name, 60)),
        tables => {
            let tables: Vec<_> =
                tables.iter().map(|(name, _)| format!("`{}`", shortened(name, 60))).collect();
            format!("The tables are {}.", tables.join(", "))
        }
    }
}

/// The tables with as many of their columns as there is room for.
pub(super) fn tables(names: &Names) -> String {
    let room = ROOM / names.0.len().max(1);
    let each = names.0.iter().map(|(table, columns)| {
        let mut text = String::new();
        let mut left = columns.len();
        for column in columns {
            if text.len() + column.len() + 4 > room {
                break;
            }
            text.push_str(if text.is_empty() { "" } else { ", " });
            text.push_str(&shortened(column, 80));
            left -= 1;
        }
        let more =
            if left > 0 { format!(" and {left} more (call without `sql` for all)") } else { String::new() };
        format!("`{}` has {text}{more}", shortened(table, 60))
    });
    format!("{}.", each.collect::<Vec<_>>().join("; "))
}

/// The remedy for an unknown function: what stands for it here, or the functions that there are.
pub(super) fn of_function(written: &str) -> String {
    let remedies = [
        ("json_each", "It is a table: FROM t, json_each(t.\"column\")."),
        ("json_tree", "It is a table: FROM t, json_tree(t.\"column\")."),
        ("regexp", "Use LIKE or GLOB in place of regular expressions."),
        ("left", "Use substr(text, 1, count)."),
        ("right", "Use substr(text, -count)."),
        ("lpad", "Use printf."),
        ("least", "Use min with several arguments."),
        ("greatest", "Use max with several arguments."),
        ("now", "Use unixepoch(), the seconds since 1970 as in Mist's times."),
        ("to_timestamp", "Use datetime(seconds, 'unixepoch')."),
        ("from_unixtime", "Use datetime(seconds, 'unixepoch')."),
    ];
    let known = remedies.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(written));
    let functions = functions::allowed();
    match (known, alike(written, functions.clone()).next()) {
        (Some((_, remedy)), _) => format!(" {remedy}"),
        (None, Some(name)) => format!(" Did you mean `{name}`? There are {}.", listed(functions)),
        (None, None) => format!(" There are {}.", listed(functions)),
    }
}
