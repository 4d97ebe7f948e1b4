use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mistmcp::{Catalog, ErrorKind, Format, Mode, Rules, Settings};
use mistmcp_tests::{Answer, HttpClient, Launch, Lifecycle, MockUpstream, Received, soon};
use serde_json::{Value, json};

use super::{ORG, over_sites, process, query};
use crate::process::{Process, call};

pub(super) fn parameter(received: &Received, name: &str) -> Option<usize> {
    received.query.iter().find(|(other, _)| other == name).and_then(|(_, value)| value.parse().ok())
}

/// A Mist that pages a list of so many rows by number.
fn numbered(upstream: &MockUpstream, total: usize) {
    upstream.default_handler(move |received| {
        let (limit, page) =
            (parameter(received, "limit").unwrap_or(100), parameter(received, "page").unwrap_or(1));
        let rows: Vec<_> =
            ((page - 1) * limit..(page * limit).min(total)).map(|number| json!({ "n": number })).collect();
        Answer::json(&json!(rows))
            .header("x-page-limit", &limit.to_string())
            .header("x-page-page", &page.to_string())
            .header("x-page-total", &total.to_string())
    });
}

pub(super) fn over_inventory(sql: &str, more: &Value) -> Value {
    let source = json!({ "tool": "getOrgInventory", "arguments": { "org_id": ORG } });
    let mut arguments = json!({ "tables": { "t": source }, "sql": sql });
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    arguments
}

pub(super) const COUNT: &str = "SELECT count(*) AS n, count(DISTINCT n) AS different, max(n) AS most FROM t";

pub(super) async fn answer(session: &mistmcp::Session, arguments: Value) -> Value {
    serde_json::from_str(&call(session, "queryRows", arguments).await.unwrap()).unwrap()
}

#[tokio::test]
async fn all_numbered_pages_are_fetched_with_the_largest_pages() {
    let process = Process::start().await;
    numbered(&process.upstream, 7_500);
    let session = process.session("one");
    let answer = answer(&session, over_inventory(COUNT, &json!({}))).await;
    assert_eq!(answer["results"], json!([{ "n": 7_500, "different": 7_500, "most": 7_499 }]), "{answer}");
    assert_eq!((&answer["calls"], &answer["tables"]["t"]["rows"]), (&json!(8), &json!(7_500)), "{answer}");
    assert!(answer["tables"]["t"].get("partial").is_none(), "{answer}");
    let received = process.upstream.take();
    assert_eq!(received.len(), 8);
    assert!(received.iter().all(|one| parameter(one, "limit") == Some(1_000)));
}

#[tokio::test]
async fn a_search_is_followed_to_its_end() {
    let process = Process::start().await;
    process.upstream.default_handler(|received| {
        let start = parameter(received, "search_after").unwrap_or(0);
        let rows: Vec<_> = (start..start + 1_000).map(|number| json!({ "n": number })).collect();
        let next = (start < 4_000)
            .then(|| format!("/api/v1/orgs/{ORG}/sites/search?search_after={}", start + 1_000));
        Answer::json(&json!({ "results": rows, "total": 5_000, "next": next }))
    });
    let answer = answer(&process.session("one"), over_sites(COUNT)).await;
    assert_eq!(answer["results"], json!([{ "n": 5_000, "different": 5_000, "most": 4_999 }]), "{answer}");
    assert_eq!(answer["calls"], 5, "{answer}");
}

#[tokio::test]
async fn a_search_whose_position_is_a_field_of_the_answer_is_followed_to_its_end() {
    let process = Process::start().await;
    process.upstream.default_handler(|received| {
        let after = received.query.iter().find(|(name, _)| name == "search_after");
        let start: u32 = after.map_or(0, |(_, after)| after.strip_prefix("abc,").unwrap().parse().unwrap());
        let rows: Vec<_> = (start..(start + 1_000).min(2_500)).map(|number| json!({ "n": number })).collect();
        let position = format!("abc,{}", start + 1_000);
        Answer::json(&json!({ "results": rows, "total": 2_500, "limit": 1_000, "search_after": position }))
    });
    let answer = answer(&process.session("one"), over_sites(COUNT)).await;
    assert_eq!(answer["results"], json!([{ "n": 2_500, "different": 2_500, "most": 2_499 }]), "{answer}");
    assert!(answer["tables"]["t"].get("partial").is_none(), "{answer}");
}

