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

/// The two ways in which MCP is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// Up to 2025-11-25, with `initialize`.
    Legacy,
    /// From 2026-07-28 on, where every request stands for itself.
    Modern,
}

impl Era {
    /// Both of them.
    pub const BOTH: [Self; 2] = [Self::Legacy, Self::Modern];
}

/// rmcp's client, with the binary as its child.
#[derive(Debug)]
pub struct Client {
    service: RunningService<RoleClient, ()>,
    _folder: TempDir,
}

impl Client {
    pub(crate) async fn connect(command: Command, folder: TempDir, era: Era) -> Self {
        let (transport, _) = TokioChildProcess::builder(command).stderr(Stdio::null()).spawn().unwrap();
        let lifecycle = match era {
            Era::Legacy => ClientLifecycleMode::Initialize,
            Era::Modern => {
                ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
            }
        };
        let service = serve_client_with_lifecycle((), transport, lifecycle).await.unwrap();
        Self { service, _folder: folder }
    }

    /// The server, as rmcp speaks to it.
    pub fn server(&self) -> &Peer<RoleClient> {
        self.service.peer()
    }

    /// The tools that it lists.
    pub async fn tools(&self) -> Vec<Tool> {
        soon("tools/list", self.service.list_all_tools()).await.unwrap()
    }

    /// Calls a tool. An error is one of the protocol.
    pub async fn try_call(&self, tool: &str, arguments: Value) -> Result<CallToolResult, ErrorData> {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        match soon(tool, self.service.call_tool(params)).await {
            Ok(result) => Ok(result),
            Err(ServiceError::McpError(error)) => Err(error),
            Err(error) => panic!("{tool}: {error}"),
        }
    }

    /// Calls a tool and returns its text, which has to be the whole of a success.
    pub async fn call(&self, tool: &str, arguments: Value) -> String {
        let result = self.try_call(tool, arguments.clone()).await.unwrap();
        let text = text(&result);
        assert_ne!(result.is_error, Some(true), "{tool} {arguments}: {text}");
        text
    }

    /// The same as JSON.
    pub async fn json(&self, tool: &str, arguments: Value) -> Value {
        let text = self.call(tool, arguments).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{tool}: {error}: {text}"))
    }

    /// Calls a tool that cannot succeed, and returns what the model is told.
    pub async fn refusal(&self, tool: &str, arguments: Value) -> String {
        let result = self.try_call(tool, arguments.clone()).await.unwrap();
        let text = text(&result);
        assert_eq!(result.is_error, Some(true), "{tool} {arguments}: {text}");
        assert!(text.len() <= 1_500, "{} bytes: {text}", text.len());
        text
    }
}

/// The one text block that a result has.
pub fn text(result: &CallToolResult) -> String {
    assert_eq!(result.structured_content, None, "clients pay for it twice");
    match result.content.as_slice() {
        [ContentBlock::Text(block)] => block.text.clone(),
        other => panic!("one text block is wanted: {other:?}"),
    }
}
