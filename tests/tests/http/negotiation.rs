//! Content negotiation: `Accept`, `Content-Type`, and the form of responses.

use mistmcp_tests::{HttpClient, HttpResponse, Lifecycle, StdioProcess, message};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::fixture::{ALICE, Fixture};

/// A POST with exactly these headers besides the credentials.
async fn post(
    mcp_client: &HttpClient,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> HttpResponse {
    send(mcp_client, Method::POST, headers, body).await
}

async fn send(
    mcp_client: &HttpClient,
    method: Method,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> HttpResponse {
    let mut own = HeaderMap::new();
    for (name, value) in headers {
        own.append(reqwest::header::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = http.request(method, mcp_client.url()).header("X-Authorization", ALICE).headers(own);
    if let Some(session) = mcp_client.opened() {
        request = request.header("Mcp-Session-Id", session);
    }
    HttpResponse::of(request.body(body)).await
}

/// Code and text of a JSON-RPC error.
fn error(response: &HttpResponse) -> (i64, String) {
    assert!(response.header("content-type").starts_with("application/json"), "{response:?}");
    let body = response.message();
    assert_eq!((&body["jsonrpc"], body.get("id").is_some()), (&json!("2.0"), true), "{response:?}");
    (body["error"]["code"].as_i64().unwrap(), body["error"]["message"].as_str().unwrap().to_owned())
}

/// Values of `Accept`, and whether the response must be JSON, a stream, or either.
const ACCEPTED: [(&[&str], Option<&str>); 13] = [
    (&["*/*"], Some("application/json")),
    (&[], Some("application/json")),
    (&[""], Some("application/json")),
    (&["*"], Some("application/json")),
    (&["application/*"], Some("application/json")),
    (&["application/json"], Some("application/json")),
    (&["APPLICATION/JSON; charset=utf-8"], Some("application/json")),
    (&["text/plain, */*;q=0.1"], Some("application/json")),
    (&["application/json, text/event-stream;q=0"], Some("application/json")),
    (&["text/event-stream"], Some("text/event-stream")),
    (&["text/*"], Some("text/event-stream")),
    (&["application/json", "text/event-stream"], None),
    (&["text/event-stream;q=0.1, Application/Json;q=0.9"], None),
];

#[tokio::test]
async fn every_accepted_media_type_is_served_in_both_lifecycles() {
    let fixture = Fixture::start("").await;
    for (values, form) in ACCEPTED {
        let accept: Vec<_> = values.iter().map(|value| ("Accept", *value)).collect();
        let headers = [&accept[..], &[("Content-Type", "application/json")]].concat();

        let client = json!({ "name": "guest", "version": "1" });
        let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
        let hello = post(&fixture.alice(""), &headers, message("initialize", &params)).await;
        let alice = fixture.alice("").on(hello.header("mcp-session-id"));
        let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
        let noted = post(&alice, &headers, note).await;
        assert_eq!((noted.status, &*noted.body), (202, ""), "{values:?}");
        let call = json!({ "name": "findTools", "arguments": { "query": "sites" } });
        let called = post(&alice, &headers, message("tools/call", &call)).await;
        let wrong = post(&alice, &headers, message("nonsense", &json!({}))).await;
        assert_eq!(wrong.message()["error"]["code"], -32601, "{values:?}: {wrong:?}");
        let ended = send(&alice, Method::DELETE, &headers, "").await;
        assert_eq!(ended.status, 204, "{values:?}");

        let modern = [
            &headers[..],
            &[
                ("MCP-Protocol-Version", "2026-07-28"),
                ("Mcp-Method", "tools/call"),
                ("Mcp-Name", "findTools"),
            ],
        ]
        .concat();
        let modern =
            post(&fixture.alice(""), &modern, message("tools/call", &StdioProcess::stateless_params(call)))
                .await;
        for response in [&hello, &called, &wrong, &modern] {
            let found = response.header("content-type");
            assert!(
                response.status == 200 && form.is_none_or(|form| found.starts_with(form)),
                "{values:?}: {response:?}"
            );
            if found.starts_with("application/json") {
                assert!(serde_json::from_str::<Value>(&response.body).is_ok(), "{values:?}: {response:?}");
            }
        }
        for response in [&hello, &called, &modern] {
            assert!(response.result().is_object(), "{values:?}: {response:?}");
        }
    }
}

#[tokio::test]
async fn what_a_client_sends_is_not_repeated_at_any_length() {
    let fixture = Fixture::start("").await;
    let long = "x".repeat(500_000);
    let call = json!({ "name": long, "arguments": {} });
    let read = json!({ "uri": format!("mistmcp://{long}") });
    let category = json!({ "uri": format!("mistmcp://categories/{long}") });
    let prompt = json!({ "name": "site-health", "arguments": { "site": [long] } });
    let slashes = json!({ "uri": format!("mistmcp://categories{}", "/".repeat(500_000)) });
    let argument = json!({ "name": long, "value": "y" });
    let template = json!({ "ref": { "type": "ref/resource", "uri": long }, "argument": argument });
    let of_prompt = json!({ "ref": { "type": "ref/prompt", "name": "site-health" }, "argument": argument });
    let of_category = json!({ "ref": { "type": "ref/resource", "uri": "mistmcp://categories/{category}" }, "argument": argument });
    let nothing = json!({});
    for (method, name, params) in [
        ("tools/call", "findTools", &call),
        ("resources/read", "mistmcp://y", &read),
        ("prompts/get", "site-health", &prompt),
        ("completion/complete", "", &template),
        ("nonsense", "", &nothing),
    ] {
        let headers = [
            ("Content-Type", "application/json"),
            ("MCP-Protocol-Version", "2026-07-28"),
            ("Mcp-Method", method),
            ("Mcp-Name", name),
        ];
        let body = message(method, &StdioProcess::stateless_params(params.clone()));
        let response = post(&fixture.alice(""), &headers, body).await;
        let (_, words) = error(&response);
        assert!(words.len() > 20 && response.body.len() < 2_000, "{method}: {} bytes", response.body.len());
    }
    // Headers, each in place of the right one.
    let value = "y".repeat(20_000);
    let right =
        [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "getSelf")];
    let body =
        message("tools/call", &StdioProcess::stateless_params(json!({ "name": "getSelf", "arguments": {} })));
    for (wrong, _) in right {
        let headers: Vec<_> = right
            .into_iter()
            .map(|(name, text)| (name, if name == wrong { value.as_str() } else { text }))
            .chain([("Content-Type", "application/json")])
            .collect();
        let response = post(&fixture.alice(""), &headers, body.clone()).await;
        let (_, words) = error(&response);
        assert!(words.len() > 20 && response.body.len() < 2_000, "{wrong}: {} bytes", response.body.len());
    }
    let mut unknown = StdioProcess::stateless_params(json!({}));
    unknown["_meta"]["io.modelcontextprotocol/protocolVersion"] = value.as_str().into();
    let headers = [
        ("Content-Type", "application/json"),
        ("MCP-Protocol-Version", &value),
        ("Mcp-Method", "tools/list"),
    ];
    let response = post(&fixture.alice(""), &headers, message("tools/list", &unknown)).await;
    assert!(response.body.len() < 2_000, "{} bytes", response.body.len());

    let version = json!({ "protocolVersion": value, "capabilities": {}, "clientInfo": { "name": "x", "version": "1" } });
    let alice = fixture.alice("").open().await;
    let headers = [("Content-Type", "application/json"), ("Accept", "application/json")];
    for (method, params) in [
        ("resources/read", &read),
        ("resources/read", &category),
        ("resources/read", &slashes),
        ("prompts/get", &prompt),
        ("completion/complete", &template),
        ("completion/complete", &of_prompt),
        ("completion/complete", &of_category),
        ("initialize", &version),
    ] {
        let response = post(&alice, &headers, message(method, params)).await;
        let (_, words) = error(&response);
        assert!(response.body.len() < 2_000, "{method}: {} bytes", response.body.len());
        assert!(method != "prompts/get" || words.contains("a text is wanted"), "{words}");
    }
}

#[tokio::test]
async fn a_list_has_no_cursors_and_a_session_one_initialize() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    let lists = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"];
    for client in [alice.clone(), fixture.alice("").lifecycle(Lifecycle::Stateless)] {
        for method in lists {
            for none in [json!({}), json!({ "cursor": "" }), json!({ "cursor": null })] {
                assert!(client.ask(method, none).await.result().is_object(), "{method}");
            }
            for cursor in ["2", "made-up", "ü"] {
                let refused = client.ask(method, json!({ "cursor": cursor })).await.message();
                assert_eq!(refused["error"]["code"], -32602, "{method}: {refused}");
                assert!(refused["error"]["message"].as_str().unwrap().contains("cursor"), "{refused}");
            }
        }
    }
    for version in ["2099-01-01", "2026-07-28", "2025-06-18", "2024-11-05"] {
        let client = json!({ "name": "x", "version": "1" });
        let params = json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client });
        let refused = alice.ask("initialize", params).await.message();
        assert_eq!(refused["error"]["code"], -32600, "{version}: {refused}");
        assert_eq!(alice.ask("ping", json!({})).await.result(), json!({}), "{version}");
        assert!(!alice.tools().await.is_empty(), "{version}");
    }
}

