//! HTTP error responses: [`Rejection`].

use std::fmt;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use rmcp::model::ErrorCode;
use serde_json::{Value, json};

use crate::metrics::Metrics;
use crate::server::json_rpc::Invalid;

/// An HTTP error response. The message names the remedy, and is sent as a JSON-RPC error by the endpoint of MCP, whose
/// clients show that, and as `{"error": …}` elsewhere.
#[derive(Debug)]
pub(super) struct Rejection {
    status: StatusCode,
    /// The `reason` label of the metric.
    reason: &'static str,
    message: String,
    /// The JSON-RPC error, if the message in the body is rejected.
    answer: Option<Box<Value>>,
    /// The value of `WWW-Authenticate`.
    challenge: Option<Box<HeaderValue>>,
    /// Seconds in `Retry-After`, with 429 and 503.
    retry_after: u64,
}

/// Why a response is a refusal: the `reason` label of the metric. It is an extension of the response, and the outermost
/// service counts it, so that no refusal is left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reason(pub(super) &'static str);

/// Counts a response, if it is a refusal.
pub(super) fn count(response: &Response, metrics: &Metrics) {
    if let Some(Reason(reason)) = response.extensions().get() {
        metrics.refusal(reason);
    }
}

/// Seconds in `Retry-After` where nothing else is known.
const RETRY_SECONDS: u64 = 10;

/// Whether a path is that of the MCP endpoint, whose refusals are JSON-RPC errors.
pub(super) fn is_mcp(path: &str) -> bool {
    path.trim_end_matches('/') == "/mcp"
}

impl Rejection {
    pub(super) fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status, reason, message, answer: None, challenge: None, retry_after: RETRY_SECONDS }
    }

    /// Rejects the message in the body.
    pub(super) fn of_message(status: StatusCode, reason: &'static str, invalid: Invalid) -> Self {
        let answer = Some(Box::new(invalid.to_json()));
        Self { answer, ..Self::new(status, reason, invalid.message) }
    }

    /// The response of the endpoint of MCP: a JSON-RPC error.
    pub(super) fn of_mcp(mut self) -> Self {
        let code = if self.status.is_server_error() {
            ErrorCode::INTERNAL_ERROR
        } else {
            ErrorCode::INVALID_REQUEST
        };
        if self.answer.is_none() {
            self.answer = Some(Box::new(Invalid::new(code, self.message.clone()).to_json()));
        }
        self
    }

    /// Counts a rejection that is no response: it ends a stream.
    pub(super) fn count(&self, metrics: &Metrics) {
        metrics.refusal(self.reason);
    }

    /// Credentials are missing or wrong.
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// The credentials do not suffice.
    pub(super) fn forbidden(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, reason, message)
    }

    /// Sets the value of `WWW-Authenticate`.
    pub(super) fn with_challenge(self, challenge: Option<HeaderValue>) -> Self {
        Self { challenge: challenge.map(Box::new), ..self }
    }

    /// Sets the seconds in `Retry-After`.
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: seconds, ..self }
    }

    /// The URL or a header is invalid.
    pub(super) fn request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "request", message)
    }

    /// The client has no session of this id. The response is the same if another client has one.
    pub(super) fn session() -> Self {
        let message = "Not Found: Session not found. Begin a new one with `initialize`.";
        Self::new(StatusCode::NOT_FOUND, "session", message)
    }

    /// Redis is unavailable, so the session may or may not exist at another replica.
    pub(super) fn unknown_session() -> Self {
        let message = "This replica does not hold the session, and Redis, where the others are stored, is unavailable or has \
                       just come back. Try again in a while, or begin a new one with `initialize`.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "redis_unavailable", message)
    }

    /// A quota of the client address is used up.
    pub(super) fn too_many(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, reason, message)
    }

    /// A quota of the server is used up.
    pub(super) fn full(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, reason, message)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let body = self.answer.map_or_else(|| json!({ "error": self.message }), |answer| *answer);
        let mut response = (self.status, Json(body)).into_response();
        response.extensions_mut().insert(Reason(self.reason));
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if self.challenge.is_some() => {
                headers.extend(self.challenge.map(|challenge| (WWW_AUTHENTICATE, *challenge)));
            }
            StatusCode::UNAUTHORIZED => {
                headers.insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"Juniper Mist API token\""),
                );
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(RETRY_AFTER, self.retry_after.into());
            }
            _ => {}
        }
        response
    }
}

/// The fallback for unknown paths.
pub(super) async fn not_found() -> Rejection {
    Rejection::new(
        StatusCode::NOT_FOUND,
        "path",
        "There is nothing here. MCP is at /mcp, a page for people at /.",
    )
}

/// The fallback for the methods of a path that it does not take, also for a client whose URL lacks `/mcp`.
pub(super) async fn method_not_allowed() -> Response {
    let problem = "This path is read by GET or HEAD. MCP is at /mcp.";
    let rejection = Rejection::new(StatusCode::METHOD_NOT_ALLOWED, "method", problem);
    ([(ALLOW, "GET, HEAD")], rejection).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seconds_until_another_attempt_are_in_the_header() {
        let seconds = |rejection: Rejection| {
            let headers = rejection.into_response().headers().clone();
            headers.get(RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(seconds(Rejection::too_many("requests", "")).as_deref(), Some("10"));
        assert_eq!(seconds(Rejection::too_many("requests", "").retry_after(7)).as_deref(), Some("7"));
        assert_eq!(seconds(Rejection::full("requests", "").retry_after(61)).as_deref(), Some("61"));
        assert_eq!(seconds(Rejection::request("").retry_after(7)), None);
    }
}
