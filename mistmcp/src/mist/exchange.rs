use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::Url;

use super::retry::{Again, Failure};
use super::{Cloud, Pool, Request, Token, advice};
use crate::Error;
use crate::error::ErrorKind;

/// What came back, whatever Mist thinks of the request.
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// One request over HTTP, and the whole of what it brings.
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
        failed(error, if closed { Again::AtOnce } else { Again::Soon })
    })?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = read(response, pool.limits.max_response_bytes).await?;
    Ok(Response { status, headers, body })
}

/// Reads a body, decompressed, up to the limit and not a chunk further.
async fn read(mut response: reqwest::Response, limit: usize) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(error, Again::Soon))? {
        if body.len() + chunk.len() > limit {
            return Err(advice::for_size(limit).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn failed(error: reqwest::Error, again: Again) -> Failure {
    let error = error.without_url();
    let again = if advice::is_lasting(&error) { Again::Never } else { again };
    Failure { error: advice::for_network(&error), again }
}
