//! SQL over the rows of list tools: [`Query`]. Rows are fetched, pruned and redacted as in any reply, and only then
//! become tables of an SQLite database in memory.

mod arguments;
mod collation;
mod column;
mod columns;
mod comparisons;
mod concurrency;
mod cost;
mod dates;
mod empty_columns;
mod error;
mod fetch;
mod functions;
mod hints;
mod indexes;
mod load;
mod names;
mod notes;
mod page_requests;
mod pattern;
mod remedy;
mod result_rows;
mod row;
mod sandbox;
mod scope;
mod seconds;
mod select;
mod table;
mod table_cache;
mod tokens;

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use serde_json::{Map, Value, json};

pub use arguments::{QueryTables, Sql, TableSource};
use cost::Cost;
use error::Failure;
use fetch::Started;
use names::Names;
use page_requests::Fetch;
pub(crate) use result_rows::Selected;
use select::SelectRequest;
use table::Table;
use table_cache::TableKey;

use crate::call::{CallSession, NESTED_QUERY, Stage};
use crate::error::ErrorKind;
use crate::reply::Offset;
use crate::text::shortened;
use crate::work::JobQueue;
use crate::{Call, Error, Reply, Result};

/// The default of [`Query::max_calls`].
pub(crate) const MAX_CALLS: u32 = 50;

/// An SQL query over the rows of list tools that the session of a call can call.
///
/// The reply has `results`, `total`, `next` where there are more rows, `tables` with the rows and age of each table,
/// and `calls`, the number of requests for pages.
///
/// ```no_run
/// # use mistmcp::{Call, Query, QueryTables, Reply, Result, TableSource};
/// # async fn slow_ports(call: &Call) -> Result<Reply> {
/// let ports = TableSource { tool: "searchOrgSwOrGwPorts".to_owned(), arguments: Default::default() };
/// let query = Query {
///     tables: QueryTables(vec![("ports".to_owned(), ports)]),
///     sql: Some("SELECT mac, count(*) AS slow FROM ports WHERE speed < 1000 GROUP BY mac".to_owned()),
///     ..Query::default()
/// };
/// query.run(call).await
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The tables, by the names that the query gives them.
    pub tables: QueryTables,
    /// One `SELECT` or `WITH`. Without it, the reply describes the tables' columns.
    pub sql: Option<String>,
    /// Requests for pages at most. The first page of each table tells how many are needed; if that is more, the query ends
    /// before it sends the others. The default is 50.
    pub max_calls: Option<u32>,
    /// Whether to fetch the rows even if they are known from a query of the last minutes.
    pub refresh: bool,
    /// Rows of the result to skip.
    pub offset: usize,
}

/// A table, known or with its first page.
enum Source {
    Known(Arc<Table>),
    Started(Box<Started>),
}

impl Query {
    /// Fetches the tables and runs the query.
    ///
    /// # Errors
    /// The session may not call a tool, more requests are needed than allowed, Mist refuses one, or SQLite refuses
    /// the query.
    pub async fn run(self, call: &Call) -> Result<Reply> {
        match self.answered(call).await? {
            QueryAnswer::Columns(description) => Ok(Reply::of_redacted_value(description)),
            QueryAnswer::Rows(result) => Ok(result.reply(self.offset)),
        }
    }

    /// The result of the query, or the description of its tables where it has no SQL.
    pub(crate) async fn answered(&self, call: &Call) -> Result<QueryAnswer> {
        let session = call.session().cloned().ok_or_else(|| {
            if call.is_for_table() {
                return Error::new(ErrorKind::Arguments, NESTED_QUERY);
            }
            Error::advice(
                "This call has no session, and a query reads the rows of tools that a session can call: hand it the `Call` \
                 that the tool was given.",
            )
        })?;
        for (name, source) in &self.tables.0 {
            let named = |error: Error| error.prepend_own(format!("Table `{}`: ", shortened(name, 60)));
            session.may_read_rows(&source.tool).map_err(named)?;
        }
        call.enter(Stage::Queue);
        let queue = JobQueue::current();
        let sql = self.sql.as_deref().map(str::trim).filter(|sql| !sql.is_empty());
        // Before a call is made for it.
        if sql.is_some_and(|sql| sql.contains('\0')) {
            return Err(error::explained(&Failure::Nul, "", &Names::default()));
        }
        if let Some(problem) = sql.and_then(dates::unknown_argument) {
            return Err(Error::own(ErrorKind::Arguments, problem));
        }
        let permit = Arc::new(concurrency::query_permit(&queue, call).await?);
        call.enter(Stage::Mist);
        let Some(sql) = sql else {
            return self.described(&session, call).await.map(QueryAnswer::Columns);
        };
        let (tables, calls) = self.tables(&session, call).await?;
        let names = Names::of(&tables, &self.tables.0);
        let wanted = SelectRequest {
            sql: sql.into(),
            tables: tables.clone().into(),
            offset: self.offset,
            room: session.max_reply_bytes(),
        };
        let selected = select::run(wanted, &queue, &permit, call).await;
        let selected = selected.map_err(|failure| error::explained(&failure, sql, &names))?;
        let notes = |place: usize| selected.notes.get(place).map(Vec::as_slice).unwrap_or_default();
        let about = tables.iter().enumerate();
        let about = about.map(|(place, (name, table))| (name.clone(), table.about(notes(place)).into()));
        let about: Map<String, Value> = about.collect();
        Ok(QueryAnswer::Rows(QueryResult { tables: about, selected, calls }))
    }

