//! The tool `manageMcpTools`, which enables and disables categories.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::meta_tools::Names;
use super::{Access, Session};
use crate::argument::Arguments;
use crate::catalog::Entry;
use crate::reply::Reply;
use crate::{Error, Result};

impl Session {
    /// Enables or disables categories, all named ones or none, and reports the enabled ones. The
    /// flag is whether the list of tools changed.
    pub(super) fn manage(&self, arguments: &mut Arguments) -> Result<(Reply, bool)> {
        let enable = self.named(arguments, "enable_mcp_tools_categories")?;
        let disable = self.named(arguments, "disable_mcp_tools_categories")?;
        if !self.sees_changes {
            return Ok((self.described(&enable)?, false));
        }
        // Managed mode lists these from the start, and always.
        let always = self.settings.catalog().categories().iter().filter(|category| category.listed);
        let always: BTreeSet<_> = always.map(|category| category.name).collect();
        let changed = self.enabled.change(|on| {
            on.extend(enable.difference(&always));
            on.retain(|category| !disable.contains(category));
        });
        let mut on: Map<String, Value> = Map::new();
        for entry in
            self.settings.catalog().entries().iter().filter(|entry| self.access(entry) == Access::Listed)
        {
            let tools = on.entry(entry.tool().category).or_insert_with(|| json!([]));
            if let Value::Array(tools) = tools {
                tools.push(entry.tool().name.into());
            }
        }
        let mut reply = json!({ "changed": changed, "on": on });
        let kept: Vec<_> = disable.intersection(&always).copied().collect();
        if !kept.is_empty() {
            let words = if kept.len() == 1 {
                "cannot be switched off: its tools"
            } else {
                "cannot be switched off: their tools"
            };
            reply["note"] = format!("{} {words} are always listed.", kept.join(", ")).into();
        }
        // Essential tools stay when their category is switched off.
        let essential = |category: &str| {
            let entries = self.settings.catalog().entries().iter();
            let stays =
                |entry: &&Entry| entry.tool().category == category && self.access(entry) == Access::Listed;
            let names: Vec<_> =
                entries.filter(stays).map(|entry| format!("`{}`", entry.tool().name)).collect();
            (!names.is_empty())
                .then(|| format!("{category}: {} stays on, and is always listed.", names.join(", ")))
        };
        let stay: Vec<_> = disable.difference(&always).filter_map(|category| essential(category)).collect();
        if !stay.is_empty() {
            let before = reply["note"].as_str().map(|note| format!("{note} ")).unwrap_or_default();
            reply["note"] = format!("{before}{}", stay.join(" ")).into();
        }
        Ok((Reply::json(reply)?, changed))
    }

    /// For a client without `tools/list_changed`: describes the tools, to be called by name.
    fn described(&self, categories: &BTreeSet<&'static str>) -> Result<Reply> {
        let wanted = |entry: &&Entry| {
            categories.contains(entry.tool().category) && self.access(entry) != Access::Hidden
        };
        let tools = self
            .settings
            .catalog()
            .entries()
            .iter()
            .filter(wanted)
            .map(|entry| self.settings.description(entry));
        Reply::json(json!({
            "note": "Under this protocol the list of tools stays as it is. Call these with `callTool`.",
            "tools": tools.collect::<Vec<_>>(),
        }))
    }

    /// Parses a list of category names from an argument.
    fn named(&self, arguments: &mut Arguments, parameter: &str) -> Result<BTreeSet<&'static str>> {
        let names = arguments.take::<Option<Names>>(parameter)?.map(|names| names.0).unwrap_or_default();
        let categories = names.iter().map(|name| self.settings.category(name).map(|category| category.name));
        categories
            .collect::<Result<_>>()
            .map_err(|error| Error::new(error.kind(), format!("{error} Nothing was switched.")))
    }
}
