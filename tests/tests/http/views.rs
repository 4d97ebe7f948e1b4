//! Views of MCP Apps over HTTP: the real server's tools with a view, for clients with the extension and without.

use mistmcp_tests::{HttpClient, HttpResponse, HttpServer, Launch, Lifecycle};
use serde_json::{Map, Value, json};

/// The capabilities of a client that shows views.
fn shows_views() -> Value {
    let types = json!({ "mimeTypes": ["text/html;profile=mcp-app"] });
    json!({ "extensions": { "io.modelcontextprotocol/ui": types } })
}

async fn client(server: &HttpServer, lifecycle: Lifecycle, capabilities: Value) -> HttpClient {
    HttpClient::new(server, "").capabilities(capabilities).connect(lifecycle).await
}

/// Arguments with which a tool answers over the demo network: a value for each parameter that it requires.
fn arguments(tool: &Value) -> Value {
    if tool["name"] == "queryRows" {
        return json!({
            "tables": { "sites": { "tool": "searchOrgSites", "arguments": {} } },
            "sql": "SELECT name FROM sites ORDER BY name",
        });
    }
    let value = |name: &str| match name {
        "site_id" => "Leeds Distribution Centre",
        "metric" => "capacity",
        "client" | "who" => "hugo.nguyen",
        _ => "LDS-AP-03",
    };
    let required = tool["inputSchema"]["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.map(|name| (name.to_owned(), json!(value(name)))).collect::<Map<_, _>>().into()
}

/// A message without the id of its request.
fn without_id(response: &HttpResponse) -> Value {
    let mut message = response.message();
    message["id"] = Value::Null;
    message
}

#[tokio::test]
async fn each_tool_with_a_view_has_its_document_and_data_in_both_lifecycles() {
    let server = Launch::new("--demo").serve().await;
    for lifecycle in Lifecycle::BOTH {
        let plain = client(&server, lifecycle, json!({})).await;
        let shown = client(&server, lifecycle, shows_views()).await;
        let tools = shown.ask("tools/list", json!({})).await.result()["tools"].clone();
        let mut count = 0;
        for tool in tools.as_array().unwrap() {
            let Some(uri) = tool["_meta"]["ui"]["resourceUri"].as_str() else { continue };
            count += 1;
            let read = shown.ask("resources/read", json!({ "uri": uri })).await.result();
            let html = read["contents"][0]["text"].as_str().unwrap().to_owned();
            assert!(html.starts_with("<!doctype html>") && html.len() < 60_000, "{uri}");
            assert!(html.contains("Content-Security-Policy"), "{uri}");

            let call = json!({ "name": tool["name"], "arguments": arguments(tool) });
            let (with, without) =
                (shown.ask("tools/call", call.clone()).await, plain.ask("tools/call", call).await);
            assert_ne!(with.result()["isError"], true, "{with:?}");
            let data = with.result()["structuredContent"].clone();
            let text = without.result()["content"][0]["text"].as_str().unwrap().to_owned();
            let known: Value = serde_json::from_str(&text).unwrap();
            assert!(without.result()["structuredContent"].is_null(), "{without:?}");
            let view = data["view"].clone();
            assert!(view.is_null() || view.is_object(), "{view}");
            // Times differ between two calls; the fields are the same.
            let mut data = data.as_object().unwrap().clone();
            data.remove("view");
            assert!(data.keys().eq(known.as_object().unwrap().keys()), "{data:?} and {known}");
        }
        assert!(count > 0, "no tool has a view");
    }
}

#[tokio::test]
async fn clients_without_views_get_the_same_lists_whatever_else_they_declare() {
    let server = Launch::new("--demo").serve().await;
    for lifecycle in Lifecycle::BOTH {
        let plain = client(&server, lifecycle, json!({})).await;
        let html = json!({ "extensions": { "io.modelcontextprotocol/ui": { "mimeTypes": ["text/html"] } } });
        let other = client(&server, lifecycle, html).await;
        for (method, params) in [
            ("tools/list", json!({})),
            ("resources/list", json!({})),
            ("resources/templates/list", json!({})),
            ("resources/read", json!({ "uri": "ui://mistmcp/table" })),
        ] {
            let (one, two) = (plain.ask(method, params.clone()).await, other.ask(method, params).await);
            assert_eq!(without_id(&one), without_id(&two), "{method}");
            for word in ["resourceUri", "mcp-app"] {
                assert!(!one.body.contains(word), "{method}: {word}");
            }
        }
    }
}
