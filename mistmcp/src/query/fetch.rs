//! Fetching of a table's pages ([`Started`]): numbered pages in parallel, others one after the other.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};

use super::arguments::TableSource;
use super::load::{LoadedPage, load, new_builder, unusable};
use super::page_requests::{Fetch, SAME_PAGE};
use super::table::{MOST_ROWS, Table, TableBuilder, TableState};
use crate::call::{CallSession, CallsLeft};
use crate::error::ErrorKind;
use crate::mist::api::paging;
use crate::reply::redact_text;
use crate::text::shortened;
use crate::{Call, Error, Result, work};

/// Pages of a table that are fetched at once. The rows of each are in the table as soon as it came, so that none is
/// held while another one waits for memory.
const AT_ONCE: usize = 4;
/// Pages in a row that have no rows, although they lead to more, before the table ends.
const MOST_EMPTY: usize = 2;
/// Page sizes to try, if a page is too large.
const SMALLER_PAGES: [u64; 2] = [100, 10];

/// A table with its first page.
pub(super) struct Started {
    pub(super) name: String,
    tool: String,
    /// The arguments of its first page.
    arguments: Map<String, Value>,
    /// Locked by a job that inserts a page as long as that takes: an async thread reads `table` in its place.
    builder: Arc<Mutex<TableBuilder>>,
    table: TableState,
    total: Option<u64>,
    next: Option<Map<String, Value>>,
    /// Whether the first page has no rows and leads to another one.
    is_doubtful: bool,
    /// Rows in a page, if pages are numbered.
    page_size: Option<u64>,
    broken: Option<String>,
    notes: Vec<String>,
    window: Map<String, Value>,
    calls: u32,
    /// Requests that one page takes.
    calls_a_page: u32,
}

impl Started {
    /// Fetches the first page, as large as possible, with `most` requests.
    pub(super) async fn new(
        name: &str,
        source: &TableSource,
        most: u32,
        session: &Arc<dyn CallSession>,
        call: &Call,
    ) -> Result<Self> {
        let named = |error: Error| error.prepend_own(format!("Table `{}`: ", shortened(name, 60)));
        let mut arguments = source.arguments.clone();
        let mut notes = Vec::new();
        let paging: Vec<_> =
            paging::ARGUMENTS.into_iter().filter(|name| arguments.shift_remove(*name).is_some()).collect();
        if !paging.is_empty() {
            notes.push(not_needed(&paging));
        }
        let (mut calls, mut calls_a_page) = (0_u32, 1);
        let largest = session.largest_page(&source.tool);
        arguments.extend(largest.map(|size| ("limit".to_owned(), size.into())));
        let mut smaller = SMALLER_PAGES.into_iter();
        let (LoadedPage { page, rows, table }, builder, remedy) = loop {
            let builder = new_builder().map_err(named)?;
            let left = CallsLeft::new(most.saturating_sub(calls + 1) as usize);
            let loaded = match session.fetch_rows(&source.tool, arguments.clone(), left, call).await {
                Ok(fetched) => {
                    calls_a_page = fetched.calls;
                    calls = calls.saturating_add(fetched.calls);
                    load(&builder, fetched, Some(1)).await
                }
                Err(error) => {
                    calls = calls.saturating_add(1);
                    Err(error)
                }
            };
            let is_too_large = match &loaded {
                Ok(loaded) => loaded.as_ref().is_some_and(|loaded| loaded.page.omitted > 0),
                Err(error) => error.kind() == ErrorKind::Size,
            };
            match smaller.next().filter(|_| is_too_large && largest.is_some()) {
                Some(size) if calls < most => {
                    arguments.insert("limit".to_owned(), size.into());
                }
                // The first page of a table is no repetition.
                untried => {
                    let remedy =
                        untried.map_or("", |_| ". With a higher `max_calls`, smaller pages are asked for");
                    let with_remedy = |error: Error| {
                        if remedy.is_empty() { error } else { error.append_own(format!("{}.", &remedy[1..])) }
                    };
                    break (loaded.map_err(with_remedy).map_err(named)?.unwrap_or_default(), builder, remedy);
                }
            }
        };
        notes.extend(page.notes);
        let omitted = (page.omitted > 0).then(|| too_large(page.omitted, remedy));
        Ok(Self {
            name: name.to_owned(),
            tool: source.tool.clone(),
            arguments,
            builder,
            table,
            // A total that is less than the rows of the first page tells nothing.
            total: page.total.filter(|total| *total >= rows as u64),
            next: page.next,
            is_doubtful: page.is_doubtful,
            page_size: page.page_size,
            broken: page.missing.or(page.broken).or(omitted),
            notes,
            window: page.window,
            calls,
            calls_a_page,
        })
    }

    /// Requests so far.
    pub(super) fn calls(&self) -> u32 {
        self.calls
    }

