//! Connections to SQLite that can do nothing but read ([`for_tables`]), and the limit on SQLite's memory.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, Result};

use super::collation;
use super::columns::selected;
use super::functions;
use super::indexes::TableCopy;
use super::names::quoted;
use super::row::LONGEST_VALUE;
use super::table::Table;

/// Bytes that SQLite may allocate in this process: tables, and what statements sort, group and keep.
const HEAP: u64 = 640 << 20;
/// Instructions of SQLite between two looks at the clock.
/// Some take as long as it takes to copy or parse [`LONGEST_VALUE`].
const INSTRUCTIONS: i32 = 8;
/// A database in memory whose temporary files are in memory as well: SQLite's VFS `memdb` has no others.
pub(super) const DATABASE: &str = "file::memory:?vfs=memdb";
/// KiB that one instruction sorts at most.
///
/// With temporary data in memory, SQLite sorts all rows of a statement in one instruction, and does not look at the
/// clock meanwhile: 33,000 rows with 1,000 keys took 10 s after the deadline. With temporary files it sorts runs of
/// this size, one when it is full, and the first instruction of the merge takes a 32nd part of all.
const SORTED_AT_ONCE: i32 = 2 * 1024;

/// The limit on memory is set once, and holds for all connections of the process.
static HEAP_LIMIT: LazyLock<()> = LazyLock::new(|| {
    let set = Connection::open_in_memory()
        .and_then(|connection| connection.execute_batch(&format!("PRAGMA hard_heap_limit={HEAP}")));
    if let Err(error) = set {
        tracing::error!(%error, "SQLite takes no limit on its memory");
    }
});

/// Opens a database of the VFS `memdb`, so that nothing is written to a disk.
pub(super) fn open(uri: &str) -> Result<Connection> {
    LazyLock::force(&HEAP_LIMIT);
    Connection::open(uri)
}

/// Why and when a statement has to stop.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) deadline: Instant,
    pub(super) is_cancelled: AtomicBool,
}

impl Stop {
    /// A stop after some time.
    pub(super) fn after(time: Duration) -> Arc<Self> {
        Arc::new(Self { deadline: Instant::now() + time, is_cancelled: AtomicBool::new(false) })
    }

    pub(super) fn is_due(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed) || Instant::now() >= self.deadline
    }
}

/// What the authorizer refused.
pub(super) type Refused = Arc<Mutex<Option<String>>>;

/// A connection that can read these tables by their names, and nothing else. `empty`: names that each table has besides
/// its columns, without a value. `copies`: the copies that are read in place of the tables. `defined`: names that the
/// statement defines, in lower case.
pub(super) fn for_tables(
    tables: &[(String, Arc<Table>)],
    empty: &[Vec<String>],
    copies: &[Option<TableCopy<'_>>],
    defined: Vec<String>,
    stop: &Arc<Stop>,
    refused: &Refused,
) -> Result<Connection> {
    let mut connection = open(DATABASE)?;
    connection.execute_batch(&format!("PRAGMA temp_store=FILE; PRAGMA cache_size=-{SORTED_AT_ONCE}"))?;
    let of_statement = Arc::clone(stop);
    connection.progress_handler(INSTRUCTIONS, Some(move || of_statement.is_due()))?;
    functions::replace_slow(&connection, stop)?;
    // Before the tables: an index of a copy has the collation of its column.
    collation::replace_slow(&connection, stop)?;
    for (place, (name, table)) in tables.iter().enumerate() {
        let empty = empty.get(place).map(Vec::as_slice).unwrap_or_default();
        // The placeholder of a table without fields has a name that a statement may want.
        let empty = empty
            .iter()
            .filter(|name| !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)));
        let nulls = empty.fold(String::new(), |nulls, name| nulls + ", NULL AS " + &quoted(name));
        let (schema, uri) = (format!("_t{place}"), format!("{}&mode=ro", table.uri));
        let columns = match copies.get(place).and_then(Option::as_ref) {
            Some(copy) => {
                copy.make(&connection, &schema, &uri)?;
                selected(copy.columns.iter().copied())
            }
            None => {
                connection.execute_batch(&format!("ATTACH '{uri}' AS {schema}"))?;
                selected(table.columns.iter())
            }
        };
        let view = quoted(name);
        connection.execute_batch(&format!(
            "CREATE TEMP VIEW {view} AS SELECT {columns}{nulls} FROM {schema}.rows"
        ))?;
    }
    restrict(&connection)?;
    let readable: Vec<_> = ["json_each", "json_tree"]
        .into_iter()
        .chain(tables.iter().map(|(name, _)| name.as_str()))
        .map(str::to_lowercase)
        .collect();
    let refused = Arc::clone(refused);
    connection.authorizer(Some(move |context: AuthContext<'_>| {
        match refusal(&context, &readable, &defined) {
            None => Authorization::Allow,
            Some(what) => {
                refused.lock().get_or_insert(what);
                Authorization::Deny
            }
        }
    }))?;
    Ok(connection)
}

