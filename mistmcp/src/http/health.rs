//! Health probes and metrics: `/livez`, `/readyz` and `/metrics`. See [`Health`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::host_validation::Allowed;
use super::session_store::SessionStore;
use crate::mist::{Cloud, Clouds, Pool};

/// Timeout of a DNS lookup, and how long its result is cached.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);
const CACHE_TIME: Duration = Duration::from_secs(5);

/// State of the health endpoints.
#[derive(Clone, Debug)]
pub(super) struct Health {
    clouds: Arc<[Cloud]>,
    cached: Arc<Mutex<Option<ResolvedNames>>>,
    pool: Arc<Pool>,
    session_store: Arc<dyn SessionStore>,
    allowed: Arc<Allowed>,
}

/// Cached DNS results: which host names resolved.
#[derive(Debug)]
struct ResolvedNames {
    when: Instant,
    names: Vec<(String, bool)>,
}

impl Health {
    /// Checks the clouds that the operator named. Without any, readiness depends on no cloud.
    pub(super) fn new(
        cloud: Option<Cloud>,
        clouds: &Clouds,
        pool: Arc<Pool>,
        session_store: Arc<dyn SessionStore>,
        allowed: Allowed,
    ) -> Self {
        let named: Vec<_> = cloud.into_iter().chain(clouds.added().iter().cloned()).collect();
        Self { clouds: named.into(), cached: Arc::default(), pool, session_store, allowed: Arc::new(allowed) }
    }

    /// Whether the host name of each cloud resolves.
    async fn names(&self) -> Vec<(String, bool)> {
        let mut cached = self.cached.lock().await;
        if let Some(found) = cached.as_ref().filter(|found| found.when.elapsed() < CACHE_TIME) {
            return found.names.clone();
        }
        let mut names = Vec::new();
        for cloud in self.clouds.iter() {
            let host = cloud.base().host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
            let port = cloud.base().port_or_known_default().unwrap_or(443);
            let looked_up = tokio::time::timeout(LOOKUP_TIMEOUT, tokio::net::lookup_host((host, port))).await;
            let found = looked_up.is_ok_and(|found| found.is_ok_and(|addresses| addresses.count() > 0));
            names.push((cloud.to_string(), found));
        }
        *cached = Some(ResolvedNames { when: Instant::now(), names: names.clone() });
        names
    }
}

/// `/livez`: the process runs.
pub(super) async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// `/readyz`: the host names of the configured clouds resolve. No call to Mist is made. A request whose `Host` is not
/// allowed, such as one from a foreign web page, gets the status alone.
pub(super) async fn ready(State(health): State<Health>, uri: Uri, headers: HeaderMap) -> Response {
    let names = health.names().await;
    let ready = names.iter().all(|(_, found)| *found);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if health.allowed.check(&uri, &headers).is_err() {
        return (status, Json(json!({ "ready": ready }))).into_response();
    }
    let clouds: serde_json::Map<_, _> = names
        .into_iter()
        .map(|(name, found)| {
            (name, if found { "its name resolves" } else { "its name does not resolve" }.into())
        })
        .collect();
    let mut body = json!({ "ready": ready, "clouds": clouds });
    // Redis does not affect readiness: a replica serves without it, and otherwise all replicas would be out of
    // service at once.
    if let Some(is_available) = health.session_store.is_available() {
        body["redis"] = if is_available { "available" } else { "unavailable" }.into();
    }
    (status, Json(body)).into_response()
}

/// `/metrics`, in the OpenMetrics text format of Prometheus.
pub(super) async fn metrics(State(health): State<Health>) -> Response {
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let metrics = health.pool.metrics();
    metrics.tokens(health.pool.levels());
    ([(header::CONTENT_TYPE, media_type)], metrics.text()).into_response()
}
