//! Access control of tools: [`Access`].

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Mode, Session, Settings};
use crate::call::CallSession;
use crate::catalog::{Category, Entry};
use crate::error::ErrorKind;
use crate::suggestion::remedy;
use crate::text::shortened;
use crate::{Error, Result, Tool};

/// Access of a session to a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Listed and callable.
    Listed,
    /// Not listed, and callable through `callTool`: in managed mode, where its category can be enabled.
    ByName,
    /// Not callable, and named to this session: of an extended category in mode `all`.
    NotLoaded,
    /// Hidden from this session.
    Hidden,
}

impl Access {
    /// Whether the session can call the tool, directly or through `callTool`.
    pub(super) fn is_callable(self) -> bool {
        matches!(self, Self::Listed | Self::ByName)
    }
}

impl Settings {
    /// The single access check for a session without enabled categories: listing, calling,
    /// searching and `callTool` use it.
    pub(crate) fn access(&self, entry: &Entry) -> Access {
        let Tool { name, essential, category, .. } = *entry.tool();
        match self.mode() {
            _ if !self.policy_allows(name) => Access::Hidden,
            _ if essential => Access::Listed,
            _ if !self.reaches_category(category) => Access::Hidden,
            Mode::Managed if entry.is_listed() => Access::Listed,
            Mode::Managed => Access::ByName,
            Mode::All if entry.is_extended() && !self.names_categories() => Access::NotLoaded,
            Mode::All | Mode::Custom => Access::Listed,
        }
    }

    /// Whether sessions can reach a tool at all.
    pub(super) fn reaches(&self, entry: &Entry) -> bool {
        self.access(entry) != Access::Hidden
    }

    /// Whether sessions can call a tool, directly or through `callTool`.
    pub(super) fn calls(&self, entry: &Entry) -> bool {
        self.access(entry).is_callable()
    }

    /// Whether tools that answer questions may read what a tool reads. The categories and tools that the operator names
    /// do not limit this: naming a tool that answers questions allows what it reads. Tools that the operator removes
    /// are not read.
    pub(super) fn answers_may_read(&self, tool: &str) -> bool {
        self.catalog().find(tool).is_some() && !self.policy_removes(tool)
    }

    /// The category with this name, ignoring case, if sessions can reach it.
    pub(super) fn category(&self, name: &str) -> Result<&'static Category> {
        let name = name.trim();
        let mut categories = self.categories();
        categories.find(|category| category.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let names: Vec<_> = self.categories().map(|category| category.name).collect();
            Error::own(
                ErrorKind::Arguments,
                format!("There is no category `{}`{}", shortened(name, 60), remedy(name, names)),
            )
        })
    }
}

impl CallSession for Session {
    fn may_call(&self, tool: &str) -> bool {
        let meta_tool = || self.meta_tool(tool).is_some();
        self.settings.catalog().find(tool).map_or_else(meta_tool, |entry| self.settings.calls(entry))
    }

    fn may_read(&self, tool: &str) -> bool {
        self.settings.answers_may_read(tool)
    }

    fn shows_secrets(&self) -> bool {
        self.settings.rules().show_secrets
    }

    fn access_key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for entry in self.settings.catalog().entries() {
            (self.settings.calls(entry), self.settings.answers_may_read(entry.tool().name)).hash(&mut hasher);
        }
        hasher.finish()
    }
}

impl Session {
    /// Access of this session to a tool: according to its settings and its enabled categories.
    pub(crate) fn access(&self, entry: &Entry) -> Access {
        match self.settings.access(entry) {
            Access::ByName if self.enabled.has(entry.tool().category) => Access::Listed,
            access => access,
        }
    }

    pub(super) fn switched_off(&self, entry: &Entry) -> Error {
        let Tool { name, category, .. } = *entry.tool();
        if self.settings.access(entry) == Access::NotLoaded {
            return Error::own(
                ErrorKind::Access,
                format!(
                    "`{name}` is a tool of the extended category `{category}`, which mode `all` does not load. Tell the \
                     user: mode `managed` reaches it, and so does a server that names the category (--categories, or \
                     `categories` in the URL)."
                ),
            );
        }
        let switch = if self.sees_changes {
            format!(
                ", or switch its category on with `manageMcpTools` (enable_mcp_tools_categories: {category})"
            )
        } else {
            String::new()
        };
        Error::own(
            ErrorKind::Access,
            format!("`{name}` is not switched on. Call it with `callTool` (tool: {name}){switch}."),
        )
    }
}
