//! The pages of a table: all are fetched, within the calls that a query may cost, and what is missing is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mistmcp::{ErrorKind, Mode};
use mistmcp_tests::{Answer, HttpClient, Launch, Lifecycle, MockUpstream, soon};
use serde_json::{Value, json};

use super::{ORG, over_sites, process};
use crate::process::{Process, call};

/// A Mist that pages a list of so many rows by number.
pub(super) fn numbered(upstream: &MockUpstream, total: usize) {
    upstream.default_handler(move |received| {
        let (limit, page) = (received.number("limit").unwrap_or(100), received.number("page").unwrap_or(1));
        let rows: Vec<_> =
            ((page - 1) * limit..(page * limit).min(total)).map(|number| json!({ "n": number })).collect();
        Answer::page(&rows, page, limit, total)
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
    assert!(received.iter().all(|one| one.number("limit") == Some(1_000)));
}

#[tokio::test]
async fn a_search_is_followed_to_its_end() {
    let process = Process::start().await;
    process.upstream.default_handler(|received| {
        let start = received.number("search_after").unwrap_or(0);
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
        let after = received.parameter("search_after");
        let start: u32 = after.map_or(0, |after| after.strip_prefix("abc,").unwrap().parse().unwrap());
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
        let start = received.number("search_after").unwrap_or(0);
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
        let page = received.number("page").unwrap_or(1);
        if page == 3 && count.fetch_add(1, Ordering::SeqCst) == 0 {
            return Answer::json(&json!({ "detail": "broken" })).status(500);
        }
        let rows: Vec<_> = ((page - 1) * 1_000..page * 1_000).map(|number| json!({ "n": number })).collect();
        Answer::page(&rows, page, 1_000, 4_000)
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
        Answer::page(&rows, 1, 1_000, 5)
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
async fn a_list_that_answers_the_same_page_to_every_number_is_counted_once_and_partial() {
    for says_page in [true, false] {
        for total in [Some("100"), None] {
            let process = Process::start().await;
            process.upstream.default_handler(move |received| {
                let size = received.number("limit").unwrap_or(2).min(2);
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
            let place = received
                .parameter("search_after")
                .map_or(0, |at| circle.iter().position(|known| *known == at).unwrap_or(0) + 1);
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
