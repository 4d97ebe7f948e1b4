use super::{Mode, Session, Settings};
use crate::catalog::{Category, Entry};
use crate::error::ErrorKind;
use crate::suggestion::remedy;
use crate::text::shortened;
use crate::{Error, Result, Tool};

/// What a session may do with a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is listed and may be called.
    On,
    /// It is not listed. In managed mode it may be found, switched on, and called through `callTool`.
    Reachable,
    /// For this session it is not there.
    Never,
}

impl Settings {
    /// The one place that decides what a session may do with a tool, where nothing is switched on in it: listing, calling,
    /// finding and `callTool` ask here.
    pub(crate) fn access(&self, entry: &Entry) -> Access {
        let Tool { essential, category, .. } = *entry.tool();
        match self.mode() {
            _ if essential => Access::On,
            _ if !self.permits(category) => Access::Never,
            Mode::Managed => Access::Reachable,
            Mode::All if entry.is_extended() && !self.names_categories() => Access::Reachable,
            Mode::All | Mode::Custom => Access::On,
        }
    }

    /// Whether sessions may reach a tool at all.
    pub(super) fn reaches(&self, entry: &Entry) -> bool {
        self.access(entry) != Access::Never
    }

    /// Whether sessions may call a tool in one way or another.
    pub(super) fn calls(&self, entry: &Entry) -> bool {
        match self.access(entry) {
            Access::On => true,
            Access::Reachable => self.mode() == Mode::Managed,
            Access::Never => false,
        }
    }

    /// The category of that name, in any letter case, where sessions may reach it.
    pub(super) fn category(&self, name: &str) -> Result<&'static Category> {
        let name = name.trim();
        let mut categories = self.categories();
        categories.find(|category| category.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let names: Vec<_> = self.categories().map(|category| category.name).collect();
            Error::new(
                ErrorKind::Arguments,
                format!("There is no category `{}`{}", shortened(name, 60), remedy(name, names)),
            )
        })
    }
}

impl Session {
    /// What this session may do with a tool: what its settings allow, and what is switched on in it.
    pub(crate) fn access(&self, entry: &Entry) -> Access {
        match self.settings.access(entry) {
            Access::Reachable
                if self.settings.mode() == Mode::Managed && self.enabled.has(entry.tool().category) =>
            {
                Access::On
            }
            access => access,
        }
    }

    pub(super) fn switched_off(&self, entry: &Entry) -> Error {
        let Tool { name, category, .. } = *entry.tool();
        if self.settings.mode() != Mode::Managed {
            return Error::new(
                ErrorKind::Arguments,
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
        Error::new(
            ErrorKind::Arguments,
            format!("`{name}` is not switched on. Call it with `callTool` (tool: {name}){switch}."),
        )
    }
}
