//! Errors of the API: [`ApiError`].

use axum::http::StatusCode;

/// A status and, as Mist says it, a `detail`.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    /// The seconds after which to ask again.
    pub(crate) retry_after: Option<u64>,
}

impl ApiError {
    fn new(status: StatusCode, detail: impl Into<String>) -> ApiError {
        ApiError { status, detail: detail.into(), retry_after: None }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, detail)
    }

    /// The hour's budget is spent; the next begins after some seconds.
    pub(crate) fn too_many_requests(limit: u64, seconds: u64) -> ApiError {
        let detail =
            format!("The {limit} requests of this hour are spent; the next hour begins in {seconds} s.");
        ApiError { retry_after: Some(seconds), ..ApiError::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    pub(crate) fn unauthorized() -> ApiError {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "Authentication credentials were not provided or are invalid.",
        )
    }

    pub(crate) fn forbidden() -> ApiError {
        ApiError::new(StatusCode::FORBIDDEN, "You do not have permission to see this organization.")
    }

    pub(crate) fn not_found() -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, "Not found.")
    }

    /// What is asked for is not there, with the reason.
    pub(crate) fn missing(detail: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, detail)
    }

    pub(crate) fn unknown_path() -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, "The demo cloud does not know this path.")
    }

    pub(crate) fn method_not_allowed(method: &str) -> ApiError {
        let detail = format!("Method \"{method}\" not allowed: the demo cloud is read only.");
        ApiError::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    }
}
