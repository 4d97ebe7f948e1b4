use std::fmt::Write;

use crate::session::{Mode, Settings};

/// What a model is told of this server before it calls anything.
pub(super) fn instructions(settings: &Settings, list_changes: bool) -> String {
    let mut text = String::from(
        "Reads a Juniper Mist network: its configuration, state, clients, events and statistics. Nothing can be \
         changed.\n\
         - Start with `getSelf`: it tells which organizations and sites the API token can see.\n\
         - `org_id` may be left out where there is one organization. `site_id` takes a site's name, `device_id` a \
         device's name or MAC address.\n\
         - Without `start`, `end` or `duration`, searches and counts look at the last day.\n\
         - When an answer has `next`, there is more: repeat the call with those arguments laid over its own.\n\
         - An error says what to do next; do not repeat a call unchanged.\n",
    );
    if settings.mode() == Mode::Managed {
        text.push_str(
            "Only a few tools are listed. `findTools` finds others by what you want to know, and `callTool` calls \
             them by name.",
        );
        if list_changes {
            text.push_str(" `manageMcpTools` puts whole categories on the list.");
        }
        text.push_str("\nCategories:\n");
        for category in settings.categories() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "- {}: {}", category.name, category.description);
        }
    }
    text
}
