//! `mistmcp tools`: the categories, the tools of one, one tool, or those that a search finds.

mod json;
mod text;

use std::process::ExitCode;

use super::configuration::settings;
use super::exit::Exit;
use super::flags::{Flags, ToolsFlags};
use super::output;
use crate::catalog::{Category, Entry};
use crate::identity::name;
use crate::session::{Found, Mode, Settings, is_meta_tool};
use crate::suggestion::{did_you_mean, did_you_mean_tool, listed};

/// Maximum number of tools that a search prints.
const SHOWN: usize = 5;

/// The flags that decide which tools are allowed.
const ALLOWED: &str = "--categories, --tools and --without-tools";

/// The word for all extended categories.
const EXTENDED: &str = "extended";

/// What to print.
enum Shown<'a> {
    Categories(Vec<&'static Category>),
    OneCategory(&'static Category, Vec<&'a Entry>),
    OneTool(&'a Entry),
    Found(Found<'a>),
}

/// Prints the tools or the category that the words name.
pub(super) fn print(flags: &Flags, asked: &ToolsFlags) -> anyhow::Result<ExitCode> {
    let settings = settings(flags, Mode::All)?;
    let words = asked.words.join(" ");
    let shown = Shown::of(&settings, words.trim());
    if matches!(&shown, Shown::Categories(categories) if categories.is_empty()) {
        let left = listed(settings.tools().map(|entry| entry.tool().name));
        let left = if left.is_empty() { "no tool".to_owned() } else { left };
        output::error(&format!("error: {ALLOWED} together leave no such category: they leave {left}"));
        return Ok(Exit::Missing.into());
    }
    if let Shown::Found(found) = &shown {
        let meant = meant(&settings, words.trim());
        if let Some(error) = not_allowed(&settings, words.trim()) {
            output::error(&format!("error: {error}"));
            return Ok(Exit::Missing.into());
        }
        if let Some(category) = barred_category(&settings, words.trim()) {
            output::error(&format!(
                "error: the category `{}` exists, and is not allowed here: see {ALLOWED}",
                category.name
            ));
            return Ok(Exit::Missing.into());
        }
        if found.tools.is_empty() {
            output::error(&format!(
                "error: no category or tool is called `{words}`, and no tool fits it{}\n`{} tools` lists the \
                 categories",
                meant.unwrap_or_else(|| "; try other words".to_owned()),
                name()
            ));
            return Ok(Exit::Missing.into());
        }
        if let Some(note) = found.note() {
            output::error(&format!("note: {note}"));
        }
        if let Some(meant) = meant {
            output::error(&format!("note: no category or tool is called `{words}`{meant}"));
        }
    }
    if asked.json {
        output::print(format!("{:#}\n", json::of(&settings, &shown)).as_bytes())?;
    } else {
        output::print_styled(&text::of(&settings, &shown, output::width()))?;
        if output::is_terminal() {
            output::error(&text::next_step(&shown));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The error for a tool of this name that the operator's flags do not allow. `None` if they do, or if there is no such tool.
pub(super) fn not_allowed(settings: &Settings, name: &str) -> Option<String> {
    let has_name = |entry: &&Entry| entry.tool().name.eq_ignore_ascii_case(name);
    if settings.tools().any(|entry| has_name(&entry)) {
        return None;
    }
    let tool = settings.catalog().entries().iter().find(has_name)?.tool();
    Some(format!(
        "`{}` exists, in the category `{}`, and is not allowed here: see {ALLOWED}",
        tool.name, tool.category
    ))
}

/// The category of this name that the operator's flags do not allow.
fn barred_category(settings: &Settings, name: &str) -> Option<&'static Category> {
    let mut categories = settings.catalog().categories().iter();
    categories.find(|category| category.name.eq_ignore_ascii_case(name)).copied()
}

/// Prints one tool, for `mistmcp call TOOL --help`.
pub(super) fn help(flags: &Flags, tool: &str) -> anyhow::Result<ExitCode> {
    let settings = settings(flags, Mode::All)?;
    let Some(entry) = settings.tools().find(|entry| entry.tool().name.eq_ignore_ascii_case(tool)) else {
        return Ok(report_unknown(&settings, tool).into());
    };
    let text = text::of(&settings, &Shown::OneTool(entry), output::width());
    output::print_styled(&format!("{text}\n`{} call --help` shows the flags of `call`.\n", name()))?;
    Ok(ExitCode::SUCCESS)
}

/// Reports a tool that is not allowed, or one that is unknown and how to find one.
pub(super) fn report_unknown(settings: &Settings, tool: &str) -> Exit {
    if let Some(error) = not_allowed(settings, tool) {
        output::error(&format!("error: {error}"));
        return Exit::Missing;
    }
    if is_meta_tool(tool) {
        output::error(&format!(
            "error: `{tool}` is a tool of the MCP server alone: here `{program} tools QUESTION` finds tools, and `{program} \
             call TOOL` calls one",
            program = name()
        ));
        return Exit::Usage;
    }
    let meant = did_you_mean_tool(tool, settings.tools().map(|entry| entry.tool().name));
    let meant = meant.unwrap_or_else(|| ".".to_owned());
    output::error(&format!(
        "error: There is no tool `{}`{meant}\n`{program} tools` lists the categories, and `{program} tools QUESTION` finds \
         the tools for a question",
        crate::text::shortened(tool, 60),
        program = name()
    ));
    Exit::Usage
}

impl<'a> Shown<'a> {
    fn of(settings: &'a Settings, words: &str) -> Self {
        if words.is_empty() {
            return Self::Categories(settings.categories().collect());
        }
        if words.eq_ignore_ascii_case(EXTENDED) {
            return Self::Categories(settings.categories().filter(|category| category.extended).collect());
        }
        if let Some(category) =
            settings.categories().find(|category| category.name.eq_ignore_ascii_case(words))
        {
            return Self::OneCategory(category, of_category(settings, category).collect());
        }
        match settings.tools().find(|entry| entry.tool().name.eq_ignore_ascii_case(words)) {
            Some(entry) => Self::OneTool(entry),
            None => Self::Found(settings.search(words, SHOWN, None)),
        }
    }
}

fn of_category<'a>(settings: &'a Settings, category: &Category) -> impl Iterator<Item = &'a Entry> {
    settings.tools().filter(|entry| entry.tool().category == category.name)
}

/// The suggested name, if the words look like one.
fn meant(settings: &Settings, words: &str) -> Option<String> {
    let inside = words.get(1..).unwrap_or_default();
    let is_name = inside.contains('_') || inside.contains(|letter: char| letter.is_ascii_uppercase());
    let names = settings.categories().map(|category| category.name);
    let names = names.chain(settings.tools().map(|entry| entry.tool().name));
    did_you_mean(words, names).filter(|_| is_name && !words.contains(' '))
}
