//! Memory of parsed messages: the number of their values, and large ones that wait for Mist.

use std::sync::Arc;

use mistmcp_tests::{Answer, HttpClient, HttpResponse, Lifecycle, message};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{at, in_use, refusals, until};
use crate::fixture::{Fixture, site};

/// Lists in lists, as JSON.
fn lists(count: usize) -> String {
    format!("[{}]", vec!["[".repeat(100) + &"]".repeat(100); count].join(","))
}

/// A call whose `_meta` and arguments are given.
fn call(number: usize, meta: &str) -> String {
    let call =
        message("tools/call", &json!({ "name": "getSiteInfo", "arguments": site(number), "_meta": {} }));
    call.replacen(r#""_meta":{}"#, &format!(r#""_meta":{{{meta}}}"#), 1)
}

/// A value of `/proc/PID/status`, in megabytes.
fn memory(fixture: &Fixture, name: &str) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", fixture.server.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<usize>().ok()? >> 10)
}

/// Holds all answers of Mist until the semaphore is closed.
fn hold(fixture: &Fixture) -> Arc<Semaphore> {
    let answers = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&answers);
    fixture.upstream.default_handler(move |_| Answer::json(&json!({ "name": "x" })).once(&held));
    answers
}

#[tokio::test]
async fn messages_with_many_values_take_little_memory_wherever_the_values_are() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let alice = fixture.alice("?mode=all").open().await;
    let modern = fixture.alice("?mode=all").header("MCP-Protocol-Version", "2026-07-28");
    let many = lists(5_000);
    let mut bodies = Vec::new();
    for values in [&many, &lists(250), &format!("[{}0]", "0,".repeat(400_000)), &"{\"a\":".repeat(150_000)] {
        bodies.extend([
            call(1, &format!(r#""x":{values}"#)),
            call(1, &format!(r#""progressToken":{values}"#)),
            call(1, "").replacen(r#""arguments":{"#, &format!(r#""arguments":{{"x":{values},"#), 1),
            format!("[{},{values}]", message("ping", &json!({}))),
            format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":{values}}}}}"#),
            format!(r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"x":{values}}}}}"#),
        ]);
    }
    for body in bodies {
        for client in [&alice, &modern] {
            let response = client.post(body.clone()).await;
            let error = response.message()["error"].clone();
            assert_eq!((response.status, &error["code"]), (400, &json!(-32600)), "{response:?}");
            assert!(error["message"].as_str().unwrap().contains("20000 JSON values"), "{error}");
        }
    }
    // A message of the same size without so many values is read.
    let text = format!(r#""x":"{}""#, "x".repeat(1_000_000));
    assert!(!alice.post(call(1, &text)).await.outcome().0);
    if let Some(peak) = memory(&fixture, "VmHWM:") {
        assert!(peak < 150, "{peak} MB");
    }
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn the_memory_of_large_messages_is_counted_until_their_calls_have_ended() {
    let fixture = Fixture::start("").await;
    for lifecycle in Lifecycle::BOTH {
        let answers = hold(&fixture);
        let stranger = fixture.alice("?mode=all").by(at([127, 0, 0, 2])).connect(lifecycle).await;
        // A member that is kept, with about as many values as a message may have.
        let meta = |kept: &Value| {
            let mut meta = json!({ "io.modelcontextprotocol/kept": kept });
            if lifecycle == Lifecycle::Stateless {
                let Value::Object(own) =
                    mistmcp_tests::StdioProcess::stateless_params(json!({}))["_meta"].clone()
                else {
                    panic!("no object")
                };
                meta.as_object_mut().unwrap().extend(own);
            }
            let text = meta.to_string();
            text[1..text.len() - 1].to_owned()
        };
        let kept: Value = serde_json::from_str(&lists(150)).unwrap();
        let (mut calls, refused_before) = (JoinSet::new(), refusals(&fixture, "bodies_of_address").await);
        for number in 0..6 {
            let request = post(&stranger, lifecycle, call(number, &meta(&kept)));
            calls.spawn(async move { HttpResponse::or_error(request).await });
        }
        // One fits. All others have ended before what is held is compared: a message that is being read counts too.
        for _ in 1..6 {
            let response = calls.join_next().await.unwrap().unwrap().unwrap();
            assert_eq!(response.status, 429, "{response:?}");
            assert!(response.error().contains("--max-body-bytes"), "{response:?}");
        }
        assert_eq!(refusals(&fixture, "bodies_of_address").await - refused_before, 5);
        let held = in_use(&fixture, "body_bytes").await;
        assert!((2_000_000..8_388_608).contains(&held), "{held}");
        // Small messages of this address, and large ones of others, are served.
        let listed = stranger.ask("tools/list", json!({})).await;
        assert_eq!(listed.status, 200, "{listed:?}");
        // A client that has gone still uses what its calls use, as long as they go on.
        calls.shutdown().await;
        if lifecycle == Lifecycle::Legacy {
            until("the streams are closed", async || in_use(&fixture, "requests").await <= 1).await;
            assert_eq!(in_use(&fixture, "body_bytes").await, held);
        }
        answers.close();
        until("all of it comes back", async || in_use(&fixture, "body_bytes").await == 0).await;
    }
}

/// A POST of this body.
fn post(client: &HttpClient, lifecycle: Lifecycle, body: String) -> reqwest::RequestBuilder {
    let mut request = client.request(reqwest::Method::POST).header("Content-Type", "application/json");
    if lifecycle == Lifecycle::Stateless {
        request = request.header("MCP-Protocol-Version", "2026-07-28");
        request = request.header("Mcp-Method", "tools/call").header("Mcp-Name", "getSiteInfo");
    }
    request.body(body)
}

#[tokio::test]
async fn what_is_not_used_of_a_large_message_is_not_counted() {
    let fixture = Fixture::start("").await;
    let answers = hold(&fixture);
    let alice = fixture.alice("?mode=all").open().await;
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let request = post(&alice, Lifecycle::Legacy, call(number, &format!(r#""x":{}"#, lists(150))));
        calls.spawn(HttpResponse::of(request));
    }
    until("all calls are under way, and nothing is counted", async || {
        in_use(&fixture, "requests").await > 20 && in_use(&fixture, "body_bytes").await == 0
    })
    .await;
    answers.close();
    while let Some(response) = calls.join_next().await {
        assert!(!response.unwrap().outcome().0);
    }
}

#[tokio::test]
async fn messages_that_end_early_have_a_reason_of_their_own() {
    let fixture = Fixture::start("").await;
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: abc\r\n";
    let whole = vec![b' '; 2_000_000];
    for (rest, reason) in [
        ("Content-Length: 1000\r\n\r\n{".as_bytes().to_vec(), "body_incomplete"),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a".into(), "body_incomplete"),
        ("Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n".into(), "body_incomplete"),
        ([b"Content-Length: 2000000\r\n\r\n", &*whole].concat(), "body_size"),
    ] {
        let before = refusals(&fixture, reason).await;
        let mut socket = mistmcp_tests::RawSocket::open(fixture.server.address()).await;
        socket.send([head.as_bytes(), &rest].concat()).await;
        drop(socket);
        until(reason, async || refusals(&fixture, reason).await == before + 1).await;
    }
    let counted = (refusals(&fixture, "body_incomplete").await, refusals(&fixture, "body_size").await);
    assert_eq!(counted, (3, 1));
}
