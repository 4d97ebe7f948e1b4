//! `mistmcp install`: this server in the settings of a client, and out of them again.

mod client;
mod difference;
mod document;
mod entry;
mod environment;
mod existing;
mod file;
mod json;
mod location;
mod plan;
mod removal;
mod secret;
mod token;
mod toml;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::env_file::Environment;
use super::flags::Flags;
use super::output;
use client::{CLIENTS, Client};
use difference::difference;
use document::Problem;
use file::{Backup, SettingsFile};
use location::{Location, System};
use plan::Plan;
use removal::remove;
use token::TokenFile;

/// Flags of `install`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(after_help = "\
The entry starts this program as it would run here: --cloud, --mode, --categories and other settings go into it, whether \
they are flags or variables. A file that --env-file names goes into it by its path; nothing is taken from a .env that is \
merely there. The token is never in the entry: it goes where the client keeps secrets, or into a file that \
you alone may read.")]
pub(super) struct InstallFlags {
    /// The client
    #[arg(value_parser = PossibleValuesParser::new(CLIENTS.iter().map(|client| client.name)), ignore_case = true)]
    client: String,

    /// What the server is called in the client
    #[arg(long, default_value = "mist", value_parser = name)]
    name: String,

    /// A server over HTTP that runs already, in place of one that the client starts
    #[arg(long)]
    url: Option<String>,

    /// Leave the token out: the server has one of its own, or finds it in the environment of the client
    #[arg(long)]
    no_token: bool,

    /// Another file of the client's, such as a project's
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,

    /// Only print the entry; change nothing
    #[arg(long, conflicts_with_all = ["remove", "yes"])]
    print: bool,

    /// Take the server out of the client's settings again
    #[arg(long, conflicts_with = "url")]
    remove: bool,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// A name that all clients take.
fn name(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !text.is_empty() && text.len() <= 40 && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("up to 40 letters, digits, hyphens and underscores are wanted".to_owned())
    }
}

/// Shows what would change, asks, and changes it. The exit code is 2 if there is no terminal to ask.
pub(super) fn run(
    flags: &Flags,
    install: &InstallFlags,
    environment: &Environment,
) -> anyhow::Result<ExitCode> {
    let client =
        Client::named(&install.client).with_context(|| format!("there is no client `{}`", install.client))?;
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let home = home.context("this user has no home folder: set HOME")?;
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let location = Location { system: System::CURRENT, home: &home, variable: &variable };
    let path = install.file.clone().unwrap_or_else(|| client.file(&location));
    let path = std::path::absolute(&path).with_context(|| format!("{} is no path", path.display()))?;
    if install.remove {
        return remove(client, install, &SettingsFile::read(&path)?, &location);
    }
    let plan = Plan::make(client, flags, install, environment, &location)?;
    if install.print {
        output::print(client.snippet(&plan.entry).as_bytes())?;
        let of_file = plan.token_note_of_print();
        plan.notes.iter().chain(&of_file).for_each(|note| output::error(note));
        output::error(&plan.check());
        return Ok(ExitCode::SUCCESS);
    }
    carry_out(&plan, client, install, &SettingsFile::read(&path)?, &location)
}

/// Shows what the plan changes, asks, and changes it.
fn carry_out(
    plan: &Plan,
    client: &Client,
    install: &InstallFlags,
    file: &SettingsFile,
    location: &Location<'_>,
) -> anyhow::Result<ExitCode> {
    let new = client.put(file.text(), &plan.entry).map_err(|problem| left_alone(client, file, &problem))?;
    let changes_file = new != file.text();
    let token_file = plan.token_file.as_ref().filter(|file| plan.lacks_token(file));
    let exposed = plan.token_file.as_ref().filter(|file| file.is_exposed());
    let of_token = plan.token_words(location, file.path()).unwrap_or_default();
    if !changes_file && token_file.is_none() && exposed.is_none() {
        let words = format!(
            "{} has it already, in {}: nothing to change.\n{of_token}{}\n",
            client.title,
            file.path().display(),
            plan.check()
        );
        output::print(words.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    if changes_file {
        text.push_str(&headed(file, &new, &client.snippet(&plan.entry)));
        text.push_str(&quit_first(client));
    }
    text.push_str(&of_token);
    text.extend(exposed.and_then(TokenFile::exposure_warning));
    output::print_styled(&text)?;
    if let Some(code) = consent(install)? {
        return Ok(code);
    }
    let mut done = Vec::new();
    if let Some(exposed) = exposed {
        exposed.close()?;
    }
    if let Some(token_file) = token_file {
        done.extend(plan.write_token(token_file, install)?);
    }
    if changes_file {
        if let Some(backup) = file.replace(Some(&new), Backup::Keep)? {
            done.push(format!("What was there before is kept in {}.", backup.display()));
        }
        if !file.had_folder() {
            done.push(format!("There was no folder of {} yet: is it installed?", client.title));
        }
    }
    done.extend(plan.notes.iter().cloned());
    done.push(format!("Done. {}\n{}\n", client.then, plan.check()));
    output::print(done.join("\n").as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn left_alone(client: &Client, file: &SettingsFile, problem: &Problem) -> anyhow::Error {
    let path = file.path().display();
    match problem {
        Problem::Syntax { .. } => {
            anyhow!("{path} was left alone: {problem}; mend it there, and run this again")
        }
        Problem::Foreign { .. } => {
            anyhow!(
                "{path} was left alone: {problem}; give this server another name with --name, or take it out by hand"
            )
        }
        _ => anyhow!("{path} was left alone: {problem}; mend it by hand (its form: {})", client.source),
    }
}

fn headed(file: &SettingsFile, new: &str, own: &str) -> String {
    let is_new = if file.is_there() { "" } else { " (new)" };
    format!("{}{is_new}\n{}", file.path().display(), difference(file.text(), new, own))
}

/// What has to be done before the file is written.
fn quit_first(client: &Client) -> String {
    if client.rewrites {
        let title = client.title;
        format!(
            "Quit {title} before this is written: while it runs, it writes the file anew, and the change is lost.\n"
        )
    } else {
        String::new()
    }
}

/// Asks whether to go on; otherwise the exit code.
fn consent(install: &InstallFlags) -> anyhow::Result<Option<ExitCode>> {
    if install.yes {
        return Ok(None);
    }
    if !io::stdin().is_terminal() {
        output::error(
            "Nothing was changed: there is no terminal for the confirmation. --yes makes the change.",
        );
        return Ok(Some(ExitCode::from(2)));
    }
    let mut answer = String::new();
    write!(io::stderr(), "Change it? [y/N] ")?;
    io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(None);
    }
    output::error("Nothing was changed.");
    Ok(Some(ExitCode::FAILURE))
}
