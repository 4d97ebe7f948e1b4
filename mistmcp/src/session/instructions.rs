use std::fmt::Write;

use super::{Mode, Settings};
use crate::error::Known;

impl Settings {
    /// What a model is told of this server before it calls anything. `list_changes`: its client hears when the list of
    /// tools changes.
    pub fn instructions(&self, list_changes: bool) -> String {
        let mut text = String::from(if self.reach().read_only {
            "Reads a Juniper Mist network; nothing can be changed.\n"
        } else {
            "Works on a Juniper Mist network; some tools can change something.\n"
        });
        if self.knows("getSelf") == Known::Callable {
            text.push_str("- `getSelf` tells which organizations the API token sees.\n");
        }
        text.push_str(
            "- `org_id` may be left out where there is one. `site_id` takes a site's name, `device_id` a device's \
             name or MAC; other ids come from the tool that lists their kind.\n\
             - Searches and counts look at the last day, unless told otherwise.\n\
             - An answer with `next` has more: repeat the call with these arguments laid over its own.\n\
             - Any list takes `fields`, what to keep of each row: `mac,radio_stat.band_5.channel`.\n\
             - An error says what to do next.\n",
        );
        if self.mode() == Mode::Managed {
            text.push_str(
                "Few tools are listed: `findTools` finds the others, `callTool` calls them by name",
            );
            text.push_str(if list_changes { ", `manageMcpTools` lists whole categories.\n" } else { ".\n" });
        }
        text.push_str("Categories:\n");
        for category in self.categories() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "- {}: {}", category.name, category.description);
        }
        text
    }
}
