//! HTTP client of the Mist API: connection pool, deadlines, rate limits, retries, and error messages written for a
//! model.
//!
//! Rate limit, queue and in-flight requests belong to a token at a cloud and are shared by all its clients:
//! [`Pool`] holds them, and each client has a [`Connection`].

mod accounts;
mod answer;
pub(crate) mod api;
mod bounded_json;
mod cache;
mod clock;
mod cloud;
mod connection;
mod cursor;
mod default_org;
mod disclosure;
mod dispatch;
mod errors;
mod fan_out;
#[cfg(test)]
mod fault_tests;
mod kept_rows;
mod lossy_json;
mod merged;
mod name_fetch;
mod name_list;
mod name_match;
mod name_query;
mod network;
mod page;
mod pool;
mod rate_limit;
mod request;
mod resolve;
mod retry;
mod retry_after;
mod routing;
#[cfg(feature = "redis")]
mod shared_rate_limit;
#[cfg(not(feature = "redis"))]
#[path = "mist/no_shared_rate_limit.rs"]
mod shared_rate_limit;
#[cfg(test)]
mod simulation;
mod single_flight;
mod token;
mod token_registry;
mod token_state;
mod token_validation;
mod tokens;
mod transport;
mod validation_gate;
mod validation_limiter;
mod wait_progress;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub(crate) use accounts::{Account, Accounts, LiveConnection, Person};
pub use answer::Answer;
pub(crate) use answer::MergedPage;
pub(crate) use bounded_json::Parsed;
pub use cloud::{Cloud, CloudError, Clouds};
pub use connection::Connection;
pub(crate) use cursor::{CURSOR, Cursor};
pub(crate) use disclosure::Disclosure;
pub(crate) use errors::for_deadline;
pub use kept_rows::KeptRows;
pub(crate) use lossy_json::Repairs;
pub(crate) use network::{
    CERTIFICATE_FOLDERS, CERTIFICATES, EXCEPTION_VARIABLES, Network, NetworkError, PROXY_VARIABLES,
    has_credentials,
};
pub(crate) use page::{Page, PageFields};
pub use pool::{Limits, Pool};
pub use request::{IntoQuery, Request};
pub use token::Token;
pub(crate) use token_validation::{TokenStatus, TokenValidation};
pub use tokens::Tokens;
pub(crate) use validation_limiter::ValidationLimiter;

use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::argument::{Arg as _, Lookup, Presence};
use crate::call::{CallsLeft, Stage};
use crate::param::Param;
use crate::{Call, Result};
use cache::Ids;
use dispatch::{Dispatched, Dispatcher, SentCount, SharedAnswer};
use name_list::NameList;
use resolve::LookupRules;
use single_flight::{Expired, Times};

/// Mist API client of one call, with the tokens and the cloud of the calling session.
///
/// Requests of a tool body count against the rate limit of the token and must end by the deadline of the call.
///
/// ```
/// use mistmcp::{Mist, Reply, Request, Result, SiteId, RelativeDuration, mist_tool};
///
/// /// The latest that radio management did at a site.
/// #[mist_tool(category = "morning", hints(read_only))]
/// pub async fn latest_radio_event(
///     mist: &Mist,
///     site_id: SiteId,
///     /// How far back.
///     duration: Option<RelativeDuration>,
/// ) -> Result<Reply> {
///     let request = Request::get("/api/v1/sites").segment(site_id.as_str()).segment("rrm").segment("events");
///     let events = mist.send(request.query("duration", duration)).await?.json()?;
///     Reply::json(&events["results"][0])
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Mist {
    connection: Arc<Connection>,
    call: Call,
    deadline: Instant,
    /// A tool with a body may send several requests: its errors name the one that failed.
    names_requests: bool,
    disclosure: Disclosure,
    sent: SentCount,
    /// Whether a request is about the default organization.
    uses_default_org: Arc<AtomicBool>,
    /// The name lists that were read for this call.
    name_lists: Arc<Mutex<Vec<Arc<NameList>>>>,
}

impl Mist {
    pub(crate) fn new(connection: Arc<Connection>, call: Call) -> Self {
        let deadline = Instant::now() + connection.limits().timeout;
        let sent = SentCount::new(Arc::clone(call.record()));
        Self {
            connection,
            call,
            deadline,
            names_requests: false,
            disclosure: Disclosure::default(),
            sent,
            uses_default_org: Arc::default(),
            name_lists: Arc::default(),
        }
    }

