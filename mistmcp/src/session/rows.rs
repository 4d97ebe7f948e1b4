//! Rows of the tools that a session can call ([`RowAccess`]), for queries.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde_json::{Map, Value};

use super::Session;
use crate::call::{CallsLeft, NESTED_QUERY, RowAccess, RowsFuture, TableScope};
use crate::catalog::Entry;
use crate::error::ErrorKind;
use crate::key::Key;
use crate::mist::api::paging::MAX_LIMIT;
#[cfg(all(feature = "query", feature = "cli"))]
use crate::query::{Query, QueryAnswer};
use crate::{Call, Error, Result, Run, Token};

/// Key of hashes that are compared within this process only.
static KEY: LazyLock<Key> = LazyLock::new(Key::random);

impl Session {
    /// Runs a query without a deadline, for the command line.
    #[cfg(all(feature = "query", feature = "cli"))]
    pub(crate) async fn query(&self, query: &Query, call: &Call) -> Result<QueryAnswer> {
        let call = call.clone().in_session(Arc::new(self.clone())).without_deadline();
        let answered = tokio::select! {
            answered = query.answered(&call) => answered,
            () = call.cancelled() => Err(Error::new(ErrorKind::Cancelled, "The call was cancelled.")),
        };
        answered.map_err(|error| self.presentable(error))
    }

    /// The tool `name`, if the session can call it and it only reads.
    fn row_source(&self, name: &str) -> Result<&Entry> {
        let name = name.trim();
        let as_argument = |error: Error| error.of_kind(ErrorKind::Arguments);
        let meta_tool = self.meta_tool(name);
        let entry = match meta_tool {
            Some(meta_tool) => meta_tool,
            None => self.entry(name).map_err(as_argument)?,
        };
        if meta_tool.is_none() && !self.settings.calls(entry) {
            return Err(as_argument(self.switched_off(entry)));
        }
        let reason = match entry.tool().run {
            Run::MetaTool(_) => "acts on this session and has no rows",
            _ if !entry.tool().hints.read_only => "does not only read",
            Run::Body(_) if entry.takes("sql") => {
                return Err(Error::own(ErrorKind::Arguments, NESTED_QUERY));
            }
            // Such a tool takes many calls, which no `max_calls` limits, and its answer is no list.
            Run::Body(_) if entry.is_listed() => "answers a question of its own, and is no list",
            Run::Endpoint(_) | Run::Body(_) => return Ok(entry),
        };
        let words = format!("`{}` {reason}. Take a tool that lists, searches or counts.", name.trim());
        Err(Error::own(ErrorKind::Arguments, words))
    }
}

impl RowAccess for Session {
    fn may_read_rows(&self, tool: &str) -> Result<()> {
        self.row_source(tool).map(|_| ())
    }

    fn largest_page(&self, tool: &str) -> Option<u64> {
        self.row_source(tool).ok().filter(|entry| entry.takes("limit")).map(|_| MAX_LIMIT)
    }

    #[cfg(feature = "query")]
    fn fetch_rows<'a>(
        &'a self,
        tool: &'a str,
        arguments: Map<String, Value>,
        left: CallsLeft,
        call: &'a Call,
    ) -> RowsFuture<'a> {
        Box::pin(async move {
            let entry = self.row_source(tool)?;
            let call = call.clone().for_table();
            let mist = self.mist(call.clone());
            if matches!(entry.tool().run, Run::Body(_)) {
                mist.limit_calls(left);
            }
            entry.fetch_rows(arguments, self.settings.rules().show_secrets, &mist, &call).await
        })
    }

    #[cfg(not(feature = "query"))]
    fn fetch_rows<'a>(
        &'a self,
        _: &'a str,
        _: Map<String, Value>,
        _: CallsLeft,
        _: &'a Call,
    ) -> RowsFuture<'a> {
        Box::pin(async { Err(Error::advice("This server is built without queries.")) })
    }

    fn table_scope(&self) -> TableScope {
        let connection = &self.connection;
        let scope = connection.scope();
        let tokens = connection.tokens().map(Token::expose);
        let secrets = if self.settings.rules().show_secrets { "shown" } else { "hidden" };
        // Accounts with one token may be used for different organizations.
        let parts = [scope.as_str(), connection.org_id().unwrap_or_default(), secrets];
        TableScope { session: self.id, owner: KEY.hash(parts.into_iter().chain(tokens)) }
    }

    fn calls_left(&self) -> u32 {
        self.connection.calls_left()
    }

    fn timeout(&self) -> Duration {
        self.connection.limits().timeout
    }

    fn max_reply_bytes(&self) -> usize {
        self.settings.rules().max_bytes
    }
}
