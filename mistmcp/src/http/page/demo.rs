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
/// The form of the incidents.
const INCIDENTS: &str = include_str!("incidents.html");
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
    /// The name of the incident that is laid over the network for it.
    pub(crate) incident: Option<String>,
}

impl Question {
    /// What the script needs for the call. None if a session of these settings does not list the tool.
    fn data(&self, settings: &Settings) -> Option<String> {
        let entry = settings.catalog().find(&self.tool).filter(|entry| settings.lists(entry))?;
        Some(format!(
            "data-tool=\"{}\" data-view=\"{}\" data-arguments=\"{}\"",
            Escaped(&self.tool),
            Escaped(entry.tool().view.unwrap_or_default()),
            Escaped(&self.arguments)
        ))
    }
}

// Writing to a String cannot fail, so the results of `write!` are ignored.

/// The buttons of the questions that a session of these settings can ask without further steps.
pub(super) fn buttons(questions: &[Question], settings: &Settings) -> String {
    let mut text = String::new();
    for question in questions.iter().filter(|question| question.incident.is_none()) {
        let Some(data) = question.data(settings) else { continue };
        let _ = writeln!(
            text,
            "<li><button type=\"button\" hidden aria-pressed=\"false\" {data}>{}</button></li>",
            Escaped(&question.text)
        );
    }
    text
}

/// The form with the incidents, if there are any whose question can be asked.
pub(super) fn incidents(questions: &[Question], settings: &Settings) -> String {
    let mut options = String::new();
    for question in questions {
        let (Some(incident), Some(data)) = (&question.incident, question.data(settings)) else { continue };
        let _ = writeln!(
            options,
            "<option value=\"{}\" {data}>{}</option>",
            Escaped(incident),
            Escaped(&question.text)
        );
    }
    if options.is_empty() { options } else { INCIDENTS.replace("{{options}}", &options) }
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
