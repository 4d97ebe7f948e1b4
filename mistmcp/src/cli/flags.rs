use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use secrecy::SecretString;

use super::env_file::Environment;
use crate::reply::Format;
use crate::session::Mode;

/// Lets an AI look into a Juniper Mist network.
///
/// Without a subcommand it is an MCP server: on standard input and output, as desktop clients start it, or over HTTP.
#[derive(Debug, Parser)]
#[command(name = "mistmcp", version, max_term_width = 100, after_help = EXAMPLES)]
pub(super) struct Flags {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// How clients reach the server
    #[arg(
        short,
        long,
        env = "MISTMCP_TRANSPORT_MODE",
        value_enum,
        default_value = "stdio",
        ignore_case = true
    )]
    #[arg(help_heading = SERVER, value_name = "TRANSPORT")]
    pub(super) transport: Transport,

    /// How tools are loaded
    #[arg(
        short,
        long,
        env = "MISTMCP_TOOL_LOADING_MODE",
        value_enum,
        default_value = "managed",
        ignore_case = true
    )]
    #[arg(help_heading = SERVER)]
    pub(super) mode: Mode,

    /// Only these categories of tools, in any mode; `mistmcp tools` lists them
    #[arg(
        short,
        long,
        env = "MISTMCP_TOOL_CATEGORIES",
        value_delimiter = ',',
        value_name = "A,B",
        global = true
    )]
    #[arg(help_heading = SERVER)]
    pub(super) categories: Vec<String>,

    /// A file of variables, read where the environment has none [default: .env where there is one]
    #[arg(short, long, env = "MIST_ENV_FILE", value_name = "PATH", global = true, help_heading = SERVER)]
    pub(super) env_file: Option<PathBuf>,

    /// Log each call to Mist: method, path, status, time
    #[arg(short, long, env = "MISTMCP_DEBUG", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(global = true, help_heading = SERVER)]
    pub(super) debug: bool,

    /// How log lines are written
    #[arg(long, env = "MISTMCP_LOG_FORMAT", value_enum, default_value = "text", ignore_case = true)]
    #[arg(value_name = "FORMAT", help_heading = SERVER)]
    pub(super) log_format: LogFormat,

    #[command(flatten)]
    pub(super) http: HttpFlags,

    /// Answer from a made-up network inside this process; needs no account
    #[arg(long, env = "MISTMCP_DEMO", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(global = true, help_heading = MIST)]
    pub(super) demo: bool,

    /// The Mist cloud, such as api.eu.mist.com: `api.` in place of the portal's `manage.`
    #[arg(long, env = "MIST_HOST", value_name = "HOST", global = true, help_heading = MIST)]
    pub(super) cloud: Option<String>,

    /// Another host that tokens may be sent to (repeat it for several)
    #[arg(long, env = "MISTMCP_ALLOW_CLOUDS", value_delimiter = ',', value_name = "HOST|URL", global = true)]
    #[arg(help_heading = MIST)]
    pub(super) allow_cloud: Vec<String>,

    /// The organization that is meant where a call names none
    #[arg(long, env = "MISTMCP_ORG_ID", value_name = "UUID", global = true, help_heading = MIST)]
    pub(super) org_id: Option<String>,

    /// How long a whole call may take
    #[arg(long, env = "MISTMCP_TIMEOUT", default_value = "30", value_name = "SECONDS", global = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3_600), help_heading = MIST)]
    pub(super) timeout: u64,

    /// How much of that may be spent waiting for another try
    #[arg(long, env = "MISTMCP_RETRY_WAIT", default_value = "15", value_name = "SECONDS", global = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=3_600), help_heading = MIST)]
    pub(super) retry_wait: u64,

    /// Calls an hour for one token, of which the last 5 % are kept back
    #[arg(long, env = "MISTMCP_RATE_LIMIT", default_value = "5000", value_name = "CALLS", global = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..), help_heading = MIST)]
    pub(super) rate_limit: u32,

    /// Bytes of an answer that a client gets
    #[arg(long, env = "MISTMCP_MAX_RESULT_BYTES", default_value = "60000", value_name = "N", global = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(2_000..), help_heading = ANSWERS)]
    pub(super) max_result_bytes: u32,

    /// Bytes of an answer that are read from Mist
    #[arg(
        long,
        env = "MISTMCP_MAX_RESPONSE_BYTES",
        default_value = "33554432",
        value_name = "N",
        global = true
    )]
    #[arg(value_parser = clap::value_parser!(u32).range(2_000..), help_heading = ANSWERS)]
    pub(super) max_response_bytes: u32,

    /// How answers are written
    #[arg(
        long,
        env = "MISTMCP_FORMAT",
        value_enum,
        default_value = "json",
        ignore_case = true,
        global = true
    )]
    #[arg(help_heading = ANSWERS)]
    pub(super) format: Format,

    /// Show passwords, keys and their kin, which are hidden otherwise
    #[arg(long, env = "MISTMCP_SHOW_SECRETS", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(global = true, help_heading = ANSWERS)]
    pub(super) show_secrets: bool,
}

