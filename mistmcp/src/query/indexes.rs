//! Indexes for correlated subqueries ([`make`]). SQLite makes indexes for joins by itself; in a correlated subquery it would read
//! the whole table for each row of the outer one.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::Connection;

use super::table::Table;
use super::tokens::{Operand, comparisons, tokens};

/// Makes indexes of the columns that a statement compares with other columns, if it reads whole tables in a correlated
/// subquery.
pub(super) fn make(connection: &Connection, sql: &str, tables: &[(String, Arc<Table>)]) {
    let tokens = tokens(sql);
    let selects = tokens.iter().filter(|token| token.is_word("SELECT")).count();
    // Without a plan there are no indexes, and the statement is slower.
    if selects < 2 || !scans_in_subqueries(connection, sql).unwrap_or(false) {
        return;
    }
    let compared: BTreeSet<&str> = comparisons(&tokens)
        .into_iter()
        .filter(|found| ["=", "=="].contains(&found.operator) && matches!(found.other, Operand::Column(..)))
        .map(|found| found.column)
        .collect();
    for (_, table) in tables {
        table.make_indexes(compared.iter().copied());
    }
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
            builder.insert(&rows).unwrap();
            Arc::new(builder.finish(None, Vec::new(), Map::new()).unwrap())
        };
        let tables = [("a".to_owned(), table("a")), ("b".to_owned(), table("b"))];
        let stop = Stop::after(Duration::from_mins(10));
        let mut connection = for_tables(&tables, &[], Vec::new(), &stop, &Refused::default()).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let count_step = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        };
        connection.progress_handler(100, Some(count_step)).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        make(&connection, sql, &tables);
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
