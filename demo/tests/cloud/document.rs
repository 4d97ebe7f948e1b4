//! Mist's own document of its API.
//!
//! It is read from `MIST_OPENAPI`, or from `../shared/mist-api/openapi.json` beside the workspace.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, Write as _},
    path::PathBuf,
};

use serde_json::{Value, json};

/// Says it even where the test passes: what is printed then is kept back.
pub(crate) fn tell(line: &str) {
    drop(writeln!(io::stderr(), "{line}"));
}

/// The document, or nothing where there is none to read.
pub(crate) fn document() -> Option<Value> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/mist-api/openapi.json");
    let path = env::var_os("MIST_OPENAPI").map_or_else(beside, PathBuf::from);
    let Ok(text) = fs::read_to_string(&path) else {
        tell(&format!(
            "LEFT OUT: no Mist document at {}; set MIST_OPENAPI to check the schemas",
            path.display()
        ));
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// The schema of a path's answer, with the components it refers to.
pub(crate) fn schema(document: &Value, path: &str) -> Option<Value> {
    let mut response = &document["paths"][path]["get"]["responses"]["200"];
    if let Some(reference) = response["$ref"].as_str() {
        response = document.pointer(reference.trim_start_matches('#'))?;
    }
    let mut schema = response["content"]["application/json"].get("schema")?.clone();
    if path.ends_with("/setting/derived") {
        // The document's own schema cannot be met: it is the site's settings and, at once, an object all of
        // whose fields are accounts.
        schema = json!({ "$ref": "#/components/schemas/site_setting" });
    }
    if path.ends_with("/uisettings/derived") {
        // The document says that it answers the dashboards of the site and of the organization, and has the schema of one.
        let inherited = json!({ "$ref": "#/components/schemas/org_ui_settings" });
        schema = json!({ "type": "array", "items": { "anyOf": [schema, inherited] } });
    }
    if schema["$ref"] == "#/components/schemas/insight_metrics" {
        // The document wants no two samples alike, and counts are.
        schema = document["components"]["schemas"]["insight_metrics"].clone();
        schema["properties"]["results"] = json!({ "type": "array", "items": { "$ref": "#/components/schemas/insight_metrics_results_item" } });
    }
    if path.ends_with("/wan_clients/events/search") || path.ends_with("/otherdevices/events/search") {
        // Here the document has one event for the `results`, beside a total and a cursor: it means a list of them.
        let reference = schema["$ref"].as_str()?;
        schema = document.pointer(reference.trim_start_matches('#'))?.clone();
        schema["properties"]["results"] =
            json!({ "type": "array", "items": schema["properties"]["results"] });
    }
    let mut root = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [schema] });
    let (mut open, mut seen) = (references(&root), BTreeSet::new());
    while let Some(reference) = open.pop_first() {
        if !seen.insert(reference.clone()) {
            continue;
        }
        let name = reference.trim_start_matches("#/components/schemas/");
        let component = document["components"]["schemas"][name].clone();
        open.extend(references(&component));
        root["components"]["schemas"][name] = component;
    }
    Some(root)
}

/// The query parameters of a path: each name, and whether it is required.
pub(crate) fn parameters(document: &Value, path: &str) -> Vec<(String, bool)> {
    let path = &document["paths"][path];
    let lists = [&path["parameters"], &path["get"]["parameters"]];
    let parameters = lists.into_iter().filter_map(Value::as_array).flatten().map(|parameter| {
        let reference = parameter["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
        reference.map_or(parameter, |reference| document.pointer(reference).unwrap())
    });
    let queried = parameters.filter(|parameter| parameter["in"] == "query");
    queried.map(|it| (it["name"].as_str().unwrap().to_owned(), it["required"] == true)).collect()
}

fn references(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(members) => members.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}