#[tokio::test]
async fn a_json_response_omits_progress() {
    let fixture = Fixture::start("").await;
    let headers = [("Accept", "application/json"), ("Content-Type", "application/json")];
    let alice = fixture.alice("?mode=all").open().await;
    let params = json!({ "name": "getSelf", "arguments": {}, "_meta": { "progressToken": 1 } });
    let response = post(&alice, &headers, message("tools/call", &params)).await;
    assert!(
        response.result()["content"].is_array() && !response.body.contains("notifications/"),
        "{response:?}"
    );
}

#[tokio::test]
async fn an_unsupported_accept_is_rejected_in_json_with_the_remedy() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    for accept in ["text/html", "text/plain, image/*", "*/*;q=0", "application/xml"] {
        let response = post(
            &alice,
            &[("Accept", accept), ("Content-Type", "application/json")],
            message("ping", &json!({})),
        )
        .await;
        let (code, text) = error(&response);
        assert_eq!((response.status, code), (406, -32600), "{accept}: {response:?}");
        assert!(text.contains("Accept: application/json, text/event-stream"), "{text}");
    }
    let stream = send(&alice, Method::GET, &[("Accept", "application/json")], "").await;
    assert!(stream.status == 406 && error(&stream).1.contains("Accept: text/event-stream"), "{stream:?}");
    let headers = [
        ("Accept", "application/json"),
        ("Content-Type", "application/json"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "subscriptions/listen"),
    ];
    let listen = StdioProcess::stateless_params(json!({ "notifications": { "toolsListChanged": true } }));
    let response = post(&fixture.alice(""), &headers, message("subscriptions/listen", &listen)).await;
    assert!(response.status == 406 && error(&response).1.contains("text/event-stream"), "{response:?}");
}

