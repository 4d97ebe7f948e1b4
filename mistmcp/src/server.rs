//! The MCP server ([`Server`]): an rmcp handler that maps requests, of legacy sessions or stateless, to calls of a
//! [`Session`], and outcomes to MCP results.
mod call_guard;
mod client_peer;
#[cfg(feature = "client-requests")]
mod client_requests;
mod completion;
mod http_context;
mod http_session;
mod in_flight;
pub(crate) mod json_rpc;
mod mrtr;
mod prompts;
mod request_ids;
mod resources;
mod result;
mod stdio;
mod views;

use std::sync::{Arc, OnceLock};

use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult,
    CustomRequest, CustomResult, DiscoverResult, ErrorCode, ErrorData, GetPromptRequestParams,
    GetPromptResponse, Implementation, InitializeRequestParams, InitializeResult, JsonObject,
    ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, PromptsCapability, ProtocolVersion, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig, SubscriptionFilter, Tool as Definition,
};
use rmcp::service::{RequestContext, RoleServer, SubscriptionContext};
use tracing::Instrument;

use call_guard::CallGuard;
use client_peer::ClientPeer;
#[cfg(feature = "client-requests")]
use client_requests::ClientLog;
#[cfg(feature = "client-requests")]
pub use client_requests::{Level, Root};
pub(crate) use http_context::{ClientAdmission, HttpRequestContext};
pub(crate) use http_session::{HttpSession, ToolListObserver, Unrestored};
pub(crate) use in_flight::{InFlight, InFlightGuard};
pub(crate) use request_ids::RequestIdGuard;
use stdio::InputEnd;
pub(crate) use stdio::serve;
pub(crate) use views::used_extensions;

use crate::audit::{AuditEntry, AuditLog};
use crate::call::CallPeer;
use crate::catalog::Entry;
use crate::error::ErrorKind;
use crate::identity::identity;
use crate::key::Key;
use crate::metrics::Metrics;
use crate::mist::LiveConnection;
use crate::reply::Content;
use crate::session::{Mode, Session, Settings};
use crate::text::one_line;
use crate::text::shortened;
use crate::trace::Trace;
use crate::{Call, Error};

/// TTL of lists that do not change.
const LIST_TTL_MS: u64 = 60 * 60 * 1_000;

/// The most calls in flight per session, or per token of stateless clients.
pub(crate) const CALLS_AT_ONCE: usize = 64;

/// The most subscription streams per token of stateless clients. A client needs one.
pub(crate) const STREAMS_AT_ONCE: usize = 256;

/// The MCP server for one client. It offers the tools that are linked into the program. It is an [`rmcp`] handler, and a
/// program can wrap it in its own with [`Program::run_with`](crate::Program::run_with).
///
/// [`main`](crate::main) and [`Program`](crate::Program) create and run it. A program that embeds it assembles the parts,
/// and first installs a rustls crypto provider, as with `rustls::crypto::ring::default_provider().install_default()`:
///
/// ```no_run
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use mistmcp::rmcp::ServiceExt;
/// use mistmcp::{Catalog, Clouds, Connection, Format, Limits, Mode, Pool, Rules, Server, Session, Settings, Token};
///
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// mistmcp::Program::new().name(env!("CARGO_PKG_NAME")).version(env!("CARGO_PKG_VERSION")).identify();
/// let limits = Limits {
///     timeout: Duration::from_secs(30),
///     retry_wait: Duration::from_secs(15),
///     rate_limit: 5_000,
///     max_response_bytes: 32 << 20,
/// };
/// let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
/// let catalog = Catalog::gather()?;
/// let mode = Mode::default_for(catalog.entries().len());
/// let settings = Settings::new(catalog, mode, &[], rules)?;
/// let cloud = Clouds::default().find("api.eu.mist.com")?;
/// let token = Token::new(&std::env::var("MIST_APITOKEN")?)?;
/// let connection = Connection::new(Arc::new(Pool::new(limits)), cloud, token, None);
/// let session = Session::new(Arc::new(settings), Arc::new(connection), true);
/// Server::new(session).serve(mistmcp::rmcp::transport::stdio()).await?.waiting().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    clients: Clients,
    #[cfg(feature = "client-requests")]
    log: Option<ClientLog>,
    /// Signs the state of multi-round-trip requests.
    key: Key,
    audit: Option<Arc<AuditLog>>,
    /// The accounts of the only client, which may change while it is connected.
    accounts: Option<LiveConnection>,
}

