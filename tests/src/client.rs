//! rmcp's own client over stdio: [`Client`].

use std::process::Stdio;

use rmcp::model::{CallToolRequestParams, CallToolResult, ContentBlock, ErrorData, ProtocolVersion, Tool};
use rmcp::service::{
    ClientLifecycleMode, Peer, RoleClient, RunningService, ServiceError, serve_client_with_lifecycle,
};
use rmcp::transport::TokioChildProcess;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::soon;

/// The two lifecycles of MCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Up to 2025-11-25, with `initialize`.
    Legacy,
    /// From 2026-07-28 on, with stateless requests.
    Stateless,
}

impl Lifecycle {
    /// Both lifecycles.
    pub const BOTH: [Self; 2] = [Self::Legacy, Self::Stateless];
}

/// rmcp's client, with the server as its child process.
#[derive(Debug)]
pub struct Client {
    service: RunningService<RoleClient, ()>,
    _folder: TempDir,
}

impl Client {
    pub(crate) async fn connect(command: Command, folder: TempDir, lifecycle: Lifecycle) -> Self {
        let (transport, _) = TokioChildProcess::builder(command).stderr(Stdio::null()).spawn().unwrap();
        let lifecycle = match lifecycle {
            Lifecycle::Legacy => ClientLifecycleMode::Initialize,
            Lifecycle::Stateless => {
                ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
            }
        };
        let service = serve_client_with_lifecycle((), transport, lifecycle).await.unwrap();
        Self { service, _folder: folder }
    }

    /// The peer of rmcp.
    pub fn server(&self) -> &Peer<RoleClient> {
        self.service.peer()
    }

    /// The tools that the server lists.
    pub async fn tools(&self) -> Vec<Tool> {
        soon("tools/list", self.service.list_all_tools()).await.unwrap()
    }

    /// Calls a tool. An error is a protocol error.
    pub async fn try_call(&self, tool: &str, arguments: Value) -> Result<CallToolResult, ErrorData> {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        match soon(tool, self.service.call_tool(params)).await {
            Ok(result) => Ok(result),
            Err(ServiceError::McpError(error)) => Err(error),
            Err(error) => panic!("{tool}: {error}"),
        }
    }

    /// Calls a tool that must succeed, and returns its text.
    pub async fn call(&self, tool: &str, arguments: Value) -> String {
        let result = self.try_call(tool, arguments.clone()).await.unwrap();
        let text = text(&result);
        assert_ne!(result.is_error, Some(true), "{tool} {arguments}: {text}");
        text
    }

    /// The same, parsed as JSON.
    pub async fn json(&self, tool: &str, arguments: Value) -> Value {
        let text = self.call(tool, arguments).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{tool}: {error}: {text}"))
    }

    /// Calls a tool that must fail, and returns the error text.
    pub async fn refusal(&self, tool: &str, arguments: Value) -> String {
        let result = self.try_call(tool, arguments.clone()).await.unwrap();
        let text = text(&result);
        assert_eq!(result.is_error, Some(true), "{tool} {arguments}: {text}");
        assert!(text.len() <= 1_500, "{} bytes: {text}", text.len());
        text
    }
}

/// The only text block of a result.
pub fn text(result: &CallToolResult) -> String {
    assert_eq!(result.structured_content, None, "clients pay for it twice");
    match result.content.as_slice() {
        [ContentBlock::Text(block)] => block.text.clone(),
        other => panic!("one text block is wanted: {other:?}"),
    }
}
