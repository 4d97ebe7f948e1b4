//! One HTTP round trip to Mist, with a bounded response body ([`exchange`]).

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::Url;

use super::retry::{Failure, RetryDecision};
use super::{Cloud, Pool, Request, Token, errors};
use crate::Error;
use crate::error::ErrorKind;
use crate::work::{self, LARGE, Room};

/// The HTTP response, whatever its status.
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Memory permit of a large body, held as long as the body.
    pub(super) room: Option<Room>,
}

/// Sends one request and reads the whole response.
pub(super) async fn exchange(
    pool: &Pool,
    cloud: &Cloud,
    token: &Token,
    request: &Request,
    url: Url,
) -> Result<Response, Failure> {
    let header = token.header().ok_or_else(|| {
        Error::new(
            ErrorKind::Token,
            "The API token cannot be sent in a header. Tell the user to copy it again.",
        )
    })?;
    let mut sending = pool
        .client(cloud)?
        .request(request.method.clone(), url)
        .header(AUTHORIZATION, header)
        .header(ACCEPT, "application/json, */*;q=0.5");
    if let Some(body) = &request.body {
        sending = sending.header(CONTENT_TYPE, "application/json").body(body.to_string());
    }
    let response = sending.send().await.map_err(|error| {
        let closed = error.is_request() && !error.is_connect() && !error.is_timeout();
        failed(error, if closed { RetryDecision::AtOnce } else { RetryDecision::Soon })
    })?;
    let (status, headers) = (response.status(), response.headers().clone());
    let (body, room) = read(response, pool.limits.max_response_bytes).await?;
    Ok(Response { status, headers, body, room })
}

/// Reads the decompressed body up to the limit, at most one chunk beyond it. A large body first waits for a memory
/// permit.
async fn read(mut response: reqwest::Response, limit: usize) -> Result<(Bytes, Option<Room>), Failure> {
    let mut body = BytesMut::new();
    let mut room = None;
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(error, RetryDecision::Soon))? {
        if body.len() + chunk.len() > limit {
            return Err(errors::for_size(limit).into());
        }
        if room.is_none() && body.len() + chunk.len() > LARGE {
            let most = response.content_length().and_then(|length| usize::try_from(length).ok());
            let most = most.map_or(limit, |length| length.clamp(LARGE, limit));
            room = Some(work::room(most).await?);
            // Reserved but unwritten memory is not resident, whereas growing would need it twice.
            body.reserve(most - body.len());
        }
        body.extend_from_slice(&chunk);
    }
    let body_len = body.len();
    Ok((body.freeze(), room.map(|room| work::shrink(room, body_len))))
}

fn failed(error: reqwest::Error, retry: RetryDecision) -> Failure {
    let error = error.without_url();
    let retry = if errors::is_lasting(&error) { RetryDecision::Never } else { retry };
    Failure { error: errors::for_network(&error), retry }
}