    /// The organization of calls that name none, where the operator or the client has set one.
    pub(crate) fn own_org(&self) -> Option<&str> {
        self.connection.org_id()
    }

    /// The same client with a limit on which lists errors and notes may quote.
    pub(crate) fn disclosing(self, disclosure: Disclosure) -> Self {
        Self { disclosure, ..self }
    }

    /// Whether errors and notes may quote what one of these tools lists.
    pub(crate) fn discloses(&self, listers: &[&str]) -> bool {
        self.disclosure.permits(listers)
    }

    /// The same client for a tool with a body: errors name the request.
    pub(crate) fn naming_requests(&self) -> Self {
        Self { names_requests: true, ..self.clone() }
    }

    /// Sends a request and waits for the answer. A GET is retried where that can help. Equal GETs in flight with
    /// one token are coalesced into one, and Mist's constants are cached for a day.
    ///
    /// # Errors
    /// Any answer but a success, as a message with the next step.
    pub async fn send(&self, request: Request) -> Result<Answer> {
        let sent = self.sent(&request).await;
        if self.names_requests { sent.map_err(|error| error.of_path(&request)) } else { sent }
    }

    async fn sent(&self, request: &Request) -> Result<Answer> {
        if let Some(routes) = self.routes().filter(|_| request.is_about_token()) {
            return self.of_all_accounts(routes, request).await;
        }
        let dispatcher = self.dispatcher_for(request).await?;
        let asked = Instant::now();
        if !request.is_get() {
            let changed = dispatcher.change(request, self.call.trace(), &self.sent).await;
            return changed.map_err(|error| self.of_account(dispatcher, error));
        }
        let answer = self.send_to(dispatcher, request).await;
        let answer = answer.map_err(|error| self.of_account(dispatcher, error))?;
        if request.is_for_self() {
            Self::remember_self(dispatcher, &answer, asked);
        }
        Ok(answer)
    }

    /// Sends a GET, or waits for the equal GET of another call. If that one ends without an answer, or was not retried since
    /// its call may send no more requests, the request is sent again within the rest of this call's deadline.
    async fn send_to(&self, dispatcher: &Dispatcher, request: &Request) -> Result<Answer> {
        let trace = self.call.trace();
        self.note_asked(dispatcher);
        loop {
            let deadline = self.deadline + self.call.waited();
            let waiter = match dispatcher.dispatch(request, deadline, trace, &self.sent)? {
                Dispatched::Cached(answer) => return Ok(answer),
                Dispatched::InFlight(waiter) => waiter,
            };
            if let Some(other) = &waiter.joined {
                trace.shares(other);
            }
            let is_joined = waiter.joined.is_some();
            match wait_progress::wait_for(waiter, &self.call).await {
                Ok(SharedAnswer { answer: Err(_), lacks_retry: true })
                    if is_joined && Instant::now() < deadline => {}
                Ok(SharedAnswer { answer, .. }) => return answer,
                Err(Expired) if Instant::now() < deadline => {}
                Err(Expired) => return Err(for_deadline(self.connection.limits().timeout, Stage::Mist)),
            }
        }
    }

    /// The number of requests that this call has sent to Mist so far: look-ups of names and retries included, and
    /// without the requests of other calls whose answers it shared.
    pub fn requests_sent(&self) -> usize {
        self.sent.get()
    }

    /// Limits the requests that this call may still send, retries included. The caller takes each with
    /// [`take_call`](Self::take_call) before it sends it; a retry, or a try with another token, takes one by itself.
    pub(crate) fn limit_calls(&self, left: CallsLeft) {
        self.sent.limit(left);
    }

    /// Takes one of the requests that this call may still send. Returns `false` if there is none. A tool that reads page
    /// after page asks before each page after the first one: a query limits the requests for its tables (`max_calls`).
    pub fn take_call(&self) -> bool {
        self.sent.take()
    }

    /// The requests that this call may still send.
    pub(crate) fn calls_allowed(&self) -> usize {
        self.sent.left()
    }

    /// Whether a call is left in this hour, without the reserve, for the account that a request goes to.
    pub(crate) async fn has_calls_left_for(&self, request: &Request) -> bool {
        // A request that goes to no account or to several is explained or shared out when it is sent.
        self.dispatcher_for(request).await.map_or(true, |dispatcher| dispatcher.calls_left() > 0)
    }

