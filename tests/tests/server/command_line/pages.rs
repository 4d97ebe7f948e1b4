//! `--all-pages`: the rows of all pages in one answer.

use std::process::Stdio;

use mistmcp_tests::{Answer, Finished, Launch, Peer, TOKEN, binary, soon};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";

fn stats() -> String {
    format!("/api/v1/orgs/{ORG}/stats/devices")
}

fn page(number: usize, total: usize, rows: &[Value]) -> Answer {
    Answer::json(&json!(rows))
        .header("x-page-page", &number.to_string())
        .header("x-page-limit", "2")
        .header("x-page-total", &total.to_string())
}

fn rows(from: usize, count: usize) -> Vec<Value> {
    (from..from + count).map(|row| json!({ "mac": row, "note": "x".repeat(1_500) })).collect()
}

fn all(peer: &Peer) -> Launch {
    Launch::at(peer, "call listOrgDevicesStats limit=2 --all-pages").argument("--org-id").argument(ORG)
}

fn answer(finished: &Finished) -> Value {
    serde_json::from_str(&finished.output())
        .unwrap_or_else(|error| panic!("{error}: {} {}", finished.output(), finished.stderr))
}

/// Every page by a call of its own.
async fn page_by_page(tool: &str, field: &str) -> Vec<Value> {
    let (mut arguments, mut found) = (json!({ "limit": 2, "fields": field }), Vec::new());
    loop {
        let call = Launch::new(&format!("--demo call {tool} --json")).argument(&arguments.to_string());
        let page = answer(&call.run().await);
        found.extend(page["results"].as_array().unwrap().iter().cloned());
        let Some(next) = page.get("next").and_then(Value::as_object) else { return found };
        arguments.as_object_mut().unwrap().extend(next.clone());
    }
}

#[tokio::test]
async fn all_pages_are_the_sum_of_the_pages() {
    for (tool, field, count) in
        [("searchOrgSites", "name", 5), ("listOrgSiteGroups", "name", 3), ("searchOrgSites", "id", 5)]
    {
        let call = Launch::new(&format!("--demo call {tool} limit=2 fields={field} --all-pages"));
        let finished = call.run().await;
        assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
        let answer = answer(&finished);
        assert_eq!((answer["total"].as_u64(), answer.get("next")), (Some(count), None));
        assert_eq!(answer["results"].as_array().unwrap(), &page_by_page(tool, field).await);
    }
}

#[tokio::test]
async fn a_page_that_is_longer_than_the_limit_is_neither_cut_nor_asked_for_twice() {
    let peer = Peer::start().await;
    peer.answers(&stats(), [page(1, 5, &rows(0, 2)), page(2, 5, &rows(2, 2)), page(3, 5, &rows(4, 1))]);
    let finished = all(&peer).variable("MISTMCP_MAX_RESULT_BYTES", "2000").run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    assert_eq!(answer(&finished)["results"], json!(rows(0, 5)));
    let asked = peer.take();
    let pages: Vec<_> =
        asked.iter().map(|request| request.query.iter().find(|(name, _)| name == "page")).collect();
    let page = |number: &str| ("page".to_owned(), number.to_owned());
    assert_eq!(pages, [None, Some(&page("2")), Some(&page("3"))]);
    assert!(asked.iter().all(|request| request.query.contains(&("limit".to_owned(), "2".to_owned()))));
}

#[tokio::test]
async fn what_has_no_pages_is_printed_as_ever() {
    let whole = Launch::new("--demo call getSelf").run().await;
    let all = Launch::new("--demo call getSelf --all-pages").run().await;
    assert_eq!((all.code(), all.output()), (Some(0), whole.output()));
}

#[tokio::test]
async fn an_error_on_the_way_leaves_a_whole_object_that_says_where_to_go_on() {
    let peer = Peer::start().await;
    let limited = Answer::json(&json!({ "detail": "slow down" })).status(429).header("retry-after", "900");
    peer.answers(&stats(), [page(1, 5, &rows(0, 2)), page(2, 5, &rows(2, 2)), limited]);
    let finished = all(&peer).run().await;
    assert_eq!(finished.code(), Some(5), "{}", finished.stderr);
    let answer = answer(&finished);
    assert_eq!((&answer["results"], &answer["next"]), (&json!(rows(0, 4)), &json!({ "page": 3 })));
    assert!(
        finished.stderr.contains("slow down") && finished.stderr.contains("4 of 5 rows"),
        "{}",
        finished.stderr
    );
}

#[tokio::test]
async fn a_page_that_points_to_itself_is_no_endless_errand() {
    let peer = Peer::start().await;
    let search = json!({ "results": [{ "id": 1 }], "next": "/api/v1/x?search_after=same", "total": 9 });
    peer.json(&format!("/api/v1/orgs/{ORG}/alarms/search"), &search);
    let finished =
        Launch::at(&peer, "call searchOrgAlarms --all-pages").argument("--org-id").argument(ORG).run().await;
    assert_eq!(finished.code(), Some(1), "{}", finished.stderr);
    assert!(finished.stderr.contains("same page"), "{}", finished.stderr);
    assert_eq!(peer.take().len(), 2);
}

#[tokio::test]
async fn all_pages_are_one_table_or_one_toon() {
    let peer = Peer::start().await;
    let pages = [page(1, 3, &rows(0, 2)), page(2, 3, &rows(2, 1))];
    peer.answers(&stats(), pages.clone());
    let table = all(&peer).argument("--table").argument("fields=mac").run().await;
    assert_eq!((table.output().as_str(), table.stderr.as_str()), ("mac\n  0\n  1\n  2", ""));
    peer.answers(&stats(), pages);
    let toon = all(&peer).argument("--format=toon").argument("fields=mac").run().await;
    assert!(toon.output().contains("results[3]{mac}:\n  0\n  1\n  2"), "{}", toon.output());
}

#[cfg(unix)]
#[tokio::test]
async fn interrupted_it_tells_how_far_it_came() {
    let peer = Peer::start().await;
    peer.answers(&stats(), [page(1, 5, &rows(0, 2)), Answer::never()]);
    let console = all(&peer).console();
    soon("two requests", peer.arrivals(2)).await;
    console.signal("INT").await;
    let finished = console.ended().await;
    assert_eq!(finished.code(), Some(130), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("interrupted") && finished.stderr.contains("2 of 5 rows"),
        "{}",
        finished.stderr
    );
    assert_eq!(answer(&finished)["results"], json!(rows(0, 2)));
}

#[tokio::test]
async fn where_nobody_reads_any_more_nothing_more_is_asked() {
    let peer = Peer::start().await;
    peer.answers(&stats(), [page(1, 1_000_000, &rows(0, 2))]);
    let mut child = Command::new(binary())
        .args(["call", "listOrgDevicesStats", "limit=2", "--all-pages", "--org-id", ORG])
        .args(["--allow-cloud", &peer.url(), "--cloud", &peer.url()])
        .env_clear()
        .env("MIST_APITOKEN", TOKEN)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next_line().await.unwrap();
    drop(lines);
    let ended = soon("the end", child.wait_with_output()).await.unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &b""[..]));
}
