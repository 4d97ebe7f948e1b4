//! The subcommand `completions`, which prints a shell's completion script.

use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Command};
use clap_complete::Shell;

use super::configuration::settings;
use super::flags::{self, Flags};
use super::output;
use crate::catalog::one_line;
use crate::session::Mode;

/// Prints what a shell needs to complete flags, and the names of this program's tools and categories.
pub(super) fn print(flags: &Flags, shell: Shell) -> anyhow::Result<ExitCode> {
    let settings = settings(flags, Mode::All)?;
    let first_sentence = |words: &str| {
        let words = settings.described(words);
        let sentence = words.split_inclusive(". ").next().unwrap_or(&words).trim_end();
        one_line(sentence)
    };
    let tools: Vec<_> = settings
        .tools()
        .map(|entry| PossibleValue::new(entry.tool().name).help(first_sentence(entry.tool().description)))
        .collect();
    let categories: Vec<_> = settings
        .categories()
        .map(|category| {
            PossibleValue::new(category.name).help(settings.described(category.description).into_owned())
        })
        .collect();
    let shown = categories.iter().chain(&tools).cloned().collect::<Vec<_>>();
    let names = |place: &str, arg: Arg| match (place, arg.get_id().as_str()) {
        (_, "categories") => arg.value_parser(PossibleValuesParser::new(categories.clone())),
        ("call", "tool") => arg.value_parser(PossibleValuesParser::new(tools.clone())),
        ("tools", "words") => arg.value_parser(PossibleValuesParser::new(shown.clone())),
        _ => arg,
    };
    let mut command = flags::own_command().mut_args(|arg| names("", arg)).mut_subcommands(|subcommand| {
        let place = subcommand.get_name().to_owned();
        subcommand.mut_args(|arg| names(&place, arg))
    });
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, &name, &mut script);
    if shell == Shell::Fish {
        script = for_fish(&String::from_utf8_lossy(&script), &command).into_bytes();
    }
    output::print(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// fish's script with what clap omits from it: the values of a flag of the program that is the last word so far, which
/// fish's `argparse` refuses without its value, and values without a flag.
fn for_fish(script: &str, command: &Command) -> String {
    const REFUSED: &str = " -- $cmd 2>/dev/null\n    or return\n";
    const WITHOUT_LAST: &str =
        " -- $cmd 2>/dev/null\n    or argparse -s $specs -- $cmd[1..-2] 2>/dev/null\n    or return\n";
    let program = command.get_name();
    let specs = format!("(__fish_{}_global_optspecs)", program.replace('-', "_"));
    let script = script.replace(REFUSED, &WITHOUT_LAST.replace("$specs", &specs));
    let of_positional = |(place, arg): (&str, &Arg)| {
        let names: Vec<_> =
            arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        let names = names.join(" ");
        (!names.is_empty()).then(|| {
            format!("complete -c {program} -n \"__fish_seen_subcommand_from {place}\" -f -a \"{names}\"\n")
        })
    };
    let positionals = command
        .get_subcommands()
        .flat_map(|subcommand| subcommand.get_positionals().map(|arg| (subcommand.get_name(), arg)));
    [script].into_iter().chain(positionals.filter_map(of_positional)).collect()
}
