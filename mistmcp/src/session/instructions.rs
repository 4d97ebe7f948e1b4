//! Server instructions for the model.

use std::fmt::Write;

use super::{Mode, Settings};
use crate::error::ToolStatus;
use crate::identity::identity;
use crate::mist::api::instructions::{FIELDS, IDS, READS, SELF, WINDOW, WRITES};

/// Extended categories that the instructions name at most.
const MOST_NAMED: usize = 4;

impl Settings {
    /// The `instructions` of the `initialize` result. `list_changes`: whether the client handles
    /// `tools/list_changed`.
    pub fn instructions(&self, list_changes: bool) -> String {
        let mut text = String::new();
        if let Some(own) = identity().instructions {
            text.extend([own.trim_end(), "\n"]);
        }
        text.push_str(if self.reach().read_only { READS } else { WRITES });
        let (tool, line) = SELF;
        if self.tool_status(tool) == ToolStatus::Callable {
            text.push_str(line);
        }
        let entries = self.catalog().entries();
        let takes = |name| entries.iter().any(|entry| entry.params().iter().any(|param| param.name == name));
        let ids: String = IDS.into_iter().filter(|(name, _)| takes(*name)).map(|(_, words)| words).collect();
        let others = if ids.is_empty() { " Ids" } else { " Other ids" };
        text.extend(["-", &ids, others, " come from the tool that lists their kind.\n"]);
        let (parameter, line) = WINDOW;
        if takes(parameter) {
            text.push_str(line);
        }
        text.extend([
            "- An answer with `next` has more: repeat the call with these arguments merged in.\n",
            FIELDS,
            "- An error says what to do next.\n",
        ]);
        if self.mode() == Mode::Managed {
            text.push_str(
                "Few tools are listed: `findTools` finds the others, `callTool` calls them by name",
            );
            text.push_str(if list_changes { ", `manageMcpTools` lists whole categories.\n" } else { ".\n" });
        }
        text.push_str("Categories:\n");
        let (extended, usual): (Vec<_>, Vec<_>) = self.categories().partition(|category| category.extended);
        for category in usual {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "- {}: {}", category.name, category.description);
        }
        // A line each, and even all their names, would cost every client more than they are worth: the resource of
        // categories has them.
        if !extended.is_empty() && (self.mode() != Mode::All || self.names_categories()) {
            let names: Vec<_> = extended.iter().map(|category| category.name).collect();
            let _ = if names.len() <= MOST_NAMED {
                writeln!(text, "- Extended, rarely needed: {}", names.join(", "))
            } else {
                let managed = self.mode() == Mode::Managed;
                let remedy =
                    if managed { "`findTools` finds them" } else { "resource `mistmcp://categories`" };
                writeln!(text, "- Extended, rarely needed: {remedy}")
            };
        }
        text
    }
}
