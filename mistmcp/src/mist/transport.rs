//! One HTTP round trip to Mist, with a bounded response body ([`exchange`]).

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::Url;

use super::retry::{Failure, RetryDecision};
use super::{Cloud, Pool, Request, Token, errors};
use crate::Error;
use crate::error::ErrorKind;
use crate::work::{LARGE, Room, TEXTS};

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
            "The API token cannot be sent in a header. It has to be copied again, as the Mist portal showed it.",
        )
    })?;
    let mut sending = pool
        .client(cloud)
        .await?
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

/// Reads the decompressed body up to the limit, at most one chunk beyond it. A large body waits for the memory of each chunk.
async fn read(mut response: reqwest::Response, limit: usize) -> Result<(Bytes, Option<Room>), Failure> {
    let (mut body, mut room) = (BytesMut::new(), None);
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(error, RetryDecision::Soon))? {
        let length = body.len() + chunk.len();
        if length > limit {
            return Err(errors::for_size(limit).into());
        }
        match &mut room {
            _ if length <= LARGE => {}
            Some(room) => Room::grow(room, length).await?,
            None => {
                room = Some(TEXTS.room(length).await?);
                let whole = response.content_length().and_then(|whole| usize::try_from(whole).ok());
                let whole = whole.map_or(limit, |whole| whole.clamp(length, limit));
                // Capacity without text is not resident, whereas growing would need the text twice.
                body.reserve(whole - body.len());
            }
        }
        body.extend_from_slice(&chunk);
    }
    if let Some(room) = &mut room {
        room.shrink(body.len());
    }
    Ok((body.freeze(), room))
}

fn failed(error: reqwest::Error, retry: RetryDecision) -> Failure {
    let error = error.without_url();
    let retry = if errors::is_lasting(&error) { RetryDecision::Never } else { retry };
    Failure { error: errors::for_network(&error), retry }
}
