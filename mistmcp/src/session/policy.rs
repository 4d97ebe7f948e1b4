//! Policy of the operator: which tools of the categories sessions may use. The main type is
//! [`Policy`].

use std::collections::{BTreeSet, HashSet};

use thiserror::Error;

use crate::catalog::{Catalog, Entry};
use crate::quote;
use crate::suggestion::alike;

/// The tools of the loading modes, which are not in the catalog.
const META_TOOLS: [&str; 3] = ["manageMcpTools", "findTools", "callTool"];
/// The most suggestions for one pattern.
const SUGGESTED: usize = 3;

/// The tools that the operator's patterns allow. No client can widen it.
#[derive(Debug)]
pub(super) struct Policy {
    tools: HashSet<&'static str>,
    /// The tools that `without` matches.
    removed: HashSet<&'static str>,
    /// The categories with at least one of these tools.
    categories: BTreeSet<&'static str>,
}

/// Error for a pattern of a policy, or for a policy that allows no tool.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PolicyError {
    /// A pattern that matches no tool.
    #[error("{flag} names {pattern}, which no tool of this program matches{suggestion}")]
    Unmatched {
        /// The flag and its variable.
        flag: &'static str,
        /// The pattern in backticks, or a description of it.
        pattern: String,
        /// Similar names, or how to find them.
        suggestion: String,
    },
    /// No tool is left.
    #[error(
        "--tools, --without-tools and --categories together leave no tool: name fewer in --without-tools (or \
         MISTMCP_WITHOUT_TOOLS), or more in --tools (or MISTMCP_TOOLS)"
    )]
    NothingLeft,
}

const TOOLS: &str = "--tools (or MISTMCP_TOOLS)";
const WITHOUT_TOOLS: &str = "--without-tools (or MISTMCP_WITHOUT_TOOLS)";

impl Policy {
    /// The policy of these patterns: the tools that one of `only` matches (all if there is none), without those that one
    /// of `without` matches. None if there are no patterns.
    ///
    /// # Errors
    /// A pattern matches no tool of the catalog.
    pub(super) fn new(
        catalog: &Catalog,
        only: &[String],
        without: &[String],
    ) -> Result<Option<Self>, PolicyError> {
        let (only, without) = (patterns(only), patterns(without));
        if only.is_empty() && without.is_empty() {
            return Ok(None);
        }
        for (flag, patterns) in [(TOOLS, &only), (WITHOUT_TOOLS, &without)] {
            for pattern in patterns {
                if !catalog.entries().iter().any(|entry| matches(pattern, entry.tool().name)) {
                    return Err(PolicyError::Unmatched {
                        flag,
                        pattern: quote::pattern(pattern),
                        suggestion: suggestion(catalog, pattern),
                    });
                }
            }
        }
        let any = |patterns: &[&str], name: &str| patterns.iter().any(|pattern| matches(pattern, name));
        let is_allowed = |entry: &&Entry| {
            let name = entry.tool().name;
            (only.is_empty() || any(&only, name)) && !any(&without, name)
        };
        let allowed = || catalog.entries().iter().filter(is_allowed).map(Entry::tool);
        let names = catalog.entries().iter().map(|entry| entry.tool().name);
        Ok(Some(Self {
            tools: allowed().map(|tool| tool.name).collect(),
            removed: names.filter(|name| any(&without, name)).collect(),
            categories: allowed().map(|tool| tool.category).collect(),
        }))
    }

    pub(super) fn allows(&self, tool: &str) -> bool {
        self.tools.contains(tool)
    }

    /// Whether a pattern of `without` matches a tool.
    pub(super) fn removes(&self, tool: &str) -> bool {
        self.removed.contains(tool)
    }

    pub(super) fn allows_category(&self, category: &str) -> bool {
        self.categories.contains(category)
    }
}

/// The patterns that are not empty.
fn patterns(given: &[String]) -> Vec<&str> {
    given.iter().map(|pattern| pattern.trim()).filter(|pattern| !pattern.is_empty()).collect()
}

/// Whether a name matches a pattern, in which each `*` stands for any number of characters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        // The earliest match leaves the most for the parts that follow.
        let Some(place) = name.find(part) else { return false };
        name = &name[place + part.len()..];
    }
    name.ends_with(end)
}

/// Similar names for a pattern without a match. For one with `*`, similar beginnings or ends of names.
fn suggestion(catalog: &Catalog, pattern: &str) -> String {
    let names: Vec<_> = catalog.entries().iter().map(|entry| entry.tool().name).collect();
    if META_TOOLS.contains(&pattern) {
        return "; managed mode has it by itself, whatever the patterns say, and the other modes, which --mode (or \
                MISTMCP_TOOL_LOADING_MODE) sets, do not have it"
            .to_owned();
    }
    if let Some(category) = catalog.category(pattern) {
        return format!(
            "; {} is a category, which --categories (or MISTMCP_TOOL_CATEGORIES) takes",
            category.name
        );
    }
    let meant: Vec<String> = match pattern.split_once('*') {
        None => alike(pattern, names).take(SUGGESTED).map(str::to_owned).collect(),
        Some((start, _)) if !start.is_empty() => {
            let starts: BTreeSet<_> =
                names.iter().flat_map(|name| words(name).map(|end| &name[..end])).collect();
            alike(start, starts).take(SUGGESTED).map(|start| format!("{start}*")).collect()
        }
        Some((_, rest)) => {
            let ends: BTreeSet<_> =
                names.iter().flat_map(|name| words(name).map(|start| &name[start..])).collect();
            alike(rest.trim_matches('*'), ends).take(SUGGESTED).map(|end| format!("*{end}")).collect()
        }
    };
    if meant.is_empty() {
        return format!("; `{} tools` lists the categories and their tools", crate::identity::name());
    }
    let meant: Vec<_> = meant.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", meant.join(" or "))
}

/// Where words of a camel-case name end: before a capital letter, and at its end.
fn words(name: &str) -> impl Iterator<Item = usize> {
    let capitals = name.match_indices(|letter: char| letter.is_ascii_uppercase()).map(|(place, _)| place);
    capitals.chain([name.len()]).filter(|place| *place > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_matches_any_characters() {
        for (pattern, name, wanted) in [
            ("getSelf", "getSelf", true),
            ("getSelf", "getSelfApiUsage", false),
            ("getself", "getSelf", false),
            ("get*", "getSelf", true),
            ("*Self", "getSelf", true),
            ("*", "getSelf", true),
            ("**", "getSelf", true),
            ("get*Self", "getSelf", true),
            ("getS*Self", "getSelf", false),
            ("*Org*Stats", "listOrgDevicesStats", true),
            ("*Org*Org*", "listOrgDevicesStats", false),
            ("list*s*s", "lists", false),
            ("list*s*s", "listss", true),
            ("*a*ab", "aab", true),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }

    /// The same by trying every split.
    fn by_definition(pattern: &[u8], name: &[u8]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some((b'*', rest)) => (0..=name.len()).any(|skipped| by_definition(rest, &name[skipped..])),
            Some((letter, rest)) => name.first() == Some(letter) && by_definition(rest, &name[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_as_its_definition_says(pattern in "[ab*]{0,8}", name in "[ab]{0,10}") {
            prop_assert_eq!(matches(&pattern, &name), by_definition(pattern.as_bytes(), name.as_bytes()));
        }
    }
}
