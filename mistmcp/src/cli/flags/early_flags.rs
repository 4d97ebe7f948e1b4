//! First pass over the command line, for the flags that locate the `.env` file.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::read::without_empty;
use super::{Transport, all_commands};

/// First pass over the command line and the environment, before the `.env` file is read: it finds
/// the file's name, and what is set without it. Errors are left to the second pass.
pub(in crate::cli) struct EarlyFlags(Option<ArgMatches>);

impl EarlyFlags {
    pub(super) fn parse(arguments: &[OsString]) -> Self {
        let command = all_commands().mut_args(without_empty).ignore_errors(true);
        Self(command.try_get_matches_from(arguments).ok())
    }

    pub(super) fn env_file(&self) -> Option<PathBuf> {
        self.0.as_ref()?.try_get_one::<PathBuf>("env_file").ok()?.cloned()
    }

    /// Whether a flag, by its id, is set on the command line or by its variable.
    pub(in crate::cli) fn sets(&self, id: &str) -> bool {
        let is_known = |matches: &&ArgMatches| matches.try_contains_id(id).is_ok();
        let source = self.0.as_ref().filter(is_known).and_then(|matches| matches.value_source(id));
        matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
    }

    /// Whether clients with tokens of their own are served, or `check` checks the settings of such a server. The other
    /// subcommands serve no clients.
    pub(in crate::cli) fn serves_http(&self) -> bool {
        let transport = self.0.as_ref().and_then(|matches| matches.try_get_one("transport").ok()?.copied());
        transport == Some(Transport::Http) && matches!(self.subcommand(), None | Some("check"))
    }

    /// Whether settings are written that last.
    pub(in crate::cli) fn installs(&self) -> bool {
        self.subcommand() == Some("install")
    }

    fn subcommand(&self) -> Option<&str> {
        self.0.as_ref()?.subcommand_name()
    }
}