#[derive(Debug)]
enum Clients {
    /// A single client, such as the one on standard input and output.
    One(Arc<Session>),
    /// HTTP clients: the context of each request identifies its client. `session` is set by `initialize`.
    Http { settings: Arc<Settings>, metrics: Arc<Metrics>, session: OnceLock<Arc<Session>> },
}

impl Server {
    /// A server for one client.
    pub fn new(session: Session) -> Self {
        Self::of(Clients::One(Arc::new(session)), Key::random())
    }

    /// A server for a legacy session over HTTP, or for one stateless request. Servers with the same key continue each
    /// other's multi-round-trip requests.
    pub(crate) fn for_http(settings: Arc<Settings>, metrics: Arc<Metrics>, key: Key) -> Self {
        Self::of(Clients::Http { settings, metrics, session: OnceLock::new() }, key)
    }

    fn of(clients: Clients, key: Key) -> Self {
        Self {
            clients,
            #[cfg(feature = "client-requests")]
            log: None,
            key,
            audit: None,
            accounts: None,
        }
    }

    /// Writes each call to an audit log.
    pub(crate) fn audited(self, audit: Option<Arc<AuditLog>>) -> Self {
        Self { audit, ..self }
    }

    /// Takes the connection of the only client from accounts, anew for each request.
    pub(crate) fn with_accounts(self, accounts: Option<LiveConnection>) -> Self {
        Self { accounts, ..self }
    }

    /// Begins the line of a call in the audit log, if there is one.
    fn audit(
        &self,
        session: &Session,
        (tool, arguments): (&str, &JsonObject),
        call: &Call,
        context: &RequestContext<RoleServer>,
    ) -> Result<Option<AuditEntry>, Error> {
        let Some(audit) = &self.audit else { return Ok(None) };
        let connection = session.connection();
        let http = HttpRequestContext::of(context);
        let subject = http.and_then(|http| http.subject.clone());
        let session_id = match http {
            Some(_) => session_id(context),
            None => (!is_stateless(context)).then_some("stdio"),
        };
        let caller = audit.caller(subject, connection.tokens(), session_id);
        audit.begin(caller, (tool, arguments), connection, call.record()).map(Some)
    }

    /// Enables MCP logging: tools [log](crate::Call::log) to the client. The default level is `notice` in a session,
    /// and none for a stateless request that names none.
    #[cfg(feature = "client-requests")]
    #[must_use]
    pub fn with_log(self) -> Self {
        Self { log: Some(ClientLog::default()), ..self }
    }

    /// The session of a request. From protocol version 2026-07-28 on requests are stateless, and each has a session
    /// of its own.
    fn session(&self, context: &RequestContext<RoleServer>) -> Result<Arc<Session>, ErrorData> {
        let is_stateless_request = is_stateless(context);
        match (&self.clients, HttpRequestContext::of(context)) {
            (Clients::One(session), _) => {
                let session = match self.accounts.as_ref().and_then(LiveConnection::now) {
                    Some(connection) => Arc::new(session.over(Arc::new(connection))),
                    None => Arc::clone(session),
                };
                Ok(if is_stateless_request { Arc::new(session.afresh()) } else { session })
            }
            (Clients::Http { .. }, Some(http)) if is_stateless_request => {
                Ok(Arc::new(http.new_session(false)))
            }
            (Clients::Http { session, .. }, http) => {
                let session = session.get().cloned().ok_or_else(|| {
                    ErrorData::invalid_request("This session is not open: begin with `initialize`.", None)
                })?;
                // What a person may use follows from the access token of each request.
                Ok(match http.filter(|http| http.accounts.is_some()) {
                    Some(http) => Arc::new(session.over(Arc::new(http.connection()))),
                    None => session,
                })
            }
        }
    }

