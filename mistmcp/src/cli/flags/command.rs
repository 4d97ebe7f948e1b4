//! Subcommands of the command line and their flags.

use clap::{Args, Subcommand};
use clap_complete::Shell;

use super::number::{MOST, whole};
use crate::cli::check::CheckFlags;
use crate::cli::exit::CODES;
use crate::cli::install::InstallFlags;

/// The subcommands; without one, the program serves.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Check the settings, the cloud, the network and the token
    Check(CheckFlags),
    /// Put this server into a client's settings
    Install(InstallFlags),
    /// Call one tool and print its answer
    #[command(before_long_help = CALL_EXAMPLES, after_long_help = call_help())]
    Call(CallFlags),
    /// Query the rows of tools with SQL
    #[cfg(feature = "query")]
    #[command(before_long_help = QUERY_EXAMPLES, after_long_help = QUERY_HELP)]
    Query(QueryFlags),
    /// Show the categories, the tools of one, one tool, or those that fit a question
    #[command(before_long_help = TOOLS_EXAMPLES, after_long_help = TOOLS_HELP)]
    Tools(ToolsFlags),
    /// List the incidents that --demo-incident lays over the made-up network
    #[command(after_long_help = INCIDENTS_HELP)]
    Incidents(IncidentsFlags),
    /// Print what a shell needs to complete flags and names: `mistmcp completions bash`
    #[command(after_long_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page: `mistmcp man | man -l -`
    Man,
}

/// What to call, and in what form to print the answer.
#[derive(Debug, Args)]
pub(in crate::cli) struct CallFlags {
    /// The tool, such as `getSelf`; `mistmcp tools` finds it
    pub(in crate::cli) tool: String,

    /// Its arguments; a name given twice is a list
    #[arg(value_name = "NAME=VALUE", conflicts_with = "json")]
    pub(in crate::cli) arguments: Vec<String>,

    /// The arguments, as a JSON object (input only; --table and --csv set the output); `-` reads it from standard input, `@PATH` from a file
    #[arg(long, value_name = "OBJECT|-|@PATH")]
    pub(in crate::cli) json: Option<String>,

    /// Print a table in place of JSON: names in place of ids, and the columns that fit the terminal
    #[arg(long, conflicts_with = "csv")]
    pub(in crate::cli) table: bool,

    /// Print CSV in place of JSON, for a spreadsheet: a header, and a line for each row
    #[arg(long)]
    pub(in crate::cli) csv: bool,

    /// Keep only these fields of each row; with --table and --csv also the order of the columns
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    pub(in crate::cli) fields: Vec<String>,

    /// Follow `next` until there is none, and print the rows of all pages as one answer
    #[arg(long)]
    pub(in crate::cli) all_pages: bool,

    /// With --all-pages: how many pages to ask for at most
    #[arg(long, value_name = "N", default_value = "100", requires = "all_pages")]
    #[arg(value_parser = whole::<u32>(1..=MOST))]
    pub(in crate::cli) max_calls: u32,
}

/// A query, and in what form to print its result.
#[cfg(feature = "query")]
#[derive(Debug, Args)]
pub(in crate::cli) struct QueryFlags {
    /// One SELECT or WITH; `-` reads it from standard input. Without it, the columns of the tables are printed
    #[arg(value_name = "SQL")]
    pub(in crate::cli) sql: Option<String>,

    /// A table, and the tool that has its rows; may be given several times
    #[arg(long, value_name = "NAME=TOOL", required = true)]
    pub(in crate::cli) from: Vec<String>,

    /// An argument of a table's tool; a name given twice is a list
    #[arg(long, value_name = "NAME.ARGUMENT=VALUE")]
    pub(in crate::cli) with: Vec<String>,

    /// The form of the result
    #[arg(long, value_enum, default_value = "table")]
    pub(in crate::cli) output: QueryOutput,

    /// Print what fetching the tables costs, and do not run the query
    #[arg(long)]
    pub(in crate::cli) explain: bool,

    /// Calls of Mist's API at most; if the first page of each table shows that more are needed, the query ends there
    #[arg(long, value_name = "N", default_value_t = crate::query::MAX_CALLS)]
    #[arg(value_parser = whole::<u32>(0..=MOST))]
    pub(in crate::cli) max_calls: u32,
}

/// The form of a result.
#[cfg(feature = "query")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum QueryOutput {
    /// Columns for people
    Table,
    /// One JSON object with `results`, as an MCP client gets it
    Json,
    /// CSV for a spreadsheet
    Csv,
}

/// What to show of the tools.
#[derive(Debug, Args)]
pub(in crate::cli) struct ToolsFlags {
    /// A category, a tool, or a question in any words; without it, the categories
    #[arg(value_name = "CATEGORY|TOOL|QUESTION")]
    pub(in crate::cli) words: Vec<String>,

