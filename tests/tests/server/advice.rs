//! No text that a session gets names a tool that it cannot call, and errors say what there is.

mod arguments;

use std::collections::BTreeSet;

use mistmcp::{Catalog, Mode, Session, Settings};
use mistmcp_tests::Answer;
use serde_json::{Map, Value, json};

use crate::process::{Process, call};

const ORG: &str = "0a000000-0000-4000-8000-000000000001";
const SITE: &str = "05000000-0000-4000-8000-000000000001";
const CONTROLS: [&str; 3] = ["manageMcpTools", "findTools", "callTool"];
/// What the names of tools begin with.
const VERBS: [&str; 9] =
    ["get", "list", "search", "count", "find", "call", "manage", "troubleshoot", "convert"];
/// Mist's names of operations that a description says are no tools here.
const NO_TOOLS: [&str; 2] = ["getSiteSleSummaryTrend", "getSiteSleClassifierSummaryTrend"];

/// The names of tools in a text: whatever is written as one.
fn tools_in(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| {
        let verb = VERBS.iter().find_map(|verb| word.strip_prefix(verb));
        verb.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()))
            && !NO_TOOLS.contains(word)
    })
}

/// The tools that the policy of a session allows.
type Allowed = fn(&str) -> bool;

/// The tools that a session can call, at once or by `callTool`.
fn callable(session: &Session, allowed: Allowed) -> BTreeSet<&'static str> {
    let settings = session.settings();
    let reached: BTreeSet<_> = settings.categories().map(|category| category.name).collect();
    let tools = settings.catalog().entries().iter().map(mistmcp::Entry::tool);
    let mut names: BTreeSet<_> =
        tools.filter(|tool| reached.contains(tool.category)).map(|tool| tool.name).collect();
    names.insert("getSelf");
    names.retain(|name| allowed(name));
    if settings.mode() == Mode::Managed {
        names.extend(CONTROLS);
    }
    names
}

/// Arguments of which each required one has some value.
fn some_arguments(definition: &mistmcp::rmcp::model::Tool) -> Value {
    let schema = &definition.input_schema;
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let value = |name: &str| match name {
        "site_id" => json!(SITE),
        "device_id" => json!("00000000-0000-0000-1000-5c5b35000001"),
        name if name.ends_with("_id") => json!(ORG),
        name if name.contains("mac") => json!("5c5b35000001"),
        name => match schema["properties"][name].get("enum") {
            Some(values) => values[0].clone(),
            None => json!("1"),
        },
    };
    required
        .iter()
        .filter_map(Value::as_str)
        .map(|name| (name.to_owned(), value(name)))
        .collect::<Map<_, _>>()
        .into()
}

/// Every text that a session gives, with what it was given for.
async fn texts(
    process: &Process,
    session: &Session,
    allowed: Allowed,
    tools_called: usize,
) -> Vec<(String, String)> {
    let settings = session.settings();
    let mut texts = vec![
        ("instructions".to_owned(), settings.instructions(true)),
        ("glossary".to_owned(), settings.category_docs()),
    ];
    for category in settings.categories() {
        texts.push((category.name.to_owned(), settings.category_doc(category.name).unwrap()));
    }
    texts.push(("no category".to_owned(), settings.category_doc("bogus").unwrap_err().to_string()));
    for prompt in settings.prompts() {
        let arguments = prompt.arguments.iter().map(|argument| {
            let category = || settings.categories().next().unwrap().name;
            (argument.name.to_owned(), json!(if argument.name == "category" { category() } else { "x" }))
        });
        let text = settings.prompt(prompt.name, &arguments.collect()).unwrap();
        texts.push((prompt.name.to_owned(), text));
    }
    let mut calls = vec![
        ("bogus".to_owned(), json!({})),
        ("findTools".to_owned(), json!({ "query": "events of access points" })),
        ("findTools".to_owned(), json!({})),
        ("callTool".to_owned(), json!({ "tool": "bogus" })),
        ("manageMcpTools".to_owned(), json!({ "enable_mcp_tools_categories": "bogus" })),
    ];
    let listed: Vec<_> = session.listed().map(|entry| settings.definition(entry)).collect();
    for definition in &listed {
        texts.push((definition.name.to_string(), serde_json::to_string(definition).unwrap()));
    }
    let entries = settings.catalog().entries().iter();
    let reached: BTreeSet<_> = callable(session, allowed);
    for entry in entries.filter(|entry| reached.contains(entry.tool().name)).take(tools_called) {
        let (name, definition) = (entry.tool().name, settings.definition(entry));
        let given = some_arguments(&definition);
        let with = |name: &str, value: &str| {
            let mut given = given.clone();
            given[name] = value.into();
            given
        };
        calls.extend([
            (name.to_owned(), json!({})),
            (name.to_owned(), with("bogus", "1")),
            (name.to_owned(), with("org_id", "Nowhere")),
            (name.to_owned(), with("site_id", "Nowhere")),
            (name.to_owned(), with("site_id", "Lyon")),
            (name.to_owned(), with("device_id", "Nothing")),
            (name.to_owned(), given),
        ]);
    }
    let by_name = settings.mode() == Mode::Managed;
    for (tool, arguments) in calls {
        let controls = CONTROLS.contains(&tool.as_str());
        let outcome = if by_name && !controls {
            call(session, "callTool", json!({ "tool": tool, "arguments": arguments })).await
        } else {
            call(session, &tool, arguments).await
        };
        process.upstream.take();
        texts.push((tool, outcome.unwrap_or_else(|error| error.to_string())));
    }
    texts
}

