//! The subcommand `man`, which prints the man page.

use std::io;
use std::process::ExitCode;

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::exit::CODES;
use super::{flags, output};
use crate::identity::name;

/// Prints the man page, in roff.
pub(super) fn print() -> anyhow::Result<ExitCode> {
    output::print(&page(flags::own_command())?)?;
    Ok(ExitCode::SUCCESS)
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (about, examples) = help.split_once("\n\nExamples:\n").unwrap_or(("", &help));
    let subcommands: Vec<_> = command.get_subcommands().cloned().collect();
    let usage = format!("{} [OPTIONS] [COMMAND]", name());
    let man = Man::new(command.disable_help_subcommand(true).override_usage(usage)).manual(name());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    section("COMMANDS").to_writer(&mut page)?;
    for subcommand in subcommands {
        of_subcommand(subcommand, &mut page)?;
    }
    list("EXIT STATUS", CODES.lines().filter_map(|line| line.split_once(' '))).to_writer(&mut page)?;
    list("ENVIRONMENT", [("MIST_APITOKEN", about)]).to_writer(&mut page)?;
    list("FILES", [(".env", FILE)]).to_writer(&mut page)?;
    let mut roff = section("EXAMPLES");
    words(&mut roff, examples);
    roff.to_writer(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

const FILE: &str = "Variables, read in the folder where the program starts, where the environment has none. Only what \
                    cannot widen trust is taken, and the rest is told; --env-file takes all of a file.";

/// The section of a subcommand: usage, description, its own options, and further help.
fn of_subcommand(command: Command, page: &mut Vec<u8>) -> io::Result<()> {
    let mut command = command.mut_args(|arg: Arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    command = command.disable_help_flag(true);
    let usage = command.render_usage().to_string();
    let mut roff = Roff::new();
    roff.control("SS", [usage.trim_start_matches("Usage: ")]);
    roff.text([roman(command.get_about().map(ToString::to_string).unwrap_or_default())]);
    roff.to_writer(page)?;
    let help = command.get_after_long_help().map(ToString::to_string);
    let examples = command.get_before_long_help().map(ToString::to_string);
    let mut options = Vec::new();
    Man::new(command).render_options_section(&mut options)?;
    let options = String::from_utf8_lossy(&options);
    // Subcommands with their own page are omitted here.
    page.extend(
        options
            .lines()
            .filter(|line| !line.starts_with(".SH"))
            .flat_map(|line| [line, "\n"])
            .collect::<String>()
            .into_bytes(),
    );
    let Some(help) = help else { return Ok(()) };
    let mut roff = Roff::new();
    roff.control("PP", []);
    words(&mut roff, help.split("\n\nExit codes:").next().unwrap_or(&help));
    if let Some(examples) = examples {
        roff.control("PP", []);
        words(&mut roff, &examples);
    }
    roff.to_writer(page)
}

fn section(name: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [name]);
    roff
}

fn list<'a>(name: &str, entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Roff {
    let mut roff = section(name);
    for (word, meaning) in entries {
        roff.control("TP", []).text([bold(word)]);
        for line in meaning.trim().lines() {
            roff.text([roman(line)]);
        }
    }
    roff
}

/// Paragraphs are filled; indented lines are kept.
fn words(roff: &mut Roff, text: &str) {
    let mut filled = true;
    for line in text.lines() {
        let fill = !line.starts_with("  ");
        if fill != filled {
            roff.control(if fill { "fi" } else { "nf" }, []);
            filled = fill;
        }
        match line {
            "" => roff.control("PP", []),
            line => roff.text([roman(line)]),
        };
    }
    if !filled {
        roff.control("fi", []);
    }
}
