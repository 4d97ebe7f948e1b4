//! Invalid message bodies.

use mistmcp_tests::{Lifecycle, message};
use serde_json::json;

use crate::fixture::{Fixture, site};

fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
    let call = |arguments: &str| {
        let head = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"getSelf","arguments":"#;
        format!("{head}{arguments}}}}}").into_bytes()
    };
    let (ping, list) = (message("ping", &json!({})), message("tools/list", &json!({})));
    vec![
        ("nothing", vec![]),
        ("no JSON", b"hello".to_vec()),
        ("half of it", ping.as_bytes()[..20].to_vec()),
        ("two of them", format!("{ping}{list}").into_bytes()),
        ("a batch", format!("[{ping},{list}]").into_bytes()),
        ("an empty batch", b"[]".to_vec()),
        ("a number", b"1e999".to_vec()),
        ("null", b"null".to_vec()),
        ("another version", br#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#.to_vec()),
        ("no method", br#"{"jsonrpc":"2.0","id":1}"#.to_vec()),
        ("a method that is none", br#"{"jsonrpc":"2.0","id":1,"method":["ping"]}"#.to_vec()),
        ("an id that is none", br#"{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}"#.to_vec()),
        ("no end of brackets", open.clone().into_bytes()),
        ("deep arguments", call(&format!("{{\"a\":{open}{close}}}"))),
        ("deep objects", call(&format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000)))),
        ("arguments that are none", call("[1]")),
        ("no UTF-8", b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\xffng\"}".to_vec()),
        ("half a character", b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xf0\x9f\"}".to_vec()),
        ("half a surrogate", br#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#.to_vec()),
        ("UTF-16", ping.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("bytes of zero", vec![0; 1_000]),
    ]
}

#[tokio::test]
async fn invalid_messages_are_rejected_and_the_server_keeps_serving() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let alice = fixture.alice("?mode=all").open().await;
    let modern = fixture.alice("?mode=all").header("MCP-Protocol-Version", "2026-07-28");
    for (what, body) in broken() {
        for client in [&alice, &fixture.alice(""), &modern] {
            let response = client.post(body.clone()).await;
            let error = response.status == 200 && response.message()["error"].is_object();
            assert!((400..500).contains(&response.status) || error, "{what}: {response:?}");
            assert_eq!(response.header("mcp-session-id"), "", "{what}");
            assert!(response.body.len() < 2_000, "{what}: {} bytes", response.body.len());
        }
        // The session still works.
        alice.call("getSiteInfo", site(1)).await;
    }
    fixture.assert_serving(process).await;
}

#[tokio::test]
async fn calls_of_unknown_or_disabled_tools_send_nothing_to_mist() {
    let fixture = Fixture::start("").await;
    for lifecycle in Lifecycle::BOTH {
        let alice = fixture.alice("").connect(lifecycle).await;
        let refused = alice.refusal("getSiteInfo", site(1)).await;
        assert!(refused.contains("callTool") && refused.contains("[request "), "{refused}");
        for tool in ["", "getSiteinfo2", "../getSelf", "getSelf\0", "🦀", &"x".repeat(100_000)] {
            // A header value must be valid, and stateless requests repeat the name in a header.
            if lifecycle == Lifecycle::Stateless && !tool.bytes().all(|byte| byte.is_ascii_graphic())
                || tool.len() > 10_000
            {
                continue;
            }
            let answer = alice.try_call(tool, json!({})).await;
            assert!(answer.message()["error"].is_object(), "{tool}: {answer:?}");
            assert!(answer.body.len() < 2_000, "{tool}");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        alice.refusal("callTool", json!({ "tool": "getSelf", "arguments": deep })).await;
    }
    assert_eq!(fixture.upstream.connections(), 0);
}

#[tokio::test]
async fn a_body_of_another_media_type_is_rejected() {
    let fixture = Fixture::start("").await;
    let process = fixture.server.id();
    let alice = fixture.alice("").open().await;
    for (name, value, status) in [
        ("Content-Type", "text/plain", 415),
        ("Content-Type", "application/x-www-form-urlencoded", 415),
        ("Content-Encoding", "gzip", 415),
    ] {
        let request = alice.request(reqwest::Method::POST).header(name, value);
        let body = if name == "Content-Encoding" { vec![0x1f, 0x8b, 8, 0] } else { b"{}".to_vec() };
        let response = mistmcp_tests::HttpResponse::of(request.body(body)).await;
        assert_eq!(response.status, status, "{name}: {value}: {response:?}");
    }
    fixture.assert_serving(process).await;
}
