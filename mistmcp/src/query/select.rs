//! Execution of a query's statement on a blocking thread ([`run`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::types::ValueRef;
use rusqlite::{Batch, Statement};
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use super::error::Failure;
use super::lanes;
use super::sandbox::{self, Refused, Stop};
use super::table::Table;
use crate::Call;

/// Time of a statement at most.
pub(super) const TIME: Duration = Duration::from_secs(10);
/// Bytes of the rows of a result at most.
const MOST_BYTES: usize = 32 << 20;
/// Rows of a result at most.
const MOST_ROWS: usize = 100_000;

/// The rows of a result.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    /// The names of the columns.
    pub(crate) columns: Vec<String>,
    /// The rows from the offset, as many as a reply can hold.
    pub(crate) rows: Vec<Value>,
    /// All rows of the result.
    pub(crate) total: usize,
}

/// Runs the one statement of `sql`. A statement that runs out of memory runs again while no other runs.
pub(super) async fn run(
    sql: &str,
    tables: &[(String, Arc<Table>)],
    offset: usize,
    room: usize,
    call: &Call,
) -> Result<Selected, Failure> {
    let _turn = lanes::sql().await.map_err(Failure::Other)?;
    call.note("Running the query.".to_owned());
    let first = {
        let _shared = lanes::shared().await;
        run_once(sql, tables, offset, room).await
    };
    match first {
        Err(Failure::NoMemory) => {
            let _exclusive = lanes::exclusive().await;
            run_once(sql, tables, offset, room).await
        }
        outcome => outcome,
    }
}

/// Stops the statement when the call is dropped.
struct StopOnDrop(Arc<Stop>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }
}

async fn run_once(
    sql: &str,
    tables: &[(String, Arc<Table>)],
    offset: usize,
    room: usize,
) -> Result<Selected, Failure> {
    let stop = Arc::new(Stop { deadline: Instant::now() + TIME, is_cancelled: AtomicBool::new(false) });
    let on_drop = StopOnDrop(Arc::clone(&stop));
    let (sql, tables) = (sql.to_owned(), tables.to_vec());
    let job = move || select(&sql, &tables, offset, room, &stop);
    let outcome = spawn_blocking(job).await;
    drop(on_drop);
    outcome.unwrap_or(Err(Failure::Broken))
}

fn select(
    sql: &str,
    tables: &[(String, Arc<Table>)],
    offset: usize,
    room: usize,
    stop: &Arc<Stop>,
) -> Result<Selected, Failure> {
    let refused: Refused = Arc::new(Mutex::new(None));
    let failed = |error: rusqlite::Error| Failure::of(error, refused.lock().take(), stop);
    let connection = sandbox::for_tables(tables, stop, &refused).map_err(failed)?;
    let mut statements = Batch::new(&connection, sql);
    let Some(mut statement) = statements.next().map_err(failed)? else { return Err(Failure::NoStatement) };
    // Whatever follows, even what cannot be prepared, is a second statement.
    if !matches!(statements.next(), Ok(None)) {
        return Err(Failure::TwoStatements);
    }
    if !statement.readonly() || statement.is_explain() != 0 || statement.column_count() == 0 {
        return Err(Failure::Refused("a statement other than SELECT".to_owned()));
    }
    rows(&mut statement, offset, room).map_err(failed)
}

fn rows(statement: &mut Statement<'_>, offset: usize, room: usize) -> rusqlite::Result<Selected> {
    let names = column_names(&statement.column_names().collect::<Vec<_>>());
    let mut selected = Selected::default();
    let mut bytes = 0;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        selected.total += 1;
        let is_wanted = selected.total > offset && selected.rows.len() < MOST_ROWS;
        // Rather more rows than fit, so that the reply is cut by its real size.
        if !is_wanted || bytes > room.saturating_add(room / 4).min(MOST_BYTES) {
            continue;
        }
        let mut object = Map::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            let value = value(row.get_ref(place)?);
            bytes += name.len() + value.as_str().map_or(8, str::len) + 6;
            if !value.is_null() {
                object.insert(name.clone(), value);
            }
        }
        selected.rows.push(object.into());
    }
    drop(rows);
    Ok(Selected { columns: names, ..selected })
}

/// The names of the result's columns. Equal names get a number.
fn column_names(names: &[&str]) -> Vec<String> {
    let mut different: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once((*name).to_owned()).chain(numbered).find(|name| !different.contains(name));
        different.extend(free);
    }
    different
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(bytes) => bytes
            .iter()
            .fold(String::new(), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
                text
            })
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_name_are_distinguished() {
        assert_eq!(column_names(&["name", "name", "mac", "name"]), ["name", "name_2", "mac", "name_3"]);
        assert_eq!(column_names(&["a", "a_2", "a"]), ["a", "a_2", "a_3"]);
    }
}
