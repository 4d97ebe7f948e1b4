use std::fmt::Write;
use std::process::ExitCode;

use anyhow::bail;
use serde_json::Value;

use super::configuration::settings;
use super::flags::Flags;
use super::output;
use crate::catalog::{Category, Entry};
use crate::session::{Mode, Settings};
use crate::suggestion::did_you_mean;

/// Prints the categories, or the tools of one.
pub(super) fn print(flags: &Flags, category: Option<&str>) -> anyhow::Result<ExitCode> {
    let settings = settings(flags, Mode::All)?;
    let text = match category {
        None => categories(&settings),
        Some(name) => {
            let Some(category) =
                settings.categories().find(|category| category.name.eq_ignore_ascii_case(name))
            else {
                let names = settings.categories().map(|category| category.name);
                bail!(
                    "there is no category `{name}`{}\n`mistmcp tools` lists them",
                    did_you_mean(name, names)
                );
            };
            tools(&settings, category)
        }
    };
    output::print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

// Writing to a String cannot fail, so what `write!` returns is dropped throughout.

fn categories(settings: &Settings) -> String {
    let width = settings.categories().map(|category| category.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for category in settings.categories() {
        let count = of(settings, category).count();
        let _ = writeln!(text, "{:width$}  {count:>3}  {}", category.name, category.description);
    }
    text
}

fn tools(settings: &Settings, category: &Category) -> String {
    let mut text = format!("{}: {}\n", category.name, category.description);
    for entry in of(settings, category) {
        let _ =
            write!(text, "\n{}\n  {}\n", entry.tool().name, entry.tool().description.replace('\n', "\n  "));
        let schema = &entry.definition().input_schema;
        let Some(Value::Object(properties)) = schema.get("properties") else { continue };
        let width = properties.keys().map(String::len).max().unwrap_or(0);
        for (name, property) in properties {
            let required = schema
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|required| required.iter().any(|other| other == name));
            let mark = if required { '*' } else { ' ' };
            let _ = writeln!(text, "  {mark} {name:width$}  {}", about(property));
        }
    }
    text.push_str("\n* required\n");
    text
}

fn about(property: &Value) -> String {
    let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
    let values: Vec<_> = property
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut text = description.to_owned();
    if !values.is_empty() {
        let _ = write!(text, " One of: {}.", values.join(", "));
    }
    if let Some(default) = property.get("default") {
        let _ = write!(
            text,
            " Default: {}.",
            default.as_str().map_or_else(|| default.to_string(), str::to_owned)
        );
    }
    text
}

fn of<'a>(settings: &'a Settings, category: &'a Category) -> impl Iterator<Item = &'a Entry> {
    settings.catalog().entries().iter().filter(|entry| entry.tool().category == category.name)
}
