//! `mistmcp call`: one tool, called as an MCP client calls it, and its answer in the form that was asked for.

mod answer;
mod arguments;
mod cells;
mod pages;
mod progress;
mod repeats;
mod table;

use std::io;
use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::configuration::Configuration;
use super::env_file::Environment;
use super::exit::Exit;
use super::flags::{CallFlags, Flags};
use super::{output, stop};
use crate::error::ErrorKind;
use crate::reply::{Content, Format, Rules};
use crate::session::{Mode, Session};
use crate::{Call, Error};
use progress::Progress;

/// Somebody's terminal or pipe holds what a model's context does not.
const NO_LIMIT: u32 = u32::MAX;

/// How the answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Toon,
    Table,
}

/// Calls a tool, and prints what it answers.
pub(super) async fn run(
    flags: &Flags,
    environment: &Environment,
    asked: &CallFlags,
) -> anyhow::Result<ExitCode> {
    let arguments = match arguments::read(asked) {
        Ok(arguments) => arguments,
        Err(error) => {
            output::error(&format!("error: {error:#}"));
            return Ok(Exit::Usage.into());
        }
    };
    let form = match flags.format {
        _ if asked.table => Form::Table,
        Format::Json => Form::Json,
        Format::Toon => Form::Toon,
    };
    let max_bytes = flags.max_result_bytes.filter(|_| !asked.all_pages).unwrap_or(NO_LIMIT);
    let rules = Rules {
        max_bytes: max_bytes as usize,
        // What is read again, to be joined or laid out, is JSON.
        format: if asked.table || asked.all_pages { Format::Json } else { flags.format },
        show_secrets: flags.show_secrets,
    };
    // Every tool that the operator allows, however a server would load it.
    let configuration = Configuration::read(flags, environment, Mode::All).await?.with_rules(rules);
    let session = configuration.session()?;
    let stop = stop::on_signal()?;
    let progress = Progress::new();
    let call = Caller { session, tool: &asked.tool, stop, progress };
    if asked.all_pages {
        return pages::print(&call, arguments, form, asked.max_calls).await;
    }
    match call.once(arguments).await {
        Ok(content) => {
            call.progress.end();
            answer::print(content, form)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Ok(call.failed(&error).into()),
    }
}

/// One tool, to be called once or more often.
struct Caller<'a> {
    session: Session,
    tool: &'a str,
    stop: CancellationToken,
    progress: Progress,
}

impl Caller<'_> {
    async fn once(&self, arguments: serde_json::Map<String, serde_json::Value>) -> crate::Result<Content> {
        let call = Call::new(self.stop.clone(), Some(self.progress.listener()));
        self.session.call(self.tool, arguments, &call).await.content
    }

    /// Says why there is no answer, and what to do about it.
    fn failed(&self, error: &Error) -> Exit {
        self.progress.end();
        if self.stop.is_cancelled() {
            output::error("error: interrupted");
            return Exit::Interrupted;
        }
        output::error(&format!("error: {error}"));
        match error.kind() {
            ErrorKind::Tool => {
                output::error("`mistmcp tools` finds tools, by category or by what you want to know");
            }
            ErrorKind::Arguments => {
                output::error(&format!("`mistmcp tools {}` tells its parameters", self.tool));
            }
            _ => {}
        }
        Exit::from(error.kind())
    }
}

/// Whether writing failed since nobody reads any more, which is the end and no error.
fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
