//! The answer to a call that cannot be answered.

use axum::http::StatusCode;

/// A status and, as Mist says it, a `detail`.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    /// The seconds after which to ask again.
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    fn new(status: StatusCode, detail: impl Into<String>) -> Refusal {
        Refusal { status, detail: detail.into(), retry_after: None }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, detail)
    }

    /// The hour's budget is spent; the next begins after some seconds.
    pub(crate) fn too_many_requests(limit: u64, seconds: u64) -> Refusal {
        let detail =
            format!("The {limit} requests of this hour are spent; the next hour begins in {seconds} s.");
        Refusal { retry_after: Some(seconds), ..Refusal::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    pub(crate) fn unauthorized() -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "Authentication credentials were not provided or are invalid.")
    }

    pub(crate) fn forbidden() -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, "You do not have permission to see this organization.")
    }

    pub(crate) fn not_found() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "Not found.")
    }

    pub(crate) fn unknown_path() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "The demo cloud does not know this path.")
    }

    pub(crate) fn method_not_allowed(method: &str) -> Refusal {
        let detail = format!("Method \"{method}\" not allowed: the demo cloud is read only.");
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    }
}
