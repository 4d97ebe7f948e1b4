use std::io;

use anyhow::bail;
use serde_json::Value;

use super::{Form, pages::Page, table};
use crate::cli::output;
use crate::reply::{Block, Content, File};

/// Prints one answer.
pub(super) fn print(content: Content, form: Form) -> anyhow::Result<()> {
    match content {
        Content::Text(text) => match (form, serde_json::from_str(&text)) {
            (Form::Table, Ok(value)) => in_table(value)?,
            (Form::Json, Ok(value)) if output::is_terminal() => {
                output::print(format!("{value:#}\n").as_bytes())?;
            }
            _ => output::print(format!("{text}\n").as_bytes())?,
        },
        Content::File(file) => self::file(&file)?,
        Content::Blocks(blocks) => output::print(blocks.iter().map(line).collect::<String>().as_bytes())?,
    }
    Ok(())
}

fn in_table(value: Value) -> io::Result<()> {
    let page = match Page::read(value) {
        Ok(page) => page,
        Err(value) => return output::print_styled(&table::of_one(&value, output::width())),
    };
    rows(&page)?;
    if page.next.is_some() {
        let of = page.total.map(|total| format!(" of {total}")).unwrap_or_default();
        output::error(&format!("{}{of} rows; --all-pages gets the others too", page.rows.len()));
    }
    Ok(())
}

/// Prints the rows of a list, and on standard error what else there is to say of it.
pub(super) fn rows(page: &Page) -> io::Result<()> {
    let table::Table { text, left_out } = table::of_rows(&page.rows, output::width());
    output::print_styled(&text)?;
    if page.rows.is_empty() {
        output::error("no rows");
    }
    if !left_out.is_empty() {
        output::error(&format!(
            "{} columns do not fit the terminal: {}; choose with fields=NAME,NAME, or print JSON",
            left_out.len(),
            crate::error::shortened(&left_out.join(", "), 150)
        ));
    }
    for name in ["note", "unknown_fields"] {
        if let Some(value) = page.about.get(name) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            output::error(&format!("{}: {value}", name.replace('_', " ")));
        }
    }
    Ok(())
}

fn file(file: &File) -> anyhow::Result<()> {
    // A terminal obeys some bytes.
    if output::is_terminal() && std::str::from_utf8(&file.bytes).is_err() {
        bail!("{} is no text ({} bytes): send it into a file, with `> {0}`", file.name, file.bytes.len());
    }
    Ok(output::print(&file.bytes)?)
}

/// Words as they are; of anything else what it is, for a terminal is no place for it.
fn line(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("{text}\n"),
        Block::Image(media) | Block::Audio(media) => {
            format!("[{}, {} bytes]\n", media.media_type, media.bytes.len())
        }
        Block::File(file) => format!("[{}, {} bytes]\n", file.name, file.bytes.len()),
    }
}
