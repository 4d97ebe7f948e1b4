//! Reading of the flags from the command line, the environment and the `.env` file ([`read`]).

use std::ffi::OsString;

use clap::FromArgMatches;
use clap::error::{ContextKind, ContextValue};

use super::{EarlyFlags, Flags, NO_FILE, adapted, all_commands, help_visibility, unknown_env};
use crate::cli::env_file::Environment;
use crate::cli::origin::Given;
use crate::cli::{audit_log, origin};
use crate::quote;

/// Reads the command line, behind it the environment, behind that the `.env` file, and behind that what the program has
/// in their place.
pub(in crate::cli) fn read(
    arguments: &[OsString],
    own: &[(&str, &str)],
) -> Result<(Flags, Environment), clap::Error> {
    let mut command = adapted::adapted(all_commands());
    if let Some((unknown, _)) = own.iter().find(|(flag, _)| command.get_arguments().all(|arg| !is(arg, flag)))
    {
        let message = format!("this program has a default for `--{unknown}`, which is no flag");
        return Err(command.error(clap::error::ErrorKind::UnknownArgument, message));
    }
    let command = command.mut_args(|arg| with_own(arg, own));
    let early = EarlyFlags::parse(arguments);
    let environment = match early.env_file() {
        Some(path) if path.as_os_str() == NO_FILE => Environment::default(),
        Some(path) => {
            // Not by `command`, which would add how to use its flags.
            Environment::named(path)
                .map_err(|error| clap::Error::raw(clap::error::ErrorKind::Io, format!("{error}\n")))?
        }
        None => Environment::found(&command, &early),
    };
    let command = command.mut_args(|arg| with_defaults(arg, &environment));
    let mut command = help_visibility::of_subcommands(command);
    let matches = match command.try_get_matches_from_mut(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            let source = source(&error, &command, arguments, &environment);
            let mut error = without_secrets(error);
            if let Some(source) = source {
                error.insert(ContextKind::InvalidArg, ContextValue::String(source));
            }
            return Err(error);
        }
    };
    let mut flags = Flags::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    // Clap's `requires` does not see a flag that stands before the subcommand.
    if flags.audit_log_required && audit_log::named(&flags).is_none() {
        let message = "--audit-log-required needs --audit-log (or MISTMCP_AUDIT_LOG)";
        return Err(command.error(clap::error::ErrorKind::MissingRequiredArgument, message));
    }
    flags.given = origin::given(&command, &matches, &environment);
    let needs_issuer =
        |given: &&Given| ["oauth-audience", "oauth-groups-claim", "oauth-scope"].contains(&&*given.flag);
    if let (Some(given), None) = (flags.given.iter().find(needs_issuer), &flags.http.oauth_issuer) {
        let message = format!("{} needs --oauth-issuer (or MISTMCP_OAUTH_ISSUER)", given.by());
        return Err(command.error(clap::error::ErrorKind::MissingRequiredArgument, message));
    }
    flags.unknown_variables = unknown_env::warnings(&command, &flags.given, &environment);
    Ok((flags, environment))
}

/// Makes a value of the file the default of its argument: flags and environment override it, and it is validated like them.
fn with_defaults(arg: clap::Arg, environment: &Environment) -> clap::Arg {
    let of_file = arg.get_env().and_then(|name| name.to_str()).and_then(|name| environment.of_file(name));
    let of_file = of_file.map(str::to_owned);
    let arg = without_empty(arg);
    match of_file {
        Some(value) => arg.default_value(value),
        None => arg,
    }
}

/// The variable with the wrong value of an error, and where it is set; `None` if it is on the command line.
fn source(
    error: &clap::Error,
    command: &clap::Command,
    arguments: &[OsString],
    environment: &Environment,
) -> Option<String> {
    let Some(ContextValue::String(written)) = error.get(ContextKind::InvalidArg) else { return None };
    let flag = written.split(' ').next()?.strip_prefix("--")?;
    let arg = command.get_arguments().find(|arg| is(arg, flag))?;
    let is_given = |argument: &OsString| {
        let argument = argument.to_string_lossy();
        let is_long = argument.strip_prefix("--").and_then(|rest| rest.strip_prefix(flag));
        let is_short = arg.get_short().is_some_and(|short| {
            argument.strip_prefix('-').is_some_and(|rest| !rest.starts_with('-') && rest.contains(short))
        });
        is_short || is_long.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    };
    if arguments.iter().any(is_given) {
        return None;
    }
    let variable = arg.get_env()?.to_str()?;
    let origin = environment.origin(variable)?;
    Some(format!("{variable} {}", origin.words(environment)))
}

/// Removes what may be a misplaced secret from an error: only words, numbers and names of flags are repeated.
fn without_secrets(mut error: clap::Error) -> clap::Error {
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidSubcommand, ContextKind::InvalidArg] {
        let Some(ContextValue::String(text)) = error.get(kind) else { continue };
        let is_flag = |text: &str| {
            // Behind its name stands what it takes, such as ` <PATH>`.
            let name = text.split(" <").next().unwrap_or_default().trim_start_matches('-');
            text.starts_with('-') && quote::is_word(name)
        };
        let is_of_command = text.starts_with(['<', '[']) || is_flag(text);
        if is_of_command && kind == ContextKind::InvalidArg || quote::is_word(text) {
            continue;
        }
        let described = quote::described(text);
        error.insert(kind, ContextValue::String(described));
    }
    error
}

fn is(arg: &clap::Arg, flag: &str) -> bool {
    arg.get_long() == Some(flag)
}

fn with_own(arg: clap::Arg, own: &[(&str, &str)]) -> clap::Arg {
    match own.iter().rev().find(|(flag, _)| is(&arg, flag)) {
        Some((_, value)) => arg.default_value((*value).to_owned()),
        None => arg,
    }
}

/// An empty variable is none: it is how a compose file or a client leaves one out.
pub(super) fn without_empty(arg: clap::Arg) -> clap::Arg {
    let empty = arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    if empty { arg.env(None::<&str>) } else { arg }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Mode;

    fn flags(line: &str, own: &[(&str, &str)]) -> Flags {
        let arguments: Vec<_> = line.split_whitespace().map(OsString::from).collect();
        read(&arguments, own).unwrap().0
    }

    #[test]
    fn a_programs_own_default_is_weaker_than_a_flag_and_checked_as_one() {
        let own = [("mode", "all"), ("demo", "true"), ("mode", "custom")];
        let flags_given = flags("program --mode managed", &own);
        assert!(flags_given.mode == Mode::Managed && flags_given.demo);
        assert_eq!(flags("program", &own).mode, Mode::Custom);
        assert!(!flags("program", &[]).demo);
        for wrong in [("mode", "everything"), ("modes", "all")] {
            assert!(read(&["program".into()], &[wrong]).is_err(), "{wrong:?}");
        }
    }
}
