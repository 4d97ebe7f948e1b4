//! Command line: flags, environment, `.env` file, and the subcommands. The main type is
//! [`Program`].

mod accounts;
mod audit_log;
mod call;
mod check;
mod completions;
mod configuration;
mod demo;
mod env_file;
mod exit;
mod flags;
mod incidents;
mod install;
mod layout;
mod logging;
mod man;
mod oauth;
mod origin;
mod output;
#[cfg(feature = "query")]
mod query;
mod serve;
mod serve_http;
mod shell;
mod shutdown;
mod sighup;
mod tool_limit;
mod tools;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use rmcp::handler::server::ServerHandler;

use crate::Server;
use crate::identity::{Identity, token};
use crate::trace::Tracing;
use configuration::Configuration;
pub use flags::command;
use flags::{Command, Flags, Transport};

/// Runs the program with the tools that are linked into it: the whole of a server's `main`.
///
/// `--help` lists flags, variables and subcommands. The exit code is 0 for a clean end, 1 for a failure, and 2 for an invalid
/// command line or variable; `call --help` lists further ones.
pub fn main() -> ExitCode {
    Program::new().run()
}

/// A program with a name and defaults of its own, or with a handler of its own before the server.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     mistmcp::Program::new()
///         .name(env!("CARGO_PKG_NAME"))
///         .version(env!("CARGO_PKG_VERSION"))
///         .about("What I look at every morning in our Mist network.")
///         .default_to("cloud", "api.eu.mist.com")
///         .run()
/// }
/// ```
///
/// # Name and version
///
/// `serverInfo`, `--help`, `--version`, completions, the man page, log lines, the page at `/`, the `User-Agent`, the entries that
/// `install` makes, and the `service.name` of spans have the program's own name and version. Where it sets none, its name is that of
/// its executable, and its version that of the package which declares its categories. Variables keep the prefix
/// `MISTMCP_`, and metrics `mistmcp_`.
///
/// # Few tools
///
/// A program with at most [`Mode::FEW_TOOLS`] tools lists them all, and one with more has managed mode, unless `--mode`, its variable or
/// [`default_to`](Self::default_to) says otherwise. A tool with the key `essential` is listed in every mode.
///
/// [`Mode::FEW_TOOLS`]: crate::Mode::FEW_TOOLS
#[derive(Clone, Debug)]
pub struct Program {
    identity: Identity,
    defaults: Vec<(&'static str, &'static str)>,
}

impl Default for Program {
    fn default() -> Self {
        Self { identity: Identity::found(), defaults: Vec::new() }
    }
}

impl Program {
    /// The program as [`main`] runs it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The program's name. Characters other than letters, digits and `-_.+` become hyphens.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.identity.name = token(name);
        self
    }

    /// The program's version, in the same characters.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.identity.version = token(version);
        self
    }

    /// The name that clients show to people, where it is another one.
    #[must_use]
    pub fn title(mut self, title: &'static str) -> Self {
        self.identity.title = Some(title);
        self
    }

    /// What the program does, in a sentence or two: for `--help` and the page at `/`.
    #[must_use]
    pub fn about(mut self, about: &'static str) -> Self {
        self.identity.about = Some(about);
        self
    }

    /// Instructions for the model, before those of mistmcp on sites, times and lists.
    #[must_use]
    pub fn instructions(mut self, instructions: &'static str) -> Self {
        self.identity.instructions = Some(instructions);
        self
    }

    /// Makes the name, version and texts those of this process, and runs nothing: for a program that puts a
    /// [`Server`] together by itself. Call it first; the first identity of a process stays.
    pub fn identify(&self) {
        self.identity.set();
    }

    /// The value of a flag, by its long name, where neither the command line nor a variable nor a `.env` file has one.
    ///
    /// A name that is no flag, and a value that the flag does not take, stop the program at start as a wrong command line
    /// does, with exit code 2.
    #[must_use]
    pub fn default_to(mut self, flag: &'static str, value: &'static str) -> Self {
        self.defaults.push((flag, value));
        self
    }

    /// Runs it: the whole of a server's `main`, as [`main`] is.
    pub fn run(self) -> ExitCode {
        self.run_with(|server| server)
    }

    /// Runs the program with an MCP handler of its own: `handler` wraps the server of each session, or of each stateless
    /// request. Over HTTP the same checks apply.
    pub fn run_with<H: ServerHandler>(
        self,
        handler: impl Fn(Server) -> H + Send + Sync + 'static,
    ) -> ExitCode {
        self.identify();
        let arguments: Vec<_> = std::env::args_os().collect();
        let (flags, environment) = match flags::read(&arguments, &self.defaults) {
            Ok(read) => read,
            Err(error) => match help_of_tool(&error, &arguments, &self.defaults) {
                Some(code) => return code,
                None => return refuse(&error),
            },
        };
        logging::start(&flags);
        // `check` reports them itself.
        if !matches!(flags.command, Some(Command::Check(_) | Command::Completions { .. } | Command::Man)) {
            for told in flags.unknown_variables.iter().cloned().chain(environment.ignored()) {
                output::error(&format!("warning: {told}"));
            }
        }
        let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
        {
            Ok(runtime) => runtime,
            Err(error) => return fail(&anyhow::Error::new(error).context("the runtime cannot start")),
        };
        // An installed provider serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A subcommand serves no client, and is not traced.
        let tracing = match &flags.command {
            None => {
                tell_of_tracing(&environment);
                Tracing::start(runtime.handle(), crate::tool::endpoints())
            }
            Some(_) => Ok(Tracing::default()),
        };
        let tracing = match tracing {
            Ok(tracing) => tracing,
            Err(error) => return fail(&error),
        };
        let outcome = runtime.block_on(run(flags, &environment, tracing.around(handler)));
        tracing.end();
        // A blocked read of standard input must not keep the program alive.
        runtime.shutdown_timeout(Duration::from_millis(100));
        match outcome {
            Ok(code) => code,
            Err(error) => fail(&error),
        }
    }
}