    /// Requests so far, and those that follow, as far as the total is known; at least one if there is a next page.
    pub(super) fn pages(&self) -> (u32, u32) {
        let left = match (&self.next, self.total) {
            (None, _) => 0,
            (Some(_), Some(total)) => {
                let size = self.page_size.unwrap_or(self.table.rows as u64).max(1);
                total.min(MOST_ROWS as u64).div_ceil(size).saturating_sub(1).max(1)
            }
            (Some(_), None) => 1,
        };
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        (self.calls, left.saturating_mul(self.calls_a_page))
    }

    /// Whether more rows follow, and Mist does not tell how many.
    pub(super) fn has_unknown_total(&self) -> bool {
        self.next.is_some() && self.total.is_none()
    }

    /// Columns and cost, from the first page, while no other one is fetched.
    pub(super) fn described(&self) -> Map<String, Value> {
        let (made, left) = self.pages();
        let mut about = Map::new();
        about.insert("rows".to_owned(), json!(self.total.unwrap_or(self.table.rows as u64)));
        about.insert("calls".to_owned(), json!(made + left));
        if self.has_unknown_total() {
            about.insert("rows_at_least".to_owned(), true.into());
            about.insert("calls_at_least".to_owned(), true.into());
        }
        about.extend(self.window.clone());
        let partial = self.broken_reason().map(|reason| redacted(&reason));
        about.extend(partial.map(|partial| ("partial".to_owned(), partial.into())));
        if !self.notes.is_empty() {
            about.insert("note".to_owned(), self.notes.join("; ").into());
        }
        about.insert("columns".to_owned(), self.builder.lock().described().into());
        about
    }

    /// Fetches the other pages. The flag is whether another try would not get more rows, so that the table may be used
    /// again.
    pub(super) async fn finish(mut self, fetch: &Fetch<'_>) -> Result<(Table, bool)> {
        let mut stopped = Ok(());
        if self.is_numbered() {
            stopped = self.in_parallel(fetch).await;
        }
        if stopped.is_ok() {
            stopped = self.one_by_one(fetch).await;
        }
        let (rows, repeated, is_full) = (self.table.rows, self.repeated(), self.table.is_full);
        let of =
            self.total.filter(|total| *total > (rows - repeated) as u64).map(|total| format!(" of {total}"));
        let of = of.unwrap_or_default();
        let may_be_kept = stopped.is_ok() && self.broken.is_none() && (of.is_empty() || is_full);
        let reason = match (stopped, self.broken_reason()) {
            (Err(reason), _) | (Ok(()), Some(reason)) => Some(reason),
            (Ok(()), None) if is_full && (!of.is_empty() || self.next.is_some()) => {
                Some(format!("a table holds {MOST_ROWS} rows and 128 MB at most"))
            }
            (Ok(()), None) if !of.is_empty() && repeated > 0 => {
                Some("pages of it overlap, so that others are missing".to_owned())
            }
            (Ok(()), None) if !of.is_empty() => Some("Mist answered no more".to_owned()),
            (Ok(()), None) => None,
        };
        if repeated > 0 {
            self.notes.push(format!(
                "rows that are probably there twice, since the list changed meanwhile or its pages overlap: \
                 {repeated}. DISTINCT leaves out equal ones"
            ));
        }
        let partial = reason.map(|reason| format!("{rows}{of} rows: {}", redacted(&reason)));
        let (builder, notes, window) = (self.builder, self.notes, self.window);
        // All jobs have ended, so nothing else holds the builder.
        let builder = Arc::into_inner(builder).ok_or_else(|| Error::advice("The call was cancelled."))?;
        let table = work::run(move || builder.into_inner().finish(partial, notes, window)).await?;
        Ok((table.map_err(|error| unusable(&error))?, may_be_kept))
    }

    /// Rows that are probably there twice.
    fn repeated(&self) -> usize {
        let TableState { rows, repeated, .. } = self.table;
        // Equal fields are no equal rows.
        let equal = if self.arguments.contains_key("fields") { 0 } else { repeated };
        let counted = self.total.and_then(|total| usize::try_from(total).ok());
        equal.max(counted.map_or(0, |total| rows.saturating_sub(total)))
    }

    /// Why rows are missing, if an answer was broken.
    fn broken_reason(&self) -> Option<String> {
        let reason = self.broken.clone()?;
        Some(if reason.is_empty() { "Mist's answer was broken".to_owned() } else { reason })
    }

    /// Whether the pages that follow can be fetched independently of each other.
    fn is_numbered(&self) -> bool {
        // A page of several requests has some of its rows alone if others take the requests that are left.
        self.calls_a_page == 1
            && self.page_size.is_some()
            && self.total.is_some()
            && self.next_number().is_some()
    }

