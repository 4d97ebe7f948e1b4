//! The command line of another program on this runtime: with its name, and examples of its own tools.

use std::collections::HashSet;

use clap::Command;

use crate::catalog::Category;
use crate::identity::{Identity, identity};
use crate::param::flattened;
use crate::session::Mode;
use crate::tool::Registered;

/// The command as this program has it. Of mistmcp itself nothing changes.
pub(super) fn adapted(command: Command) -> Command {
    let tools = inventory::iter::<Registered>().map(|registered| registered.0);
    let names = tools.clone().map(|tool| tool.name);
    let example = tools.clone().filter(|tool| flattened(tool.params).iter().all(|param| !param.required()));
    let words = Words {
        known: names.chain(inventory::iter::<Category>().map(|category| category.name)).collect(),
        example: example.map(|tool| tool.name).min(),
    };
    let default = match Mode::default_for(tools.count()) {
        Mode::All => "all",
        Mode::Managed | Mode::Custom => "managed",
    };
    // `mut_arg` would move the flag behind all others.
    let command =
        command.mut_args(|arg| if arg.get_id() == "mode" { arg.default_value(default) } else { arg });
    named(adapt(command, identity(), &words), identity())
}

/// The names of tools and categories that help texts may speak of.
struct Words {
    known: HashSet<&'static str>,
    /// A tool that can be called without arguments.
    example: Option<&'static str>,
}

fn named(command: Command, identity: &'static Identity) -> Command {
    let command = command.name(identity.name).version(identity.version);
    match identity.about {
        Some(about) => command.about(about).long_about(about),
        None => command,
    }
}

fn adapt(mut command: Command, identity: &Identity, words: &Words) -> Command {
    let adapted = |text: Option<&clap::builder::StyledStr>| {
        let text = text?.to_string();
        let adapted = words.adapted(&text, identity.name);
        (adapted != text).then_some(adapted)
    };
    for (text, set) in [
        (command.get_about().cloned(), Command::about as fn(Command, String) -> Command),
        (command.get_long_about().cloned(), Command::long_about),
        (command.get_before_help().cloned(), Command::before_help),
        (command.get_before_long_help().cloned(), Command::before_long_help),
        (command.get_after_help().cloned(), Command::after_help),
        (command.get_after_long_help().cloned(), Command::after_long_help),
    ] {
        if let Some(text) = adapted(text.as_ref()) {
            command = set(command, text);
        }
    }
    command
        .mut_args(|mut arg| {
            if let Some(text) = adapted(arg.get_help()) {
                arg = arg.help(text);
            }
            if let Some(text) = adapted(arg.get_long_help()) {
                arg = arg.long_help(text);
            }
            match arg.get_default_values().first().and_then(|value| value.to_str()) {
                // What `install` calls the server in a client.
                Some("mist") => arg.default_value(identity.entry()),
                // The prefix of keys in a Redis that other programs may use as well.
                Some("mistmcp") if identity.name != "mistmcp" => arg.default_value(identity.entry()),
                _ => arg,
            }
        })
        .mut_subcommands(|subcommand| adapt(subcommand, identity, words))
}

impl Words {
    /// The text with the program's name, and without the examples of tools and categories that are not there.
    fn adapted(&self, text: &str, name: &str) -> String {
        let mut lines = Vec::new();
        for line in text.split('\n') {
            let line = match self.example {
                Some(example) if !self.known.contains("getSelf") => line.replace("getSelf", example),
                _ => line.to_owned(),
            };
            let is_example = line.starts_with("  ") && line.contains("mistmcp");
            let unknown = |word: &str| looks_like_a_tool(word) && !self.known.contains(word);
            if !(is_example && line.split_whitespace().any(unknown)) {
                lines.push(line.replace("mistmcp", name));
            }
        }
        let adapted = lines.join("\n");
        if adapted == text { adapted } else { aligned(&lines) }
    }
}

/// The lines with the comments behind examples in one column.
fn aligned(lines: &[String]) -> String {
    let parts = |line: &str| {
        let (example, comment) = line.strip_prefix("  ")?.split_once("  ")?;
        Some((format!("  {example}"), comment.trim_start().to_owned()))
    };
    let widths = lines.iter().filter_map(|line| parts(line)).map(|(example, _)| example.chars().count());
    let width = widths.max().unwrap_or_default();
    let lines = lines.iter().map(|line| match parts(line) {
        Some((example, comment)) => format!("{example:width$}  {comment}"),
        None => line.clone(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a word is written as a tool or a category is: `getSite`, `sites_rrm`.
fn looks_like_a_tool(word: &str) -> bool {
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let starts = word.starts_with(|letter: char| letter.is_ascii_lowercase());
    let is_joined = word.contains(|letter: char| letter.is_ascii_uppercase() || letter == '_');
    starts && is_joined && word.chars().all(of_name)
}

#[cfg(test)]
mod tests {
    use super::super::EXAMPLES;
    use super::*;

    #[test]
    fn examples_are_of_tools_that_are_there_and_name_the_program() {
        let words = Words { known: HashSet::from(["countSites", "sites_rrm"]), example: Some("countSites") };
        let text = words.adapted(EXAMPLES, "morning");
        assert!(
            text.contains("morning call countSites --demo") && text.contains("morning tools sites_rrm"),
            "{text}"
        );
        for other in ["mistmcp", "getSelf", "listSiteRrmEvents"] {
            assert!(!text.contains(other), "{text}");
        }
        assert!(
            text.contains("MIST_HOST=api.eu.mist.com morning -m all") && text.contains("MISTMCP_REDIS_KEY")
        );
    }

    #[test]
    fn an_example_without_arguments_is_omitted_if_no_tool_allows_it() {
        let words = Words { known: HashSet::from(["countSites"]), example: None };
        assert!(!words.adapted(EXAMPLES, "morning").contains("morning call getSelf"));
    }

    #[test]
    fn the_texts_of_mistmcp_stay_as_they_are() {
        let known = HashSet::from(["getSelf", "listSiteRrmEvents", "sites_rrm"]);
        assert_eq!(Words { known, example: Some("aTool") }.adapted(EXAMPLES, "mistmcp"), EXAMPLES);
    }
}
