//! A tool call as the tool sees it: [`Call`], with progress, requests to the client, and cancellation.

mod client_request;
mod client_wait;
mod elicitation;
mod record;
mod rows;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub(crate) use client_request::{ClientRequest, Notification};
use client_wait::ClientWait;
pub use elicitation::Form;
#[cfg(test)]
pub(crate) use elicitation::request as form_request;
pub(crate) use record::CallRecord;
pub(crate) use rows::{
    CallsLeft, FetchedPage, NESTED_QUERY, RowAccess, RowPage, RowsFuture, TableScope, row_digest,
};

use crate::capability::Capability;
use crate::trace::Trace;
use crate::{RequestBody, Result};

/// One call of a tool: reports progress, sends requests to the client, and knows whether the call
/// has been cancelled.
#[derive(Clone)]
pub struct Call {
    cancelled: CancellationToken,
    peer: Option<Arc<dyn CallPeer>>,
    client_wait: ClientWait,
    /// The last progress that was sent.
    last: Arc<Mutex<(f64, Option<f64>)>>,
    trace: Trace,
    shows_views: bool,
    session: Option<Arc<dyn CallSession>>,
    /// Whether it reads a table of a query.
    #[cfg(feature = "query")]
    is_table: bool,
    /// Tool and arguments, with names resolved. Equal calls have equal ones.
    invocation: Option<Arc<str>>,
    record: Arc<CallRecord>,
    has_deadline: bool,
    stage: Arc<Mutex<Stage>>,
}

/// What a call spends its time on, for the error at its deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Requests to Mist.
    #[default]
    Mist,
    /// Waiting for other queries.
    Queue,
    /// An SQL statement.
    Statement,
    /// Parsing and rendering of an answer.
    Answer,
}

/// The session of a call, as its tool sees it.
pub(crate) trait CallSession: RowAccess {
    /// Whether the session can call a tool, directly or through `callTool`.
    fn may_call(&self, tool: &str) -> bool;

    /// Whether a tool that answers a question may read what another tool reads. The categories and tools that the
    /// operator names do not limit this; tools that the operator removes do.
    fn may_read(&self, tool: &str) -> bool;

    /// Whether answers have the secrets in them.
    fn shows_secrets(&self) -> bool;

    /// Differs for sessions that may call or read different tools.
    fn access_key(&self) -> u64;
}

/// The client of a call.
pub(crate) trait CallPeer: Send + Sync {
    /// Sends a notification, in order, without waiting.
    fn notify(&self, notification: Notification);

    /// Whether the client has this capability.
    fn supports(&self, capability: Capability) -> bool;

    /// Sends a request. The response is in the form that MCP defines.
    fn request<'a>(&'a self, key: &'a str, request: ClientRequest) -> ResponseFuture<'a>;
}

pub(crate) type ResponseFuture<'a> = Pin<Box<dyn Future<Output = Result<Value>> + Send + 'a>>;

impl Call {
    pub(crate) fn new(cancelled: CancellationToken, peer: Option<Arc<dyn CallPeer>>) -> Self {
        Self {
            cancelled,
            peer,
            client_wait: ClientWait::default(),
            last: Arc::default(),
            trace: Trace::default(),
            shows_views: false,
            session: None,
            #[cfg(feature = "query")]
            is_table: false,
            invocation: None,
            record: Arc::default(),
            has_deadline: true,
            stage: Arc::default(),
        }
    }

    /// The same call with a trace.
    pub(crate) fn traced(self, trace: Trace) -> Self {
        Self { trace, ..self }
    }

    /// The same call for a client that shows views of MCP Apps, or does not.
    pub(crate) fn showing_views(self, shows_views: bool) -> Self {
        Self { shows_views, ..self }
    }

    /// Whether the client shows views of MCP Apps.
    pub(crate) fn shows_views(&self) -> bool {
        self.shows_views
    }

    /// The trace of the call.
    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The same call in a session.
    pub(crate) fn in_session(self, session: Arc<dyn CallSession>) -> Self {
        Self { session: Some(session), ..self }
    }

    /// The same call with its tool and resolved arguments.
    pub(crate) fn of_tool(self, tool: &str, arguments: &Map<String, Value>) -> Self {
        let arguments = serde_json::to_string(arguments).unwrap_or_default();
        Self { invocation: Some(format!("{tool} {arguments}").into()), ..self }
    }

    /// A key that equal calls of sessions with equal access have in common; `None` outside of a session.
    pub(crate) fn key(&self) -> Option<String> {
        let (session, invocation) = (self.session.as_ref()?, self.invocation.as_ref()?);
        Some(format!("{:016x} {invocation}", session.access_key()))
    }

    /// The same call without a deadline.
    pub(crate) fn without_deadline(self) -> Self {
        Self { has_deadline: false, ..self }
    }

    /// Whether the call has to end within the time that the operator has set.
    pub(crate) fn has_deadline(&self) -> bool {
        self.has_deadline
    }

    /// Notes what the call spends its time on from now on.
    #[cfg(feature = "query")]
    pub(crate) fn enter(&self, stage: Stage) {
        *self.stage.lock() = stage;
    }

    /// What the call spends its time on.
    pub(crate) fn stage(&self) -> Stage {
        *self.stage.lock()
    }

    /// The same call for a table of a query, without its session: a tool that reads other tools' rows is no source of
    /// rows.
    #[cfg(feature = "query")]
    pub(crate) fn for_table(self) -> Self {
        Self { session: None, is_table: true, ..self }
    }

