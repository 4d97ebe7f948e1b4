//! An rmcp client in process, which answers elicitation, sampling and roots requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mistmcp::{
    Catalog, Clouds, Connection, Format, Limits, Mode, Pool, Rules, Server, Session, Settings, Token,
};
use mistmcp_tests::{Lifecycle, TOKEN, soon};
use rmcp::handler::client::ClientHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, CreateMessageRequestParams,
    CreateMessageResult, ElicitRequestParams, ElicitResult, ElicitationAction, ErrorData, Implementation,
    ListRootsResult, ProtocolVersion, Root, SamplingMessage,
};
use rmcp::service::{
    ClientLifecycleMode, RequestContext, RoleClient, RunningService, ServiceError,
    serve_client_with_lifecycle, serve_server,
};
use serde_json::{Value, json};

/// How long a call may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(2);

/// Somebody in front of a client, with an answer for each form in turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub(crate) capabilities: ClientCapabilities,
    pub(crate) answers: Arc<Mutex<VecDeque<ElicitResult>>>,
    /// What the forms said.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
    pub(crate) thinks: Duration,
}

impl Person {
    pub(crate) fn answering(answers: impl IntoIterator<Item = ElicitResult>) -> Self {
        let capabilities =
            ClientCapabilities::builder().enable_elicitation().enable_sampling().enable_roots().build();
        Self { capabilities, answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() }
    }
}

pub(crate) fn filled(content: Value) -> ElicitResult {
    ElicitResult::new(ElicitationAction::Accept).with_content(content)
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(self.capabilities.clone(), Implementation::new("person", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else {
            panic!("{request:?}")
        };
        self.asked.lock().unwrap().push(message);
        tokio::time::sleep(self.thinks).await;
        let answer = self.answers.lock().unwrap().pop_front();
        answer.ok_or_else(|| ErrorData::internal_error("nobody is there", None))
    }

    async fn create_message(
        &self,
        request: CreateMessageRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        let said = format!("{} tokens", request.max_tokens);
        Ok(CreateMessageResult::new(SamplingMessage::assistant_text(said), "model".to_owned()))
    }

    async fn list_roots(&self, _context: RequestContext<RoleClient>) -> Result<ListRootsResult, ErrorData> {
        Ok(ListRootsResult::new(vec![Root::new("file:///a"), Root::new("file:///b")]))
    }
}

/// A server with this program's tools, which calls no cloud.
pub(crate) fn server() -> Server {
    let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
    let settings = Settings::new(Catalog::gather().unwrap(), Mode::All, &[], rules).unwrap();
    let limits =
        Limits { timeout: LIMIT, retry_wait: Duration::ZERO, rate_limit: 1, max_response_bytes: 1 << 20 };
    let cloud = Clouds::default().find("api.mist.com").unwrap();
    let connection = Connection::new(Arc::new(Pool::new(limits)), cloud, Token::new(TOKEN).unwrap(), None);
    Server::new(Session::new(Arc::new(settings), Arc::new(connection), true))
}

pub(crate) struct Client(pub(crate) RunningService<RoleClient, Person>);

impl Client {
    pub(crate) async fn of(person: Person, lifecycle: Lifecycle) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move { Box::pin(serve_server(server(), theirs)).await.unwrap().waiting().await });
        let lifecycle = match lifecycle {
            Lifecycle::Legacy => ClientLifecycleMode::Initialize,
            Lifecycle::Stateless => {
                ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
            }
        };
        Self(serve_client_with_lifecycle(person, ours, lifecycle).await.unwrap())
    }

    pub(crate) async fn call(&self, tool: &'static str) -> Result<CallToolResult, ServiceError> {
        self.call_with(tool, json!({})).await
    }

    pub(crate) async fn call_with(
        &self,
        tool: &'static str,
        arguments: Value,
    ) -> Result<CallToolResult, ServiceError> {
        let arguments = arguments.as_object().cloned().unwrap();
        soon(tool, self.0.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments))).await
    }
}
