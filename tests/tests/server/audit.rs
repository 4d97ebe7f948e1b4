//! The audit log over stdio, and its flags.

use mistmcp_tests::{Answer, Launch, Lifecycle, MockUpstream, StdioProcess, TOKEN, polled};
use serde_json::{Value, json};

use crate::accounts::{Customers, SITE_OF_ACME, SITE_OF_BETA};
use crate::command_line::stops;

#[tokio::test]
async fn calls_over_stdio_are_in_the_log_when_the_program_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let launch = Launch::new("--demo --audit-log").argument(path.to_str().unwrap());
    let mut process = launch.stdio();
    process.initialize().await;
    process.call("getSelf", json!({})).await;
    process.call("callTool", json!({ "tool": "getOrg", "arguments": { "psk": "s3cretpsk9" } })).await;
    process.close_stdin();
    assert_eq!(process.ended().await.code(), Some(0));
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0]["tool"] == "getSelf" && lines[0]["outcome"] == "ok" && lines[0]["mist_calls"] == 1,
        "{text}"
    );
    assert!(lines[1]["outcome"] == "error" && lines[1]["kind"] == "arguments", "{text}");
    assert!(lines[0]["token_hash"] == lines[1]["token_hash"] && lines[0]["session"].is_string(), "{text}");
    assert!(!text.contains("s3cretpsk9"), "{text}");
}

#[tokio::test]
async fn standard_error_takes_the_lines_as_well() {
    let mut process = Launch::new("--demo --audit-log stderr").variable("MIST_APITOKEN", TOKEN).stdio();
    process.initialize().await;
    process.call("getSelf", json!({})).await;
    process.close_stdin();
    let finished = process.ended().await;
    assert!(
        finished.stderr.contains(r#""tool":"getSelf","arguments":{},"outcome":"ok""#),
        "{}",
        finished.stderr
    );
}

#[tokio::test]
async fn an_audit_log_that_cannot_be_opened_stops_the_program() {
    stops(Launch::new("--demo --audit-log no/such/folder/log"), 1, &["--audit-log (or MISTMCP_AUDIT_LOG)"])
        .await;
    stops(Launch::new("--demo --audit-log-required"), 2, &["--audit-log"]).await;
}

/// The lines of a log once there are so many.
async fn written(path: &std::path::Path, count: usize) -> Vec<Value> {
    polled("the lines of the audit log", async || {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<Value> =
            text.split_inclusive('\n').filter_map(|line| serde_json::from_str(line).ok()).collect();
        (lines.len() >= count).then_some(lines)
    })
    .await
}

/// A program with this audit log, and the id of its call that Mist has and does not answer.
async fn unanswered_call(log: &std::path::Path) -> (StdioProcess, u64, MockUpstream) {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| Answer::never());
    let launch = Launch::at(&upstream, "--mode all").argument("--audit-log").argument(log.to_str().unwrap());
    let mut process = launch.stdio();
    process.initialize().await;
    let params = json!({ "name": "getSiteInfo", "arguments": { "site_id": SITE_OF_ACME } });
    let id = process.ask("tools/call", params).await;
    upstream.arrival().await;
    (process, id, upstream)
}

#[tokio::test]
async fn a_call_that_its_client_cancels_is_recorded_as_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let (mut process, id, _upstream) = unanswered_call(&path).await;
    let cancelled = json!({
        "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id, "reason": "enough" },
    });
    process.write(&cancelled.to_string()).await;
    let lines = written(&path, 1).await;
    assert_eq!([&lines[0]["outcome"], &lines[0]["kind"]], ["error", "cancelled"], "{}", lines[0]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_call_that_the_end_of_the_server_cuts_off_is_not_recorded_as_cancelled_by_its_client() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let (process, _, _upstream) = unanswered_call(&path).await;
    process.signal("TERM").await;
    let finished = process.ended().await;
    assert!(finished.output().contains("The server ended"), "{finished:?}");
    let lines = written(&path, 1).await;
    assert_eq!([&lines[0]["outcome"], &lines[0]["kind"]], ["error", "server"], "{}", lines[0]);
}

#[tokio::test]
async fn a_line_names_all_accounts_that_were_asked() {
    let customers = Customers::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let launch = customers.launch(["", ""]).argument("--audit-log").argument(path.to_str().unwrap());
    let client = launch.client(Lifecycle::Legacy).await;
    client.refusal("getOrg", json!({ "org_id": "xx" })).await;
    client.refusal("getSiteInfo", json!({ "site_id": "0c000000-0000-4000-8000-000000000003" })).await;
    client.json("getSiteInfo", json!({ "site_id": SITE_OF_BETA })).await;
    // Now it is known whose the site is.
    client.json("getSiteInfo", json!({ "site_id": SITE_OF_BETA })).await;
    let lines = written(&path, 4).await;
    for (line, wanted) in lines.iter().zip(["acme,beta", "acme,beta", "acme,beta", "beta"]) {
        assert_eq!(line["account"], wanted, "{line}");
    }
}
