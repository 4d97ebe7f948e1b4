//! Requests of one answer: [`Inquiry`], and [`answer`], which runs a tool's body with one.

mod not_seen;
mod pages;
mod unreadable;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::data_source::Paging;
use super::diagnosis::UnreadParts;
use super::finding::begun_until;
use super::{DataSource, Diagnosis, Finding, Rows, See, name};
use crate::call::CallsLeft;
use crate::error::ErrorKind;
use crate::mist::PageFields;
use crate::mist::api::list_shape::rows_of;
use crate::{Call, Error, Mist, Reply, Request, Result, Time};

use pages::{Fetched, Next, NotRead, next, partial_pages};
use unreadable::{Unreadable, unreadable};

/// Requests of one answer in flight.
const MAX_IN_FLIGHT: usize = 8;
/// Requests that an answer may send, however many the look-ups of its names took.
const MIN_REQUESTS: usize = 8;
/// Seconds by which the end of a time window may be in the past, so that the window is still one until now.
const STILL_NOW: i64 = 90;
/// Longest reserve of time for writing the answer.
const MAX_RESERVE: Duration = Duration::from_secs(3);

/// Runs the body of a tool that answers a question, with at most `max_calls` requests. Equal calls at the same time are
/// computed once.
///
/// # Errors
/// Those of `work`, and a token that Mist refuses. A data source that fails is no error: it stands in `not_seen`.
pub fn answer<'a, W, F>(
    mist: &'a Mist,
    call: &'a Call,
    max_calls: usize,
    work: W,
) -> BoxFuture<'a, Result<Reply>>
where
    W: FnOnce(Inquiry) -> F,
    F: Future<Output = Result<Diagnosis>> + Send + 'static,
{
    let inquiry = Inquiry::new(mist, call, max_calls);
    let work = work(inquiry.clone()).boxed();
    let finished = async move {
        let diagnosis = work.await?;
        let (answer, view) = inquiry.conclude(diagnosis)?;
        let taken = std::mem::take(&mut inquiry.0.state.lock().taken);
        Ok(Value::Array([answer, taken.into()].into_iter().chain(view).collect()))
    };
    async move {
        let concluded = match call.key() {
            Some(key) => mist.computed(key, finished).await?,
            None => finished.await?,
        };
        let mut parts = concluded.as_array().into_iter().flatten();
        let mut reply = Reply::answer(parts.next().cloned().unwrap_or_default());
        let taken = parts.next().and_then(Value::as_array).into_iter().flatten();
        reply.notes.extend(taken.filter_map(Value::as_str).map(str::to_owned));
        Ok(match parts.next() {
            Some(view) => reply.with_view(view.clone()),
            None => reply,
        })
    }
    .boxed()
}

/// Reads data sources of the network for one answer. Cheap to clone.
#[derive(Clone)]
pub struct Inquiry(Arc<Inner>);

struct Inner {
    mist: Mist,
    call: Call,
    max_calls: usize,
    permits: Semaphore,
    /// When no further answers are awaited.
    deadline: Instant,
    /// The time that one data source may take.
    part_limit: Duration,
    now: i64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Parts in flight or read, by request.
    asked: HashMap<String, Shared<BoxFuture<'static, Fetched>>>,
    /// Names of data sources in the order in which they were asked for, so that equal answers are written equally.
    order: Vec<String>,
    /// The call that shows the first of them, for findings that name none.
    first: Option<See>,
    /// The organization that data sources name.
    org: Option<String>,
    /// Whether a data source was read.
    is_any_read: bool,
    /// Names of those that were read, and in which a trouble would show.
    seen: HashSet<String>,
    /// Names of data sources with the reason.
    not_seen: Vec<(String, String)>,
    /// The number of these data sources that could not be read. The others were read, and there is nothing in them.
    unread: usize,
    /// The error of a token that Mist refused.
    refused: Option<Error>,
    /// The end of the call's time window, where it is in the past.
    past_end: Option<i64>,
    /// How arguments were understood that are no exact names.
    taken: Vec<String>,
}

impl std::fmt::Debug for Inquiry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Inquiry").field("calls", &self.0.mist.requests_sent()).finish_non_exhaustive()
    }
}

impl Inquiry {
    fn new(mist: &Mist, call: &Call, max_calls: usize) -> Self {
        let timeout = mist.timeout();
        let reserve = (timeout / 8).min(MAX_RESERVE);
        let left = max_calls.saturating_sub(mist.requests_sent()).max(MIN_REQUESTS.min(max_calls));
        mist.limit_calls(CallsLeft::new(left));
        Self(Arc::new(Inner {
            mist: mist.clone(),
            call: call.clone(),
            max_calls,
            permits: Semaphore::new(MAX_IN_FLIGHT),
            deadline: mist.deadline().checked_sub(reserve).unwrap_or_else(Instant::now),
            part_limit: timeout / 2,
            now: mist.now(),
            state: Mutex::default(),
        }))
    }

