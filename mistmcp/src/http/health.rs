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

/// How long a look-up may take, and how long what it found is believed.
const LOOKING: Duration = Duration::from_secs(2);
const BELIEVED: Duration = Duration::from_secs(5);

/// How the process is.
#[derive(Clone, Debug)]
pub(super) struct Health {
    clouds: Arc<[Cloud]>,
    found: Arc<Mutex<Option<Found>>>,
    pool: Arc<Pool>,
    session_store: Arc<dyn SessionStore>,
    allowed: Arc<Allowed>,
}

/// Which names had an address, and when.
#[derive(Debug)]
struct Found {
    when: Instant,
    names: Vec<(String, bool)>,
}

impl Health {
    /// Health, as the clouds see it that the operator named; Mist's own where none is.
    pub(super) fn new(
        cloud: Option<Cloud>,
        clouds: &Clouds,
        pool: Arc<Pool>,
        session_store: Arc<dyn SessionStore>,
        allowed: Allowed,
    ) -> Self {
        let named: Vec<_> = cloud.into_iter().chain(clouds.added().iter().cloned()).collect();
        Self { clouds: named.into(), found: Arc::default(), pool, session_store, allowed: Arc::new(allowed) }
    }

    /// Whether each cloud's name has an address.
    async fn names(&self) -> Vec<(String, bool)> {
        let mut found = self.found.lock().await;
        if let Some(found) = found.as_ref().filter(|found| found.when.elapsed() < BELIEVED) {
            return found.names.clone();
        }
        let mut names = Vec::new();
        for cloud in self.clouds.iter() {
            let host = cloud.base().host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
            let port = cloud.base().port_or_known_default().unwrap_or(443);
            let looked_up = tokio::time::timeout(LOOKING, tokio::net::lookup_host((host, port))).await;
            let found = looked_up.is_ok_and(|found| found.is_ok_and(|addresses| addresses.count() > 0));
            names.push((cloud.to_string(), found));
        }
        *found = Some(Found { when: Instant::now(), names: names.clone() });
        names
    }
}

/// The process runs.
pub(super) async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// The process can be of use: the names of the clouds that the operator set have addresses. No call is made.
/// A request by a name that is not this server's, as those of a foreign web page are, learns nothing else.
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
    let mut told = json!({ "ready": ready, "clouds": clouds });
    // A replica serves on without it: were all of them taken for useless, nobody would.
    if let Some(there) = health.session_store.is_there() {
        told["redis"] = if there { "it is there" } else { "it is away" }.into();
    }
    (status, Json(told)).into_response()
}

/// What is counted, for Prometheus.
pub(super) async fn metrics(State(health): State<Health>) -> Response {
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let metrics = health.pool.metrics();
    metrics.tokens(health.pool.levels());
    ([(header::CONTENT_TYPE, form)], metrics.text()).into_response()
}
