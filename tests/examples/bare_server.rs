//! The baseline of the benchmarks: a server on rmcp alone, with 260 dummy tools and nothing behind them. On standard
//! input and output, or over HTTP with `--http PORT`.

use std::sync::Arc;

use axum::serve::ListenerExt;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer, serve_server};
use rmcp::transport::io::stdio_pipes;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::{Map, Value, json};

const TOOLS: usize = 260;

struct Bare {
    tools: Vec<Tool>,
}

impl Bare {
    fn new() -> Self {
        let parameter = json!({ "type": "string", "description": "One of six parameters." });
        let properties: Map<String, Value> =
            (0..6).map(|number| (format!("parameter_{number}"), parameter.clone())).collect();
        let schema = Map::from_iter([
            ("type".to_owned(), Value::from("object")),
            ("properties".to_owned(), Value::Object(properties)),
        ]);
        let tool = |number| {
            let name = format!("getDummy{number}");
            Tool::new(name, "A tool that stands for any other, and does nothing.", Arc::new(schema.clone()))
        };
        Self { tools: (0..TOOLS).map(tool).collect() }
    }
}

impl ServerHandler for Bare {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.clone()))
    }

    async fn call_tool(
        &self,
        _request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        Ok(CallToolResult::success(vec![ContentBlock::text("{}")]).into())
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--http").skip(1);
    if let Some(port) = arguments.next() {
        return http(port.parse()?).await;
    }
    serve_server(Bare::new(), stdio_pipes()).await?.waiting().await?;
    Ok(())
}

/// As the SDK's own examples serve it, but for answers in JSON and without waiting for acknowledgements.
async fn http(port: u16) -> anyhow::Result<()> {
    let tools = Bare::new().tools;
    let service = StreamableHttpService::new(
        move || Ok(Bare { tools: tools.clone() }),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default().with_json_response(true),
    );
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let listener = listener.tap_io(|stream| {
        // Failing only makes it slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, axum::Router::new().nest_service("/mcp", service)).await?;
    Ok(())
}