    /// The current time in epoch seconds. It stays the same for the whole answer.
    pub fn now(&self) -> i64 {
        self.0.now
    }

    /// How long ago a time was, in words.
    pub fn ago(&self, time: i64) -> String {
        super::ago(time, self.0.now)
    }

    /// Reads the rows of a data source: of each page the list, its `results`, or the object itself. Where that fails, the
    /// answer says so in `not_seen`, and there are no rows.
    pub async fn rows(&self, source: &DataSource) -> Rows {
        let Some(pages) = self.read(source).await else { return Rows::default() };
        let rows = pages.0.iter().cloned().map(Rows::of).reduce(Rows::and).unwrap_or_default();
        if pages.1 { rows } else { rows.cut() }
    }

    /// Reads the first answer of a data source as it is.
    pub async fn value(&self, source: &DataSource) -> Option<Value> {
        self.read(source).await?.0.first().cloned()
    }

    /// Reads a data source only if there is one.
    pub async fn rows_if(&self, source: Option<&DataSource>) -> Rows {
        match source {
            Some(source) => self.rows(source).await,
            None => Rows::default(),
        }
    }

    /// Records that a text in the arguments, which is no exact name, was taken for the one thing that it fits.
    pub fn taken(&self, parameter: &str, text: &str, called: &str, id: &str) {
        let note = format!("`{parameter}`: \"{}\" was taken for \"{}\" ({id}).", name(text), name(called));
        self.0.state.lock().taken.push(note);
    }

    /// Records the end of the call's time window. If it is in the past, the answer is about that time: a finding that began
    /// after it is left out, and one about the present state says so.
    pub(super) fn ends_at(&self, end: i64) {
        if self.0.now.saturating_sub(end) > STILL_NOW {
            self.0.state.lock().past_end = Some(end);
        }
    }

    /// Whether something that began at this time can be part of the answer: not after the end of the call's time window. Rules
    /// that choose between findings leave out the others before they choose.
    pub fn is_in_time(&self, began: Option<i64>) -> bool {
        let end = self.0.state.lock().past_end;
        began.zip(end).is_none_or(|(began, end)| began <= end)
    }

    /// The findings that can be part of the answer, by [`is_in_time`](Self::is_in_time): without those that follow from a later
    /// one.
    pub fn in_time(&self, found: Vec<Finding>) -> Vec<Finding> {
        let end = self.0.state.lock().past_end;
        match end {
            Some(end) => begun_until(found, end),
            None => found,
        }
    }

    /// A time of the call's arguments in epoch seconds.
    pub fn time(&self, time: &Time) -> Option<i64> {
        time.epoch(self.0.now)
    }

    /// The name of an object whose name in the arguments of the call was resolved to this id.
    pub fn resolved_name(&self, id: &str) -> Option<String> {
        self.0.mist.resolved_name(id)
    }

    /// Requests that this answer may still send.
    pub fn calls_left(&self) -> usize {
        self.0.mist.calls_allowed()
    }

    /// Whether the session of the call can call a tool.
    pub fn may_call(&self, tool: &str) -> bool {
        self.0.call.may_call(tool)
    }

    /// Whether the answer may read what a tool reads: it may not, if the operator has removed that one.
    pub fn may_read(&self, tool: &str) -> bool {
        self.0.call.may_read(tool)
    }

    async fn read(&self, source: &DataSource) -> Option<Arc<(Vec<Value>, bool)>> {
        {
            let mut state = self.0.state.lock();
            if !state.order.iter().any(|name| *name == source.name) {
                state.order.push(source.name.clone().into_owned());
                state.first.get_or_insert_with(|| source.see());
            }
            if state.org.is_none() {
                state.org = source.org().map(str::to_owned);
            }
        }
        let fetched = match source.request() {
            Ok(request) => self.fetch(source, request).await,
            Err(error) => Err(NotRead::Failed(error)),
        };
        let fetched = fetched.and_then(|pages| match unreadable(&pages, source.is_list()) {
            Some(Unreadable::All(reason)) => Err(NotRead::Unreadable(reason)),
            Some(Unreadable::Rows(some, all)) => {
                self.not_seen(&source.name, &format!("{some} of {all} rows could not be read"));
                Ok(pages)
            }
            None => Ok(pages),
        });
        match fetched {
            Ok(pages) => {
                let rows: usize = pages.0.iter().map(Rows::count).sum();
                if !pages.1 && !source.is_enough(&pages.0) {
                    self.not_seen(&source.name, &format!("only the first {rows} rows were read"));
                }
                let mut state = self.0.state.lock();
                state.is_any_read = true;
                if source.shows.is_looked_at(rows) {
                    state.seen.insert(source.name.clone().into_owned());
                }
                drop(state);
                Some(pages)
            }
            Err(NotRead::Failed(error)) if source.or_none && error.kind() == ErrorKind::Missing => {
                Some(Arc::new((vec![Value::Array(Vec::new())], true)))
            }
            Err(missed) => {
                self.not_seen(&source.name, &self.reason(source, &missed));
                if let NotRead::Failed(error) = missed
                    && error.kind() == ErrorKind::Token
                {
                    self.0.state.lock().refused = Some(error);
                }
                None
            }
        }
    }