    /// When the call ends at the latest.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline + self.call.waited()
    }

    /// The time that a whole call may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.connection.limits().timeout
    }

    /// The time that is left until the call's deadline.
    fn time_left(&self) -> Duration {
        self.deadline().saturating_duration_since(Instant::now())
    }

    /// The current time at the cloud, in epoch seconds.
    pub(crate) fn now(&self) -> i64 {
        self.connection.dispatcher.pool.clock.now().as_second()
    }

    /// Awaits `work`, or the result of an equal call with the same tokens that is computing it. Equal calls have the
    /// same `key`.
    pub(crate) async fn computed<F>(&self, key: String, work: F) -> Result<Value>
    where
        F: Future<Output = Result<Value>> + Send + 'static,
    {
        let (trace, timeout) = (self.call.trace(), self.timeout());
        let times = Times::of_work(self.deadline(), timeout);
        let record = Arc::clone(self.call.record());
        let computed = &self.connection.dispatcher.pool.computed;
        let waiter = computed.join(self.shared_key(&key), trace, times, |_, _| async move {
            let result = work.await;
            (result, record.accounts())
        });
        if let Some(other) = &waiter.joined {
            trace.shares(other);
        }
        let Ok((result, accounts)) = wait_progress::wait_for(waiter, &self.call).await else {
            return Err(for_deadline(timeout, Stage::Mist));
        };
        for account in &accounts {
            self.call.record().uses(account);
        }
        result
    }

    /// The key of what equal calls with the same tokens may share. Clients with other accounts may see something else,
    /// and those with another organization are shown other calls.
    fn shared_key(&self, key: &str) -> (Ids, String) {
        let connection = &self.connection;
        let (scope, org) = (connection.scope(), connection.org_id().unwrap_or_default());
        (connection.ids(), format!("{scope}{org};{key}"))
    }

    /// Reads JSON from `path`, which starts with `/api/`.
    ///
    /// # Errors
    /// As [`send`](Self::send), and an answer that is not JSON.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.send(Request::get(path)).await?.parsed().await
    }

    /// Resolves names in the arguments to ids, and fills in a required organization or MSP that is not given. With
    /// `partial`, a unique part of a name is accepted. Returns the notes for the answer.
    pub(crate) async fn lookup(
        &self,
        params: &[&'static Param],
        partial: bool,
        arguments: &mut Map<String, Value>,
    ) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        let is_several = |param: &Param| param.reader().is_some_and(|reader| reader.several);
        for param in params.iter().filter(|param| is_several(param)) {
            if let Some(value) = arguments.get_mut(param.name)
                && let Ok(text) = String::read(value)
            {
                *value = text.into();
            }
        }
        let takes = |lookup| params.iter().any(|param| param.lookup() == Some(lookup));
        let takes_org = takes(Lookup::Org);
        let of = |lookup| params.iter().filter(move |param| param.lookup() == Some(lookup));
        let text = |name: &str, arguments: &Map<String, Value>| {
            let text = arguments.get(name).and_then(Value::as_str).map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let org = of(Lookup::Org).find(|param| param.presence() == Some(Presence::Resolved));
        let site = of(Lookup::Site).find(|param| text(param.name, arguments).is_some());
        // The organization of a call that names a site alone is that of the site.
        let org_of_site = org.zip(site).filter(|(org, _)| text(org.name, arguments).is_none());
        // Organizations first, then sites: devices are resolved within their site, sites within their organization, and an
        // organization of an MSP within it.
        let order = match org_of_site {
            Some(_) => [Lookup::Site, Lookup::Org, Lookup::Msp, Lookup::Device],
            None if takes(Lookup::Msp) => [Lookup::Msp, Lookup::Org, Lookup::Site, Lookup::Device],
            None => [Lookup::Org, Lookup::Msp, Lookup::Site, Lookup::Device],
        };
        for lookup in order {
            for param in of(lookup) {
                if let Some((org, site)) = org_of_site.filter(|(org, _)| org.name == param.name)
                    && let Some(ids) = text(site.name, arguments)
                    && let Some(id) = self.org_by_sites(site.name, &ids).await?
                {
                    arguments.insert(org.name.to_owned(), id.into());
                    continue;
                }
                let optional = param.presence() == Some(Presence::Optional);
                let how = LookupRules { lookup, optional, partial, takes_org, is_trial: false };
                if is_several(param) {
                    notes.extend(self.lookup_several(how, param.name, arguments).await?);
                } else {
                    notes.extend(self.lookup_one(how, param.name, arguments).await?);
                }
            }
        }
        Ok(notes)
    }
}
