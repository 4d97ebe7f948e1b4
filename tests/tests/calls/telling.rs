//! What is told while a call goes on, in the very order of the lines.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mistmcp_tests::{TOKEN, soon};
use rmcp::service::serve_server;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};

use crate::client::server;

struct Raw {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    input: WriteHalf<DuplexStream>,
}

impl Raw {
    fn new() -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let server = server().with_log();
        tokio::spawn(async move { Box::pin(serve_server(server, theirs)).await.unwrap().waiting().await });
        let (output, input) = tokio::io::split(ours);
        Self { lines: BufReader::new(output).lines(), input }
    }

    /// A session of the last revision that has them.
    async fn session() -> Self {
        let mut raw = Self::new();
        let client = json!({ "name": "raw", "version": "1" });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        let answer = raw.request("initialize", params).await.pop().unwrap();
        assert_eq!(answer["result"]["capabilities"]["logging"], json!({}));
        raw.write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        raw
    }

    async fn write(&mut self, message: &Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    /// Every message up to the answer.
    async fn request(&mut self, method: &str, params: Value) -> Vec<Value> {
        self.write(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })).await;
        let mut messages: Vec<Value> = Vec::new();
        loop {
            let line = soon(method, self.lines.next_line()).await.unwrap().unwrap();
            messages.push(serde_json::from_str(&line).unwrap());
            if messages.last().unwrap()["id"] == 1 {
                return messages;
            }
        }
    }
}

fn logged(messages: &[Value]) -> Vec<&str> {
    let lines = messages.iter().filter(|message| message["method"] == "notifications/message");
    lines.map(|message| message["params"]["data"].as_str().unwrap()).collect()
}

fn modern(log_level: Option<&str>) -> Value {
    let mut meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "raw", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    if let Some(level) = log_level {
        meta["io.modelcontextprotocol/logLevel"] = level.into();
    }
    json!({ "name": "talkative", "arguments": {}, "_meta": meta })
}

#[tokio::test]
async fn progress_comes_in_order_and_before_the_answer() {
    let mut raw = Raw::session().await;
    let params = json!({ "name": "talkative", "arguments": {}, "_meta": { "progressToken": "token" } });
    for _ in 0..20 {
        let messages = raw.request("tools/call", params.clone()).await;
        let steps: Vec<_> = messages
            .iter()
            .filter(|message| message["method"] == "notifications/progress")
            .map(|message| message["params"]["progress"].as_f64().unwrap())
            .collect();
        assert_eq!(steps, (1..=20).map(f64::from).collect::<Vec<_>>());
    }
    let params = json!({ "name": "talkative", "arguments": {} });
    let messages = raw.request("tools/call", params).await;
    assert!(messages.iter().all(|message| message["method"] != "notifications/progress"), "{messages:?}");
}

#[tokio::test]
async fn the_token_is_in_no_notification_and_no_request() {
    let mut raw = Raw::new();
    let mut params = modern(Some("debug"));
    params["name"] = "indiscreet".into();
    params["_meta"]["progressToken"] = "token".into();
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
        json!({ "elicitation": {}, "sampling": {} });
    let mut said = String::new();
    for (key, answer) in [
        ("name", json!({ "action": "accept", "content": { "name": "Ada" } })),
        ("words", json!({ "role": "assistant", "content": { "type": "text", "text": "yes" }, "model": "m" })),
        ("", Value::Null),
    ] {
        let messages = raw.request("tools/call", params.clone()).await;
        said.push_str(&Value::from(messages.clone()).to_string());
        let state = messages.last().unwrap()["result"]["requestState"].clone();
        if !key.is_empty() {
            params["inputResponses"] = json!({ key: answer });
            params["requestState"] = state;
        }
    }
    for part in ["progress ", "line ", "form ", "prompt ", "block "] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains(TOKEN), "{said}");
    assert!(!said.contains(&STANDARD.encode(TOKEN)), "{said}");
}

#[tokio::test]
async fn a_session_receives_log_lines_from_its_level_on() {
    let mut raw = Raw::session().await;
    let call = json!({ "name": "talkative", "arguments": {} });
    assert_eq!(logged(&raw.request("tools/call", call.clone()).await), ["warning"]);
    for (level, wanted) in
        [("debug", &["debug", "info", "warning"][..]), ("info", &["info", "warning"]), ("error", &[])]
    {
        raw.request("logging/setLevel", json!({ "level": level })).await;
        assert_eq!(logged(&raw.request("tools/call", call.clone()).await), wanted, "{level}");
    }
}

#[tokio::test]
async fn a_request_that_is_stateless_receives_what_it_asks_for() {
    let mut raw = Raw::new();
    assert_eq!(logged(&raw.request("tools/call", modern(None)).await), [""; 0]);
    assert_eq!(logged(&raw.request("tools/call", modern(Some("info"))).await), ["info", "warning"]);
    assert_eq!(logged(&raw.request("tools/call", modern(None)).await), [""; 0]);
}
