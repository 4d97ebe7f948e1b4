//! The tables of a query: which a session knows, may have and is told about.

use std::sync::Arc;
use std::time::Duration;

use mistmcp::{Catalog, ErrorKind, Format, Mode, Rules, Settings};
use mistmcp_tests::{Answer, Launch, Lifecycle};
use serde_json::{Value, json};

use super::fetching::{COUNT, answer, numbered, over_inventory};
use super::{ORG, over_sites, process, query};
use crate::process::{Process, call};

#[tokio::test]
async fn tables_are_known_for_a_session_until_they_are_refreshed() {
    let process = process(json!({ "results": [{ "n": 1 }] })).await;
    let (one, other) = (process.session("one"), process.session("one"));
    assert_eq!(query(&one, COUNT).await.unwrap()["calls"], 1);
    assert_eq!(query(&one, "SELECT n FROM t").await.unwrap()["calls"], 0);
    // Another session of the same token has its own, and so have its stateless requests.
    assert_eq!(query(&other, COUNT).await.unwrap()["calls"], 1);
    assert_eq!(query(&one.stateless(), COUNT).await.unwrap()["calls"], 1);
    assert_eq!(query(&other.stateless(), COUNT).await.unwrap()["calls"], 0);
    assert_eq!(query(&process.session("two").stateless(), COUNT).await.unwrap()["calls"], 1);
    let mut arguments = over_sites(COUNT);
    arguments["refresh"] = json!(true);
    assert_eq!(answer(&one, arguments.clone()).await["calls"], 1);
    assert_eq!(process.asked().len(), 5);
    // A description that fetches rows again leaves no older ones.
    arguments.as_object_mut().unwrap().remove("sql");
    assert_eq!(answer(&one, arguments).await["calls"], 1);
    assert_eq!(query(&one, COUNT).await.unwrap()["calls"], 1);
}

#[tokio::test]
async fn a_refresh_that_is_refused_keeps_the_table() {
    let process = Process::start().await;
    let session = process.session("one");
    numbered(&process.upstream, 10);
    assert_eq!(answer(&session, over_inventory(COUNT, &json!({}))).await["results"][0]["n"], 10);
    let refused = Answer::json(&json!({ "detail": "no" })).status(403);
    let pages = Answer::json(&json!(vec![json!({ "n": 1 }); 1_000])).header("x-page-total", "62000");
    for answers in [refused, pages] {
        process.upstream.default_handler(move |_| answers.clone());
        let refresh = over_inventory(COUNT, &json!({ "refresh": true }));
        call(&session, "queryRows", refresh).await.unwrap_err();
        let known = answer(&session, over_inventory(COUNT, &json!({}))).await;
        assert_eq!((&known["results"][0]["n"], &known["calls"]), (&json!(10), &json!(0)), "{known}");
    }
}