    /// Calls a tool, and sends its notifications.
    async fn call(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let session = self.session(&context)?;
        let trace = Trace::of(&context);
        trace.is_for_tool(|| session.known(&request.name));
        let (peer, pump) = ClientPeer::new(self, &request, &context, Arc::clone(&session))?;
        let peer = Arc::new(peer);
        let call = Call::new(context.ct.clone(), Some(Arc::clone(&peer) as Arc<dyn CallPeer>));
        let call = call.traced(trace.clone()).showing_views(views::are_shown(&context));
        let arguments = request.arguments.unwrap_or_default();
        let audit = match self.audit(&session, (&request.name, &arguments), &call, &context) {
            Ok(audit) => audit,
            Err(error) => {
                trace.set_outcome(Some(error.kind()));
                return result::from_outcome(Err(error), None);
            }
        };
        let guard = match (&self.clients, HttpRequestContext::of(&context)) {
            (Clients::Http { metrics, .. }, Some(http)) => match CallGuard::begin(http, metrics) {
                Ok(guard) => Some(guard),
                Err(error) => {
                    trace.set_outcome(Some(error.kind()));
                    if let Some(audit) = audit {
                        // The call is refused anyway.
                        let _ = audit.end(Err(error.kind())).await;
                    }
                    return result::from_outcome(Err(error), None);
                }
            },
            _ => None,
        };
        let calling = async {
            let outcome = session.call(&request.name, arguments, &call).await;
            peer.end();
            outcome
        };
        // Notifications are sent in order, and before the response.
        let (mut outcome, ()) = match &guard {
            Some(guard) => tokio::join!(biased; calling.instrument(guard.span()), pump.run()),
            None => tokio::join!(biased; calling, pump.run()),
        };
        if outcome.list_changed
            && let Some(session) = HttpRequestContext::of(&context).and_then(|http| http.session.as_ref())
        {
            session.list_changed().await;
        }
        if outcome.list_changed
            && let Err(error) = context.peer.notify_tool_list_changed().await
        {
            tracing::debug!(%error, "the client could not be notified of its changed tool list");
        }
        if let Some(audit) = audit {
            let ended = outcome.content.as_ref().map(Content::len).map_err(Error::kind);
            if let Err(error) = audit.end(ended).await {
                outcome.view_data = None;
                outcome.content = Err(error);
            }
        }
        trace.set_outcome(outcome.content.as_ref().err().map(Error::kind));
        let answer = match guard {
            Some(guard) => guard.end(session.known(&request.name), &trace, outcome.content),
            None => outcome.content,
        };
        match (peer.mrtr(), answer.as_ref().map_err(Error::kind)) {
            (Some(mrtr), Err(ErrorKind::ClientRequest)) => Ok(mrtr.end()?.into()),
            (Some(_), Err(ErrorKind::Client(capability))) => Err(
                ErrorData::missing_required_client_capability(client_peer::required_capabilities(capability)),
            ),
            _ => result::from_outcome(answer, outcome.view_data),
        }
    }

    /// Server information and capabilities, without the instructions for the model, which are long.
    #[cfg_attr(not(feature = "client-requests"), expect(clippy::unused_self, reason = "without a log"))]
    fn server_info(&self, settings: &Settings, list_changes: bool) -> ServerConfig {
        let mut capabilities =
            ServerCapabilities::builder().enable_tools().enable_resources().enable_completions().build();
        #[cfg(feature = "client-requests")]
        if self.log.is_some() {
            ClientLog::declare(&mut capabilities);
        }
        capabilities.prompts = settings.prompts().next().map(|_| PromptsCapability::default());
        if let Some(tools) = &mut capabilities.tools {
            tools.list_changed = list_changes.then_some(true);
        }
        let mut implementation = Implementation::from_build_env();
        let program = identity();
        program.name.clone_into(&mut implementation.name);
        implementation.title = program.title.map(str::to_owned);
        program.version.clone_into(&mut implementation.version);
        ServerConfig::new(capabilities).with_server_info(implementation)
    }

    fn config(&self, settings: &Settings, list_changes: bool) -> ServerConfig {
        self.server_info(settings, list_changes).with_instructions(settings.instructions(list_changes))
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let session = match &self.clients {
            Clients::One(session) => session,
            Clients::Http { settings, session, .. } => match session.get() {
                Some(session) => session,
                // rmcp asks for this before each stateless request, and sends it to nobody.
                None => return self.server_info(settings, false),
            },
        };
        self.config(session.settings(), list_changes(session.settings()))
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        if let (Clients::Http { session, .. }, Some(http)) = (&self.clients, HttpRequestContext::of(&context))
        {
            session.get_or_init(|| Arc::new(http.new_session(true)));
            if let Some(session) = &http.session {
                session.set_peer(&context.peer);
            }
        }
        context.peer.set_peer_info(request.clone());
        self.negotiate_initialize(&request)
    }

