//! Visibility of global flags in the help of a subcommand.

use clap::{Arg, Command};

/// The global flags that the help of a subcommand shows; all for a subcommand that is not listed. Hidden flags are accepted
/// as well, so that one line of flags works for all subcommands.
const SHOWN: [(&str, &[&str]); 4] = [
    ("tools", &["categories", "tools", "without_tools"]),
    ("incidents", &[]),
    ("completions", &[]),
    ("man", &[]),
];

/// Hides in the help of each subcommand what means nothing to it.
pub(super) fn of_subcommands(command: Command) -> Command {
    let global: Vec<_> = command.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    command.mut_subcommands(|subcommand| {
        let name = subcommand.get_name().to_owned();
        let shown = SHOWN.iter().find(|(other, _)| *other == name).map(|(_, shown)| *shown);
        let is_hidden = |arg: &&Arg| {
            let id = arg.get_id().as_str();
            // A call reaches every tool, however a server would load it.
            shown.is_some_and(|shown| !shown.contains(&id)) || (name == "call" && id == "mode")
        };
        let hidden: Vec<_> = global.iter().filter(is_hidden).map(|arg| arg.clone().hide(true)).collect();
        let subcommand = subcommand.args(hidden);
        match global.iter().find(|arg| arg.get_id() == "max_result_bytes") {
            Some(limit) if name == "call" => subcommand.arg(limit.clone().help(CUT)),
            _ => subcommand,
        }
    })
}

const CUT: &str = "Bytes of the answer that are printed at most [default: all]";