/// Lowers the limits of a connection and switches off what a query does not need.
fn restrict(connection: &Connection) -> Result<()> {
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, i32::try_from(LONGEST_VALUE).unwrap_or(i32::MAX)),
        // The declaration of a table with many columns is read under this limit as well.
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
        (Limit::SQLITE_LIMIT_COLUMN, 2_000),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
        (Limit::SQLITE_LIMIT_VDBE_OP, 250_000),
        // Each argument of a function may be long, and a function is one instruction.
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 40),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 0),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 0),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, value)?;
    }
    // A name in double quotes that is no column is an error, and not a text.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    Ok(())
}

/// What an action is, if a query may not take it.
fn refusal(context: &AuthContext<'_>, readable: &[String], defined: &[String]) -> Option<String> {
    let what = match &context.action {
        AuthAction::Select | AuthAction::Recursive => return None,
        AuthAction::Read { table_name, column_name } => {
            let table = table_name.to_lowercase();
            // A table of which no column is read may be one of the statement's own, made by `WITH`.
            let starts = |with: &str| table.starts_with(with);
            let is_built_in = starts("pragma_") || table == "dbstat";
            let is_reserved = starts("sqlite_") || is_built_in && !defined.contains(&table);
            let is_own = column_name.is_empty() && !is_reserved;
            // The view of a table reads this one, which has no name for a statement.
            let is_of_view = table == "rows"
                && context.accessor.is_some_and(|view| readable.contains(&view.to_lowercase()));
            let may_read = is_own || is_of_view || readable.contains(&table);
            return (!may_read).then(|| format!("the table `{table_name}`"));
        }
        AuthAction::Function { function_name } => {
            return (!functions::is_allowed(function_name))
                .then(|| format!("the function `{function_name}`"));
        }
        AuthAction::Attach { .. } => "ATTACH",
        AuthAction::Detach { .. } => "DETACH",
        AuthAction::Pragma { .. } => "PRAGMA",
        AuthAction::Insert { .. } => "INSERT",
        AuthAction::Update { .. } => "UPDATE",
        AuthAction::Delete { .. } => "DELETE",
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => "a transaction",
        _ => "a change of the schema",
    };
    Some(what.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn a_statement_that_sorts_looks_at_the_clock_long_before_all_rows_are_sorted() {
        const ROWS: &str = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 40000), \
            r AS MATERIALIZED (SELECT (n * 7919 % 40009) || printf('%.*c', 800, 'x') AS x FROM n) ";
        for select in [
            "SELECT x FROM r ORDER BY x COLLATE NOCASE",
            "SELECT count(*) FROM r GROUP BY x COLLATE NOCASE",
            "SELECT row_number() OVER (ORDER BY x COLLATE NOCASE) FROM r",
            "SELECT max(l.x) FROM r l JOIN r o ON l.x = o.x GROUP BY l.x COLLATE NOCASE",
        ] {
            let stop = Stop::after(Duration::from_mins(10));
            let mut connection = for_tables(&[], &[], &[], Vec::new(), &stop, &Refused::default()).unwrap();
            // Comparisons since the last look, at most between two, and of the whole statement.
            let [last, most, all]: [Arc<AtomicUsize>; 3] = Default::default();
            let count = Arc::clone(&last);
            connection
                .create_collation("NOCASE", move |one, other| {
                    count.fetch_add(1, Ordering::Relaxed);
                    one.cmp(other)
                })
                .unwrap();
            let (of_most, of_all) = (Arc::clone(&most), Arc::clone(&all));
            let look = move || {
                let compared = last.swap(0, Ordering::Relaxed);
                of_most.fetch_max(compared, Ordering::Relaxed);
                of_all.fetch_add(compared, Ordering::Relaxed);
                false
            };
            connection.progress_handler(INSTRUCTIONS, Some(look)).unwrap();
            let mut statement = connection.prepare(&format!("{ROWS}{select}")).unwrap();
            let mut rows = statement.raw_query();
            let mut found = 0;
            while rows.next().unwrap().is_some() {
                found += 1;
            }
            let [most, all] = [most, all].map(|number| number.load(Ordering::Relaxed));
            assert_eq!(found, 40_000, "{select}");
            assert!(all > 400_000 && most * 8 < all, "{select}: {most} of {all} comparisons at once");
        }
    }
}
