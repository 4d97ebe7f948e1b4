//! `mistmcp query`: SQL over the rows of tools, and its result in the form that was asked for.

use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use serde_json::{Map, Value, json};

use super::audit_log::CommandAudit;
use super::call::answer;
use super::call::arguments::of_pairs;
use super::call::pages::Page;
use super::call::progress::Progress;
use super::call::{Output, OutputFormat};
use super::configuration::Configuration;
use super::env_file::Environment;
use super::exit::Exit;
use super::flags::{Flags, QueryFlags, QueryOutput};
use super::{output, shutdown, tools};
use crate::identity::name;
use crate::query::{QueryAnswer, QueryResult};
use crate::reply::Rules;
use crate::session::Mode;
use crate::text::shortened;
use crate::{Arg, Call, Query, QueryTables, quote, text_file};

/// The tool that answers queries of clients: the name of this command in the audit log.
const TOOL: &str = "queryRows";

/// Runs a query, and prints its result.
pub(super) async fn run(
    flags: &Flags,
    environment: &Environment,
    asked: &QueryFlags,
) -> anyhow::Result<ExitCode> {
    let (query, arguments) = match read(asked) {
        Ok(read) => read,
        Err(error) => {
            output::error(&format!("error: {error:#}"));
            return Ok(Exit::Usage.into());
        }
    };
    // A terminal or a pipe needs no size limit, unlike a model's context.
    let rules =
        Rules { max_bytes: u32::MAX as usize, format: flags.format, show_secrets: flags.show_secrets };
    let stop = shutdown::on_signal()?;
    // All tools that the operator allows, whatever the loading mode.
    let read = Configuration::read(flags, environment, Mode::All);
    let configuration = shutdown::unless_stopped(&stop, read).await?;
    let configuration = configuration.with_rules(rules).with_extended();
    let session = configuration.session()?;
    for (table, source) in &query.tables.0 {
        if let Some(error) = tools::not_allowed(session.settings(), source.tool.trim()) {
            output::error(&format!("error: table `{}`: {error}", shortened(table, 60)));
            return Ok(Exit::Missing.into());
        }
    }
    let progress = Progress::new();
    let audit = CommandAudit::open(flags)?;
    let call = Call::new(stop.clone(), Some(progress.listener()));
    let by = (session.connection(), &call);
    let answered = audit.record(by, (TOOL, &arguments), Box::pin(session.query(&query, &call)), bytes).await;
    progress.end();
    audit.close().await;
    match answered {
        Ok(QueryAnswer::Columns(about)) => {
            if asked.explain {
                explain(&about, asked.output)?;
            } else {
                columns(&about, asked.output)?;
            }
            let is_whole = about["tables"].as_object().is_none_or(|tables| tell(tables, &["partial"]));
            Ok(if is_whole { ExitCode::SUCCESS } else { Exit::Failed.into() })
        }
        Ok(QueryAnswer::Rows(result)) => print(result, asked.output),
        Err(_) if stop.is_cancelled() => {
            output::error("error: interrupted");
            Ok(Exit::Interrupted.into())
        }
        Err(error) => {
            let is_known =
                |tool: &str| session.settings().tools().any(|entry| entry.tool().name == tool.trim());
            let hint = if query.tables.0.iter().all(|(_, source)| is_known(&source.tool)) {
                String::new()
            } else {
                format!(" `{} tools` lists the tools.", name())
            };
            output::error(&format!("error: {error}{hint}"));
            Ok(Exit::from(error.kind()).into())
        }
    }
}

/// The size of an answer as JSON.
fn bytes(answer: &QueryAnswer) -> usize {
    let json = match answer {
        QueryAnswer::Columns(tables) => serde_json::to_string(tables),
        QueryAnswer::Rows(result) => serde_json::to_string(&result.selected.rows),
    };
    json.map_or(0, |json| json.len())
}

/// The query of the flags, and the arguments with which the tool for queries would make it.
fn read(asked: &QueryFlags) -> anyhow::Result<(Query, Map<String, Value>)> {
    let mut tables: Vec<(&str, &str, Vec<String>)> = Vec::new();
    for from in &asked.from {
        let (name, tool) = from
            .split_once('=')
            .with_context(|| format!("{} is no table: write --from NAME=TOOL", quote::word(from)))?;
        let (name, tool) = (name.trim(), tool.trim());
        if name.is_empty() || tool.is_empty() {
            let missing = if name.is_empty() { "its name" } else { "its tool" };
            bail!("{} is a table without {missing}: write --from NAME=TOOL", quote::word(from));
        }
        tables.push((name, tool, Vec::new()));
    }
    for with in &asked.with {
        let named = tables.iter_mut().find_map(|(name, _, arguments)| {
            let rest = with.strip_prefix(*name)?.strip_prefix('.')?;
            Some((arguments, rest))
        });
        let Some((arguments, rest)) = named else { bail!(no_table(with, &asked.from)) };
        if !rest.contains('=') {
            bail!("`{0}` has no value: write --with {0}=VALUE", shortened(with, 100));
        }
        arguments.push(rest.to_owned());
    }
    let mut object = Map::new();
    for (name, tool, arguments) in tables {
        let source = json!({ "tool": tool, "arguments": of_pairs(&arguments)? });
        if object.insert(name.to_owned(), source).is_some() {
            bail!("{} is the name of two tables: give each --from a name of its own", quote::word(name));
        }
    }
    let object = Value::from(object);
    let tables = QueryTables::read(&object).map_err(|mismatch| anyhow!(mismatch.after("--from")))?;
    let sql = match asked.sql.as_deref() {
        _ if asked.explain => None,
        Some("-") => {
            let sql = text_file::read_stream(std::io::stdin().lock(), text_file::SMALL)
                .context("standard input, which `-` reads, cannot be read")?;
            if sql.trim().is_empty() {
                bail!(
                    "standard input, which `-` reads, is empty: write the SQL to it, or leave out `-` to print the columns"
                );
            }
            Some(sql)
        }
        sql => sql.map(str::to_owned),
    };
    let mut arguments = Map::from_iter([("tables".to_owned(), object)]);
    arguments.extend(sql.clone().map(|sql| ("sql".to_owned(), sql.into())));
    Ok((Query { tables, sql, max_calls: Some(asked.max_calls), ..Query::default() }, arguments))
}