#[tokio::test]
async fn every_rejected_message_is_answered_in_json_with_the_remedy() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    let unknown_client = fixture.alice("");
    let ping = message("ping", &json!({}));
    let json = ("Content-Type", "application/json");
    for (mcp_client, method, headers, body, status, code, remedy) in [
        (&alice, Method::POST, vec![("Content-Type", "text/plain")], &*ping, 415, -32600, "application/json"),
        (
            &alice,
            Method::POST,
            vec![("Content-Type", "application/x-www-form-urlencoded")],
            "a=b",
            415,
            -32600,
            "application/json",
        ),
        (
            &alice,
            Method::POST,
            vec![("Content-Type", "application/json; charset=utf-16")],
            &ping,
            415,
            -32600,
            "UTF-8",
        ),
        (
            &alice,
            Method::POST,
            vec![json, ("Content-Encoding", "gzip")],
            &ping,
            415,
            -32600,
            "Content-Encoding",
        ),
        (&alice, Method::POST, vec![json], "{", 400, -32700, "JSON"),
        (&alice, Method::POST, vec![json], "", 400, -32700, "JSON"),
        (&alice, Method::POST, vec![json], "[]", 400, -32600, "by itself"),
        (&alice, Method::POST, vec![json], r#"{"jsonrpc":"2.0","id":1}"#, 400, -32600, "`method`"),
        (
            &alice,
            Method::POST,
            vec![json, ("MCP-Protocol-Version", "1999-01-01")],
            &ping,
            400,
            -32022,
            "2025-11-25",
        ),
        (&unknown_client, Method::POST, vec![json], &ping, 400, -32600, "initialize"),
        (&unknown_client, Method::GET, vec![("Accept", "text/event-stream")], "", 400, -32600, "initialize"),
        (&alice, Method::PUT, vec![json], &ping, 405, -32600, "POST"),
    ] {
        let what = format!("{method} {headers:?} {body}");
        let response = send(mcp_client, method, &headers, body.to_owned()).await;
        let (found, text) = error(&response);
        assert_eq!((response.status, found), (status, code), "{what}: {response:?}");
        assert!(text.contains(remedy), "{what}: {text}");
    }
    let nobodys = send(&fixture.alice("").on("no-such-session"), Method::POST, &[json], ping).await;
    assert!(nobodys.status == 404 && nobodys.error().contains("initialize"), "{nobodys:?}");
}

