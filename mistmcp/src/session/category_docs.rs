//! Documentation of categories as Markdown: all of them, or the tools of one.

use std::fmt::Write;

use super::Settings;
use crate::Result;
use crate::catalog::{Category, Entry};

// Writing to a String cannot fail, so what `writeln!` returns is dropped throughout.

impl Settings {
    /// All categories that sessions can reach, with their purpose, as Markdown.
    pub fn category_docs(&self) -> String {
        let mut text =
            String::from("# Categories of tools\n\n| category | tools | what it is for |\n|---|---:|---|\n");
        for category in self.categories() {
            let count = self.reachable(category).count();
            let _ = writeln!(text, "| `{}` | {count} | {} |", category.name, category.about());
        }
        text
    }

    /// The tools of a category, as Markdown.
    ///
    /// # Errors
    /// Sessions of these settings have no such category.
    pub fn category_doc(&self, name: &str) -> Result<String> {
        let category = self.category(name)?;
        let mut text =
            format!("# {}\n\n{}\n\n| tool | what it answers |\n|---|---|\n", category.name, category.about());
        for entry in self.reachable(category) {
            let description = self.definition(entry).description.unwrap_or_default().replace('\n', " ");
            let _ = writeln!(text, "| `{}` | {} |", entry.tool().name, description.replace('|', "\\|"));
        }
        Ok(text)
    }

    fn reachable(&self, category: &Category) -> impl Iterator<Item = &Entry> {
        let entries = self.catalog().entries().iter();
        entries.filter(|entry| entry.tool().category == category.name && self.reaches(entry))
    }
}
