//! Removal of an entry from a client's settings.

use std::process::ExitCode;

use super::client::Client;
use super::file::{Backup, SettingsFile};
use super::location::Location;
use super::token::readers;
use super::{InstallFlags, Problem, consent, existing, headed, left_alone, quit_first};
use crate::cli::output;

/// Removes the entry. If nothing else has changed since the installation, the file is restored byte
/// for byte.
pub(super) fn remove(
    client: &Client,
    install: &InstallFlags,
    file: &SettingsFile,
    location: &Location<'_>,
) -> anyhow::Result<ExitCode> {
    let taken =
        client.take(file.text(), &install.name).map_err(|problem| left_alone(client, file, &problem))?;
    let Some(taken) = taken else {
        let words =
            format!("{} has no server `{}` in {}.\n", client.title, install.name, file.path().display());
        output::print(words.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(what) = existing::foreign(&taken.entry.server) {
        return Err(left_alone(client, file, &Problem::Foreign { name: install.name.clone(), what }));
    }
    let makes_this = |before: &str| {
        client.put(before, &taken.entry).is_ok_and(|put| put == file.text())
            // A backup from before a reinstallation holds an older entry.
            && client.take(before, &install.name).is_ok_and(|older| older.is_none())
    };
    let before = file.backups().find(|(_, text)| makes_this(text));
    let is_all = before.is_none() && makes_this("");
    let rest = before.as_ref().map_or(taken.rest.as_str(), |(_, text)| text);
    let mut text = headed(file, if is_all { "" } else { rest }, &client.snippet(&taken.entry));
    if is_all {
        text.push_str("Nothing else is in the file, so that it is deleted.\n");
    }
    text.push_str(&quit_first(client));
    output::print_styled(&text)?;
    if let Some(code) = consent(install)? {
        return Ok(code);
    }
    let mut done = Vec::new();
    // A copy of what a second installation makes again would be one too many.
    let backup = if before.is_none() && !is_all { Backup::Keep } else { Backup::Leave };
    if let Some(backup) = file.replace((!is_all).then_some(rest), backup)? {
        done.push(format!("What was there before is kept in {}.", backup.display()));
    }
    if let Some((backup, _)) = &before {
        // The file has the same content again.
        let _ = std::fs::remove_file(backup);
    }
    let own_folder = location.own_folder();
    let token_file = taken.entry.env_file().filter(|path| path.parent() == Some(&*own_folder));
    if let Some(token_file) = token_file.filter(|path| path.is_file()) {
        let readers = readers(token_file, location, file.path());
        let remedy = match &*readers {
            [] => "delete it if no other client uses it".to_owned(),
            readers => format!("{} reads it too", readers.join(", ")),
        };
        done.push(format!("The token is still in {}: {remedy}.", token_file.display()));
    }
    done.push(format!("Done. {}\n", client.then));
    output::print(done.join("\n").as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
