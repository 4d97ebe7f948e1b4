//! Views of MCP Apps: clients that declared the extension get their addresses, documents and data; to all others a server with
//! views answers the same bytes as one without.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use mistmcp::{
    Catalog, Clouds, Connection, Format, Limits, Mist, Mode, Pool, Reply, Result, Rules, Server, Session,
    Settings, Tokens, mist_tool,
};
use mistmcp_tests::{Lifecycle, StdioProcess, soon};
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf, duplex, split,
};

mistmcp::category! {
    /// What is shown.
    showing
}

mistmcp::category! {
    /// What is beyond the categories of the operator.
    beyond
}

mistmcp::view! {
    /// Shows nothing, for these tests.
    "own-view" {
        title: "A view of one's own",
        file: "macro/own_view.html",
    }
}

/// An answer with a view, and with data for it alone.
#[mist_tool(category = "showing", hints(read_only), view = "own-view")]
pub(crate) async fn show_ports(mist: &Mist) -> Result<Reply> {
    let _ = mist;
    let answer = json!({ "verdict": "One port is down.", "psk": "hunter2" });
    Ok(Reply::json(answer)?.with_view(json!({ "ports": [{ "port": "ge-0/0/1", "psk": "hunter2" }] })))
}

/// An answer that a built-in view shows, from an endpoint.
#[mist_tool(category = "beyond", get = "/api/v1/const/countries", view = "table")]
pub(crate) async fn list_beyond();

/// An answer without a view.
#[mist_tool(category = "showing", hints(read_only))]
pub(crate) async fn show_nothing(mist: &Mist) -> Result<Reply> {
    let _ = mist;
    Reply::json(json!({ "verdict": "Nothing." }))
}

/// The capabilities of a client that shows views.
fn shows_views() -> Value {
    let types = json!({ "mimeTypes": ["text/html;profile=mcp-app"] });
    json!({ "extensions": { "io.modelcontextprotocol/ui": types } })
}

/// A client with the lines of the protocol as they are.
struct Client {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    input: WriteHalf<DuplexStream>,
    lifecycle: Lifecycle,
    capabilities: Value,
}

impl Client {
    async fn connect(lifecycle: Lifecycle, mode: Mode, format: Format, capabilities: Value) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let limits = Limits {
            timeout: Duration::from_secs(20),
            retry_wait: Duration::ZERO,
            rate_limit: 5_000,
            max_response_bytes: 1 << 20,
        };
        let rules = Rules { max_bytes: 10_000, format, show_secrets: false };
        let catalog = Catalog::gather().unwrap();
        let settings = Settings::new(catalog, mode, &["showing".to_owned()], rules).unwrap();
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        let tokens = Tokens::parse("a-token-of-tests").unwrap();
        let connection = Connection::new(Arc::new(Pool::new(limits)), cloud, tokens, None);
        let session = Session::new(Arc::new(settings), Arc::new(connection), true);
        let (near, far) = duplex(1 << 20);
        tokio::spawn(async move {
            let server = mistmcp::rmcp::ServiceExt::serve(Server::new(session), split(far)).await;
            if let Ok(server) = server {
                let _ = server.waiting().await;
            }
        });
        let (output, input) = split(near);
        let mut client = Self { lines: BufReader::new(output).lines(), input, lifecycle, capabilities };
        if lifecycle == Lifecycle::Legacy {
            let info = json!({ "name": "tests", "version": "1" });
            let params = json!({
                "protocolVersion": "2025-11-25", "capabilities": client.capabilities, "clientInfo": info,
            });
            client.line("initialize", params).await;
            client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        }
        client
    }

    async fn send(&mut self, message: &Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    /// The line that answers a request.
    async fn line(&mut self, method: &str, params: Value) -> String {
        self.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })).await;
        soon(method, self.lines.next_line()).await.unwrap().unwrap()
    }

    async fn ask(&mut self, method: &str, params: Value) -> String {
        let params = match self.lifecycle {
            Lifecycle::Legacy => params,
            Lifecycle::Stateless => {
                let mut params = StdioProcess::stateless_params(params);
                params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = self.capabilities.clone();
                params
            }
        };
        self.line(method, params).await
    }

    async fn result(&mut self, method: &str, params: Value) -> Value {
        let line = self.ask(method, params).await;
        let message: Value = serde_json::from_str(&line).unwrap();
        assert!(message["result"].is_object(), "{method}: {line}");
        message["result"].clone()
    }

    async fn call(&mut self, tool: &str) -> Value {
        self.result("tools/call", json!({ "name": tool, "arguments": {} })).await
    }
}

