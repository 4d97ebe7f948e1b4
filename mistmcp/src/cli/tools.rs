use std::fmt::Write;
use std::process::ExitCode;

use anyhow::bail;

use super::configuration::settings;
use super::flags::Flags;
use super::output;
use crate::catalog::{Category, Entry, Parameter};
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
        let parameters = entry.parameters();
        let width = parameters.iter().map(|parameter| parameter.name.len()).max().unwrap_or(0);
        for Parameter { name, required, about } in parameters {
            let mark = if required { '*' } else { ' ' };
            let _ = writeln!(text, "  {mark} {name:width$}  {about}");
        }
    }
    text.push_str("\n* required\n");
    text
}

fn of<'a>(settings: &'a Settings, category: &'a Category) -> impl Iterator<Item = &'a Entry> {
    settings.catalog().entries().iter().filter(|entry| entry.tool().category == category.name)
}
