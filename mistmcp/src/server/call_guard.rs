use std::sync::Arc;
use std::time::Instant;

use tracing::Span;

use super::CALLS_AT_ONCE;
use super::http_context::HttpRequestContext;
use super::in_flight::InFlightGuard;
use crate::error::ErrorKind;
use crate::metrics::Metrics;
use crate::reply::Content;
use crate::trace::Trace;
use crate::{Error, Result};

/// A call over HTTP, from its beginning to the line that is logged of it.
pub(super) struct CallGuard<'a> {
    visitor: &'a HttpRequestContext,
    metrics: &'a Arc<Metrics>,
    began: Instant,
    _busy: InFlightGuard,
}

impl<'a> CallGuard<'a> {
    /// Begins a call, unless the client has too many under way.
    pub(super) fn begin(visitor: &'a HttpRequestContext, metrics: &'a Arc<Metrics>) -> Result<Self> {
        let busy = visitor.activity.begin_call().ok_or_else(|| {
            metrics.refusal("calls_at_once");
            let message = format!(
                "{CALLS_AT_ONCE} calls of this client are under way, which is as many as may be at once. Wait for \
                 one to end."
            );
            Error::new(ErrorKind::RateLimit, message).of_request(&visitor.request_id)
        })?;
        Ok(Self { visitor, metrics, began: Instant::now(), _busy: busy })
    }

    /// The span that the lines logged on the way belong to, where there may be any. That of a client that asked for
    /// verbose logs has a name by which the log's filter knows it.
    pub(super) fn span(&self) -> Span {
        let request = &*self.visitor.request_id;
        if self.visitor.verbose {
            tracing::info_span!("verbose", request)
        } else if tracing::enabled!(tracing::Level::DEBUG) {
            tracing::info_span!("call", request)
        } else {
            Span::none()
        }
    }

    /// Ends the call: counted, and logged in one line. An error carries the request's id.
    pub(super) fn end(
        self,
        tool: Option<&'static str>,
        trace: &Trace,
        outcome: Result<Content>,
    ) -> Result<Content> {
        let duration = self.began.elapsed();
        let bytes = outcome.as_ref().map_or(0, Content::len);
        let came_to = outcome.as_ref().map_or_else(|error| error.kind().name(), |_| "ok");
        let tool = tool.unwrap_or("unknown");
        self.metrics.call(tool, came_to, duration, bytes);
        let request = &*self.visitor.request_id;
        // As JSON a `u128` would be a text.
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let trace = trace.id();
        tracing::info!(
            target: "mistmcp::calls", %request, %tool, outcome = %came_to, milliseconds, bytes, trace, "call"
        );
        outcome.map_err(|error| error.of_request(request))
    }
}
