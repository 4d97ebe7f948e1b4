//! The content of the web page ([`Content`]), rendered from the template and the settings of the server.

use std::fmt::Write;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::demo::{self, Question};
use super::escape::{Escaped, Prose};
use crate::catalog::{Category, Entry, Parameter, Reader};
use crate::http::Configuration;
use crate::http::rejection::Rejection;
use crate::identity::identity;
use crate::session::{Mode, Settings};

/// The description of a server that has none of its own.
const ABOUT: &str = "An MCP server that lets an AI look into a Juniper Mist network.";
const TEMPLATE: &str = include_str!("page.html");
pub(super) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The content of the page: settings of the server, and no secrets.
#[derive(Debug)]
pub(super) struct Content {
    settings: Arc<Settings>,
    clouds: Clouds,
    demo: bool,
    /// The questions over the demo network.
    questions: Vec<Question>,
    /// Clients without a token use the one that the operator shares.
    shared: bool,
    /// Every client must send the client token.
    client_token: bool,
    /// The issuer at which people sign in, if clients send access tokens.
    issuer: Option<String>,
}

/// The clouds that a client may choose.
#[derive(Debug)]
enum Clouds {
    /// Clients have no choice: calls go to this one.
    One(String),
    /// Any of these, each with its label, its host and the value of `cloud`. The default is that of the operator, if
    /// there is one.
    Some { default: Option<String>, all: Vec<(&'static str, String, String)> },
}

// Writing to a String cannot fail, so the results of `write!` are ignored.

impl Content {
    pub(super) fn new(configuration: &Configuration) -> Self {
        let oauth = configuration.oauth.as_ref();
        let shared = configuration.credentials.shared.is_some() || oauth.is_some();
        let default_cloud = configuration.cloud.as_ref().map(ToString::to_string);
        let clouds = match default_cloud {
            _ if configuration.accounts.is_some() => Clouds::One("of each person's account".to_owned()),
            Some(cloud) if shared => Clouds::One(cloud),
            default => Clouds::Some { default, all: configuration.clouds.named().collect() },
        };
        Self {
            settings: Arc::clone(&configuration.settings),
            clouds,
            demo: configuration.demo,
            questions: configuration.questions.clone(),
            shared,
            client_token: configuration.credentials.client_token.is_some(),
            issuer: oauth.map(|oauth| oauth.issuer.clone()),
        }
    }

    pub(super) fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// Whether the page offers questions.
    pub(super) fn has_questions(&self) -> bool {
        !self.buttons().is_empty()
    }

    fn buttons(&self) -> String {
        if self.demo { demo::buttons(&self.questions, &self.settings) } else { String::new() }
    }

    /// The script of the page.
    pub(super) fn script(&self) -> String {
        if self.has_questions() { format!("{SCRIPT}{}", demo::SCRIPT) } else { SCRIPT.to_owned() }
    }

    /// The section of the questions.
    fn demo(&self) -> String {
        let buttons = self.buttons();
        if buttons.is_empty() {
            return String::new();
        }
        fill(demo::SECTION, |name| match name {
            "questions" => buttons.clone(),
            "incidents" => demo::incidents(&self.questions, &self.settings),
            _ => String::new(),
        })
    }

    /// The document of a view.
    pub(super) fn view(&self, name: &str) -> Response {
        if self.has_questions() {
            demo::view(&self.settings, name)
        } else {
            Rejection::new(StatusCode::NOT_FOUND, "view", "This server shows views in MCP clients alone.")
                .into_response()
        }
    }

    /// Renders the page.
    pub(super) fn html(&self) -> String {
        fill(TEMPLATE, |name| match name {
            "style" => STYLE.to_owned(),
            "script" => self.script(),
            "demo" => self.demo(),
            "name" => Escaped(identity().name).to_string(),
            "about" => Escaped(identity().about.unwrap_or(ABOUT)).to_string(),
            "version" => Escaped(identity().version).to_string(),
            "reads" => self.reads(),
            "tools" => self.tools(|category| !self.is_extra(category)).to_string(),
            "categories" => {
                self.settings.categories().filter(|category| !self.is_extra(category)).count().to_string()
            }
            "extended" => self.extended(),
            "listed-tools" => self.tools(|_| true).to_string(),
            "listed-categories" => self.settings.categories().count().to_string(),
            "network" => self.network(),
            "tokens" => self.tokens(),
            "cloud-in-words" => self.cloud_in_words(),
            "plain-configuration" => self.plain_configuration(),
            "form" => self.form(),
            "cloud" => self.cloud(),
            "modes" => self.modes(),
            "boxes" => self.boxes(),
            "list" => self.list(),
            _ => String::new(),
        })
    }

    fn of_category(&self, category: &Category) -> impl Iterator<Item = &Entry> {
        self.settings.tools().filter(move |entry| entry.tool().category == category.name)
    }

    fn tools(&self, counts: impl Fn(&Category) -> bool) -> usize {
        let categories = self.settings.categories().filter(|category| counts(category));
        categories.map(|category| self.of_category(category).count()).sum()
    }

    /// Whether a category is extended, and not one that the operator named.
    fn is_extra(&self, category: &Category) -> bool {
        category.extended && !self.settings.names_categories()
    }

    fn extended(&self) -> String {
        match self.settings.categories().filter(|category| self.is_extra(category)).count() {
            0 => String::new(),
            count => {
                let tools = self.tools(|category| self.is_extra(category));
                format!(", and <strong>{tools}</strong> in <strong>{count}</strong> extended ones")
            }
        }
    }

    fn reads(&self) -> String {
        let read_only = self.settings.catalog().entries().iter().all(|entry| entry.tool().hints.read_only);
        if read_only { " It only reads.".to_owned() } else { String::new() }
    }

    fn network(&self) -> String {
        match &self.clouds {
            _ if self.demo => "A made-up network inside, to try it".to_owned(),
            Clouds::One(cloud) | Clouds::Some { default: Some(cloud), .. } => {
                format!("Mist cloud <strong>{}</strong>", Escaped(cloud))
            }
            Clouds::Some { default: None, .. } => "For every Mist cloud".to_owned(),
        }
    }

    /// How clients authenticate.
    fn tokens(&self) -> String {
        if let Some(issuer) = &self.issuer {
            return format!(
                "<p>People <strong>sign in</strong> at <code>{}</code>, which clients do by themselves: the address is all that \
                 they need. Calls are made with the Mist accounts of the person.</p>",
                Escaped(issuer)
            );
        }
        let mut text = String::new();
        if self.client_token {
            text.push_str(
                "<p>Every client sends this server's <strong>client token</strong>, as <code>Authorization: Bearer \
                 &lt;client token&gt;</code>. The operator of the server has it.</p>\n",
            );
        }
        text.push_str(if self.demo {
            "<p>The network is made up: no Mist account and no API token is needed.</p>"
        } else if self.shared {
            "<p>Calls are made with the <strong>API token of this server</strong>: a client needs none. One that brings \
             its own, as <code>X-Authorization: &lt;token&gt;</code>, calls with that.</p>"
        } else if self.client_token {
            "<p>And it brings its own <strong>Mist API token</strong>, as <code>X-Authorization: \
             &lt;token&gt;</code>. It is made in the Mist portal, under Organization &gt; Settings &gt; API Token, or My \
             Account; one that may only read is enough. This page never asks for it.</p>"
        } else {
            "<p>Every client brings its own <strong>Mist API token</strong>, as <code>X-Authorization: \
             &lt;token&gt;</code> or <code>Authorization: Bearer &lt;token&gt;</code>. It is made in the Mist portal, \
             under Organization &gt; Settings &gt; API Token, or My Account; one that may only read is enough. This page \
             never asks for it.</p>"
        });
        text
    }

    /// The cloud, for browsers without scripts.
    fn cloud_in_words(&self) -> String {
        let Clouds::Some { default, all } = &self.clouds else { return String::new() };
        let need = if default.is_some() { "may name another Mist cloud" } else { "names the Mist cloud" };
        let names: Vec<_> =
            all.iter().map(|(.., address)| format!("<code>{}</code>", Escaped(address))).collect();
        format!(" The URL {need}, as <code>?cloud=</code> and one of {}.", names.join(", "))
    }

    fn plain_configuration(&self) -> String {
        let cloud = match self.clouds {
            Clouds::Some { default: None, .. } => "?cloud=<your Mist cloud>",
            _ => "",
        };
        let mut headers = serde_json::Map::new();
        if !self.shared {
            headers.insert("X-Authorization".into(), "<Mist API token>".into());
        }
        if self.client_token {
            headers
                .insert("Authorization".into(), format!("Bearer <{} client token>", identity().name).into());
        }
        let mut entry = serde_json::Map::new();
        entry.insert("type".into(), "http".into());
        entry.insert("url".into(), format!("<the address of this page>mcp{cloud}").into());
        if !headers.is_empty() {
            entry.insert("headers".into(), headers.into());
        }
        let whole = serde_json::json!({ "mcpServers": { identity().entry(): entry } });
        Escaped(&format!("{whole:#}")).to_string()
    }

    /// The JSON data for the script.
    fn form(&self) -> String {
        let mut form = format!(
            "data-mode=\"{}\" data-program=\"{}\" data-entry=\"{}\"",
            Escaped(self.settings.mode().name()),
            Escaped(identity().name),
            Escaped(&identity().entry())
        );
        for (name, is_so) in [
            ("own-token", !self.shared),
            ("client-token", self.client_token),
            // The default categories of the operator, for clients that name none.
            ("bounded", self.settings.narrowed(Some(Mode::Custom), &[]).is_ok()),
        ] {
            if is_so {
                let _ = write!(form, " data-{name}=\"yes\"");
            }
        }
        form
    }

    fn cloud(&self) -> String {
        let Clouds::Some { default, all } = &self.clouds else { return String::new() };
        let mut text =
            "<fieldset>\n<legend>Mist cloud</legend>\n<label for=\"cloud-choice\">The one whose portal you \
                        use</label>\n"
                .to_owned();
        let (required, first) = match default {
            Some(cloud) => ("", format!("{cloud} (this server's)")),
            None => (" required", "Choose yours".to_owned()),
        };
        let _ = writeln!(
            text,
            "<select id=\"cloud-choice\" name=\"cloud\"{required}>\n<option value=\"\">{}</option>",
            Escaped(&first)
        );
        for (name, host, address) in all.iter().filter(|(_, host, _)| Some(host) != default.as_ref()) {
            let _ = writeln!(
                text,
                "<option value=\"{}\">{}: {}</option>",
                Escaped(address),
                Escaped(name),
                Escaped(host)
            );
        }
        text.push_str(
            "</select>\n<p class=\"hint\"><code>manage.eu.mist.com</code> in the browser is \
             <code>api.eu.mist.com</code> here.</p>\n</fieldset>",
        );
        text
    }

    fn modes(&self) -> String {
        let mut text = String::new();
        for mode in Mode::ALL.into_iter().filter(|mode| self.settings.permits_mode(*mode)) {
            let checked = if mode == self.settings.mode() { " checked" } else { "" };
            let _ = writeln!(
                text,
                "<label class=\"mode\"><input type=\"radio\" name=\"mode\" value=\"{name}\"{checked}>{name} \
                 <span>{help}</span></label>",
                name = Escaped(mode.name()),
                help = Prose(mode.about())
            );
        }
        text
    }

    fn boxes(&self) -> String {
        let mut text = String::new();
        for category in self.settings.categories() {
            let _ = writeln!(
                text,
                "<label><input type=\"checkbox\" name=\"category\" value=\"{name}\" data-tools=\"{}\"{}>{name}</label>",
                self.of_category(category).count(),
                if self.is_extra(category) { " data-extended=\"yes\"" } else { "" },
                name = Escaped(category.name)
            );
        }
        text
    }

    fn list(&self) -> String {
        let mut text = String::new();
        for category in self.settings.categories() {
            let _ = writeln!(
                text,
                "<details class=\"category\" id=\"{name}\">\n<summary><code>{name}</code> <span \
                 class=\"count\">{}</span> <span>{}</span></summary>\n<ul class=\"tools\">",
                self.of_category(category).count(),
                Prose(&category.about()),
                name = Escaped(category.name)
            );
            for entry in self.of_category(category) {
                let described = self.settings.described(entry.tool().description);
                // Extended tools get one sentence, to keep the page small: `mistmcp tools` and `findTools` show the
                // rest.
                if self.is_extra(category) {
                    tool(&mut text, entry, first_sentence(&described), &[]);
                } else {
                    tool(&mut text, entry, &described, &entry.parameters(Reader::Person));
                }
            }
            text.push_str("</ul>\n</details>\n");
        }
        text
    }
}

/// The first sentence of a description.
fn first_sentence(description: &str) -> &str {
    description
        .split_once(". ")
        .or_else(|| description.split_once(".\n"))
        .map_or(description, |(first, _)| first)
}

fn tool(text: &mut String, entry: &Entry, description: &str, parameters: &[Parameter<'_>]) {
    let _ = writeln!(
        text,
        "<li id=\"{name}\"><h3><a href=\"#{name}\">{name}</a></h3>\n<p>{}</p>",
        Prose(description),
        name = Escaped(entry.tool().name)
    );
    if !parameters.is_empty() {
        let many = if parameters.len() == 1 { "parameter" } else { "parameters" };
        let _ = writeln!(text, "<details><summary>{} {many}</summary>\n<dl>", parameters.len());
        for Parameter { name, required, about, .. } in parameters {
            let mark = if *required { " (required)" } else { "" };
            let _ =
                writeln!(text, "<dt><code>{}</code>{mark}</dt><dd>{}</dd>", Escaped(name), Escaped(about));
        }
        text.push_str("</dl>\n</details>\n");
    }
    text.push_str("</li>\n");
}

/// Fills the placeholders of a template in one pass. Inserted text is not scanned for placeholders.
fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(template.len() * 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, after)) = after.split_once("}}") else { break };
        filled.push_str(&value(name));
        rest = after;
    }
    filled.push_str(rest);
    filled
}
