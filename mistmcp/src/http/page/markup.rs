//! The HTML of the web page: [`page`] renders [`Content`].

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::content::{Clouds, Content, STYLE};
use super::demo::{self, Demo};
use super::prose::Prose;
use crate::catalog::{Audience, Category, Entry, Parameter};
use crate::identity::identity;
use crate::session::Mode;

/// The description of a server that has none of its own.
const ABOUT: &str = "An MCP server that lets an AI look into a Juniper Mist network.";

const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' \
    height='32' rx='7' fill='%23145a86'/%3E%3Cg fill='none' stroke='%23fff' stroke-width='2.6' stroke-linecap='round'%3E%3Cpath \
    d='M6.5 14a13.5 13.5 0 0 1 19 0'/%3E%3Cpath d='M11 18.6a7 7 0 0 1 10 0'/%3E%3C/g%3E%3Ccircle cx='16' cy='23.4' r='2.2' \
    fill='%23fff'/%3E%3C/svg%3E";

/// The whole page.
pub(super) fn page(content: &Content, demo: Option<&Demo<'_>>, script: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (identity().name) ": MCP server for Juniper Mist" }
                link rel="icon" href=(ICON);
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#tool-list" { "Skip to the tools" }
                (header(content))
                main {
                    @if let Some(demo) = demo { (demo::section(demo)) }
                    @if let Some(what) = content.refused_questions() { (demo::refused(what)) }
                    (connect(content))
                    (tools(content))
                }
                script { (PreEscaped(script)) }
            }
        }
    }
}

/// A page with one link to the page at `/`, for a browser at the MCP endpoint.
pub(super) fn hint() -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            meta charset="utf-8";
            meta name="color-scheme" content="light dark";
            title { (identity().name) }
            p { "This address is for MCP clients. " a href="/" { "How to connect one" } }
        }
    }
}

fn header(content: &Content) -> Markup {
    let usual = content.categories().filter(|category| !content.is_extra(category)).count();
    let extra = content.categories().filter(|category| content.is_extra(category)).count();
    html! {
        header {
            h1 { (identity().name) }
            p.lead {
                (identity().about.unwrap_or(ABOUT))
                @if content.is_read_only() { " It only reads." }
            }
            ul.facts {
                li {
                    strong { (content.count(|category| !content.is_extra(category))) } " tools in "
                    strong { (usual) } " categories"
                    @if extra > 0 {
                        ", and " strong { (content.count(|category| content.is_extra(category))) } " in "
                        strong { (extra) } " extended ones"
                    }
                }
                li { (network(content)) }
                li { "Version " (identity().version) }
            }
        }
    }
}

fn network(content: &Content) -> Markup {
    match &content.clouds {
        _ if content.demo => html! { "A made-up network inside, to try it" },
        Clouds::One(cloud) | Clouds::Some { default: Some(cloud), .. } => {
            html! { "Mist cloud " strong { (cloud) } }
        }
        Clouds::Some { default: None, .. } => html! { "For every Mist cloud" },
    }
}

/// The section with the form that makes a client's configuration.
fn connect(content: &Content) -> Markup {
    html! {
        section aria-labelledby="connect-a-client" {
            h2 id="connect-a-client" { "Connect a client" }
            (authentication(content))
            (without_scripts(content))
            form id="client-form" hidden autocomplete="off"
                data-mode=(content.settings().mode().name())
                data-program=(identity().name)
                data-entry=(identity().entry())
                data-own-token=[(!content.shared).then_some("yes")]
                data-client-token=[content.client_token.then_some("yes")]
                // The default categories of the operator, for clients that name none.
                data-bounded=[content.has_default_categories().then_some("yes")]
            {
                div.choices {
                    @if let Clouds::Some { default, all } = &content.clouds { (cloud_choice(default.as_deref(), all)) }
                    (mode_choice(content))
                    (category_choice(content))
                    fieldset.wide {
                        legend { "Client" }
                        div.chips id="client-choice" {}
                    }
                }
                p.problem id="open-note" hidden {
                    "This address has no TLS: a token that is sent to it can be read on the way."
                }
                p.problem id="url-problem" role="status" hidden {}
                div id="client-output" {
                    h3 id="url-heading" { "URL" }
                    (copyable("client-url", "url-heading", "Copy the URL"))
                    h3 id="configuration-heading" { "Configuration" }
                    p id="client-location" {}
                    (copyable("client-configuration", "configuration-heading", "Copy the configuration"))
                }
            }
            p.visually-hidden id="copy-status" role="status" {}
        }
    }
}

