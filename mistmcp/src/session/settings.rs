//! Settings of sessions: which tools they can reach, and how these are loaded. The main type is
//! [`Settings`].

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rmcp::model::Tool as Definition;
use serde_json::Value;
use thiserror::Error;

use super::find::Index;
use super::policy::Policy;
use super::{Access, Mode, PolicyError};
use crate::catalog::{Catalog, Category, Entry, annotations};
use crate::error::{ToolStatus, without_barred};
use crate::quote;
use crate::reply::Rules;
use crate::suggestion::did_you_mean;
use crate::tool::MetaTool;
use crate::{Hints, Run, View};

/// Settings of sessions: which tools they can reach, and how these are loaded. Set by the operator,
/// or narrowed by a client.
#[derive(Clone, Debug)]
pub struct Settings {
    shared: Arc<SharedCatalog>,
    mode: Mode,
    /// The categories that sessions can reach; `None` for all.
    bounds: Option<BTreeSet<&'static str>>,
    /// The tools that the operator allows; `None` for all.
    policy: Option<Arc<Policy>>,
    rules: Rules,
}

/// State that all settings share.
#[derive(Debug)]
struct SharedCatalog {
    catalog: Catalog,
    index: OnceLock<Index>,
}

/// Error for settings that do not fit the catalog.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SettingsError {
    /// An unknown category.
    #[error("there is no category called {unknown}{suggestion}\nthe categories are: {valid}")]
    Category {
        /// The input in backticks, or a description of it.
        unknown: String,
        /// A suggestion, or an empty text.
        suggestion: String,
        /// The known categories.
        valid: String,
    },
    /// Custom mode without categories.
    #[error(
        "mode `custom` loads the categories that are named, and none is: add `--categories` \
         (or MISTMCP_TOOL_CATEGORIES)\nthe categories are: {0}"
    )]
    NothingNamed(String),
    /// Custom mode without categories, in a URL.
    #[error(
        "`mode=custom` loads the categories that are named, and none is: add `categories=` with their names to the URL, \
         with commas between them\nthe categories are: {0}"
    )]
    NothingNamedInUrl(String),
    /// A mode other than the operator's `custom`.
    #[error(
        "this server is set to mode `custom` (--mode or MISTMCP_TOOL_LOADING_MODE), which a URL does not widen: leave \
         `mode` out of the URL"
    )]
    ModeIsSet,
}

impl Settings {
    /// Validates mode and categories against the catalog.
    ///
    /// # Errors
    /// An unknown category, or custom mode without categories.
    pub fn new(
        catalog: Catalog,
        mode: Mode,
        categories: &[String],
        rules: Rules,
    ) -> Result<Self, SettingsError> {
        let shared = Arc::new(SharedCatalog { catalog, index: OnceLock::new() });
        Self { shared, mode, bounds: None, policy: None, rules }.narrowed(None, categories)
    }

    /// These settings with a policy: only the tools that a pattern of `only` matches, if there is one, and none that a
    /// pattern of `without` matches. In a pattern `*` stands for any characters. No URL widens it.
    ///
    /// # Errors
    /// A pattern matches no tool, or no tool is left.
    pub fn with_policy(self, only: &[String], without: &[String]) -> Result<Self, PolicyError> {
        let policy = Policy::new(self.catalog(), only, without)?.map(Arc::new);
        let settings = Self { policy, ..self };
        if settings.tools().next().is_none() && settings.policy.is_some() {
            return Err(PolicyError::NothingLeft);
        }
        Ok(settings)
    }

    /// Whether the policy allows a tool, whatever the mode and the categories.
    pub(super) fn policy_allows(&self, tool: &str) -> bool {
        self.policy.as_ref().is_none_or(|policy| policy.allows(tool))
    }

    /// Whether the policy removes a tool by name. Answers say which parts are left out for it.
    pub(super) fn policy_removes(&self, tool: &str) -> bool {
        self.policy.as_ref().is_some_and(|policy| policy.removes(tool))
    }

