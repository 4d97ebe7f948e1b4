//! No-op tracing without the feature `otlp`, with the same interface.
#![expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as the ones that do something")]

use http::{Method, StatusCode};
use reqwest::Url;
use rmcp::handler::server::ServerHandler;
use rmcp::service::{RequestContext, RoleServer};
use tokio::runtime::Handle;

use super::variables::{missing_export, variable};
use crate::endpoint::Endpoint;
use crate::error::ErrorKind;

#[derive(Debug, Default)]
pub(crate) struct Tracing(());

impl Tracing {
    /// Starts nothing. If the environment asks for an export, it warns why there is none.
    pub(crate) fn start(
        _runtime: &Handle,
        _endpoints: impl IntoIterator<Item = &'static Endpoint>,
    ) -> anyhow::Result<Self> {
        if let Some(problem) = missing_export(variable) {
            tracing::warn!("{problem}");
        }
        Ok(Self(()))
    }

    pub(crate) fn around<S, H: ServerHandler>(
        &self,
        handler: impl Fn(S) -> H + Send + Sync + 'static,
    ) -> impl Fn(S) -> H + Send + Sync + 'static {
        handler
    }

    pub(crate) fn end(self) {}
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Trace(());

impl Trace {
    pub(crate) fn of(_context: &RequestContext<RoleServer>) -> Self {
        Self(())
    }

    pub(crate) fn id(&self) -> Option<String> {
        None
    }

    pub(crate) fn is_for_tool(&self, _name: impl FnOnce() -> Option<&'static str>) {}

    pub(crate) fn is_for_prompt(&self, _name: impl FnOnce() -> Option<&'static str>) {}

    pub(crate) fn calls(&self, _tool: &'static str) {}

    pub(crate) fn set_outcome(&self, _failure: Option<ErrorKind>) {}

    pub(crate) fn cache_hit(&self, _path: &str) {}

    pub(crate) fn shares(&self, _other: &Self) {}

    pub(crate) fn sends(&self, _method: &Method, _url: &Url) -> ClientSpans {
        ClientSpans
    }
}

pub(crate) struct ClientSpans;

pub(crate) struct ClientSpan;

impl ClientSpans {
    pub(crate) fn begin(&self) -> ClientSpan {
        ClientSpan
    }
}

impl ClientSpan {
    pub(crate) fn end(self, _outcome: Result<StatusCode, ErrorKind>) {}
}
