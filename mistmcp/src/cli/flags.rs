//! Flags of the command line: [`Flags`].

mod adapted;
mod command;
mod early_flags;
mod help_visibility;
mod http;
mod number;
mod path;
mod read;
mod unknown_env;

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, CommandFactory, Parser, ValueEnum};

pub(super) use command::{CallFlags, Command, IncidentsFlags, ToolsFlags};
#[cfg(feature = "query")]
pub(super) use command::{QueryFlags, QueryOutput};
pub(super) use early_flags::EarlyFlags;
pub(super) use http::{HTTP, HttpFlags, LIMITS};
use number::{MOST, whole};
use path::path;
pub(super) use read::read;
pub(super) use unknown_env::{has_own_prefix, meant};

use super::origin::Given;
use crate::reply::Format;
use crate::session::Mode;

/// Lets an AI look into a Juniper Mist network.
///
/// Without a subcommand it is an MCP server: on standard input and output, as desktop clients start it, or over HTTP.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
#[command(name = "mistmcp", version, max_term_width = 100, after_help = EXAMPLES)]
pub(super) struct Flags {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// The settings that a flag, a variable or the file sets, with their origins.
    #[arg(skip)]
    pub(super) given: Vec<Given>,

    /// Warnings about variables that resemble those of this program.
    #[arg(skip)]
    pub(super) unknown_variables: Vec<String>,

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
    #[arg(short, long, env = "MISTMCP_TOOL_CATEGORIES", value_delimiter = ',', value_name = "A,B")]
    #[arg(help_heading = SERVER)]
    pub(super) categories: Vec<String>,

    /// Only tools of these names, in which `*` stands for any characters
    #[arg(long, env = "MISTMCP_TOOLS", value_delimiter = ',', value_name = "NAME,NAME")]
    #[arg(help_heading = SERVER)]
    pub(super) tools: Vec<String>,

    /// No tools of these names, in which `*` stands for any characters
    #[arg(long, env = "MISTMCP_WITHOUT_TOOLS", value_delimiter = ',', value_name = "NAME,NAME")]
    #[arg(help_heading = SERVER)]
    pub(super) without_tools: Vec<String>,

    /// A file of variables, read where the environment has none; `none` for no file [default: .env in the working folder, for a few settings]
    #[arg(short, long, env = "MIST_ENV_FILE", value_name = "PATH", help_heading = SERVER)]
    pub(super) env_file: Option<PathBuf>,

    /// Log each call to Mist: method, path, status, time
    #[arg(short, long, env = "MISTMCP_DEBUG", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(help_heading = SERVER)]
    pub(super) debug: bool,

    /// How log lines are written
    #[arg(long, env = "MISTMCP_LOG_FORMAT", value_enum, default_value = "text", ignore_case = true)]
    #[arg(value_name = "FORMAT", help_heading = SERVER)]
    pub(super) log_format: LogFormat,

    /// Write a JSON line for each call to a file, or to standard error: who, what, and how it ended
    #[arg(long, env = "MISTMCP_AUDIT_LOG", value_name = "PATH|stderr", value_parser = path())]
    #[arg(help_heading = SERVER)]
    pub(super) audit_log: Option<PathBuf>,

    /// Refuse calls that cannot be written to the audit log, which go unrecorded otherwise
    #[arg(long, env = "MISTMCP_AUDIT_LOG_REQUIRED", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(help_heading = SERVER)]
    pub(super) audit_log_required: bool,

    #[command(flatten)]
    pub(super) http: HttpFlags,

    /// Answer from a made-up network inside this process; needs no account
    #[arg(long, env = "MISTMCP_DEMO", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(help_heading = MIST)]
    pub(super) demo: bool,

    /// With --demo: add a built-in incident to the demo network (repeat it for several); `mistmcp incidents` lists them
    #[arg(long, env = "MISTMCP_DEMO_INCIDENTS", value_delimiter = ',', value_name = "NAME")]
    #[arg(help_heading = MIST)]
    pub(super) demo_incident: Vec<String>,

    /// With --demo: lay the changes of a file over the network (repeat it for several)
    #[arg(long, env = "MISTMCP_DEMO_OVERLAY", value_name = "FILE", help_heading = MIST, value_parser = path())]
    pub(super) demo_overlay: Vec<PathBuf>,

    /// The Mist cloud, such as api.eu.mist.com: `api.` in place of the portal's `manage.`
    #[arg(long, env = "MIST_HOST", value_name = "HOST", help_heading = MIST)]
    pub(super) cloud: Option<String>,

