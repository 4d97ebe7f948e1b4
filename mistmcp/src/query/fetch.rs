//! Fetching of a table's pages ([`Started`], [`Fetch`]): numbered pages in parallel, others one after the other.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use futures_util::stream::{self, StreamExt as _};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};

use super::arguments::TableSource;
use super::load::{load, new_builder, unusable};
use super::table::{MOST_ROWS, Table, TableBuilder};
use crate::call::{CallSession, CallsLeft, FetchedPage};
use crate::error::ErrorKind;
use crate::mist::api::paging;
use crate::reply::redact_text;
use crate::text::shortened;
use crate::{Call, Error, Result, work};

/// Pages of a table that are fetched at once. Each is held until its rows are in the table.
const AT_ONCE: usize = 4;
/// Why a table ends with a page that it has already.
const SAME_PAGE: &str =
    "Mist answered a page again that it had answered before, so that the rest cannot be reached";
/// Page sizes to try, if a page is too large.
const SMALLER_PAGES: [u64; 2] = [100, 10];

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

    fn progress(&self, name: &str, rows: usize) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let total = (self.pages >= done).then(|| self.pages.into());
        self.call.progress(done.into(), total, format!("{}: {rows} rows", shortened(name, 60)));
    }
}

/// A table with its first page.
pub(super) struct Started {
    pub(super) name: String,
    tool: String,
    /// The arguments of its first page.
    arguments: Map<String, Value>,
    builder: Arc<Mutex<TableBuilder>>,
    total: Option<u64>,
    next: Option<Map<String, Value>>,
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
        let (page, builder) = loop {
            let builder = new_builder().map_err(named)?;
            let left = CallsLeft::new(most.saturating_sub(calls + 1) as usize);
            let loaded = match session.fetch_rows(&source.tool, arguments.clone(), left, call).await {
                Ok(fetched) => {
                    calls_a_page = fetched.calls;
                    calls = calls.saturating_add(fetched.calls);
                    load(&builder, fetched).await
                }
                Err(error) => {
                    calls = calls.saturating_add(1);
                    Err(error)
                }
            };
            let is_too_large = match &loaded {
                Ok(page) => page.as_ref().is_some_and(|page| page.omitted > 0),
                Err(error) => error.kind() == ErrorKind::Size,
            };
            match smaller.next().filter(|_| is_too_large && largest.is_some()) {
                Some(size) => {
                    arguments.insert("limit".to_owned(), size.into());
                }
                // The first page of a table is no repetition.
                None => break (loaded.map_err(named)?.unwrap_or_default(), builder),
            }
        };
        notes.extend(page.notes);
        let omitted =
            (page.omitted > 0).then(|| format!("{} rows of a page are too large to hold", page.omitted));
        Ok(Self {
            name: name.to_owned(),
            tool: source.tool.clone(),
            arguments,
            builder,
            total: page.total,
            next: page.next,
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

    fn rows(&self) -> usize {
        self.builder.lock().rows
    }

    fn is_full(&self) -> bool {
        self.builder.lock().is_full()
    }

    /// Requests so far, and those that follow, as far as the total is known; at least one if there is a next page.
    pub(super) fn pages(&self) -> (u32, u32) {
        let left = match (&self.next, self.total) {
            (None, _) => 0,
            (Some(_), Some(total)) => {
                let size = self.page_size.unwrap_or(self.rows() as u64).max(1);
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

    /// Columns and cost, from the first page.
    pub(super) fn described(&self) -> Map<String, Value> {
        let (made, left) = self.pages();
        let mut about = Map::new();
        about.insert("rows".to_owned(), json!(self.total.unwrap_or(self.rows() as u64)));
        about.insert("calls".to_owned(), json!(made + left));
        if self.has_unknown_total() {
            about.insert("rows_at_least".to_owned(), true.into());
            about.insert("calls_at_least".to_owned(), true.into());
        }
        about.extend(self.window.clone());
        if !self.notes.is_empty() {
            about.insert("note".to_owned(), self.notes.join("; ").into());
        }
        about.insert("columns".to_owned(), self.builder.lock().described().into());
        about
    }

    /// Fetches the other pages. The flag is whether another try would not get more rows, so that the table may be used again.
    pub(super) async fn finish(mut self, fetch: &Fetch<'_>) -> Result<(Table, bool)> {
        let numbered = self.numbered();
        let stopped = match numbered {
            Some(pages) => self.in_parallel(fetch, pages).await,
            None => self.one_by_one(fetch).await,
        };
        let rows = self.rows();
        let of = self.total.filter(|total| *total > rows as u64).map(|total| format!(" of {total}"));
        let of = of.unwrap_or_default();
        let may_be_kept = stopped.is_ok() && self.broken.is_none() && (of.is_empty() || self.is_full());
        let reason = match (stopped, self.broken.take()) {
            (Err(reason), _) => Some(reason),
            (Ok(()), Some(reason)) if !reason.is_empty() => Some(reason),
            (Ok(()), Some(_)) => Some("Mist's answer was broken".to_owned()),
            (Ok(()), None) if self.is_full() && (!of.is_empty() || self.next.is_some()) => {
                Some(format!("a table holds {MOST_ROWS} rows and 128 MB at most"))
            }
            (Ok(()), None) if !of.is_empty() => Some("Mist answered no more".to_owned()),
            (Ok(()), None) => None,
        };
        // The reason may be in Mist's words.
        let reason = reason.map(|reason| redact_text("", &reason).unwrap_or(reason));
        let partial = reason.map(|reason| format!("{rows}{of} rows: {}", shortened(&reason, 400)));
        let (builder, notes, window) = (self.builder, self.notes, self.window);
        // All jobs have ended, so nothing else holds the builder.
        let builder = Arc::into_inner(builder).ok_or_else(|| Error::advice("The call was cancelled."))?;
        let table = work::run(move || builder.into_inner().finish(partial, notes, window)).await?;
        Ok((table.map_err(|error| unusable(&error))?, may_be_kept))
    }

    /// The numbers of the pages that follow, if they can be fetched independently of each other.
    fn numbered(&self) -> Option<std::ops::RangeInclusive<u64>> {
        // A page of several requests has some of its rows alone if others take the requests that are left.
        if self.calls_a_page > 1 {
            return None;
        }
        let (size, total) = (self.page_size?, self.total?);
        let next = self.next.as_ref()?.get("page")?.as_u64()?;
        Some(next..=total.min(MOST_ROWS as u64).div_ceil(size.max(1)))
    }

    async fn in_parallel(
        &mut self,
        fetch: &Fetch<'_>,
        pages: std::ops::RangeInclusive<u64>,
    ) -> Result<(), String> {
        let mut first = self.arguments.clone();
        first.extend(self.next.clone().unwrap_or_default());
        let tool = self.tool.clone();
        let fetched = stream::iter(pages).map(|number| {
            let mut arguments = first.clone();
            arguments.insert("page".to_owned(), number.into());
            fetch.page(&tool, arguments)
        });
        let mut fetched = std::pin::pin!(fetched.buffered(AT_ONCE));
        while let Some(page) = fetched.next().await {
            let (_, rows) = self.add(page?, fetch).await?;
            if rows == 0 || self.is_full() {
                break;
            }
        }
        self.next = None;
        Ok(())
    }

    async fn one_by_one(&mut self, fetch: &Fetch<'_>) -> Result<(), String> {
        let mut arguments = self.arguments.clone();
        let mut asked = HashSet::new();
        while let Some(next) = self.next.clone() {
            if self.is_full() {
                break;
            }
            arguments.extend(next);
            if !asked.insert(Value::from(arguments.clone()).to_string()) {
                return Err(SAME_PAGE.to_owned());
            }
            let fetched = fetch.page(&self.tool, arguments.clone()).await?;
            let (following, rows) = self.add(fetched, fetch).await?;
            // Rows of other organizations may have been left out of an empty page.
            if rows == 0 && following.is_none() {
                self.next = None;
                break;
            }
            self.next = following;
        }
        Ok(())
    }

    /// Adds the rows of a page. Returns the arguments of the next page, and the number of rows.
    async fn add(
        &mut self,
        fetched: FetchedPage,
        fetch: &Fetch<'_>,
    ) -> Result<(Option<Map<String, Value>>, usize), String> {
        let before = self.rows();
        let page = load(&self.builder, fetched).await.map_err(|error| error.to_string())?;
        let page = page.ok_or_else(|| SAME_PAGE.to_owned())?;
        if page.omitted > 0 {
            return Err(format!("{} rows of a page are too large to hold", page.omitted));
        }
        // An empty page at the end is no failure: the total may have changed in between.
        if let Some(broken) = page.broken.filter(|_| self.rows() > before) {
            self.broken = Some(broken);
        }
        if let Some(missing) = page.missing {
            self.broken = Some(missing);
        }
        fetch.progress(&self.name, self.rows());
        Ok((page.next, self.rows() - before))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_are_not_needed_are_named_in_a_sentence() {
        for (names, words) in [
            (&["limit"][..], "`limit` is not needed: all pages are fetched"),
            (&["limit", "page"], "`limit` and `page` are not needed: all pages are fetched"),
            (
                &["limit", "page", "search_after"],
                "`limit`, `page` and `search_after` are not needed: all pages are fetched",
            ),
        ] {
            assert_eq!(not_needed(names), words);
        }
    }
}
