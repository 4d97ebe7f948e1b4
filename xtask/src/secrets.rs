//! Fields of Mist's answers that may be secrets by their name: each has to be hidden, or to have been looked at and found harmless.

mod forms;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use mistmcp::__private::hides;
use mistmcp::serde_json::Value;
use mistmcp::{Catalog, Run};

use crate::document::Document;
pub(crate) use forms::print as print_forms;

/// Parts of names, more than what is hidden: `auth_key`, `conductor_token`, `claim_code`.
const NAMES: [&str; 32] = [
    "apikey",
    "bearer",
    "cak",
    "claim",
    "cli_",
    "cmd",
    "command",
    "communit",
    "cookie",
    "cred",
    "header",
    "jwt",
    "kek",
    "key",
    "mack",
    "magic",
    "nonce",
    "otp",
    "pass",
    "pin",
    "private",
    "psk",
    "pwd",
    "salt",
    "secret",
    "seed",
    "shared",
    "signature",
    "ssh",
    "token",
    "wep",
    "wpa",
];
/// The same of descriptions.
const DESCRIPTIONS: [&str; 12] = [
    "api key",
    "authentication key",
    "claim code",
    "confidential",
    "credential",
    "encryption key",
    "passphrase",
    "password",
    "private key",
    "secret",
    "shared key",
    "token",
];
/// Fields that were looked at, a line each: the name, or the field around it, a dot and the name; then why.
const HARMLESS: &str = include_str!("secrets/harmless.txt");

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn print(catalog: &Catalog, path: &Path) -> Result<ExitCode> {
    let document = Document::read(path)?;
    let (problems, looked_at) = problems(&fields(catalog, &document), HARMLESS);
    for problem in &problems {
        println!("{problem}");
    }
    println!(
        "Mist's document {}: {looked_at} fields may be secrets by their name, {} problems",
        document.version(),
        problems.len()
    );
    if problems.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("hide a field in mistmcp/src/reply/secrets.rs, or add it to xtask/src/secrets/harmless.txt");
    Ok(ExitCode::FAILURE)
}

/// A field that may hold a text: the field around it, and its name.
type Field = (String, String);

/// Why a field may be a secret, and a tool that answers it.
#[derive(Debug, PartialEq)]
struct Suspicion {
    reason: String,
    tool: &'static str,
}

/// What is wrong, and how many fields were looked at for it.
fn problems(fields: &BTreeMap<Field, Suspicion>, harmless: &str) -> (Vec<String>, usize) {
    let lines = harmless.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let harmless: BTreeSet<_> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    let mut needed = BTreeSet::new();
    let mut problems = Vec::new();
    for ((inside, name), suspicion) in fields {
        if hides(inside, name) {
            continue;
        }
        let precise = format!("{inside}.{name}");
        match [name, &precise].into_iter().find(|entry| harmless.contains(entry.as_str())) {
            Some(entry) => {
                needed.insert(entry.clone());
            }
            None => problems.push(format!("{precise}: {} ({})", suspicion.reason, suspicion.tool)),
        }
    }
    let idle = harmless.iter().filter(|entry| !needed.contains(**entry));
    problems.extend(idle.map(|entry| format!("{entry}: is in harmless.txt, and nothing needs it")));
    (problems, fields.len())
}

/// All fields that may be secrets, of the answers of the tools.
fn fields(catalog: &Catalog, document: &Document) -> BTreeMap<Field, Suspicion> {
    let mut walk = Walk { document, found: BTreeMap::new(), tool: "", within: Vec::new() };
    for entry in catalog.entries() {
        let Run::Endpoint(endpoint) = &entry.tool().run else { continue };
        walk.tool = entry.tool().name;
        let method = endpoint.method.as_str().to_ascii_lowercase();
        let whole = endpoint.path.replace("?}", "}");
        let list = endpoint.path.rsplit_once('/').filter(|(_, hole)| hole.ends_with("?}"));
        for path in list.map(|(list, _)| list).into_iter().chain([whole.as_str()]) {
            for schema in document.answers(path, &method) {
                walk.schema("", schema);
            }
        }
    }
    walk.found
}

struct Walk<'a> {
    document: &'a Document,
    found: BTreeMap<Field, Suspicion>,
    tool: &'static str,
    /// The schemas that this one is in, some of which refer to themselves.
    within: Vec<*const Value>,
}

