use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::ORIGIN;
use tower::{Layer, Service};
use tower_http::cors::CorsLayer;

use super::host_validation::{Allowed, cors};
use super::request_id::RequestId;
use crate::metrics::Metrics;

/// What a request passes before anything is done for it: it gets a name, it has to ask for this server, and a web page
/// that asks is told what it may do.
#[derive(Debug)]
pub(super) struct FrontMiddleware {
    allowed: Arc<Allowed>,
    cors: CorsLayer,
    metrics: Arc<Metrics>,
}

impl FrontMiddleware {
    pub(super) fn new(allowed: Allowed, metrics: Arc<Metrics>) -> Self {
        let allowed = Arc::new(allowed);
        Self { cors: cors(&allowed), allowed, metrics }
    }

    /// Hands a request on to `inner`, where it may pass.
    pub(super) async fn pass<S>(&self, mut request: Request, mut inner: S) -> Response
    where
        S: Service<Request, Response = Response, Error = Infallible>,
    {
        let id = RequestId::give(&mut request);
        let answered = match self.allowed.check(request.uri(), request.headers()) {
            Err(refusal) => Ok(refusal.counted(&self.metrics)),
            Ok(()) if request.headers().contains_key(ORIGIN) => self.cors.layer(inner).call(request).await,
            Ok(()) => inner.call(request).await,
        };
        let mut response = answered.unwrap_or_else(|never| match never {});
        id.mark(&mut response);
        response
    }
}

/// The same as a layer.
pub(super) async fn pass(State(door): State<Arc<FrontMiddleware>>, request: Request, next: Next) -> Response {
    door.pass(request, next).await
}