    async fn fetch(&self, source: &DataSource, request: Request) -> Fetched {
        if !self.may_read(source.tool()) {
            return Err(NotRead::Removed);
        }
        let key = format!("{request:?} {}", source.pages);
        let fetched = {
            let mut state = self.0.state.lock();
            let inner = Arc::clone(&self.0);
            let (pages, paging) = (source.pages, source.paging());
            let fetched = state.asked.entry(key).or_insert_with(|| {
                async move { inner.fetch_within_time(request, paging, pages).await }.boxed().shared()
            });
            fetched.clone()
        };
        fetched.await
    }

    /// The answer, as its tool returns it.
    fn conclude(&self, mut diagnosis: Diagnosis) -> Result<(Value, Option<Value>)> {
        let (seen, not_seen, unread) = {
            let mut state = self.0.state.lock();
            if let (false, Some(refused)) = (state.is_any_read, state.refused.take()) {
                return Err(refused);
            }
            if let Some(first) = &state.first {
                diagnosis = diagnosis.shown_by_call(first);
            }
            if let Some(end) = state.past_end {
                diagnosis = diagnosis.until(end, &self.ago(end));
            }
            if let Some(org) = state.org.as_deref() {
                diagnosis = diagnosis.of_org(org, self.0.mist.own_org() == Some(org));
            }
            let State { order, seen, not_seen, unread, .. } = &*state;
            let place = |name: &String| order.iter().position(|known| known == name).unwrap_or(usize::MAX);
            let seen: Vec<_> = order.iter().filter(|name| seen.contains(*name)).cloned().collect();
            let mut not_seen = not_seen.clone();
            not_seen.sort_by_key(|(name, _)| place(name));
            (seen, not_seen.into_iter().map(|(_, line)| line).collect::<Vec<_>>(), *unread)
        };
        let may_call = |tool: &str| self.0.call.may_call(tool);
        if !self.0.call.shows_secrets() {
            diagnosis = diagnosis.redacted();
        }
        let view = diagnosis.view_data();
        let missing = UnreadParts { lines: &not_seen, unread };
        Ok((diagnosis.into_value(&seen, missing, self.0.mist.requests_sent(), may_call), view))
    }
}

impl Inner {
    async fn fetch_within_time(self: Arc<Self>, request: Request, paging: Paging, pages: usize) -> Fetched {
        let Ok(_permit) = timeout_at(self.deadline, self.permits.acquire()).await else {
            return Err(NotRead::Late);
        };
        let deadline = self.deadline.min(Instant::now() + self.part_limit);
        self.fetch_pages(request, paging, pages, deadline).await
    }

    /// Reads pages until the deadline; those that were read before it count.
    async fn fetch_pages(
        &self,
        mut request: Request,
        paging: Paging,
        most: usize,
        deadline: Instant,
    ) -> Fetched {
        let (mut pages, mut rows) = (Vec::<Value>::new(), 0);
        loop {
            let fetched = match timeout_at(deadline, self.fetch_page(&request)).await {
                Ok(fetched) => fetched,
                Err(_) => Err(NotRead::Late),
            };
            let (headers, value) = match fetched {
                Ok(page) => page,
                Err(missed) => return partial_pages(pages, missed),
            };
            // A list without pages is the same again, whatever page is asked for.
            if pages.last() == Some(&value) {
                let is_whole =
                    headers.total().is_none() && !headers.has_next_link() && value.get("next").is_none();
                return Ok(Arc::new((pages, is_whole)));
            }
            rows += rows_of(&value).map_or(0, Vec::len);
            let next = next(&request, paging, headers, &value, rows);
            pages.push(value);
            match next {
                Next::Nothing => return Ok(Arc::new((pages, true))),
                Next::Page(next) if pages.len() < most => request = *next,
                Next::Page(_) | Next::OutOfReach => return Ok(Arc::new((pages, false))),
            }
        }
    }

    async fn fetch_page(&self, request: &Request) -> std::result::Result<(PageFields, Value), NotRead> {
        if !self.mist.has_calls_left_for(request).await {
            return Err(NotRead::Reserve);
        }
        if !self.mist.take_call() {
            return Err(NotRead::Calls(self.max_calls));
        }
        let answer = self.mist.send(request.clone()).await.map_err(NotRead::Failed)?;
        let headers = answer.page();
        Ok((headers, answer.parsed().await.map_err(NotRead::Failed)?))
    }
}