#[tokio::test]
async fn json_media_types_and_utf_8_are_accepted() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    let list = message("tools/list", &json!({}));
    for headers in [
        vec![],
        vec![("Content-Type", "application/json; charset=utf-8")],
        vec![("Content-Type", "APPLICATION/JSON")],
        vec![("Content-Type", "application/json-rpc")],
        vec![("Content-Type", "application/json"), ("Content-Encoding", "identity")],
    ] {
        let response = post(&alice, &headers, list.clone()).await;
        assert!(response.result()["tools"].is_array(), "{headers:?}: {response:?}");
        let marked = post(&alice, &headers, format!("\u{feff}{list}")).await;
        assert!(marked.result()["tools"].is_array(), "{headers:?}: {marked:?}");
    }
    let wide: Vec<u8> = list.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let response = post(&alice, &[("Content-Type", "application/json")], wide).await;
    assert!(response.status == 400 && error(&response).1.contains("UTF-8"), "{response:?}");
}

#[tokio::test]
async fn parameters_are_validated_as_over_stdio() {
    let fixture = Fixture::start("").await;
    for lifecycle in Lifecycle::BOTH {
        let alice = fixture.alice("").connect(lifecycle).await;
        for nothing in [json!([]), json!(""), json!(null)] {
            let call =
                json!({ "name": "callTool", "arguments": { "tool": "findTools", "arguments": nothing } });
            assert!(alice.ask("tools/call", call).await.result().is_object(), "{lifecycle:?} {nothing}");
            let call = json!({ "name": "findTools", "arguments": nothing });
            let (failed, text) = alice.ask("tools/call", call).await.outcome();
            assert!(failed && text.contains("`query`"), "{lifecycle:?} {nothing}: {text}");
        }
        for (method, wrong) in [
            ("tools/call", json!({ "arguments": {} })),
            ("tools/call", json!({ "name": "getSelf", "arguments": [1] })),
            ("prompts/get", json!({ "name": "x", "arguments": 1 })),
            ("resources/read", json!({ "uri": 7 })),
            ("completion/complete", json!({ "ref": "x" })),
        ] {
            let response = alice.ask(method, wrong.clone()).await;
            assert_eq!(response.status, 200, "{lifecycle:?} {method} {wrong}: {response:?}");
            assert_eq!(
                response.message()["error"]["code"],
                -32602,
                "{lifecycle:?} {method} {wrong}: {response:?}"
            );
            assert!(response.message()["id"].is_u64(), "{lifecycle:?} {method} {wrong}: {response:?}");
        }
        let cut = json!({ "name": "findTools", "arguments": { "query": "rogue CUT" } });
        let body = alice.request_builder("tools/call", cut).build().unwrap();
        let body = String::from_utf8(body.body().unwrap().as_bytes().unwrap().to_vec()).unwrap();
        let request = alice
            .request_builder("tools/call", json!({ "name": "findTools" }))
            .body(body.replace("CUT", "\\ud83d"));
        assert!(HttpResponse::of(request).await.result()["content"].is_array(), "{lifecycle:?}");
    }
}

#[tokio::test]
async fn a_client_that_accepts_only_json_gets_no_requests() {
    let fixture = Fixture::start("").await;
    let headers = [("Accept", "application/json"), ("Content-Type", "application/json")];
    let client = json!({ "name": "guest", "version": "1" });
    let capabilities = json!({ "elicitation": {}, "sampling": [], "roots": { "listChanged": true } });
    let params =
        json!({ "protocolVersion": "2025-06-18", "capabilities": capabilities, "clientInfo": client });
    let hello = post(&fixture.alice(""), &headers, message("initialize", &params)).await;
    assert!(hello.result()["capabilities"].is_object(), "{hello:?}");
}
