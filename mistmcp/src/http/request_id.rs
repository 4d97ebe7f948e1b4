//! Request ids for logs and errors: [`RequestId`], from the header `x-request-id` or generated.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_LENGTH: usize = 64;

/// The id of a request in logs and errors: the one from `x-request-id`, or a generated one.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) Arc<str>);

impl RequestId {
    /// Assigns an id to a request.
    pub(super) fn assign(request: &mut Request) -> Self {
        let header = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        let id = Self(header.filter(|id| is_plain(id)).map_or_else(generate, Arc::from));
        request.extensions_mut().insert(id.clone());
        id
    }

    /// Sets the header on the response.
    pub(super) fn set_on(&self, response: &mut Response) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(HEADER, value);
        }
    }
}

/// An axum layer that assigns the id and sets it on the response.
pub(super) async fn layer(mut request: Request, next: Next) -> Response {
    let id = RequestId::assign(&mut request);
    let mut response = next.run(request).await;
    id.set_on(&mut response);
    response
}

/// Whether an id from a header is safe to log.
fn is_plain(id: &str) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn generate() -> Arc<str> {
    Uuid::new_v4().simple().to_string().into()
}