    /// All tables, fetched or known, and the requests that it took. Equal ones are fetched once.
    async fn tables(
        &self,
        session: &Arc<dyn CallSession>,
        call: &Call,
    ) -> Result<(Vec<(String, Arc<Table>)>, u32)> {
        let sources = self.sources(session, call).await?;
        let started = sources.iter().filter_map(|(_, _, source)| match source {
            Source::Started(started) => Some((started.name.as_str(), started.pages())),
            Source::Known(_) => None,
        });
        let is_least = sources
            .iter()
            .any(|(_, _, source)| matches!(source, Source::Started(started) if started.has_unknown_total()));
        let cost = Cost::of(started, is_least);
        let most = self.max_calls.unwrap_or(MAX_CALLS);
        cost.check(most, session.calls_left())?;
        let fetch = Fetch::new(session, call, cost.left(most), cost.pages());
        let fetching = sources.into_iter().map(|(names, key, source)| {
            let fetch = &fetch;
            async move {
                let table = match source {
                    Source::Known(table) => table,
                    Source::Started(started) => {
                        let (table, is_whole) = started.finish(fetch).await?;
                        let table = Arc::new(table);
                        if is_whole {
                            table_cache::keep(key, &table);
                        } else if self.refresh {
                            // A query that is refused or fails keeps the older one.
                            table_cache::remove(&key);
                        }
                        table
                    }
                };
                Ok::<_, Error>((names, table))
            }
        });
        let tables = try_join_all(fetching).await?;
        let mut by_name: HashMap<String, Arc<Table>> = HashMap::new();
        for (names, table) in tables {
            by_name.extend(names.into_iter().map(|name| (name, Arc::clone(&table))));
        }
        let in_order = self.tables.0.iter().filter_map(|(name, _)| by_name.remove_entry(name));
        Ok((in_order.collect(), cost.made() + fetch.calls()))
    }

    /// The different tables with the names that they have, each known or with its first page.
    async fn sources(
        &self,
        session: &Arc<dyn CallSession>,
        call: &Call,
    ) -> Result<Vec<(Vec<String>, TableKey, Source)>> {
        let scope = session.table_scope();
        let mut different: Vec<(Vec<String>, TableKey, &TableSource)> = Vec::new();
        for (name, source) in &self.tables.0 {
            let key = TableKey::new(&scope, source);
            match different.iter_mut().find(|(_, other, _)| *other == key) {
                Some((names, ..)) => names.push(name.clone()),
                None => different.push((vec![name.clone()], key, source)),
            }
        }
        let different: Vec<_> = different
            .into_iter()
            .map(|(names, key, source)| {
                let known = if self.refresh { None } else { table_cache::get(&key) };
                (names, key, source, known)
            })
            .collect();
        // Each table takes one call at least, and only that tells how many more there are.
        let first_pages = different.iter().filter(|(.., known)| known.is_none()).count();
        let most = self.max_calls.unwrap_or(MAX_CALLS);
        if first_pages > most as usize {
            return Err(Error::own(
                ErrorKind::Arguments,
                format!(
                    "The first pages of the tables take {first_pages} {} of Mist's API, more than `max_calls`: {most}. \
                     No call was made. Set `max_calls` to {first_pages} or more.",
                    if first_pages == 1 { "call" } else { "calls" }
                ),
            ));
        }
        let share = most / u32::try_from(first_pages.max(1)).unwrap_or(u32::MAX);
        let sources = different.into_iter().map(|(names, key, source, known)| async move {
            let source = match known {
                Some(table) => Source::Known(table),
                None => {
                    Source::Started(Box::new(Started::new(&names[0], source, share, session, call).await?))
                }
            };
            Ok::<_, Error>((names, key, source))
        });
        try_join_all(sources).await
    }

    /// What the tables have: columns with types and examples, and what fetching all of them would cost.
    async fn described(&self, session: &Arc<dyn CallSession>, call: &Call) -> Result<Value> {
        let sources = self.sources(session, call).await?;
        let mut tables = Map::new();
        let mut calls = 0;
        for (names, key, source) in sources {
            if self.refresh {
                table_cache::remove(&key);
            }
            let (about, used) = match source {
                Source::Known(table) => (table.described(), 0),
                Source::Started(started) => (started.described(), started.calls()),
            };
            calls += used;
            for name in names {
                tables.insert(name, about.clone().into());
            }
        }
        Ok(json!({ "tables": tables, "calls": calls, "calls_left": session.calls_left() }))
    }
}

/// What a query answers.
#[derive(Debug)]
pub(crate) enum QueryAnswer {
    /// The tables with their columns, and what they cost.
    Columns(Value),
    Rows(QueryResult),
}

/// The rows of a query.
#[derive(Debug)]
pub(crate) struct QueryResult {
    pub(crate) selected: Selected,
    /// The rows and the age of each table.
    pub(crate) tables: Map<String, Value>,
    /// Requests for pages.
    pub(crate) calls: u32,
}

impl QueryResult {
    /// The reply with the rows from `offset`.
    fn reply(self, offset: usize) -> Reply {
        let total = self.selected.total;
        let value = json!({
            "results": self.selected.rows,
            "total": self.selected.total,
            "tables": self.tables,
            "calls": self.calls,
        });
        Reply::rows_from(Offset { start: offset, total }, value)
    }

    /// Whether there are more rows.
    pub(crate) fn more(&self, offset: usize) -> bool {
        offset + self.selected.rows.len() < self.selected.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_query_without_a_session_says_whether_it_is_a_table_of_another() {
        let error = async |call: Call| Query::default().run(&call).await.unwrap_err();
        let nested = error(Call::unattended().for_table()).await;
        assert!(nested.kind() == ErrorKind::Arguments && nested.to_string() == NESTED_QUERY, "{nested}");
        let alone = error(Call::unattended()).await.to_string();
        assert!(alone.contains("no session") && !alone.contains("another query"), "{alone}");
    }
}
