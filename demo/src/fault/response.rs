//! HTTP responses of injected faults.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use tokio::time::sleep;

use super::{Fault, cut_off::CutOff};

const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head>\n\
    <body><h1>Bad gateway</h1><p>The server is taking a break.</p></body></html>\n";

/// The answer that takes the place of the right one, where the fault is of that sort.
pub(crate) fn instead(fault: &Fault) -> Option<Response> {
    let json = [(header::CONTENT_TYPE, "application/json")];
    Some(match fault {
        Fault::Status { status, retry_after } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let detail = status.canonical_reason().unwrap_or("Failed on purpose");
            let after = retry_after.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
            let body = json!({ "detail": detail }).to_string();
            match after {
                Some(after) => (status, json, after, body).into_response(),
                None => (status, json, body).into_response(),
            }
        }
        Fault::Html { status } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
        }
        Fault::Empty => (json, "").into_response(),
        Fault::BrokenJson => (json, "{\"results\": [{\"id\": \"00").into_response(),
        Fault::Redirect { location } => redirect(location),
        Fault::Slow { .. } | Fault::CutOff => return None,
    })
}

/// The right answer, gone wrong on its way.
pub(crate) async fn spoiled(fault: &Fault, right: Response) -> Response {
    match fault {
        Fault::Slow { milliseconds } => {
            sleep(Duration::from_millis(*milliseconds)).await;
            right
        }
        Fault::CutOff => {
            let (mut parts, body) = right.into_parts();
            let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
            parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
            Response::from_parts(parts, Body::new(CutOff::of(&whole)))
        }
        _ => right,
    }
}

fn redirect(location: &str) -> Response {
    let name: HeaderName = header::LOCATION;
    (StatusCode::FOUND, [(name, location.to_owned())]).into_response()
}
