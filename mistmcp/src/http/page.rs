//! The page at `/`, for people: what this server is, its tools, and how to connect a client to it.
//!
//! It is rendered once, at the first request, from the server's own settings. It loads nothing, and only its own style and
//! script may run. Its search asks `/search`, which ranks tools as `findTools` does.

mod content;
mod escape;

use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{self, HeaderMap};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use ring::digest;
use serde_json::json;

use super::Configuration;
use super::rejection::Rejection;
use crate::identity::identity;
use crate::work;
use content::Content;
use escape::Escaped;

/// What browsers may not do on this page, beside what the policy of its content forbids.
const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-cache"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), clipboard-read=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    // A server that some network shows to the world is nothing for search engines.
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
];

/// Tools in an answer of the search.
const FOUND: usize = 8;
/// Characters of a query at most, as `findTools` takes them.
const LONGEST_QUERY: usize = 500;

/// The page of a server, and what it is made of.
#[derive(Debug)]
pub(super) struct Page {
    content: Content,
    made: OnceLock<Made>,
}

#[derive(Debug)]
struct Made {
    html: Bytes,
    /// The same in gzip, where that could be made.
    gzip: Option<Bytes>,
    tag: String,
    policy: String,
}

impl Page {
    pub(super) fn of(configuration: &Configuration) -> Self {
        Self { content: Content::of(configuration), made: OnceLock::new() }
    }

    fn made(&self) -> &Made {
        self.made.get_or_init(|| {
            let html = self.content.html();
            let digest = digest::digest(&digest::SHA256, html.as_bytes());
            // The same words are sent with gzip and without: a weak tag is for both.
            let tag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&digest.as_ref()[..12]));
            Made { gzip: gzip(html.as_bytes()).ok(), html: html.into(), tag, policy: policy() }
        })
    }
}

impl Made {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let mut response = if is_known(asked, &self.tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            match self.gzip.as_ref().filter(|_| takes_gzip(asked)) {
                Some(gzip) => {
                    ([(header::CONTENT_ENCODING, "gzip")], Body::from(gzip.clone())).into_response()
                }
                None => Body::from(self.html.clone()).into_response(),
            }
        };
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        for (name, text) in [(header::ETAG, &self.tag), (header::CONTENT_SECURITY_POLICY, &self.policy)] {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// The page, and what browsers ask for beside it.
pub(super) fn routes(page: Arc<Page>) -> Router {
    Router::new()
        .route("/", get(show).fallback(another_method))
        .route("/search", get(search))
        // The page brings its own.
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .with_state(page)
}

async fn show(State(page): State<Arc<Page>>, headers: HeaderMap) -> Response {
    page.made().answer(&headers)
}

/// The query parameters of `/search`.
#[derive(serde::Deserialize)]
struct Asked {
    query: String,
}

/// Ranks the tools for a query: `{"fit", "tools": [names], "note"?}`, best first.
async fn search(State(page): State<Arc<Page>>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.ok().map(|Query(asked)| asked.query);
    let Some(query) = asked.filter(|query| query.chars().count() <= LONGEST_QUERY) else {
        let problem = format!("`/search?query=…` takes one query of at most {LONGEST_QUERY} characters.");
        return Rejection::request(problem).into_response();
    };
    let settings = Arc::clone(page.content.settings());
    let found = work::run(move || {
        let found = settings.search(&query, FOUND, None);
        let tools: Vec<_> = found.tools.iter().map(|entry| entry.tool().name).collect();
        json!({ "fit": found.fit(), "tools": tools, "note": found.note() })
    });
    match found.await {
        Ok(found) => ([(header::CACHE_CONTROL, "no-store")], Json(found)).into_response(),
        Err(error) => {
            Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, "search", error.to_string()).into_response()
        }
    }
}

/// For a client whose URL lacks `/mcp`.
async fn another_method() -> Response {
    let refusal = Rejection::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        "This is a page for people, which takes GET and HEAD. MCP is at /mcp.",
    );
    ([(header::ALLOW, "GET, HEAD")], refusal).into_response()
}

/// Whether somebody has opened MCP's address in a browser: no client of MCP asks for a page.
pub(super) fn is_wanted(method: &Method, headers: &HeaderMap) -> bool {
    let accepts = |form| {
        let mut values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.contains(form))
    };
    method == Method::GET && accepts("text/html") && !accepts("text/event-stream")
}

/// The way from there to the page.
pub(super) fn signpost() -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light \
                dark\"><title>{}</title><p>This address is for MCP clients. <a href=\"/\">How to connect \
                one</a></p></html>\n",
        Escaped(identity().name)
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ];
    (StatusCode::NOT_ACCEPTABLE, headers, html).into_response()
}

/// The Content-Security-Policy: the page's own style and script, by their hashes, and requests to this server alone.
fn policy() -> String {
    let known = |text: &str| STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        known(content::SCRIPT),
        known(content::STYLE)
    )
}

fn gzip(bytes: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish().map(Bytes::from)
}

/// Whether the browser has this very page.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    words(headers, header::IF_NONE_MATCH).any(|word| word == tag || word == "*")
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    words(headers, header::ACCEPT_ENCODING).any(|word| {
        let (name, weight) = word.split_once(';').unwrap_or((word, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
        ["gzip", "x-gzip"].contains(&name.trim().to_ascii_lowercase().as_str()) && weight != Some(0.0)
    })
}

/// What stands between the commas of a header.
fn words(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn gzip_is_for_those_who_take_it() {
        for taken in ["gzip", "deflate, gzip;q=0.5", "br, GZIP ; q=1.0"] {
            assert!(takes_gzip(&asking(header::ACCEPT_ENCODING, taken)), "{taken}");
        }
        for refused in ["", "identity", "br", "gzip;q=0", "gzip; q=0.0", "gzipped"] {
            assert!(!takes_gzip(&asking(header::ACCEPT_ENCODING, refused)), "{refused}");
        }
    }

    #[test]
    fn a_page_that_is_known_is_known_among_others() {
        for known in ["W/\"a\"", "\"b\", W/\"a\"", "*"] {
            assert!(is_known(&asking(header::IF_NONE_MATCH, known), "W/\"a\""), "{known}");
        }
        assert!(!is_known(&asking(header::IF_NONE_MATCH, "W/\"b\""), "W/\"a\""));
        assert!(!is_known(&HeaderMap::new(), "W/\"a\""));
    }

    #[test]
    fn browsers_are_told_from_clients() {
        let browser = asking(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        assert!(is_wanted(&Method::GET, &browser));
        assert!(!is_wanted(&Method::POST, &browser));
        for client in [
            "text/event-stream",
            "application/json, text/event-stream",
            "*/*",
            "text/html, text/event-stream",
        ] {
            assert!(!is_wanted(&Method::GET, &asking(header::ACCEPT, client)), "{client}");
        }
        assert!(!is_wanted(&Method::GET, &HeaderMap::new()));
    }
}
