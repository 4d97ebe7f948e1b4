//! Text output of `mistmcp tools`.

use super::{Shown, of_category};
use crate::catalog::{Audience, Category, Entry, Parameter, one_line};
use crate::cli::layout::{Columns, bold, paragraph};
use crate::session::Settings;

/// Text for people, as wide as the terminal.
pub(super) fn of(settings: &Settings, shown: &Shown<'_>, width: Option<u16>) -> String {
    match shown {
        Shown::Categories(categories) => all_categories(settings, categories, width),
        Shown::OneCategory(category, entries) => {
            let about = category.about();
            let head = paragraph(&format!("{}: {}", category.name, settings.described(&about)), 0, width);
            let tools = entries.iter().map(|entry| {
                format!(
                    "\n{}\n{}{}",
                    bold(entry.tool().name),
                    paragraph(&settings.described(entry.tool().description), 2, width),
                    parameters(settings, entry, width)
                )
            });
            format!("{head}{}\n* required\n", tools.collect::<String>())
        }
        Shown::OneTool(entry) => one_tool(settings, entry, width),
        Shown::Found(found) => {
            let mut columns = Columns::new(0, width);
            for entry in &found.tools {
                let tool = entry.tool();
                columns.row([tool.name, tool.category, &one_line(&settings.described(tool.description))]);
            }
            columns.text()
        }
    }
}

/// The next step for a person at a terminal.
pub(super) fn next_step(shown: &Shown<'_>) -> String {
    let program = crate::identity::name();
    match shown {
        Shown::Categories(_) => {
            format!("\n`{program} tools` with a category, a tool or a question tells more.")
        }
        Shown::OneCategory(..) => format!("\n`{program} call TOOL NAME=VALUE` calls one."),
        Shown::OneTool(_) => "\nWith --demo it is asked of a made-up network.".to_owned(),
        Shown::Found(_) => format!("\n`{program} tools` with a tool's name tells its parameters."),
    }
}

fn all_categories(settings: &Settings, categories: &[&Category], width: Option<u16>) -> String {
    let mut columns = Columns::new(0, width);
    for category in categories {
        let count = of_category(settings, category).count();
        columns.row([category.name, &count.to_string(), &settings.described(&category.about())]);
    }
    columns.align_right(1);
    columns.text()
}

fn one_tool(settings: &Settings, entry: &Entry, width: Option<u16>) -> String {
    let (tool, definition) = (entry.tool(), entry.definition());
    let title = definition.title.as_deref().unwrap_or(tool.name);
    let extended = if entry.is_extended() { ", extended" } else { "" };
    let mut text = format!("{}  {title} ({}{extended})\n", bold(tool.name), tool.category);
    text += &paragraph(&settings.described(tool.description), 2, width);
    let parameters = parameters(settings, entry, width);
    if parameters.is_empty() {
        text += "\nIt takes no parameters.\n";
    } else {
        text.extend(["\n", &parameters, "\n* required\n"]);
    }
    let required = entry.parameters(Audience::Person).into_iter().filter(|parameter| parameter.required);
    let required = required.map(|parameter| format!(" {}=…", parameter.name));
    text + &format!("\n{} call {}{}\n", crate::identity::name(), tool.name, required.collect::<String>())
}

fn parameters(settings: &Settings, entry: &Entry, width: Option<u16>) -> String {
    let mut columns = Columns::new(2, width);
    for Parameter { name, kind, required, about } in entry.parameters(Audience::Person) {
        let mark = if required { '*' } else { ' ' };
        columns.row([format!("{mark} {name}"), kind, settings.described(&about).into_owned()]);
    }
    columns.text()
}
