//! Loading of a page's rows into a table, off the async threads ([`load`]).

use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::ErrorCode;

use super::concurrency;
use super::table::TableBuilder;
use crate::call::{FetchedPage, RowPage};
use crate::error::ErrorKind;
use crate::{Error, Result, work};

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

/// Parses a page and inserts its rows, off the async threads. The page comes back without its rows. `None` if it is a page
/// that the table has already.
pub(super) async fn load(
    builder: &Arc<Mutex<TableBuilder>>,
    fetched: FetchedPage,
) -> Result<Option<RowPage>> {
    let target = Arc::clone(builder);
    let FetchedPage { is_large, parse, .. } = fetched;
    let job = move || {
        let mut page = parse()?;
        let rows = std::mem::take(&mut page.rows);
        let mut builder = target.lock();
        if !rows.is_empty() && page.digest.is_some_and(|digest| !builder.is_new_page(digest)) {
            return Ok(None);
        }
        let inserted = builder.insert(&rows).and_then(|()| builder.name_empty(&page.empty_fields));
        drop(builder);
        Ok::<_, Error>(Some((page, inserted.map_err(|error| (error, rows)))))
    };
    let loaded = if is_large { work::on_large(job).await?? } else { work::run(job).await?? };
    let Some((page, inserted)) = loaded else { return Ok(None) };
    match inserted {
        Ok(()) => Ok(Some(page)),
        Err((error, rows)) if error.sqlite_error_code() == Some(ErrorCode::OutOfMemory) => {
            // A statement may have taken the memory: the rows are inserted again after it.
            concurrency::statement_ended().await;
            let target = Arc::clone(builder);
            let inserted = work::run(move || target.lock().insert(&rows)).await?;
            inserted.map(|()| Some(page)).map_err(|error| unusable(&error))
        }
        Err((error, _)) => Err(unusable(&error)),
    }
}
