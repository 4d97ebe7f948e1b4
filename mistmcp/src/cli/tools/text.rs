use serde_json::{Map, Value};

use super::{Shown, of_category};
use crate::catalog::{Category, Entry};
use crate::cli::layout::{Columns, bold, paragraph};
use crate::session::Settings;

/// For people, as wide as their terminal.
pub(super) fn of(settings: &Settings, shown: &Shown<'_>, width: Option<u16>) -> String {
    match shown {
        Shown::Categories(categories) => all_categories(settings, categories, width),
        Shown::OneCategory(category, entries) => {
            let head = paragraph(&format!("{}: {}", category.name, category.description), 0, width);
            let tools = entries.iter().map(|entry| {
                format!(
                    "\n{}\n{}{}",
                    bold(entry.tool().name),
                    paragraph(entry.tool().description, 2, width),
                    parameters(entry, width)
                )
            });
            format!("{head}{}\n* required\n", tools.collect::<String>())
        }
        Shown::OneTool(entry) => one_tool(entry, width),
        Shown::Found(entries) => {
            let mut columns = Columns::new(0, width);
            for entry in entries {
                let tool = entry.tool();
                columns.row([tool.name, tool.category, &one_line(tool.description)]);
            }
            columns.text()
        }
    }
}

/// What somebody at a terminal can do next.
pub(super) fn next_step(shown: &Shown<'_>) -> &'static str {
    match shown {
        Shown::Categories(_) => "\n`mistmcp tools` with a category, a tool or a question tells more.",
        Shown::OneCategory(..) => "\n`mistmcp call TOOL NAME=VALUE` calls one.",
        Shown::OneTool(_) => "\nWith --demo it is asked of a made-up network.",
        Shown::Found(_) => "\n`mistmcp tools` with a tool's name tells its parameters.",
    }
}

fn all_categories(settings: &Settings, categories: &[&Category], width: Option<u16>) -> String {
    let mut columns = Columns::new(0, width);
    for category in categories {
        let count = of_category(settings, category).count();
        columns.row([category.name, &count.to_string(), category.description]);
    }
    columns.align_right(1);
    columns.text()
}

fn one_tool(entry: &Entry, width: Option<u16>) -> String {
    let (tool, definition) = (entry.tool(), entry.definition());
    let title = definition.title.as_deref().unwrap_or(tool.name);
    let mut text = format!("{}  {title} ({})\n", bold(tool.name), tool.category);
    text += &paragraph(tool.description, 2, width);
    let parameters = parameters(entry, width);
    if parameters.is_empty() {
        text += "\nIt takes no parameters.\n";
    } else {
        text.extend(["\n", &parameters, "\n* required\n"]);
    }
    let required = required(&definition.input_schema).map(|name| format!(" {name}=…"));
    text + &format!("\nmistmcp call {}{}\n", tool.name, required.collect::<String>())
}

fn parameters(entry: &Entry, width: Option<u16>) -> String {
    let schema = &entry.definition().input_schema;
    let Some(Value::Object(properties)) = schema.get("properties").filter(|all| !is_empty(all)) else {
        return String::new();
    };
    let mut columns = Columns::new(2, width);
    for (name, property) in properties {
        let mark = if required(schema).any(|other| other == name) { '*' } else { ' ' };
        columns.row([format!("{mark} {name}"), kind(property), about(property)]);
    }
    columns.text()
}

fn is_empty(properties: &Value) -> bool {
    properties.as_object().is_none_or(Map::is_empty)
}

fn required(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The type in a word or three.
fn kind(property: &Value) -> String {
    let named = |schema: &Value| schema.get("type").and_then(Value::as_str).map(str::to_owned);
    match (named(property).as_deref(), property.get("items")) {
        (Some("array"), Some(items)) => format!("list of {}", named(items).unwrap_or_default()),
        (Some("array"), None) => "list".to_owned(),
        (Some(kind), _) => kind.to_owned(),
        (None, _) => String::new(),
    }
}

/// What it means, which values there are, and what holds without it.
fn about(property: &Value) -> String {
    let mut sentences = Vec::new();
    let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
    if !description.is_empty() {
        sentences.push(format!("{}.", one_line(description.trim_end_matches('.'))));
    }
    let values = property.get("enum").or_else(|| property.get("items")?.get("enum"));
    if let Some(Value::Array(values)) = values {
        sentences.push(format!("One of: {}.", values.iter().map(plain).collect::<Vec<_>>().join(", ")));
    }
    for (keyword, words) in [("minimum", "At least"), ("maximum", "At most"), ("default", "Default:")] {
        sentences.extend(property.get(keyword).map(|value| format!("{words} {}.", plain(value))));
    }
    sentences.join(" ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_parameter_tells_its_meaning_its_values_and_its_default() {
        let band = json!({ "type": "string", "description": "Band.", "enum": ["5", "24"], "default": "5" });
        assert_eq!(
            (kind(&band), about(&band)),
            ("string".to_owned(), "Band. One of: 5, 24. Default: 5.".to_owned())
        );
        let kinds = json!({ "type": "array", "items": { "type": "string", "enum": ["ap"] } });
        assert_eq!((kind(&kinds), about(&kinds)), ("list of string".to_owned(), "One of: ap.".to_owned()));
        let page = json!({ "type": "integer", "minimum": 1, "default": 1 });
        assert_eq!(about(&page), "At least 1. Default: 1.");
    }
}
