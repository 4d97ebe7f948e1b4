//! Fault injection over HTTP.
//!
//! `POST /demo/faults` with `{"path": "/api/v1/self", "times": 2, "fault": "status", "status": 429,
//! "retry_after": 3}` makes the next two calls of that path fail; `path` left out is any path, `times` left
//! out is once, and the kinds of `fault` are those of [`crate::Fault`]. `DELETE /demo/faults` clears them.
//! Neither needs a token: the port is on loopback, and a test's other half may not have one.

use axum::{
    body::to_bytes,
    extract::Request,
    http::{Method, StatusCode},
    response::{IntoResponse as _, Response},
};

use super::error_response;
use crate::fault::{FaultRequest, Faults};

pub(super) const PATH: &str = "/demo/faults";
const LARGEST: usize = 64 * 1024;

pub(super) async fn handle(faults: &Faults, request: Request) -> Response {
    match *request.method() {
        Method::POST => match order(request).await {
            Ok(order) => {
                faults.plan(order.path, order.times, order.fault);
                StatusCode::NO_CONTENT.into_response()
            }
            Err(detail) => error_response(StatusCode::BAD_REQUEST, &detail),
        },
        Method::DELETE => {
            faults.clear();
            StatusCode::NO_CONTENT.into_response()
        }
        _ => error_response(StatusCode::METHOD_NOT_ALLOWED, "POST a fault, or DELETE them all"),
    }
}

async fn order(request: Request) -> Result<FaultRequest, String> {
    let body = to_bytes(request.into_body(), LARGEST).await.map_err(|error| error.to_string())?;
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}
