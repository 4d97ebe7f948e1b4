//! A document that browsers get as it is or compressed ([`Document`]): both forms are made once.

use std::io::Write;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{self, HeaderMap};
use http::{HeaderName, HeaderValue};

use crate::http::accept::weighted;

/// A document, and the same with gzip.
#[derive(Debug)]
pub(super) struct Document {
    plain: Bytes,
    gzip: Option<Bytes>,
}

impl Document {
    pub(super) fn new(text: impl Into<Bytes>) -> Self {
        let plain = text.into();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let gzip = encoder.write_all(&plain).and_then(|()| encoder.finish());
        let gzip = gzip.inspect_err(|error| tracing::error!(%error, "a document could not be compressed"));
        Self { plain, gzip: gzip.ok().map(Bytes::from) }
    }

    /// The form that a client accepts, with these headers.
    pub(super) fn response(
        &self,
        request: &HeaderMap,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    ) -> Response {
        let gzip = self.gzip.as_ref().filter(|_| accepts_gzip(request));
        let mut response = Body::from(gzip.unwrap_or(&self.plain).clone()).into_response();
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if gzip.is_some() {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response.headers_mut().extend(headers);
        response
    }
}

/// Whether `Accept-Encoding` names gzip, or any encoding, with a weight above zero.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let (mut named, mut any) = (None, None);
    for (name, weight) in weighted(headers, header::ACCEPT_ENCODING) {
        let is_accepted = weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0));
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            named = Some(is_accepted);
        } else if name == "*" {
            any = Some(is_accepted);
        }
    }
    named.or(any).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_accept_it() {
        for (lines, accepts) in [
            (&[][..], false),
            (&[""], false),
            (&["gzip"], true),
            (&["deflate, GZIP;q=0.5, br"], true),
            (&["x-gzip"], true),
            (&["*"], true),
            (&["br, *;q=0.1"], true),
            (&["br", "gzip"], true),
            (&["gzip;q=0"], false),
            (&["gzip; q=0.000, *"], false),
            (&["*;q=0"], false),
            (&["*;q=0, gzip"], true),
            (&["identity"], false),
            (&["gzip;q=high"], false),
            (&["br, zstd"], false),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::ACCEPT_ENCODING, line.parse().unwrap());
            }
            assert_eq!(accepts_gzip(&headers), accepts, "{lines:?}");
        }
    }
}