/// Fails with every text of a session that names a tool which it cannot call.
async fn names_only_its_own(
    process: &Process,
    session: &Session,
    allowed: Allowed,
    what: &str,
    tools_called: usize,
) {
    let callable = callable(session, allowed);
    let everything: BTreeSet<_> =
        Catalog::gather().unwrap().entries().iter().map(|entry| entry.tool().name).collect();
    let mut wrong = Vec::new();
    for (of, text) in Box::pin(texts(process, session, allowed, tools_called)).await {
        // An error repeats the name of the tool that was asked for.
        let strange = tools_in(&text).filter(|name| !callable.contains(name) && *name != of);
        wrong.extend(strange.map(|name| format!("{what}: {of}: `{name}`: {text:.300}")));
    }
    assert!(everything.len() > 200 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A process whose Mist has sites and devices, and answers everything else with `status`.
async fn process(status: u16) -> Process {
    let process = Process::start().await;
    let upstream = &process.upstream;
    upstream
        .json("/api/v1/self", &json!({ "privileges": [{ "scope": "org", "org_id": ORG, "name": "Acme" }] }));
    let sites = json!([{ "id": SITE, "name": "Leeds" }, { "id": ORG, "name": "Lyon" }, { "id": "3", "name": "Lyon" }]);
    upstream.json(&format!("/api/v1/orgs/{ORG}/sites"), &sites);
    upstream.json(&format!("/api/v1/sites/{SITE}/devices"), &json!([{ "id": "1", "name": "ap" }]));
    upstream.default_handler(move |_| Answer::json(&json!({ "detail": "no" })).status(status));
    process
}

#[tokio::test]
async fn a_session_reads_of_no_tool_that_it_cannot_call() {
    for status in [400, 401, 403, 404, 429, 500] {
        let process = process(status).await;
        let categories: Vec<_> =
            Catalog::gather().unwrap().categories().iter().map(|category| category.name).collect();
        for mode in [Mode::Custom, Mode::Managed, Mode::All] {
            for category in &categories {
                let what = format!("{status} {mode:?} {category}");
                let token = what.replace(' ', "-");
                let session = process.session_of(&token, process.settings(mode, &[category]));
                // All tools for one status; one tool for each of the others.
                let tools_called = if status == 404 && mode == Mode::Custom { 50 } else { 1 };
                names_only_its_own(&process, &session, |_| true, &what, tools_called).await;
            }
        }
        let session = process.session_of("everything", process.settings(Mode::Managed, &[]));
        names_only_its_own(&process, &session, |_| true, "everything", 3).await;
    }
}

#[tokio::test]
async fn a_session_reads_of_no_tool_that_its_policy_removes() {
    let policies: [(&[&str], &[&str], Allowed); 4] = [
        (&["listSite*", "getSiteInfo"], &[], |name| name.starts_with("listSite") || name == "getSiteInfo"),
        (&[], &["getSelf", "*Org*"], |name| name != "getSelf" && !name.contains("Org")),
        (&["search*", "*Stats"], &["searchOrgSites"], |name| {
            (name.starts_with("search") || name.ends_with("Stats")) && name != "searchOrgSites"
        }),
        (&["getSiteInfo"], &[], |name| name == "getSiteInfo"),
    ];
    for status in [400, 403, 404] {
        let process = process(status).await;
        for (only, without, allowed) in policies {
            for mode in [Mode::Managed, Mode::All] {
                let [only, without] = [only, without]
                    .map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
                let settings =
                    Settings::clone(&process.settings(mode, &[])).with_policy(&only, &without).unwrap();
                let what = format!("{status} {mode:?} {only:?} {without:?}");
                let session = process.session_of(&format!("{mode:?}-{}", only.len()), settings.into());
                names_only_its_own(&process, &session, allowed, &what, 20).await;
            }
        }
    }
}

#[tokio::test]
async fn advice_names_a_tool_where_the_session_has_it() {
    for (status, categories, wanted) in
        [(403, &["sites"][..], "`getSelf`"), (404, &["sites", "orgs_sites"], "`searchOrgSites`")]
    {
        let process = process(status).await;
        let session = process.session_of("one", process.settings(Mode::Custom, categories));
        let error = call(&session, "getSiteInfo", json!({ "site_id": SITE })).await.unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
    let process = process(404).await;
    let session = process.session_of("one", process.settings(Mode::Custom, &["sites"]));
    let error = call(&session, "getSiteInfo", json!({ "site_id": SITE })).await.unwrap_err().to_string();
    assert!(error.contains("each object with the tool that lists its kind"), "{error}");
}