    /// Print JSON: `categories`, or `tools` as MCP lists them, each with its `category`
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// In what form to list the incidents.
#[derive(Debug, Args)]
pub(in crate::cli) struct IncidentsFlags {
    /// Print JSON: `incidents`, each with `name`, `title`, `half`, `question` and `expect`
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

fn call_help() -> String {
    format!("{CALL_HELP}\n\nExit codes:\n  {}", CODES.replace('\n', "\n  "))
}

const CALL_HELP: &str = "\
The answer goes to standard output: indented on a terminal, otherwise on one line. It is not cut, as it is for a \
model, unless --max-result-bytes says so.

--all-pages prints one JSON object with a row a line in `results`. Each page is a call of its own and may take \
--timeout; limit=1000 makes them fewer. It stops after --max-calls pages, and where a page is empty or comes again. \
Where it stops before the end, for that, by an error or by Ctrl-C, the object still ends well, its `next` holds the \
arguments that go on from there, and the exit code is not 0. Pages are never cut.

--table shows site, name and state first, and names in place of ids: those that a row has, and those of sites and \
devices, for which one list each is asked of Mist. Columns that do not fit the terminal are left out, the last ones first; \
in a pipe none is. Times are in UTC.

--csv is RFC 4180: commas, CRLF, UTF-8, always with a header. What is nested has a column by its path (radio_stat.band_5.channel), \
and a list is JSON. A text that a spreadsheet would take for a formula (=, +, -, @) gets an apostrophe before it; \
numbers stay. Ids and times are as Mist has them. A list without rows has a header where --fields names it.

--fields chooses the columns of both, in its order, and with it ids stay ids. In JSON it keeps only these fields, where the tool \
has a parameter `fields`. `mistmcp call TOOL --help` shows the parameters of a tool.";

const CALL_EXAMPLES: &str = "\
Examples:
  mistmcp call searchOrgSites name='Ber*' --table
  mistmcp call listSiteRrmEvents site_id=\"Head Office\" band=5 duration=7d
  mistmcp call searchOrgDevices type=ap --all-pages > devices.json
  mistmcp call listOrgDevicesStats --csv --fields name,status > devices.csv
  mistmcp call searchOrgAlarms --help
  mistmcp call getSelf --demo";

#[cfg(feature = "query")]
const QUERY_EXAMPLES: &str = "\
Examples:
  mistmcp query 'SELECT model, count(*) AS n FROM aps GROUP BY model' --from aps=listOrgDevicesStats --with aps.type=ap
  mistmcp query 'SELECT s.name, count(*) AS aps FROM aps a JOIN sites s ON s.id = a.site_id GROUP BY s.name' \\
    --from aps=listOrgDevicesStats --from sites=searchOrgSites --output csv
  mistmcp query --from aps=listOrgDevicesStats               the columns
  mistmcp query --from aps=listOrgDevicesStats --explain     the cost";

#[cfg(feature = "query")]
const QUERY_HELP: &str = "\
All rows of each table are fetched first, with names of sites and devices in place of ids as in `mistmcp call`. Nested \
fields are columns with dots, in double quotes: \"radio_stat.band_5.channel\". Lists are JSON for json_each, and true and \
false are 1 and 0. The SQL is SQLite's: one SELECT or WITH, of 10 seconds at most.

--output json prints `results`, `total`, `tables` with the rows and the age of each, and `calls`. With table and csv, what is \
missing from a table is told on standard error, and the exit code is 1.";

const TOOLS_EXAMPLES: &str = "\
Examples:
  mistmcp tools                              the categories
  mistmcp tools sites_rrm                    the tools of one
  mistmcp tools listSiteRrmEvents            one tool, with all of its parameters
  mistmcp tools which access points are offline
  mistmcp tools sites_rrm --json | jq -r '.tools[].name'";

const TOOLS_HELP: &str = "\
With --json, each of `categories` has `name`, `description`, `extended`, `listed` (in managed mode, from \
the start) and the number of its `tools`; each of \
`tools` has `name`, `category`, `title`, `description`, `inputSchema` and `annotations`. Where no tool fits well, the nearest ones are printed with a note. The exit code is 4 for a tool that is not allowed here, and where there are no tools.";

const INCIDENTS_HELP: &str = "\
Examples:
  mistmcp incidents
  mistmcp incidents --json | jq -r '.incidents[].name'
  mistmcp call searchOrgAlarms --demo --demo-incident NAME

With --json, each of `incidents` has its `name`, its `title`, its `half` of the evaluation (`train` or `test`), the `question`
that it raises (`tool` and `arguments`) and the `cause` and `object` that the answer is expected to name. --demo-overlay takes a file of the \
same form: docs/demo.md tells it.";

const COMPLETIONS_HELP: &str = "\
They hold the names of the tools and categories of this version, so renew them after an update.

In bash:
  mistmcp completions bash > ~/.local/share/bash-completion/completions/mistmcp
In zsh, with a folder of $fpath:
  mistmcp completions zsh > ~/.zfunc/_mistmcp
In fish:
  mistmcp completions fish > ~/.config/fish/completions/mistmcp.fish
In PowerShell:
  mistmcp completions powershell >> $PROFILE
In elvish, in rc.elv:
  eval (mistmcp completions elvish | slurp)";