    /// Whether it reads a table of a query, which takes all rows: a tool that has read a whole list answers it whole.
    pub fn is_for_table(&self) -> bool {
        #[cfg(feature = "query")]
        let is_table = self.is_table;
        #[cfg(not(feature = "query"))]
        let is_table = false;
        is_table
    }

    /// The session of the call; none outside of one.
    pub(crate) fn session(&self) -> Option<&Arc<dyn CallSession>> {
        self.session.as_ref()
    }

    /// Whether the session can call `tool`, directly or through `callTool`. A reply names only such tools.
    pub fn may_call(&self, tool: &str) -> bool {
        self.session.as_ref().is_none_or(|session| session.may_call(tool))
    }

    /// Whether this tool may read what `tool` reads: it may not, if the operator has removed that one.
    pub fn may_read(&self, tool: &str) -> bool {
        self.session.as_ref().is_none_or(|session| session.may_read(tool))
    }

    /// Whether its answer has the secrets in it.
    pub(crate) fn shows_secrets(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.shows_secrets())
    }

    /// What the call has used.
    pub(crate) fn record(&self) -> &Arc<CallRecord> {
        &self.record
    }

    /// A call without a client: it is never cancelled, and cannot send requests.
    pub fn unattended() -> Self {
        Self::new(CancellationToken::new(), None)
    }

    /// Reports progress to the client, if it asked for that. `done` and `total` have the same unit, which is arbitrary, and
    /// `done` must grow with each report.
    ///
    /// ```
    /// # use mistmcp::Call;
    /// # fn look_at(call: &Call, sites: &[String]) {
    /// for (done, site) in (0_u32..).zip(sites) {
    ///     call.progress(done.into(), Some(sites.len() as f64), format!("looking at {site}"));
    /// }
    /// # }
    /// ```
    pub fn progress(&self, done: f64, total: Option<f64>, message: impl Into<String>) {
        if let Some(peer) = &self.peer {
            let total = total.filter(|total| done <= *total);
            *self.last.lock() = (done, total);
            peer.notify(Notification::Progress { done, total, message: message.into() });
        }
    }

    /// Reports what the call waits for, as progress.
    pub(crate) fn note(&self, message: String) {
        // MCP requires progress to grow with each notification.
        const STEP: f64 = 0.001;
        if let Some(peer) = &self.peer {
            let (done, total) = {
                let mut last = self.last.lock();
                last.0 += STEP;
                // Progress above its total is no progress.
                last.1 = last.1.filter(|total| last.0 <= *total);
                *last
            };
            peer.notify(Notification::Progress { done, total, message });
        }
    }

    #[cfg(feature = "client-requests")]
    pub(crate) fn notify(&self, notification: Notification) {
        if let Some(peer) = &self.peer {
            peer.notify(notification);
        }
    }

    /// Asks the user of the client to fill in a form (elicitation). The fields are those of `T`: strings, numbers, booleans
    /// and choices, with their `///` as labels.
    ///
    /// Up to protocol version 2025-11-25 the call waits for the response. From 2026-07-28 on (multi-round-trip requests) this
    /// returns an error, which the tool must return with `?`; the client gets the request, and calls the tool again with the
    /// response. The tool then runs from its start: ask before acting, and use the same `key` each time. To send several
    /// requests at once, use [`tokio::join!`](https://docs.rs/tokio/latest/tokio/macro.join.html):
    ///
    /// ```
    /// use mistmcp::{Call, Form, Reply, Result, mist_tool};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Deserialize, Serialize, mistmcp::schemars::JsonSchema)]
    /// #[schemars(crate = "mistmcp::schemars")]
    /// struct Visit {
    ///     /// Why you are at the site.
    ///     reason: String,
    /// }
    ///
    /// # mistmcp::category! {
    /// #     /// For this example.
    /// #     visits
    /// # }
    /// /// Notes why somebody visits a site.
    /// #[mist_tool(category = "visits")]
    /// pub async fn note_visit(call: &Call) -> Result<Reply> {
    ///     match call.ask::<Visit>("visit", "What brings you here?").await? {
    ///         Form::Filled(visit) => Reply::json(visit.reason),
    ///         Form::Declined | Form::Closed => Reply::json("Nothing was noted."),
    ///     }
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// The client has no elicitation, or there is no response (yet).
    pub async fn ask<T: RequestBody>(&self, key: &str, message: impl Into<String>) -> Result<Form<T>> {
        let form = elicitation::schema_of::<T>()?;
        elicitation::parse(self.send_request(key, elicitation::request(message.into(), form)).await?)
    }

    /// Whether the client has a capability. A request without it is an error.
    pub fn can(&self, capability: Capability) -> bool {
        self.peer.as_ref().is_some_and(|peer| peer.supports(capability))
    }

    pub(crate) async fn send_request(&self, key: &str, request: ClientRequest) -> Result<Value> {
        let Some(peer) = &self.peer else { return Err(request.capability.missing()) };
        let _pending = self.client_wait.begin();
        peer.request(key, request).await
    }

    /// Whether the client has cancelled the call. A cancelled call is also dropped at its next await.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// Returns when the client cancels the call.
    pub async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }

    /// Returns when the call has taken `limit`, without the time in which it waited for its client.
    pub(crate) async fn outlasts(&self, limit: Duration) {
        let started = Instant::now();
        loop {
            let own = started.elapsed().saturating_sub(self.waited());
            match limit.saturating_sub(own) {
                Duration::ZERO => return,
                left => tokio::time::sleep(left).await,
            }
        }
    }

    /// How long the call has waited for its client.
    pub(crate) fn waited(&self) -> Duration {
        self.client_wait.total()
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Call").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