/// A text that the script fills in, with a button that copies it.
fn copyable(id: &str, heading: &str, label: &str) -> Markup {
    html! {
        div.copied {
            pre tabindex="0" aria-labelledby=(heading) { code id=(id) {} }
            button type="button" data-copies=(id) aria-label=(label) { "Copy" }
        }
    }
}

/// How clients authenticate.
fn authentication(content: &Content) -> Markup {
    if let Some(issuer) = &content.issuer {
        return html! {
            p {
                "People " strong { "sign in" } " at " code { (issuer) }
                ", which clients do by themselves: the address is all that they need. Calls are made with the Mist accounts of \
                 the person."
            }
        };
    }
    let where_to_get = "It is made in the Mist portal, under Organization > Settings > API Token, or My Account; one that may \
        only read is enough. This page never asks for it.";
    html! {
        @if content.client_token {
            p {
                "Every client sends this server's " strong { "client token" } ", as "
                code { "Authorization: Bearer <client token>" } ". The operator of the server has it."
            }
        }
        @if content.demo {
            p { "The network is made up: no Mist account and no API token is needed." }
        } @else if content.shared {
            p {
                "Calls are made with the " strong { "API token of this server" }
                ": a client needs none. One that brings its own, as " code { "X-Authorization: <token>" } ", calls with that."
            }
        } @else if content.client_token {
            p {
                "And it brings its own " strong { "Mist API token" } ", as " code { "X-Authorization: <token>" } ". "
                (where_to_get)
            }
        } @else {
            p {
                "Every client brings its own " strong { "Mist API token" } ", as " code { "X-Authorization: <token>" } " or "
                code { "Authorization: Bearer <token>" } ". " (where_to_get)
            }
        }
    }
}

/// The address and the configuration, for browsers without scripts.
fn without_scripts(content: &Content) -> Markup {
    html! {
        noscript {
            p {
                "MCP is at " a href="mcp" { code { "mcp" } } " below the address of this page: copy the link."
                @if let Clouds::Some { default, all } = &content.clouds {
                    @let need = if default.is_some() { "may name another Mist cloud" } else { "names the Mist cloud" };
                    " The URL " (need) ", as " code { "?cloud=" } " and one of "
                    @for (place, (.., address)) in all.iter().enumerate() {
                        @if place > 0 { ", " }
                        code { (address) }
                    }
                    "."
                }
                " A client that takes JSON wants an entry such as this. Its file, and how it keeps secrets, are in its own \
                 documentation."
            }
            pre tabindex="0" aria-label="Configuration" { code { (content.plain_configuration()) } }
            p {
                "The URL may also say " code { "mode" } " (" code { "managed" } ", " code { "all" } ", " code { "custom" }
                ") and " code { "categories" } ", with commas between their names."
            }
        }
    }
}

