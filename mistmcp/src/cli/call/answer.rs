//! Output of one answer.

use std::io;

use anyhow::bail;
use serde_json::Value;

use super::{Output, OutputFormat, ToolCaller, csv, diagnosis, pages::Page, table};
use crate::cli::output as terminal;
use crate::reply::{self, Block, Content, File};

/// Prints one answer.
pub(super) async fn print(caller: &ToolCaller<'_>, content: Content, output: &Output) -> anyhow::Result<()> {
    match content {
        Content::Text(text) => match (output.format, serde_json::from_str(&text)) {
            (OutputFormat::Table | OutputFormat::Csv, Ok(value)) => laid_out(caller, value, output).await?,
            (OutputFormat::Json, Ok(value)) if terminal::is_terminal() => {
                terminal::print(format!("{value:#}\n").as_bytes())?;
            }
            _ => terminal::print(format!("{text}\n").as_bytes())?,
        },
        Content::File(file) => {
            if !output.fields.is_empty() || output.format == OutputFormat::Table {
                terminal::error(&format!(
                    "note: {} is a file, which is printed as it is: --fields and --table do not apply",
                    file.name
                ));
            }
            self::file(&file)?;
        }
        Content::Blocks(blocks) => terminal::print(blocks.iter().map(line).collect::<String>().as_bytes())?,
    }
    Ok(())
}

async fn laid_out(caller: &ToolCaller<'_>, mut value: Value, output: &Output) -> io::Result<()> {
    // What was taken for an argument is told of the call, and is no field of the object.
    let object = value.as_object_mut().filter(|object| !object.contains_key("results"));
    let taken = object.and_then(|object| object.shift_remove("taken"));
    if let Some(Value::String(taken)) = taken {
        terminal::error(&format!("taken: {taken}"));
    }
    let mut page = match Page::read(value) {
        Ok(page) => page,
        Err(value) if output.format == OutputFormat::Csv => {
            let rows = if let Value::Array(rows) = value { rows } else { vec![value] };
            return terminal::print(&csv::of_rows(&rows, &output.fields)?);
        }
        Err(value) => {
            if output.fields.is_empty()
                && let Some(text) = diagnosis::text(&value, terminal::width(), &output.network_flags)
            {
                return terminal::print_styled(&text);
            }
            return terminal::print_styled(&table::of_one(&value, &output.fields, terminal::width()));
        }
    };
    reply::put_times_into_rows(&mut page.rows, &page.about);
    caller.name(&mut page.rows, output).await;
    rows(&page, output)?;
    if page.next.is_some() {
        let of = page.total.map(|total| format!(" of {total}")).unwrap_or_default();
        terminal::error(&format!("{}{of} rows; --all-pages gets the others too", page.rows.len()));
    }
    Ok(())
}

/// Prints the rows of a list, and remarks about it on standard error.
pub(in crate::cli) fn rows(page: &Page, output: &Output) -> io::Result<()> {
    let left_out = if output.format == OutputFormat::Csv {
        terminal::print(&csv::of_rows(&page.rows, &output.fields)?)?;
        Vec::new()
    } else {
        let table::Table { text, left_out } = table::of_rows(&page.rows, &output.fields, terminal::width());
        terminal::print_styled(&text)?;
        left_out
    };
    if page.rows.is_empty() {
        let is_bare = output.format == OutputFormat::Csv && output.fields.is_empty();
        terminal::error(if is_bare {
            "no rows, and so no header: --fields NAME,NAME names the columns"
        } else {
            "no rows"
        });
    }
    if !left_out.is_empty() {
        let (are, them) = if left_out.len() == 1 { ("column does", "it") } else { ("columns do", "them") };
        terminal::error(&format!(
            "{} {are} not fit the terminal: {}. To see {them}, choose columns with --fields NAME,NAME, or print all of \
             them with --csv",
            left_out.len(),
            crate::text::shortened(&left_out.join(", "), 150)
        ));
    }
    for name in ["note", "unknown_fields", "known_fields", "fields_hint", "incomplete"] {
        if let Some(value) = page.about.get(name) {
            let names = value
                .as_array()
                .and_then(|names| names.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
            let value = match (value, names) {
                (_, Some(names)) => names.join(", "),
                (Value::String(text), None) => text.clone(),
                (value, None) => value.to_string(),
            };
            terminal::error(&format!("{}: {value}", name.replace('_', " ")));
        }
    }
    Ok(())
}

fn file(file: &File) -> anyhow::Result<()> {
    // Binary data may control a terminal.
    if terminal::is_terminal() && std::str::from_utf8(&file.bytes).is_err() {
        bail!("{} is no text ({} bytes): send it into a file, with `> {0}`", file.name, file.bytes.len());
    }
    Ok(terminal::print(&file.bytes)?)
}

/// Text as it is; a description of any other block.
fn line(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("{text}\n"),
        Block::Image(media) | Block::Audio(media) => {
            format!("[{}, {} bytes]\n", media.media_type, media.bytes.len())
        }
        Block::File(file) => format!("[{}, {} bytes]\n", file.name, file.bytes.len()),
    }
}
