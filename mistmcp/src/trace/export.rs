//! Export of spans: [`Tracing`].

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{InstrumentationScope, Key, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use rmcp::handler::server::ServerHandler;
use tokio::runtime::Handle;

use super::collector::{Collector, FailureReporter};
use super::handler::Traced;
use super::settings::Settings;
use super::template;
use super::variables::{exporter_variable, variable};
use crate::endpoint::Endpoint;
use crate::identity::identity;

/// Timeout of the last export.
const FAREWELL: Duration = Duration::from_secs(3);
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Exporter of spans; empty if the environment asks for none.
#[derive(Debug, Default)]
pub(crate) struct Tracing(Option<SdkTracerProvider>);

impl Tracing {
    /// Starts the export in its own thread, if the environment asks for it.
    ///
    /// # Errors
    /// A variable has an unsupported value.
    pub(crate) fn start(
        runtime: &Handle,
        endpoints: impl IntoIterator<Item = &'static Endpoint>,
    ) -> anyhow::Result<Self> {
        let Some(exporter_variable) = exporter_variable(variable)? else { return Ok(Self::default()) };
        template::know(endpoints);
        let settings = Settings::read(variable)?;
        let timeout = settings.timeout;
        let collector = Collector::new(settings, runtime.clone());
        let exporter = SpanExporter::builder().with_http().with_http_client(collector.clone());
        let exporter = exporter.with_timeout(timeout).build()?;
        tracing::info!(collector = collector.name(), by = exporter_variable, "spans are exported");
        let provider = SdkTracerProvider::builder()
            .with_resource(resource())
            .with_batch_exporter(FailureReporter::new(exporter, collector))
            .build();
        Ok(Self(Some(provider)))
    }

    /// Wraps a handler so that its requests are traced.
    pub(crate) fn around<S, H: ServerHandler>(
        &self,
        handler: impl Fn(S) -> H + Send + Sync + 'static,
    ) -> impl Fn(S) -> Traced<H> + Send + Sync + 'static {
        let tracer = self.0.as_ref().map(tracer);
        move |server| Traced::new(handler(server), tracer.clone())
    }

    /// Exports the remaining spans while the runtime still exists.
    pub(crate) fn end(self) {
        if let Some(provider) = self.0
            && let Err(error) = provider.shutdown_with_timeout(FAREWELL)
        {
            tracing::debug!(%error, "the last spans are lost");
        }
    }
}

fn tracer(provider: &SdkTracerProvider) -> SdkTracer {
    provider.tracer_with_scope(InstrumentationScope::builder("mistmcp").with_version(VERSION).build())
}

/// Resource attributes from the environment, with this program's name and version as defaults.
fn resource() -> Resource {
    let detected = Resource::builder().build();
    let of_lookups = [("service.name", identity().name), ("service.version", identity().version)];
    let missing = of_lookups.into_iter().filter(|(name, _)| {
        let detected = detected.get(&Key::from_static_str(name));
        detected.is_none_or(|value| value.as_str().starts_with("unknown_service"))
    });
    Resource::builder().with_attributes(missing.map(|(name, value)| KeyValue::new(name, value))).build()
}
