//! The MCP server: requests of either era become calls of a session, and outcomes become results.
#![expect(deprecated, reason = "logging goes from MCP, but the clients that have it stay")]

mod call_guard;
mod client_peer;
mod client_request;
mod completion;
mod http_context;
mod in_flight;
pub(crate) mod json_rpc;
mod mrtr;
mod prompts;
mod resources;
mod result;
mod session_shared;
mod stdio;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult,
    CustomRequest, CustomResult, DiscoverResult, ErrorCode, ErrorData, GetPromptRequestParams,
    GetPromptResponse, Implementation, InitializeRequestParams, InitializeResult, JsonObject,
    ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, LoggingLevel,
    PaginatedRequestParams, PromptsCapability, ProtocolVersion, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig, SetLevelRequestMethod, SetLevelRequestParams,
    SubscriptionFilter, Tool as Definition,
};
use rmcp::service::{RequestContext, RoleServer, SubscriptionContext};
use tracing::Instrument;

use call_guard::CallGuard;
use client_peer::ClientPeer;
pub(crate) use http_context::{ClientAdmission, HttpRequestContext};
pub(crate) use in_flight::{InFlight, InFlightGuard};
use mrtr::MultiRoundTrip;
pub(crate) use session_shared::{SessionShared, ToolListObserver};
use stdio::InputEnd;
pub(crate) use stdio::serve;

use crate::call::Listener;
use crate::error::ErrorKind;
use crate::identity::identity;
use crate::metrics::Metrics;
use crate::session::{Mode, Session, Settings};
use crate::text::one_line;
use crate::text::shortened;
use crate::trace::Trace;
use crate::{Call, Error};

/// How long a client may keep a list that never changes.
const LIST_TTL_MS: u64 = 60 * 60 * 1_000;

/// Calls that one session, or one token where there are no sessions, may have under way at once.
pub(crate) const CALLS_AT_ONCE: usize = 64;

/// Streams that clients of one token may listen on where there are no sessions. One a client is enough.
pub(crate) const STREAMS_AT_ONCE: usize = 256;

/// The server as one client sees it. It offers the tools that are linked into the program, and is a handler of [`rmcp`]'s
/// that another may wrap, with [`Program::run_with`](crate::Program::run_with).
///
/// [`main`](crate::main) and [`Program`](crate::Program) serve by themselves. A program that does other things as well puts
/// the parts together, and chooses rustls' cryptography first, as `rustls::crypto::ring::default_provider().install_default()`:
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
    log: Option<Log>,
}

/// From which level on a client of a session wants to hear what happens.
#[derive(Debug)]
struct Log(Mutex<LoggingLevel>);

#[derive(Debug)]
enum Clients {
    /// The one on standard input and output.
    One(Arc<Session>),
    /// Whoever comes over HTTP: each request says who it is from.
    Visitors { operator: Arc<Settings>, metrics: Arc<Metrics>, opened: OnceLock<Arc<Session>> },
}

impl Server {
    /// For one client.
    pub fn new(session: Session) -> Self {
        Self { clients: Clients::One(Arc::new(session)), log: None }
    }

    /// For a session over HTTP, or for one request that stands for itself.
    pub(crate) fn for_http(operator: Arc<Settings>, metrics: Arc<Metrics>) -> Self {
        Self { clients: Clients::Visitors { operator, metrics, opened: OnceLock::new() }, log: None }
    }

    /// The same server, which offers the lines that its tools [log](crate::Call::log): `notice` and above, where a
    /// client of a session names no level, and none where a request that stands for itself names none.
    #[must_use]
    pub fn with_log(self) -> Self {
        Self { log: Some(Log(Mutex::new(LoggingLevel::Notice))), ..self }
    }

    /// The least level of the lines that the client of a request wants.
    fn least(&self, context: &RequestContext<RoleServer>) -> Option<LoggingLevel> {
        let log = self.log.as_ref()?;
        if stands_for_itself(context) { context.meta.log_level() } else { Some(*log.level()) }
    }

