//! Requests of one answer: [`Inquiry`], and [`answer`], which runs a tool's body with one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::diagnosis::Missing;
use super::{Diagnosis, Part, Rows, See};
use crate::error::ErrorKind;
use crate::reply::redact_text;
use crate::text::shortened;
use crate::{Call, Error, Mist, Reply, Request, Result, Time};

/// Requests of one answer in flight.
const AT_ONCE: usize = 8;
/// Requests that an answer may send, however many the look-ups of its names took.
const LEAST: usize = 8;
/// Longest reserve of time for writing the answer.
const LONGEST_RESERVE: Duration = Duration::from_secs(3);

/// Runs the body of a tool that answers a question, with at most `max_calls` requests. Equal calls at the same time are
/// computed once.
///
/// # Errors
/// Those of `work`, and a token that Mist refuses. A part that fails is no error: it stands in `not_seen`.
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
        Ok(Value::Array(std::iter::once(answer).chain(view).collect()))
    };
    async move {
        let concluded = match call.key() {
            Some(key) => mist.computed(key, finished).await?,
            None => finished.await?,
        };
        let mut parts = concluded.as_array().into_iter().flatten();
        let reply = Reply::answer(parts.next().cloned().unwrap_or_default());
        Ok(match parts.next() {
            Some(view) => reply.with_view(view.clone()),
            None => reply,
        })
    }
    .boxed()
}

/// Reads parts of the network for one answer. Cheap to clone.
#[derive(Clone)]
pub struct Inquiry(Arc<Inner>);

struct Inner {
    mist: Mist,
    call: Call,
    max_calls: usize,
    permits: Semaphore,
    /// When no further answers are awaited.
    until: Instant,
    /// The time that one part may take.
    part_limit: Duration,
    now: i64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Parts in flight or read, by request.
    asked: HashMap<String, Shared<BoxFuture<'static, Fetched>>>,
    /// Names of parts in the order in which they were asked for, so that equal answers are written equally.
    order: Vec<String>,
    /// The call that shows the first of them, for findings that name none.
    first: Option<See>,
    /// The organization that parts name.
    org: Option<String>,
    seen: HashSet<String>,
    /// Names of parts with the reason.
    not_seen: Vec<(String, String)>,
    /// The number of these parts that could not be read. The others were read, and there is nothing in them.
    unread: usize,
    /// The error of a token that Mist refused.
    refused: Option<Error>,
}

/// The pages of a part, and whether these are all; or why there are none.
type Fetched = std::result::Result<Arc<(Vec<Value>, bool)>, Missed>;

/// Why a part was not read.
#[derive(Clone, Debug)]
enum Missed {
    /// The operator has removed the tool that reads it.
    Removed,
    /// The answer's own requests are used up.
    Calls(usize),
    /// The token's calls of this hour are used up but for the reserve.
    Reserve,
    Late,
    Failed(Error),
}

impl std::fmt::Debug for Inquiry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Inquiry").field("calls", &self.0.mist.requests_sent()).finish_non_exhaustive()
    }
}

