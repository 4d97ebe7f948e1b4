//! Audit logs that cannot be opened or written, or end within a line, and that go on where they can be written again.

use std::path::Path;

use mistmcp_tests::{HttpClient, Launch, MockUpstream, polled};
use serde_json::{Value, json};

use crate::audit::{LOG, audited_at, text_of, written};
use crate::fixture::{Fixture, site};

/// Repeats a call until it is not refused for the sake of the audit log.
async fn answered(client: &HttpClient, site: Value) {
    polled("the log to be written", async || {
        let answer = client.try_call("getSiteInfo", site.clone()).await;
        (!answer.body.contains("audit log")).then_some(())
    })
    .await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_cannot_be_written_stops_calls_only_where_it_is_required() {
    for required in [false, true] {
        let flags = if required { "--audit-log-required" } else { "" };
        let fixture = audited_at(Path::new("/dev/full"), flags).await;
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
    let fixture = audited_at(&path, "").await;
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
    text_of(&path, 4).await;
    alice.call("getSiteInfo", site(4)).await;
    let text = text_of(&path, 5).await;
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
    let text = text_of(&fixture.server.folder().join(LOG), 3).await;
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
    let fixture = audited_at(&path, "--audit-log-required").await;
    let alice = fixture.alice("?mode=all").open().await;
    let withheld = alice.refusal("getSiteInfo", site(1)).await;
    assert!(withheld.contains("withheld"), "{withheld}");
    let refused = alice.refusal("getSiteInfo", site(2)).await;
    assert!(refused.contains("was not made"), "{refused}");
    std::fs::remove_file(&path).unwrap();
    fixture.server.signal("HUP").await;
    written(&path, 2).await;
    alice.call("getSiteInfo", site(3)).await;
    let ended: Vec<_> = written(&path, 3)
        .await
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
    let fixture = audited_at(&path, "--audit-log-required").await;
    let alice = fixture.alice("?mode=all").open().await;
    alice.call("getSiteInfo", site(1)).await;
    std::fs::rename(&logs, &moved).unwrap();
    fixture.server.signal("HUP").await;
    let told = |errors: &String| errors.contains("cannot be opened anew");
    fixture.server.wait_until("the failure in the log", told).await;
    fixture.upstream.take();
    alice.refusal("getSiteInfo", site(2)).await;
    std::fs::create_dir(&logs).unwrap();
    answered(&alice, site(3)).await;
    assert_eq!(written(&moved.join("log"), 1).await.len(), 1);
    let lines = written(&path, 2).await;
    assert_eq!([&lines[0]["outcome"], &lines[0]["kind"]], ["refused", "audit"], "{}", lines[0]);
    assert_eq!(lines.last().unwrap()["outcome"], "ok");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn where_the_log_is_required_a_fifo_that_nobody_reads_refuses_calls() {
    use tokio::io::AsyncReadExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mut reader = tokio::net::unix::pipe::OpenOptions::new().open_receiver(&path).unwrap();
    let fixture = audited_at(&path, "--audit-log-required").await;
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
    answered(&alice, site(2_000)).await;
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