    /// The session that a request belongs to: from revision 2026-07-28 on each stands for itself.
    fn session(&self, context: &RequestContext<RoleServer>) -> Result<Arc<Session>, ErrorData> {
        let alone = stands_for_itself(context);
        match (&self.clients, HttpRequestContext::of(context)) {
            (Clients::One(session), _) if alone => Ok(Arc::new(session.afresh())),
            (Clients::One(session), _) => Ok(Arc::clone(session)),
            (Clients::Visitors { .. }, Some(visitor)) if alone => Ok(Arc::new(visitor.session(false))),
            (Clients::Visitors { opened, .. }, _) => opened.get().cloned().ok_or_else(|| {
                ErrorData::invalid_request("This session is not open: begin with `initialize`.", None)
            }),
        }
    }

    /// Calls a tool, and tells the client what there is to tell on the way.
    async fn call(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let session = self.session(&context)?;
        let trace = Trace::of(&context);
        trace.is_for_tool(|| session.known(&request.name));
        let rounds =
            stands_for_itself(&context).then(|| MultiRoundTrip::read(&request, session.connection()));
        let (caller, telling) =
            ClientPeer::new(&context, Arc::clone(&session), rounds.transpose()?, self.least(&context));
        let caller = Arc::new(caller);
        let call = Call::new(context.ct.clone(), Some(Arc::clone(&caller) as Arc<dyn Listener>));
        let call = call.traced(trace.clone());
        let visit = match (&self.clients, HttpRequestContext::of(&context)) {
            (Clients::Visitors { metrics, .. }, Some(visitor)) => match CallGuard::begin(visitor, metrics) {
                Ok(visit) => Some(visit),
                Err(refused) => {
                    trace.comes_to(Some(refused.kind()));
                    return result::from_outcome(Err(refused));
                }
            },
            _ => None,
        };
        let arguments = request.arguments.unwrap_or_default();
        let calling = async {
            let outcome = session.call(&request.name, arguments, &call).await;
            caller.end();
            outcome
        };
        // What is told goes out before the answer, and in order.
        let (outcome, ()) = match &visit {
            Some(visit) => tokio::join!(biased; calling.instrument(visit.span()), telling.run()),
            None => tokio::join!(biased; calling, telling.run()),
        };
        if outcome.list_changed
            && let Some(shared) = HttpRequestContext::of(&context).and_then(|visitor| visitor.shared.as_ref())
        {
            shared.switched().await;
        }
        if outcome.list_changed
            && let Err(error) = context.peer.notify_tool_list_changed().await
        {
            tracing::debug!(%error, "the client could not be told of its new list");
        }
        trace.comes_to(outcome.content.as_ref().err().map(Error::kind));
        let answer = match visit {
            Some(visit) => visit.end(session.known(&request.name), &trace, outcome.content),
            None => outcome.content,
        };
        match (caller.rounds(), answer.as_ref().map_err(Error::kind)) {
            (Some(rounds), Err(ErrorKind::ClientRequest)) => Ok(rounds.end().into()),
            (Some(_), Err(ErrorKind::Client(capability))) => {
                Err(ErrorData::missing_required_client_capability(client_request::wanted(capability)))
            }
            _ => result::from_outcome(answer),
        }
    }

    /// What the server is and can, without the instructions for a model, which are long.
    fn introduction(&self, settings: &Settings, list_changes: bool) -> ServerConfig {
        let mut capabilities =
            ServerCapabilities::builder().enable_tools().enable_resources().enable_completions().build();
        capabilities.logging = self.log.as_ref().map(|_| JsonObject::default());
        capabilities.prompts = settings.prompts().next().map(|_| PromptsCapability::default());
        if let Some(tools) = &mut capabilities.tools {
            tools.list_changed = list_changes.then_some(true);
        }
        let mut implementation = Implementation::from_build_env();
        let own = identity();
        own.name.clone_into(&mut implementation.name);
        implementation.title = own.title.map(str::to_owned);
        own.version.clone_into(&mut implementation.version);
        ServerConfig::new(capabilities).with_server_info(implementation)
    }