#[tokio::test]
async fn equal_tables_are_fetched_once_and_different_ones_at_the_same_time() {
    let process = Process::start().await;
    process.upstream.default_handler(|_| Answer::json(&json!([{ "n": 1 }])).late(Duration::from_millis(100)));
    let source = json!({ "tool": "searchOrgSites", "arguments": { "org_id": ORG } });
    let tables = json!({ "a": source, "b": source, "c": { "tool": "getOrgInventory", "arguments": { "org_id": ORG } } });
    let sql = "SELECT a.n + b.n + c.n AS sum FROM a, b, c";
    let answer = answer(&process.session("one"), json!({ "tables": tables, "sql": sql })).await;
    assert_eq!((&answer["results"], &answer["calls"]), (&json!([{ "sum": 3 }]), &json!(2)), "{answer}");
    assert_eq!(answer["tables"].as_object().unwrap().keys().collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn fields_names_and_mistakes_work_as_in_direct_calls() {
    const SITE: &str = "05000000-0000-4000-8000-000000000001";
    let process = Process::start().await;
    process.upstream.default_handler(|received| match received.path.as_str() {
        path if path.ends_with("/sites") => Answer::json(&json!([{ "id": SITE, "name": "Leeds Office" }])),
        path if path.contains(SITE) => Answer::json(&json!([{ "name": "ap", "mac": "m", "secretive": 1 }])),
        _ => Answer::json(&json!({ "privileges": [{ "scope": "org", "org_id": ORG, "name": "Acme" }] })),
    });
    let session = process.session_of("one", process.settings(Mode::Managed, &[]));
    let table = |arguments: Value| json!({ "t": { "tool": "listSiteDevicesStats", "arguments": arguments } });
    let asked = |arguments: Value, sql: &str| json!({ "tables": table(arguments), "sql": sql });
    let named = asked(json!({ "site_id": "leeds", "fields": "name", "limit": 5 }), "SELECT * FROM t");
    let answer = answer(&session, named).await;
    assert_eq!(answer["results"], json!([{ "name": "ap" }]), "{answer}");
    let note = answer["tables"]["t"]["note"].as_str().unwrap();
    assert!(note.contains("Leeds Office") && note.contains("`limit` is not needed"), "{note}");
    for (arguments, words) in [
        (json!({ "site_id": "nowhere" }), "Leeds Office"),
        (json!({ "site": "Leeds" }), "`site`"),
        (json!({}), "`site_id` is missing"),
    ] {
        let error = call(&session, "queryRows", asked(arguments, "SELECT 1")).await.unwrap_err().to_string();
        assert!(error.starts_with("Table `t`: ") && error.contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_query_reaches_what_its_session_may_call_and_nothing_else() {
    let process = process(json!([{ "n": 1 }])).await;
    let tables = |tool: &str| json!({ "tables": { "t": { "tool": tool, "arguments": { "org_id": ORG } } }, "sql": "SELECT 1 AS n" });
    let custom = process.settings(Mode::Custom, &["queries", "orgs_sites"]);
    let session = process.session_of("one", custom);
    assert!(call(&session, "queryRows", tables("searchOrgSites")).await.is_ok());
    // What another session of the token knows is not reached either.
    assert!(call(&process.session("one").stateless(), "queryRows", tables("getOrgInventory")).await.is_ok());
    for session in [&session, &session.stateless()] {
        let error = call(session, "queryRows", tables("getOrgInventory")).await.unwrap_err();
        assert!(
            error.kind() == ErrorKind::Arguments && error.to_string().contains("no tool `getOrgInventory`"),
            "{error}"
        );
    }
    let all = process.session("one");
    let extended = call(&all, "queryRows", tables("listOrgAdmins")).await.unwrap_err().to_string();
    assert!(extended.contains("extended category"), "{extended}");
    for (tool, words) in [
        ("queryRows", "cannot be a table of another query"),
        ("searchOrgSits", "searchOrgSites"),
        ("callTool", "no tool"),
        ("checkSite", "is no list"),
        ("listProblems", "is no list"),
    ] {
        let error = call(&all, "queryRows", tables(tool)).await.unwrap_err().to_string();
        assert!(error.contains(words), "{tool}: {error}");
    }
    for tool in ["callTool", "findTools", "manageMcpTools"] {
        let managed = process.session_of("one", process.settings(Mode::Managed, &[]));
        let error = call(&managed, "queryRows", tables(tool)).await.unwrap_err().to_string();
        assert!(
            error.contains("acts on this session") && error.contains("lists, searches or counts"),
            "{error}"
        );
    }
    let nested = json!({ "tables": { "t": { "tool": "queryRows", "arguments": { "tables": { "s": "searchOrgSites" }, "sql": "SELECT 1" } } }, "sql": "SELECT 1" });
    let error = call(&all, "queryRows", nested).await.unwrap_err().to_string();
    assert!(error.contains("cannot be a table of another query"), "{error}");
}

#[tokio::test]
async fn managed_mode_and_all_list_it_and_custom_mode_where_it_is_named() {
    for (launch, is_listed) in [
        ("--demo", true),
        ("--demo -m all", true),
        ("--demo -m custom -c orgs_sites", false),
        ("--demo -m custom -c orgs_sites,queries", true),
        ("--demo -c orgs_sites", false),
    ] {
        let client = Launch::new(launch).client(Lifecycle::Legacy).await;
        let is_there = client.tools().await.iter().any(|tool| tool.name == "queryRows");
        assert_eq!(is_there, is_listed, "{launch}");
    }
}

#[tokio::test]
async fn the_budget_of_bytes_is_kept_for_descriptions_too() {
    let row: serde_json::Map<_, _> =
        (0..1_400).map(|number| (format!("{}{number}", "field".repeat(8)), json!("x".repeat(60)))).collect();
    let process = process(json!([row])).await;
    let rules = Rules { max_bytes: 20_000, format: Format::Json, show_secrets: false };
    let settings = Settings::new(Catalog::gather().unwrap(), Mode::All, &[], rules).unwrap();
    let session = process.session_of("one", Arc::new(settings));
    let mut arguments = over_sites("");
    arguments.as_object_mut().unwrap().remove("sql");
    let text = call(&session, "queryRows", arguments).await.unwrap();
    assert!(text.len() <= 20_000 && text.contains("cut inside"), "{}", text.len());
}

#[tokio::test]
async fn what_a_name_looks_like_hides_nothing_and_secrets_stay_hidden() {
    let row = json!({ "name": "Guest", "psk": "hunter2-psk", "note": "set snmp community s3cr3t-c authorization read-only" });
    let process = process(json!([row])).await;
    let session = process.session("one");
    let query = |sql: &str| {
        let table = json!({ "tool": "listOrgPsks", "arguments": { "org_id": ORG } });
        let mut arguments = json!({ "tables": { "psks": table } });
        if !sql.is_empty() {
            arguments["sql"] = json!(sql);
        }
        call(&session, "queryRows", arguments)
    };
    let text = query("SELECT name AS psk, note, psk AS secret FROM psks").await.unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        answer["results"],
        json!([{
            "psk": "Guest",
            "note": "set snmp community [hidden] authorization read-only",
            "secret": "[hidden]",
        }])
    );
    assert_eq!(answer["tables"]["psks"]["rows"], 1);
    let described = query("").await.unwrap();
    assert!(
        described.contains("\"psk\":\"text: [hidden]\"") && !described.contains("hunter2"),
        "{described}"
    );
    let error = query("SELECT psk FROM psks WHERE token: 'x").await.unwrap_err().to_string();
    assert!(!error.contains("[hidden]"), "{error}");
}

#[tokio::test]
async fn a_table_without_rows_answers_and_says_so() {
    let process = process(json!([])).await;
    let session = process.session("one");
    let answer =
        answer(&session, over_sites("SELECT type, count(*) AS n FROM t WHERE up = 1 GROUP BY 1")).await;
    assert_eq!((&answer["results"], &answer["total"]), (&json!([]), &json!(0)), "{answer}");
    assert!(answer["tables"]["t"]["note"].as_str().unwrap().contains("no rows"), "{answer}");
}

#[tokio::test]
async fn names_that_are_taken_for_columns_of_an_empty_table_are_told() {
    let process = Process::start().await;
    process.upstream.default_handler(|received| {
        let is_inventory = received.path.ends_with("/inventory");
        Answer::json(&if is_inventory { json!([]) } else { json!([{ "id": "a", "status": "connected" }]) })
    });
    let session = process.session("one");
    let tables = json!({
        "e": { "tool": "getOrgInventory", "arguments": { "org_id": ORG } },
        "t": { "tool": "searchOrgSites", "arguments": { "org_id": ORG } },
    });
    let asked = |sql: &str| json!({ "tables": tables, "sql": sql });
    let of_typo = answer(&session, asked("SELECT t.id, statsu FROM t LEFT JOIN e ON e.model = t.id")).await;
    let note = of_typo["tables"]["e"]["note"].as_str().unwrap();
    for words in ["taken for columns of it", "`statsu` (did you mean \"status\" of `t`?)", "`model`"] {
        assert!(note.contains(words), "{words}: {note}");
    }
    // The table has no column of its own, and no error lists one.
    let error =
        call(&session, "queryRows", asked("SELECT t.statsu FROM t, e")).await.unwrap_err().to_string();
    assert!(
        error.contains("\"status\"") && error.contains("`e` has no rows") && !error.contains("value"),
        "{error}"
    );
    let described = answer(&session, json!({ "tables": tables })).await;
    assert_eq!(described["tables"]["e"].get("columns"), None, "{described}");
}

#[tokio::test]
async fn a_field_that_is_null_in_every_row_is_a_column() {
    let process =
        process(json!([{ "name": "a", "type": null, "stat": { "up": null } }, { "name": "b" }])).await;
    let session = process.session("one");
    let answer = answer(&session, over_sites("SELECT name, type, \"stat.up\" FROM t ORDER BY 1")).await;
    assert_eq!(answer["results"], json!([{ "name": "a" }, { "name": "b" }]), "{answer}");
    assert!(answer["tables"]["t"].get("note").is_none(), "{answer}");
    let error = query(&session, "SELECT typo FROM t").await.unwrap_err().to_string();
    for words in ["no such column", "`t` has name, stat.up, type", "absent from every row has no column"] {
        assert!(error.contains(words), "{words}: {error}");
    }
}
