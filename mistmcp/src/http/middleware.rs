//! The outer middleware of all MCP and page routes: [`FrontMiddleware`].

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::ORIGIN;
use tower::{Layer, Service};
use tower_http::cors::CorsLayer;

use super::host_validation::{Allowed, cors};
use super::rejection::is_mcp;

/// Validates `Host` and `Origin`, and adds CORS headers.
#[derive(Debug)]
pub(super) struct FrontMiddleware {
    allowed: Arc<Allowed>,
    cors: CorsLayer,
}

impl FrontMiddleware {
    pub(super) fn new(allowed: Allowed) -> Self {
        let allowed = Arc::new(allowed);
        Self { cors: cors(&allowed), allowed }
    }

    /// Calls `inner` if the request passes validation.
    pub(super) async fn call<S>(&self, request: Request, mut inner: S) -> Response
    where
        S: Service<Request, Response = Response, Error = Infallible>,
    {
        let result = match self.allowed.check(request.uri(), request.headers()) {
            Err(rejection) if is_mcp(request.uri().path()) => Ok(rejection.of_mcp().into_response()),
            Err(rejection) => Ok(rejection.into_response()),
            Ok(()) if request.headers().contains_key(ORIGIN) => self.cors.layer(inner).call(request).await,
            Ok(()) => inner.call(request).await,
        };
        result.unwrap_or_else(|never| match never {})
    }
}

/// The same as an axum layer.
pub(super) async fn layer(
    State(middleware): State<Arc<FrontMiddleware>>,
    request: Request,
    next: Next,
) -> Response {
    middleware.call(request, next).await
}
