//! Names of tables and columns: quoting, and the names that an error can suggest ([`Names`]).

use std::sync::Arc;

use super::arguments::TableSource;
use super::table::Table;
use super::tokens::tokens;

/// A name in double quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The tables of a query with their columns, and the tools that they are made of.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) tables: Vec<(String, Vec<String>)>,
    /// The tool of each table.
    pub(super) tools: Vec<String>,
}

impl Names {
    pub(super) fn of(tables: &[(String, Arc<Table>)], sources: &[(String, TableSource)]) -> Self {
        let names = tables.iter().map(|(name, table)| {
            (name.clone(), table.columns.named().map(|column| column.name.clone()).collect())
        });
        Self {
            tables: names.collect(),
            tools: sources.iter().map(|(_, source)| source.tool.trim().to_owned()).collect(),
        }
    }

    /// The table that is made of a tool.
    pub(super) fn of_tool(&self, tool: &str) -> Option<&str> {
        let place = self.tools.iter().position(|known| known.eq_ignore_ascii_case(tool))?;
        self.tables.get(place).map(|(name, _)| name.as_str())
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &str> + Clone {
        self.tables.iter().map(|(name, _)| name.as_str())
    }

    /// The tables that a statement reads by their names, or all if it reads none of them so.
    pub(super) fn read_by(&self, sql: &str) -> Self {
        let tokens = tokens(sql);
        let is_read = |name: &str| {
            tokens.windows(2).any(|pair| {
                let is_before = pair[0].is_word("FROM") || pair[0].is_word("JOIN");
                let is_before = is_before || pair[0].is_sign(",") || pair[0].is_sign("(");
                is_before && pair[1].name().is_some_and(|written| written.eq_ignore_ascii_case(name))
            })
        };
        let read: Vec<_> = self.tables.iter().filter(|(name, _)| is_read(name)).cloned().collect();
        Self { tables: if read.is_empty() { self.tables.clone() } else { read }, tools: Vec::new() }
    }

    /// The columns of all tables.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> + Clone {
        self.tables.iter().flat_map(|(_, columns)| columns.iter().map(String::as_str))
    }
}
