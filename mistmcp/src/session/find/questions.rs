//! Registered example questions of tools.

use std::collections::HashSet;

use crate::catalog::Catalog;

/// A file of questions, registered by [`questions!`](crate::questions).
#[derive(Debug)]
pub struct Questions(pub &'static str);

inventory::collect!(Questions);

/// Registers a file of questions for the search of `findTools`, by its path from the crate's folder.
///
/// The lines of the file that are not indented name tools, with commas between several; the indented ones below are
/// questions that these answer. Lines that begin with `#` are comments. For a single tool,
/// `#[mist_tool(…, questions = ["…"])]` does the same.
///
/// ```text
/// mistmcp::questions!("questions/clients.txt");
/// ```
#[macro_export]
macro_rules! questions {
    ($path:literal) => {
        $crate::__private::submit! {
            $crate::__private::Questions(::core::include_str!(::core::concat!(
                ::core::env!("CARGO_MANIFEST_DIR"),
                "/",
                $path
            )))
        }
    };
}

/// Each question in the registered files, with the name of one of its tools.
#[doc(hidden)]
pub fn registered() -> impl Iterator<Item = (&'static str, &'static str)> {
    inventory::iter::<Questions>().flat_map(|file| {
        let mut names = "";
        let lines = file.0.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        lines.flat_map(move |line| {
            let is_question = line.starts_with(char::is_whitespace);
            if !is_question {
                names = line;
            }
            let owners = names.split(',').filter(move |_| is_question);
            owners.map(move |name| (name.trim(), line.trim()))
        })
    })
}

/// The questions of each tool of a catalog, in its order; empty for the tools in `without`.
pub(super) fn questions(catalog: &Catalog, without: &HashSet<&str>) -> Vec<Vec<&'static str>> {
    let entries = catalog.entries();
    let mut all: Vec<Vec<_>> = entries.iter().map(|entry| entry.tool().questions.to_vec()).collect();
    for (name, question) in registered() {
        if let Some(place) = catalog.place(name) {
            all[place].push(question);
        }
    }
    for (questions, entry) in all.iter_mut().zip(entries) {
        if without.contains(entry.tool().name) {
            questions.clear();
        }
    }
    all
}