fn cloud_choice(default: Option<&str>, all: &[(&'static str, String, String)]) -> Markup {
    html! {
        fieldset {
            legend { "Mist cloud" }
            label for="cloud-choice" { "The one whose portal you use" }
            select id="cloud-choice" name="cloud" required[default.is_none()] {
                option value="" {
                    @match default {
                        Some(cloud) => { (cloud) " (this server's)" },
                        None => { "Choose yours" },
                    }
                }
                @for (name, host, address) in all.iter().filter(|(_, host, _)| Some(host.as_str()) != default) {
                    option value=(address) { (name) ": " (host) }
                }
            }
            p.hint {
                code { "manage.eu.mist.com" } " in the browser is " code { "api.eu.mist.com" } " here."
            }
        }
    }
}

fn mode_choice(content: &Content) -> Markup {
    let settings = content.settings();
    html! {
        fieldset.modes {
            legend { "How tools are loaded" }
            div {
                @for mode in Mode::ALL.into_iter().filter(|mode| settings.client_may_choose(*mode)) {
                    label.mode {
                        input type="radio" name="mode" value=(mode.name()) checked[mode == settings.mode()];
                        (mode.name()) " " span { (Prose(mode.about())) }
                    }
                }
            }
        }
    }
}

fn category_choice(content: &Content) -> Markup {
    let usual = content.categories().filter(|category| !content.is_extra(category)).count();
    html! {
        fieldset.wide {
            legend { "Categories" }
            details id="category-choice" {
                summary id="category-count" { "All " (usual) "; open to choose some" }
                div.boxes {
                    @for category in content.categories() {
                        label {
                            input type="checkbox" name="category" value=(category.name)
                                data-tools=(content.tools_of(category).count())
                                data-extended=[content.is_extra(category).then_some("yes")];
                            (category.name)
                        }
                    }
                }
                p { button type="button" id="category-none" { "Choose none" } }
            }
        }
    }
}

/// The section with the search and the list of all tools.
fn tools(content: &Content) -> Markup {
    html! {
        section aria-labelledby="tool-list" {
            h2 id="tool-list" tabindex="-1" { "Tools" }
            form id="search-form" role="search" hidden {
                label for="search-query" { "Search: what do you want to know?" }
                input id="search-query" type="search" name="q" autocomplete="off" autocapitalize="none" spellcheck="false"
                    maxlength="500";
            }
            div id="search-best" hidden {
                h3 id="search-best-heading" { "Tools that answer it" }
                ol id="search-best-list" aria-labelledby="search-best-heading" {}
                p.hint id="search-note" {}
            }
            p id="search-status" role="status" {
                (content.count(|_| true)) " tools in " (content.categories().count()) " categories"
            }
            @for category in content.categories() { (category_list(content, category)) }
        }
    }
}

fn category_list(content: &Content, category: &Category) -> Markup {
    html! {
        details.category id=(category.name) {
            summary {
                code { (category.name) } " "
                span.count { (content.tools_of(category).count()) } " "
                span { (Prose(&category.about())) }
            }
            ul.tools {
                @for entry in content.tools_of(category) {
                    @let description = content.settings().described(entry.tool().description);
                    // Extended tools get one sentence, to keep the page small: `mistmcp tools` and `findTools` show the rest.
                    @if content.is_extra(category) {
                        (tool(entry, first_sentence(&description), &[]))
                    } @else {
                        (tool(entry, &description, &parameters(content, entry)))
                    }
                }
            }
        }
    }
}

/// The parameters of a tool, whose texts name no tool that is removed.
fn parameters<'a>(content: &Content, entry: &'a Entry) -> Vec<Parameter<'a>> {
    let mut parameters = entry.parameters(Audience::Person);
    for parameter in &mut parameters {
        parameter.about = content.settings().described(&parameter.about).into_owned();
    }
    parameters
}

fn tool(entry: &Entry, description: &str, parameters: &[Parameter<'_>]) -> Markup {
    let name = entry.tool().name;
    html! {
        li id=(name) {
            h3 { a href={ "#" (name) } { (name) } }
            p { (Prose(description)) }
            @if !parameters.is_empty() {
                details {
                    summary { (parameters.len()) @if parameters.len() == 1 { " parameter" } @else { " parameters" } }
                    dl {
                        @for Parameter { name, required, about, .. } in parameters {
                            dt { code { (name) } @if *required { " (required)" } }
                            dd { (about) }
                        }
                    }
                }
            }
        }
    }
}

/// The first sentence of a description.
fn first_sentence(description: &str) -> &str {
    description
        .split_once(". ")
        .or_else(|| description.split_once(".\n"))
        .map_or(description, |(first, _)| first)
}
