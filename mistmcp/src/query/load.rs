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
        let filled = match builder.insert(&rows) {
            Ok(()) => builder.name_empty(&page.empty_fields).map_err(|error| (error, Vec::new())),
            Err(error) => Err((error, rows)),
        };
        drop(builder);
        Ok::<_, Error>(Some((page, filled)))
    };
    let loaded = if is_large { work::on_large(job).await?? } else { work::run(job).await?? };
    let Some((page, filled)) = loaded else { return Ok(None) };
    match filled {
        Ok(()) => Ok(Some(page)),
        Err((error, missing)) if error.sqlite_error_code() == Some(ErrorCode::OutOfMemory) => {
            // A statement may have taken the memory: what is missing is done again after it.
            concurrency::statement_ended().await;
            let target = Arc::clone(builder);
            let job = move || {
                let mut builder = target.lock();
                builder.insert(&missing)?;
                builder.name_empty(&page.empty_fields)?;
                Ok(page)
            };
            work::run(job).await?.map(Some).map_err(|error: rusqlite::Error| unusable(&error))
        }
        Err((error, _)) => Err(unusable(&error)),
    }
}
