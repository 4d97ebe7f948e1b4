//! Indexes for correlated subqueries ([`copies`]). SQLite makes indexes for joins by itself; in a correlated subquery
//! it would read the whole table for each row of the outer one.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use rusqlite::Connection;

use super::column::Column;
use super::columns::{declare_types, selected};
use super::comparisons::{Operand, comparisons};
use super::names::quoted;
use super::sandbox::DATABASE;
use super::table::Table;
use super::tokens::{SqlToken, tokens};

/// Indexes of a copy at most.
const MAX_INDEXES: usize = 6;

/// A copy of a table with indexes, for one statement. The table itself has none: SQLite reads the rows of a statement
/// without `ORDER BY` in the order of an index that has all of its columns, so that the pages of a result would not fit
/// together.
pub(super) struct TableCopy<'a> {
    /// The columns that the statement may read.
    pub(super) columns: Vec<&'a Column>,
    /// Those that get an index.
    indexed: Vec<&'a Column>,
}

impl TableCopy<'_> {
    /// Copies the table at `uri` to a database of this connection, with its rows in their order.
    pub(super) fn make(&self, connection: &Connection, schema: &str, uri: &str) -> rusqlite::Result<()> {
        let columns = selected(self.columns.iter().copied());
        connection.execute_batch(&format!(
            "ATTACH '{DATABASE}' AS {schema}; ATTACH '{uri}' AS _source; PRAGMA {schema}.journal_mode=OFF; \
             CREATE TABLE {schema}.rows ({columns}); \
             INSERT INTO {schema}.rows SELECT {columns} FROM _source.rows; DETACH _source"
        ))?;
        declare_types(connection, schema, self.columns.iter().copied())?;
        for (place, column) in self.indexed.iter().enumerate() {
            let column = quoted(&column.name);
            connection.execute_batch(&format!("CREATE INDEX {schema}._i{place} ON rows ({column})"))?;
        }
        Ok(())
    }
}

/// The copies that a statement needs, one for each table or `None`. They have indexes of the columns that the statement
/// compares with other columns, if it reads whole tables in a correlated subquery.
pub(super) fn copies<'a>(
    connection: &Connection,
    sql: &str,
    tables: &'a [(String, Arc<Table>)],
) -> Vec<Option<TableCopy<'a>>> {
    let tokens = tokens(sql);
    let selects = tokens.iter().filter(|token| token.is_word("SELECT")).count();
    // Without a plan there are no indexes, and the statement is slower.
    if selects < 2 || !scans_in_subqueries(connection, sql).unwrap_or(false) {
        return Vec::new();
    }
    let mut compared: Vec<String> = Vec::new();
    for found in comparisons(&tokens) {
        let name = found.column.to_lowercase();
        let is_key = ["=", "=="].contains(&found.operator) && matches!(found.other, Operand::Column(..));
        if is_key && !compared.contains(&name) {
            compared.push(name);
        }
    }
    let written = names_of_columns(&tokens);
    let may_read = |column: &&Column| {
        written.as_ref().is_none_or(|written| written.contains(&column.name.to_lowercase()))
    };
    let copy = |table: &'a Table| {
        let indexed: Vec<_> =
            compared.iter().filter_map(|name| table.columns.indexable(name)).take(MAX_INDEXES).collect();
        let columns = table.columns.iter().filter(may_read).collect();
        (!indexed.is_empty()).then_some(TableCopy { columns, indexed })
    };
    tables.iter().map(|(_, table)| copy(table)).collect()
}

/// The names in a statement that may be columns, in lower case. `None` if it may read columns without their names.
fn names_of_columns(tokens: &[SqlToken<'_>]) -> Option<HashSet<String>> {
    let is_star = |place: usize| {
        let is_count = place > 0
            && tokens[place - 1].is_sign("(")
            && tokens.get(place + 1).is_some_and(|next| next.is_sign(")"));
        tokens[place].is_sign("*") && !is_count
    };
    if tokens.iter().any(|token| token.is_word("NATURAL")) || (0..tokens.len()).any(is_star) {
        return None;
    }
    // SQLite takes a text for a name where only a name can stand.
    let name = |token: &SqlToken<'_>| match token {
        SqlToken::Text(text) => Some(text.to_lowercase()),
        other => other.name().map(str::to_lowercase),
    };
    Some(tokens.iter().filter_map(name).collect())
}

