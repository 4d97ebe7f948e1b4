//! Visibility of global flags in the help of a subcommand.

use clap::{Arg, Command};

use super::{HTTP, LIMITS};

/// The flags that choose tools, and the file that may set them.
const OF_TOOLS: &[&str] = &["categories", "tools", "without_tools", "env_file"];

/// The global flags that the help of a subcommand shows. Hidden flags are accepted as well, so that one line of flags works
/// for all subcommands.
const SHOWN: [(&str, &[&str]); 4] =
    [("tools", OF_TOOLS), ("incidents", &[]), ("completions", OF_TOOLS), ("man", &[])];

/// The global flags that the help of other subcommands hides, with those of a server that runs. `check` shows all.
const HIDDEN: [(&str, &[&str]); 2] = [
    // A call or a query reaches every tool, however a server would load it.
    ("call", &["mode"]),
    // The result has a form and a size of its own.
    ("query", &["mode", "format", "max_result_bytes"]),
];

/// Hides in the help of each subcommand what means nothing to it.
pub(super) fn of_subcommands(command: Command) -> Command {
    let global: Vec<_> = command.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    command.mut_subcommands(|subcommand| {
        let name = subcommand.get_name().to_owned();
        let listed = |list: &[(&str, &'static [&'static str])]| {
            list.iter().find(|(other, _)| *other == name).map(|(_, ids)| *ids)
        };
        let (shown, hidden) = (listed(&SHOWN), listed(&HIDDEN));
        let is_hidden = |arg: &&Arg| {
            let id = arg.get_id().as_str();
            shown.is_some_and(|shown| !shown.contains(&id))
                || (name != "check" && is_of_server(arg))
                || hidden.is_some_and(|hidden| hidden.contains(&id))
        };
        let hidden: Vec<_> = global.iter().filter(is_hidden).map(|arg| arg.clone().hide(true)).collect();
        let subcommand = subcommand.args(hidden);
        match global.iter().find(|arg| arg.get_id() == "max_result_bytes") {
            Some(limit) if name == "call" => subcommand.arg(limit.clone().help(CUT)),
            _ => subcommand,
        }
    })
}

/// Whether a flag means something to a server that runs, and to the check of its settings, alone.
fn is_of_server(arg: &Arg) -> bool {
    let of_http = arg.get_help_heading().is_some_and(|heading| [HTTP, LIMITS].contains(&heading));
    of_http || ["transport", "log_format"].contains(&arg.get_id().as_str())
}

const CUT: &str = "Bytes of the answer that are printed at most [default: all]";
