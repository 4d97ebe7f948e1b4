//! Pages that come slowly, change while they are fetched, or contradict each other.

use std::sync::Arc;

use mistmcp_tests::{Answer, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::fetching::{COUNT, answer, over_inventory};
use super::{ORG, over_sites};
use crate::process::Process;

/// Rows of an object each, with a text that makes a page of 1,000 of them large.
fn long_rows(page: usize) -> String {
    let row = |number: usize| json!({ "id": number, "n": number, "text": "x".repeat(1_500) });
    Value::from(((page - 1) * 1_000..page * 1_000).map(row).collect::<Vec<_>>()).to_string()
}

#[tokio::test]
async fn a_page_that_comes_slowly_keeps_no_other_page_waiting() {
    let upstream = MockUpstream::start().await;
    let go_on = Arc::new(Semaphore::new(0));
    let permits = Arc::clone(&go_on);
    // The second page goes on when the last one is asked for, and that is when a later page is in the table.
    upstream.default_handler(move |received| {
        let page = received.number("page").unwrap_or(1);
        let body = long_rows(page);
        let middle = body.len() - 1_000;
        let answer = Answer::new("application/json", body)
            .header("x-page-limit", "1000")
            .header("x-page-page", &page.to_string())
            .header("x-page-total", "6000");
        if page == 6 {
            permits.add_permits(1);
        }
        if page == 2 { answer.pausing(middle, &permits) } else { answer }
    });
    let client = Launch::at(&upstream, "-m all --timeout 300").client(Lifecycle::Legacy).await;
    let sql = "SELECT count(*) AS n, count(DISTINCT n) AS different, count(*) FILTER (WHERE before > n) AS disorder \
               FROM (SELECT n, lag(n) OVER () AS before FROM t)";
    let answer = client.json("queryRows", over_inventory(sql, &json!({}))).await;
    assert_eq!(answer["results"], json!([{ "n": 6_000, "different": 6_000, "disorder": 0 }]), "{answer}");
    assert!(answer["tables"]["t"].get("partial").is_none(), "{answer}");
}

#[tokio::test]
async fn rows_that_have_a_name_of_the_row_id_keep_their_order() {
    let process = Process::start().await;
    process.upstream.default_handler(|received| {
        let page = received.number("page").unwrap_or(1);
        let row =
            |number: usize| json!({ "rowid": 9_000 - number, "ROWID": "x", "oid": number % 7, "n": number });
        let rows: Vec<_> = ((page - 1) * 1_000..page * 1_000).map(row).collect();
        Answer::json(&json!(rows)).header("x-page-limit", "1000").header("x-page-total", "7000")
    });
    let sql = "SELECT count(*) AS rows, sum(before > n) AS disorder, max(rowid) AS most FROM (SELECT n, rowid, lag(n) OVER () AS \
               before FROM t)";
    let answer = answer(&process.session("one"), over_inventory(sql, &json!({}))).await;
    assert_eq!(answer["results"], json!([{ "rows": 7_000, "disorder": 0, "most": 9_000 }]), "{answer}");
}

/// A Mist with 4,200 numbered rows that counts them differently on each page.
fn counting(upstream: &MockUpstream, total: impl Fn(usize) -> usize + Send + Sync + 'static) {
    upstream.default_handler(move |received| {
        let page = received.number("page").unwrap_or(1);
        let rows: Vec<_> =
            ((page - 1) * 1_000..(page * 1_000).min(4_200)).map(|number| json!({ "n": number })).collect();
        Answer::page(&rows, page, 1_000, total(page))
    });
}

#[tokio::test]
async fn a_total_that_changes_or_is_wrong_hides_no_rows() {
    for (name, total) in [
        ("grows", (|page| if page == 1 { 2_500 } else { 4_200 }) as fn(usize) -> usize),
        ("grows at last", |page| if page < 3 { 2_500 } else { 4_200 }),
        ("is less than the first page", |_| 10),
        ("is zero", |_| 0),
    ] {
        let process = Process::start().await;
        counting(&process.upstream, total);
        let answer = answer(&process.session("one"), over_inventory(COUNT, &json!({}))).await;
        let wanted = json!([{ "n": 4_200, "different": 4_200, "most": 4_199 }]);
        assert_eq!(answer["results"], wanted, "{name}: {answer}");
        assert!(answer["tables"]["t"].get("partial").is_none(), "{name}: {answer}");
    }
    // What `max_calls` leaves out is told.
    let process = Process::start().await;
    counting(&process.upstream, |page| if page == 1 { 2_500 } else { 4_200 });
    let answer = answer(&process.session("one"), over_inventory(COUNT, &json!({ "max_calls": 3 }))).await;
    let partial = answer["tables"]["t"]["partial"].as_str().unwrap_or_default();
    assert!(partial.starts_with("3000 of 4200 rows") && partial.contains("max_calls"), "{answer}");
}

#[tokio::test]
async fn a_page_without_rows_that_leads_on_is_followed_and_several_are_told() {
    // The starts of pages without rows, and whether the list ends there.
    for (empty, is_whole) in [(&[1_000][..], true), (&[1_000, 2_000], false)] {
        let process = Process::start().await;
        process.upstream.default_handler(move |received| {
            let start = received.number("search_after").unwrap_or(0);
            let rows = if empty.contains(&start) { start..start } else { start..start + 1_000 };
            let rows: Vec<_> = rows.map(|number| json!({ "n": number })).collect();
            let next = (start < 4_000)
                .then(|| format!("/api/v1/orgs/{ORG}/sites/search?search_after={}", start + 1_000));
            Answer::json(&json!({ "results": rows, "next": next }))
        });
        let answer = answer(&process.session("one"), over_sites(COUNT)).await;
        let rows = if is_whole { 4_000 } else { 1_000 };
        assert_eq!(answer["results"][0]["n"], rows, "{empty:?}: {answer}");
        let partial = answer["tables"]["t"]["partial"].as_str();
        assert_eq!(partial.is_some_and(|why| why.contains("without rows")), !is_whole, "{empty:?}: {answer}");
    }
    // The end of a list may lead to itself.
    let process = Process::start().await;
    process.upstream.default_handler(|received| {
        let start = received.number("search_after").unwrap_or(0);
        let rows: Vec<_> = (start..1_000).map(|number| json!({ "n": number })).collect();
        let next = format!("/api/v1/orgs/{ORG}/sites/search?search_after=1000");
        Answer::json(&json!({ "results": rows, "next": next }))
    });
    let answer = answer(&process.session("one"), over_sites(COUNT)).await;
    assert_eq!((&answer["results"][0]["n"], &answer["calls"]), (&json!(1_000), &json!(2)), "{answer}");
    assert!(answer["tables"]["t"].get("partial").is_none(), "{answer}");
}

#[tokio::test]
async fn rows_that_are_on_two_pages_have_a_note_and_what_is_missing_is_told() {
    // How many rows earlier the second page starts, with the total of the list.
    for (early, total, is_partial) in [(0, 2_500, false), (10, 2_490, false), (10, 2_500, true)] {
        let process = Process::start().await;
        process.upstream.default_handler(move |received| {
            let page = received.number("page").unwrap_or(1);
            let shift = if page > 1 { early } else { 0 };
            let row = |number: usize| json!({ "id": number, "n": number });
            let rows: Vec<_> =
                ((page - 1) * 1_000 - shift..(page * 1_000).min(2_500) - shift).map(row).collect();
            Answer::page(&rows, page, 1_000, total)
        });
        let answer = answer(&process.session("one"), over_inventory(COUNT, &json!({}))).await;
        let table = &answer["tables"]["t"];
        assert_eq!(answer["results"][0]["different"], 2_500 - early, "{answer}");
        let note = table["note"].as_str().unwrap_or_default();
        assert_eq!(note.contains("there twice") && note.contains("overlap: 10"), early > 0, "{answer}");
        assert_eq!(table.get("partial").is_some(), is_partial, "{answer}");
    }
}

#[tokio::test]
async fn the_listing_of_columns_says_what_could_not_be_read() {
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let body = format!(r#"[{{"n":1}},{{"n":2,"only":{deep}}}]"#);
    let upstream = MockUpstream::start().await;
    upstream.default_handler(move |_| {
        Answer::new("application/json", body.clone())
            .header("x-page-limit", "1000")
            .header("x-page-total", "2")
    });
    let launch = |more: &str| {
        Launch::at(&upstream, "query")
            .arguments(&format!("--from t=getOrgInventory --with t.org_id={ORG} {more}"))
    };
    for more in ["", "--output json", "--explain", "--explain --output json"] {
        let finished = launch(more).run().await;
        assert_eq!(finished.code(), Some(1), "{more}: {}", finished.stderr);
        assert!(finished.stderr.contains("could not be read"), "{more}: {}", finished.stderr);
    }
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let mut arguments = over_inventory("", &json!({}));
    arguments.as_object_mut().unwrap().remove("sql");
    let described = client.json("queryRows", arguments).await;
    assert!(
        described["tables"]["t"]["partial"].as_str().unwrap().contains("could not be read"),
        "{described}"
    );
}