/// The error of a `--with` that fits no table.
fn no_table(with: &str, from: &[String]) -> String {
    let tables: Vec<_> = from.iter().filter_map(|from| Some(from.split_once('=')?.0.trim())).collect();
    // The value may be a secret.
    let written = with.split_once('=').map_or(with, |(written, _)| written);
    match written.split_once('.') {
        Some((table, _)) => {
            let there_are = match tables.as_slice() {
                [] => "no --from names a table".to_owned(),
                [table] => format!("the only table is `{table}`"),
                tables => format!("the tables are {}", tables.join(", ")),
            };
            let table = shortened(table.trim(), 60);
            format!("--with {}: there is no table `{table}`; {there_are}", shortened(written, 100))
        }
        None => format!("`{}` names no argument: write --with NAME.ARGUMENT=VALUE", shortened(written, 100)),
    }
}

/// Prints these texts about the tables. Returns whether no rows are missing.
fn tell(tables: &Map<String, Value>, keys: &[&str]) -> bool {
    let mut is_whole = true;
    for (name, table) in tables {
        for key in keys {
            if let Some(text) = table.get(*key).and_then(Value::as_str) {
                output::error(&format!("{name}: {text}"));
                is_whole &= *key != "partial";
            }
        }
    }
    is_whole
}

/// Prints a result. Missing rows are reflected in the exit code.
fn print(result: QueryResult, format: QueryOutput) -> anyhow::Result<ExitCode> {
    let more = result.more(0);
    let QueryResult { selected, tables, calls } = result;
    let mut is_whole = tell(&tables, &["partial", "note"]);
    if more {
        output::error(&format!(
            "{} of {} rows; LIMIT and OFFSET show others",
            selected.rows.len(),
            selected.total
        ));
        is_whole = false;
    }
    let format = match format {
        QueryOutput::Json => {
            let value = json!({
                "results": selected.rows, "total": selected.total, "tables": tables, "calls": calls,
            });
            print_json(&value)?;
            None
        }
        QueryOutput::Table => Some(OutputFormat::Table),
        QueryOutput::Csv => Some(OutputFormat::Csv),
    };
    if let Some(format) = format {
        let total = Some(selected.total as u64);
        let page = Page { rows: selected.rows, total, next: None, about: Map::new() };
        answer::rows(
            &page,
            &Output { format, fields: selected.columns, network_flags: Vec::new(), form_flags: Vec::new() },
        )?;
    }
    Ok(if is_whole { ExitCode::SUCCESS } else { Exit::Failed.into() })
}

fn print_json(value: &Value) -> std::io::Result<()> {
    let text = if output::is_terminal() { format!("{value:#}\n") } else { format!("{value}\n") };
    output::print(text.as_bytes())
}

/// Prints the columns of the tables.
fn columns(about: &Value, format: QueryOutput) -> anyhow::Result<()> {
    if format == QueryOutput::Json {
        return Ok(print_json(about)?);
    }
    let of_table = |(table, about): (&String, &Value)| {
        let columns = about["columns"].as_object().cloned().unwrap_or_default();
        let row = |(name, about): (String, Value)| {
            let (kind, example) = about.as_str().and_then(|text| text.split_once(": ")).unwrap_or_default();
            json!({ "table": table, "column": name, "type": kind, "example": example })
        };
        columns.into_iter().map(row).collect::<Vec<_>>()
    };
    let rows = about["tables"].as_object().into_iter().flatten().flat_map(of_table).collect();
    rows_of(rows, &["table", "column", "type", "example"], format)
}

/// Prints the cost of the tables.
fn explain(about: &Value, format: QueryOutput) -> anyhow::Result<()> {
    if format == QueryOutput::Json {
        return Ok(print_json(about)?);
    }
    let row = |(table, about): (&String, &Value)| {
        let is_least = about.get("calls_at_least").is_some();
        let number = |name: &str| {
            if is_least { format!("at least {}", about[name]).into() } else { about[name].clone() }
        };
        json!({ "table": table, "rows": number("rows"), "calls": number("calls") })
    };
    let tables = about["tables"].as_object();
    rows_of(tables.into_iter().flatten().map(row).collect(), &["table", "rows", "calls"], format)?;
    let calls: u64 = tables.into_iter().flatten().filter_map(|(_, about)| about["calls"].as_u64()).sum();
    output::error(&format!(
        "calls of Mist's API: {calls}, of which {} were made for this estimate; {} are left in this hour",
        about["calls"], about["calls_left"]
    ));
    Ok(())
}

fn rows_of(rows: Vec<Value>, columns: &[&str], format: QueryOutput) -> anyhow::Result<()> {
    let page = Page { rows, total: None, next: None, about: Map::new() };
    let format = if format == QueryOutput::Csv { OutputFormat::Csv } else { OutputFormat::Table };
    let fields = columns.iter().map(|column| (*column).to_owned()).collect();
    Ok(answer::rows(&page, &Output { format, fields, network_flags: Vec::new(), form_flags: Vec::new() })?)
}
