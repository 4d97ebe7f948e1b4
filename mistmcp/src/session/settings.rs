use std::collections::BTreeSet;
use std::sync::OnceLock;

use thiserror::Error;

use super::Mode;
use super::find::Index;
use crate::catalog::{Catalog, Category};
use crate::reply::Rules;
use crate::suggestion::did_you_mean;

/// What the operator set, for all sessions.
#[derive(Debug)]
pub struct Settings {
    catalog: Catalog,
    mode: Mode,
    /// The categories that sessions may reach; all of them where nothing is said.
    bounds: Option<BTreeSet<&'static str>>,
    rules: Rules,
    index: OnceLock<Index>,
}

/// Why settings do not fit the catalog.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SettingsError {
    /// A category that is none.
    #[error("there is no category `{unknown}`{suggestion}\nthe categories are: {valid}")]
    Category {
        /// What was written.
        unknown: String,
        /// What was probably meant.
        suggestion: String,
        /// Those there are.
        valid: String,
    },
    /// Custom mode, and nothing to load.
    #[error(
        "mode `custom` loads the categories that are named, and none is: add `--categories` \
         (or MISTMCP_TOOL_CATEGORIES)\nthe categories are: {0}"
    )]
    NothingNamed(String),
}

impl Settings {
    /// Holds mode and categories against the catalog.
    ///
    /// # Errors
    /// A category that is none, or custom mode without any.
    pub fn new(
        catalog: Catalog,
        mode: Mode,
        categories: &[String],
        rules: Rules,
    ) -> Result<Self, SettingsError> {
        let mut bounds = BTreeSet::new();
        for name in categories.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            bounds.insert(category(&catalog, name)?.name);
        }
        if bounds.is_empty() && mode == Mode::Custom {
            return Err(SettingsError::NothingNamed(names(&catalog)));
        }
        let bounds = (!bounds.is_empty()).then_some(bounds);
        Ok(Self { catalog, mode, bounds, rules, index: OnceLock::new() })
    }

    /// All tools.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// How tools are loaded.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// How replies are written.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The categories that sessions may reach, by name.
    pub fn categories(&self) -> impl Iterator<Item = &'static Category> {
        self.catalog.categories().iter().copied().filter(|category| self.permits(category.name))
    }

    /// Whether sessions may reach a category.
    pub(super) fn permits(&self, category: &str) -> bool {
        self.bounds.as_ref().is_none_or(|bounds| bounds.contains(category))
    }

    pub(super) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.catalog.entries()))
    }
}

fn category(catalog: &Catalog, name: &str) -> Result<&'static Category, SettingsError> {
    catalog.category(name).ok_or_else(|| SettingsError::Category {
        unknown: name.to_owned(),
        suggestion: did_you_mean(name, catalog.categories().iter().map(|category| category.name)),
        valid: names(catalog),
    })
}

fn names(catalog: &Catalog) -> String {
    let names: Vec<_> = catalog.categories().iter().map(|category| category.name).collect();
    names.join(", ")
}
