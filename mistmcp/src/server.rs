//! The MCP server: requests of either era become calls of a session, and outcomes become results.

mod completion;
mod prompts;
mod resources;
mod result;
mod stdio;

use std::sync::Arc;

use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult,
    DiscoverResult, ErrorData, GetPromptRequestParams, GetPromptResponse, Implementation, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ProgressNotificationParam, ProgressToken, PromptsCapability, ProtocolVersion, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig,
};
use rmcp::service::{Peer, RequestContext, RoleServer};

pub(crate) use stdio::serve;

use crate::Call;
use crate::call::Listener;
use crate::session::{Mode, Session};

/// How long a client may keep a list that never changes.
const LIST_TTL_MS: u64 = 60 * 60 * 1_000;

/// One client's server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    session: Arc<Session>,
}

impl Server {
    pub(crate) fn new(session: Session) -> Self {
        Self { session: Arc::new(session) }
    }

    /// The session that a request belongs to: from revision 2026-07-28 on each stands for itself.
    fn session(&self, context: &RequestContext<RoleServer>) -> Arc<Session> {
        if stands_for_itself(context) { Arc::new(self.session.afresh()) } else { Arc::clone(&self.session) }
    }

    fn config(&self, list_changes: bool) -> ServerConfig {
        let mut capabilities =
            ServerCapabilities::builder().enable_tools().enable_resources().enable_completions().build();
        capabilities.prompts = self.session.prompts().next().map(|_| PromptsCapability::default());
        if let Some(tools) = &mut capabilities.tools {
            tools.list_changed = list_changes.then_some(true);
        }
        let mut implementation = Implementation::from_build_env();
        "mistmcp".clone_into(&mut implementation.name);
        implementation.title = Some("Juniper Mist".to_owned());
        env!("CARGO_PKG_VERSION").clone_into(&mut implementation.version);
        ServerConfig::new(capabilities)
            .with_server_info(implementation)
            .with_instructions(self.session.settings().instructions(list_changes))
    }

    fn list_changes(&self) -> bool {
        self.session.settings().mode() == Mode::Managed
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        self.config(self.list_changes())
    }

    async fn discover(&self, _context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, self.config(false)))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let session = self.session(&context);
        let tools = session.listed().map(|entry| entry.definition().clone()).collect();
        let list = ListToolsResult::with_all_items(tools).with_cache_scope(CacheScope::Private);
        // A list that grows and shrinks is fresh only when it is asked for.
        let lasting = stands_for_itself(&context) || !self.list_changes();
        Ok(list.with_ttl_ms(if lasting { LIST_TTL_MS } else { 0 }))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let listener = context
            .meta
            .get_progress_token()
            .map(|token| Arc::new(Progress { peer: context.peer.clone(), token }) as Arc<dyn Listener>);
        let call = Call::new(context.ct.clone(), listener);
        let arguments = request.arguments.unwrap_or_default();
        let outcome = self.session(&context).call(&request.name, arguments, &call).await;
        if outcome.list_changed
            && let Err(error) = context.peer.notify_tool_list_changed().await
        {
            tracing::debug!(%error, "the client could not be told of its new list");
        }
        result::from_outcome(outcome.content)
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(prompts::list(&self.session))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        prompts::get(&self.session, request).map(Into::into)
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(resources::list())
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(resources::templates())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(&self.session, &request.uri).map(Into::into)
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        completion::complete(&self.session, &request).await
    }
}

fn stands_for_itself(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version: ProtocolVersion| !version.has_initialize())
}

/// Hands progress on to a client that asked for it.
struct Progress {
    peer: Peer<RoleServer>,
    token: ProgressToken,
}

impl Listener for Progress {
    fn progress(&self, done: f64, total: Option<f64>, message: Option<String>) {
        let mut notification = ProgressNotificationParam::new(self.token.clone(), done);
        notification.total = total;
        notification.message = message;
        let peer = self.peer.clone();
        tokio::spawn(async move {
            if let Err(error) = peer.notify_progress(notification).await {
                tracing::debug!(%error, "progress could not be told");
            }
        });
    }
}
