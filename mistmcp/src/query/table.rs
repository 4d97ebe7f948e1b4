//! A table of a query ([`Table`]): the rows of a tool in a database of SQLite's VFS `memdb`, which several connections
//! can read at once.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{Timestamp, Unit};
use parking_lot::Mutex;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, ErrorCode};
use serde_json::{Map, Value, json};

use super::columns::{Columns, declare_types};
use super::names::quoted;
use super::row::{Cells, flatten};
use super::sandbox;

/// Rows of a table at most.
pub(super) const MOST_ROWS: usize = 100_000;
/// Bytes of a table at most.
const MOST_BYTES: u64 = 128 << 20;
/// Bytes of a page of the database: most rows fit one.
const PAGE: u64 = 16 * 1024;
/// Rows whose columns are made before they are inserted.
const CHUNK: usize = 128;

/// Columns that a statement converts at most.
const COLUMNS_AT_ONCE: usize = 100;

/// The rows of a tool.
pub(super) struct Table {
    /// Keeps the database, which ends with its last connection. Its rows and its schema do not change any more.
    _keeper: Mutex<Connection>,
    pub(super) uri: String,
    pub(super) columns: Columns,
    pub(super) rows: usize,
    pub(super) bytes: u64,
    as_of: Timestamp,
    /// Why rows are missing.
    partial: Option<String>,
    notes: Vec<String>,
    /// Its time window, where the call did not choose it.
    window: Map<String, Value>,
}

/// A table that is being filled.
#[derive(Debug)]
pub(super) struct TableBuilder {
    connection: Connection,
    uri: String,
    columns: Columns,
    /// The columns that the table has in the database.
    made: usize,
    pub(super) rows: usize,
    too_long: usize,
    as_of: Timestamp,
    /// Hashes of the pages that were inserted, and of their rows.
    pages: HashSet<u64>,
    row_digests: HashSet<u64>,
    repeated: usize,
}

/// What a table that is being filled has after a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TableState {
    pub(super) rows: usize,
    /// Rows that are equal to a row of another page.
    pub(super) repeated: usize,
    /// Whether the table can take no more rows.
    pub(super) is_full: bool,
}

impl TableState {
    /// The later one of two states, whichever of their pages was noted first.
    pub(super) fn or_later(self, other: Self) -> Self {
        Self {
            rows: self.rows.max(other.rows),
            repeated: self.repeated.max(other.repeated),
            is_full: self.is_full || other.is_full,
        }
    }
}

impl TableBuilder {
    pub(super) fn new() -> rusqlite::Result<Self> {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let uri = format!("file:/mistmcp-{}?vfs=memdb", LAST.fetch_add(1, Ordering::Relaxed));
        let connection = sandbox::open(&uri)?;
        // The journal makes it possible to insert a page of rows again after an error.
        connection.execute_batch(&format!(
            "PRAGMA page_size={PAGE}; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-4096"
        ))?;
        Ok(Self {
            connection,
            uri,
            columns: Columns::default(),
            made: 0,
            rows: 0,
            too_long: 0,
            as_of: Timestamp::now(),
            pages: HashSet::new(),
            row_digests: HashSet::new(),
            repeated: 0,
        })
    }

    /// Whether no page with this hash was inserted before.
    pub(super) fn is_new_page(&mut self, digest: u64) -> bool {
        self.pages.insert(digest)
    }

    /// Counts the inserted rows of a page, by their hashes, that are equal to rows of another page.
    pub(super) fn count_repeated(&mut self, digests: &[Option<u64>]) {
        let digests = digests.iter().flatten();
        self.repeated += digests.clone().filter(|digest| self.row_digests.contains(digest)).count();
        self.row_digests.extend(digests);
    }

    pub(super) fn state(&self) -> TableState {
        TableState { rows: self.rows, repeated: self.repeated, is_full: self.is_full() }
    }

    fn is_full(&self) -> bool {
        self.rows >= MOST_ROWS || self.bytes().is_ok_and(|bytes| bytes >= MOST_BYTES)
    }

