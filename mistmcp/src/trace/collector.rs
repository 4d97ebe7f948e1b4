//! HTTP client of the OTLP collector: [`Collector`].

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::settings::Settings;
use crate::error::causes;

/// Maximum size of a collector's answer, which is empty or a sentence.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Minimum interval of warnings about an unavailable collector.
const WARNING_INTERVAL: Duration = Duration::from_mins(10);

/// Transport to the collector, with the program's HTTP client. A separate thread exports, and
/// blocks on the runtime here.
#[derive(Clone)]
pub(super) struct Collector(Arc<Inner>);

struct Inner {
    settings: Settings,
    runtime: Handle,
    /// Built at the first export, because loading the system's certificates takes a while.
    client: OnceLock<reqwest::Client>,
    /// Reason of the last failure.
    failure: Mutex<Option<String>>,
}

impl Collector {
    pub(super) fn new(settings: Settings, runtime: Handle) -> Self {
        Self(Arc::new(Inner { settings, runtime, client: OnceLock::new(), failure: Mutex::default() }))
    }

    /// Display name.
    pub(super) fn name(&self) -> &str {
        &self.0.settings.collector
    }

    fn take_failure(&self) -> Option<String> {
        self.0.failure.lock().take()
    }
}

impl Inner {
    fn client(&self) -> reqwest::Result<&reqwest::Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // No redirects: data and headers, which may hold secrets, must not reach another host.
        let builder = reqwest::Client::builder()
            .timeout(self.settings.timeout)
            .redirect(reqwest::redirect::Policy::none());
        let builder = if self.settings.is_near { builder.no_proxy() } else { builder };
        let client = builder.build()?;
        Ok(self.client.get_or_init(|| client))
    }

    async fn send(&self, request: Request<Bytes>) -> reqwest::Result<Response<Bytes>> {
        let (parts, body) = request.into_parts();
        let sending = self.client()?.request(parts.method, parts.uri.to_string());
        let mut response = sending.headers(parts.headers).body(body).send().await?;
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                break;
            }
            body.extend_from_slice(&chunk);
        }
        Ok(answer.map(|_| body.freeze()))
    }
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let way = Arc::clone(&self.0);
        let outcome = self.0.runtime.spawn(async move { way.send(request).await }).await?;
        let failure = outcome.as_ref().err().map(reason);
        *self.0.failure.lock() = failure;
        Ok(outcome.map_err(reqwest::Error::without_url)?)
    }
}

/// The innermost cause of an error. The outer one contains the URL, which may hold a secret.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    causes(error).skip(1).last().map_or_else(|| "no answer".to_owned(), ToString::to_string)
}

/// Omits the headers, and all of the URL but its host.
impl fmt::Debug for Collector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Collector").field(&self.0.settings.collector).finish()
    }
}

/// Exporter that reports a series of failures once, and not with each batch.
#[derive(Debug)]
pub(super) struct FailureReporter<E> {
    exporter: E,
    collector: Collector,
    state: Mutex<FailureState>,
}

#[derive(Debug, Default)]
struct FailureState {
    /// Spans lost since the collector last accepted any.
    lost: usize,
    last_warning: Option<Instant>,
}

impl<E> FailureReporter<E> {
    pub(super) fn new(exporter: E, collector: Collector) -> Self {
        Self { exporter, collector, state: Mutex::default() }
    }

    fn report(&self, spans: usize, outcome: &OTelSdkResult) {
        let mut state = self.state.lock();
        let collector = self.collector.name();
        match outcome {
            Ok(()) if state.lost > 0 => {
                let lost = std::mem::take(&mut state.lost);
                tracing::info!(collector, lost, "the collector takes spans again");
            }
            Ok(()) => {}
            Err(error) => {
                let is_news = state.lost == 0;
                state.lost += spans;
                if is_news
                    && state.last_warning.is_none_or(|last_warning| last_warning.elapsed() > WARNING_INTERVAL)
                {
                    state.last_warning = Some(Instant::now());
                    let why = self.collector.take_failure().unwrap_or_else(|| error.to_string());
                    tracing::warn!(
                        collector,
                        why,
                        "the collector takes no spans, and they are lost; calls go on"
                    );
                }
            }
        }
    }
}

impl<E: SpanExporter> SpanExporter for FailureReporter<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let outcome = self.exporter.export(batch).await;
        self.report(spans, &outcome);
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
