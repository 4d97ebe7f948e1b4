//! Catalog of all tools, built at start: categories, tools, their definitions for clients, and
//! prompts. The main type is [`Catalog`].

mod category;
mod definition;
mod entry;
mod parameter;
mod request;
mod title;
mod unknown;
mod validate;

use std::collections::HashMap;

pub use category::Category;
pub(crate) use definition::annotations;
pub use entry::Entry;
pub(crate) use parameter::{Audience, Parameter, one_line};
pub(crate) use request::{answers_one, request_of, takes};
pub use validate::Clashes;

use crate::prompt::Prompt;
use crate::tool::Registered;
use crate::view::View;

/// Categories and tools in a fixed order, by category and then by name; and prompts, by name.
#[derive(Debug)]
pub struct Catalog {
    categories: Vec<&'static Category>,
    entries: Vec<Entry>,
    by_name: HashMap<&'static str, usize>,
    prompts: Vec<&'static Prompt>,
    views: Vec<&'static View>,
}

impl Catalog {
    /// Builds the catalog from what `#[mist_tool]`, `category!` and `prompt!` registered.
    ///
    /// # Errors
    /// Duplicate names, a tool without a category, or a prompt that names something
    /// unknown; each with file and line.
    pub fn gather() -> Result<Self, Clashes> {
        let tools = inventory::iter::<Registered>().map(|registered| registered.0).collect();
        let categories = inventory::iter::<Category>().collect();
        Self::of(categories, tools, inventory::iter::<Prompt>().collect())
    }

    fn of(
        mut categories: Vec<&'static Category>,
        mut tools: Vec<&'static crate::Tool>,
        mut prompts: Vec<&'static Prompt>,
    ) -> Result<Self, Clashes> {
        categories.sort_by_key(|category| category.name);
        tools.sort_by_key(|tool| (tool.category, tool.name));
        let entry = |tool: &'static crate::Tool| {
            let category = categories.iter().find(|category| category.name == tool.category);
            let entry = Entry::new(tool);
            // A tool without a category is reported below.
            match category {
                Some(category) => entry.in_category(category),
                None => entry,
            }
        };
        let entries: Vec<_> = tools.into_iter().map(entry).collect();
        prompts.sort_by_key(|prompt| prompt.name);
        let mut views: Vec<_> = inventory::iter::<View>().collect();
        views.sort_by_key(|view| view.name);
        validate::check(&categories, &entries, &prompts, &views)?;
        let by_name = entries.iter().enumerate().map(|(place, entry)| (entry.tool().name, place)).collect();
        Ok(Self { categories, entries, by_name, prompts, views })
    }

    /// The categories, by name.
    pub fn categories(&self) -> &[&'static Category] {
        &self.categories
    }

    /// The tools, by category and name.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The prompts, by name.
    pub fn prompts(&self) -> &[&'static Prompt] {
        &self.prompts
    }

    /// The views, by name.
    pub fn views(&self) -> &[&'static View] {
        &self.views
    }

    /// The index of the tool `name` among the entries.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The tool with this name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name).map(|place| &self.entries[*place])
    }

    /// The category with this name, ignoring case.
    pub fn category(&self, name: &str) -> Option<&'static Category> {
        self.categories.iter().find(|category| category.name.eq_ignore_ascii_case(name.trim())).copied()
    }
}
