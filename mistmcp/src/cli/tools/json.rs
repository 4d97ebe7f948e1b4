//! JSON output of `mistmcp tools`.

use serde_json::{Value, json};

use super::{Shown, of_category};
use crate::catalog::Entry;
use crate::session::Settings;

/// The categories, or tools as MCP lists them, each with its category.
pub(super) fn of(settings: &Settings, shown: &Shown<'_>) -> Value {
    match shown {
        Shown::Categories(categories) => {
            let categories = categories.iter().map(|category| {
                json!({
                    "name": category.name,
                    "description": settings.described(category.description),
                    "extended": category.extended,
                    "listed": category.listed,
                    "tools": of_category(settings, category).count(),
                })
            });
            json!({ "categories": categories.collect::<Vec<_>>() })
        }
        Shown::OneCategory(_, entries) => tools(settings, entries),
        Shown::Found(found) => tools(settings, &found.tools),
        Shown::OneTool(entry) => tools(settings, &[*entry]),
    }
}

fn tools(settings: &Settings, entries: &[&Entry]) -> Value {
    let tools = entries.iter().map(|entry| {
        let definition = settings.definition(entry);
        json!({
            "name": definition.name,
            "category": entry.tool().category,
            "title": definition.title,
            "description": definition.description,
            "inputSchema": definition.input_schema,
            "annotations": definition.annotations,
        })
    });
    json!({ "tools": tools.collect::<Vec<_>>() })
}