    fn bytes(&self) -> rusqlite::Result<u64> {
        let pages: i64 = self.connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        Ok(pages.unsigned_abs() * PAGE)
    }

    /// Inserts rows, as many as the table can take: all of them, or none if it fails. They stand in the order of the
    /// numbers of their pages, or behind all others.
    pub(super) fn insert(&mut self, rows: &[Value], page: Option<u64>) -> rusqlite::Result<()> {
        let (made, count, too_long) = (self.made, self.rows, self.too_long);
        self.connection.execute_batch("BEGIN")?;
        let inserted = self.insert_within(rows, page).and_then(|()| self.connection.execute_batch("COMMIT"));
        if inserted.is_err() {
            (self.made, self.rows, self.too_long) = (made, count, too_long);
            // SQLite itself has rolled back after some errors, and says so with an error.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        inserted
    }

    fn insert_within(&mut self, rows: &[Value], page: Option<u64>) -> rusqlite::Result<()> {
        let mut cells = Cells::default();
        // SQLite reads a table in the order of the row ids. Without one, a row gets the next one after the last.
        let mut row_id = page.and_then(|page| i64::try_from(page.checked_mul(MOST_ROWS as u64)?).ok());
        for chunk in rows.chunks(CHUNK) {
            if self.is_full() {
                return Ok(());
            }
            let chunk = &chunk[..chunk.len().min(MOST_ROWS - self.rows)];
            let mut flat: Vec<Vec<(usize, Cell)>> = Vec::with_capacity(chunk.len());
            for row in chunk {
                flatten(row, &mut self.columns, &mut cells);
                self.too_long += cells.too_long;
                flat.push(std::mem::take(&mut cells.list));
            }
            self.make_columns()?;
            let mut statement = self.connection.prepare(&self.insertion())?;
            for cells in flat {
                statement.raw_bind_parameter(1, row_id)?;
                row_id = row_id.map(|row_id| row_id + 1);
                for (place, cell) in cells {
                    statement.raw_bind_parameter(place + 2, cell)?;
                }
                statement.raw_execute()?;
                statement.clear_bindings();
            }
            self.rows += chunk.len();
        }
        Ok(())
    }

    /// The statement that inserts a row with its row id, and the cells of the columns in their order.
    fn insertion(&self) -> String {
        let is_free = |name: &&str| !self.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        // A column may have a name of the row id.
        let row_id = ["rowid", "_rowid_", "oid"].into_iter().find(is_free);
        let names = self.columns.iter().take(self.made).map(|column| quoted(&column.name));
        let names: Vec<_> = row_id.map(str::to_owned).into_iter().chain(names).collect();
        let first = 2 - usize::from(row_id.is_some());
        let places: Vec<_> = (first..=self.made + 1).map(|place| format!("?{place}")).collect();
        format!("INSERT INTO rows ({}) VALUES ({})", names.join(","), places.join(","))
    }

    /// Makes the columns in the database that appeared since the last time.
    fn make_columns(&mut self) -> rusqlite::Result<()> {
        if self.made > 0 && self.made == self.columns.len() {
            return Ok(());
        }
        let names: Vec<_> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        if self.made == 0 {
            // A row may have no fields at all, and a table needs a column.
            if names.is_empty() {
                self.columns.add_placeholder();
                return self.make_columns();
            }
            self.connection.execute_batch(&format!("CREATE TABLE rows ({})", names.join(",")))?;
        } else {
            for name in names.iter().skip(self.made) {
                self.connection.execute_batch(&format!("ALTER TABLE rows ADD COLUMN {name}"))?;
                self.made += 1;
            }
        }
        self.made = names.len();
        Ok(())
    }

    /// Makes columns for fields that no row has a value in.
    pub(super) fn name_empty(&mut self, fields: &[String]) -> rusqlite::Result<()> {
        for field in fields {
            self.columns.add_without_values(field);
        }
        if self.made > 0 { self.make_columns() } else { Ok(()) }
    }

    /// The columns with types and examples.
    pub(super) fn described(&self) -> Map<String, Value> {
        self.columns.described()
    }

    /// Makes numbers of texts in columns where some rows have numbers, and others the same as a text. Without enough
    /// memory for it, the texts stay.
    fn convert_numbers(&mut self) -> rusqlite::Result<()> {
        let converted = self.connection.execute_batch("BEGIN").and_then(|()| self.convert_within());
        match converted.and_then(|()| self.connection.execute_batch("COMMIT")) {
            Err(error) if lacks_room(&error) => {
                // SQLite itself has rolled back after some errors, and says so with an error.
                let _ = self.connection.execute_batch("ROLLBACK");
                self.columns.keep_texts();
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn convert_within(&self) -> rusqlite::Result<()> {
        let columns: Vec<_> = self.columns.iter().filter(|column| column.has_numbers_as_texts()).collect();
        for columns in columns.chunks(COLUMNS_AT_ONCE) {
            let each = |sql: fn(&str) -> String, between: &str| {
                columns.iter().map(|column| sql(&quoted(&column.name))).collect::<Vec<_>>().join(between)
            };
            let values = each(|name| format!("{name} = CAST({name} AS NUMERIC)"), ", ");
            let has_text = each(|name| format!("typeof({name}) = 'text'"), " OR ");
            self.connection.execute_batch(&format!("UPDATE rows SET {values} WHERE {has_text}"))?;
        }
        Ok(())
    }

    /// The table. `partial`: why rows are missing.
    pub(super) fn finish(
        mut self,
        partial: Option<String>,
        mut notes: Vec<String>,
        window: Map<String, Value>,
    ) -> rusqlite::Result<Table> {
        if self.made == 0 {
            self.make_columns()?;
        }
        if self.rows == 0 {
            notes.push(
                "it has no rows, so that its columns are not known: any name is a column without values"
                    .to_owned(),
            );
        }
        if self.too_long > 0 {
            let values = if self.too_long == 1 { "1 value is" } else { "some values are" };
            notes.push(format!("{values} longer than 256 KiB, or in a row longer than 1 MiB, and left out"));
        }
        if self.columns.left_out > 0 {
            notes.push(
                "there are more fields than a table can have columns, and the last ones are left out; objects whose \
                 keys are data have all of theirs in a column of their own, as JSON. Name the fields that you need in \
                 the tool's `fields`, if it has this argument"
                    .to_owned(),
            );
        }
        self.convert_numbers()?;
        declare_types(&self.connection, "main", self.columns.iter())?;
        let bytes = self.bytes()?;
        self.connection.execute_batch("PRAGMA cache_size=1")?;
        self.connection.release_memory()?;
        let Self { connection, uri, columns, rows, as_of, .. } = self;
        Ok(Table {
            _keeper: Mutex::new(connection),
            uri,
            columns,
            rows,
            bytes,
            as_of,
            partial,
            notes,
            window,
        })
    }
}

impl Table {
    /// The summary of the table in a reply. `notes`: what the statement of the query should mind.
    pub(super) fn about(&self, notes: &[String]) -> Map<String, Value> {
        let mut about = Map::from_iter([
            ("rows".to_owned(), json!(self.rows)),
            ("as_of".to_owned(), time(self.as_of).into()),
        ]);
        about.extend(self.window.clone());
        about.extend(self.partial.iter().map(|partial| ("partial".to_owned(), partial.as_str().into())));
        let notes: Vec<_> = self.notes.iter().chain(notes).map(String::as_str).collect();
        if !notes.is_empty() {
            about.insert("note".to_owned(), notes.join("; ").into());
        }
        about
    }

    /// The summary of the table in a reply without a query, with its columns.
    pub(super) fn described(&self) -> Map<String, Value> {
        let mut about = self.about(&[]);
        about.insert("calls".to_owned(), json!(0));
        about.insert("columns".to_owned(), self.columns.described().into());
        about
    }
}

/// Whether there is no memory or no room for more pages.
fn lacks_room(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::OutOfMemory | ErrorCode::DiskFull))
}

fn time(time: Timestamp) -> String {
    time.round(Unit::Second).unwrap_or(time).to_string()
}

impl fmt::Debug for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Table")
            .field("rows", &self.rows)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
