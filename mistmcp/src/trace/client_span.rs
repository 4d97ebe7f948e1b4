//! Client spans of requests to Mist: [`ClientSpans`].

use std::sync::atomic::{AtomicI64, Ordering};

use http::{Method, StatusCode};
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, Span};
use reqwest::Url;

use super::template::template;
use crate::error::ErrorKind;

/// Factory of client spans for the attempts of one request to Mist. The spans contain no data of
/// the network or the user.
pub(crate) struct ClientSpans(Option<Inner>);

struct Inner {
    tracer: SdkTracer,
    /// Context of the MCP request's span.
    parent: Context,
    name: String,
    attributes: Vec<KeyValue>,
    sent: AtomicI64,
}

/// Span of an in-flight attempt.
pub(crate) struct ClientSpan(Option<Span>);

impl ClientSpans {
    pub(super) fn new(under: Option<(SdkTracer, Context)>, method: &Method, url: &Url) -> Self {
        Self(under.map(|(tracer, parent)| {
            let template = template(method, url.path());
            let name = format!("{method} {template}");
            let mut attributes = vec![
                KeyValue::new("http.request.method", method.to_string()),
                KeyValue::new("url.template", template),
                KeyValue::new("url.scheme", url.scheme().to_owned()),
            ];
            attributes.extend(url.host_str().map(|host| KeyValue::new("server.address", host.to_owned())));
            attributes.extend(
                url.port_or_known_default().map(|port| KeyValue::new("server.port", i64::from(port))),
            );
            Inner { tracer, parent, name, attributes, sent: AtomicI64::new(0) }
        }))
    }

    /// Starts the span of the first attempt, or of a retry.
    pub(crate) fn begin(&self) -> ClientSpan {
        ClientSpan(self.0.as_ref().map(|inner| {
            let span = inner.tracer.span_builder(inner.name.clone()).with_kind(SpanKind::Client);
            let mut span = span
                .with_attributes(inner.attributes.iter().cloned())
                .start_with_context(&inner.tracer, &inner.parent);
            let before = inner.sent.fetch_add(1, Ordering::Relaxed);
            if before > 0 {
                span.set_attribute(KeyValue::new("http.request.resend_count", before));
            }
            span
        }))
    }
}

impl ClientSpan {
    /// Ends the span with the status of Mist's answer, or with the kind of failure.
    pub(crate) fn end(mut self, outcome: Result<StatusCode, ErrorKind>) {
        let Some(mut span) = self.0.take() else { return };
        if let Ok(status) = outcome {
            span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
        }
        match outcome {
            Ok(status) if status.is_client_error() || status.is_server_error() => {
                fail(&mut span, status.as_str().to_owned());
            }
            Ok(_) => {}
            Err(kind) => fail(&mut span, kind.name().to_owned()),
        }
    }
}

impl Drop for ClientSpan {
    /// Ends the span as cancelled.
    fn drop(&mut self) {
        if let Some(span) = &mut self.0 {
            fail(span, super::span::CANCELLED.to_owned());
        }
    }
}

fn fail(span: &mut Span, kind: String) {
    span.set_attribute(KeyValue::new("error.type", kind));
    span.set_status(Status::error(""));
}
