//! The data of the web page ([`Content`]): settings of the server, and no secrets.

use std::sync::Arc;

use super::demo::{self, Demo, Question};
use super::markup;
use crate::View;
use crate::catalog::{Category, Entry};
use crate::http::Configuration;
use crate::identity::identity;
use crate::session::{Mode, Settings};

pub(super) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The data of the page.
#[derive(Debug)]
pub(super) struct Content {
    settings: Arc<Settings>,
    pub(super) clouds: Clouds,
    pub(super) demo: bool,
    /// The questions over the demo network.
    questions: Vec<Question>,
    /// Clients without a token use the one that the operator shares.
    pub(super) shared: bool,
    /// Every client must send the client token.
    pub(super) client_token: bool,
    /// The issuer at which people sign in, if clients send access tokens.
    pub(super) issuer: Option<String>,
}

/// The clouds that a client may choose.
#[derive(Debug)]
pub(super) enum Clouds {
    /// Clients have no choice: calls go to this one.
    One(String),
    /// Any of these, each with its label, its host and the value of `cloud`. The default is that of the operator, if
    /// there is one.
    Some { default: Option<String>, all: Vec<(&'static str, String, String)> },
}

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
        self.questions().is_some()
    }

    /// The questions that the page offers. None if there are none, or if the page may not call the server.
    fn questions(&self) -> Option<Demo<'_>> {
        self.all_questions().filter(|_| self.needed().is_none())
    }

    fn all_questions(&self) -> Option<Demo<'_>> {
        Demo::new(&self.questions, &self.settings).filter(|_| self.demo)
    }

    /// What calls need and the page does not have.
    fn needed(&self) -> Option<&'static str> {
        if self.client_token {
            Some("the client token of this server (--client-token)")
        } else if self.issuer.is_some() {
            Some("an access token of a person who signed in")
        } else {
            None
        }
    }

    /// Why the page does not offer the questions that there are.
    pub(super) fn refused_questions(&self) -> Option<&'static str> {
        self.all_questions().and(self.needed())
    }

    /// The script of the page.
    pub(super) fn script(&self) -> String {
        if self.has_questions() { format!("{SCRIPT}{}", demo::SCRIPT) } else { SCRIPT.to_owned() }
    }

    /// The views of the answers, over the demo network.
    pub(super) fn views(&self) -> impl Iterator<Item = &'static View> {
        self.settings.views()
    }

    /// Renders the page.
    pub(super) fn html(&self) -> String {
        markup::page(self, self.questions().as_ref(), &self.script()).into_string()
    }

    pub(super) fn categories(&self) -> impl Iterator<Item = &'static Category> {
        self.settings.categories()
    }

    pub(super) fn tools_of(&self, category: &Category) -> impl Iterator<Item = &Entry> {
        self.settings.tools().filter(move |entry| entry.tool().category == category.name)
    }

    /// The number of tools in the categories that are counted.
    pub(super) fn count(&self, is_counted: impl Fn(&Category) -> bool) -> usize {
        let categories = self.categories().filter(|category| is_counted(category));
        categories.map(|category| self.tools_of(category).count()).sum()
    }

    /// Whether a category is extended, and not one that the operator named.
    pub(super) fn is_extra(&self, category: &Category) -> bool {
        category.extended && !self.settings.names_categories()
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.settings.catalog().entries().iter().all(|entry| entry.tool().hints.read_only)
    }

    /// Whether mode custom works without named categories.
    pub(super) fn has_default_categories(&self) -> bool {
        self.settings.narrowed(Some(Mode::Custom), &[]).is_ok()
    }

    /// A configuration of a client, as JSON with blanks for the address and the secrets.
    pub(super) fn plain_configuration(&self) -> String {
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
        format!("{:#}", serde_json::json!({ "mcpServers": { identity().entry(): entry } }))
    }
}
