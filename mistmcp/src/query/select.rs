//! Execution of a query's statement on a thread of its own ([`run`]).

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::{Batch, Connection, Statement};

use super::concurrency::{self, QueryPermit, StatementPermit};
use super::empty_columns::EmptyColumns;
use super::error::Failure;
use super::indexes::{self, TableCopy};
use super::notes::of_comparisons;
use super::result_rows::{LONGEST_NAME, Selected, column_names, rows};
use super::sandbox::{self, Refused, Stop};
use super::seconds::{as_written, with_numbers};
use super::table::Table;
use super::tokens::{defined_names, tokens};
use crate::Call;
use crate::call::Stage;
use crate::text::shortened;
use crate::work::{self, JobQueue};

/// Time of a statement at most.
pub(super) const TIME: Duration = Duration::from_secs(10);
/// How often a statement may run that needs memory which other statements have.
const ATTEMPTS: usize = 3;

/// The statement of a query, with the part of its rows that is wanted.
#[derive(Clone)]
pub(super) struct SelectRequest {
    pub(super) sql: Arc<str>,
    pub(super) tables: Arc<[(String, Arc<Table>)]>,
    /// Rows to skip.
    pub(super) offset: usize,
    /// Bytes of rows that the reply can hold.
    pub(super) room: usize,
}

/// Runs the one statement of a query, which has a permit among those of its queue. A statement that runs out of memory
/// while others run is repeated after one of them.
pub(super) async fn run(
    request: SelectRequest,
    queue: &JobQueue,
    of_query: &Arc<QueryPermit>,
    call: &Call,
) -> Result<Selected, Failure> {
    let mut attempt = 1;
    loop {
        call.enter(Stage::Queue);
        let permit = concurrency::statement_permit(queue, call).await.map_err(Failure::Other)?;
        call.enter(Stage::Statement);
        call.note("Running the query.".to_owned());
        let overlap = permit.overlap();
        let (outcome, permit) = run_once(request.clone(), permit, Arc::clone(of_query), TIME).await?;
        let may_succeed = overlap.occurred();
        drop(permit);
        if attempt == ATTEMPTS || !may_succeed || !matches!(outcome, Err(Failure::NoMemory)) {
            return outcome;
        }
        attempt += 1;
        call.enter(Stage::Queue);
        concurrency::statement_ended().await;
    }
}

/// Stops the statement when the call is dropped.
struct StopOnDrop(Arc<Stop>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }
}

/// Runs the statement on a thread of its own, which keeps the permits until it has ended, even if the call is dropped.
async fn run_once(
    request: SelectRequest,
    permit: StatementPermit,
    of_query: Arc<QueryPermit>,
    time: Duration,
) -> Result<(Result<Selected, Failure>, StatementPermit), Failure> {
    let stop = Stop::after(time);
    let on_drop = StopOnDrop(Arc::clone(&stop));
    let job = move || {
        let outcome = select(&request, &stop);
        drop(of_query);
        (outcome, permit)
    };
    let outcome = work::on_own_thread(job).await;
    drop(on_drop);
    outcome.ok_or(Failure::Broken)
}

/// Runs the statement. Unknown columns of tables that are empty are added to them without values.
fn select(request: &SelectRequest, stop: &Arc<Stop>) -> Result<Selected, Failure> {
    let mut empty = EmptyColumns::new(&request.tables);
    let mut first = None;
    let sql = with_numbers(&request.sql);
    loop {
        match attempt(request, &sql, empty.names(), stop) {
            Err(Failure::Sql { message, offset }) => {
                let is_added = !stop.is_due() && empty.add(&message);
                let failure = first.get_or_insert(Failure::Sql { message: message.clone(), offset });
                if !is_added {
                    // With added columns, another message may be about those.
                    let is_other = !message.starts_with("ambiguous");
                    return Err(if is_other {
                        Failure::Sql { message, offset }
                    } else {
                        std::mem::replace(failure, Failure::Broken)
                    });
                }
            }
            outcome => {
                return outcome.map(|selected| {
                    let mut notes = of_comparisons(&request.sql, &request.tables);
                    for (notes, of_names) in notes.iter_mut().zip(empty.notes()) {
                        notes.extend(of_names);
                    }
                    Selected { notes, ..selected }
                });
            }
        }
    }
}

fn attempt(
    request: &SelectRequest,
    sql: &str,
    empty: &[Vec<String>],
    stop: &Arc<Stop>,
) -> Result<Selected, Failure> {
    let refused: Refused = Arc::new(Mutex::new(None));
    let failed = |error: rusqlite::Error| Failure::of(error, refused.lock().take());
    let defined = defined_names(&tokens(sql));
    let open = |copies: &[Option<TableCopy<'_>>]| {
        sandbox::for_tables(&request.tables, empty, copies, defined.clone(), stop, &refused).map_err(failed)
    };
    let mut connection = open(&[])?;
    only_statement(&connection, sql, failed)?;
    let copies = indexes::copies(&connection, sql, &request.tables);
    if !copies.is_empty() {
        connection = open(&copies)?;
    }
    let mut statement = only_statement(&connection, sql, failed)?;
    // Shortened before all else: the time of a statement does not bound what is done with its names.
    let name = |name: &str| as_written(&shortened(name, 2 * LONGEST_NAME));
    let names: Vec<_> = statement.column_names().map(name).collect();
    rows(&mut statement, column_names(&names), (request.offset, request.room), stop, failed)
}

/// Prepares the statement of a query, which has to be one `SELECT`.
fn only_statement<'a>(
    connection: &'a Connection,
    sql: &str,
    failed: impl Fn(rusqlite::Error) -> Failure,
) -> Result<Statement<'a>, Failure> {
    let mut statements = Batch::new(connection, sql);
    let Some(statement) = statements.next().map_err(&failed)? else { return Err(Failure::NoStatement) };
    // Whatever follows, even what cannot be prepared, is a second statement.
    if !matches!(statements.next(), Ok(None)) {
        return Err(Failure::TwoStatements);
    }
    if !statement.readonly() || statement.is_explain() != 0 || statement.column_count() == 0 {
        return Err(Failure::Refused("a statement other than SELECT".to_owned()));
    }
    Ok(statement)
}