/// The help of `call` with a tool: the description that `mistmcp tools` prints of it.
fn help_of_tool(
    error: &clap::Error,
    arguments: &[OsString],
    own: &[(&'static str, &'static str)],
) -> Option<ExitCode> {
    if error.kind() != ErrorKind::DisplayHelp {
        return None;
    }
    let is_help = |argument: &&OsString| *argument == "--help" || *argument == "-h";
    let others: Vec<_> = arguments.iter().filter(|argument| !is_help(argument)).cloned().collect();
    let (flags, _) = flags::read(&others, own).ok()?;
    let Some(Command::Call(asked)) = &flags.command else { return None };
    Some(tools::help(&flags, &asked.tool).unwrap_or_else(|error| fail(&error)))
}

async fn run<H: ServerHandler>(
    flags: Flags,
    environment: &env_file::Environment,
    handler: impl Fn(Server) -> H + Send + Sync + 'static,
) -> anyhow::Result<ExitCode> {
    // They are masked in what every command writes, used or not. What is wrong with them is told where they are used.
    let _ = configuration::tokens(environment);
    origin::check_blank(&flags.given)?;
    origin::check_quotation_marks(&flags.given)?;
    match &flags.command {
        Some(Command::Check(check)) => check::run(&flags, check, environment).await,
        Some(Command::Install(install)) => install::run(&flags, install, environment),
        Some(Command::Call(asked)) => call::run(&flags, environment, asked).await,
        #[cfg(feature = "query")]
        Some(Command::Query(asked)) => query::run(&flags, environment, asked).await,
        Some(Command::Tools(asked)) => tools::print(&flags, asked),
        Some(Command::Incidents(asked)) => incidents::print(asked),
        Some(Command::Completions { shell }) => completions::print(&flags, *shell),
        Some(Command::Man) => man::print(),
        None => {
            let stop = shutdown::on_signal()?;
            let read = Configuration::read(&flags, environment, flags.mode);
            let Some(configuration) = stop.run_until_cancelled(read).await else {
                return Ok(ExitCode::SUCCESS);
            };
            let configuration = configuration?;
            tool_limit::some_listed(&configuration.settings)?;
            let served = match flags.transport {
                Transport::Stdio => serve::serve(configuration, &flags, handler, stop).await,
                Transport::Http => serve_http::serve(configuration, &flags, environment, handler, stop).await,
            };
            served?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// OpenTelemetry's crates read their variables from the process's environment only.
fn tell_of_tracing(environment: &env_file::Environment) {
    if let Some(name) = environment.names_of_file().find(|name| name.starts_with("OTEL_")) {
        output::error(&format!(
            "warning: {name} in the env file is not read: variables of OpenTelemetry have to be set in the environment"
        ));
    }
}

/// Prints a mistake of the command line. Asking for help is none.
fn refuse(error: &clap::Error) -> ExitCode {
    // A value of a variable or a file may hold control characters.
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        output::error_styled(&text);
    } else {
        // If standard error is closed, the message is lost.
        let _ = output::print_styled(&text);
    }
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    output::error(&format!("error: {error:#}"));
    exit::Exit::from(error).into()
}
