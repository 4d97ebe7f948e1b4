//! What each tool sends to Mist: `expected/requests.json`, which `cargo xtask generate` writes and Mist's own document is
//! held against.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use mistmcp_tests::{Launch, Lifecycle};
use serde_json::{Map, Value, json};

/// The request of one tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The path, its holes in braces; the last one may be optional: `{device_id?}`.
    pub(crate) path: String,
    /// The parameters that go into the query.
    pub(crate) query: Vec<String>,
}

/// A part of a path between two slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    Text(&'a str),
    Hole { name: &'a str, optional: bool },
}

impl Expected {
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.path.trim_start_matches('/').split('/').map(|segment| {
            match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                None => Segment::Text(segment),
                Some(hole) => match hole.strip_suffix('?') {
                    Some(name) => Segment::Hole { name, optional: true },
                    None => Segment::Hole { name: hole, optional: false },
                },
            }
        })
    }

    /// All parameters, those of the path first.
    pub(crate) fn parameters(&self) -> Vec<&str> {
        let holes = self.segments().filter_map(|segment| match segment {
            Segment::Hole { name, .. } => Some(name),
            Segment::Text(_) => None,
        });
        holes.chain(self.query.iter().map(String::as_str)).collect()
    }
}

/// The table: every tool that is an endpoint.
pub(crate) fn all() -> BTreeMap<String, Expected> {
    let text = std::fs::read_to_string(table()).unwrap();
    let table: Map<String, Value> = serde_json::from_str(&text).unwrap();
    let endpoints = table.into_iter().filter(|(_, entry)| !entry.is_null());
    let tools = endpoints.map(|(tool, entry)| {
        let path = entry["get"].as_str().unwrap().to_owned();
        let query = entry["query"].as_array().unwrap().iter();
        let query = query.map(|name| name.as_str().unwrap().to_owned()).collect();
        (tool, Expected { path, query })
    });
    tools.collect()
}

fn table() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("expected/requests.json")
}

/// Mist's document in short, where it is at hand.
fn mist_tools() -> Option<Vec<Value>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/mist-api/tools.json");
    let path = std::env::var_os("MIST_TOOLS").map_or(beside, PathBuf::from);
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

const LEFT_OUT: &str = "LEFT OUT: there is no tools.json of the Mist API; set MIST_TOOLS to its path";

/// Mist has moved this one to the sites since `tools.json` was made, and given it a parameter and a value more.
const MOVED: &str = "searchOrgClientFingerprints";

/// What Mist's document says of a tool, as the table has it.
fn of_mist(tool: &Value) -> Expected {
    assert_eq!(tool["method"], "GET", "{tool}");
    let mut path = tool["path"].as_str().unwrap().to_owned();
    if let Some(id) = tool.get("optional_id") {
        write!(path, "/{{{}?}}", id.as_str().unwrap()).unwrap();
    }
    let in_query = tool["params"].as_array().unwrap().iter().filter(|param| param["in"] == "query");
    let mut query: Vec<_> = in_query.map(|param| param["name"].as_str().unwrap().to_owned()).collect();
    if tool["tool"] == MOVED {
        query.push("search_after".to_owned());
    }
    Expected { path, query }
}

#[test]
fn the_expected_requests_are_those_of_mists_document() {
    let Some(tools) = mist_tools() else {
        eprintln!("{LEFT_OUT}");
        return;
    };
    let of_mist: BTreeMap<_, _> =
        tools.iter().map(|tool| (tool["tool"].as_str().unwrap().to_owned(), of_mist(tool))).collect();
    let mut written = all();
    for (tool, mut of_mist) in of_mist {
        let mut ours = written.remove(&tool).unwrap_or_else(|| panic!("{tool} is missing"));
        // Between parameters order means nothing.
        ours.query.sort();
        of_mist.query.sort();
        assert_eq!(ours, of_mist, "{tool}");
    }
}

#[tokio::test]
async fn schemas_have_the_types_values_and_defaults_of_mists_document() {
    let Some(document) = mist_tools() else {
        eprintln!("{LEFT_OUT}");
        return;
    };
    let client = Launch::new("--demo -m all").client(Lifecycle::Legacy).await;
    let mut wrong = Vec::new();
    for tool in client.tools().await {
        let Some(of_mist) = document.iter().find(|other| other["tool"] == *tool.name) else { continue };
        let schema = Value::Object((*tool.input_schema).clone());
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for param in of_mist["params"].as_array().unwrap() {
            let name = param["name"].as_str().unwrap();
            let property = &schema["properties"][name];
            let mut check = |what: &str, ours: &Value, mists: &Value| {
                if ours != mists {
                    wrong.push(format!("{} {name}: {what} is {ours}, Mist's is {mists}", tool.name));
                }
            };
            check("type", &property["type"], &param["type"]);
            // The document says `true`, but without it Mist answers the devices of all sites too.
            if (&*tool.name, name) != ("getOrgInventory", "unassigned") {
                check("default", &property["default"], &param["default"]);
            }
            if tool.name != MOVED {
                // An empty text among the values is read, but not shown: some model APIs refuse it.
                let mut values = param["enum"].clone();
                values.as_array_mut().into_iter().for_each(|values| values.retain(|value| value != ""));
                check("enum", &sorted(&property["enum"]), &sorted(&values));
            }
            let needed = param["required"] == true && name != "org_id";
            check("required", &required.contains(&json!(name)).into(), &needed.into());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn sorted(values: &Value) -> Value {
    let mut values: Vec<_> = values.as_array().into_iter().flatten().map(Value::to_string).collect();
    values.sort();
    json!(values)
}
