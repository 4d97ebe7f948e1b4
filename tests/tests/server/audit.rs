//! The audit log over stdio, and its flags.

use mistmcp_tests::{Launch, TOKEN};
use serde_json::{Value, json};

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
