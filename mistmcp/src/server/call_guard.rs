//! [`CallGuard`] counts, limits and logs a tool call over HTTP.

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

/// A tool call over HTTP, from its start to its access log line.
pub(super) struct CallGuard<'a> {
    context: &'a HttpRequestContext,
    metrics: &'a Arc<Metrics>,
    started: Instant,
    _in_flight: InFlightGuard,
}

impl<'a> CallGuard<'a> {
    /// Begins a call, unless the client has too many in flight.
    pub(super) fn begin(context: &'a HttpRequestContext, metrics: &'a Arc<Metrics>) -> Result<Self> {
        let in_flight = context.activity.begin_call().ok_or_else(|| {
            metrics.refusal("calls_at_once");
            let message = format!(
                "{CALLS_AT_ONCE} calls of this client are under way, which is as many as may be at once. Wait for \
                 one to end."
            );
            Error::new(ErrorKind::Busy, message).of_request(&context.request_id)
        })?;
        Ok(Self { context, metrics, started: Instant::now(), _in_flight: in_flight })
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

    /// Ends the call: counts it, and writes one access log line. An error gets the request id.
    pub(super) fn end(
        self,
        tool: Option<&'static str>,
        trace: &Trace,
        outcome: Result<Content>,
    ) -> Result<Content> {
        let duration = self.started.elapsed();
        let bytes = outcome.as_ref().map_or(0, Content::len);
        let outcome_name = outcome.as_ref().map_or_else(|error| error.kind().name(), |_| "ok");
        let tool = tool.unwrap_or("unknown");
        self.metrics.call(tool, outcome_name, duration, bytes);
        let request = &*self.context.request_id;
        // A `u128` would become a string in JSON.
        let milliseconds = milliseconds(duration);
        let trace = trace.id();
        tracing::info!(
            target: "mistmcp::calls", %request, %tool, outcome = %outcome_name, milliseconds, bytes, trace, "call"
        );
        outcome.map_err(|error| error.of_request(request))
    }
}
