//! Names for the errors of a statement: those that were probably meant, and those that there are.

use super::functions;
use super::hints;
use super::names::{Names, quoted};
use super::tokens::{SqlToken, tokens};
use crate::suggestion::{alike, listed};
use crate::text::shortened;

/// Bytes of names that an error lists.
const ROOM: usize = 700;

/// The remedy for an unknown column: columns like it, or those that there are.
pub(super) fn of_column(written: &str, is_quoted: bool, sql: &str, names: &Names) -> String {
    if let Some(remedy) = of_dotted(sql, Some(written), names).filter(|_| !is_quoted) {
        return remedy;
    }
    let read = names.read_by(sql);
    // SQLite takes a.b.c for a column of a table of a schema.
    let inner = written.split_once('.').map_or(written, |(_, column)| column);
    let exact = |name: &str| read.columns().find(|column| column.eq_ignore_ascii_case(name)).map(quoted);
    let dotted = exact(written).or_else(|| exact(inner)).filter(|column| column.contains('.'));
    if let Some(column) = dotted.filter(|_| !is_quoted) {
        return format!(" Write it as {column}: a name with dots stands in double quotes.");
    }
    let fields = fields_of(written, sql, &read).or_else(|| fields_of(inner, sql, &read));
    if let Some(fields) = fields {
        return fields;
    }
    let of_table = names.tables.iter().find(|(table, _)| {
        written.get(..=table.len()).is_some_and(|start| start.eq_ignore_ascii_case(&format!("{table}.")))
    });
    let elsewhere = names
        .tables
        .iter()
        .find(|(_, columns)| columns.iter().any(|column| column.eq_ignore_ascii_case(inner)));
    let of_read =
        elsewhere.filter(|(table, _)| inner != written && read.tables.iter().any(|(own, _)| own == table));
    if let (None, Some((table, _))) = (of_table, of_read) {
        let before = &written[..written.len() - inner.len() - 1];
        return format!(
            " {} is a column of `{}`: is `{}` that table or its alias?",
            quoted(inner),
            shortened(table, 60),
            shortened(before, 60)
        );
    }
    // A column of the name itself is out of reach where it was written.
    let others = read.columns().filter(|column| !column.eq_ignore_ascii_case(inner));
    let near: Vec<_> = match of_table {
        Some((_, columns)) => nearest(inner, columns.iter().map(String::as_str)),
        None => match nearest(written, others.clone()) {
            none if none.is_empty() => nearest(inner, others),
            near => near,
        },
    };
    let text = if is_quoted && near.is_empty() { " A text stands in single quotes." } else { "" };
    let meant = match near.as_slice() {
        [] => text.to_owned(),
        near => format!(" Did you mean {}?", near.join(", ")),
    };
    let of_other = elsewhere.filter(|_| of_table.is_none()).map(|(table, _)| {
        format!(" `{}` has such a column, and `sql` does not read it here.", shortened(table, 60))
    });
    format!(
        "{meant}{} {} A field that is absent from every row has no column.",
        of_other.unwrap_or_default(),
        tables(&read)
    )
}

/// The remedy for a nested column that a statement has without double quotes: `a.radio_stat.band_5.channel`. `missing`:
/// the name that SQLite does not know, which is that name or an end of it.
pub(super) fn of_dotted(sql: &str, missing: Option<&str>, names: &Names) -> Option<String> {
    let tokens = tokens(sql);
    let exact = |name: &str| names.columns().find(|column| column.eq_ignore_ascii_case(name));
    let mut rest = tokens.as_slice();
    // A long statement has its first names looked at.
    let mut left = 50;
    while let [first, after @ ..] = rest {
        rest = after;
        let SqlToken::Word(first) = first else { continue };
        let mut parts = vec![*first];
        while let [SqlToken::Sign("."), SqlToken::Word(part), after @ ..] = rest {
            parts.push(part);
            rest = after;
        }
        if parts.len() == 1 {
            continue;
        }
        left -= 1;
        if left == 0 {
            return None;
        }
        let whole = parts.join(".");
        let is_missing = |missing: &str| {
            let start = whole.len().checked_sub(missing.len());
            let end = start.and_then(|start| whole.get(start..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(missing))
                && start.is_some_and(|start| start == 0 || whole[..start].ends_with('.'))
        };
        if !missing.is_none_or(is_missing) {
            continue;
        }
        let column = exact(&whole).map(quoted);
        let (table, inner) = whole.split_once('.').unwrap_or_default();
        let of_table =
            exact(inner).filter(|_| parts.len() > 2).map(|column| format!("{table}.{}", quoted(column)));
        if let Some(column) = column.or(of_table) {
            return Some(format!(" Write it as {column}: a name with dots stands in double quotes."));
        }
    }
    None
}

/// The remedy for an object that is no column: its fields are columns.
fn fields_of(object: &str, sql: &str, names: &Names) -> Option<String> {
    const MAX_NAMES: usize = 5;
    let start = format!("{object}.");
    let is_field =
        |column: &&str| column.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(&start));
    let mut fields: Vec<&str> = names.columns().filter(is_field).collect();
    // The path of json_extract and of `->` tells which one is meant.
    let tokens = tokens(sql);
    let path = tokens
        .iter()
        .filter_map(|token| match token {
            SqlToken::Text(text) => Some(text.trim_start_matches(['$', '.'])),
            _ => None,
        })
        .filter(|path| !path.is_empty())
        .collect::<Vec<_>>()
        .join(".");
    let is_meant = |field: &&str| {
        field.get(start.len()..).is_some_and(|rest| !path.is_empty() && rest.starts_with(&path))
    };
    fields.sort_by_key(|field| !is_meant(field));
    let more = if fields.len() > MAX_NAMES {
        format!(" and {} more", fields.len() - MAX_NAMES)
    } else {
        String::new()
    };
    fields.truncate(MAX_NAMES);
    let listed: Vec<_> = fields.iter().map(|field| quoted(&shortened(field, 80))).collect();
    (!fields.is_empty()).then(|| {
        format!(" `{object}` is an object, and its fields are columns: {}{more}.", listed.join(", "))
    })
}

/// A column of the tables as a statement names it.
pub(super) fn example(names: &Names) -> String {
    let columns =
        || names.tables.iter().flat_map(|(table, columns)| columns.iter().map(move |column| (table, column)));
    match columns().find(|(_, column)| column.contains('.')).or_else(|| columns().next()) {
        Some((table, column)) => {
            let (table, column) = (quoted(&shortened(table, 60)), quoted(&shortened(column, 80)));
            format!("SELECT a.{column} FROM {table} a")
        }
        None => "SELECT a.\"band_5.channel\" FROM aps a".to_owned(),
    }
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
    match names.tables.as_slice() {
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
    let room = ROOM / names.tables.len().max(1);
    let each = names.tables.iter().map(|(table, columns)| {
        if columns.is_empty() {
            return format!("`{}` has no rows, and therefore any column", shortened(table, 60));
        }
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
    let functions = functions::allowed();
    match (hints::of_function(written), alike(written, functions.clone()).next()) {
        (Some(remedy), _) => format!(" {remedy}"),
        (None, Some(name)) => format!(" Did you mean `{name}`? There are {}.", listed(functions)),
        (None, None) => format!(" There are {}.", listed(functions)),
    }
}
