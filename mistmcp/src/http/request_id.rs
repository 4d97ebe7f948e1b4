//! Request ids for logs and errors, in the header `x-request-id`: tower-http keeps that of the client, or sets a new one.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use http::{Extensions, HeaderName, HeaderValue};
use tower::ServiceBuilder;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use uuid::Uuid;

use crate::known_tokens;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_LENGTH: usize = 64;

/// Makes the id of a request that has none.
#[derive(Clone, Copy, Debug)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _request: &http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&Uuid::new_v4().simple().to_string()).ok().map(RequestId::new)
    }
}

/// The routes, with an id for each request and its response.
pub(super) fn layered(routes: Router) -> Router {
    routes.layer(
        ServiceBuilder::new()
            .map_request(without_unsafe_id)
            .layer(SetRequestIdLayer::x_request_id(NewRequestId))
            .layer(PropagateRequestIdLayer::x_request_id()),
    )
}

/// Removes an id that is not safe to log, such as one that is a token.
fn without_unsafe_id(mut request: Request) -> Request {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_safe = |id: &[u8]| (1..=MAX_LENGTH).contains(&id.len()) && id.iter().all(is_plain);
    let is_token =
        |id: &HeaderValue| id.to_str().is_ok_and(|id| known_tokens::is_in(id, Some(request.headers())));
    if request.headers().get(HEADER).is_some_and(|id| !is_safe(id.as_bytes()) || is_token(id)) {
        request.headers_mut().remove(HEADER);
    }
    request
}

/// The id of a request.
pub(super) fn of(extensions: &Extensions) -> Arc<str> {
    let id = extensions.get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    id.unwrap_or_default().into()
}
