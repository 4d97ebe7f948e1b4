//! The JSON-RPC message in the body of a POST: media types, parsing, and what rmcp gets of it.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rmcp::model::ErrorCode;
use serde_json::Value;

use super::accept::{Accept, BOTH, Events};
use super::admission::Client;
use super::rejection::Rejection;
use crate::server::json_rpc::{self, Invalid};

/// Bodies above this size are parsed on a blocking thread. Other requests wait for an async thread that parses.
const LARGE: usize = 16 * 1024;

/// Media types that are accepted as JSON.
const JSON: [&str; 4] = ["application/json", "application/json-rpc", "application/jsonrequest", "text/json"];

/// Facts about the request in a POST that decide the form of its response.
#[derive(Debug, Default)]
pub(super) struct RequestSummary {
    pub(super) id: Value,
    pub(super) is_initialize: bool,
    pub(super) is_subscription: bool,
}

/// Rejects a request whose client accepts no form of the response, and replaces `Accept` with what rmcp requires.
pub(super) fn check_accept(headers: &mut HeaderMap, method: &Method) -> Result<Accept, Rejection> {
    let accept = Accept::of(headers);
    let remedy = match (method, accept) {
        (&Method::GET, Accept { events: Events::No, .. }) => {
            "A GET is answered with a stream of events: send `Accept: text/event-stream`."
        }
        (&Method::POST, Accept { json: false, events: Events::No }) => {
            "Answers are JSON or a stream of events: send `Accept: application/json, text/event-stream`."
        }
        _ => {
            headers.insert(header::ACCEPT, HeaderValue::from_static(BOTH));
            return Ok(accept);
        }
    };
    Err(Rejection::of_message(StatusCode::NOT_ACCEPTABLE, "accept", Invalid::request(remedy)))
}

/// A message that has been read.
pub(super) struct ReadMessage {
    pub(super) summary: RequestSummary,
    /// The body for rmcp.
    pub(super) body: Bytes,
    /// Estimated memory of the parsed message.
    pub(super) memory: usize,
}

/// Reads the message in a body. The headers and the body are rewritten to what rmcp requires.
pub(super) async fn read(
    headers: &mut HeaderMap,
    accept: Accept,
    body: Bytes,
    client: &Client,
) -> Result<ReadMessage, Rejection> {
    check_type(headers).map_err(|remedy| {
        Rejection::of_message(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", Invalid::request(remedy))
    })?;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if body.len() > LARGE { client.parse(move || parse(body, accept)).await? } else { parse(body, accept) }
}

fn parse(body: Bytes, accept: Accept) -> Result<ReadMessage, Rejection> {
    let mut message = json_rpc::read(&body).map_err(|invalid| {
        // Invalid parameters of a request are answered with status 200, as rmcp does.
        let answer = invalid.code == ErrorCode::INVALID_PARAMS && !invalid.is_notification;
        Rejection::of_message(
            if answer { StatusCode::OK } else { StatusCode::BAD_REQUEST },
            "message",
            invalid,
        )
    })?;
    if accept.events != Events::Named {
        // A request from a tool to its client can only be sent on an event stream.
        message.remove_client_features();
    }
    let summary = RequestSummary {
        id: message.id(),
        is_initialize: message.method() == Some("initialize"),
        is_subscription: message.method() == Some("subscriptions/listen"),
    };
    if summary.is_subscription && accept.events == Events::No {
        let remedy = "A subscription is a stream of events: add `text/event-stream` to `Accept`.";
        return Err(Rejection::of_message(
            StatusCode::NOT_ACCEPTABLE,
            "accept",
            Invalid::request(remedy).of(summary.id),
        ));
    }
    let (body, size) = message.into_text(body);
    Ok(ReadMessage { summary, body, memory: size.memory() })
}

/// The remedy if the body is not JSON in UTF-8. A body without a content type is read as JSON.
fn check_type(headers: &HeaderMap) -> Result<(), &'static str> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| {
        !encoding.is_empty() && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
    }) {
        return Err("Compressed messages are not read: leave `Content-Encoding` out.");
    }
    let Some(media_type) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let media_type = media_type.to_str().unwrap_or("?").to_ascii_lowercase();
    let mut parts = media_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let is_json = essence.is_empty()
        || JSON.contains(&essence)
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if !is_json {
        return Err("The body must be JSON: send `Content-Type: application/json`.");
    }
    let charset = parts.find_map(|part| part.strip_prefix("charset="));
    match charset.map(|charset| charset.trim_matches('"')) {
        None | Some("utf-8" | "utf8" | "us-ascii") => Ok(()),
        Some(_) => Err("The body must be UTF-8: send `Content-Type: application/json`."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_media_types_and_no_encodings_are_accepted() {
        for (value, fits) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("APPLICATION/JSON;CHARSET=\"UTF-8\"", true),
            ("application/json-rpc", true),
            ("application/vnd.mist+json", true),
            ("text/json", true),
            ("", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("application/jsonl", false),
            ("application/json; charset=utf-16", false),
            ("application/json; charset=iso-8859-1", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())]);
            assert_eq!(check_type(&headers).is_ok(), fits, "{value}");
        }
        assert!(check_type(&HeaderMap::new()).is_ok());
        for (encoding, fits) in [("gzip", false), ("br", false), ("identity", true), ("", true)] {
            let headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, encoding.parse().unwrap())]);
            assert_eq!(check_type(&headers).is_ok(), fits, "{encoding}");
        }
    }
}
