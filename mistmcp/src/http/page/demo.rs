//! The part of the web page over the demo network: ready questions ([`Question`]), and the views that show their answers.

use std::fmt::Write;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::escape::Escaped;
use crate::http::rejection::Rejection;
use crate::session::Settings;

/// The section of the page.
pub(super) const SECTION: &str = include_str!("demo.html");
/// Its script, which asks this server and is the host of the views.
pub(super) const SCRIPT: &str = include_str!("demo.js");

/// The policy of a view in a frame of the page. It runs in an origin of its own, and loads nothing.
const VIEW_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts";

/// A question that the page offers over the demo network: one call of a tool.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The question as people ask it.
    pub(crate) text: String,
    /// The tool that answers it.
    pub(crate) tool: String,
    /// Its arguments, as JSON text.
    pub(crate) arguments: String,
}

/// The buttons of the questions that a session of these settings can ask without further steps.
pub(super) fn buttons(questions: &[Question], settings: &Settings) -> String {
    let mut text = String::new();
    for Question { text: words, tool, arguments } in questions {
        let Some(entry) = settings.catalog().find(tool).filter(|entry| settings.lists(entry)) else {
            continue;
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "<li><button type=\"button\" hidden aria-pressed=\"false\" data-tool=\"{}\" data-view=\"{}\" \
             data-arguments=\"{}\">{}</button></li>",
            Escaped(tool),
            Escaped(entry.tool().view.unwrap_or_default()),
            Escaped(arguments),
            Escaped(words)
        );
    }
    text
}

/// The document of a view, for a sandboxed frame of the page.
pub(super) fn view(settings: &Settings, name: &str) -> Response {
    let Some(view) = settings.views().find(|view| view.name == name) else {
        let problem = "There is no such view here. The page at / shows the views of the demo network.";
        return Rejection::new(StatusCode::NOT_FOUND, "view", problem).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, VIEW_POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    let mut response = Body::from(view.html).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