#[tokio::test]
async fn a_query_that_costs_too_much_stops_after_the_first_page_and_states_the_cost() {
    let process = Process::start().await;
    numbered(&process.upstream, 62_000);
    let session = process.session("one");
    let error = call(&session, "queryRows", over_inventory(COUNT, &json!({}))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Arguments);
    for words in ["62 calls", "`max_calls`: 50", "4749 are left", "`max_calls` to 62"] {
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
    assert_eq!(process.upstream.take().len(), 1);
    let answer = answer(&session, over_inventory(COUNT, &json!({ "max_calls": 62 }))).await;
    assert_eq!(answer["results"][0]["n"], 62_000, "{answer}");

    let scarce = Process::with_rate_limit(20).await;
    numbered(&scarce.upstream, 62_000);
    let session = scarce.session("one");
    let error = call(&session, "queryRows", over_inventory(COUNT, &json!({ "max_calls": 90 })));
    let error = error.await.unwrap_err();
    assert!(error.kind() == ErrorKind::RateLimit && error.to_string().contains("18 are left"), "{error}");
    assert_eq!(scarce.upstream.take().len(), 1);
}

#[tokio::test]
async fn a_list_without_a_total_ends_at_max_calls_and_is_called_partial() {
    let process = Process::start().await;
    process.upstream.default_handler(|received| {
        let start = parameter(received, "search_after").unwrap_or(0);
        let rows: Vec<_> = (start..start + 10).map(|number| json!({ "n": number })).collect();
        let next = format!("/api/v1/orgs/{ORG}/sites/search?search_after={}", start + 10);
        Answer::json(&json!({ "results": rows, "next": next }))
    });
    let mut arguments = over_sites(COUNT);
    arguments["max_calls"] = json!(4);
    let answer = answer(&process.session("one"), arguments).await;
    assert_eq!((&answer["results"][0]["n"], &answer["calls"]), (&json!(40), &json!(4)), "{answer}");
    assert!(answer["tables"]["t"]["partial"].as_str().unwrap().contains("max_calls"), "{answer}");
}

#[tokio::test]
async fn what_could_not_be_fetched_is_reported_and_fetched_again() {
    let process = Process::start().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    process.upstream.default_handler(move |received| {
        let page = parameter(received, "page").unwrap_or(1);
        if page == 3 && count.fetch_add(1, Ordering::SeqCst) == 0 {
            return Answer::json(&json!({ "detail": "broken" })).status(500);
        }
        let rows: Vec<_> = ((page - 1) * 1_000..page * 1_000).map(|number| json!({ "n": number })).collect();
        Answer::json(&json!(rows))
            .header("x-page-limit", "1000")
            .header("x-page-page", &page.to_string())
            .header("x-page-total", "4000")
    });
    let session = process.session("one");
    let first = answer(&session, over_inventory(COUNT, &json!({}))).await;
    let partial = first["tables"]["t"]["partial"].as_str().unwrap();
    // The fourth page was on its way.
    assert!(partial.starts_with("3000 of 4000 rows: ") && partial.contains("status 500"), "{first}");
    assert_eq!(first["results"][0]["n"], 3_000, "{first}");
    let second = answer(&session, over_inventory(COUNT, &json!({}))).await;
    assert_eq!(second["results"][0]["n"], 4_000, "{second}");
    assert!(second["tables"]["t"].get("partial").is_none());
}

#[tokio::test]
async fn a_table_that_lacks_rows_is_fetched_again() {
    let process = Process::start().await;
    let rows = |count: u64| {
        let rows: Vec<_> = (0..count).map(|number| json!({ "n": number })).collect();
        let header = |answer: Answer, name: &str, value: &str| answer.header(name, value);
        let answer = header(Answer::json(&json!(rows)), "x-page-limit", "1000");
        header(header(answer, "x-page-page", "1"), "x-page-total", "5")
    };
    process.upstream.default_handler(move |_| rows(2));
    let session = process.session("one");
    let first = answer(&session, over_inventory(COUNT, &json!({}))).await;
    assert!(first["tables"]["t"]["partial"].as_str().unwrap().starts_with("2 of 5 rows"), "{first}");
    process.upstream.default_handler(move |_| rows(5));
    let second = answer(&session, over_inventory(COUNT, &json!({}))).await;
    assert_eq!((&second["results"][0]["n"], &second["calls"]), (&json!(5), &json!(1)), "{second}");
    let third = answer(&session, over_inventory(COUNT, &json!({}))).await;
    assert_eq!((&third["results"][0]["n"], &third["calls"]), (&json!(5), &json!(0)), "{third}");
}

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
async fn a_call_that_its_client_cancels_stops_its_query() {
    let server = Launch::new("--demo").serve().await;
    let client = HttpClient::new(&server, "").connect(Lifecycle::Stateless).await;
    let tables = json!({ "t": { "tool": "searchOrgWirelessClients" } });
    let endless = json!({ "tables": tables, "sql": "SELECT count(*) FROM t a, t b, t c, t d WHERE a.mac || b.mac || c.mac || d.mac = ''" });
    // Twice as many as run at once for a token: they would keep others waiting for long, if they went on.
    for _ in 0..4 {
        let cancelled =
            tokio::time::timeout(Duration::from_millis(300), client.try_call("queryRows", endless.clone()));
        assert!(cancelled.await.is_err());
    }
    let count = json!({ "tables": tables, "sql": "SELECT count(*) AS n FROM t" });
    let answer = soon("a query after cancelled ones", client.call("queryRows", count)).await;
    assert!(answer.contains("\"n\":245"), "{answer}");
}

#[tokio::test]
async fn no_call_is_made_if_the_first_pages_alone_are_too_many() {
    let process = process(json!([{ "n": 1 }])).await;
    let session = process.session("one");
    let mut arguments = json!({
        "tables": {
            "a": { "tool": "searchOrgSites", "arguments": { "org_id": ORG } },
            "b": { "tool": "getOrgInventory", "arguments": { "org_id": ORG } },
        },
        "sql": "SELECT count(*) AS n FROM a, b",
        "max_calls": 1,
    });
    let error = call(&session, "queryRows", arguments.clone()).await.unwrap_err().to_string();
    assert!(error.contains("No call was made") && error.contains("`max_calls` to 2"), "{error}");
    assert_eq!(process.upstream.take().len(), 0);
    arguments["max_calls"] = json!(2);
    assert_eq!(answer(&session, arguments.clone()).await["calls"], 2);
    // Known tables take no call.
    arguments["max_calls"] = json!(0);
    let known = answer(&session, arguments).await;
    assert_eq!((&known["calls"], &known["results"][0]["n"]), (&json!(0), &json!(1)));
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

#[tokio::test]
async fn a_list_that_answers_the_same_page_to_every_number_is_counted_once_and_partial() {
    for says_page in [true, false] {
        for total in [Some("100"), None] {
            let process = Process::start().await;
            process.upstream.default_handler(move |received| {
                let size = parameter(received, "limit").unwrap_or(2).min(2);
                let rows: Vec<_> = (0..size).map(|number| json!({ "n": number })).collect();
                let mut answer = Answer::json(&json!(rows)).header("x-page-limit", "2");
                if says_page {
                    answer = answer.header("x-page-page", "1");
                }
                if let Some(total) = total {
                    answer = answer.header("x-page-total", total);
                }
                answer
            });
            let answer = answer(&process.session("one"), over_inventory(COUNT, &json!({}))).await;
            assert_eq!(answer["results"][0]["n"], 2, "{says_page} {total:?}: {answer}");
            let partial = answer["tables"]["t"]["partial"].as_str().unwrap_or_default();
            assert!(partial.contains("page"), "{says_page} {total:?}: {answer}");
            assert!(process.upstream.take().len() < 10, "{says_page} {total:?}");
        }
    }
}

#[tokio::test]
async fn links_that_lead_in_a_circle_end_the_table_and_are_said() {
    // Where each position leads to: to itself, or around.
    for circle in [&["a", "a"][..], &["a", "b", "a"], &["a", "b", "c", "b"]] {
        let process = Process::start().await;
        process.upstream.default_handler(move |received| {
            let at =
                received.query.iter().find(|(name, _)| name == "search_after").map(|(_, at)| at.as_str());
            let place = at.map_or(0, |at| circle.iter().position(|known| *known == at).unwrap_or(0) + 1);
            let next = format!(
                "/api/v1/orgs/{ORG}/sites/search?search_after={}",
                circle[place.min(circle.len() - 1)]
            );
            Answer::json(&json!({ "results": [{ "n": place }], "limit": 1, "next": next }))
        });
        let answer = answer(&process.session("one"), over_sites(COUNT)).await;
        let (rows, different) = (&answer["results"][0]["n"], &answer["results"][0]["different"]);
        assert_eq!(rows, different, "{circle:?}: {answer}");
        assert!(
            answer["tables"]["t"]["partial"].as_str().is_some_and(|why| why.contains("again")),
            "{answer}"
        );
        assert!(process.upstream.take().len() <= circle.len() + 1, "{circle:?}");
    }
}

#[tokio::test]
async fn a_list_without_a_page_parameter_is_fetched_to_its_end() {
    let process = Process::start().await;
    numbered(&process.upstream, 450);
    let source = json!({ "tool": "listOrgAdmins", "arguments": { "org_id": ORG } });
    let arguments = json!({ "tables": { "t": source }, "sql": COUNT });
    let session = process.session_of("one", process.settings(Mode::Custom, &["orgs_admins", "queries"]));
    let answer = answer(&session, arguments).await;
    assert_eq!(answer["results"], json!([{ "n": 450, "different": 450, "most": 449 }]), "{answer}");
    assert!(answer["tables"]["t"].get("partial").is_none(), "{answer}");
}
