//! Origin of a setting: [`Origin`].

use std::fmt;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::env_file::Environment;
use super::flags::{HTTP, LIMITS};
use crate::placeholder::has_quotation_mark;

/// Origin of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Flag,
    /// The environment.
    Variable,
    /// The `.env` file.
    File,
}

/// A setting that was given.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// Its flag, without the dashes.
    pub(super) flag: String,
    pub(super) variable: Option<String>,
    /// None for a flag that is on or off, and for a secret.
    pub(super) values: Vec<String>,
    /// For a flag that is on or off, which of them.
    pub(super) switch: Option<bool>,
    /// Whether it is about the server over HTTP alone.
    pub(super) of_http: bool,
    pub(super) origin: Origin,
}

/// Settings that restrict who may use what, or record it. A blank one, such as a variable that a script left unset, would
/// lift the restriction unnoticed.
const NEVER_BLANK: [&str; 9] = [
    "accounts",
    "audit-log",
    "categories",
    "oauth-audience",
    "oauth-groups-claim",
    "oauth-issuer",
    "oauth-scope",
    "tools",
    "without-tools",
];

/// Checks that no setting of [`NEVER_BLANK`] is blank. An empty variable is none.
///
/// # Errors
/// One is.
pub(super) fn check_blank(given: &[Given]) -> anyhow::Result<()> {
    let is_blank = |given: &&Given| NEVER_BLANK.contains(&given.flag.as_str()) && given.values.is_empty();
    match given.iter().find(is_blank) {
        Some(given) => anyhow::bail!("{} is blank: give it a value, or leave it out", given.by()),
        None => Ok(()),
    }
}

/// Checks that no setting is enclosed in quotation marks, which a shell would have taken away and a file of variables of others has
/// not: a name with them matches nothing.
///
/// # Errors
/// One is.
pub(super) fn check_quotation_marks(given: &[Given]) -> anyhow::Result<()> {
    let is_quoted = |given: &&Given| given.values.iter().any(|value| has_quotation_mark(value));
    match given.iter().find(is_quoted) {
        Some(given) => anyhow::bail!(
            "{} has a quotation mark at its beginning or end: write it without quotation marks",
            given.by()
        ),
        None => Ok(()),
    }
}

/// All settings of the program, but for those of a subcommand, that a flag, a variable or the file sets.
pub(super) fn given(command: &Command, matches: &ArgMatches, environment: &Environment) -> Vec<Given> {
    let given = |arg: &Arg| {
        let (flag, id) = (arg.get_long()?, arg.get_id().as_str());
        let variable = arg.get_env().and_then(|name| name.to_str()).map(str::to_owned);
        let of_file = variable.as_deref().is_some_and(|name| environment.of_file(name).is_some());
        let origin = match matches.value_source(id)? {
            ValueSource::CommandLine => Origin::Flag,
            ValueSource::EnvVariable => Origin::Variable,
            _ if of_file => Origin::File,
            _ => return None,
        };
        let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
        let values = match matches.get_raw(id) {
            Some(raw) if !is_switch && !arg.is_hide_env_values_set() => raw
                .map(|value| value.to_string_lossy().trim().to_owned())
                .filter(|value| !value.is_empty())
                .collect(),
            _ => Vec::new(),
        };
        let switch = is_switch.then(|| matches.get_flag(id));
        let of_http = arg.get_help_heading().is_some_and(|heading| [HTTP, LIMITS].contains(&heading));
        Some(Given { flag: flag.to_owned(), variable, values, switch, of_http, origin })
    };
    command.get_arguments().filter_map(given).collect()
}

impl Given {
    /// The source of the value: the flag or its variable.
    pub(super) fn by(&self) -> String {
        match (self.origin, &self.variable) {
            (Origin::Variable | Origin::File, Some(variable)) => variable.clone(),
            _ => format!("--{}", self.flag),
        }
    }
}

/// Without values of secrets, which it does not hold.
impl fmt::Debug for Given {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "--{} {:?} ({:?})", self.flag, self.values, self.origin)
    }
}

impl Origin {
    /// As words after the name of a variable or flag.
    pub(super) fn words(self, environment: &Environment) -> String {
        match (self, environment.path()) {
            (Self::Flag, _) => "on the command line".to_owned(),
            (Self::File, Some(path)) => format!("in {}", path.display()),
            (Self::Variable | Self::File, _) => "in the environment".to_owned(),
        }
    }
}
