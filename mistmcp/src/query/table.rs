//! A table of a query ([`Table`]): the rows of a tool in a database of SQLite's VFS `memdb`, which several connections
//! can read at once.

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
    /// Hashes of the pages that were inserted.
    pages: HashSet<u64>,
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
        })
    }

    /// Whether no page with this hash was inserted before.
    pub(super) fn is_new_page(&mut self, digest: u64) -> bool {
        self.pages.insert(digest)
    }

    /// Whether the table can take no more rows.
    pub(super) fn is_full(&self) -> bool {
        self.rows >= MOST_ROWS || self.bytes().is_ok_and(|bytes| bytes >= MOST_BYTES)
    }

    fn bytes(&self) -> rusqlite::Result<u64> {
        let pages: i64 = self.connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        Ok(pages.unsigned_abs() * PAGE)
    }

    /// Inserts rows, as many as the table can take: all of them, or none if it fails.
    pub(super) fn insert(&mut self, rows: &[Value]) -> rusqlite::Result<()> {
        let (made, count, too_long) = (self.made, self.rows, self.too_long);
        self.connection.execute_batch("BEGIN")?;
        let inserted = self.insert_within(rows).and_then(|()| self.connection.execute_batch("COMMIT"));
        if inserted.is_err() {
            (self.made, self.rows, self.too_long) = (made, count, too_long);
            // SQLite itself has rolled back after some errors, and says so with an error.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        inserted
    }

    fn insert_within(&mut self, rows: &[Value]) -> rusqlite::Result<()> {
        let mut cells = Cells::default();
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
            let places: Vec<_> = (1..=self.made).map(|place| format!("?{place}")).collect();
            let sql = format!("INSERT INTO rows VALUES ({})", places.join(","));
            let mut statement = self.connection.prepare(&sql)?;
            for cells in flat {
                for (place, cell) in cells {
                    statement.raw_bind_parameter(place + 1, cell)?;
                }
                statement.raw_execute()?;
                statement.clear_bindings();
            }
            self.rows += chunk.len();
        }
        Ok(())
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

    /// Makes numbers of texts in columns where some rows have numbers, and others the same as a text. Without enough memory for
    /// it, the texts stay.
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
                "there are more fields than a table can have columns, and the last ones are left out; objects whose keys are \
                 data have all of theirs in a column of their own, as JSON. Name the fields that you need in the tool's \
                 `fields`, if it has this argument"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_appear_later_are_empty_in_earlier_rows() {
        let mut builder = TableBuilder::new().unwrap();
        builder.insert(&[json!({ "a": 1 }), json!({ "a": 2, "b.c": "x" })]).unwrap();
        builder.insert(&[json!({ "d": { "e\"f": true } })]).unwrap();
        let sql = "SELECT count(*), count(\"a\"), count(\"b.c\"), sum(\"d.e\"\"f\") FROM rows";
        let counts: [i64; 4] = builder
            .connection
            .query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))
            .unwrap();
        assert_eq!(counts, [3, 2, 1, 1]);
        let table = builder.finish(None, Vec::new(), Map::new()).unwrap();
        assert_eq!((table.rows, table.columns.len()), (3, 3));
    }

    #[test]
    fn a_page_of_rows_is_inserted_whole_or_not_at_all_and_can_be_inserted_again() {
        let mut builder = TableBuilder::new().unwrap();
        builder.insert(&[json!({ "a": 1 })]).unwrap();
        builder.connection.execute_batch("PRAGMA max_page_count=3").unwrap();
        let rows: Vec<_> = (0..500).map(|number| json!({ "b": number, "c": "x".repeat(1_000) })).collect();
        assert!(builder.insert(&rows).is_err());
        assert_eq!(builder.rows, 1);
        builder.connection.execute_batch("PRAGMA max_page_count=1000").unwrap();
        builder.insert(&rows).unwrap();
        let count: i64 =
            builder.connection.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap();
        assert_eq!((builder.rows, count), (501, 501));
    }

    #[test]
    fn columns_without_values_can_be_made_again_after_an_error() {
        let mut builder = TableBuilder::new().unwrap();
        builder.insert(&[json!({ "a": 1 })]).unwrap();
        builder.connection.execute_batch("PRAGMA max_page_count=4").unwrap();
        let fields: Vec<_> = (0..500).map(|number| format!("{}{number}", "x".repeat(150))).collect();
        assert!(builder.name_empty(&fields).is_err());
        assert!((2..501).contains(&builder.made), "{}", builder.made);
        builder.connection.execute_batch("PRAGMA max_page_count=1000").unwrap();
        builder.insert(&[]).unwrap();
        builder.name_empty(&fields).unwrap();
        assert_eq!((builder.rows, builder.made), (1, 501));
    }

    #[test]
    fn texts_that_are_numbers_stay_texts_without_memory_for_their_conversion() {
        // Numbers of 8 bytes in place of shorter texts need more pages.
        let texts: Vec<_> = (0..4_000).map(|_| json!({ "a": "0.1", "b": "0.1", "c": "0.1" })).collect();
        for pages in [0, 1_000] {
            let mut builder = TableBuilder::new().unwrap();
            builder.insert(&[json!({ "a": 1, "b": 1, "c": 1 })]).unwrap();
            builder.insert(&texts).unwrap();
            builder.connection.execute_batch(&format!("PRAGMA max_page_count={}", pages.max(1))).unwrap();
            builder.convert_numbers().unwrap();
            let sql = "SELECT count(*) FROM rows WHERE typeof(a) = 'text' OR typeof(c) = 'text'";
            let count: i64 = builder.connection.query_row(sql, [], |row| row.get(0)).unwrap();
            let column = builder.columns.iter().next().unwrap();
            assert_eq!((count, column.is_mixed()), if pages == 0 { (4_000, true) } else { (0, false) });
        }
    }

    #[test]
    fn a_table_is_bounded_in_rows_and_may_be_empty() {
        let mut builder = TableBuilder::new().unwrap();
        let rows = vec![json!({ "a": 1 }); 30_000];
        for _ in 0..5 {
            builder.insert(&rows).unwrap();
        }
        assert!(builder.is_full() && builder.rows == MOST_ROWS, "{}", builder.rows);
        let empty = TableBuilder::new().unwrap().finish(None, Vec::new(), Map::new()).unwrap();
        assert_eq!((empty.rows, empty.columns.len()), (0, 1));
        let bare = {
            let mut builder = TableBuilder::new().unwrap();
            builder.insert(&[json!({})]).unwrap();
            builder.finish(None, Vec::new(), Map::new()).unwrap()
        };
        assert_eq!(bare.rows, 1);
    }
}
