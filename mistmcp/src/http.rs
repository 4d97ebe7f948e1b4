//! MCP over HTTP: one process, many clients at once, each with its own token, cloud, mode and categories.
//!
//! A request passes the checks of `Host` and `Origin`, then the gate, which works out who it is from; what is left of
//! it is MCP, and rmcp's.

mod accept;
mod admission;
mod answer;
mod credentials;
mod health;
mod host_validation;
mod listener;
mod mcp_handler;
mod message;
mod middleware;
mod page;
mod principal;
mod query;
mod rejection;
mod request_id;
mod request_ids;
mod restore;
mod session_handle;
mod session_store;
mod sessions;
mod sse_peek;
mod tls;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
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
use restore::RestoreLocks;
use session_store::{LocalOnly, SessionStore};
use sessions::{Local, Sessions};

use crate::key::Key;
use crate::mist::{Cloud, Clouds, Pool};
use crate::redis::Location;
use crate::server::Server;
use crate::session::Settings;

/// How long calls under way may go on once the server has been told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long the last streams get to be closed after that.
const FAREWELL: Duration = Duration::from_secs(1);

/// What the operator set for HTTP.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) address: SocketAddr,
    pub(crate) settings: Arc<Settings>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) credentials: Credentials,
    pub(crate) clouds: Clouds,
    /// The cloud of clients that name none.
    pub(crate) cloud: Option<Cloud>,
    pub(crate) org_id: Option<String>,
    /// The cloud is the demo's.
    pub(crate) demo: bool,
    pub(crate) allowed: Allowed,
    /// The files of certificate and key.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) limits: SessionLimits,
    /// What strangers and single clients may have of the server.
    pub(crate) admission: AdmissionLimits,
    /// What this process shares with other replicas, where there are any.
    pub(crate) redis: Option<Location>,
}

/// MCP over HTTP, as rmcp speaks it.
type Mcp<H> = StreamableHttpService<H, LocalSessionManager>;

/// How many sessions there may be, and how long they may be idle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionLimits {
    pub(crate) in_all: usize,
    pub(crate) of_one_token: usize,
    pub(crate) idle: Duration,
}

/// Serves what `handler` makes of the server, until `stop` is cancelled, and then ends what is under way. `ready` is told
/// the address once there is one.
///
/// # Errors
/// The address is taken, or the certificate cannot be used.
pub(crate) async fn serve<H: ServerHandler>(
    configuration: Configuration,
    handler: impl Fn(Server) -> H + Send + Sync + 'static,
    stop: CancellationToken,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let metrics = Arc::clone(configuration.pool.metrics());
    let sessions = Arc::new(Sessions::new(configuration.limits, Arc::clone(&metrics)));
    let streams = CancellationToken::new();
    let mut manager = LocalSessionManager::default();
    // Idle sessions are ended below, by what idle really means: rmcp's own timer runs on while a stream is open.
    manager.session_config.keep_alive = None;
    let local = Local { sessions, manager: Arc::new(manager) };
    let key = match &configuration.redis {
        Some(location) => location.key().clone(),
        None => Key::random()?,
    };
    let session_store = session_store(&configuration, &local).await?;
    let (operator, counted) = (Arc::clone(&configuration.settings), Arc::clone(&metrics));
    let mut settings = StreamableHttpServerConfig::default()
        .with_json_response(true)
        .with_max_request_body_bytes(mcp_handler::MOST_BYTES)
        .with_cancellation_token(streams.clone())
        // Checked before, for every path alike.
        .disable_allowed_hosts();
    settings.session_store = session_store.initialize_cache();
    let mcp = Mcp::new(
        move || Ok(handler(Server::for_http(Arc::clone(&operator), Arc::clone(&counted)))),
        Arc::clone(&local.manager),
        settings,
    );
    let calls = TaskTracker::new();
    let door = Arc::new(FrontMiddleware::new(configuration.allowed.clone(), Arc::clone(&metrics)));
    let health = health::Health::new(
        configuration.cloud.clone(),
        &configuration.clouds,
        Arc::clone(&configuration.pool),
        Arc::clone(&session_store),
        configuration.allowed.clone(),
    );
    let admission = Admission::new(configuration.admission.clone(), Arc::clone(&metrics));
    let page = Arc::new(page::Page::of(&configuration));
    let tls = configuration.tls.clone();
    let address = configuration.address;
    let gate = Arc::new(McpHandler {
        configuration,
        mcp,
        local: local.clone(),
        session_store,
        metrics: Arc::clone(&metrics),
        key,
        closing: Arc::new(stop.clone()),
        calls: calls.clone(),
        taking_up: RestoreLocks::default(),
    });
    // MCP's own way passes the door by itself: a layer costs each request as much as some of its steps.
    let front = Arc::clone(&door);
    let mcp = any(move |request: Request| {
        let (door, gate) = (Arc::clone(&front), Arc::clone(&gate));
        async move { door.pass(request, service_fn(|request| gate.serve(request).map(Ok))).await }
    });
    let app = Router::new()
        .merge(page::routes(page))
        .merge(Router::new().route("/metrics", get(health::metrics)).with_state(health.clone()))
        .fallback(rejection::nowhere)
        .layer(from_fn_with_state(door, middleware::pass))
        .route("/mcp", mcp.clone())
        .route("/mcp/", mcp)
        // Whoever looks after processes asks by address, and learns nothing.
        .merge(
            Router::new()
                .route("/livez", get(health::live))
                .route("/readyz", get(health::ready))
                .layer(from_fn(request_id::name))
                .with_state(health),
        );

    let sweeping = tokio::spawn(sessions::sweep(local));
    let closing_idle = tokio::spawn(Arc::clone(&admission).sweep());
    let ending = async move {
        stop.cancelled().await;
        calls.close();
        if tokio::time::timeout(GRACE, calls.wait()).await.is_err() {
            tracing::warn!(
                "calls are cut off that went on for more than {} seconds after the end",
                GRACE.as_secs()
            );
        }
        streams.cancel();
    };
    let served = listener::serve(address, app, tls, &admission, &metrics, ending, ready).await;
    sweeping.abort();
    closing_idle.abort();
    served.with_context(|| format!("on {address}"))
}

/// Where sessions are written down: in this process, or in the replicas' Redis.
async fn session_store(
    configuration: &Configuration,
    local: &Local,
) -> anyhow::Result<Arc<dyn SessionStore>> {
    let Some(location) = configuration.redis.clone() else { return Ok(Arc::new(LocalOnly)) };
    in_redis(location, configuration, local).await
}

#[cfg(feature = "redis")]
async fn in_redis(
    location: Location,
    configuration: &Configuration,
    local: &Local,
) -> anyhow::Result<Arc<dyn SessionStore>> {
    let metrics = Arc::clone(configuration.pool.metrics());
    let (client, pushes) = crate::redis::RedisClient::open(location, metrics).await?;
    configuration.pool.share(Arc::clone(&client));
    let settings = Arc::clone(&configuration.settings);
    let store = session_store::RedisStore::new(client, settings, configuration.limits.idle);
    tokio::spawn(session_store::keep_up(Arc::clone(&store), local.clone(), pushes));
    Ok(store)
}

#[cfg(not(feature = "redis"))]
async fn in_redis(
    location: Location,
    _configuration: &Configuration,
    _local: &Local,
) -> anyhow::Result<Arc<dyn SessionStore>> {
    match location {}
}
