//! `--all-pages`: the rows of all pages in one answer.

mod ends;

use mistmcp_tests::{Answer, Finished, Launch, MockUpstream, Received};
use serde_json::{Value, json};

const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";

fn stats() -> String {
    format!("/api/v1/orgs/{ORG}/stats/devices")
}

fn page(number: usize, total: usize, rows: &[Value]) -> Answer {
    Answer::page(rows, number, 2, total)
}

fn rows(from: usize, count: usize) -> Vec<Value> {
    (from..from + count).map(|row| json!({ "mac": row, "note": "x".repeat(1_500) })).collect()
}

fn all(upstream: &MockUpstream) -> Launch {
    Launch::at(upstream, "call listOrgDevicesStats limit=2 --all-pages").argument("--org-id").argument(ORG)
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
async fn a_page_that_is_longer_than_the_limit_is_neither_cut_nor_requested_twice() {
    let upstream = MockUpstream::start().await;
    upstream.answers(&stats(), [page(1, 5, &rows(0, 2)), page(2, 5, &rows(2, 2)), page(3, 5, &rows(4, 1))]);
    let finished = all(&upstream).variable("MISTMCP_MAX_RESULT_BYTES", "2000").run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    assert_eq!(answer(&finished)["results"], json!(rows(0, 5)));
    let asked = upstream.take();
    let pages: Vec<_> = asked.iter().map(|request| request.number("page")).collect();
    assert_eq!(pages, [None, Some(2), Some(3)]);
    assert!(asked.iter().all(|request| request.parameter("limit") == Some("2")));
}

#[tokio::test]
async fn rows_of_overlapping_pages_and_a_total_below_the_rows_are_told() {
    let upstream = MockUpstream::start().await;
    for (second, total, wanted) in [
        (rows(1, 2), 4, &["probably there twice", "overlap: 1"][..]),
        (rows(2, 1), 1, &["Mist counts 1 row, and answered 3"]),
        (rows(2, 2), 4, &[]),
    ] {
        for flag in ["", "--csv", "--table"] {
            upstream.answers(&stats(), [page(1, total, &rows(0, 2)), page(2, total, &second)]);
            let call = all(&upstream);
            let finished = if flag.is_empty() { call } else { call.argument(flag) }.run().await;
            assert_eq!(finished.code(), Some(0), "{flag}: {}", finished.stderr);
            assert_eq!(finished.stderr.is_empty(), wanted.is_empty(), "{flag}: {}", finished.stderr);
            for words in wanted {
                assert!(finished.stderr.contains(words), "{flag}: {}", finished.stderr);
            }
        }
    }
}

#[tokio::test]
async fn what_has_no_pages_is_printed_as_ever() {
    let whole = Launch::new("--demo call getSelf").run().await;
    let all = Launch::new("--demo call getSelf --all-pages").run().await;
    assert_eq!((all.code(), all.output()), (Some(0), whole.output()));
}

/// A search whose pages follow one another as `answer` says: the rows and the next cursor by the last one.
fn search(
    upstream: &MockUpstream,
    answer: impl Fn(Option<&str>) -> (Value, Option<String>) + Send + Sync + 'static,
) {
    upstream.default_handler(move |request| {
        let (rows, next) = answer(request.parameter("search_after").or_else(|| request.parameter("token")));
        let next = next.map(|next| format!("{}?{next}", request.path));
        Answer::json(&json!({ "results": rows, "next": next, "total": 9, "start": 1_000_000_001, "end": 1_000_000_002 }))
    });
}

fn all_of(upstream: &MockUpstream, tool: &str) -> Launch {
    Launch::at(upstream, &format!("call {tool} --all-pages")).argument("--org-id").argument(ORG)
}

#[tokio::test]
async fn rows_that_look_alike_since_fields_are_picked_are_no_repetition() {
    let upstream = MockUpstream::start().await;
    search(&upstream, |after| {
        let number: u32 = after.map_or(0, |after| after.parse().unwrap());
        let row = json!({ "id": number, "type": "ap" });
        (json!([row]), (number < 8).then(|| format!("token={}", number + 1)))
    });
    let finished = all_of(&upstream, "searchOrgAlarms").argument("fields=type").run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    assert_eq!(answer(&finished)["results"], json!(vec![json!({ "type": "ap" }); 9]));
}

#[tokio::test]
async fn the_arguments_that_go_on_have_the_window_of_the_first_page_after_every_page() {
    for calls in 1..=3_usize {
        let upstream = MockUpstream::start().await;
        search(&upstream, |after| {
            let number: u32 = after.map_or(0, |after| after.parse().unwrap());
            (json!([{ "id": number }]), Some(format!("search_after={}", number + 1)))
        });
        let launch = all_of(&upstream, "searchOrgAlarms").argument("duration=6h").argument("limit=1");
        let finished = launch.argument(&format!("--max-calls={calls}")).run().await;
        let wanted = json!({ "search_after": calls.to_string(), "start": 1_000_000_001, "end": 1_000_000_002, "duration": "" });
        assert_eq!(answer(&finished)["next"], wanted, "{}", finished.stderr);
        let command = format!(
            "searchOrgAlarms limit=1 search_after={calls} start=1000000001 end=1000000002 --all-pages"
        );
        assert!(finished.stderr.contains(&command), "{}", finished.stderr);
        upstream.take();
        let go_on = all_of(&upstream, "searchOrgAlarms").arguments("--max-calls 1 --json");
        let mut arguments = json!({ "duration": "6h", "limit": 1 });
        arguments.as_object_mut().unwrap().extend(wanted.as_object().unwrap().clone());
        let finished = go_on.argument(&arguments.to_string()).run().await;
        assert_eq!(answer(&finished)["results"], json!([{ "id": calls }]), "{}", finished.stderr);
        let asked = upstream.take().remove(0);
        let window = ["start", "end", "duration"].map(|name| asked.parameter(name));
        assert_eq!(window, [Some("1000000001"), Some("1000000002"), None], "{asked:?}");
    }
}

#[tokio::test]
async fn a_list_without_rows_is_an_empty_table() {
    let upstream = MockUpstream::start().await;
    for body in ["null", "", r#"{"results":null}"#] {
        upstream.answers(&stats(), [Answer::new("application/json", body)]);
        for flags in ["--table", "--table --all-pages"] {
            let call = Launch::at(&upstream, &format!("call listOrgDevicesStats {flags} --org-id {ORG}"));
            let finished = call.run().await;
            assert_eq!((finished.code(), finished.output().as_str()), (Some(0), ""), "{body:?}");
            assert!(finished.stderr.contains("no rows"), "{body:?} {flags}: {}", finished.stderr);
        }
    }
}

#[tokio::test]
async fn all_pages_are_one_table_or_one_toon() {
    let upstream = MockUpstream::start().await;
    let pages = [page(1, 3, &rows(0, 2)), page(2, 3, &rows(2, 1))];
    upstream.answers(&stats(), pages.clone());
    let table = all(&upstream).argument("--table").argument("fields=mac").run().await;
    assert_eq!((table.output().as_str(), table.stderr.as_str()), ("mac\n  0\n  1\n  2", ""));
    upstream.answers(&stats(), pages);
    let toon = all(&upstream).argument("--format=toon").argument("fields=mac").run().await;
    assert!(toon.output().contains("results[3]{mac}:\n  0\n  1\n  2"), "{}", toon.output());
}

fn has_window(request: &Received) -> bool {
    ["start", "end", "duration"].iter().any(|name| request.parameter(name).is_some())
}

#[tokio::test]
async fn a_window_that_neither_the_call_nor_the_endpoint_has_narrows_no_later_page() {
    for tool in ["searchOrgJsiSirt", "searchOrgJsiPbn", "searchOrgOspfStats"] {
        let upstream = MockUpstream::start().await;
        upstream.default_handler(|request| {
            // The window in the answer is the last day; the rows are older.
            if has_window(request) {
                return Answer::json(&json!({ "results": [], "total": 0, "start": 1_000_000_001, "end": 1_000_000_002 }));
            }
            let number = request.number("search_after").unwrap_or(0);
            let next = (number < 2).then(|| format!("{}?search_after={}", request.path, number + 1));
            Answer::json(
                &json!({ "results": [{ "id": number }], "next": next, "total": 3, "start": 1_000_000_001, "end": 1_000_000_002 }),
            )
        });
        let finished = all_of(&upstream, tool).run().await;
        assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""), "{tool}");
        assert_eq!(answer(&finished)["results"], json!([{ "id": 0 }, { "id": 1 }, { "id": 2 }]), "{tool}");
        // A window of the call stays the same on all pages.
        upstream.take();
        let finished = all_of(&upstream, tool).argument("start=-1d").run().await;
        assert_eq!(finished.code(), Some(0), "{tool}: {}", finished.stderr);
        assert!(upstream.take().iter().all(has_window), "{tool}");
    }
}