impl Inquiry {
    fn new(mist: &Mist, call: &Call, max_calls: usize) -> Self {
        let timeout = mist.timeout();
        let reserve = (timeout / 8).min(LONGEST_RESERVE);
        mist.limit_calls(max_calls.saturating_sub(mist.requests_sent()).max(LEAST.min(max_calls)));
        Self(Arc::new(Inner {
            mist: mist.clone(),
            call: call.clone(),
            max_calls,
            permits: Semaphore::new(AT_ONCE),
            until: mist.deadline().checked_sub(reserve).unwrap_or_else(Instant::now),
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

    /// Reads the rows of a part. Where that fails, the answer says so in `not_seen`, and there are no rows.
    pub async fn rows(&self, part: &Part) -> Rows {
        match self.read(part).await {
            Some(pages) => pages.0.iter().cloned().map(Rows::of).reduce(Rows::and).unwrap_or_default(),
            None => Rows::default(),
        }
    }

    /// Reads the first answer of a part as it is.
    pub async fn value(&self, part: &Part) -> Option<Value> {
        self.read(part).await?.0.first().cloned()
    }

    /// Reads a part only if there is one.
    pub async fn rows_if(&self, part: Option<&Part>) -> Rows {
        match part {
            Some(part) => self.rows(part).await,
            None => Rows::default(),
        }
    }

    /// Records something that the answer could not read. Values from the network in `reason` go through
    /// [`name`](super::name).
    pub fn not_seen(&self, part: &str, reason: &str) {
        if self.add_line(part, reason) {
            self.0.state.lock().unread += 1;
        }
    }

    /// Records a part that was read and has nothing in it, such as the devices of a site without devices: one short line
    /// in `not_seen`. The verdict or a finding has to say so as well.
    pub fn nothing_there(&self, part: &str, reason: &str) {
        self.add_line(part, reason);
    }

    /// Adds a line to `not_seen`, unless it is there.
    fn add_line(&self, part: &str, reason: &str) -> bool {
        let line = shortened(&format!("{part}: {reason}"), 160);
        let mut state = self.0.state.lock();
        let is_new = !state.not_seen.iter().any(|(_, known)| *known == line);
        if is_new {
            state.not_seen.push((part.to_owned(), line));
        }
        is_new
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

    async fn read(&self, part: &Part) -> Option<Arc<(Vec<Value>, bool)>> {
        {
            let mut state = self.0.state.lock();
            if !state.order.iter().any(|name| *name == part.name) {
                state.order.push(part.name.clone().into_owned());
                state.first.get_or_insert_with(|| part.see());
            }
            if state.org.is_none() {
                state.org = part.org().map(str::to_owned);
            }
        }
        let fetched = match part.request() {
            Ok(request) => self.fetch(part, request).await,
            Err(error) => Err(Missed::Failed(error)),
        };
        match fetched {
            Ok(pages) => {
                if !pages.1 {
                    let rows: usize = pages.0.iter().cloned().map(|page| Rows::of(page).len()).sum();
                    self.not_seen(&part.name, &format!("only the first {rows} rows were read"));
                }
                self.0.state.lock().seen.insert(part.name.clone().into_owned());
                Some(pages)
            }
            Err(Missed::Failed(error)) if part.or_none && error.kind() == ErrorKind::Missing => {
                Some(Arc::new((vec![Value::Array(Vec::new())], true)))
            }
            Err(missed) => {
                self.not_seen(&part.name, &missed.reason());
                if let Missed::Failed(error) = missed
                    && error.kind() == ErrorKind::Token
                {
                    self.0.state.lock().refused = Some(error);
                }
                None
            }
        }
    }

    async fn fetch(&self, part: &Part, request: Request) -> Fetched {
        if !self.0.call.may_read(part.tool()) {
            return Err(Missed::Removed);
        }
        let key = format!("{request:?} {}", part.pages);
        let fetched = {
            let mut state = self.0.state.lock();
            let inner = Arc::clone(&self.0);
            let pages = part.pages;
            let fetched = state.asked.entry(key).or_insert_with(|| {
                async move { inner.fetch_within_time(request, pages).await }.boxed().shared()
            });
            fetched.clone()
        };
        fetched.await
    }

    /// The answer, as its tool returns it.
    fn conclude(&self, mut diagnosis: Diagnosis) -> Result<(Value, Option<Value>)> {
        let (seen, not_seen, unread) = {
            let mut state = self.0.state.lock();
            if let (true, Some(refused)) = (state.seen.is_empty(), state.refused.take()) {
                return Err(refused);
            }
            if let Some(first) = &state.first {
                diagnosis = diagnosis.shown_by_call(first);
            }
            // A session with an organization of its own needs no name of it.
            if let Some(org) = state.org.as_deref().filter(|org| self.0.mist.own_org() != Some(*org)) {
                diagnosis = diagnosis.of_org(org);
            }
            let State { order, seen, not_seen, unread, .. } = &*state;
            let place = |name: &String| order.iter().position(|known| known == name).unwrap_or(usize::MAX);
            let seen: Vec<_> = order.iter().filter(|name| seen.contains(*name)).cloned().collect();
            let mut not_seen = not_seen.clone();
            not_seen.sort_by_key(|(name, _)| place(name));
            (seen, not_seen.into_iter().map(|(_, line)| line).collect::<Vec<_>>(), *unread)
        };
        let may_call = |tool: &str| self.0.call.may_call(tool);
        let view = diagnosis.view_data();
        let missing = Missing { lines: &not_seen, unread };
        Ok((diagnosis.into_value(&seen, missing, self.0.mist.requests_sent(), may_call), view))
    }
}

impl Inner {
    async fn fetch_within_time(self: Arc<Self>, request: Request, pages: usize) -> Fetched {
        let fetched = async {
            // The semaphore is never closed.
            let _permit = self.permits.acquire().await.ok();
            let until = self.until.min(Instant::now() + self.part_limit);
            timeout_at(until, self.fetch_pages(request, pages)).await.unwrap_or(Err(Missed::Late))
        };
        timeout_at(self.until, fetched).await.unwrap_or(Err(Missed::Late))
    }

    async fn fetch_pages(&self, mut request: Request, most: usize) -> Fetched {
        let (mut pages, mut rows, base) = (Vec::new(), 0, request.clone());
        loop {
            if self.mist.calls_left() == 0 {
                return partly(pages, Missed::Reserve);
            }
            if !self.mist.take_call() {
                return partly(pages, Missed::Calls(self.max_calls));
            }
            let answer = match self.mist.send(request).await {
                Ok(answer) => answer,
                Err(error) => return partly(pages, Missed::Failed(error)),
            };
            let page = answer.page();
            let value = match answer.parsed().await {
                Ok(value) => value,
                Err(error) => return partly(pages, Missed::Failed(error)),
            };
            let came = rows_in(&value);
            rows += came;
            let next = next_page(&base, &value, page.map(|page| (page.number, page.total)), rows, came);
            pages.push(value);
            match next {
                None => return Ok(Arc::new((pages, true))),
                Some(_) if pages.len() >= most => return Ok(Arc::new((pages, false))),
                Some(next) => request = next,
            }
        }
    }
}

/// The pages that were read before one failed, if any.
fn partly(pages: Vec<Value>, missed: Missed) -> Fetched {
    if pages.is_empty() { Err(missed) } else { Ok(Arc::new((pages, false))) }
}

fn rows_in(value: &Value) -> usize {
    value.get("results").unwrap_or(value).as_array().map_or(0, Vec::len)
}

/// The request for the page after this one, if there is one.
fn next_page(
    base: &Request,
    value: &Value,
    page: Option<(u64, Option<u64>)>,
    rows: usize,
    came: usize,
) -> Option<Request> {
    if came == 0 {
        return None;
    }
    if let Some((number, total)) = page {
        let more = total.is_some_and(|total| total > rows as u64);
        return more.then(|| base.clone().query("page", number + 1));
    }
    let next = value.get("next")?.as_str().filter(|next| !next.is_empty())?;
    let (_, query) = next.split_once('?')?;
    let after = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "search_after");
    after.map(|(_, after)| base.clone().query("search_after", after.as_ref()))
}

impl Missed {
    /// The reason in `not_seen`.
    fn reason(&self) -> String {
        let error = match self {
            Self::Removed => return "the operator has removed the tool that reads it".to_owned(),
            Self::Calls(most) => return format!("not asked for, after {most} calls"),
            Self::Reserve => {
                return "not asked for: the API token's calls of this hour are used up".to_owned();
            }
            Self::Late => return "ran out of time".to_owned(),
            Self::Failed(error) => error,
        };
        match error.kind() {
            ErrorKind::Permission => "403, the API token may not see it".to_owned(),
            ErrorKind::Missing => "404, Mist does not have it".to_owned(),
            ErrorKind::Token => "401, Mist does not accept the API token".to_owned(),
            ErrorKind::RateLimit => "429, no calls are left now".to_owned(),
            ErrorKind::Deadline => "ran out of time".to_owned(),
            ErrorKind::Network => "Mist could not be reached".to_owned(),
            _ => {
                let words = error.to_string();
                let first = words.split_inclusive(". ").next().unwrap_or_default();
                // It may have words of Mist.
                let redacted = redact_text("", first);
                let first = redacted.as_deref().unwrap_or(first);
                shortened(first.trim().trim_end_matches('.'), 120)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_page_follows_from_the_header_or_the_link() {
        let base = Request::get("/api/v1/things").query("limit", 2);
        let query = |request: Option<Request>| request.map(|request| request.query);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            query(next_page(&base, &json!([1, 2]), Some((1, Some(3))), 2, 2)),
            Some(vec![pair("limit", "2"), pair("page", "2")])
        );
        assert_eq!(query(next_page(&base, &json!([1]), Some((2, Some(3))), 3, 1)), None);
        let linked =
            json!({ "results": [1], "next": "/api/v1/things?limit=2&search_after=%5B1%2C%22a%22%5D" });
        assert_eq!(
            query(next_page(&base, &linked, None, 1, 1)),
            Some(vec![pair("limit", "2"), pair("search_after", "[1,\"a\"]")])
        );
        for last in
            [json!({ "results": [1] }), json!({ "results": [1], "next": null }), json!([1]), json!(null)]
        {
            assert_eq!(query(next_page(&base, &last, None, 1, rows_in(&last))), None, "{last}");
        }
    }
}
