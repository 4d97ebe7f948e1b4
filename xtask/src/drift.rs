//! Where the tools differ from Mist's document.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use mistmcp::serde_json::Value;
use mistmcp::{Catalog, Entry, Run};

use crate::document::{Document, Parameter};
use crate::uncovered_endpoints;

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn print(catalog: &Catalog, path: &Path) -> Result<ExitCode> {
    let document = Document::read(path)?;
    let differences: Vec<_> =
        catalog.entries().iter().flat_map(|entry| differences(entry, &document)).collect();
    let problems = uncovered_endpoints::problems(
        catalog,
        &document,
        uncovered_endpoints::UNCOVERED,
        &uncovered_endpoints::UNDOCUMENTED,
    );
    for line in differences.iter().chain(&problems) {
        println!("{line}");
    }
    println!(
        "{} tools, {} GETs left out, Mist's document {}: {} differences, {} unaccounted",
        catalog.entries().len(),
        uncovered_endpoints::count(),
        document.version(),
        differences.len(),
        problems.len()
    );
    Ok(if differences.is_empty() && problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What differs between a tool and the operation behind it, a line each.
pub(crate) fn differences(entry: &Entry, document: &Document) -> Vec<String> {
    let tool = entry.tool();
    let Run::Endpoint(endpoint) = &tool.run else { return Vec::new() };
    let method = endpoint.method.as_str().to_ascii_lowercase();
    let (list, one) = match endpoint.path.rsplit_once('/') {
        Some((list, hole)) if hole.ends_with("?}") => {
            (list.to_owned(), Some(endpoint.path.replace("?}", "}")))
        }
        _ => (endpoint.path.to_owned(), None),
    };
    let Some(wanted) = document.parameters(&list, &method) else {
        return vec![format!("{}: Mist has no {} {list}", tool.name, endpoint.method)];
    };
    let mut found = Vec::new();
    if let Some(one) = &one
        && document.parameters(one, &method).is_none()
    {
        found.push(format!("{}: Mist has no {} {one}", tool.name, endpoint.method));
    }
    if let Some(is_list) = document.answers_list(&list, &method)
        && is_list != entry.answers_list()
        && tool.name != ONE_AS_A_LIST
    {
        let (ours, mists) = if is_list { ("an object", "a list") } else { ("a list", "an object") };
        found.push(format!("{}: answers {ours}, and {mists} in Mist's document", tool.name));
    }
    let optional_id =
        one.as_deref().and_then(|path| path.rsplit_once("/{")).map(|(_, id)| id.trim_end_matches('}'));
    let schema = &entry.definition().input_schema;
    let empty = mistmcp::serde_json::Map::new();
    let ours = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    for (name, parameter) in &wanted {
        match ours.get(name) {
            None => found.push(format!("{}: lacks `{name}`", tool.name)),
            Some(property) => {
                let required = schema
                    .get("required")
                    .and_then(Value::as_array)
                    .is_some_and(|required| required.iter().any(|other| other == name));
                let hole = endpoint.path.contains(&format!("{{{name}}}"));
                let mut problems = compare(name, property, required, hole, parameter);
                if (tool.name, name.as_str()) == WITHOUT_DEFAULT {
                    problems.retain(|problem| !problem.contains("when left out"));
                }
                found
                    .extend(problems.into_iter().map(|problem| format!("{}: `{name}` {problem}", tool.name)));
            }
        }
    }
    // The server picks fields itself.
    let own = |name: &str| name == "fields" || Some(name) == optional_id;
    for name in ours.keys().filter(|name| !wanted.contains_key(*name) && !own(name)) {
        found.push(format!("{}: has `{name}`, which Mist does not", tool.name));
    }
    found
}

/// It answers one recording, though Mist's document says a list of them.
const ONE_AS_A_LIST: &str = "getSiteRfdiagRecording";
/// Without it Mist answers the devices of all sites too, though its document says that `true` is taken.
const WITHOUT_DEFAULT: (&str, &str) = ("getOrgInventory", "unassigned");

fn compare(name: &str, property: &Value, required: bool, hole: bool, parameter: &Parameter) -> Vec<String> {
    let mut problems = Vec::new();
    if (parameter.place == "path") != hole {
        problems.push(format!("goes into the {} in Mist's document", parameter.place));
    }
    // The server finds the organization or MSP where none is named.
    if required != parameter.required && name != "org_id" && name != "msp_id" {
        problems.push(format!(
            "is {} in Mist's document",
            if parameter.required { "required" } else { "optional" }
        ));
    }
    let kind = property["type"].as_str();
    if parameter.kind.is_some() && kind != parameter.kind.as_deref() {
        problems.push(format!("is of type {:?}, and {:?} in Mist's document", kind, parameter.kind));
    }
    let mut values: Option<Vec<String>> = property["enum"]
        .as_array()
        .map(|values| values.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let mut wanted = parameter.values.clone();
    for list in [&mut values, &mut wanted].into_iter().flatten() {
        list.sort();
    }
    if values != wanted {
        problems.push(format!("takes {values:?}, and {wanted:?} in Mist's document"));
    }
    let default = property.get("default");
    if default != parameter.default.as_ref()
        && parameter.default.as_ref().is_some_and(|default| *default != "")
    {
        problems
            .push(format!("is {default:?} when left out, and {:?} in Mist's document", parameter.default));
    }
    problems
}
