//! [`CallGuard`] limits, counts and logs a tool call over HTTP.

use std::sync::Arc;
use std::time::Instant;

use tracing::Span;

use super::CALLS_AT_ONCE;
use super::http_context::HttpRequestContext;
use super::in_flight::InFlightGuard;
use crate::error::ErrorKind;
use crate::metrics::{Metrics, milliseconds};
use crate::reply::Content;
use crate::trace::Trace;
use crate::{Error, Result};

/// A tool call over HTTP, from its start to its access log line, also where it is refused. A call that ends without
/// [`CallGuard::end`] is one that the server broke off.
pub(super) struct CallGuard<'a> {
    context: &'a HttpRequestContext,
    metrics: &'a Arc<Metrics>,
    tool: &'static str,
    trace: &'a Trace,
    started: Instant,
    /// None if the client has too many calls in flight.
    in_flight: Option<InFlightGuard>,
    has_ended: bool,
}

impl<'a> CallGuard<'a> {
    /// Begins a call of a tool, if that is known.
    pub(super) fn begin(
        context: &'a HttpRequestContext,
        metrics: &'a Arc<Metrics>,
        tool: Option<&'static str>,
        trace: &'a Trace,
    ) -> Self {
        let in_flight = context.activity.begin_call();
        let tool = tool.unwrap_or("unknown");
        Self { context, metrics, tool, trace, started: Instant::now(), in_flight, has_ended: false }
    }

    /// Refuses the call, if the client has too many in flight.
    pub(super) fn refusal(&self) -> Option<Error> {
        if self.in_flight.is_some() {
            return None;
        }
        self.metrics.refusal("calls_at_once");
        let message = format!(
            "{CALLS_AT_ONCE} calls of this client are under way, which is as many as may be at once. Wait for one to end."
        );
        Some(Error::new(ErrorKind::Busy, message))
    }

    /// The tracing span of a call, if one is needed. For a client that asked for verbose logs it has a name that the
    /// log filter knows.
    pub(super) fn span(&self) -> Span {
        let request = &*self.context.request_id;
        if self.context.verbose {
            tracing::info_span!("verbose", request)
        } else if tracing::enabled!(tracing::Level::DEBUG) {
            tracing::info_span!("call", request)
        } else {
            Span::none()
        }
    }

    /// Ends the call. An error gets the request id.
    pub(super) fn end(mut self, outcome: Result<Content>) -> Result<Content> {
        let bytes = outcome.as_ref().map_or(0, Content::len);
        self.record(outcome.as_ref().map_or_else(|error| error.kind().name(), |_| "ok"), bytes);
        outcome.map_err(|error| error.of_request(&self.context.request_id))
    }

    /// Counts the call, and writes one access log line.
    fn record(&mut self, outcome: &'static str, bytes: usize) {
        self.has_ended = true;
        let duration = self.started.elapsed();
        self.metrics.call(self.tool, outcome, duration, bytes);
        let (request, tool) = (&*self.context.request_id, self.tool);
        // A `u128` would become a string in JSON.
        let milliseconds = milliseconds(duration);
        let trace = self.trace.id();
        tracing::info!(
            target: "mistmcp::calls", %request, %tool, %outcome, milliseconds, bytes, trace, "call"
        );
    }
}

impl Drop for CallGuard<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.record(ErrorKind::Server.name(), 0);
        }
    }
}
