//! The part of the web page over the demo network ([`Demo`]): ready questions, and the views that show their answers.

use std::collections::BTreeMap;

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use maud::{Markup, html};

use super::document::Document;
use crate::identity::identity;
use crate::session::Settings;

/// The script of the section, which calls tools of this server and is the host of the views.
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

/// The questions whose tools a session of the server lists, each with the view of its answer or an empty text.
#[derive(Debug)]
pub(super) struct Demo<'a> {
    /// Questions about the network as it is.
    questions: Vec<(&'a Question, &'static str)>,
    /// Questions about an incident, with its name, by their tool.
    incidents: BTreeMap<&'a str, Vec<Incident<'a>>>,
}

/// The name of an incident, its question, and the view of the answer or an empty text.
type Incident<'a> = (&'a str, &'a Question, &'static str);

impl<'a> Demo<'a> {
    /// None if there is no question about the network as it is.
    pub(super) fn new(all: &'a [Question], settings: &Settings) -> Option<Self> {
        let mut demo = Self { questions: Vec::new(), incidents: BTreeMap::new() };
        for question in all {
            let entry = settings.catalog().find(&question.tool).filter(|entry| settings.lists(entry));
            // A query names the tools of its tables.
            let entry = entry.filter(|_| settings.described(&question.arguments) == question.arguments);
            let Some(view) = entry.map(|entry| entry.tool().view.unwrap_or_default()) else { continue };
            match &question.incident {
                None => demo.questions.push((question, view)),
                Some(incident) => {
                    demo.incidents.entry(&question.tool).or_default().push((incident, question, view));
                }
            }
        }
        (!demo.questions.is_empty()).then_some(demo)
    }
}

/// The section with the questions.
pub(super) fn section(demo: &Demo<'_>) -> Markup {
    html! {
        section aria-labelledby="ask" {
            h2 id="ask" { "Ask the demo network" }
            p {
                "Each question is one call of a tool. Below it is what people see in a client with views (MCP Apps), and what \
                 the model reads."
            }
            noscript { p { "The questions need scripts." } }
            ul.questions id="questions" {
                @for (question, view) in &demo.questions {
                    li {
                        button type="button" hidden aria-pressed="false" data-tool=(question.tool) data-view=(view)
                            data-arguments=(question.arguments) { (question.text) }
                    }
                }
            }
            @if !demo.incidents.is_empty() {
                form id="incident-form" hidden autocomplete="off" {
                    label for="incident" {
                        "Choose an incident: the demo network gets this fault, and the tool that should find it is called."
                    }
                    select id="incident" {
                        @for (tool, incidents) in &demo.incidents {
                            optgroup label=(tool) {
                                @for (incident, question, view) in incidents {
                                    option value=(incident) data-tool=(question.tool) data-view=(view)
                                        data-arguments=(question.arguments) { (question.text) }
                                }
                            }
                        }
                    }
                    button type="submit" { "Ask" }
                }
            }
            div id="answer" hidden {
                h3 id="answer-heading" { a id="answer-link" {} }
                p {
                    span id="answer-status" role="status" {}
                    " "
                    button type="button" id="answer-cancel" hidden { "Cancel" }
                }
                div id="answer-view" {}
                details id="answer-details" {
                    summary { "What the model reads" }
                    p.hint id="answer-size" {}
                    pre tabindex="0" aria-label="What the model reads" { code id="answer-text" {} }
                }
            }
        }
    }
}

/// The section of a server whose questions need what the page does not have.
pub(super) fn refused(what: &str) -> Markup {
    html! {
        section aria-labelledby="ask" {
            h2 id="ask" { "Ask the demo network" }
            p {
                "This page cannot ask: every call needs " (what) ", and the page has none. Connect a client as described below, \
                 or start the demo network without it: " code { (identity().name) " --demo -t http" } "."
            }
        }
    }
}

/// The document of a view, for a sandboxed frame of the page.
pub(super) fn view(document: &Document, request: &HeaderMap) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, VIEW_POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    document.response(request, headers.map(|(name, value)| (name, HeaderValue::from_static(value))))
}