    fn config(&self, settings: &Settings, list_changes: bool) -> ServerConfig {
        self.introduction(settings, list_changes).with_instructions(settings.instructions(list_changes))
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let session = match &self.clients {
            Clients::One(session) => session,
            Clients::Visitors { operator, opened, .. } => match opened.get() {
                Some(session) => session,
                // Asked before each request that stands for itself, and shown to nobody.
                None => return self.introduction(operator, false),
            },
        };
        self.config(session.settings(), list_changes(session.settings()))
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        if let (Clients::Visitors { opened, .. }, Some(visitor)) =
            (&self.clients, HttpRequestContext::of(&context))
        {
            opened.get_or_init(|| Arc::new(visitor.session(true)));
            if let Some(shared) = &visitor.shared {
                shared.take(&context.peer);
            }
        }
        context.peer.set_peer_info(request.clone());
        self.negotiate_initialize(&request)
    }

    async fn discover(&self, context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        let config = match (&self.clients, HttpRequestContext::of(&context)) {
            (Clients::Visitors { .. }, Some(visitor)) => self.config(&visitor.settings, false),
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
        let tools = session.listed().map(|entry| session.settings().definition(entry)).collect();
        let list = ListToolsResult::with_all_items(tools).with_cache_scope(CacheScope::Private);
        // A list that grows and shrinks is fresh only when it is asked for.
        let lasting = stands_for_itself(&context) || !list_changes(session.settings());
        Ok(list.with_ttl_ms(if lasting { LIST_TTL_MS } else { 0 }))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // Boxed, for rmcp's future is moved about with ours in it.
        Box::pin(self.call(request, context)).await
    }

    /// The definition that the headers of a call are held against.
    fn get_tool(&self, name: &str) -> Option<Definition> {
        let settings = match &self.clients {
            Clients::One(session) => session.settings(),
            Clients::Visitors { operator, .. } => operator,
        };
        settings.catalog().find(name).map(|entry| entry.definition().clone())
    }

    /// Names the unknown method as it may be shown: the client, or a text that it passes on, has written it.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        const LONGEST: usize = 100;
        let method = shortened(&one_line(&request.method), LONGEST);
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method, None))
    }

    async fn set_level(
        &self,
        request: SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        match &self.log {
            Some(log) if !stands_for_itself(&context) => {
                *log.level() = request.level;
                Ok(())
            }
            _ => Err(ErrorData::method_not_found::<SetLevelRequestMethod>()),
        }
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
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(self.session(&context)?.settings(), &request.uri).map(Into::into)
    }

    /// Whoever listens is let in, and told that there is nothing to hear: to a request that stands for itself no list
    /// ever changes. A client that asks without looking at what the server can do shall not stumble over it.
    fn accepted_subscription_filter(&self, _requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::new())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let Some(visitor) = HttpRequestContext::of(context.request_context()) else {
            match context.request_context().extensions.get::<InputEnd>() {
                Some(InputEnd(end)) => tokio::select! {
                    () = context.cancelled() => {}
                    () = end.cancelled() => {}
                },
                None => context.cancelled().await,
            }
            return Ok(());
        };
        let _listening = visitor.activity.begin_listening().ok_or_else(|| {
            let message =
                format!("This client listens {STREAMS_AT_ONCE} times already. End one of them first.");
            ErrorData::invalid_request(message, None)
        })?;
        let ends = async {
            match &visitor.admission {
                Some(admission) => {
                    admission.hold_stream(&visitor.pool, &visitor.cloud, &visitor.tokens).await
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = context.cancelled() => Ok(()),
            () = visitor.closing.cancelled() => Ok(()),
            why = ends => Err(ErrorData::invalid_request(why, None)),
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

impl Log {
    fn level(&self) -> MutexGuard<'_, LoggingLevel> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the list of tools may change while a session lasts.
fn list_changes(settings: &Settings) -> bool {
    settings.mode() == Mode::Managed
}

fn stands_for_itself(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version: ProtocolVersion| !version.has_initialize())
}