    /// These settings, narrowed by a client to a mode and to fewer categories.
    ///
    /// # Errors
    /// An unknown or unreachable category, custom mode without categories, or a mode that
    /// is wider.
    pub fn narrowed(&self, mode: Option<Mode>, categories: &[String]) -> Result<Self, SettingsError> {
        let mut bounds = BTreeSet::new();
        for name in categories.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            bounds.insert(self.bound(name)?.name);
        }
        let bounds = if bounds.is_empty() { self.bounds.clone() } else { Some(bounds) };
        let is_of_url = mode.is_some();
        let mode = mode.unwrap_or(self.mode);
        if !self.client_may_choose(mode) {
            return Err(SettingsError::ModeIsSet);
        }
        if bounds.is_none() && mode == Mode::Custom {
            let names = self.names();
            return Err(if is_of_url {
                SettingsError::NothingNamedInUrl(names)
            } else {
                SettingsError::NothingNamed(names)
            });
        }
        Ok(Self { mode, bounds, ..self.clone() })
    }

    /// The catalog of all tools.
    pub fn catalog(&self) -> &Catalog {
        &self.shared.catalog
    }

    /// The loading mode.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The rendering rules of replies.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The categories that sessions can reach, by name.
    pub fn categories(&self) -> impl Iterator<Item = &'static Category> {
        self.catalog().categories().iter().copied().filter(|category| self.reaches_category(category.name))
    }

    /// The tools that sessions can reach, by category and name.
    pub(crate) fn tools(&self) -> impl Iterator<Item = &Entry> {
        self.catalog().entries().iter().filter(|entry| self.reaches(entry))
    }

    /// Whether a session without enabled categories lists a tool.
    pub(crate) fn lists(&self, entry: &Entry) -> bool {
        self.access(entry) == Access::Listed
    }

    /// The views of the tools that sessions can call.
    pub(crate) fn views(&self) -> impl Iterator<Item = &'static View> {
        let shows = |view: &&View| {
            let mut tools = self.tools().filter(|entry| self.calls(entry));
            tools.any(|entry| entry.tool().view == Some(view.name))
        };
        self.catalog().views().iter().copied().filter(shows)
    }

    /// How much sessions know of a tool's name.
    pub(crate) fn tool_status(&self, name: &str) -> ToolStatus {
        match self.catalog().find(name) {
            Some(entry) if self.calls(entry) => ToolStatus::Callable,
            Some(_) => ToolStatus::Barred,
            None => ToolStatus::Unknown,
        }
    }

    /// A description for sessions, without names of tools that they cannot call.
    pub(crate) fn described<'a>(&self, description: &'a str) -> Cow<'a, str> {
        if self.bars_tools() {
            without_barred(description, |name| self.tool_status(name))
        } else {
            Cow::Borrowed(description)
        }
    }

    /// The definition of a tool for clients of these settings.
    pub fn definition(&self, entry: &Entry) -> Definition {
        let mut definition = entry.definition().clone();
        if matches!(entry.tool().run, Run::MetaTool(MetaTool::Call)) {
            definition.annotations = Some(annotations(self.reach()));
        }
        if !self.bars_tools() {
            return definition;
        }
        if let Some(description) = definition.description.take() {
            definition.description = Some(Cow::Owned(self.described(&description).into_owned()));
        }
        let barred = |value: &Value| {
            let text = value.get("description").and_then(Value::as_str);
            text.is_some_and(|text| matches!(self.described(text), Cow::Owned(_)))
        };
        let properties = definition.input_schema.get("properties").and_then(Value::as_object);
        if properties.is_some_and(|properties| properties.values().any(barred))
            && let Some(Value::Object(properties)) =
                Arc::make_mut(&mut definition.input_schema).get_mut("properties")
        {
            for property in properties.values_mut() {
                if let Some(Value::String(text)) = property.get_mut("description") {
                    *text = self.described(text).into_owned();
                }
            }
        }
        definition
    }

    /// Combined hints of all tools that sessions can reach, because `callTool` may call any of
    /// them.
    pub(crate) fn reach(&self) -> Hints {
        let all = self.tools().map(|entry| entry.tool().hints);
        all.reduce(Hints::or).unwrap_or(Hints::READ)
    }

    /// These settings with other rendering rules.
    pub(crate) fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Whether a client may choose a mode. Custom mode lists its tools, and others cannot be
    /// searched or called; the other modes would widen it.
    pub(crate) fn client_may_choose(&self, mode: Mode) -> bool {
        self.mode != Mode::Custom || mode == Mode::Custom
    }

    /// Whether sessions can reach a category.
    pub(super) fn reaches_category(&self, category: &str) -> bool {
        self.bounds.as_ref().is_none_or(|bounds| bounds.contains(category))
            && self.policy.as_ref().is_none_or(|policy| policy.allows_category(category))
    }

    /// Whether categories are named. Named extended categories are loaded as all others.
    pub(crate) fn names_categories(&self) -> bool {
        self.bounds.is_some()
    }

    /// Whether some tools may be unreachable for sessions.
    fn bars_tools(&self) -> bool {
        self.names_categories()
            || self.policy.is_some()
            || self.mode == Mode::All && self.catalog().categories().iter().any(|category| category.extended)
    }

    /// These settings with all reachable categories named, so that extended ones are loaded as
    /// well.
    pub(crate) fn with_extended(self) -> Self {
        let bounds = self.categories().map(|category| category.name).collect();
        Self { bounds: Some(bounds), ..self }
    }

    /// Number of tools that a session without enabled categories lists, without meta tools.
    pub(crate) fn listed(&self) -> usize {
        self.catalog().entries().iter().filter(|entry| self.lists(entry)).count()
    }

    /// These settings with another search index.
    pub(super) fn with_index(self, index: Index) -> Self {
        match Arc::into_inner(self.shared) {
            Some(shared) => {
                Self { shared: Arc::new(SharedCatalog { index: OnceLock::from(index), ..shared }), ..self }
            }
            None => unreachable!("nothing shares the settings of an evaluation"),
        }
    }

    pub(super) fn index(&self) -> &Index {
        self.shared.index.get_or_init(|| Index::new(self.catalog(), &std::collections::HashSet::new()))
    }

    fn bound(&self, name: &str) -> Result<&'static Category, SettingsError> {
        let permitted = self.catalog().category(name).filter(|category| self.reaches_category(category.name));
        permitted.ok_or_else(|| SettingsError::Category {
            unknown: quote::word(name),
            suggestion: did_you_mean(name, self.categories().map(|category| category.name))
                .unwrap_or_default(),
            valid: self.names(),
        })
    }

    fn names(&self) -> String {
        self.categories().map(|category| category.name).collect::<Vec<_>>().join(", ")
    }
}
