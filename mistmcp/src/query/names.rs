//! Names of tables and columns: quoting, and the names that an error can suggest ([`Names`]).

use std::sync::Arc;

use super::table::Table;

/// A name in double quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The tables of a query with their columns.
#[derive(Debug)]
pub(super) struct Names(pub(super) Vec<(String, Vec<String>)>);

impl Names {
    pub(super) fn of(tables: &[(String, Arc<Table>)]) -> Self {
        let names = tables.iter().map(|(name, table)| {
            (name.clone(), table.columns.iter().map(|column| column.name.clone()).collect())
        });
        Self(names.collect())
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The columns of all tables.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().flat_map(|(_, columns)| columns.iter().map(String::as_str))
    }
}
