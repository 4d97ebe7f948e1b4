//! Health probes and metrics: `/livez`, `/readyz` and `/metrics`. See [`Health`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;
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
    names: CloudNames,
    pool: Arc<Pool>,
    session_store: Arc<dyn SessionStore>,
    allowed: Arc<Allowed>,
}

/// The host names of clouds, and whether they resolved when they were last looked up.
#[derive(Clone, Debug)]
struct CloudNames {
    clouds: Arc<[Cloud]>,
    cached: Arc<Mutex<Option<ResolvedNames>>>,
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
        let cloud_names = CloudNames { clouds: named.into(), cached: Arc::default() };
        Self { names: cloud_names, pool, session_store, allowed: Arc::new(allowed) }
    }
}

impl CloudNames {
    /// Whether the host name of each cloud resolves, by `resolves`. The look-up goes on if the caller does not wait for it, so that
    /// a later one finds its result.
    async fn resolved<F>(
        &self,
        resolves: impl Fn(String, u16) -> F + Send + Sync + 'static,
    ) -> Vec<(String, bool)>
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let this = self.clone();
        let looked_up = tokio::spawn(async move {
            let mut cached = this.cached.lock().await;
            if let Some(found) = cached.as_ref().filter(|found| found.when.elapsed() < CACHE_TIME) {
                return found.names.clone();
            }
            let names = join_all(this.clouds.iter().map(async |cloud| {
                let host = cloud.base().host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
                let port = cloud.base().port_or_known_default().unwrap_or(443);
                let found = tokio::time::timeout(LOOKUP_TIMEOUT, resolves(host, port)).await;
                (cloud.to_string(), found.unwrap_or(false))
            }));
            let names = names.await;
            *cached = Some(ResolvedNames { when: Instant::now(), names: names.clone() });
            names
        });
        looked_up
            .await
            .unwrap_or_else(|_| self.clouds.iter().map(|cloud| (cloud.to_string(), false)).collect())
    }
}

async fn resolves(host: String, port: u16) -> bool {
    tokio::net::lookup_host((host, port)).await.is_ok_and(|found| found.count() > 0)
}

/// `/livez`: the process runs.
pub(super) async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// `/readyz`: the host names of the configured clouds resolve. No call to Mist is made. A request whose `Host` is not
/// allowed, such as one from a foreign web page, gets the status alone.
pub(super) async fn ready(State(health): State<Health>, uri: Uri, headers: HeaderMap) -> Response {
    let names = health.names.resolved(resolves).await;
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt;
    use tokio::sync::Barrier;

    use super::*;

    fn names() -> CloudNames {
        let clouds = ["api.mist.com", "api.eu.mist.com", "api.gc1.mist.com"];
        let clouds = clouds.map(|name| Clouds::default().find(name).unwrap());
        CloudNames { clouds: clouds.into(), cached: Arc::default() }
    }

    /// Look-ups that end when so many are under way, and their number.
    fn together(
        count: usize,
    ) -> (Arc<AtomicUsize>, impl Fn(String, u16) -> futures_util::future::BoxFuture<'static, bool>) {
        let (begun, barrier) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(count)));
        let counted = Arc::clone(&begun);
        let resolves = move |_, _| {
            counted.fetch_add(1, Ordering::Relaxed);
            let barrier = Arc::clone(&barrier);
            async move {
                barrier.wait().await;
                true
            }
            .boxed()
        };
        (begun, resolves)
    }

    #[tokio::test(start_paused = true)]
    async fn all_names_are_looked_up_at_once() {
        let (begun, resolves) = together(3);
        let found = names().resolved(resolves).await;
        assert!(found.len() == 3 && found.iter().all(|(_, found)| *found), "{found:?}");
        assert_eq!(begun.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_up_goes_on_without_the_probe_that_began_it() {
        let (names, (begun, resolves)) = (names(), together(3));
        assert!(names.resolved(resolves).now_or_never().is_none(), "the probe is closed");
        let (later, resolves) = together(9);
        let found = names.resolved(resolves).await;
        assert!(found.iter().all(|(_, found)| *found), "{found:?}");
        assert_eq!((begun.load(Ordering::Relaxed), later.load(Ordering::Relaxed)), (3, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_nobody_answers_for_does_not_resolve() {
        let found = names().resolved(together(9).1).await;
        assert!(found.len() == 3 && found.iter().all(|(_, found)| !found), "{found:?}");
    }
}
