//! MCP over Streamable HTTP: one process serves many clients at once, each with its own token, cloud, mode and
//! enabled categories.
//!
//! [`serve`] builds the router. A request to `/mcp` passes [`FrontMiddleware`] (`Host` and `Origin`
//! checks, CORS) and [`McpHandler`] (authentication, session lookup), which hands it to rmcp.

mod accept;
mod admission;
mod answer;
mod authentication;
mod credentials;
mod health;
mod host_validation;
mod listener;
mod mcp_handler;
mod message;
mod middleware;
mod oauth;
mod page;
mod principal;
mod query;
mod rejection;
mod request_id;
mod request_session;
mod restore;
mod session_store;
mod sessions;
mod sse_peek;
mod tls;
mod tracked_body;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use futures_util::FutureExt;
use rmcp::handler::server::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::service_fn;

use admission::Admission;
pub(crate) use admission::AdmissionLimits;
pub(crate) use credentials::Credentials;
pub(crate) use host_validation::{Allowed, AllowedHost, AllowedOrigin};
use mcp_handler::McpHandler;
use middleware::FrontMiddleware;
use oauth::OAuth;
pub(crate) use oauth::{OAuthSettings, check_issuer};
pub(crate) use page::Question;
use restore::RestoredByRequest;
use session_store::{LocalOnly, SessionStore};
use sessions::Sessions;
pub(crate) use tls::load as load_tls;

use crate::audit::AuditLog;
use crate::key::Key;
use crate::mist::{Accounts, Cloud, Clouds, Pool};
use crate::redis::Location;
use crate::server::Server;
use crate::session::Settings;

/// How long calls in flight may run after shutdown has begun.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);
/// How long the errors of those that are cut off then may take to be sent.
const CUT_OFF_TIMEOUT: Duration = Duration::from_secs(3);
/// How long open streams may take to close after that.
const STREAM_CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Configuration of the HTTP server, from the command line.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) address: SocketAddr,
    pub(crate) settings: Arc<Settings>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) credentials: Credentials,
    /// OAuth, if clients send access tokens.
    pub(crate) oauth: Option<OAuthSettings>,
    /// The accounts of the people who have such a token.
    pub(crate) accounts: Option<Arc<Accounts>>,
    pub(crate) clouds: Clouds,
    /// The cloud of clients whose URL names none.
    pub(crate) cloud: Option<Cloud>,
    pub(crate) org_id: Option<String>,
    /// Whether the server runs in demo mode, against the simulated cloud.
    pub(crate) demo: bool,
    /// The questions that the page offers, over the demo network.
    pub(crate) questions: Vec<Question>,
    pub(crate) allowed: Allowed,
    /// Paths of the TLS certificate and its private key.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) limits: SessionLimits,
    /// Quotas per client and for unauthenticated clients.
    pub(crate) admission: AdmissionLimits,
    pub(crate) audit: Option<Arc<AuditLog>>,
    /// The Redis that replicas share, if there is one.
    pub(crate) redis: Option<Location>,
}

/// rmcp's Streamable HTTP service with local sessions.
type Mcp<H> = StreamableHttpService<H, LocalSessionManager>;

/// Session quotas and the idle timeout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionLimits {
    pub(crate) total: usize,
    pub(crate) per_token: usize,
    pub(crate) idle: Duration,
}

