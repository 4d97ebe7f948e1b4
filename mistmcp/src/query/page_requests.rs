//! Requests for the pages of the tables of a query ([`Fetch`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use serde_json::{Map, Value};

use super::load::{LoadedPage, load};
use super::table::TableBuilder;
use crate::Call;
use crate::call::{CallSession, CallsLeft, FetchedPage};
use crate::text::shortened;

/// Why a table ends with a page that it has already.
pub(super) const SAME_PAGE: &str =
    "Mist answered a page again that it had answered before, so that the rest cannot be reached";

/// What the tables of a query share while they are fetched.
pub(super) struct Fetch<'a> {
    session: &'a Arc<dyn CallSession>,
    call: &'a Call,
    /// Requests that are left.
    left: CallsLeft,
    sent: AtomicU32,
    done: AtomicU32,
    pages: u32,
    /// When fetching has to end, so that there is time for the query.
    until: Option<Instant>,
}

impl<'a> Fetch<'a> {
    pub(super) fn new(session: &'a Arc<dyn CallSession>, call: &'a Call, left: u32, pages: u32) -> Self {
        // The rest of the time is for the statement, which has a limit of its own.
        let until = call.has_deadline().then(|| Instant::now() + session.timeout().mul_f64(0.6));
        let (sent, done) = (AtomicU32::new(0), AtomicU32::new(0));
        Self { session, call, left: CallsLeft::new(left as usize), sent, done, pages, until }
    }

    /// Requests for pages after the first ones.
    pub(super) fn calls(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Requests a page. An error says why the rest of the table is missing.
    async fn page(&self, tool: &str, arguments: Map<String, Value>) -> Result<FetchedPage, String> {
        if !self.left.take() {
            return Err("`max_calls` is reached: set it higher for the rest".to_owned());
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
        let fetched = self.session.fetch_rows(tool, arguments, self.left.clone(), self.call);
        let fetched = match self.until {
            Some(until) => tokio::time::timeout_at(until.into(), fetched).await.map_err(|_| {
                "there was no time for the rest: ask for fewer rows with the tool's `arguments`".to_owned()
            })?,
            None => fetched.await,
        };
        let fetched = fetched.map_err(|error| error.to_string())?;
        self.sent.fetch_add(fetched.calls.saturating_sub(1), Ordering::Relaxed);
        Ok(fetched)
    }

    /// Requests a page, and puts its rows into the table.
    pub(super) async fn loaded(
        &self,
        tool: &str,
        arguments: Map<String, Value>,
        target: &Arc<Mutex<TableBuilder>>,
        number: Option<u64>,
    ) -> Result<LoadedPage, String> {
        let fetched = self.page(tool, arguments).await?;
        let loaded = load(target, fetched, number).await.map_err(|error| error.to_string())?;
        loaded.ok_or_else(|| SAME_PAGE.to_owned())
    }

    pub(super) fn progress(&self, name: &str, rows: usize) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let total = (self.pages >= done).then(|| self.pages.into());
        self.call.progress(done.into(), total, format!("{}: {rows} rows", shortened(name, 60)));
    }
}
