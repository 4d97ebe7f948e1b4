//! The command line: flags, then the environment, then a `.env` file; and what each subcommand does.

mod call;
mod configuration;
mod env_file;
mod flags;
mod logging;
mod output;
mod serve;
mod serve_http;
mod stop;
mod tools;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::error::ErrorKind;
use rmcp::handler::server::ServerHandler;

use crate::Server;
use crate::session::Mode;
use configuration::Configuration;
use flags::{Command, Flags, Transport};

/// Runs the program with the tools that are linked into it: the whole of a server's `main`.
///
/// Flags, variables and subcommands are those that `--help` tells. The exit code is 0 for a clean end, 1 where
/// something failed, 2 where the command line or a variable is wrong.
pub fn main() -> ExitCode {
    Program::new().run()
}

/// A program with defaults of its own, or with a handler of its own before the server.
#[derive(Clone, Debug, Default)]
pub struct Program {
    defaults: Vec<(&'static str, &'static str)>,
}

impl Program {
    /// The program as [`main`] runs it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a flag, by its long name, where neither the command line nor a variable nor a `.env` file has one.
    #[must_use]
    pub fn default_to(mut self, flag: &'static str, value: &'static str) -> Self {
        self.defaults.push((flag, value));
        self
    }

    /// Runs it: the whole of a server's `main`, as [`main`] is.
    pub fn run(self) -> ExitCode {
        self.run_with(|server| server)
    }

    /// Runs it, and serves what `handler` makes of the server of each session, or of each request that stands for
    /// itself: over stdio, and over HTTP behind the same checks as ever.
    pub fn run_with<H: ServerHandler>(
        self,
        handler: impl Fn(Server) -> H + Send + Sync + 'static,
    ) -> ExitCode {
        let arguments: Vec<_> = std::env::args_os().collect();
        let (flags, environment) = match flags::read(&arguments, &self.defaults) {
            Ok(read) => read,
            Err(error) => return refuse(&error),
        };
        logging::start(&flags);
        let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
        {
            Ok(runtime) => runtime,
            Err(error) => return fail(&anyhow::Error::new(error).context("the runtime cannot start")),
        };
        let outcome = runtime.block_on(run(flags, &environment, handler));
        // A read of standard input that is still waiting must not keep the program alive.
        runtime.shutdown_timeout(Duration::from_millis(100));
        match outcome {
            Ok(code) => code,
            Err(error) => fail(&error),
        }
    }
}

async fn run<H: ServerHandler>(
    flags: Flags,
    environment: &env_file::Environment,
    handler: impl Fn(Server) -> H + Send + Sync + 'static,
) -> anyhow::Result<ExitCode> {
    // A provider that is there already serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match &flags.command {
        Some(Command::Tools { category }) => tools::print(&flags, category.as_deref()),
        Some(Command::Call { tool, arguments }) => {
            let (tool, arguments) = (tool.clone(), call::arguments(arguments)?);
            // Every tool that the operator allows, however a server would load it.
            let configuration = Configuration::read(&flags, environment, Mode::All).await?;
            call::print(&configuration, &tool, arguments).await
        }
        None => {
            let configuration = Configuration::read(&flags, environment, flags.mode).await?;
            let served = match flags.transport {
                Transport::Stdio => serve::serve(configuration, handler).await,
                Transport::Http => serve_http::serve(configuration, &flags.http, environment, handler).await,
            };
            served.context("the server stopped")?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Prints a mistake of the command line. Asking for help is none.
fn refuse(error: &clap::Error) -> ExitCode {
    // Where there is nowhere to print to, there is nobody to tell.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    output::error(&format!("error: {error:#}"));
    ExitCode::FAILURE
}