/// Flow records, whose position is a field of the answer.
fn flow_records(upstream: &MockUpstream, last: u32) {
    upstream.default_handler(move |request| {
        let after = request.parameter("search_after");
        let number: u32 = after.map_or(0, |after| after.strip_prefix("abc,").unwrap().parse().unwrap());
        let rows = if number <= last { json!([{ "id": number }]) } else { json!([]) };
        let position = format!("abc,{}", number + 1);
        Answer::json(&json!({ "results": rows, "total": 4, "limit": 1, "search_after": position }))
    });
}

#[tokio::test]
async fn a_position_in_the_answer_leads_to_all_pages() {
    let upstream = MockUpstream::start().await;
    let call = || {
        Launch::at(
            &upstream,
            &format!("call searchSiteDeviceFlowRecords site_id={ORG} device_id={ORG} --all-pages"),
        )
    };
    flow_records(&upstream, 3);
    let finished = call().run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    assert_eq!(answer(&finished)["results"], json!([{ "id": 0 }, { "id": 1 }, { "id": 2 }, { "id": 3 }]));
    flow_records(&upstream, 2);
    let finished = call().run().await;
    assert_eq!(finished.code(), Some(1), "{}", finished.stderr);
    assert!(finished.stderr.contains("3 of 4 rows"), "{}", finished.stderr);
}
