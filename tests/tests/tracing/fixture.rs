//! The fixture of the tracing tests: a server that exports its spans, its collector and a mock upstream.

use mistmcp_tests::{Collector, HttpClient, HttpServer, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

/// What clients bring.
pub(crate) const ALICE: &str = "al1ce-t0ken-7Kq2";

pub(crate) const GET_SITE: &str = "tools/call getSiteInfo";
pub(crate) const ASK_SITE: &str = "GET /api/v1/sites/{site_id}";

/// A server that exports its spans, and those whom it talks to.
pub(crate) struct Fixture {
    pub(crate) upstream: MockUpstream,
    pub(crate) collector: Collector,
    pub(crate) server: HttpServer,
}

impl Fixture {
    pub(crate) async fn start() -> Self {
        Self::start_with("", |launch| launch).await
    }

    /// With these arguments, and with what else is done to it.
    pub(crate) async fn start_with(arguments: &str, more: impl FnOnce(Launch) -> Launch) -> Self {
        let (upstream, collector) = (MockUpstream::start().await, Collector::start().await);
        let server = more(collector.of(Launch::at(&upstream, arguments))).serve().await;
        Self { upstream, collector, server }
    }

    /// A client of that era.
    pub(crate) async fn client(&self, lifecycle: Lifecycle) -> HttpClient {
        HttpClient::with_token(&self.server, "?mode=all", ALICE).connect(lifecycle).await
    }
}

/// Arguments that name a site. Each has its own path at Mist, so that no two calls are one.
pub(crate) fn site(number: usize) -> Value {
    json!({ "site_id": site_id(number) })
}

pub(crate) fn site_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// The path that it is asked for by.
pub(crate) fn site_path(number: usize) -> String {
    format!("/api/v1/sites/{}", site_id(number))
}

/// Parameters of a call, with this in its `_meta`.
pub(crate) fn call_within(number: usize, meta: &Value) -> Value {
    json!({ "name": "getSiteInfo", "arguments": site(number), "_meta": meta })
}
