//! Loading of a page's rows into a table, off the async threads ([`load`]).

use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::ErrorCode;

use super::concurrency;
use super::table::TableBuilder;
use crate::call::{FetchedPage, RowPage, row_digest};
use crate::error::ErrorKind;
use crate::{Error, Result, work};

/// A page whose rows are in the table.
#[derive(Default)]
pub(super) struct LoadedPage {
    /// The page without its rows.
    pub(super) page: RowPage,
    /// Its rows that the table took.
    pub(super) rows: usize,
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

/// Parses a page and inserts its rows, off the async threads. `number`: the number of the page, where pages may come in
/// another order. `None` if it is a page that the table has already.
pub(super) async fn load(
    builder: &Arc<Mutex<TableBuilder>>,
    fetched: FetchedPage,
    number: Option<u64>,
) -> Result<Option<LoadedPage>> {
    let target = Arc::clone(builder);
    let FetchedPage { is_large, parse, .. } = fetched;
    let job = move || {
        let mut page = parse()?;
        let rows = std::mem::take(&mut page.rows);
        let digests = rows.iter().filter_map(row_digest).collect();
        let mut builder = target.lock();
        if !rows.is_empty() && page.digest.is_some_and(|digest| !builder.is_new_page(digest)) {
            return Ok(None);
        }
        builder.count_repeated(digests);
        let before = builder.rows;
        let filled = match builder.insert(&rows, number) {
            Ok(()) => builder.name_empty(&page.empty_fields).map_err(|error| (error, Vec::new())),
            Err(error) => Err((error, rows)),
        };
        let rows = builder.rows - before;
        drop(builder);
        Ok::<_, Error>(Some((LoadedPage { page, rows }, filled)))
    };
    let loaded = if is_large { work::on_large(job).await?? } else { work::run(job).await?? };
    let Some((loaded, filled)) = loaded else { return Ok(None) };
    match filled {
        Ok(()) => Ok(Some(loaded)),
        Err((error, missing)) if error.sqlite_error_code() == Some(ErrorCode::OutOfMemory) => {
            // A statement may have taken the memory: what is missing is done again after it.
            concurrency::statement_ended().await;
            let target = Arc::clone(builder);
            let job = move || {
                let mut builder = target.lock();
                let before = builder.rows;
                builder.insert(&missing, number)?;
                builder.name_empty(&loaded.page.empty_fields)?;
                Ok(LoadedPage { rows: loaded.rows + builder.rows - before, ..loaded })
            };
            work::run(job).await?.map(Some).map_err(|error: rusqlite::Error| unusable(&error))
        }
        Err((error, _)) => Err(unusable(&error)),
    }
}
