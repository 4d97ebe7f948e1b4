//! The audit log: a line for each call, complete, without secrets, and never in the way of a call.

use std::collections::BTreeSet;
use std::path::Path;

use mistmcp_tests::{HttpServer, Launch, Lifecycle, MockUpstream, TOKEN, fields_of, soon};
use serde_json::{Value, json};

use crate::fixture::{ALICE, BOB, Fixture, site, site_path};

pub(crate) const LOG: &str = "audit.jsonl";

pub(crate) async fn audited(arguments: &str) -> Fixture {
    let upstream = MockUpstream::start().await;
    let server = Launch::at(&upstream, &format!("--audit-log {LOG} {arguments}")).serve().await;
    Fixture { upstream, server }
}

pub(crate) fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// The lines of the log after the server has ended.
pub(crate) async fn lines_at_end(server: HttpServer) -> Vec<Value> {
    server.signal("TERM").await;
    let copy = tempfile::tempdir().unwrap();
    // The folder goes with the server.
    std::fs::hard_link(server.folder().join(LOG), copy.path().join(LOG)).unwrap();
    let (status, errors) = server.ended().await;
    assert!(status.success(), "{errors}");
    lines(&copy.path().join(LOG))
}

/// The lines of the log once there are so many.
async fn written(server: &HttpServer, name: &str, count: usize) -> Vec<Value> {
    let path = server.folder().join(name);
    let enough = async {
        loop {
            let lines = lines(&path);
            if lines.len() >= count {
                return lines;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("the lines of the audit log", enough).await
}

#[tokio::test]
async fn each_call_has_a_line_that_states_who_called_what_and_how_it_ended() {
    let fixture = audited("--mode all --without-tools getSelf").await;
    fixture.upstream.json(&site_path(1), &json!({ "name": "Leeds" }));
    fixture.upstream.answers(&site_path(2), [mistmcp_tests::Answer::json(&json!({})).status(403)]);
    let mut of_alice = BTreeSet::new();
    for (round, lifecycle) in Lifecycle::BOTH.into_iter().enumerate() {
        let alice = fixture.alice("").connect(lifecycle).await;
        alice.call("getSiteInfo", site(1)).await;
        alice.refusal("getSiteInfo", site(2)).await;
        alice.try_call("getSelf", json!({})).await;
        alice.try_call("noSuchTool", json!({ "password": "hunter2hunter2", "name": ALICE })).await;
        let lines = written(&fixture.server, LOG, 4 * (round + 1)).await.split_off(4 * round);
        let outcomes: Vec<_> =
            lines.iter().map(|line| fields_of(line, ["tool", "outcome", "kind", "mist_calls"])).collect();
        assert_eq!(
            outcomes,
            [
                r#""getSiteInfo" "ok" null 1"#,
                r#""getSiteInfo" "error" "permission" 1"#,
                r#""getSelf" "refused" "tool" 0"#,
                r#""noSuchTool" "refused" "tool" 0"#,
            ]
        );
        assert_eq!(lines[0]["arguments"], site(1));
        assert_eq!(lines[3]["arguments"], json!({ "password": "[hidden]", "name": "[token]" }));
        for line in &lines {
            assert!(line["time"].as_str().unwrap().ends_with('Z') && line["ms"].is_u64(), "{line}");
            assert_eq!(line["bytes"].as_u64().unwrap() > 0, line["outcome"] == "ok", "{line}");
            assert_eq!(line["session"].is_string(), lifecycle == Lifecycle::Legacy, "{line}");
            of_alice.insert(line["token_hash"].as_str().unwrap().to_owned());
        }
        assert!(!alice.opened().is_some_and(|id| lines[0].to_string().contains(id)));
    }
    fixture.bob("").open().await.call("getSiteInfo", site(1)).await;
    let bob = written(&fixture.server, LOG, 9).await[8]["token_hash"].as_str().unwrap().to_owned();
    assert!(of_alice.len() == 1 && !of_alice.contains(&bob), "{of_alice:?} {bob}");
    let text = std::fs::read_to_string(fixture.server.folder().join(LOG)).unwrap();
    for secret in [ALICE, BOB, TOKEN, "hunter2"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn no_line_is_missing_under_load_or_at_the_end() {
    const CLIENTS: usize = 20;
    const CALLS: usize = 40;
    let fixture = audited("--audit-log-required").await;
    let clients = (0..CLIENTS).map(|client| {
        let alice = fixture.alice("").lifecycle(Lifecycle::BOTH[client % 2]);
        async move {
            let alice = alice.connect(Lifecycle::BOTH[client % 2]).await;
            for call in 0..CALLS {
                let arguments = site(client * CALLS + call);
                alice.call("callTool", json!({ "tool": "getSiteInfo", "arguments": arguments })).await;
            }
        }
    });
    futures_util::future::join_all(clients).await;
    let sites: BTreeSet<_> = lines_at_end(fixture.server)
        .await
        .iter()
        .map(|line| line["arguments"]["arguments"]["site_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(sites.len(), CLIENTS * CALLS);
}

#[cfg(unix)]
#[tokio::test]
async fn a_rotated_log_goes_on_in_a_new_file() {
    let fixture = audited("").await;
    let alice = fixture.alice("?mode=all").open().await;
    alice.call("getSiteInfo", site(1)).await;
    written(&fixture.server, LOG, 1).await;
    let folder = fixture.server.folder();
    std::fs::rename(folder.join(LOG), folder.join("old.jsonl")).unwrap();
    fixture.server.signal("HUP").await;
    let reopened = async {
        while !folder.join(LOG).exists() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("a new file", reopened).await;
    alice.call("getSiteInfo", site(2)).await;
    assert_eq!(written(&fixture.server, LOG, 1).await[0]["arguments"], site(2));
    assert_eq!(lines(&folder.join("old.jsonl")).len(), 1);
    let permissions = std::fs::metadata(folder.join(LOG)).unwrap().permissions();
    let mode = std::os::unix::fs::PermissionsExt::mode(&permissions);
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_cannot_be_written_stops_calls_only_where_it_is_required() {
    for required in [false, true] {
        let upstream = MockUpstream::start().await;
        let flags = if required { " --audit-log-required" } else { "" };
        let server = Launch::at(&upstream, &format!("--audit-log /dev/full{flags}")).serve().await;
        let fixture = Fixture { upstream, server };
        let alice = fixture.alice("?mode=all").open().await;
        if required {
            // Its answer would be given out unrecorded.
            let withheld = alice.refusal("getSiteInfo", site(1)).await;
            assert!(withheld.contains("audit log") && withheld.contains("withheld"), "{withheld}");
        } else {
            alice.call("getSiteInfo", site(1)).await;
        }
        let told = |errors: &String| errors.contains("audit log cannot be written");
        fixture.server.wait_until("the failure in the log", told).await;
        fixture.upstream.take();
        if required {
            let refused = alice.refusal("getSiteInfo", site(2)).await;
            assert!(refused.contains("audit log"), "{refused}");
        } else {
            alice.call("getSiteInfo", site(2)).await;
        }
        assert_eq!(fixture.upstream.take().is_empty(), required);
        fixture.server.signal("TERM").await;
        let (status, errors) = fixture.server.ended().await;
        assert!(status.success() && errors.contains("missing in the audit log"), "{errors}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_cannot_be_written_goes_on_in_a_file_that_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let upstream = MockUpstream::start().await;
    let launch = Launch::at(&upstream, "").argument("--audit-log").argument(path.to_str().unwrap());
    let fixture = Fixture { server: launch.serve().await, upstream };
    let alice = fixture.alice("?mode=all").open().await;
    for number in 1..4 {
        alice.call("getSiteInfo", site(number)).await;
    }
    let told = |errors: &String| errors.contains("audit log cannot be written");
    fixture.server.wait_until("the failure in the log", told).await;
    std::fs::remove_file(&path).unwrap();
    // What is there already ends within a line.
    std::fs::write(&path, "{\"half").unwrap();
    fixture.server.signal("HUP").await;
    let all = async {
        while std::fs::read_to_string(&path).unwrap().lines().count() < 4 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("the lines in the new file", all).await;
    alice.call("getSiteInfo", site(4)).await;
    let all = async {
        while std::fs::read_to_string(&path).unwrap().lines().count() < 5 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("the next line", all).await;
    let text = std::fs::read_to_string(&path).unwrap();
    let (half, rest) = text.split_once('\n').unwrap();
    assert_eq!(half, "{\"half");
    for (number, line) in rest.lines().enumerate() {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap()["arguments"], site(number + 1));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_log_that_ends_within_a_line_goes_on_in_a_new_one_at_start() {
    let upstream = MockUpstream::start().await;
    let launch = Launch::at(&upstream, &format!("--audit-log {LOG}")).file(LOG, "{\"whole\":1}\n{\"half");
    let fixture = Fixture { server: launch.serve().await, upstream };
    fixture.alice("?mode=all").open().await.call("getSiteInfo", site(1)).await;
    let path = fixture.server.folder().join(LOG);
    let all = async {
        while std::fs::read_to_string(&path).unwrap().lines().count() < 3 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("the line", all).await;
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\"whole\":1}\n{\"half\n{\"time\""), "{text}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_fifo_without_a_reader_and_a_folder_stop_the_program() {
    for (name, wanted) in [("fifo", "start its reader first"), ("", "which cannot be opened")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        if !name.is_empty() {
            let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
            assert!(made.success());
        }
        let launch =
            Launch::new("--transport http --port 0 --demo --audit-log").argument(path.to_str().unwrap());
        let finished = launch.run().await;
        assert_eq!(finished.code(), Some(1), "{}", finished.stderr);
        assert!(
            finished.stderr.contains(wanted) && finished.stderr.contains("--audit-log"),
            "{}",
            finished.stderr
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn where_the_log_is_required_withheld_and_refused_calls_have_true_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let upstream = MockUpstream::start().await;
    let launch = Launch::at(&upstream, "--audit-log-required")
        .argument("--audit-log")
        .argument(path.to_str().unwrap());
    let fixture = Fixture { server: launch.serve().await, upstream };
    let alice = fixture.alice("?mode=all").open().await;
    let withheld = alice.refusal("getSiteInfo", site(1)).await;
    assert!(withheld.contains("withheld"), "{withheld}");
    let refused = alice.refusal("getSiteInfo", site(2)).await;
    assert!(refused.contains("was not made"), "{refused}");
    std::fs::remove_file(&path).unwrap();
    fixture.server.signal("HUP").await;
    let all = async {
        while lines_so_far(&path).len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("the lines in the new file", all).await;
    alice.call("getSiteInfo", site(3)).await;
    let ended: Vec<_> = lines_so_far(&path)
        .iter()
        .map(|line| format!("{} {} {} {}", line["outcome"], line["kind"], line["bytes"], line["mist_calls"]))
        .collect();
    assert_eq!(ended[..2], [r#""error" "audit" 0 1"#, r#""refused" "audit" 0 0"#], "{ended:?}");
    assert!(ended.len() == 3 && ended[2].starts_with(r#""ok" null"#), "{ended:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn where_the_log_is_required_no_call_goes_on_while_its_file_cannot_be_opened_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, moved) = (folder.path().join("logs"), folder.path().join("moved"));
    std::fs::create_dir(&logs).unwrap();
    let path = logs.join("log");
    let upstream = MockUpstream::start().await;
    let launch = Launch::at(&upstream, "--audit-log-required")
        .argument("--audit-log")
        .argument(path.to_str().unwrap());
    let fixture = Fixture { server: launch.serve().await, upstream };
    let alice = fixture.alice("?mode=all").open().await;
    alice.call("getSiteInfo", site(1)).await;
    std::fs::rename(&logs, &moved).unwrap();
    fixture.server.signal("HUP").await;
    let told = |errors: &String| errors.contains("cannot be opened anew");
    fixture.server.wait_until("the failure in the log", told).await;
    fixture.upstream.take();
    alice.refusal("getSiteInfo", site(2)).await;
    std::fs::create_dir(&logs).unwrap();
    let works = async {
        while alice.try_call("getSiteInfo", site(3)).await.body.contains("audit log") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("the log in the new folder", works).await;
    assert_eq!(lines_so_far(&moved.join("log")).len(), 1);
    let lines = lines_so_far(&path);
    assert_eq!([&lines[0]["outcome"], &lines[0]["kind"]], ["refused", "audit"], "{}", lines[0]);
    assert_eq!(lines.last().unwrap()["outcome"], "ok");
}

/// The whole lines of a log that is being written.
#[cfg(unix)]
fn lines_so_far(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.split_inclusive('\n').filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[tokio::test]
async fn a_call_by_name_has_the_tool_that_it_names_and_an_unknown_one_has_one_kind() {
    let fixture = audited("--without-tools getSelf").await;
    for (round, lifecycle) in Lifecycle::BOTH.into_iter().enumerate() {
        let alice = fixture.alice("").connect(lifecycle).await;
        for (tool, arguments) in [
            ("callTool", json!({ "tool": "getSiteInfo", "arguments": site(1) })),
            ("callTool", json!({ "name": " getSiteInfo ", "arguments": site(1) })),
            ("callTool", json!({ "tool": "noSuchTool" })),
            ("callTool", json!({ "tool": "getSelf" })),
            ("callTool", json!({ "tool": TOKEN })),
            ("noSuchTool", json!({})),
        ] {
            alice.try_call(tool, arguments).await;
        }
        let lines = written(&fixture.server, LOG, 6 * (round + 1)).await.split_off(6 * round);
        let told: Vec<_> =
            lines.iter().map(|line| fields_of(line, ["tool", "called", "outcome", "kind"])).collect();
        assert_eq!(
            told,
            [
                r#""callTool" "getSiteInfo" "ok" null"#,
                r#""callTool" "getSiteInfo" "ok" null"#,
                r#""callTool" "noSuchTool" "refused" "tool""#,
                r#""callTool" "getSelf" "refused" "tool""#,
                r#""callTool" "[token]" "refused" "tool""#,
                r#""noSuchTool" null "refused" "tool""#,
            ]
        );
    }
}

#[tokio::test]
async fn literals_of_a_query_about_a_secret_and_tokens_in_other_spellings_are_hidden() {
    let fixture = audited("--mode all").await;
    let alice = fixture.alice("").open().await;
    let by = |of: fn(char) -> String| TOKEN.chars().map(of).collect::<String>();
    let (first, rest) = TOKEN.split_at(TOKEN.len() / 2);
    let texts = [
        format!("{first} {rest}"),
        format!("{first}\n{rest}"),
        format!("a {first}\u{200b}{rest} b"),
        by(|letter| format!("&#{};", u32::from(letter))),
        by(|letter| format!("\\u{:04x}", u32::from(letter))),
        by(|letter| {
            if letter.is_ascii_graphic() {
                char::from_u32(u32::from(letter) + 0xfee0).unwrap()
            } else {
                letter
            }
            .to_string()
        }),
    ];
    for text in &texts {
        alice.try_call("getSiteInfo", json!({ "site_id": text })).await;
    }
    for condition in [
        "psk IN ('hunter2hunter2')",
        "'hunter2hunter2' = lower(psk)",
        "json_extract(auth, '$.psk') LIKE 'hunter2%'",
    ] {
        let table = json!({ "t": { "tool": "listOrgWlans" } });
        alice
            .try_call(
                "queryRows",
                json!({ "tables": table, "sql": format!("SELECT ssid FROM t WHERE {condition}") }),
            )
            .await;
    }
    let lines = written(&fixture.server, LOG, texts.len() + 3).await;
    for (line, text) in lines.iter().zip(&texts) {
        let argument = line["arguments"]["site_id"].as_str().unwrap();
        assert!(argument.contains("[token]") && !argument.contains(first), "{text}: {line}");
    }
    for line in &lines[texts.len()..] {
        let sql = line["arguments"]["sql"].as_str().unwrap();
        assert!(
            sql.contains("SELECT ssid FROM t") && sql.contains("[hidden]") && !sql.contains("hunter2"),
            "{line}"
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn where_the_log_is_required_a_fifo_that_nobody_reads_refuses_calls() {
    use tokio::io::AsyncReadExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mut reader = tokio::net::unix::pipe::OpenOptions::new().open_receiver(&path).unwrap();
    let upstream = MockUpstream::start().await;
    let launch = Launch::at(&upstream, "--audit-log-required")
        .argument("--audit-log")
        .argument(path.to_str().unwrap());
    let fixture = Fixture { server: launch.serve().await, upstream };
    let alice = fixture.alice("?mode=all").open().await;
    // Lines of a token that Mist has not accepted are few and short.
    alice.call("getSiteInfo", site(0)).await;
    let long = |number: usize| json!({ "site_id": site(number)["site_id"], "text": "x".repeat(12_000) });
    let mut calls = 0;
    let withheld = loop {
        calls += 1;
        let answer = alice.try_call("getSiteInfo", long(calls)).await;
        if answer.body.contains("audit log") {
            break answer.body;
        }
        assert!(calls < 100, "the FIFO takes all");
    };
    assert!(withheld.contains("withheld"), "{withheld}");
    fixture.upstream.take();
    for number in 0..3 {
        let refused = alice.refusal("getSiteInfo", site(1_000 + number)).await;
        assert!(refused.contains("was not made"), "{refused}");
    }
    assert!(fixture.upstream.take().is_empty());
    let told = |errors: &String| errors.contains("audit log cannot be written");
    let errors = fixture.server.wait_until("the failure in the log", told).await;
    assert_eq!(errors.matches("audit log cannot be written").count(), 1, "{errors}");
    let reading = tokio::spawn(async move {
        let mut text = String::new();
        reader.read_to_string(&mut text).await.unwrap();
        text
    });
    let works = async {
        while alice.try_call("getSiteInfo", site(2_000)).await.body.contains("audit log") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("the log to be written", works).await;
    fixture.server.signal("TERM").await;
    fixture.server.ended().await;
    let text = reading.await.unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<_> = lines.iter().map(|line| format!("{} {}", line["outcome"], line["kind"])).collect();
    let count = |wanted: &str| outcomes.iter().filter(|outcome| *outcome == wanted).count();
    assert_eq!(count(r#""error" "audit""#), 1, "{outcomes:?}");
    assert!(count(r#""refused" "audit""#) >= 3, "{outcomes:?}");
    // The calls before have another kind: the tool has no such argument. So may the line that the FIFO took a part of, which
    // its correction follows.
    assert!((calls - 1..=calls).contains(&count(r#""error" "arguments""#)), "{calls}: {outcomes:?}");
    assert_eq!(outcomes.last().unwrap(), r#""ok" null"#, "{outcomes:?}");
}