impl Walk<'_> {
    /// Looks through a schema of what is inside a field.
    fn schema(&mut self, inside: &str, schema: &Value) {
        let document = self.document;
        let schema = document.resolve(schema);
        if self.within.contains(&std::ptr::from_ref(schema)) {
            return;
        }
        self.within.push(schema);
        for part in ["allOf", "oneOf", "anyOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
            self.schema(inside, part);
        }
        if schema["items"].is_object() {
            self.schema(inside, &schema["items"]);
        }
        if schema["additionalProperties"].is_object() {
            self.schema("*", &schema["additionalProperties"]);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let resolved = document.resolve(property);
            let description = property["description"].as_str().or(resolved["description"].as_str());
            if has_text(document, resolved)
                && let Some(reason) = suspicion(name, resolved, description.unwrap_or_default())
            {
                let field = (inside.to_owned(), name.clone());
                self.found.entry(field).or_insert(Suspicion { reason, tool: self.tool });
            }
            if !hides(inside, name) {
                self.schema(name, property);
            }
        }
        self.within.pop();
    }
}

/// Whether there is a text here itself, or in a list or a map of texts. What is inside an object is looked at by its
/// own name.
fn has_text(document: &Document, schema: &Value) -> bool {
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return !["properties", "allOf", "oneOf", "anyOf"].iter().any(|key| schema.get(*key).is_some()),
    };
    kinds.iter().any(|kind| match *kind {
        "string" => true,
        "array" => has_text(document, document.resolve(&schema["items"])),
        "object" => {
            let values = &schema["additionalProperties"];
            schema.get("properties").is_none()
                && (!values.is_object() || has_text(document, document.resolve(values)))
        }
        _ => false,
    })
}

/// Why a field may be secret, if it may.
fn suspicion(name: &str, schema: &Value, description: &str) -> Option<String> {
    if schema["format"] == "password" {
        return Some("is a password by its format".to_owned());
    }
    let lower = name.to_ascii_lowercase();
    if let Some(part) = NAMES.iter().find(|part| lower.contains(**part)) {
        return Some(format!("has `{part}` in its name"));
    }
    let lower = description.to_ascii_lowercase();
    let words = DESCRIPTIONS.iter().find(|words| lower.contains(**words))?;
    Some(format!("has `{words}` in its description"))
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    /// What is found in an answer of `listOrgWlans` with these fields.
    fn found(properties: &Value) -> BTreeMap<Field, Suspicion> {
        let catalog = Catalog::gather().unwrap();
        let schema = json!({ "type": "array", "items": { "$ref": "#/components/schemas/wlan" } });
        let answer = json!({ "content": { "application/json": { "schema": schema } } });
        let document = Document::of(json!({
            "paths": { "/api/v1/orgs/{org_id}/wlans": { "get": { "responses": { "200": answer } } } },
            "components": { "schemas": { "wlan": { "type": "object", "properties": properties } } },
        }));
        fields(&catalog, &document)
    }

    fn problem_lines(properties: &Value, harmless: &str) -> Vec<String> {
        problems(&found(properties), harmless).0
    }

    #[test]
    fn a_new_secret_is_found_by_its_name_its_description_and_its_format() {
        for (name, property) in [
            ("shared_hmac", json!({ "type": "string" })),
            ("greeting", json!({ "type": "string", "description": "Shown with the password" })),
            ("greeting", json!({ "type": ["string", "null"], "format": "password" })),
            ("token_kinds", json!({ "type": "array", "items": { "type": "string" } })),
            ("token_kinds", json!({ "type": "object", "additionalProperties": { "type": "string" } })),
        ] {
            let problems = problem_lines(
                &json!({ "auth": { "type": "object", "properties": { (name): property } } }),
                "",
            );
            assert!(
                problems.len() == 1 && problems[0].starts_with(&format!("auth.{name}: ")),
                "{problems:?}"
            );
        }
    }

    #[test]
    fn what_is_hidden_or_looked_at_or_no_text_is_no_problem() {
        let text = json!({ "type": "string" });
        assert_eq!(problem_lines(&json!({ "psk": text }), ""), [""; 0]);
        assert_eq!(problem_lines(&json!({ "token_ttl": { "type": "integer" } }), ""), [""; 0]);
        assert_eq!(problem_lines(&json!({ "token_kind": text }), "# why\n\ntoken_kind  its kind"), [""; 0]);
        let inside = json!({ "auth": { "type": "object", "properties": { "token_kind": text } } });
        assert_eq!(problem_lines(&inside, "auth.token_kind  its kind"), [""; 0]);
    }

    #[test]
    fn what_nothing_needs_is_not_to_stay_in_the_list() {
        let problems = problem_lines(&json!({ "name": { "type": "string" } }), "token_kind  its kind");
        assert!(problems[0].contains("nothing needs it"), "{problems:?}");
    }

    #[test]
    fn a_schema_inside_itself_is_walked_once() {
        let found = found(
            &json!({ "key_hint": { "type": "string" }, "next": { "$ref": "#/components/schemas/wlan" } }),
        );
        assert_eq!(found.len(), 1);
    }
}
