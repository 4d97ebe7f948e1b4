//! Messages as clients write them, line by line: what is read, and what each mistake is answered with.

use mistmcp_tests::{Launch, Lifecycle, StdioProcess, TOKEN};
use serde_json::{Value, json};

async fn start(lifecycle: Lifecycle) -> StdioProcess {
    let mut stdio = Launch::new("--demo").stdio();
    if lifecycle == Lifecycle::Legacy {
        stdio.initialize().await;
    }
    stdio
}

/// Writes a request of these parameters, as they are, and returns its answer, which has the same id.
async fn ask(stdio: &mut StdioProcess, method: &str, params: &Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": "ask", "method": method, "params": params });
    answer(stdio, &request.to_string(), &json!("ask")).await
}

async fn answer(stdio: &mut StdioProcess, line: &str, id: &Value) -> Value {
    stdio.write(line).await;
    loop {
        let message = stdio.read().await.unwrap();
        if message.get("method").is_none() {
            assert_eq!(message.get("id"), Some(id), "{line}: {message}");
            return message;
        }
    }
}

fn params(lifecycle: Lifecycle, params: Value) -> Value {
    if lifecycle == Lifecycle::Stateless { StdioProcess::stateless_params(params) } else { params }
}

#[tokio::test]
async fn what_means_no_arguments_is_none() {
    for lifecycle in Lifecycle::BOTH {
        let mut stdio = start(lifecycle).await;
        for nothing in [json!([]), json!(""), json!(null), json!({})] {
            let call = params(lifecycle, json!({ "name": "getSelf", "arguments": nothing }));
            let told = ask(&mut stdio, "tools/call", &call).await;
            assert_ne!(told["result"]["isError"], true, "{nothing}: {told}");
            assert!(told["result"]["content"].is_array(), "{nothing}: {told}");
            let nested = json!({ "tool": "getSelf", "arguments": nothing });
            let call = params(lifecycle, json!({ "name": "callTool", "arguments": nested }));
            let told = ask(&mut stdio, "tools/call", &call).await;
            assert_eq!(told["result"]["isError"], false, "{nothing}: {told}");
            let prompts = ask(&mut stdio, "prompts/list", &params(lifecycle, json!({}))).await;
            let name = &prompts["result"]["prompts"][0]["name"];
            let told = ask(
                &mut stdio,
                "prompts/get",
                &params(lifecycle, json!({ "name": name, "arguments": nothing })),
            )
            .await;
            // Whether the prompt needs arguments or not, it is the prompt that says so.
            assert!(told["result"].is_object() || told["error"]["code"] == -32602, "{nothing}: {told}");
        }
    }
}

#[tokio::test]
async fn what_means_no_parameters_is_none() {
    let mut stdio = start(Lifecycle::Legacy).await;
    for nothing in [json!([]), json!(""), json!(null)] {
        for method in ["ping", "tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            let told = ask(&mut stdio, method, &nothing).await;
            assert!(told["result"].is_object(), "{method} {nothing}: {told}");
        }
        for method in ["tools/call", "prompts/get", "resources/read", "completion/complete", "initialize"] {
            let told = ask(&mut stdio, method, &nothing).await;
            assert_eq!(told["error"]["code"], -32602, "{method} {nothing}: {told}");
        }
        let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized", "params": nothing });
        stdio.write(&note.to_string()).await;
    }
    let told = ask(&mut stdio, "nonsense/method", &json!([])).await;
    assert_eq!(told["error"]["code"], -32601, "{told}");
    assert_eq!(stdio.finish().await.code(), Some(0));
}

#[tokio::test]
async fn a_request_before_initialize_is_told_to_begin_with_it() {
    let mut stdio = start(Lifecycle::Stateless).await;
    for method in ["tools/list", "tools/call", "prompts/list", "nonsense/method"] {
        let told = ask(&mut stdio, method, &json!({ "name": "getSelf" })).await;
        let words = told["error"]["message"].as_str().unwrap_or_default();
        assert!(
            told["error"]["code"] == -32602 && words.contains("send `initialize` first"),
            "{method}: {told}"
        );
    }
    assert!(ask(&mut stdio, "ping", &json!({})).await["result"].is_object());
    stdio.initialize().await;
    assert!(ask(&mut stdio, "tools/list", &json!({})).await["result"].is_object());
}

