//! The process behind the protocol: what is on standard output, and how it ends.

use std::time::Duration;

use mistmcp_tests::{Answer, Finished, Launch, MockUpstream, StdioProcess, soon};
use serde_json::{Value, json};

/// Every line of standard output is one message of JSON-RPC.
fn assert_only_messages(finished: &Finished) {
    for line in &finished.stdout {
        let message: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no message: {line:?}"));
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        let known = ["result", "error", "method"].iter().any(|part| message.get(*part).is_some());
        assert!(known, "{line}");
    }
}

#[tokio::test]
async fn standard_output_carries_nothing_but_messages() {
    let upstream = MockUpstream::start().await;
    upstream.answers("/api/v1/self", [Answer::new("text/html", "<h1>502</h1>").status(500)]);
    let mut stdio = Launch::at(&upstream, "--debug").stdio();
    stdio.initialize().await;
    stdio.request("tools/list", json!({})).await;
    stdio.call("getSelf", json!({})).await;
    stdio.call("getOrg", json!({})).await;
    stdio.call("callTool", json!({ "tool": "getOrg", "arguments": { "org_id": "nope" } })).await;
    stdio.call("manageMcpTools", json!({ "enable_mcp_tools_categories": ["orgs"] })).await;
    stdio.request("nonsense/method", json!({})).await;
    stdio.write("not json at all").await;
    stdio.write("{\"half\": ").await;
    stdio.request("ping", json!({})).await;
    let finished = stdio.finish().await;
    assert_only_messages(&finished);
    assert!(finished.stdout.len() >= 8, "{:?}", finished.stdout);
    assert!(finished.stderr.contains("GET /api/v1/self"), "{}", finished.stderr);
    assert_eq!(finished.code(), Some(0));
}

#[tokio::test]
async fn without_debug_standard_error_is_silent() {
    let upstream = MockUpstream::start().await;
    let mut stdio = Launch::at(&upstream, "").stdio();
    stdio.initialize().await;
    stdio.call("getSelf", json!({})).await;
    let finished = stdio.finish().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_garbage_line_does_not_keep_the_next_request_from_its_answer() {
    for first in ["garbage", "{\"jsonrpc\":", "[]", "{\"id\":1}", "", "\u{1}\u{2}", "null"] {
        let mut stdio = Launch::new("--demo").stdio();
        stdio.write(first).await;
        let answer = stdio.initialize().await;
        assert_eq!(answer["result"]["serverInfo"]["name"], "mistmcp", "{first:?}: {answer}");
        stdio.write(first).await;
        let answer = stdio.call("getSelf", json!({})).await;
        assert_ne!(answer["result"]["isError"], true, "{first:?}: {answer}");
        let finished = stdio.finish().await;
        assert_only_messages(&finished);
        assert_eq!(finished.code(), Some(0), "{first:?}");
    }
}

#[tokio::test]
async fn a_request_before_initialize_does_not_end_the_server() {
    let mut stdio = Launch::new("--demo").stdio();
    let (answer, _) = stdio.request("tools/list", json!({})).await;
    assert!(answer["error"].is_object(), "{answer}");
    let hello = stdio.initialize().await;
    assert!(hello["result"].is_object(), "{hello}");
    assert_eq!(stdio.finish().await.code(), Some(0));
}

#[tokio::test]
async fn calls_at_once_are_answered_each_by_its_id() {
    let mut stdio = Launch::new("--demo -m all").stdio();
    stdio.initialize().await;
    let mut ids = Vec::new();
    for limit in 1..=20 {
        let params = json!({ "name": "searchOrgSites", "arguments": { "limit": limit % 3 + 1 } });
        ids.push((stdio.ask("tools/call", params).await, limit % 3 + 1));
    }
    for _ in 0..ids.len() {
        let answer = stdio.read().await.unwrap();
        let (_, limit) = ids.iter().find(|(id, _)| answer["id"] == json!(id)).unwrap();
        let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}"));
        let list: Value = serde_json::from_str(text).unwrap();
        assert_eq!(list["results"].as_array().unwrap().len(), *limit, "{answer}");
    }
}

async fn assert_ends_well(what: &str, stdio: StdioProcess) {
    let finished = stdio.ended().await;
    assert_eq!(finished.code(), Some(0), "{what}: {}", finished.stderr);
    assert_only_messages(&finished);
}

/// The ways in which a client or a system ends the server.
const ENDS: [&str; 3] = ["the end of standard input", "TERM", "INT"];

