//! The subcommand `completions`, which prints a shell's completion script.

use std::process::ExitCode;

use clap::Arg;
use clap::builder::{PossibleValue, PossibleValuesParser};
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
        script.extend(for_fish(&name, "call", settings.tools().map(|entry| entry.tool().name)).into_bytes());
        let all = settings.categories().map(|category| category.name);
        let all = all.chain(settings.tools().map(|entry| entry.tool().name));
        script.extend(for_fish(&name, "tools", all).into_bytes());
    }
    output::print(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Values without a flag, which clap omits from fish's script.
fn for_fish<'a>(program: &str, subcommand: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names = names.collect::<Vec<_>>().join(" ");
    format!("complete -c {program} -n \"__fish_seen_subcommand_from {subcommand}\" -f -a \"{names}\"\n")
}
