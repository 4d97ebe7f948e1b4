//! Every answer fits the schema that Mist's document has for it.
//!
//! The document is read from `MIST_OPENAPI`, or from `../shared/mist-api/openapi.json` beside the workspace.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, Write as _},
    path::PathBuf,
};

use mistmcp_demo::{DemoCloud, ORG_ID};
use serde_json::{Value, json};

use crate::peer::Peer;

#[tokio::test]
async fn every_answer_fits_mists_document() {
    let Some(document) = document() else { return };
    let peer = Peer::start().await;
    let mut wrong = Vec::new();
    let mut checked = 0;
    for path in DemoCloud::paths() {
        let Some(schema) = schema(&document, path) else {
            tell(&format!("{path}: Mist's document has no schema for it"));
            continue;
        };
        if path.ends_with("/devices/export") || path.ends_with("/download") {
            // Bytes, whatever the document says.
            continue;
        }
        for address in addresses(&peer, path).await {
            let response = peer.ask(&address).await;
            let status = response.status();
            let body = response.text().await.unwrap();
            if !status.is_success() {
                wrong.push(format!("{path}: {status} {body} for {address}"));
                continue;
            }
            let answer: Value = serde_json::from_str(&body).unwrap();
            let nothing = answer.get("results").unwrap_or(&answer).as_array().is_some_and(Vec::is_empty);
            if nothing && address.ends_with(FIRST_SITE_MARK) {
                wrong.push(format!("{path}: nothing in it"));
            } else if nothing {
                // The document wants some lists never to be empty; a site without a Mist Edge has no events of it.
                continue;
            }
            checked += 1;
            wrong.extend(misfits(&schema, &answer).into_iter().map(|misfit| format!("{path}: {misfit}")));
        }
    }
    tell(&format!("{checked} answers of {} paths were checked", DemoCloud::paths().len()));
    wrong.dedup();
    assert!(wrong.is_empty(), "{} misfits:\n{}", wrong.len(), wrong.join("\n"));
}

/// Tells the addresses at the first site from those at the others: only there must every list hold something.
const FIRST_SITE_MARK: &str = "limit=1000";

/// Says it even where the test passes: what is printed then is kept back.
fn tell(line: &str) {
    drop(writeln!(io::stderr(), "{line}"));
}

fn document() -> Option<Value> {
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
fn schema(document: &Value, path: &str) -> Option<Value> {
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

fn misfits(schema: &Value, answer: &Value) -> Vec<String> {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    let misfits = validator.iter_errors(answer).map(|error| {
        let said = error.to_string();
        let instance = error.instance().to_string();
        format!(
            "{} {}: {}",
            error.instance_path(),
            &said[said.len().saturating_sub(300)..],
            &instance[..instance.len().min(200)]
        )
    });
    misfits.take(3).collect()
}

/// The path with its holes filled: at every site, and with the first thing that there is.
async fn addresses(peer: &Peer, path: &str) -> Vec<String> {
    let path = path.replace("{org_id}", ORG_ID);
    let mut open = if path.contains("{site_id}") {
        let sites = peer.rows("{org}/sites").await;
        sites.iter().map(|site| path.replace("{site_id}", site["id"].as_str().unwrap())).collect()
    } else {
        vec![path]
    };
    // One site's worth is enough where something must be looked up first.
    if open.iter().any(|path| path.contains('{')) {
        open.truncate(1);
    }
    let mut filled = Vec::new();
    for (number, mut path) in open.into_iter().enumerate() {
        while let Some(start) = path.find('{') {
            let end = path[start..].find('}').unwrap() + start;
            let value = value(peer, &path[..start], &path[start + 1..end]).await;
            path = format!("{}{value}{}", &path[..start], &path[end + 1..]);
        }
        let window = "start=-1w";
        filled.push(if number == 0 {
            format!("{path}?{window}&{}&{FIRST_SITE_MARK}", required(&path))
        } else {
            format!("{path}?{window}&{}", required(&path))
        });
    }
    filled
}

/// What a path cannot be asked without.
fn required(path: &str) -> &'static str {
    if path.contains("/insights") && !path.contains("/rogues") && !path.contains("fingerprints") {
        "metrics=num_clients"
    } else if path.ends_with("/troubleshoot") && path.contains("/calls/client/") {
        "meeting_id=none"
    } else {
        "detail="
    }
}

/// Something that fits a hole.
async fn value(peer: &Peer, before: &str, hole: &str) -> String {
    let before = before.trim_end_matches('/');
    let site = before.split("/sites/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let first = |rows: Vec<Value>, field: &str| {
        let row = rows.first().unwrap_or_else(|| panic!("nothing to fill {hole} of {before} with"));
        row[field].as_str().unwrap_or_else(|| panic!("no {field} to fill {hole} of {before} with")).to_owned()
    };
    match hole {
        "band" => "5".to_owned(),
        "device_id" => first(peer.rows(&format!("/api/v1/sites/{site}/devices")).await, "id"),
        "device_mac" if before.contains("otherdevices") => {
            first(peer.rows("{org}/otherdevices").await, "mac")
        }
        "device_mac" => first(peer.rows(&format!("/api/v1/sites/{site}/devices")).await, "mac"),
        "client_mac" => first(peer.rows(&format!("/api/v1/sites/{site}/clients/search")).await, "mac"),
        "guest_mac" => first(peer.rows(before).await, "mac"),
        "rogue_bssid" => first(peer.rows(&format!("/api/v1/sites/{site}/insights/rogues")).await, "bssid"),
        "usermac_id" => first(peer.rows("{org}/usermacs/search").await, "id"),
        "upgrade_id" if before.ends_with("/ssr/upgrade") => first(peer.rows("{org}/ssr/upgrade").await, "id"),
        "map_id" => first(peer.rows(&format!("/api/v1/sites/{site}/maps")).await, "id"),
        "scope" => "site".to_owned(),
        "scope_id" => site.to_owned(),
        "metric" if before.contains("/sle/") => "coverage".to_owned(),
        "metric" => "num_clients".to_owned(),
        "classifier" => "weak-signal".to_owned(),
        _ => first(peer.rows(before).await, "id"),
    }
}
