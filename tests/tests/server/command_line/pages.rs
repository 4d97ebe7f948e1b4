//! `--all-pages`: the rows of all pages in one answer.

use std::process::Stdio;

use mistmcp_tests::{Answer, Finished, Launch, MockUpstream, Received, TOKEN, binary, soon};
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
    let pages: Vec<_> =
        asked.iter().map(|request| request.query.iter().find(|(name, _)| name == "page")).collect();
    let page = |number: &str| ("page".to_owned(), number.to_owned());
    assert_eq!(pages, [None, Some(&page("2")), Some(&page("3"))]);
    assert!(asked.iter().all(|request| request.query.contains(&("limit".to_owned(), "2".to_owned()))));
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

#[tokio::test]
async fn an_error_on_the_way_leaves_a_whole_object_that_states_where_to_go_on() {
    let upstream = MockUpstream::start().await;
    let limited = Answer::json(&json!({ "detail": "slow down" })).status(429).header("retry-after", "900");
    upstream.answers(&stats(), [page(1, 5, &rows(0, 2)), page(2, 5, &rows(2, 2)), limited]);
    let finished = all(&upstream).run().await;
    assert_eq!(finished.code(), Some(5), "{}", finished.stderr);
    let answer = answer(&finished);
    let next = &answer["next"];
    assert_eq!(
        (&answer["results"], &next["page"], &next["limit"]),
        (&json!(rows(0, 4)), &json!(3), &json!(2))
    );
    // The window of the first page, in place of its duration.
    assert!(next["start"].is_u64() && next["end"].is_u64() && next["duration"] == "", "{next}");
    assert!(
        finished.stderr.contains("slow down") && finished.stderr.contains("4 of 5 rows"),
        "{}",
        finished.stderr
    );
}

#[tokio::test]
async fn a_page_that_points_to_itself_is_no_endless_errand() {
    let upstream = MockUpstream::start().await;
    let search = json!({ "results": [{ "id": 1 }], "next": "/api/v1/x?search_after=same", "total": 9 });
    upstream.json(&format!("/api/v1/orgs/{ORG}/alarms/search"), &search);
    let finished = Launch::at(&upstream, "call searchOrgAlarms --all-pages")
        .argument("--org-id")
        .argument(ORG)
        .run()
        .await;
    assert_eq!(finished.code(), Some(1), "{}", finished.stderr);
    assert!(finished.stderr.contains("same page"), "{}", finished.stderr);
    assert_eq!(upstream.take().len(), 2);
}

/// A search whose pages follow one another as `answer` says: the rows and the next cursor by the last one.
fn search(
    upstream: &MockUpstream,
    answer: impl Fn(Option<&str>) -> (Value, Option<String>) + Send + Sync + 'static,
) {
    upstream.default_handler(move |request| {
        let after = request.query.iter().find(|(name, _)| name == "search_after" || name == "token");
        let (rows, next) = answer(after.map(|(_, value)| value.as_str()));
        let next = next.map(|next| format!("{}?{next}", request.path));
        Answer::json(&json!({ "results": rows, "next": next, "total": 9, "start": 1, "end": 2 }))
    });
}

fn all_of(upstream: &MockUpstream, tool: &str) -> Launch {
    Launch::at(upstream, &format!("call {tool} --all-pages")).argument("--org-id").argument(ORG)
}

