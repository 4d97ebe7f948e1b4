//! `mistmcp call`: one tool, called as an MCP client calls it, and its answer in the form that was asked for.

pub(super) mod answer;
pub(super) mod arguments;
mod cells;
mod columns;
mod command_line;
mod csv;
mod diagnosis;
mod names;
pub(super) mod pages;
pub(super) mod progress;
mod repeats;
mod table;

use std::io;
use std::process::ExitCode;

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::audit_log::CommandAudit;
use super::configuration::Configuration;
use super::env_file::Environment;
use super::exit::Exit;
use super::flags::{CallFlags, Flags};
use super::{output, shutdown, tools};
use crate::argument::Lookup;
use crate::error::ErrorKind;
use crate::identity;
use crate::reply::{Content, Format, Rules};
use crate::session::{Mode, Session};
use crate::{Call, Error};
use names::Names;
use progress::Progress;

/// Terminals and pipes need no size limit, unlike a model's context.
const NO_LIMIT: u32 = u32::MAX;

/// How the answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputFormat {
    Json,
    Toon,
    Table,
    Csv,
}

/// Options of the printed answer.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) format: OutputFormat,
    /// The columns of a table or of CSV, where they were chosen.
    pub(super) fields: Vec<String>,
    /// The flags with which a further call asks the same network in the same way.
    pub(super) network_flags: Vec<String>,
    /// The flags with which a further call is printed alike.
    pub(super) form_flags: Vec<String>,
}

/// Calls a tool, and prints what it answers.
pub(super) async fn run(
    flags: &Flags,
    environment: &Environment,
    asked: &CallFlags,
) -> anyhow::Result<ExitCode> {
    let mut arguments = match arguments::read(asked) {
        Ok(arguments) => arguments,
        Err(error) => {
            output::error(&format!("error: {error:#}"));
            return Ok(Exit::Usage.into());
        }
    };
    let format = match flags.format {
        _ if asked.table => OutputFormat::Table,
        _ if asked.csv => OutputFormat::Csv,
        Format::Json => OutputFormat::Json,
        Format::Toon => OutputFormat::Toon,
    };
    let max_bytes = flags.max_result_bytes.filter(|_| !asked.all_pages).unwrap_or(NO_LIMIT);
    let rules = Rules {
        max_bytes: max_bytes as usize,
        // Output that is joined or laid out is parsed again, as JSON.
        format: if asked.table || asked.csv || asked.all_pages { Format::Json } else { flags.format },
        show_secrets: flags.show_secrets,
    };
    let stop = shutdown::on_signal()?;
    // All tools that the operator allows, whatever the loading mode.
    let read = Configuration::read(flags, environment, Mode::All);
    let configuration = shutdown::unless_stopped(&stop, read).await?;
    let configuration = configuration.with_rules(rules).with_extended();
    let session = configuration.session()?;
    let fields =
        match arguments::fields(asked, &mut arguments, session.settings().catalog().find(&asked.tool)) {
            Ok(fields) => fields,
            Err(error) => {
                output::error(&format!("error: {error:#}"));
                return Ok(Exit::Usage.into());
            }
        };
    let printed = Output {
        format,
        fields,
        network_flags: command_line::network_flags(flags),
        form_flags: command_line::form_flags(flags, asked),
    };
    let progress = Progress::new();
    let audit = CommandAudit::open(flags)?;
    let call = ToolCaller { session, tool: &asked.tool, stop, progress, audit };
    let outcome = print(&call, arguments, &printed, asked).await;
    call.audit.close().await;
    outcome
}

/// Prints the answer, or those of all pages.
async fn print(
    call: &ToolCaller<'_>,
    arguments: Map<String, Value>,
    printed: &Output,
    asked: &CallFlags,
) -> anyhow::Result<ExitCode> {
    if asked.all_pages {
        return pages::print(call, arguments, printed, asked.max_calls).await;
    }
    match call.once(arguments).await {
        Ok(content) => {
            call.progress.end();
            answer::print(call, content, printed).await?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Ok(call.failed(&error).into()),
    }
}

/// One tool, called once or repeatedly.
struct ToolCaller<'a> {
    session: Session,
    tool: &'a str,
    stop: CancellationToken,
    progress: Progress,
    audit: CommandAudit,
}

impl ToolCaller<'_> {
    async fn once(&self, arguments: Map<String, Value>) -> crate::Result<Content> {
        let call = Call::new(self.stop.clone(), Some(self.progress.listener()));
        // Boxed, because the future of a call is large.
        let outcome =
            Box::pin(async { self.session.call(self.tool, arguments.clone(), &call).await.content });
        let by = (self.session.connection(), &call);
        self.audit.record(by, (self.tool, &arguments), outcome, Content::len).await
    }

    /// Puts names in place of the ids in the rows of a table, unless its columns were chosen.
    async fn name(&self, rows: &mut [Value], output: &Output) {
        if output.format != OutputFormat::Table || !output.fields.is_empty() {
            return;
        }
        let organization = names::organization(rows).to_owned();
        let call = Call::new(self.stop.clone(), Some(self.progress.listener()));
        let mut names = Names::default();
        for lookup in names::wanted(rows) {
            let found = self.session.names_of(lookup, &organization, &call).await;
            match lookup {
                Lookup::Device => names.devices = found,
                Lookup::Site | Lookup::Org | Lookup::Msp => names.sites = found,
            }
        }
        self.progress.end();
        for row in rows {
            *row = names.put_into(row);
        }
    }

    /// Reports an error and its remedy.
    fn failed(&self, error: &Error) -> Exit {
        self.progress.end();
        if self.stop.is_cancelled() {
            output::error("error: interrupted");
            return Exit::Interrupted;
        }
        if error.kind() == ErrorKind::Tool {
            return tools::report_unknown(self.session.settings(), self.tool);
        }
        output::error(&format!("error: {error}"));
        if error.kind() == ErrorKind::Arguments {
            let program = identity::name();
            output::error(&format!("`{program} tools {}` shows the parameters of this tool", self.tool));
        }
        Exit::from(error.kind())
    }
}

/// Whether the reader has closed the pipe, which is not an error.
fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
