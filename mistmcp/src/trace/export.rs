use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{InstrumentationScope, Key, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use rmcp::handler::server::ServerHandler;
use tokio::runtime::Handle;

use super::collector::{Collector, Told};
use super::handler::Traced;
use super::settings::Settings;
use super::template;
use super::variables::{asked_by, variable};
use crate::endpoint::Endpoint;
use crate::identity::identity;

/// How long the last spans may take to be taken.
const FAREWELL: Duration = Duration::from_secs(3);
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The export of spans; nothing where nobody asks for them.
#[derive(Debug, Default)]
pub(crate) struct Tracing(Option<SdkTracerProvider>);

impl Tracing {
    /// Exports spans from now on, by a thread of its own, if the environment asks for it.
    ///
    /// # Errors
    /// A variable asks for what there is not.
    pub(crate) fn start(
        runtime: &Handle,
        endpoints: impl IntoIterator<Item = &'static Endpoint>,
    ) -> anyhow::Result<Self> {
        let Some(asked_by) = asked_by(variable)? else { return Ok(Self::default()) };
        template::know(endpoints);
        let settings = Settings::read(variable)?;
        let timeout = settings.timeout;
        let collector = Collector::new(settings, runtime.clone());
        let exporter = SpanExporter::builder().with_http().with_http_client(collector.clone());
        let exporter = exporter.with_timeout(timeout).build()?;
        tracing::info!(collector = collector.name(), by = asked_by, "spans are exported");
        let provider = SdkTracerProvider::builder()
            .with_resource(resource())
            .with_batch_exporter(Told::new(exporter, collector))
            .build();
        Ok(Self(Some(provider)))
    }

    /// The same handlers, whose requests are traced.
    pub(crate) fn around<S, H: ServerHandler>(
        &self,
        handler: impl Fn(S) -> H + Send + Sync + 'static,
    ) -> impl Fn(S) -> Traced<H> + Send + Sync + 'static {
        let tracer = self.0.as_ref().map(tracer);
        move |server| Traced::new(handler(server), tracer.clone())
    }

    /// Exports what is left, while the runtime is still there.
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

/// What the environment says of this service, and its name and version where it does not say them.
fn resource() -> Resource {
    let said = Resource::builder().build();
    let own = [("service.name", identity().name), ("service.version", identity().version)];
    let missing = own.into_iter().filter(|(name, _)| {
        let said = said.get(&Key::from_static_str(name));
        said.is_none_or(|value| value.as_str().starts_with("unknown_service"))
    });
    Resource::builder().with_attributes(missing.map(|(name, value)| KeyValue::new(name, value))).build()
}
