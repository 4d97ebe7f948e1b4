use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

/// What logs and errors call a request: the name that a proxy before us has given it, or one of our own.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) Arc<str>);

impl RequestId {
    /// Names a request.
    pub(super) fn give(request: &mut Request) -> Self {
        let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        let id = Self(given.filter(|id| is_plain(id)).map_or_else(fresh, Arc::from));
        request.extensions_mut().insert(id.clone());
        id
    }

    /// Names its answer likewise.
    pub(super) fn mark(&self, response: &mut Response) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(HEADER, value);
        }
    }
}

/// Names a request and its answer.
pub(super) async fn name(mut request: Request, next: Next) -> Response {
    let id = RequestId::give(&mut request);
    let mut response = next.run(request).await;
    id.mark(&mut response);
    response
}

/// Whether it can stand in a log as it is.
fn is_plain(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// A name that no other request has, and that tells nothing of how many there are.
fn fresh() -> Arc<str> {
    static SCATTER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", SCATTER.hash_one(NUMBER.fetch_add(1, Ordering::Relaxed))).into()
}
