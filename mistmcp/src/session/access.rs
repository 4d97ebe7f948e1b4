use super::{Mode, Session, Settings};
use crate::catalog::{Category, Entry};
use crate::error::{ErrorKind, shortened};
use crate::suggestion::remedy;
use crate::{Error, Result, Tool};

/// What a session may do with a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is listed and may be called.
    On,
    /// It may be found, switched on, and called through `callTool`.
    Reachable,
    /// For this session it is not there.
    Never,
}

impl Settings {
    /// Whether sessions may reach a tool at all.
    pub(super) fn reaches(&self, entry: &Entry) -> bool {
        let Tool { essential, category, .. } = *entry.tool();
        essential || self.permits(category)
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
    /// The one place that decides whether a session may use a tool: listing, calling and `callTool` ask here, and
    /// finding asks [`Settings::reaches`], as this does.
    pub(crate) fn access(&self, entry: &Entry) -> Access {
        let Tool { essential, category, .. } = *entry.tool();
        if !self.settings.reaches(entry) {
            return Access::Never;
        }
        match self.settings.mode() {
            _ if essential => Access::On,
            Mode::All | Mode::Custom => Access::On,
            Mode::Managed if self.enabled.has(category) => Access::On,
            Mode::Managed => Access::Reachable,
        }
    }

    pub(super) fn switched_off(&self, entry: &Entry) -> Error {
        let Tool { name, category, .. } = *entry.tool();
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