/// Whether the plan of a statement reads a whole table in a correlated subquery.
fn scans_in_subqueries(connection: &Connection, sql: &str) -> rusqlite::Result<bool> {
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut steps = plan.raw_query();
    let mut inside = BTreeSet::new();
    while let Some(step) = steps.next()? {
        let (id, parent): (i64, i64) = (step.get(0)?, step.get(1)?);
        let detail: String = step.get(3)?;
        if detail.starts_with("CORRELATED") || inside.contains(&parent) {
            // SQLite calls the scan for min() and max() a search.
            if detail.starts_with("SCAN") || detail.starts_with("SEARCH") && !detail.contains(" USING ") {
                return Ok(true);
            }
            inside.insert(id);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use serde_json::{Map, Value, json};

    use super::super::sandbox::{Refused, Stop, for_tables};
    use super::super::table::TableBuilder;
    use super::*;

    /// Steps of SQLite's virtual machine, in hundreds, of a statement over two tables of so many rows.
    fn steps(rows: usize, sql: &str) -> usize {
        let table = |text: &str| {
            let row = |number: usize| {
                let mixed =
                    if number.is_multiple_of(2) { json!(number) } else { json!(format!("x{number}")) };
                let (mac, name) = (format!("5c5b35{number:06x}"), format!("{text} {}", number % 7));
                json!({ "mac": mac, "number": number, "name": name, "mixed": mixed, "text": number.to_string() })
            };
            let rows: Vec<Value> = (0..rows).map(row).collect();
            let mut builder = TableBuilder::new().unwrap();
            builder.insert(&rows, None).unwrap();
            Arc::new(builder.finish(None, Vec::new(), Map::new()).unwrap())
        };
        let tables = [("a".to_owned(), table("a")), ("b".to_owned(), table("b"))];
        let stop = Stop::after(Duration::from_mins(10));
        let open =
            |copies: &[_]| for_tables(&tables, &[], copies, Vec::new(), &stop, &Refused::default()).unwrap();
        let plain = open(&[]);
        let mut connection = open(&copies(&plain, sql, &tables));
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let count_step = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        };
        connection.progress_handler(100, Some(count_step)).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        count.store(0, Ordering::Relaxed);
        let mut found = statement.raw_query();
        while found.next().unwrap().is_some() {}
        count.load(Ordering::Relaxed)
    }

    #[test]
    fn twice_the_rows_take_about_twice_the_steps_of_joins_and_subqueries() {
        for sql in [
            "SELECT count(*) FROM a x JOIN b y ON x.mac = y.mac",
            "SELECT count(*) FROM a x JOIN a y ON x.number = y.number AND x.name = y.name",
            "SELECT count(*) FROM a x JOIN b y USING (mac)",
            "SELECT count(*) FROM a, b WHERE a.mixed = b.mixed",
            "SELECT count(*) FROM a LEFT JOIN b ON b.mac = a.mac WHERE b.mac IS NULL",
            "SELECT count(*) FROM a JOIN b ON b.number = a.text",
            "WITH x AS MATERIALIZED (SELECT * FROM a) SELECT count(*) FROM x JOIN b ON b.mac = x.mac",
            "SELECT count(*) FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.mac = a.mac)",
            "SELECT count(*) FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.mac = a.mac AND b.number = 7)",
            "SELECT a.mac, (SELECT count(*) FROM b WHERE b.number = a.number) AS n FROM a",
            "SELECT a.mac, (SELECT max(b.number) FROM b WHERE a.\"mixed\"=b.\"mixed\") AS n FROM a",
            "SELECT count(*) FROM a WHERE a.mac NOT IN (SELECT mac FROM b)",
        ] {
            let [some, twice] = [400, 800].map(|rows| steps(rows, sql));
            assert!(some > 10 && twice < 3 * some, "{sql}: {some} {twice}");
        }
    }
}
