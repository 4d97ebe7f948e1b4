//! The web page at `/` ([`Page`]): what this server is, its tools, and how to connect a client to it.
//!
//! It is rendered and compressed once, at the first request, from the settings of the server. It loads nothing else, and its
//! Content-Security-Policy allows only its own style and script. Its search calls `/search`, which ranks tools as
//! `findTools` does. Over the demo network it offers questions, and shows the answers in views.

mod content;
mod demo;
mod document;
mod markup;
mod prose;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Extension, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{self, HeaderMap};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use ring::digest;
use serde_json::json;

use super::Configuration;
use super::admission::Client;
use super::rejection::{Reason, Rejection};
use crate::work;
use content::Content;
pub(crate) use demo::Question;
use document::Document;

/// Security headers besides the Content-Security-Policy.
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
    // Search engines must not index a server that is exposed to the internet.
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
];

/// Number of tools in a search result.
const SEARCH_RESULTS: usize = 8;
/// Longest query in characters, as in `findTools`.
const MAX_QUERY_LENGTH: usize = 500;

/// The page of a server, rendered on first use.
#[derive(Debug)]
pub(super) struct Page {
    content: Content,
    rendered: OnceLock<Rendered>,
    views: OnceLock<HashMap<&'static str, Document>>,
}

#[derive(Debug)]
struct Rendered {
    document: Document,
    tag: String,
    policy: String,
}

impl Page {
    pub(super) fn new(configuration: &Configuration) -> Self {
        Self { content: Content::new(configuration), rendered: OnceLock::new(), views: OnceLock::new() }
    }

    /// Makes a part of the page at its first request, which takes longer than an async thread may be kept.
    async fn make(self: &Arc<Self>, is_made: bool, part: fn(&Self)) {
        if !is_made {
            let page = Arc::clone(self);
            // If that fails, it is logged, and the request makes the part itself.
            let _ = work::run_short(move || part(&page)).await;
        }
    }

    fn rendered(&self) -> &Rendered {
        self.rendered.get_or_init(|| {
            let html = self.content.html();
            let digest = digest::digest(&digest::SHA256, html.as_bytes());
            // The tag is weak, because it is the same for the plain and the gzip representation.
            let tag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&digest.as_ref()[..12]));
            let policy = policy(&self.content);
            Rendered { document: Document::new(html), tag, policy }
        })
    }

    /// The document of a view.
    fn view(&self, name: &str) -> Option<&Document> {
        self.views().get(name)
    }

    fn views(&self) -> &HashMap<&'static str, Document> {
        let documents = || self.content.views().map(|view| (view.name, Document::new(view.html))).collect();
        self.views.get_or_init(documents)
    }
}

impl Rendered {
    fn response(&self, request: &HeaderMap) -> Response {
        let texts = [(header::ETAG, &self.tag), (header::CONTENT_SECURITY_POLICY, &self.policy)];
        let texts =
            texts.into_iter().filter_map(|(name, text)| Some((name, HeaderValue::from_str(text).ok()?)));
        let fixed = HEADERS.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value)));
        let mut response = self.document.response(request, fixed.chain(texts));
        if is_cached(request, &self.tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(header::CONTENT_ENCODING);
        }
        response
    }
}

/// The routes of the page.
pub(super) fn routes(page: Arc<Page>) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/search", get(search))
        .route("/views/{name}", get(view))
        // The page has an inline icon.
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .with_state(page)
}

async fn show(State(page): State<Arc<Page>>, headers: HeaderMap) -> Response {
    page.make(page.rendered.get().is_some(), |page| _ = page.rendered()).await;
    page.rendered().response(&headers)
}

/// The document of a view, over the demo network.
async fn view(
    State(page): State<Arc<Page>>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    if !page.content.has_questions() {
        let problem = "This server shows views in MCP clients alone.";
        return Rejection::new(StatusCode::NOT_FOUND, "path", problem).into_response();
    }
    page.make(page.views.get().is_some(), |page| _ = page.views()).await;
    match name.ok().and_then(|Path(name)| page.view(&name)) {
        Some(document) => demo::view(document, &headers),
        None => {
            let problem = "There is no such view here. The page at / shows the views of the demo network.";
            Rejection::new(StatusCode::NOT_FOUND, "path", problem).into_response()
        }
    }
}

/// The query parameters of `/search`.
#[derive(serde::Deserialize)]
struct SearchParams {
    query: String,
}

/// Ranks the tools for a query: `{"fit", "tools": [names], "note"?}`, best first.
async fn search(
    State(page): State<Arc<Page>>,
    Extension(client): Extension<Arc<Client>>,
    params: Result<Query<SearchParams>, QueryRejection>,
) -> Response {
    let params = params.ok().map(|Query(params)| params.query);
    let Some(query) = params.filter(|query| query.chars().count() <= MAX_QUERY_LENGTH) else {
        let problem = format!("`/search?query=…` takes one query of at most {MAX_QUERY_LENGTH} characters.");
        return Rejection::request(problem).into_response();
    };
    let settings = Arc::clone(page.content.settings());
    let found = client.search(move || {
        let found = settings.search(&query, SEARCH_RESULTS, None);
        let tools: Vec<_> = found.tools.iter().map(|entry| entry.tool().name).collect();
        json!({ "fit": found.fit(), "tools": tools, "note": found.note() })
    });
    match found.await {
        Ok(found) => ([(header::CACHE_CONTROL, "no-store")], Json(found)).into_response(),
        Err(rejection) => rejection.into_response(),
    }
}

/// Whether the MCP endpoint has been opened in a browser: no MCP client requests HTML.
pub(super) fn is_browser(method: &Method, headers: &HeaderMap) -> bool {
    let accepts = |form| {
        let mut values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.contains(form))
    };
    method == Method::GET && accepts("text/html") && !accepts("text/event-stream")
}

/// The response to a browser at the MCP endpoint: a link to the page.
pub(super) fn browser_hint() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ];
    let hint = markup::hint().into_string();
    (StatusCode::NOT_ACCEPTABLE, headers, Extension(Reason("browser")), hint).into_response()
}

/// The Content-Security-Policy: only the inline style and script, by their hashes, and requests to this server; over the
/// demo network its views in frames as well.
fn policy(content: &Content) -> String {
    let frames = if content.has_questions() { "frame-src 'self'; " } else { "" };
    let sha256 = |text: &str| STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; {frames}img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        sha256(&content.script()),
        sha256(content::STYLE)
    )
}

/// Whether the browser has this version of the page in its cache.
fn is_cached(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).any(|value| value == tag || value == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers_with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn an_entity_tag_matches_in_a_list() {
        for known in ["W/\"a\"", "\"b\", W/\"a\"", "*"] {
            assert!(is_cached(&headers_with(header::IF_NONE_MATCH, known), "W/\"a\""), "{known}");
        }
        assert!(!is_cached(&headers_with(header::IF_NONE_MATCH, "W/\"b\""), "W/\"a\""));
        assert!(!is_cached(&HeaderMap::new(), "W/\"a\""));
    }

    #[test]
    fn browsers_are_distinguished_from_mcp_clients() {
        let browser = headers_with(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        assert!(is_browser(&Method::GET, &browser));
        assert!(!is_browser(&Method::POST, &browser));
        for client in [
            "text/event-stream",
            "application/json, text/event-stream",
            "*/*",
            "text/html, text/event-stream",
        ] {
            assert!(!is_browser(&Method::GET, &headers_with(header::ACCEPT, client)), "{client}");
        }
        assert!(!is_browser(&Method::GET, &HeaderMap::new()));
    }
}
