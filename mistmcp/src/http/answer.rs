//! Content negotiation of responses: converts what rmcp answers into a form that the client accepts.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use http::response::Parts;
use http::{HeaderValue, StatusCode, header};
use http_body::Body as HttpBody;
use rmcp::model::{ErrorCode, ProtocolVersion};
use serde_json::Value;

use super::accept::{Accept, Events};
use super::mcp_handler::MAX_BODY_BYTES;
use super::message::RequestSummary;
use super::rejection::{Reason, Rejection};
use crate::server::json_rpc::{self, Invalid};
use crate::text::{shortened, visible};

/// The most bytes of an rmcp rejection that is JSON: some more than the request has.
const MAX_JSON_BYTES: usize = 8 * MAX_BODY_BYTES;
/// Longest text of an rmcp rejection, in bytes.
const MAX_REJECTION_BYTES: usize = 64 * 1024;

/// Longest text in an rmcp rejection, in bytes: it repeats what the client sent.
const MAX_MESSAGE_BYTES: usize = 600;

/// Converts a plain-text rejection of rmcp to JSON, and adds the remedy. Long texts are cut.
pub(super) async fn rejections_to_json(response: Response, summary: &RequestSummary) -> Response {
    let (mut parts, body) = response.into_parts();
    let is_rejected = parts.status.is_client_error() || parts.status.is_server_error();
    if !is_rejected {
        return Response::from_parts(parts, body);
    }
    if is(&parts.headers, "application/json") {
        parts.extensions.insert(Reason(if parts.status.is_server_error() { "internal" } else { "message" }));
        return with_short_texts(parts, body).await;
    }
    let text = to_bytes(body, MAX_REJECTION_BYTES).await.unwrap_or_default();
    let text = shortened(&visible(&String::from_utf8_lossy(&text)), MAX_MESSAGE_BYTES);
    let (code, reason, message) = with_remedy(parts.status, text.trim());
    // rmcp uses this status for messages that it cannot parse.
    let status = match parts.status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => StatusCode::BAD_REQUEST,
        status => status,
    };
    let invalid = Invalid::new(code, message).of(summary.id.clone());
    let mut response = Rejection::of_message(status, reason, invalid).into_response();
    response
        .headers_mut()
        .extend(parts.headers.get(header::ALLOW).map(|allow| (header::ALLOW, allow.clone())));
    response
}

async fn with_short_texts(mut parts: Parts, body: Body) -> Response {
    // rmcp has this status for a method that is not there.
    let is_short = body.size_hint().upper().is_some_and(|most| most <= MAX_MESSAGE_BYTES as u64);
    if is_short && parts.status != StatusCode::NOT_FOUND {
        return Response::from_parts(parts, body);
    }
    let bytes = to_bytes(body, MAX_JSON_BYTES).await.unwrap_or_default();
    let mut answer = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
    let Some(error) = answer.get_mut("error") else { return Response::from_parts(parts, bytes.into()) };
    let words = error["message"].as_str().zip(error["code"].as_i64());
    if let Some(words) = words.and_then(|(message, code)| json_rpc::explain(code, message)) {
        error["message"] = words.into();
    }
    shorten_texts(error);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, answer.to_string().into())
}

/// Cuts all texts in the error of a rejection. They are not nested deeper than rmcp makes them.
fn shorten_texts(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > MAX_MESSAGE_BYTES => {
            *text = shortened(&visible(text), MAX_MESSAGE_BYTES);
        }
        Value::Array(values) => values.iter_mut().for_each(shorten_texts),
        Value::Object(members) => members.values_mut().for_each(shorten_texts),
        _ => {}
    }
}

/// The error code of a rejection, the reason for the metric, and its text with the remedy.
fn with_remedy(status: StatusCode, text: &str) -> (ErrorCode, &'static str, String) {
    let (reason, remedy) = match status {
        StatusCode::BAD_REQUEST if text.contains("Unsupported MCP-Protocol-Version") => {
            let known: Vec<_> = ProtocolVersion::KNOWN_VERSIONS.iter().map(ProtocolVersion::as_str).collect();
            let remedy = format!("This server speaks {}.", known.join(", "));
            return (ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, "message", format!("{text}. {remedy}"));
        }
        StatusCode::BAD_REQUEST if text.contains("Session ID is required") => (
            "session",
            "Begin with `initialize`, and send the `Mcp-Session-Id` of its answer with each request.",
        ),
        StatusCode::NOT_FOUND => ("session", "Begin a new one with `initialize`."),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method", "POST a message of MCP. GET is for the stream of a session, and DELETE ends one.")
        }
        status if status.is_server_error() => {
            // rmcp's text names its own parts, which are nothing to the client.
            let message = "The server could not answer this request. Send it again. If that fails as well, tell the operator \
                           of the server, whose log says more.";
            return (ErrorCode::INTERNAL_ERROR, "internal", message.to_owned());
        }
        _ => ("message", "See the specification of MCP's Streamable HTTP."),
    };
    (ErrorCode::INVALID_REQUEST, reason, format!("{text}. {remedy}"))
}

/// Converts a response to a media type that the client accepts.
pub(super) async fn negotiate(response: Response, accept: Accept, summary: &RequestSummary) -> Response {
    let is_events = is(response.headers(), "text/event-stream");
    if is_events && accept.json && accept.events != Events::Named && !summary.is_subscription {
        return as_json(response, summary).await;
    }
    let is_answer = response.status() == StatusCode::OK && is(response.headers(), "application/json");
    if is_answer && !accept.json { as_event(response).await } else { response }
}

/// Reads an event stream up to the response of the request. Notifications before it are dropped.
async fn as_json(response: Response, summary: &RequestSummary) -> Response {
    let (mut parts, mut body) = response.into_parts();
    let mut events = Vec::new();
    let mut read = 0;
    let answer = loop {
        let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await else {
            break None;
        };
        events.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        let mut answer = None;
        while let Some(end) = memchr::memchr(b'\n', &events[read..]) {
            let line = &events[read..read + end];
            answer = answer
                .or_else(|| line.strip_prefix(b"data:").filter(|data| is_answer(data)).map(<[u8]>::to_vec));
            read += end + 1;
        }
        events.drain(..read);
        read = 0;
        if answer.is_some() {
            break answer;
        }
    };
    let Some(answer) = answer else {
        let invalid =
            Invalid::new(ErrorCode::INTERNAL_ERROR, "The answer broke off. Send the request again.");
        return Rejection::of_message(StatusCode::BAD_GATEWAY, "internal", invalid.of(summary.id.clone()))
            .into_response();
    };
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove("x-accel-buffering");
    Response::from_parts(parts, Body::from(answer.trim_ascii().to_vec()))
}

/// Whether the data of an event is a response, and not a notification.
fn is_answer(data: &[u8]) -> bool {
    let message: Option<Value> = serde_json::from_slice(data).ok();
    message.is_some_and(|message| message.get("result").is_some() || message.get("error").is_some())
}

/// Sends a JSON response as the only event of a stream. Its body is in memory already, and its bytes have been
/// counted.
async fn as_event(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    parts.headers.remove(header::CONTENT_LENGTH);
    let answer = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, Body::from([b"data: ", &*answer, b"\n\n"].concat()))
}

/// Whether `Content-Type` is this media type.
pub(super) fn is(headers: &http::HeaderMap, media_type: &str) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(media_type.as_bytes()))
}
