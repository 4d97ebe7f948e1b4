//! Waiting: what a client hears of it, and how it ends it.

use mistmcp_tests::{Answer, Launch, MockUpstream, StdioProcess, soon};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/self/usage";
const TOOL: &str = "getSelfApiUsage";

fn limited(seconds: u32) -> Answer {
    let answer = Answer::json(&json!({ "detail": "slow down" })).status(429);
    answer.header("retry-after", &seconds.to_string())
}

fn fine() -> Answer {
    Answer::json(&json!({ "requests": 1, "request_limit": 5000 }))
}

async fn start() -> (MockUpstream, StdioProcess) {
    let upstream = MockUpstream::start().await;
    let mut stdio = Launch::at(&upstream, "-m all --timeout 300").stdio();
    stdio.initialize().await;
    (upstream, stdio)
}

async fn cancel(stdio: &mut StdioProcess, id: u64) {
    let params = json!({ "requestId": id, "reason": "the user has had enough" });
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
    stdio.write(&notification.to_string()).await;
}

#[tokio::test]
async fn a_client_with_a_progress_token_gets_progress_while_its_call_waits() {
    let (upstream, mut stdio) = start().await;
    upstream.answers(PATH, [limited(2), fine()]);
    let params = json!({ "name": TOOL, "arguments": {}, "_meta": { "progressToken": "p1" } });
    let (answer, before) = stdio.request("tools/call", params).await;
    assert!(answer["result"]["isError"] != json!(true), "{answer}");
    let progress: Vec<&Value> =
        before.iter().filter(|message| message["method"] == "notifications/progress").collect();
    assert_eq!(progress[0]["params"]["progressToken"], "p1");
    assert_eq!(progress[0]["params"]["message"], "waiting 2 s for Mist's limit");
    assert!(progress[0]["params"]["progress"].as_f64().unwrap() > 0.0);
    upstream.answers(PATH, [limited(1), fine()]);
    let (_, before) = stdio.request("tools/call", json!({ "name": TOOL, "arguments": {} })).await;
    assert_eq!(before, Vec::<Value>::new(), "one that did not ask hears nothing");
}

#[tokio::test]
async fn a_call_that_is_cancelled_ends_its_request() {
    let (upstream, mut stdio) = start().await;
    upstream.answers(PATH, [Answer::never()]);
    let id = stdio.ask("tools/call", json!({ "name": TOOL, "arguments": {} })).await;
    soon("the request", upstream.arrival()).await;
    cancel(&mut stdio, id).await;
    soon("the connection's end", upstream.abandonment()).await;
    upstream.answers(PATH, [fine()]);
    assert!(stdio.call(TOOL, json!({})).await.to_string().contains("requests"));
    assert_eq!(upstream.take().len(), 2);
}

#[tokio::test]
async fn a_call_that_is_cancelled_while_it_waits_is_not_tried_again() {
    let (upstream, mut stdio) = start().await;
    upstream.answers(PATH, [limited(3), fine()]);
    let id = stdio.ask("tools/call", json!({ "name": TOOL, "arguments": {} })).await;
    soon("the request", upstream.arrival()).await;
    cancel(&mut stdio, id).await;
    // These wait for the same limit, and come after what was cancelled would have come.
    for _ in 0..2 {
        stdio.call("listSelfAuditLogs", json!({})).await;
    }
    let paths: Vec<_> = upstream.take().into_iter().map(|received| received.path).collect();
    assert_eq!(paths, [PATH, "/api/v1/self/logs", "/api/v1/self/logs"]);
}
