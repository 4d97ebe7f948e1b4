//! Names of tables and columns: quoting, numbers for equal names ([`UniqueNames`]), and the names that an error can suggest
//! ([`Names`]).

use std::collections::HashMap;
use std::sync::Arc;

use super::arguments::TableSource;
use super::table::Table;

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

    /// The columns of all tables.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> + Clone {
        self.tables.iter().flat_map(|(_, columns)| columns.iter().map(String::as_str))
    }
}

/// Tells equal names apart by a number: `name`, `name_2`. The time for all names is linear in their number.
#[derive(Debug, Default)]
pub(super) struct UniqueNames {
    /// Names that are taken, each with the number to try next.
    taken: HashMap<String, usize>,
    ignores_case: bool,
}

impl UniqueNames {
    /// For names of SQL, which does not distinguish upper and lower case.
    pub(super) fn ignoring_case() -> Self {
        Self { ignores_case: true, ..Self::default() }
    }

    /// The name, with a number if it is taken.
    pub(super) fn add(&mut self, name: String) -> String {
        let key = self.key(&name);
        let Some(mut number) = self.taken.get(&key).copied() else {
            self.taken.insert(key, 2);
            return name;
        };
        loop {
            let numbered = format!("{name}_{number}");
            number += 1;
            let numbered_key = self.key(&numbered);
            if !self.taken.contains_key(&numbered_key) {
                self.taken.insert(numbered_key, 2);
                self.taken.insert(key, number);
                return numbered;
            }
        }
    }

    fn key(&self, name: &str) -> String {
        if self.ignores_case { name.to_ascii_lowercase() } else { name.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_told_apart_by_numbers() {
        let numbered = |mut distinct: UniqueNames, names: &[&str]| {
            names.iter().map(|name| distinct.add((*name).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(
            numbered(UniqueNames::default(), &["name", "name", "mac", "name", "Name"]),
            ["name", "name_2", "mac", "name_3", "Name"]
        );
        assert_eq!(numbered(UniqueNames::default(), &["a", "a_2", "a", "a_2"]), ["a", "a_2", "a_3", "a_2_2"]);
        assert_eq!(numbered(UniqueNames::ignoring_case(), &["a", "A", "A_2"]), ["a", "A_2", "A_2_2"]);
    }

    #[test]
    fn many_equal_names_take_one_step_each() {
        let mut distinct = UniqueNames::ignoring_case();
        let last = (0..100_000).map(|_| distinct.add("name".to_owned())).last();
        assert_eq!(last.as_deref(), Some("name_100000"));
        assert_eq!(distinct.taken.len(), 100_000);
    }
}