#[tokio::test]
async fn pages_that_alternate_or_come_again_behind_new_cursors_end_it() {
    for fields in ["", "fields=id"] {
        let upstream = MockUpstream::start().await;
        search(&upstream, |after| match after {
            Some("b") => (json!([{ "id": "b" }]), Some("search_after=a".to_owned())),
            _ => (json!([{ "id": "a" }]), Some("search_after=b".to_owned())),
        });
        let alternating = all_of(&upstream, "searchOrgAlarms");
        let alternating = if fields.is_empty() { alternating } else { alternating.argument(fields) };
        let finished = alternating.run().await;
        assert_eq!((finished.code(), upstream.take().len()), (Some(1), 3), "{}", finished.stderr);
        assert_eq!(answer(&finished)["results"], json!([{ "id": "a" }, { "id": "b" }]));
        assert!(finished.stderr.contains("same page"), "{}", finished.stderr);
    }

    let upstream = MockUpstream::start().await;
    search(&upstream, |after| {
        let number: u32 = after.map_or(0, |after| after.parse().unwrap());
        (json!([{ "id": number % 3 }]), Some(format!("search_after={}", number + 1)))
    });
    let finished = all_of(&upstream, "searchOrgAlarms").run().await;
    assert_eq!((finished.code(), upstream.take().len()), (Some(1), 4), "{}", finished.stderr);
    assert_eq!(answer(&finished)["results"], json!([{ "id": 0 }, { "id": 1 }, { "id": 2 }]));
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
async fn an_empty_page_ends_it_and_is_reported_where_rows_are_missing() {
    for empty in [json!([]), Value::Null, json!({})] {
        let upstream = MockUpstream::start().await;
        let none = empty.clone();
        search(&upstream, move |after| match after {
            None => (json!([{ "id": 1 }]), Some("search_after=2".to_owned())),
            Some(_) => (none.clone(), Some("search_after=3".to_owned())),
        });
        let finished = all_of(&upstream, "searchOrgAlarms").run().await;
        assert_eq!((finished.code(), upstream.take().len()), (Some(1), 2), "{}", finished.stderr);
        assert_eq!(answer(&finished)["results"], json!([{ "id": 1 }]), "{empty}");
        assert!(
            finished.stderr.contains("page without rows") && finished.stderr.contains("1 of 9 rows"),
            "{}",
            finished.stderr
        );
    }
    let upstream = MockUpstream::start().await;
    let null = Answer::new("application/json", "null");
    upstream.answers(&stats(), [Answer::json(&json!(rows(0, 2))), null]);
    let finished = all(&upstream).run().await;
    assert_eq!((finished.code(), finished.stderr.as_str(), upstream.take().len()), (Some(0), "", 2));
    assert_eq!(answer(&finished)["results"], json!(rows(0, 2)));
}

#[tokio::test]
async fn so_many_calls_are_enough_and_the_rest_can_be_had_from_there() {
    let upstream = MockUpstream::start().await;
    search(&upstream, |after| {
        let number: u32 = after.map_or(0, |after| after.parse().unwrap());
        (json!([{ "id": number }]), Some(format!("token={}", number + 1)))
    });
    let finished = all_of(&upstream, "searchOrgGuestAuthorization").argument("--max-calls=3").run().await;
    assert_eq!((finished.code(), upstream.take().len()), (Some(1), 3), "{}", finished.stderr);
    let first = answer(&finished);
    assert_eq!(first["results"], json!([{ "id": 0 }, { "id": 1 }, { "id": 2 }]));
    assert_eq!(first["next"]["cursor"], "token=3");
    for wanted in ["--max-calls=3", "3 of 9 rows", "token=3"] {
        assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
    }
    let go_on = Launch::at(&upstream, "call searchOrgGuestAuthorization --all-pages --max-calls 2")
        .argument("--org-id")
        .argument(ORG)
        .argument("--json")
        .argument(&first["next"].to_string());
    let finished = go_on.run().await;
    assert_eq!(answer(&finished)["results"], json!([{ "id": 3 }, { "id": 4 }]), "{}", finished.stderr);
    upstream.take();

    let finished = all_of(&upstream, "searchOrgGuestAuthorization").run().await;
    assert_eq!((finished.code(), upstream.take().len()), (Some(1), 100), "{}", finished.stderr);
    assert_eq!(answer(&finished)["results"].as_array().unwrap().len(), 100);
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
        let wanted = json!({ "search_after": calls.to_string(), "start": 1, "end": 2, "duration": "" });
        assert_eq!(answer(&finished)["next"], wanted, "{}", finished.stderr);
        let command = format!("searchOrgAlarms limit=1 search_after={calls} start=1 end=2 --all-pages");
        assert!(finished.stderr.contains(&command), "{}", finished.stderr);
        upstream.take();
        let go_on = all_of(&upstream, "searchOrgAlarms").arguments("--max-calls 1 --json");
        let mut arguments = json!({ "duration": "6h", "limit": 1 });
        arguments.as_object_mut().unwrap().extend(wanted.as_object().unwrap().clone());
        let finished = go_on.argument(&arguments.to_string()).run().await;
        assert_eq!(answer(&finished)["results"], json!([{ "id": calls }]), "{}", finished.stderr);
        let asked = upstream.take().remove(0).query;
        assert!(asked.iter().all(|(name, _)| name != "duration"), "{asked:?}");
        for window in [("start", "1"), ("end", "2")] {
            assert!(asked.iter().any(|(name, value)| (name.as_str(), value.as_str()) == window), "{asked:?}");
        }
    }
}