/// Serves until `stop` is cancelled, then shuts down gracefully. `handler` wraps the [`Server`] of each session or
/// stateless request. `ready` is called with the bound address.
///
/// # Errors
/// The address cannot be bound, or the certificate cannot be used.
pub(crate) async fn serve<H: ServerHandler>(
    configuration: Configuration,
    handler: impl Fn(Server) -> H + Send + Sync + 'static,
    stop: CancellationToken,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let metrics = Arc::clone(configuration.pool.metrics());
    let sessions = Arc::new(Sessions::new(configuration.limits, Arc::clone(&metrics)));
    let (cut_off, streams) = (CancellationToken::new(), CancellationToken::new());
    let key = match &configuration.redis {
        Some(location) => location.key().clone(),
        None => Key::random(),
    };
    let server_key = key.clone();
    let session_store = session_store(&configuration, &sessions).await?;
    let (operator, server_metrics) = (Arc::clone(&configuration.settings), Arc::clone(&metrics));
    let (audit, end) = (configuration.audit.clone(), cut_off.clone());
    let mut settings = StreamableHttpServerConfig::default()
        .with_json_response(true)
        .with_max_request_body_bytes(mcp_handler::MAX_BODY_BYTES)
        .with_cancellation_token(streams.clone())
        // `FrontMiddleware` validates `Host` and `Origin` for every path.
        .disable_allowed_hosts();
    settings.session_store = Some(Arc::new(RestoredByRequest));
    let mcp = Mcp::new(
        move || {
            let (settings, metrics) = (Arc::clone(&operator), Arc::clone(&server_metrics));
            let server = Server::for_http(settings, metrics, server_key.clone());
            Ok(handler(server.audited(audit.clone()).ended_by(end.clone())))
        },
        Arc::clone(&sessions.manager),
        settings,
    );
    let calls = TaskTracker::new();
    let front_middleware = Arc::new(FrontMiddleware::new(configuration.allowed.clone()));
    let health = health::Health::new(
        configuration.cloud.clone(),
        &configuration.clouds,
        Arc::clone(&configuration.pool),
        Arc::clone(&session_store),
        configuration.allowed.clone(),
    );
    let limits = configuration.admission.clone();
    let admission = Admission::new(limits, Arc::clone(&metrics), configuration.audit.clone());
    let page = Arc::new(page::Page::new(&configuration));
    let tls = configuration.tls.clone();
    let address = configuration.address;
    let oauth =
        configuration.oauth.clone().map(|settings| OAuth::new(settings, &configuration.pool)).transpose()?;
    let metadata = oauth.as_ref().map(oauth::routes).unwrap_or_default();
    if let Some(oauth) = oauth.clone() {
        tokio::spawn(async move { oauth.prepare().await });
    }
    let mcp_handler = Arc::new(McpHandler {
        configuration,
        oauth,
        mcp,
        sessions: Arc::clone(&sessions),
        session_store,
        metrics: Arc::clone(&metrics),
        key,
        closing: Arc::new(stop.clone()),
        calls: calls.clone(),
    });
    // The `/mcp` route calls the middleware directly: an axum layer costs as much as some of the steps of a request.
    let middleware = Arc::clone(&front_middleware);
    let mcp = any(move |request: Request| {
        let (middleware, handler) = (Arc::clone(&middleware), Arc::clone(&mcp_handler));
        async move { middleware.call(request, service_fn(|request| handler.serve(request).map(Ok))).await }
    });
    let app = request_id::layered(
        Router::new()
            .merge(page::routes(page))
            .merge(metadata)
            .merge(Router::new().route("/metrics", get(health::metrics)).with_state(health.clone()))
            .method_not_allowed_fallback(rejection::method_not_allowed)
            .fallback(rejection::not_found)
            .layer(from_fn_with_state(front_middleware, middleware::layer))
            .route("/mcp", mcp.clone())
            .route("/mcp/", mcp)
            // Health probes address the process by IP, so `Host` is not checked and the answer shows no details to other
            // hosts.
            .merge(
                Router::new()
                    .route("/livez", get(health::live))
                    .route("/readyz", get(health::ready))
                    .with_state(health)
                    .method_not_allowed_fallback(rejection::method_not_allowed),
            ),
    );

    let session_sweep = tokio::spawn(sessions::sweep(sessions));
    let connection_sweep = tokio::spawn(Arc::clone(&admission).sweep());
    let shutdown = shutdown(stop, calls, cut_off, streams);
    let served = listener::serve(address, app, tls, &admission, &metrics, shutdown, ready).await;
    session_sweep.abort();
    connection_sweep.abort();
    admission.end();
    served.with_context(|| format!("on {address}"))
}

/// Once `stop` is cancelled, waits for the calls under way, cuts off those that take long, and ends the streams.
async fn shutdown(
    stop: CancellationToken,
    calls: TaskTracker,
    cut_off: CancellationToken,
    streams: CancellationToken,
) {
    stop.cancelled().await;
    calls.close();
    if tokio::time::timeout(SHUTDOWN_GRACE, calls.wait()).await.is_err() {
        tracing::warn!(
            "calls are cut off that went on for more than {} seconds after the end",
            SHUTDOWN_GRACE.as_secs()
        );
        cut_off.cancel();
        // Their clients are told so.
        let _ = tokio::time::timeout(CUT_OFF_TIMEOUT, calls.wait()).await;
    }
    streams.cancel();
}

/// Builds the session store: local only, or shared through Redis.
async fn session_store(
    configuration: &Configuration,
    sessions: &Arc<Sessions>,
) -> anyhow::Result<Arc<dyn SessionStore>> {
    let Some(location) = configuration.redis.clone() else { return Ok(Arc::new(LocalOnly)) };
    in_redis(location, configuration, sessions).await
}

#[cfg(feature = "redis")]
async fn in_redis(
    location: Location,
    configuration: &Configuration,
    sessions: &Arc<Sessions>,
) -> anyhow::Result<Arc<dyn SessionStore>> {
    let metrics = Arc::clone(configuration.pool.metrics());
    let (client, pushes) = crate::redis::RedisClient::open(location, metrics).await?;
    configuration.pool.share(Arc::clone(&client));
    let settings = Arc::clone(&configuration.settings);
    let store = session_store::RedisStore::new(client, settings, configuration.limits.idle);
    tokio::spawn(session_store::sync(Arc::clone(&store), Arc::clone(sessions), pushes));
    Ok(store)
}

#[cfg(not(feature = "redis"))]
async fn in_redis(
    location: Location,
    _configuration: &Configuration,
    _sessions: &Arc<Sessions>,
) -> anyhow::Result<Arc<dyn SessionStore>> {
    match location {}
}
