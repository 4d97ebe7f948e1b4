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
use crate::log_limit::LogLimit;

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
}

async fn send(client: reqwest::Client, request: Request<Bytes>) -> reqwest::Result<Response<Bytes>> {
    let (parts, body) = request.into_parts();
    let sending = client.request(parts.method, parts.uri.to_string());
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

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        // The client is built on this thread, which is none of the runtime's.
        let outcome = match self.0.client() {
            Ok(client) => self.0.runtime.spawn(send(client.clone(), request)).await?,
            Err(error) => Err(error),
        };
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

/// Exporter that reports each series of failures once, and not with each batch.
#[derive(Debug)]
pub(super) struct FailureReporter<E> {
    exporter: E,
    collector: Collector,
    state: Mutex<FailureState>,
}

#[derive(Debug)]
struct FailureState {
    /// Spans lost since the collector last accepted any.
    lost: usize,
    /// Whether a warning has told that they are lost.
    is_told: bool,
    warnings: LogLimit,
}

impl Default for FailureState {
    fn default() -> Self {
        Self { lost: 0, is_told: false, warnings: LogLimit::new(1, WARNING_INTERVAL) }
    }
}

impl FailureState {
    /// Counts lost spans. Returns whether to warn of them: once in a series, and as soon as the last warning of another one is
    /// old enough.
    fn lose(&mut self, spans: usize, now: Instant) -> bool {
        self.lost += spans;
        let is_news = !self.is_told && self.warnings.next(now).is_some();
        self.is_told |= is_news;
        is_news
    }

    /// Ends a series of failures. Returns the number of lost spans, if there are any.
    fn recover(&mut self) -> Option<usize> {
        self.is_told = false;
        Some(std::mem::take(&mut self.lost)).filter(|lost| *lost > 0)
    }
}

impl<E> FailureReporter<E> {
    pub(super) fn new(exporter: E, collector: Collector) -> Self {
        Self { exporter, collector, state: Mutex::default() }
    }

    fn report(&self, spans: usize, outcome: &OTelSdkResult) {
        let mut state = self.state.lock();
        let collector = self.collector.name();
        match outcome {
            Ok(()) => {
                if let Some(lost) = state.recover() {
                    tracing::info!(collector, lost, "the collector takes spans again");
                }
            }
            Err(error) if state.lose(spans, Instant::now()) => {
                let why = self.collector.take_failure().unwrap_or_else(|| error.to_string());
                tracing::warn!(
                    collector,
                    why,
                    "the collector takes no spans, and they are lost; calls go on"
                );
            }
            Err(_) => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outage_is_told_once_and_a_later_one_when_the_last_warning_is_old() {
        let began = Instant::now();
        let at = |minutes| began + Duration::from_mins(minutes);
        let mut state = FailureState::default();
        assert_eq!([0, 1, 2].map(|minute| state.lose(5, at(minute))), [true, false, false]);
        assert_eq!((state.recover(), state.recover()), (Some(15), None));
        // The second outage begins soon after the first warning, and goes on.
        assert_eq!(
            [4, 9, 11, 12, 600].map(|minute| state.lose(1, at(minute))),
            [false, false, true, false, false]
        );
        assert_eq!(state.recover(), Some(5));
        // One that ends before that is told by its end alone.
        assert_eq!((state.lose(2, at(601)), state.recover()), (true, Some(2)));
        assert_eq!((state.lose(3, at(602)), state.recover()), (false, Some(3)));
    }
}
