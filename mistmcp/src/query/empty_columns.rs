//! Columns that a statement names and a table does not have because it has no rows ([`EmptyColumns`]).

use std::sync::Arc;

use super::names::quoted;
use super::table::Table;
use crate::suggestion::alike;
use crate::text::shortened;

/// Columns that are added at most, and attempts to find the table of one.
const MAX_ATTEMPTS: usize = 150;

/// Names that each table gets besides its columns.
#[derive(Debug)]
pub(super) struct EmptyColumns<'a> {
    tables: &'a [(String, Arc<Table>)],
    names: Vec<Vec<String>>,
    /// The name of the last message and the tables that it was tried with.
    last: Option<(String, Vec<usize>)>,
    attempts: usize,
}

impl<'a> EmptyColumns<'a> {
    pub(super) fn new(tables: &'a [(String, Arc<Table>)]) -> Self {
        Self { tables, names: vec![Vec::new(); tables.len()], last: None, attempts: 0 }
    }

    /// The added names of each table.
    pub(super) fn names(&self) -> &[Vec<String>] {
        &self.names
    }

    /// Notes for each table with the names that were taken for its columns, and the columns that may be meant by them.
    pub(super) fn notes(&self) -> Vec<Vec<String>> {
        const MAX_NAMES: usize = 8;
        let note = |names: &Vec<String>| {
            let named: Vec<_> = names.iter().take(MAX_NAMES).map(|name| self.with_meant(name)).collect();
            let more = if names.len() > MAX_NAMES { " and others" } else { "" };
            format!("taken for columns of it, without values: {}{more}", named.join(", "))
        };
        self.names
            .iter()
            .map(|names| Some(names).filter(|names| !names.is_empty()).map(note).into_iter().collect())
            .collect()
    }

    /// A name, with the column of another table that is like it.
    fn with_meant(&self, name: &str) -> String {
        let columns = || {
            self.tables
                .iter()
                .flat_map(|(of, table)| table.columns.named().map(move |column| (of, &column.name)))
        };
        let meant = alike(name, columns().map(|(_, column)| column.as_str())).next();
        let of = meant.and_then(|meant| columns().find(|(_, column)| *column == meant));
        let name = shortened(name, 80);
        match of {
            Some((table, column)) if !column.eq_ignore_ascii_case(&name) => {
                format!(
                    "`{name}` (did you mean {} of `{}`?)",
                    quoted(&shortened(column, 80)),
                    shortened(table, 60)
                )
            }
            _ => format!("`{name}`"),
        }
    }

    /// Adds the column that SQLite's message says is missing, if a table may have it. Returns whether it did.
    pub(super) fn add(&mut self, message: &str) -> bool {
        self.attempts += 1;
        if self.attempts > MAX_ATTEMPTS {
            return false;
        }
        if let Some(rest) = message.strip_prefix("cannot join using column ") {
            let name = rest.split(" - ").next().unwrap_or(rest);
            let before = self.names.iter().map(Vec::len).sum::<usize>();
            for table in 0..self.tables.len() {
                if self.may_have(table, name) {
                    self.names[table].push(name.to_owned());
                }
            }
            return self.names.iter().map(Vec::len).sum::<usize>() > before;
        }
        let Some(written) = message.strip_prefix("no such column: ") else { return false };
        let (table, name) = parsed(written);
        let mut tried = match self.last.take() {
            // The column was not missing in the table that was tried last.
            Some((last, tried)) if last == written => {
                if let Some(table) = tried.last() {
                    self.names[*table].pop();
                }
                tried
            }
            _ => Vec::new(),
        };
        let is_named =
            |index: &usize| table.is_some_and(|table| self.tables[*index].0.eq_ignore_ascii_case(table));
        let mut order: Vec<_> = (0..self.tables.len()).filter(|index| !tried.contains(index)).collect();
        order.sort_by_key(|index| !is_named(index));
        let Some(index) = order.into_iter().find(|index| self.may_have(*index, name)) else { return false };
        self.names[index].push(name.to_owned());
        tried.push(index);
        self.last = Some((written.to_owned(), tried));
        true
    }

    /// Whether a table does not have a column, but may have it in other answers.
    fn may_have(&self, index: usize, name: &str) -> bool {
        let table = &self.tables[index].1;
        let is_there = |other: &str| other.eq_ignore_ascii_case(name);
        (table.rows == 0 || table.columns.is_inside_empty(name))
            && !table.columns.named().any(|column| is_there(&column.name))
            && !self.names[index].iter().any(|other| is_there(other))
    }
}

/// The table, if one is written, and the column: `a.name`, `name`, `"a.b" - should this be a string literal…`.
fn parsed(written: &str) -> (Option<&str>, &str) {
    match written.split_once(" - should this be") {
        Some((quoted, _)) => (None, quoted.trim().trim_matches('"')),
        None => match written.split_once('.') {
            Some((table, name)) => (Some(table), name),
            None => (None, written),
        },
    }
}
