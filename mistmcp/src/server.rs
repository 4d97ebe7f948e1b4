//! The MCP server ([`Server`]): an rmcp handler that maps requests, of legacy sessions or stateless, to calls of a
//! [`Session`], and outcomes to MCP results.

mod call_guard;
mod client_peer;
#[cfg(feature = "client-requests")]
mod client_requests;
mod completion;
mod handler;
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
mod tool_call;
mod views;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use rmcp::model::{
    ErrorData, Implementation, PromptsCapability, ProtocolVersion, ServerCapabilities, ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

#[cfg(feature = "client-requests")]
use client_requests::ClientLog;
#[cfg(feature = "client-requests")]
pub use client_requests::{Level, Root};
pub(crate) use http_context::{ClientAdmission, HttpRequestContext};
pub(crate) use http_session::{HttpSession, ToolListObserver, Unrestored};
pub(crate) use in_flight::{InFlight, InFlightGuard};
pub(crate) use request_ids::RequestIdGuard;
pub(crate) use stdio::serve;
pub(crate) use views::used_extensions;

use crate::audit::AuditLog;
use crate::identity::identity;
use crate::key::Key;
use crate::metrics::Metrics;
use crate::mist::LiveConnection;
use crate::session::{Mode, Session, Settings};

/// TTL of lists that do not change.
const LIST_TTL_MS: u64 = 60 * 60 * 1_000;

/// The most calls in flight per session, or per token of stateless clients.
pub(crate) const CALLS_AT_ONCE: usize = 64;

/// The most subscription streams per token of stateless clients, and over stdio. A client needs one.
pub(crate) const STREAMS_AT_ONCE: usize = 256;

/// The error of a request that the end of the server cuts off.
const CUT_OFF: &str = "The server ended while this was under way, and cut it off. Try again when it is back.";

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
    /// The subscriptions of the only client.
    streams: Semaphore,
    /// Whether the client has sent `initialize`, which it does once.
    is_initialized: AtomicBool,
    /// Cancelled when the server ends, and cuts off the requests that are under way.
    end: CancellationToken,
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
            streams: Semaphore::new(STREAMS_AT_ONCE),
            is_initialized: AtomicBool::new(false),
            end: CancellationToken::new(),
        }
    }

    /// Writes each call to an audit log.
    pub(crate) fn audited(self, audit: Option<Arc<AuditLog>>) -> Self {
        Self { audit, ..self }
    }

    /// Cuts requests off when `end` is cancelled.
    pub(crate) fn ended_by(self, end: CancellationToken) -> Self {
        Self { end, ..self }
    }

    /// Takes the connection of the only client from accounts, anew for each request.
    pub(crate) fn with_accounts(self, accounts: Option<LiveConnection>) -> Self {
        Self { accounts, ..self }
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
                let session = match self.accounts.as_ref().map(LiveConnection::now) {
                    Some(Some(connection)) => Arc::new(session.with_connection(Arc::new(connection))),
                    // Those of the start were removed.
                    Some(None) => {
                        let words = "No token of the accounts file can be read now. The log of this server says \
                                     why; it tries again by itself.";
                        return Err(ErrorData::internal_error(words, None));
                    }
                    None => Arc::clone(session),
                };
                Ok(if is_stateless_request { Arc::new(session.stateless()) } else { session })
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
                    Some(http) => Arc::new(session.with_connection(Arc::new(http.connection()))),
                    None => session,
                })
            }
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