/// All that a client can ask for that views have a part in.
async fn everything(client: &mut Client) -> Vec<String> {
    let mut lines = Vec::new();
    for (method, params) in [
        ("tools/list", json!({})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "ui://mistmcp/own-view" })),
        ("resources/read", json!({ "uri": "mistmcp://categories" })),
        ("tools/call", json!({ "name": "showPorts", "arguments": {} })),
    ] {
        lines.push(client.ask(method, params).await);
    }
    lines
}

#[tokio::test]
async fn a_client_without_the_extension_gets_no_byte_of_views() {
    let html = json!({ "mimeTypes": ["text/html"] });
    for lifecycle in Lifecycle::BOTH {
        let mut plain = Client::connect(lifecycle, Mode::All, Format::Json, json!({})).await;
        let expected = everything(&mut plain).await;
        for line in &expected {
            for word in [
                "_meta\":{\"ui",
                "resourceUri",
                "structuredContent",
                "mcp-app",
                "ge-0/0/1",
                "own-view\",\"name",
            ] {
                assert!(!line.contains(word), "{lifecycle:?}: {word}: {line}");
            }
        }
        assert!(expected[3].contains("-32602") || expected[3].contains("-32002"), "{}", expected[3]);
        for other in [
            json!({ "io.modelcontextprotocol/ui": html }),
            json!({ "io.modelcontextprotocol/ui": {} }),
            json!({ "x": {} }),
        ] {
            let capabilities = json!({ "extensions": other });
            let mut client = Client::connect(lifecycle, Mode::All, Format::Json, capabilities).await;
            assert_eq!(everything(&mut client).await, expected, "{lifecycle:?}");
        }
    }
}

#[tokio::test]
async fn a_client_with_the_extension_gets_addresses_documents_and_data() {
    for lifecycle in Lifecycle::BOTH {
        for format in [Format::Json, Format::Toon] {
            let mut plain = Client::connect(lifecycle, Mode::All, format, json!({})).await;
            let mut client = Client::connect(lifecycle, Mode::All, format, shows_views()).await;

            let resources = client.result("resources/list", json!({})).await["resources"].clone();
            let is_view = |one: &&Value| one["mimeType"] != "text/markdown";
            let views: Vec<_> = resources.as_array().unwrap().iter().filter(is_view).collect();
            let wanted = json!({
                "uri": "ui://mistmcp/own-view", "name": "own-view", "title": "A view of one's own",
                "description": "Shows nothing, for these tests.", "mimeType": "text/html;profile=mcp-app",
            });
            assert_eq!(views, [&wanted]);
            let read = client.result("resources/read", json!({ "uri": "ui://mistmcp/own-view" })).await;
            let document = &read["contents"][0];
            assert_eq!(document["mimeType"], "text/html;profile=mcp-app");
            assert_eq!(document["text"], include_str!("../macro/own_view.html"));
            assert_eq!(document["_meta"]["ui"]["csp"], json!({}));
            // The categories of the operator bound the views as they bound the tools.
            for beyond in
                ["ui://mistmcp/table", "ui://mistmcp/nowhere", "ui://mistmcp/", "ui://other/own-view"]
            {
                let line = client.ask("resources/read", json!({ "uri": beyond })).await;
                assert_eq!(line, plain.ask("resources/read", json!({ "uri": beyond })).await);
                assert!(line.contains("\"error\""), "{line}");
            }

            let tools = client.result("tools/list", json!({})).await["tools"].clone();
            let meta = |name: &str| {
                let tool = tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap();
                tool["_meta"].clone()
            };
            assert_eq!(meta("showPorts"), json!({ "ui": { "resourceUri": "ui://mistmcp/own-view" } }));
            assert_eq!(meta("showNothing"), Value::Null);
            let shown = client.call("showPorts").await;
            assert_eq!(shown["content"], plain.call("showPorts").await["content"]);
            let data = json!({
                "verdict": "One port is down.", "psk": "[hidden]",
                "view": { "ports": [{ "port": "ge-0/0/1", "psk": "[hidden]" }] },
            });
            assert_eq!(shown["structuredContent"], data, "{format:?}");
            assert_eq!(client.call("showNothing").await, plain.call("showNothing").await);
        }
    }
}

#[tokio::test]
async fn a_tool_that_is_called_by_call_tool_has_no_view() {
    let by_name = json!({ "name": "callTool", "arguments": { "tool": "showPorts" } });
    for lifecycle in Lifecycle::BOTH {
        let mut plain = Client::connect(lifecycle, Mode::Managed, Format::Json, json!({})).await;
        let mut client = Client::connect(lifecycle, Mode::Managed, Format::Json, shows_views()).await;
        let called = client.ask("tools/call", by_name.clone()).await;
        assert_eq!(called, plain.ask("tools/call", by_name.clone()).await);
        assert!(called.contains("One port is down.") && !called.contains("ge-0/0/1"), "{called}");
    }
}
