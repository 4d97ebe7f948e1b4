use std::fmt;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::metrics::Metrics;
use crate::server::json_rpc::Invalid;

/// Why a request is not let in. The text names the remedy, and goes out as `{"error": …}`, or
/// as an error of JSON-RPC where it is about the message.
#[derive(Debug)]
pub(super) struct Rejection {
    status: StatusCode,
    /// Its name among the metrics.
    reason: &'static str,
    message: String,
    /// The same as JSON-RPC has it, where it is the message in the body that is refused.
    answer: Option<Value>,
}

impl Rejection {
    pub(super) fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self { status, reason, message: message.into(), answer: None }
    }

    /// What a client sent, or wants, is not what MCP over HTTP has.
    pub(super) fn of_message(status: StatusCode, reason: &'static str, invalid: Invalid) -> Self {
        let answer = Some(invalid.to_json());
        Self { status, reason, message: invalid.message, answer }
    }

    /// The answer to a request that is refused, which is counted.
    pub(super) fn counted(self, metrics: &Metrics) -> Response {
        metrics.refusal(self.reason);
        self.into_response()
    }

    /// Nothing, or not the right thing, says who it is.
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// The URL or a header says what cannot be.
    pub(super) fn request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "request", message)
    }

    /// No session of that name is this client's. Whether it is somebody else's is not told.
    pub(super) fn session() -> Self {
        let message = "Not Found: Session not found. Begin a new one with `initialize`.";
        Self::new(StatusCode::NOT_FOUND, "session", message)
    }

    /// Nobody can tell whether the session is another replica's.
    pub(super) fn unknown_session() -> Self {
        let message = "This session is not held here, and where the others are written down (Redis) is away, or has \
                       just come back. Try again in a while, or begin a new one with `initialize`.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "redis_away", message)
    }

    /// The address of the client has as much as one may have.
    pub(super) fn too_many(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, reason, message)
    }

    /// There is no room.
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
        let body = self.answer.unwrap_or_else(|| json!({ "error": self.message }));
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"Juniper Mist API token\""),
                );
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("10"));
            }
            _ => {}
        }
        response
    }
}

/// For every path that there is not.
pub(super) async fn nowhere() -> Rejection {
    Rejection::new(
        StatusCode::NOT_FOUND,
        "path",
        "There is nothing here. MCP is at /mcp, a page for people at /.",
    )
}