async fn end(stdio: &mut StdioProcess, how: &str) {
    match how {
        "TERM" | "INT" => stdio.signal(how).await,
        _ => stdio.close_stdin(),
    }
}

#[tokio::test]
async fn it_ends_cleanly_and_promptly_when_nothing_is_under_way() {
    for how in ENDS {
        let mut stdio = Launch::new("--demo").stdio();
        stdio.initialize().await;
        stdio.call("getSelf", json!({})).await;
        end(&mut stdio, how).await;
        assert_ends_well(how, stdio).await;
    }
}

/// A console whose one call waits for a peer that never answers, for longer than a test waits for the end.
async fn waiting() -> (MockUpstream, StdioProcess) {
    let upstream = MockUpstream::start().await;
    upstream.answers("/api/v1/self", [Answer::never()]);
    let mut stdio = Launch::at(&upstream, "--timeout 600").stdio();
    stdio.initialize().await;
    stdio.ask("tools/call", json!({ "name": "getSelf", "arguments": {} })).await;
    soon("the call", upstream.arrival()).await;
    (upstream, stdio)
}

#[tokio::test]
async fn a_signal_ends_it_cleanly_and_promptly_while_a_call_waits_for_mist() {
    for how in &ENDS[1..] {
        let (_peer, mut stdio) = waiting().await;
        end(&mut stdio, how).await;
        assert_ends_well(how, stdio).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_client_that_has_closed_both_pipes_ends_it_while_a_call_waits_for_mist() {
    let (_peer, mut stdio) = waiting().await;
    stdio.close_stdio();
    assert_ends_well("a client that is gone", stdio).await;
}

/// That the last of a run's lines answers the request of that id.
fn assert_answers_last(finished: &Finished, id: u64) -> Value {
    let line = finished.stdout.last().unwrap_or_else(|| panic!("no line: {}", finished.stderr));
    let answer: Value = serde_json::from_str(line).unwrap();
    assert_eq!(answer["id"], json!(id), "{}", finished.output());
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    answer
}

#[tokio::test]
async fn a_slow_call_is_answered_after_the_end_of_input() {
    let upstream = MockUpstream::start().await;
    let slow = Answer::json(&json!({ "email": "a@example.com" })).late(Duration::from_secs(3));
    upstream.answers("/api/v1/self", [slow]);
    for modern in [false, true] {
        let mut stdio = Launch::at(&upstream, "").stdio();
        let mut params = json!({ "name": "getSelf", "arguments": {} });
        if modern {
            params = StdioProcess::stateless_params(params);
        } else {
            stdio.initialize().await;
        }
        let id = stdio.ask("tools/call", params).await;
        let answer = assert_answers_last(&stdio.finish().await, id);
        assert_ne!(answer["result"]["isError"], true, "{answer}");
    }
}

#[tokio::test]
async fn a_call_that_gets_no_answer_is_answered_at_its_timeout_after_the_end_of_input() {
    let upstream = MockUpstream::start().await;
    upstream.answers("/api/v1/self", [Answer::never()]);
    let mut stdio = Launch::at(&upstream, "--timeout 2").stdio();
    stdio.initialize().await;
    let id = stdio.ask("tools/call", json!({ "name": "getSelf", "arguments": {} })).await;
    let answer = assert_answers_last(&stdio.finish().await, id);
    assert_eq!(answer["result"]["isError"], true, "{answer}");
}

#[tokio::test]
async fn a_subscription_does_not_keep_a_call_from_its_answer_nor_the_server_from_its_end() {
    let upstream = MockUpstream::start().await;
    let slow = Answer::json(&json!({ "email": "a@example.com" })).late(Duration::from_secs(2));
    upstream.answers("/api/v1/self", [slow]);
    let mut stdio = Launch::at(&upstream, "").stdio();
    let all = json!({ "notifications": { "toolsListChanged": true } });
    let subscription = stdio.ask("subscriptions/listen", StdioProcess::stateless_params(all)).await;
    let call = json!({ "name": "getSelf", "arguments": {} });
    let id = stdio.ask("tools/call", StdioProcess::stateless_params(call)).await;
    let finished = stdio.finish().await;
    let ids: Vec<Value> = finished.stdout.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<_> = ids.iter().map(|message: &Value| message["id"].clone()).collect();
    // The acknowledgement, the call, and the subscription's end.
    assert_eq!(ids, [Value::Null, json!(id), json!(subscription)], "{}", finished.output());
    assert_eq!(finished.code(), Some(0));
}

#[tokio::test]
async fn subscriptions_are_limited_and_calls_still_work() {
    const MOST: usize = 256;
    let mut stdio = Launch::new("--demo").stdio();
    let params = || StdioProcess::stateless_params(json!({ "notifications": { "toolsListChanged": true } }));
    let mut asked = Vec::new();
    for _ in 0..MOST {
        asked.push(json!(stdio.ask("subscriptions/listen", params()).await));
        let told = stdio.read().await.unwrap();
        assert!(told["method"].is_string(), "{told}");
    }
    asked.push(json!(stdio.ask("subscriptions/listen", params()).await));
    let refused = answer(&mut stdio).await;
    // Requests are served in any order.
    assert!(asked.contains(&refused["id"]), "{refused}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("listens 256 times already"), "{refused}");
    let id = stdio.ask("tools/list", StdioProcess::stateless_params(json!({}))).await;
    let told = answer(&mut stdio).await;
    assert!(told["id"] == json!(id) && told["result"]["tools"].is_array(), "{told}");
    assert_eq!(stdio.finish().await.code(), Some(0));
}

/// The next message that is no notification.
async fn answer(stdio: &mut StdioProcess) -> Value {
    loop {
        let told = stdio.read().await.unwrap();
        if told["method"].is_null() {
            return told;
        }
    }
}

#[tokio::test]
async fn calls_before_the_end_of_input_are_answered() {
    let mut stdio = Launch::new("--demo").stdio();
    stdio.initialize().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(stdio.ask("tools/call", json!({ "name": "getSelf", "arguments": {} })).await);
    }
    let finished = stdio.finish().await;
    for id in ids {
        let answered = |line: &String| serde_json::from_str::<Value>(line).unwrap()["id"] == json!(id);
        assert!(finished.stdout.iter().any(answered), "{id}: {}", finished.output());
    }
}

#[tokio::test]
async fn it_ends_cleanly_and_promptly_while_somebody_listens_for_changes() {
    for how in ENDS {
        let mut stdio = Launch::new("--demo").stdio();
        let params = StdioProcess::stateless_params(json!({ "notifications": { "toolsListChanged": true } }));
        stdio.ask("subscriptions/listen", params).await;
        // Whatever it says to that, it has understood.
        stdio.read().await.unwrap();
        end(&mut stdio, how).await;
        assert_ends_well(how, stdio).await;
    }
}

#[tokio::test]
async fn a_client_that_closes_before_its_first_message_is_no_error() {
    for how in ENDS {
        let mut stdio = Launch::new("--demo").stdio();
        if how != ENDS[0] {
            // A line that is no message leaves it waiting for the first one, with its signals set up.
            stdio.write("{\"id\":1}").await;
            stdio.read().await.unwrap();
        }
        end(&mut stdio, how).await;
        assert_ends_well(how, stdio).await;
    }
}

#[tokio::test]
async fn a_cancelled_call_is_not_waited_for() {
    let upstream = MockUpstream::start().await;
    upstream.answers("/api/v1/self", [Answer::never()]);
    let mut stdio = Launch::at(&upstream, "--timeout 600").stdio();
    stdio.initialize().await;
    let id = stdio.ask("tools/call", json!({ "name": "getSelf", "arguments": {} })).await;
    soon("the call", upstream.arrival()).await;
    let params = json!({ "requestId": id, "reason": "enough" });
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
    stdio.write(&cancel.to_string()).await;
    let (pong, _) = stdio.request("ping", json!({})).await;
    assert!(pong["result"].is_object(), "{pong}");
    assert_eq!(stdio.finish().await.code(), Some(0));
}

/// `script`, which every Debian has, is the terminal; macOS has another of that name.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn on_a_terminal_it_prints_what_it_waits_for_and_how_to_connect() {
    use std::process::Stdio;

    let folder = tempfile::tempdir().unwrap();
    let server = format!("{} --demo", mistmcp_tests::binary().display());
    let run = tokio::process::Command::new("script")
        .args(["-qec", &server, "/dev/null"])
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = soon("the terminal", run).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    for wanted in [
        "waits for an MCP client on standard input",
        "\"mcpServers\"",
        "[\"--demo\"]",
        "mistmcp call getSelf --demo",
        "mistmcp install CLIENT --demo",
        "mistmcp check --demo",
        "mistmcp -t http --demo",
    ] {
        assert!(said.contains(wanted), "{said}");
    }
}
