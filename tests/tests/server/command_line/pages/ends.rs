//! What ends `--all-pages` before the last page, and the call that goes on from there.

use std::process::Stdio;

use mistmcp_tests::{Answer, Launch, MockUpstream, TOKEN, binary, soon};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::{ORG, all, all_of, answer, page, rows, search, stats};

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
async fn a_list_without_rows_is_whole_whatever_is_said_of_it() {
    let upstream = MockUpstream::start().await;
    let call = |arguments: &str| Launch::at(&upstream, arguments).argument("--org-id").argument(ORG);
    let actions = format!("/api/v1/labs/orgs/{ORG}/suggestion");
    let no_endpoint = Answer::json(&json!({ "detail": "not found" })).status(404);
    upstream.json(&format!("/api/v1/orgs/{ORG}/alarms/search"), &json!({ "results": [], "total": 0 }));
    upstream.answers(&actions, [no_endpoint]);
    upstream.answers(&stats(), [page(99, 10, &[])]);
    for (arguments, note) in [
        ("listOrgMarvisActions", "none of these"),
        ("listOrgDevicesStats limit=2 page=99", "There is no page 99"),
    ] {
        for form in ["", "--csv"] {
            let finished = call(&format!("call {arguments} --all-pages {form}")).run().await;
            assert_eq!(finished.code(), Some(0), "{arguments}: {} {}", finished.output(), finished.stderr);
            let told = if form.is_empty() { finished.output() } else { finished.stderr.clone() };
            assert!(told.contains(note), "{arguments} {form}: {told}");
            assert!(!finished.stderr.contains("stopped after"), "{arguments}: {}", finished.stderr);
        }
    }
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
async fn the_rest_is_asked_for_and_printed_with_the_same_flags() {
    let upstream = MockUpstream::start().await;
    upstream.answers(&stats(), [page(1, 4, &rows(0, 2))]);
    for (flags, left_out) in [
        ("--format toon --show-secrets", "--csv"),
        ("--audit-log my.jsonl --audit-log-required", "--format"),
        ("--csv --timeout 45 --retry-wait 0 --rate-limit 900", "--show-secrets"),
        ("--max-response-bytes 90000 --table", "--audit-log"),
    ] {
        let launch = all(&upstream).argument("--max-calls=1").arguments(flags);
        let finished = launch.variable("MISTMCP_MAX_RESPONSE_BYTES", "80000").run().await;
        let (_, go_on) =
            finished.stderr.split_once("to continue: ").unwrap_or_else(|| panic!("{}", finished.stderr));
        let words: Vec<_> = go_on.split_whitespace().collect();
        let flags: Vec<_> = flags.split(' ').collect();
        // Each flag with its value.
        for (place, flag) in flags.iter().enumerate().filter(|(_, word)| word.starts_with("--")) {
            let wanted: Vec<_> = match flags.get(place + 1) {
                Some(value) if !value.starts_with("--") => vec![*flag, *value],
                _ => vec![*flag],
            };
            assert!(words.windows(wanted.len()).any(|words| words == wanted), "{wanted:?}: {go_on}");
        }
        assert!(!words.contains(&left_out), "{left_out}: {go_on}");
        assert_eq!(
            words.contains(&"--max-response-bytes"),
            flags.contains(&"--max-response-bytes"),
            "{go_on}"
        );
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
        let number = request.number("page").unwrap_or(1);
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