#[tokio::test]
async fn a_page_that_breaks_off_ends_it_with_the_rows_that_came() {
    let upstream = MockUpstream::start().await;
    let broken = Answer::new("application/json", r#"[{"mac":2},{"ma"#);
    upstream.answers(&stats(), [page(1, 4, &rows(0, 2)), broken]);
    let finished = all(&upstream).run().await;
    assert_eq!((finished.code(), upstream.take().len()), (Some(1), 2), "{}", finished.stderr);
    assert_eq!(answer(&finished)["results"].as_array().unwrap().len(), 3);
    assert!(
        finished.stderr.contains("broke off") && finished.stderr.contains(" page=2 "),
        "{}",
        finished.stderr
    );
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

#[cfg(unix)]
#[tokio::test]
async fn interrupted_it_prints_how_far_it_came() {
    let upstream = MockUpstream::start().await;
    upstream.answers(&stats(), [page(1, 5, &rows(0, 2)), Answer::never()]);
    let stdio = all(&upstream).stdio();
    soon("two requests", upstream.arrivals(2)).await;
    stdio.signal("INT").await;
    let finished = stdio.ended().await;
    assert_eq!(finished.code(), Some(130), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("interrupted") && finished.stderr.contains("2 of 5 rows"),
        "{}",
        finished.stderr
    );
    assert_eq!(answer(&finished)["results"], json!(rows(0, 2)));
}

#[tokio::test]
async fn after_the_output_is_closed_nothing_more_is_requested() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|request| {
        let number = request.query.iter().find(|(name, _)| name == "page");
        let number = number.map_or(1, |(_, number)| number.parse().unwrap());
        page(number, 1_000_000, &rows(2 * number, 2))
    });
    let mut child = Command::new(binary())
        .args(["call", "listOrgDevicesStats", "limit=2", "--all-pages", "--org-id", ORG])
        .args(["--max-calls", "100000"])
        .args(["--allow-cloud", &upstream.url(), "--cloud", &upstream.url()])
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

fn has_window(request: &Received) -> bool {
    request.query.iter().any(|(name, _)| ["start", "end", "duration"].contains(&name.as_str()))
}

#[tokio::test]
async fn a_window_that_neither_the_call_nor_the_endpoint_has_narrows_no_later_page() {
    for tool in ["searchOrgJsiSirt", "searchOrgJsiPbn", "searchOrgOspfStats"] {
        let upstream = MockUpstream::start().await;
        upstream.default_handler(|request| {
            // The window in the answer is the last day; the rows are older.
            if has_window(request) {
                return Answer::json(&json!({ "results": [], "total": 0, "start": 1, "end": 2 }));
            }
            let after = request.query.iter().find(|(name, _)| name == "search_after");
            let number: u32 = after.map_or(0, |(_, after)| after.parse().unwrap());
            let next = (number < 2).then(|| format!("{}?search_after={}", request.path, number + 1));
            Answer::json(
                &json!({ "results": [{ "id": number }], "next": next, "total": 3, "start": 1, "end": 2 }),
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
        let after = request.query.iter().find(|(name, _)| name == "search_after");
        let number: u32 = after.map_or(0, |(_, after)| after.strip_prefix("abc,").unwrap().parse().unwrap());
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

#[tokio::test]
async fn rows_that_nothing_leads_to_are_reported() {
    let upstream = MockUpstream::start().await;
    for tool in ["searchOrgAlarms", "searchOrgGuestAuthorization", "countOrgAlarms"] {
        upstream.default_handler(|_| Answer::json(&json!({ "results": [{ "count": 1 }], "total": 27 })));
        let finished = all_of(&upstream, tool).argument("limit=1").run().await;
        assert_eq!((finished.code(), upstream.take().len()), (Some(1), 1), "{tool}: {}", finished.stderr);
        assert_eq!(answer(&finished)["incomplete"], true, "{tool}");
        for wanted in ["27 rows", "1 of them", "stopped after 1 of 27 rows"] {
            assert!(finished.stderr.contains(wanted), "{tool} {wanted}: {}", finished.stderr);
        }
    }
    // A page that is not the first, and is the last by what Mist answers.
    search(&upstream, |after| match after {
        None => (json!([{ "id": 1 }]), Some("search_after=2".to_owned())),
        Some(_) => (json!([{ "id": 2 }]), None),
    });
    let finished = all_of(&upstream, "searchOrgAlarms").run().await;
    assert_eq!(finished.code(), Some(1), "{}", finished.stderr);
    for wanted in ["9 rows", "no more pages", "2 of 9 rows"] {
        assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
    }
}

/// The command line at the end of what was said, run by a shell; what it printed.
#[cfg(unix)]
async fn continued(finished: &mistmcp_tests::Finished) -> String {
    let (_, command) =
        finished.stderr.split_once("; to continue: ").unwrap_or_else(|| panic!("{}", finished.stderr));
    let arguments = command.strip_prefix("mistmcp ").unwrap_or_else(|| panic!("{command}"));
    let command = format!("'{}' {arguments}", mistmcp_tests::binary().display());
    let mut shell = tokio::process::Command::new("/bin/sh");
    let output = shell.args(["-c", &command]).env_clear().output().await.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!errors.contains("error:") || errors.contains("--max-calls"), "{command}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn the_command_that_continues_prints_the_other_pages_in_the_same_form() {
    for (call, form) in [
        ("searchOrgAlarms duration=7d limit=2", ""),
        ("searchOrgAlarms start=-3d limit=1", ""),
        ("listOrgDevicesStats type=all limit=5 fields=name,mac", ""),
        ("searchOrgDevices limit=3", "--csv --fields model,mac"),
    ] {
        let call = format!("call {call} {form} --demo --all-pages --max-calls");
        let first = Launch::new(&format!("{call} 1")).run().await;
        assert_eq!(first.code(), Some(1), "{call}: {}", first.stderr);
        let other = continued(&first).await;
        let rows = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.contains("\"results\"") && !line.starts_with(']'));
            lines.map(|line| line.trim_end_matches(',').to_owned()).collect()
        };
        let (first, other) = (rows(&first.output()), rows(&other));
        assert!(!other.is_empty(), "{call}");
        assert_eq!(first[0].starts_with("model,"), other[0].starts_with("model,"), "{call}");
        assert_ne!(first.last(), other.last(), "{call}");
    }
}