    async fn discover(&self, context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        let config = match (&self.clients, HttpRequestContext::of(&context)) {
            (Clients::Http { .. }, Some(http)) => self.config(&http.settings, false),
            _ => self.config(self.session(&context)?.settings(), false),
        };
        Ok(DiscoverResult::from_server_info(versions, config))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let session = self.session(&context)?;
        let views = views::are_shown(&context);
        let definition = |entry: &Entry| match session.settings().definition(entry) {
            definition if views => views::linked(definition, entry.tool()),
            definition => definition,
        };
        let tools = session.listed().map(definition).collect();
        let list = ListToolsResult::with_all_items(tools).with_cache_scope(CacheScope::Private);
        // A list that can change must not be cached.
        let is_cacheable = is_stateless(&context) || !list_changes(session.settings());
        Ok(list.with_ttl_ms(if is_cacheable { LIST_TTL_MS } else { 0 }))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // Boxed, because rmcp moves the future that contains this one.
        Box::pin(self.call(request, context)).await
    }

    /// The tool definition with which rmcp validates the headers of a call.
    fn get_tool(&self, name: &str) -> Option<Definition> {
        let settings = match &self.clients {
            Clients::One(session) => session.settings(),
            Clients::Http { settings, .. } => settings,
        };
        settings.catalog().find(name).map(|entry| entry.definition().clone())
    }

    /// Rejects an unknown method. Its name is sanitized, because it is untrusted input.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        const LONGEST: usize = 100;
        let method = shortened(&one_line(&request.method), LONGEST);
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method, None))
    }

    #[cfg(feature = "client-requests")]
    #[expect(deprecated, reason = "logging goes from MCP")]
    async fn set_level(
        &self,
        request: rmcp::model::SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        ClientLog::set_level(self.log.as_ref(), request.level, &context)
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(prompts::list(self.session(&context)?.settings()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let session = self.session(&context)?;
        let settings = session.settings();
        Trace::of(&context).is_for_prompt(|| {
            settings.prompts().find(|prompt| prompt.name == request.name).map(|prompt| prompt.name)
        });
        prompts::get(settings, request).map(Into::into)
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        if !views::are_shown(&context) {
            return Ok(resources::list([]));
        }
        Ok(resources::list(views::resources(self.session(&context)?.settings())))
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
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let session = self.session(&context)?;
        let view = views::are_shown(&context).then(|| views::document(session.settings(), &request.uri));
        resources::read(session.settings(), &request.uri, view.flatten()).map(Into::into)
    }

    /// Subscriptions are accepted but never notify: stateless clients always get the same list. A client that
    /// subscribes without checking the capabilities must not fail.
    fn accepted_subscription_filter(&self, _requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::new())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let Some(http) = HttpRequestContext::of(context.request_context()) else {
            match context.request_context().extensions.get::<InputEnd>() {
                Some(InputEnd(end)) => tokio::select! {
                    () = context.cancelled() => {}
                    () = end.cancelled() => {}
                },
                None => context.cancelled().await,
            }
            return Ok(());
        };
        let _stream = http.activity.begin_stream().ok_or_else(|| {
            let message =
                format!("This client listens {STREAMS_AT_ONCE} times already. End one of them first.");
            ErrorData::invalid_request(message, None)
        })?;
        let ended = async {
            match &http.admission {
                Some(admission) => admission.stream_rejection(&http.pool, &http.cloud, &http.tokens).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = context.cancelled() => Ok(()),
            () = http.closing.cancelled() => Ok(()),
            why = ended => Err(ErrorData::invalid_request(why, None)),
        }
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let call = Call::unattended().traced(Trace::of(&context));
        completion::complete(&*self.session(&context)?, &request, call).await
    }
}

/// Whether the tool list can change during a session.
fn list_changes(settings: &Settings) -> bool {
    settings.mode() == Mode::Managed
}

/// The id of the legacy HTTP session that a request belongs to.
fn session_id(context: &RequestContext<RoleServer>) -> Option<&str> {
    let parts = context.extensions.get::<http::request::Parts>()?;
    parts.headers.get("mcp-session-id")?.to_str().ok()
}

fn is_stateless(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version: ProtocolVersion| !version.has_initialize())
}
