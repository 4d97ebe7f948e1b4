//! Server span of an MCP request: [`Trace`].

use std::fmt;
use std::sync::Arc;

use http::Method;
use opentelemetry::trace::{SpanRef, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;
use reqwest::Url;
use rmcp::service::{RequestContext, RoleServer};

use super::client_span::ClientSpans;
use super::template::template;
use crate::error::ErrorKind;

/// Outcome of a span whose request was cancelled.
pub(super) const CANCELLED: &str = "cancelled";

/// Handle of the span of an MCP request; empty if it is not traced.
#[derive(Clone, Default)]
pub(crate) struct Trace(Option<Arc<Inner>>);

struct Inner {
    tracer: SdkTracer,
    context: Context,
}

impl Trace {
    pub(super) fn new(tracer: SdkTracer, context: Context) -> Self {
        Self(Some(Arc::new(Inner { tracer, context })))
    }

    /// The handle that the request's context carries.
    pub(crate) fn of(context: &RequestContext<RoleServer>) -> Self {
        context.extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// The trace id, whether the span is recorded or not.
    pub(crate) fn id(&self) -> Option<String> {
        let Inner { context, .. } = self.0.as_deref()?;
        Some(context.span().span_context().trace_id().to_string())
    }

    /// Sets the tool of the request, if it exists: a made-up name is not recorded.
    pub(crate) fn is_for_tool(&self, name: impl FnOnce() -> Option<&'static str>) {
        self.is_for("tools/call", "gen_ai.tool.name", name);
    }

    /// Sets the prompt of the request, if it exists.
    pub(crate) fn is_for_prompt(&self, name: impl FnOnce() -> Option<&'static str>) {
        self.is_for("prompts/get", "gen_ai.prompt.name", name);
    }

    fn is_for(&self, method: &str, attribute: &'static str, name: impl FnOnce() -> Option<&'static str>) {
        if let Some(span) = self.recorded()
            && let Some(name) = name()
        {
            span.update_name(format!("{method} {name}"));
            span.set_attribute(KeyValue::new(attribute, name));
        }
    }

    /// Sets the tool that `callTool` calls.
    pub(crate) fn calls(&self, tool: &'static str) {
        if let Some(span) = self.recorded() {
            span.set_attribute(KeyValue::new("mistmcp.called_tool", tool));
        }
    }

    /// Sets the outcome of a call, with the names of the log and the metrics.
    pub(crate) fn set_outcome(&self, failure: Option<ErrorKind>) {
        if let Some(span) = self.recorded() {
            span.set_attribute(KeyValue::new("mistmcp.outcome", failure.map_or("ok", ErrorKind::name)));
        }
    }

    /// Records a cache hit for the path.
    pub(crate) fn cache_hit(&self, path: &str) {
        if let Some(span) = self.recorded() {
            let path = KeyValue::new("url.template", template(&Method::GET, path));
            span.add_event("mistmcp.remembered", vec![path]);
        }
    }

    /// Links the span of another call whose request this one waits for.
    pub(crate) fn shares(&self, other: &Self) {
        if let (Some(span), Some(other)) = (self.recorded(), other.0.as_deref()) {
            let other = other.context.span().span_context().clone();
            span.add_link(other, vec![KeyValue::new("mistmcp.link", "shared_request")]);
        }
    }

    /// Creates the client spans of one request to Mist and its retries.
    pub(crate) fn sends(&self, method: &Method, url: &Url) -> ClientSpans {
        let under = self.0.as_deref().filter(|inner| inner.context.span().is_recording());
        ClientSpans::new(under.map(|inner| (inner.tracer.clone(), inner.context.clone())), method, url)
    }

    /// The span, if it is recorded.
    pub(super) fn recorded(&self) -> Option<SpanRef<'_>> {
        let span = self.0.as_deref()?.context.span();
        span.is_recording().then_some(span)
    }

    pub(super) fn end(&self) {
        if let Some(inner) = self.0.as_deref() {
            inner.context.span().end();
        }
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Trace").field(&self.id()).finish()
    }
}