/// What is said of HTTP alone.
#[derive(Debug, Args)]
pub(super) struct HttpFlags {
    /// The address to listen on
    #[arg(long, env = "MISTMCP_HOST", default_value = "127.0.0.1", value_name = "ADDRESS", help_heading = HTTP)]
    pub(super) host: String,

    /// The port to listen on; 0 takes a free one
    #[arg(short, long, env = "MISTMCP_PORT", default_value = "8000", help_heading = HTTP)]
    pub(super) port: u16,

    /// A name that clients may ask for this server by, beside loopback's (repeat it for several)
    #[arg(long, env = "MISTMCP_ALLOW_HOST", value_delimiter = ',', value_name = "HOST[:PORT]", help_heading = HTTP)]
    pub(super) allow_host: Vec<String>,

    /// A web page's origin that may ask, beside loopback's (repeat it for several)
    #[arg(long, env = "MISTMCP_ALLOW_ORIGIN", value_delimiter = ',', value_name = "ORIGIN", help_heading = HTTP)]
    pub(super) allow_origin: Vec<String>,

    /// A certificate with its chain, in PEM; read again when it changes
    #[arg(long, env = "MISTMCP_TLS_CERT", value_name = "PATH", requires = "tls_key", help_heading = HTTP)]
    pub(super) tls_cert: Option<PathBuf>,

    /// Its private key, in PEM
    #[arg(long, env = "MISTMCP_TLS_KEY", value_name = "PATH", requires = "tls_cert", help_heading = HTTP)]
    pub(super) tls_key: Option<PathBuf>,

    /// Call Mist with MIST_APITOKEN for clients that bring no token
    #[arg(long, env = "MISTMCP_SHARED_TOKEN", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(help_heading = HTTP)]
    pub(super) shared_token: bool,

    /// A secret that every client has to send; better set by its variable, which no process list shows
    #[arg(long, env = "MISTMCP_CLIENT_TOKEN", value_name = "SECRET", hide_env_values = true, help_heading = HTTP)]
    pub(super) client_token: Option<SecretString>,

    /// Sessions at once
    #[arg(long, env = "MISTMCP_MAX_SESSIONS", default_value = "10000", value_name = "N", help_heading = HTTP)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_sessions: u32,

    /// Sessions at once of one token
    #[arg(long, env = "MISTMCP_MAX_SESSIONS_PER_TOKEN", default_value = "2500", value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..), help_heading = HTTP)]
    pub(super) max_sessions_per_token: u32,

    /// How long a session lasts in which nothing goes on
    #[arg(long, env = "MISTMCP_SESSION_IDLE", default_value = "1800", value_name = "SECONDS", help_heading = HTTP)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub(super) session_idle: u64,