    /// The number of the next page.
    fn next_number(&self) -> Option<u64> {
        self.next.as_ref()?.get("page")?.as_u64()
    }

    /// The number of the last page, by the highest total so far.
    fn last_number(&self) -> u64 {
        let total = self.total.unwrap_or_default().min(MOST_ROWS as u64);
        total.div_ceil(self.page_size.unwrap_or(1).max(1))
    }

    /// Fetches the numbered pages, several at once. After a failure, those on their way are awaited. `next` is then
    /// that of the last page.
    async fn in_parallel(&mut self, fetch: &Fetch<'_>) -> Result<(), String> {
        let Some(mut number) = self.next_number() else { return Ok(()) };
        let mut first = self.arguments.clone();
        first.extend(self.next.take().unwrap_or_default());
        let (tool, target) = (self.tool.clone(), Arc::clone(&self.builder));
        let (mut outcome, mut is_at_end, mut last) = (Ok(()), false, 0);
        let mut loading = FuturesUnordered::new();
        loop {
            let may_ask = outcome.is_ok() && !is_at_end;
            while may_ask && loading.len() < AT_ONCE && number <= self.last_number() {
                let mut arguments = first.clone();
                arguments.insert("page".to_owned(), number.into());
                let loaded = fetch.loaded(&tool, arguments, &target, Some(number));
                loading.push(async move { (number, loaded.await) });
                number += 1;
            }
            let Some((number, loaded)) = loading.next().await else { break };
            match loaded.and_then(|loaded| self.add(loaded)) {
                Ok((next, rows)) => {
                    fetch.progress(&self.name, self.table.rows);
                    is_at_end |= rows == 0 || self.table.is_full;
                    if number > last {
                        (last, self.next) = (number, next);
                    }
                }
                // The first failure tells the reason.
                Err(reason) => outcome = outcome.and(Err(reason)),
            }
        }
        outcome
    }

    /// Fetches the pages that follow, each after the one before.
    async fn one_by_one(&mut self, fetch: &Fetch<'_>) -> Result<(), String> {
        let mut arguments = self.arguments.clone();
        let (mut asked, mut empty) = (HashSet::new(), usize::from(self.is_doubtful));
        while let Some(next) = self.next.clone() {
            if self.table.is_full || empty > 0 && self.has_all() {
                break;
            }
            if empty == MOST_EMPTY {
                return Err("Mist answered pages without rows, and says that there are more".to_owned());
            }
            arguments.extend(next);
            if !asked.insert(Value::from(arguments.clone()).to_string()) {
                return Err(SAME_PAGE.to_owned());
            }
            let loaded = fetch.loaded(&self.tool, arguments.clone(), &self.builder, None).await?;
            empty = if loaded.page.is_doubtful { empty + 1 } else { 0 };
            let (next, rows) = self.add(loaded)?;
            fetch.progress(&self.name, self.table.rows);
            // Rows of other organizations may have been left out of an empty page.
            if rows == 0 && next.is_none() {
                self.next = None;
                break;
            }
            self.next = next;
        }
        Ok(())
    }

    /// Whether there are as many rows as Mist counts.
    fn has_all(&self) -> bool {
        self.total.is_some_and(|total| total <= self.table.rows as u64)
    }

    /// Notes what a page says beside its rows. Returns the arguments of the next page, and the number of its rows.
    fn add(&mut self, loaded: LoadedPage) -> Result<(Option<Map<String, Value>>, usize), String> {
        let LoadedPage { page, rows, table } = loaded;
        self.table = self.table.or_later(table);
        if page.omitted > 0 {
            return Err(too_large(page.omitted, ""));
        }
        // The list may grow while it is fetched.
        self.total = self.total.map(|total| total.max(page.total.unwrap_or(0)));
        // An empty page at the end is no failure: the total may have changed in between.
        if let Some(broken) = page.broken.filter(|_| rows > 0) {
            self.broken = Some(broken);
        }
        if let Some(missing) = page.missing {
            self.broken = Some(missing);
        }
        Ok((page.next, rows))
    }
}

/// A reason in Mist's words or others, without secrets and bounded.
fn redacted(reason: &str) -> String {
    shortened(&redact_text("", reason).unwrap_or_else(|| reason.to_owned()), 400)
}

/// That arguments which select a page were left out.
fn not_needed(paging: &[&str]) -> String {
    let names: Vec<_> = paging.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [name] => format!("{name} is not needed: all pages are fetched"),
        [others @ .., last] => {
            format!("{} and {last} are not needed: all pages are fetched", others.join(", "))
        }
        [] => String::new(),
    }
}

/// Why rows of a page are not in the table.
fn too_large(omitted: usize, remedy: &str) -> String {
    format!("{omitted} rows of a page are too large to hold{remedy}")
}
