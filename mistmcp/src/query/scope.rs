//! The columns that the names in a statement mean ([`NameScope`]).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::column::Column;
use super::table::Table;
use super::tokens::{SqlToken, defined_names};
use crate::text::is_any_of;

/// A column as a statement writes it: the table or alias before it, and its name.
pub(super) type Written<'a> = (Option<&'a str>, &'a str);

/// The tables of a query by the names that a statement gives them, and the names that it gives to expressions.
pub(super) struct NameScope<'a> {
    tables: &'a [(String, Arc<Table>)],
    /// The place of the table of each alias and of each table's name, in lower case.
    aliases: HashMap<String, usize>,
    /// The columns that have another name, by that name in lower case.
    renamed: HashMap<String, Written<'a>>,
    /// Names of expressions, in lower case.
    expressions: HashSet<String>,
}

impl<'a> NameScope<'a> {
    pub(super) fn new(tokens: &'a [SqlToken<'a>], tables: &'a [(String, Arc<Table>)]) -> Self {
        let mut scope = Self {
            tables,
            aliases: tables
                .iter()
                .enumerate()
                .map(|(place, (name, _))| (name.to_lowercase(), place))
                .collect(),
            renamed: HashMap::new(),
            expressions: HashSet::new(),
        };
        for place in 0..tokens.len() {
            scope.add_alias(&tokens[place..]);
            scope.add_renamed(&tokens[..=place]);
        }
        for name in defined_names(tokens) {
            scope.aliases.remove(&name);
        }
        scope
    }

    /// Adds the alias after the name of a table, and leaves out the name of a subquery.
    fn add_alias(&mut self, tokens: &[SqlToken<'_>]) {
        let alias = match tokens {
            [_, word, alias, ..] if word.is_word("AS") => alias.name(),
            [_, alias, ..] => alias.name(),
            _ => None,
        };
        let (Some(first), Some(alias)) = (tokens.first(), alias) else { return };
        if first.is_sign(")") {
            self.aliases.remove(&alias.to_lowercase());
        }
        let is_first =
            |(name, _): &(String, _)| first.name().is_some_and(|written| written.eq_ignore_ascii_case(name));
        if let Some(table) = self.tables.iter().position(is_first) {
            self.aliases.insert(alias.to_lowercase(), table);
        }
    }

    /// Adds the last of these tokens, if it is the name of an expression: with `AS` before it, or right after the
    /// expression.
    fn add_renamed(&mut self, tokens: &'a [SqlToken<'a>]) {
        let (expression, name) = match tokens {
            [expression @ .., word, name] if word.is_word("AS") => (expression, name),
            [expression @ .., name] => (expression, name),
            [] => return,
        };
        let Some(name) = name.name() else { return };
        let name = name.to_lowercase();
        let written = match expression {
            [.., table, dot, column] if dot.is_sign(".") => table.name().zip(column.name()),
            _ => None,
        };
        let written = written.map(|(table, column)| (Some(table), column));
        let written = written.or_else(|| Some((None, expression.last()?.name()?)));
        let written = written.filter(|(_, column)| !is_any_of(column, &["SELECT", "DISTINCT", "ALL"]));
        let length = if written.is_some_and(|(table, _)| table.is_some()) { 3 } else { 1 };
        let before = expression.len().checked_sub(length + 1).map(|place| &expression[place]);
        let is_alone = before.is_some_and(|before| {
            before.is_sign(",") || before.is_word("SELECT") || before.is_word("DISTINCT")
        });
        let has_as = tokens.len() > expression.len() + 1;
        match written {
            Some((_, column)) if is_alone && column.eq_ignore_ascii_case(&name) => {}
            Some(written) if is_alone => {
                self.renamed.insert(name, written);
            }
            _ if has_as || expression.last().is_some_and(|last| last.is_sign(")") || last.is_word("END")) => {
                self.expressions.insert(name);
            }
            _ => {}
        }
    }

    /// The columns that a name may mean, each with the place of its table.
    pub(super) fn columns(&self, (table, name): Written<'_>) -> Vec<(usize, &'a Column)> {
        let place = table.and_then(|table| self.aliases.get(&table.to_lowercase()));
        let lower = name.to_lowercase();
        if place.is_none() {
            if self.expressions.contains(&lower) {
                return Vec::new();
            }
            // One step: a name that is given twice is not followed.
            if let Some((table, name)) = self.renamed.get(&lower) {
                return if self.of_tables(None, &lower).is_empty() {
                    self.of_tables(table.and_then(|table| self.aliases.get(&table.to_lowercase())), name)
                } else {
                    Vec::new()
                };
            }
        }
        self.of_tables(place, name)
    }

    /// Whether a name is that of a table of the query, or an alias of one.
    pub(super) fn is_table(&self, name: &str) -> bool {
        self.aliases.contains_key(&name.to_lowercase())
    }

    /// The columns of this name in the table of the query, or in all tables, whatever else has the name.
    pub(super) fn columns_of(&self, (table, name): Written<'_>) -> Vec<(usize, &'a Column)> {
        self.of_tables(table.and_then(|table| self.aliases.get(&table.to_lowercase())), name)
    }

    fn of_tables(&self, place: Option<&usize>, name: &str) -> Vec<(usize, &'a Column)> {
        let tables = self.tables.iter().enumerate();
        let tables = tables.filter(|(number, _)| place.is_none_or(|place| place == number));
        let column = |(number, (_, table)): (usize, &'a (String, Arc<Table>))| {
            let column = table.columns.named().find(|column| column.name.eq_ignore_ascii_case(name))?;
            Some((number, column))
        };
        tables.filter_map(column).collect()
    }
}