#[tokio::test]
async fn every_method_that_is_not_there_is_told_as_such_without_a_token() {
    const REMOVED: [&str; 4] = ["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];
    const NONE: [&str; 4] = ["tasks/get", "skills/list", "resources/directory/read", "nonsense/method"];
    for lifecycle in Lifecycle::BOTH {
        let mut stdio = start(lifecycle).await;
        let of_lifecycle = match lifecycle {
            Lifecycle::Legacy => [&REMOVED[1..], &["subscriptions/listen"]].concat(),
            Lifecycle::Stateless => REMOVED.to_vec(),
        };
        for method in NONE.into_iter().chain(of_lifecycle) {
            let fitting = json!({
                "level": "info", "uri": "a://b", "taskId": "a", "notifications": { "toolsListChanged": true },
            });
            let told = ask(&mut stdio, method, &params(lifecycle, fitting)).await;
            let words = told["error"]["message"].as_str().unwrap_or_default();
            let wanted = format!("There is no method `{method}`. `tools/list` lists tools");
            assert!(told["error"]["code"] == -32601 && words.starts_with(&wanted), "{method}: {told}");
        }
    }
    let mut stdio =
        Launch::new("").variable("MIST_APITOKEN", TOKEN).variable("MIST_HOST", "api.mist.com").stdio();
    stdio.initialize().await;
    for method in [TOKEN.to_owned(), format!("tools/{TOKEN}"), format!("{}{TOKEN}", "x".repeat(95))] {
        let told = ask(&mut stdio, &method, &json!({})).await;
        assert_eq!(told["error"]["code"], -32601, "{told}");
        assert!(!told.to_string().contains(&TOKEN[..8]), "{told}");
    }
}

#[tokio::test]
async fn a_message_without_a_method_is_answered_with_its_id() {
    let mut stdio = start(Lifecycle::Legacy).await;
    for id in [json!(16), json!("sixteen")] {
        let told = answer(&mut stdio, &json!({ "jsonrpc": "2.0", "id": id }).to_string(), &id).await;
        assert!(told["error"]["message"].as_str().unwrap().contains("`method` is missing"), "{told}");
    }
    // What is meant as an answer has the id of a request of the server.
    let told = answer(&mut stdio, r#"{"jsonrpc":"1.0","id":16,"result":{}}"#, &Value::Null).await;
    assert_eq!(told["error"]["code"], -32600, "{told}");
}

#[tokio::test]
async fn parameters_that_do_not_fit_are_reported_with_what_is_wrong() {
    for lifecycle in Lifecycle::BOTH {
        let mut stdio = start(lifecycle).await;
        for (method, wrong, wanted) in [
            ("tools/call", json!({ "arguments": {} }), "`name`"),
            ("tools/call", json!({ "name": 7 }), "`params.name`"),
            ("tools/call", json!({ "name": "getSelf", "arguments": ["a"] }), "`params.arguments`"),
            ("tools/call", json!({ "name": "getSelf", "arguments": true }), "`params.arguments`"),
            ("prompts/get", json!({ "name": ["x"] }), "`params.name`"),
            ("prompts/get", json!({ "name": "x", "arguments": "site" }), "`params.arguments`"),
            ("resources/read", json!({ "url": "mist://x" }), "`uri`"),
            ("completion/complete", json!({ "ref": { "type": "ref/prompt", "name": "x" } }), "`argument`"),
            (
                "completion/complete",
                json!({ "ref": 1, "argument": { "name": "a", "value": "" } }),
                "`params.ref`",
            ),
            ("tools/list", json!({ "cursor": 5 }), "`params.cursor`"),
        ] {
            let told = ask(&mut stdio, method, &params(lifecycle, wrong.clone())).await;
            assert_eq!(told["error"]["code"], -32602, "{lifecycle:?} {method} {wrong}: {told}");
            let message = told["error"]["message"].as_str().unwrap();
            assert!(
                message.contains(wanted) && message.contains("such as"),
                "{lifecycle:?} {method} {wrong}: {message}"
            );
        }
        for wrong in [json!("getSelf"), json!(5), json!(false), json!(["getSelf", {}])] {
            let told = ask(&mut stdio, "tools/call", &wrong).await;
            assert_eq!(told["error"]["code"], -32602, "{lifecycle:?} {wrong}: {told}");
        }
        let call = params(lifecycle, json!({ "name": "getSelf", "arguments": {} }));
        assert!(ask(&mut stdio, "tools/call", &call).await["result"].is_object(), "{lifecycle:?}");
    }
}

#[tokio::test]
async fn each_line_that_is_no_message_is_answered_once() {
    let mut stdio = start(Lifecycle::Legacy).await;
    for (line, code, id) in [
        ("hello", -32700, json!(null)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping""#, -32700, json!(null)),
        ("[]", -32600, json!(null)),
        ("null", -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"1.0","id":"b","method":"ping"}"#, -32600, json!("b")),
        (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":1,"method":1}"#, -32600, json!(1)),
    ] {
        let told = answer(&mut stdio, line, &id).await;
        assert_eq!(told["error"]["code"], code, "{line}: {told}");
        assert_ne!(told["error"]["message"], "", "{line}: {told}");
    }
    // Each request of a batch, so that no client waits for one.
    let [one, two] = ["1", "\"b\""].map(|id| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#));
    stdio.write(&format!(r#"[{one},{{"jsonrpc":"2.0","method":"notifications/initialized"}},{two}]"#)).await;
    let told = stdio.read().await.unwrap();
    let errors: Vec<_> =
        told.as_array().unwrap().iter().map(|told| (&told["id"], &told["error"]["code"])).collect();
    assert_eq!(errors, [(&json!(1), &json!(-32600)), (&json!("b"), &json!(-32600))]);
    // These want no answer.
    for line in ["", "  ", "\r", r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":7}"#] {
        stdio.write(line).await;
    }
    assert!(ask(&mut stdio, "ping", &json!({})).await["result"].is_object());
    let finished = stdio.finish().await;
    assert_eq!((finished.code(), finished.stdout.len()), (Some(0), 11), "{}", finished.output());
}

#[tokio::test]
async fn odd_characters_get_an_answer() {
    let mut stdio = start(Lifecycle::Legacy).await;
    let call = |text: &str| {
        let arguments = format!(r#"{{"query":"{text}"}}"#);
        format!(
            r#"{{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{{"name":"findTools","arguments":{arguments}}}}}"#
        )
    };
    for text in [r"rogue \ud83d", r"\udc00 rogue", r"rogue \ud83d\ude00", r"\ud83d\ud83d\ude00 rogue"] {
        let told = answer(&mut stdio, &call(text), &json!(9)).await;
        assert!(told["result"]["content"].is_array(), "{text}: {told}");
    }
    stdio.write_bytes(&[call("rogue \u{fffd}").as_bytes(), b"\n"].concat().replace_mark()).await;
    let told = stdio.read().await.unwrap();
    assert_eq!((&told["error"]["code"], &told["id"]), (&json!(-32700), &json!(9)), "{told}");
    let wide: Vec<u8> = "{\"jsonrpc\":\"2.0\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    stdio.write_bytes(&[&wide[..], b"\n\0"].concat()).await;
    let told = stdio.read().await.unwrap();
    assert!(told["error"]["message"].as_str().unwrap().contains("UTF-8"), "{told}");
    stdio.write("").await;
    let marked = format!("\u{feff}{}", call("rogue"));
    assert!(answer(&mut stdio, &marked, &json!(9)).await["result"].is_object());
}

/// Bytes with one that UTF-8 never has in place of U+FFFD.
trait ReplaceMark {
    fn replace_mark(self) -> Vec<u8>;
}

impl ReplaceMark for Vec<u8> {
    fn replace_mark(self) -> Vec<u8> {
        let at = self.windows(3).position(|bytes| bytes == b"\xef\xbf\xbd").unwrap();
        [&self[..at], b"\xff", &self[at + 3..]].concat()
    }
}

#[tokio::test]
async fn the_last_line_needs_no_line_feed() {
    for line in [
        r#"{"jsonrpc":"2.0","id":"last","method":"tools/call","params":{"name":"getSelf","arguments":{}}}"#,
        r#"{"jsonrpc":"2.0","id":"last","method":"tools/call","params":[]}"#,
    ] {
        let mut stdio = start(Lifecycle::Legacy).await;
        stdio.write_bytes(line.as_bytes()).await;
        let finished = stdio.finish().await;
        let last: Value = serde_json::from_str(finished.stdout.last().unwrap()).unwrap();
        assert_eq!(last["id"], "last", "{}", finished.output());
        assert_eq!(finished.code(), Some(0));
    }
}

#[tokio::test]
async fn a_line_that_is_too_long_is_refused_and_the_next_is_read() {
    let mut stdio = start(Lifecycle::Legacy).await;
    let part = vec![b'x'; 1 << 20];
    for _ in 0..17 {
        stdio.write_bytes(&part).await;
    }
    stdio.write("").await;
    let told = stdio.read().await.unwrap();
    assert_eq!((&told["error"]["code"], told.get("id")), (&json!(-32600), Some(&json!(null))), "{told}");
    assert!(ask(&mut stdio, "ping", &json!({})).await["result"].is_object());
}

#[tokio::test]
async fn a_second_initialize_changes_nothing() {
    let mut stdio = Launch::new("--demo").stdio();
    stdio.initialize().await;
    for version in ["2099-01-01", "2026-07-28", "2025-06-18"] {
        let client = json!({ "name": "x", "version": "1" });
        let again = json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client });
        let told = ask(&mut stdio, "initialize", &again).await;
        assert_eq!(told["error"]["code"], -32600, "{version}: {told}");
        assert_eq!(ask(&mut stdio, "ping", &json!({})).await["result"], json!({}), "{version}");
    }
}

#[tokio::test]
async fn a_list_has_no_cursors() {
    for lifecycle in Lifecycle::BOTH {
        let mut stdio = start(lifecycle).await;
        for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            let told = ask(&mut stdio, method, &params(lifecycle, json!({ "cursor": "2" }))).await;
            assert_eq!(told["error"]["code"], -32602, "{method}: {told}");
        }
    }
}

#[tokio::test]
async fn a_protocol_version_is_not_repeated_at_any_length() {
    let mut stdio = Launch::new("--demo").stdio();
    let mut long = StdioProcess::stateless_params(json!({}));
    long["_meta"]["io.modelcontextprotocol/protocolVersion"] = "x".repeat(500_000).into();
    let told = ask(&mut stdio, "tools/list", &long).await;
    assert!(told["error"]["code"] == -32602 && told.to_string().len() < 2_000, "{}", told.to_string().len());
}

#[tokio::test]
async fn all_requests_that_are_sent_before_the_first_answer_is_read_are_answered() {
    const REQUESTS: u64 = 1_500;
    let mut stdio = Launch::new("--demo -m all").stdio();
    stdio.initialize().await;
    let requests: Vec<u8> = (0..REQUESTS)
        .flat_map(|id| {
            format!("{}\n", json!({ "jsonrpc": "2.0", "id": 1_000 + id, "method": "ping" })).into_bytes()
        })
        .collect();
    stdio.write_bytes(&requests).await;
    for _ in 0..REQUESTS {
        let answer = stdio.read().await.unwrap();
        assert!(answer["result"].is_object(), "{answer}");
    }
}

#[tokio::test]
async fn what_comes_before_initialize_and_wants_no_answer_does_not_end_the_server() {
    let mut stdio = Launch::new("--demo").stdio();
    for line in [
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#,
        r#"{"jsonrpc":"2.0","id":5,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"x"}}"#,
    ] {
        stdio.write(line).await;
    }
    assert!(stdio.initialize().await["result"].is_object());
    assert_eq!(stdio.finish().await.code(), Some(0));
}

#[tokio::test]
async fn a_number_that_is_too_large_is_an_error_of_its_parameter() {
    let mut stdio = start(Lifecycle::Legacy).await;
    for (params, code, path) in [
        (r#"{"name":"searchOrgAlarms","arguments":{"limit":1e400}}"#, -32602, "`params.arguments.limit`"),
        (
            r#"{"name":"callTool","arguments":{"tool":"searchOrgAlarms","arguments":{"a":[1,-1e999]}}}"#,
            -32602,
            "`params.arguments.arguments.a[1]`",
        ),
        (r#"{"name":"getSelf","_meta":{"x":1e309}}"#, -32602, "`params._meta.x`"),
    ] {
        let line = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}"#);
        let told = answer(&mut stdio, &line, &json!(7)).await;
        assert_eq!(told["error"]["code"], code, "{told}");
        assert!(told["error"]["message"].as_str().unwrap().contains(path), "{told}");
    }
    let told = answer(&mut stdio, r#"{"jsonrpc":"2.0","id":8,"method":"ping","x":1e400}"#, &json!(8)).await;
    assert_eq!(told["error"]["code"], -32600, "{told}");
    // Numbers within the range are read.
    let line =
        r#"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"getSelf","_meta":{"x":1e308}}}"#;
    assert_eq!(answer(&mut stdio, line, &json!(9)).await["result"]["isError"], false);
}
