//! Loading of a page's rows into a table, off the async threads ([`load`]).

use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::ErrorCode;

use super::concurrency;
use super::table::{TableBuilder, TableState};
use crate::call::{FetchedPage, RowPage, row_digest};
use crate::error::ErrorKind;
use crate::{Error, Result, work};

/// A page whose rows are in the table.
#[derive(Debug, Default)]
pub(super) struct LoadedPage {
    /// The page without its rows.
    pub(super) page: RowPage,
    /// Its rows that the table took.
    pub(super) rows: usize,
    /// What the table has with these.
    pub(super) table: TableState,
}

/// An empty table.
pub(super) fn new_builder() -> Result<Arc<Mutex<TableBuilder>>> {
    TableBuilder::new().map(|builder| Arc::new(Mutex::new(builder))).map_err(|error| unusable(&error))
}

/// The error for rows that SQLite does not take.
pub(super) fn unusable(error: &rusqlite::Error) -> Error {
    tracing::error!(%error, "a table of a query cannot be filled");
    Error::new(
        ErrorKind::Size,
        "The rows do not fit the server's memory now. Ask for fewer rows or fields, or try again in some minutes.",
    )
}

/// Parses a page and inserts its rows, off the async threads: a job holds the table for a whole page, and no async
/// thread may wait for it. `number`: the number of the page, where pages may come in another order. `None` if it is a page
/// that the table has already.
pub(super) async fn load(
    builder: &Arc<Mutex<TableBuilder>>,
    fetched: FetchedPage,
    number: Option<u64>,
) -> Result<Option<LoadedPage>> {
    let target = Arc::clone(builder);
    let FetchedPage { is_large, parse, .. } = fetched;
    let job = move || {
        let mut insertion = Insertion::new(parse()?, number);
        let mut builder = target.lock();
        if insertion.is_of_known_page(&mut builder) {
            return Ok(None);
        }
        let inserted = insertion.run(&mut builder);
        Ok::<_, Error>(Some((insertion, inserted)))
    };
    let loaded = if is_large { work::on_large(job).await?? } else { work::run(job).await?? };
    let Some((mut insertion, inserted)) = loaded else { return Ok(None) };
    let loaded = match inserted {
        Ok(table) => Ok(insertion.loaded(table)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OutOfMemory) => {
            // A statement may have taken the memory: what is missing is done again after it.
            concurrency::statement_ended().await;
            let target = Arc::clone(builder);
            let job = move || {
                let table = insertion.run(&mut target.lock())?;
                Ok::<_, rusqlite::Error>(insertion.loaded(table))
            };
            work::run(job).await?
        }
        Err(error) => Err(error),
    };
    loaded.map(Some).map_err(|error| unusable(&error))
}

/// The insertion of a page's rows, which can be run again after an error.
struct Insertion {
    /// The page with the rows that are still to be inserted.
    page: RowPage,
    digests: Vec<Option<u64>>,
    number: Option<u64>,
    /// Rows that the table took.
    taken: usize,
}

impl Insertion {
    fn new(page: RowPage, number: Option<u64>) -> Self {
        let digests = page.rows.iter().map(row_digest).collect();
        Self { page, digests, number, taken: 0 }
    }

    fn is_of_known_page(&self, builder: &mut TableBuilder) -> bool {
        !self.page.rows.is_empty() && self.page.digest.is_some_and(|digest| !builder.is_new_page(digest))
    }

    /// Inserts the rows, and makes the columns that have no values.
    fn run(&mut self, builder: &mut TableBuilder) -> rusqlite::Result<TableState> {
        let before = builder.rows;
        builder.insert(&self.page.rows, self.number)?;
        let taken = builder.rows - before;
        builder.count_repeated(&self.digests[..taken]);
        self.taken += taken;
        self.page.rows = Vec::new();
        builder.name_empty(&self.page.empty_fields)?;
        Ok(builder.state())
    }

    fn loaded(self, table: TableState) -> LoadedPage {
        LoadedPage { page: self.page, rows: self.taken, table }
    }
}

/// A page of rows with these ids.
#[cfg(test)]
pub(super) fn page_of(ids: std::ops::Range<u32>) -> FetchedPage {
    let rows = ids.map(|id| serde_json::json!({ "id": id })).collect();
    let parse = move || Ok(RowPage { rows, ..RowPage::default() });
    FetchedPage { is_large: false, calls: 1, parse: Box::new(parse) }
}

#[cfg(test)]
mod tests {
    use super::super::table::MOST_ROWS;
    use super::*;

    #[tokio::test]
    async fn rows_that_a_full_table_does_not_take_are_no_repetitions() {
        let builder = new_builder().unwrap();
        for (before, rows, table) in [
            (0, 5, TableState { rows: 5, repeated: 0, is_full: false }),
            (MOST_ROWS - 2, 2, TableState { rows: MOST_ROWS, repeated: 2, is_full: true }),
            (MOST_ROWS, 0, TableState { rows: MOST_ROWS, repeated: 2, is_full: true }),
        ] {
            builder.lock().rows = before;
            let loaded = load(&builder, page_of(0..5), None).await.unwrap().unwrap();
            assert_eq!((loaded.rows, loaded.table), (rows, table), "{before}");
        }
    }
}
