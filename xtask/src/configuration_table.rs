//! The README's table of flags and variables, from the command line itself.

use std::fmt::Write;

use anyhow::{Result, bail};
use clap::{Arg, Command};

use crate::tools_page::cell;

/// The headings of `--help`, in the order in which a newcomer wants them.
const GROUPS: [&str; 5] = ["Mist", "Server", "Answers", "HTTP (--transport http)", "Limits of HTTP clients"];

/// What no flag sets.
const TOKEN: &str =
    "| (none) | `MIST_APITOKEN` | | The API token; several with commas between them are used in turn |\n";

/// A row for each flag of the server. Those of a subcommand alone are told by its `--help`.
pub(crate) fn table(command: &Command) -> Result<String> {
    let arguments: Vec<_> = command.get_arguments().filter(|arg| arg.get_env().is_some()).collect();
    if let Some(stray) = arguments.iter().find(|arg| group(arg).is_none()) {
        bail!("`--{}` has no place in the README's table: give it a heading of {GROUPS:?}", long(stray));
    }
    let mut table = "| flag | variable | default | |\n|---|---|---|---|\n".to_owned();
    for (place, heading) in GROUPS.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| **{}** | | | |", heading.split(" (").next().unwrap_or(heading));
        if place == 0 {
            table += TOKEN;
        }
        for arg in arguments.iter().filter(|arg| group(arg) == Some(place)) {
            table += &row(arg);
        }
    }
    Ok(table)
}

fn group(arg: &Arg) -> Option<usize> {
    GROUPS.iter().position(|heading| arg.get_help_heading() == Some(heading))
}

fn row(arg: &Arg) -> String {
    let variable = arg.get_env().unwrap_or_default().to_string_lossy();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    // What the program works out by itself is no default to clap, and told in its words.
    let (about, default) = match help.split_once(" [default: ") {
        Some((about, default)) => (about, default.trim_end_matches(']').to_owned()),
        None => (help.as_str(), default(arg)),
    };
    let default = if default.is_empty() { default } else { format!(" {default}") };
    format!("| {} | `{variable}` |{default} | {} |\n", cell(&format!("`{}`", flag(arg))), cell(about))
}

fn flag(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    format!("{short}--{}{}", long(arg), value(arg))
}

fn long(arg: &Arg) -> &str {
    arg.get_long().unwrap_or_else(|| arg.get_id().as_str())
}

/// What follows the flag: one of a few words, or what kind of value.
fn value(arg: &Arg) -> String {
    if !arg.get_action().takes_values() {
        return String::new();
    }
    let possible: Vec<_> =
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let names = arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string);
    let words = if possible.is_empty() { names.collect() } else { possible };
    if words.is_empty() { String::new() } else { format!(" {}", words.join("|")) }
}

fn default(arg: &Arg) -> String {
    if !arg.get_action().takes_values() {
        return "`false`".to_owned();
    }
    let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if values.is_empty() { String::new() } else { format!("`{}`", values.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_of_the_program_is_in_the_table_once_and_the_token_first() {
        let command = mistmcp::__private::command();
        let table = table(&command).unwrap();
        let rows: Vec<_> = table.lines().filter(|line| line.contains("`MIST")).collect();
        assert!(rows[0].contains("`MIST_APITOKEN`"), "{}", rows[0]);
        let variables: Vec<_> = command.get_arguments().filter_map(Arg::get_env).collect();
        assert_eq!(rows.len(), variables.len() + 1, "{table}");
        for variable in variables {
            let named = format!("| `{}` |", variable.to_string_lossy());
            assert_eq!(table.matches(&named).count(), 1, "{named}");
        }
    }

    #[test]
    fn a_row_has_the_flag_with_its_values_the_variable_the_default_and_what_it_is_for() {
        let arg = Arg::new("mode").short('m').long("mode").env("MODE").value_parser(["one", "all"]);
        let arg = arg.default_value("all").help("How|why");
        assert_eq!(row(&arg), "| `-m, --mode one\\|all` | `MODE` | `all` | How\\|why |\n");
        let arg = Arg::new("file").long("file").env("FILE").value_name("PATH");
        assert_eq!(row(&arg.help("A file [default: .env]")), "| `--file PATH` | `FILE` | .env | A file |\n");
    }

    #[test]
    fn a_flag_under_no_heading_is_refused() {
        let command = Command::new("x").arg(Arg::new("stray").long("stray").env("STRAY"));
        assert!(table(&command).unwrap_err().to_string().contains("`--stray`"));
    }
}
