//! An OTLP collector: [`Collector`].

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::serving::serve;
use crate::{Launch, lock, soon};

/// A collector of spans over OTLP. Dropping it stops it.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    state: Arc<MockState>,
    _stop: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct MockState {
    exports: Mutex<Vec<(HeaderMap, Vec<ExportedSpan>)>>,
    arrived: Notify,
    /// The status and delay with which exports are rejected, if they are.
    refusal: Mutex<Option<(u16, Duration)>>,
    refused: Mutex<usize>,
}

/// A span with the resource attributes of its service.
#[derive(Clone, Debug)]
pub struct ExportedSpan {
    /// The span as received.
    pub span: Span,
    resource: Vec<KeyValue>,
}

impl ExportedSpan {
    /// The name of the span.
    pub fn name(&self) -> &str {
        &self.span.name
    }

    /// The trace id, in hexadecimal.
    pub fn trace(&self) -> String {
        hex(&self.span.trace_id)
    }

    /// The span id, in hexadecimal.
    pub fn id(&self) -> String {
        hex(&self.span.span_id)
    }

    /// The parent span id; empty without a parent.
    pub fn parent(&self) -> String {
        hex(&self.span.parent_span_id)
    }

    /// An attribute as text; empty if absent.
    pub fn attribute(&self, name: &str) -> String {
        text(&self.span.attributes, name)
    }

    /// A resource attribute as text; empty if absent.
    pub fn of_service(&self, name: &str) -> String {
        text(&self.resource, name)
    }

    /// The names of the attributes.
    pub fn attributes(&self) -> Vec<&str> {
        self.span.attributes.iter().map(|attribute| attribute.key.as_str()).collect()
    }

    /// The events: name and URL template.
    pub fn events(&self) -> Vec<(&str, String)> {
        let events = self.span.events.iter();
        events.map(|event| (event.name.as_str(), text(&event.attributes, "url.template"))).collect()
    }

    /// The ids of linked spans.
    pub fn links(&self) -> Vec<String> {
        self.span.links.iter().map(|link| hex(&link.span_id)).collect()
    }

    /// Whether the status is an error.
    pub fn has_failed(&self) -> bool {
        const ERROR: i32 = 2;
        self.span.status.as_ref().is_some_and(|status| status.code == ERROR)
    }
}

impl Collector {
    /// Starts a collector that accepts everything.
    pub async fn start() -> Self {
        let state = Arc::new(MockState::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = axum::Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&state));
        Self { address, state, _stop: serve(listener, router) }
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Configures a program to export its spans here, without delay.
    pub fn of(&self, launch: Launch) -> Launch {
        launch.variable("OTEL_EXPORTER_OTLP_ENDPOINT", &self.url()).variable("OTEL_BSP_SCHEDULE_DELAY", "20")
    }

    /// Rejects exports with this status, after a delay.
    pub fn refuse(&self, status: u16, after: Duration) {
        *lock(&self.state.refusal) = Some((status, after));
    }

    /// Accepts exports again.
    pub fn accept(&self) {
        *lock(&self.state.refusal) = None;
    }

    /// The number of rejected exports.
    pub fn refused(&self) -> usize {
        *lock(&self.state.refused)
    }

    /// All spans received so far.
    pub fn spans(&self) -> Vec<ExportedSpan> {
        lock(&self.state.exports).iter().flat_map(|(_, spans)| spans.clone()).collect()
    }

    /// The headers of each export received so far.
    pub fn headers(&self) -> Vec<HeaderMap> {
        lock(&self.state.exports).iter().map(|(headers, _)| headers.clone()).collect()
    }

    /// Waits until the received spans satisfy `wanted`, and returns them.
    pub async fn wait_until(
        &self,
        what: &str,
        wanted: impl Fn(&[ExportedSpan]) -> bool,
    ) -> Vec<ExportedSpan> {
        let telling = async {
            loop {
                let arrived = self.state.arrived.notified();
                let spans = self.spans();
                if wanted(&spans) {
                    return spans;
                }
                arrived.await;
            }
        };
        soon(what, telling).await
    }

    /// Waits for `count` spans of that name, and returns them by start time.
    pub async fn named(&self, name: &str, count: usize) -> Vec<ExportedSpan> {
        let of_name = |spans: &[ExportedSpan]| spans.iter().filter(|span| span.name() == name).count();
        let spans = self.wait_until(name, |spans| of_name(spans) >= count).await;
        let mut spans: Vec<_> = spans.into_iter().filter(|span| span.name() == name).collect();
        spans.sort_by_key(|span| span.span.start_time_unix_nano);
        spans
    }
}

async fn take(State(state): State<Arc<MockState>>, headers: HeaderMap, body: Bytes) -> (StatusCode, Vec<u8>) {
    let refusal = *lock(&state.refusal);
    if let Some((status, after)) = refusal {
        tokio::time::sleep(after).await;
        *lock(&state.refused) += 1;
        return (StatusCode::from_u16(status).unwrap(), Vec::new());
    }
    let export = ExportTraceServiceRequest::decode(body).unwrap();
    let mut spans = Vec::new();
    for of_resource in export.resource_spans {
        let resource = of_resource.resource.map(|resource| resource.attributes).unwrap_or_default();
        for span in of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans) {
            spans.push(ExportedSpan { span, resource: resource.clone() });
        }
    }
    lock(&state.exports).push((headers, spans));
    state.arrived.notify_waiters();
    (StatusCode::OK, Vec::new())
}

fn text(attributes: &[KeyValue], name: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == name);
    match found.and_then(|attribute| attribute.value.as_ref()) {
        Some(AnyValue { value: Some(Value::StringValue(text)) }) => text.clone(),
        Some(AnyValue { value: Some(Value::IntValue(number)) }) => number.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