    /// The Redis that replicas share (rediss: for TLS), with MISTMCP_REDIS_KEY; better set by its variable
    #[arg(long, env = "MISTMCP_REDIS_URL", value_name = "URL", hide_env_values = true, help_heading = HTTP)]
    pub(super) redis: Option<SecretString>,

    /// What their names there begin with
    #[arg(long, env = "MISTMCP_REDIS_PREFIX", default_value = "mistmcp", value_name = "NAME", help_heading = HTTP)]
    pub(super) redis_prefix: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Call one tool and print its answer
    Call {
        /// The tool, such as `getSelf`
        tool: String,
        /// Its arguments; a name given twice is a list
        #[arg(value_name = "NAME=VALUE")]
        arguments: Vec<String>,
    },
    /// List the categories, or the tools of one with their parameters
    Tools {
        /// A category, such as `sites_rrm`
        category: Option<String>,
    },
}

/// How clients reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Transport {
    /// Standard input and output, for one client that starts the server
    Stdio,
    /// HTTP, for many clients at once
    Http,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// An object a line
    Json,
}

const SERVER: &str = "Server";
const MIST: &str = "Mist";
const ANSWERS: &str = "Answers";
const HTTP: &str = "HTTP (--transport http)";

const EXAMPLES: &str = "\
The API token has no flag, so that no process list shows it: set MIST_APITOKEN, in the environment or in .env.
Several tokens, with commas between them, are used in turn. Nor have MISTMCP_REDIS_KEY, the secret that replicas share,
and MISTMCP_REDIS_PASSWORD.

Examples:
  mistmcp --demo                               a server with a made-up network, to try a client
  mistmcp call getSelf --demo                  one call, its answer on the terminal
  mistmcp call listSiteRrmEvents site_id=\"Head Office\" band=5 duration=7d
  MIST_HOST=api.eu.mist.com mistmcp -m all     a server that lists every tool at once
  mistmcp --demo -t http -p 8000               over HTTP, at http://127.0.0.1:8000/mcp
  mistmcp tools sites_rrm                      the tools of a category, with their parameters";

/// Reads the command line, behind it the environment, behind that the `.env` file, and behind that what the program has
/// in their place.
pub(super) fn read(
    arguments: &[OsString],
    own: &[(&str, &str)],
) -> Result<(Flags, Environment), clap::Error> {
    let mut command = Flags::command();
    let named = named_env_file(arguments);
    let environment =
        Environment::read(named).map_err(|error| command.error(clap::error::ErrorKind::Io, error))?;
    if let Some((unknown, _)) = own.iter().find(|(flag, _)| command.get_arguments().all(|arg| !is(arg, flag)))
    {
        let message = format!("this program has a default for `--{unknown}`, which is no flag");
        return Err(command.error(clap::error::ErrorKind::UnknownArgument, message));
    }
    let mut command = command.mut_args(|arg| with_defaults(with_own(arg, own), &environment));
    let matches = command.try_get_matches_from_mut(arguments)?;
    let flags = Flags::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((flags, environment))
}

/// What the file says is an argument's default: weaker than a flag and than the environment, and checked as they are.
fn with_defaults(arg: clap::Arg, environment: &Environment) -> clap::Arg {
    let of_file = arg.get_env().and_then(|name| name.to_str()).and_then(|name| environment.of_file(name));
    let of_file = of_file.map(str::to_owned);
    let arg = without_empty(arg);
    match of_file {
        Some(value) => arg.default_value(value),
        None => arg,
    }
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
fn without_empty(arg: clap::Arg) -> clap::Arg {
    let empty = arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    if empty { arg.env(None::<&str>) } else { arg }
}

/// The file has to be known before the rest can be read.
fn named_env_file(arguments: &[OsString]) -> Option<PathBuf> {
    let command = Flags::command().mut_args(without_empty).ignore_errors(true);
    let matches = command.try_get_matches_from(arguments).ok()?;
    matches.try_get_one::<PathBuf>("env_file").ok()?.cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

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
