use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
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
use crate::{Launch, soon};

/// A collector of spans, over OTLP. Dropping it stops it.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    desk: Arc<Desk>,
    _stop: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Desk {
    exports: Mutex<Vec<(HeaderMap, Vec<Exported>)>>,
    arrived: Notify,
    /// What it answers in place of taking anything.
    refusal: Mutex<Option<(u16, Duration)>>,
    refused: Mutex<usize>,
}

/// A span, and what it says of the service that it is of.
#[derive(Clone, Debug)]
pub struct Exported {
    /// As it came.
    pub span: Span,
    resource: Vec<KeyValue>,
}

impl Exported {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.span.name
    }

    /// Its trace, in hexadecimal.
    pub fn trace(&self) -> String {
        hex(&self.span.trace_id)
    }

    /// Its own id, in hexadecimal.
    pub fn id(&self) -> String {
        hex(&self.span.span_id)
    }

    /// The span that it is below; empty where there is none.
    pub fn parent(&self) -> String {
        hex(&self.span.parent_span_id)
    }

    /// An attribute as text; empty where there is none.
    pub fn attribute(&self, name: &str) -> String {
        text(&self.span.attributes, name)
    }

    /// An attribute of its service as text; empty where there is none.
    pub fn of_service(&self, name: &str) -> String {
        text(&self.resource, name)
    }

    /// The names of its attributes.
    pub fn attributes(&self) -> Vec<&str> {
        self.span.attributes.iter().map(|attribute| attribute.key.as_str()).collect()
    }

    /// What happened in it, each by its name and the path that it is about.
    pub fn events(&self) -> Vec<(&str, String)> {
        let events = self.span.events.iter();
        events.map(|event| (event.name.as_str(), text(&event.attributes, "url.template"))).collect()
    }

    /// The spans that it names, which it is not below.
    pub fn links(&self) -> Vec<String> {
        self.span.links.iter().map(|link| hex(&link.span_id)).collect()
    }

    /// Whether it ended in an error.
    pub fn has_failed(&self) -> bool {
        const ERROR: i32 = 2;
        self.span.status.as_ref().is_some_and(|status| status.code == ERROR)
    }
}

impl Collector {
    /// A collector that takes everything.
    pub async fn start() -> Self {
        let desk = Arc::new(Desk::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = axum::Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&desk));
        Self { address, desk, _stop: serve(listener, router) }
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A program that exports its spans here, and at once.
    pub fn of(&self, launch: Launch) -> Launch {
        launch.variable("OTEL_EXPORTER_OTLP_ENDPOINT", &self.url()).variable("OTEL_BSP_SCHEDULE_DELAY", "20")
    }

    /// Answers with that status from now on, after a while, and takes nothing.
    pub fn refuse(&self, status: u16, after: Duration) {
        *lock(&self.desk.refusal) = Some((status, after));
    }

    /// Takes everything again.
    pub fn accept(&self) {
        *lock(&self.desk.refusal) = None;
    }

    /// How many exports it has refused.
    pub fn refused(&self) -> usize {
        *lock(&self.desk.refused)
    }

    /// Everything that has come so far.
    pub fn spans(&self) -> Vec<Exported> {
        lock(&self.desk.exports).iter().flat_map(|(_, spans)| spans.clone()).collect()
    }

    /// The headers of each export that has come so far.
    pub fn headers(&self) -> Vec<HeaderMap> {
        lock(&self.desk.exports).iter().map(|(headers, _)| headers.clone()).collect()
    }

    /// Waits until what has come satisfies that, and returns it.
    pub async fn told(&self, what: &str, wanted: impl Fn(&[Exported]) -> bool) -> Vec<Exported> {
        let telling = async {
            loop {
                let arrived = self.desk.arrived.notified();
                let spans = self.spans();
                if wanted(&spans) {
                    return spans;
                }
                arrived.await;
            }
        };
        soon(what, telling).await
    }

    /// Waits for so many spans of that name, and returns them in the order in which they began.
    pub async fn named(&self, name: &str, count: usize) -> Vec<Exported> {
        let of_name = |spans: &[Exported]| spans.iter().filter(|span| span.name() == name).count();
        let spans = self.told(name, |spans| of_name(spans) >= count).await;
        let mut spans: Vec<_> = spans.into_iter().filter(|span| span.name() == name).collect();
        spans.sort_by_key(|span| span.span.start_time_unix_nano);
        spans
    }
}

async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> (StatusCode, Vec<u8>) {
    let refusal = *lock(&desk.refusal);
    if let Some((status, after)) = refusal {
        tokio::time::sleep(after).await;
        *lock(&desk.refused) += 1;
        return (StatusCode::from_u16(status).unwrap(), Vec::new());
    }
    let export = ExportTraceServiceRequest::decode(body).unwrap();
    let mut spans = Vec::new();
    for of_resource in export.resource_spans {
        let resource = of_resource.resource.map(|resource| resource.attributes).unwrap_or_default();
        for span in of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans) {
            spans.push(Exported { span, resource: resource.clone() });
        }
    }
    lock(&desk.exports).push((headers, spans));
    desk.arrived.notify_waiters();
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