    /// A file of accounts, each with its token and cloud, in place of MIST_APITOKEN; read again when it changes
    #[arg(long, env = "MISTMCP_ACCOUNTS", value_name = "PATH", help_heading = MIST, value_parser = path())]
    pub(super) accounts: Option<PathBuf>,

    /// Another host that tokens may be sent to (repeat it for several)
    #[arg(long, env = "MISTMCP_ALLOW_CLOUDS", value_delimiter = ',', value_name = "HOST|URL")]
    #[arg(help_heading = MIST)]
    pub(super) allow_cloud: Vec<String>,

    /// The default organization, for calls without `org_id`
    #[arg(long, env = "MISTMCP_ORG_ID", value_name = "UUID", help_heading = MIST)]
    pub(super) org_id: Option<String>,

    /// How long a whole call may take
    #[arg(long, env = "MISTMCP_TIMEOUT", default_value = "30", value_name = "SECONDS")]
    #[arg(value_parser = whole::<u64>(1..=3_600), help_heading = MIST)]
    pub(super) timeout: u64,

    /// How much of that may be spent waiting before retries
    #[arg(long, env = "MISTMCP_RETRY_WAIT", default_value = "15", value_name = "SECONDS")]
    #[arg(value_parser = whole::<u64>(0..=3_600), help_heading = MIST)]
    pub(super) retry_wait: u64,

    /// Calls an hour for one token, of which the last 5 % are kept back
    #[arg(long, env = "MISTMCP_RATE_LIMIT", default_value = "5000", value_name = "CALLS")]
    #[arg(value_parser = whole::<u32>(1..=MOST), help_heading = MIST)]
    pub(super) rate_limit: u32,

    /// Bytes of an answer that a client gets; a file may have 1 MiB [default: 60000]
    #[arg(long, env = "MISTMCP_MAX_RESULT_BYTES", value_name = "N")]
    #[arg(value_parser = whole::<u32>(2_000..=MOST), help_heading = ANSWERS)]
    pub(super) max_result_bytes: Option<u32>,

    /// Bytes of an answer that are read from Mist
    #[arg(long, env = "MISTMCP_MAX_RESPONSE_BYTES", default_value = "33554432", value_name = "N")]
    #[arg(value_parser = whole::<u32>(2_000..=MOST), help_heading = ANSWERS)]
    pub(super) max_response_bytes: u32,

    /// How answers are written
    #[arg(long, env = "MISTMCP_FORMAT", value_enum, default_value = "json", ignore_case = true)]
    #[arg(help_heading = ANSWERS)]
    pub(super) format: Format,

    /// Show passwords, keys and other secrets, which are hidden by default
    #[arg(long, env = "MISTMCP_SHOW_SECRETS", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(help_heading = ANSWERS)]
    pub(super) show_secrets: bool,
}

/// How clients reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Transport {
    /// Standard input and output, for one client that starts the server
    Stdio,
    /// HTTP, for many clients at once
    Http,
}

/// The value of `--env-file` that stands for no file, not even a found one.
pub(super) const NO_FILE: &str = "none";

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

const EXAMPLES: &str = "\
The API token has no flag, so that no process list shows it: set MIST_APITOKEN, in the environment or in a file (--env-file).
Several tokens, with commas between them, are used in turn. MISTMCP_REDIS_KEY, the secret that replicas share,
and MISTMCP_REDIS_PASSWORD have no flag either.

Examples:
  mistmcp --demo                               a server with a made-up network, to try a client
  mistmcp call getSelf --demo                  one call, its answer on the terminal
  mistmcp call listSiteRrmEvents site_id=\"Head Office\" band=5 duration=7d
  MIST_HOST=api.eu.mist.com mistmcp -m all     a server that lists every tool at once
  mistmcp --demo -t http -p 8000               over HTTP, at http://127.0.0.1:8000/mcp
  mistmcp tools sites_rrm                      the tools of a category, with their parameters
  mistmcp tools who changed something          the tools that fit a question
  mistmcp incidents                            the troubles that the made-up network can have

`mistmcp call --help` tells the exit codes.";

/// The command line, on which each flag of the program may stand before a subcommand and behind it, so that the arguments of
/// a server are those of `check` as well.
fn all_commands() -> clap::Command {
    Flags::command().mut_args(|arg| arg.global(true))
}

/// The command line as `--help` of this program shows it, without values of the environment and the `.env` file.
pub(super) fn own_command() -> clap::Command {
    help_visibility::of_subcommands(adapted::adapted(all_commands()))
}

/// The command line of mistmcp.
pub fn command() -> clap::Command {
    help_visibility::of_subcommands(all_commands())
}
