//! Shared client state: HTTP connection pools, token registry, response cache and metrics ([`Pool`]), and
//! [`Limits`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::OnceCell;

use super::Cloud;
use super::cache::{Ids, ResponseCache};
use super::clock::Clock;
use super::dispatch::SharedAnswer;
use super::errors::{self, causes};
use super::network::{Network, NetworkError};
use super::rate_limit::Level;
use super::single_flight::SingleFlight;
use super::token_registry::TokenRegistry;
use crate::error::ErrorKind;
use crate::identity::identity;
use crate::metrics::Metrics;
use crate::redis::RedisClient;
use crate::{Error, Result, work};

/// Limits of a call.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Deadline of a whole call, with everything it waits for. The program's default is 30 s.
    pub timeout: Duration,
    /// Maximum part of the deadline spent waiting before retries. The program's default is 15 s.
    pub retry_wait: Duration,
    /// Calls an hour for one token, counted from the top of the hour. The last 5 % are a reserve. Mist allows
    /// 5,000.
    pub rate_limit: u32,
    /// Maximum bytes read of one answer, decompressed; a larger one is an error. The program's default is 32 MiB.
    pub max_response_bytes: usize,
}

/// State shared by all connections: the HTTP clients with their sockets, and rate limits and caches per token.
#[derive(Debug)]
pub struct Pool {
    client: OnceCell<reqwest::Client>,
    /// For clouds on a loopback address.
    direct_client: OnceCell<reqwest::Client>,
    /// `None`: the environment of the process.
    network: Option<Network>,
    tokens_taken: AtomicUsize,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    pub(super) registry: Arc<TokenRegistry>,
    /// GETs in flight, by tokens and URL.
    pub(super) gets: SingleFlight<(Ids, String), SharedAnswer>,
    /// Results that tools compute of several requests, in flight, by tokens and a key of the tool.
    pub(super) computed: SingleFlight<(Ids, String), Computed>,
    pub(super) cache: ResponseCache,
    metrics: Arc<Metrics>,
}

/// A result that tools compute, and the accounts that it was computed with.
pub(super) type Computed = (Result<Value>, Vec<Arc<str>>);

impl Pool {
    /// A pool without connections. The HTTP client is built on first use, since loading the system's certificates
    /// takes longer than the rest of the start.
    pub fn new(limits: Limits) -> Self {
        Self::with_clock(limits, Clock::default())
    }

    /// A pool whose clock shows `text` now, and advances with tokio's.
    #[cfg(test)]
    pub(crate) fn at_time(limits: Limits, text: &str) -> Self {
        Self::with_clock(limits, Clock::set(text))
    }

    pub(super) fn with_clock(limits: Limits, clock: Clock) -> Self {
        Self {
            client: OnceCell::new(),
            direct_client: OnceCell::new(),
            network: None,
            tokens_taken: AtomicUsize::new(0),
            limits,
            clock,
            registry: Arc::new(TokenRegistry::new(limits.rate_limit, clock)),
            gets: SingleFlight::default(),
            computed: SingleFlight::default(),
            cache: ResponseCache::new(),
            metrics: Arc::new(Metrics::new()),
        }
    }

    /// Uses this proxy and these certificates instead of those of the process's environment.
    pub(crate) fn with_network(self, network: Network) -> Self {
        Self { network: Some(network), ..self }
    }

    /// Connects to `cloud` as calls do, without a token. Any answer counts as success.
    pub(crate) async fn reach(&self, cloud: &Cloud) -> Result<()> {
        let response = self.client(cloud).await?.head(cloud.base().clone()).send().await;
        response.map(|_| ()).map_err(|error| errors::for_network(&error.without_url()))
    }

    /// Counts each token's calls together with the other replicas from now on.
    pub(crate) fn share(&self, redis: Arc<RedisClient>) {
        self.registry.share(redis);
    }

    /// Metrics of this process.
    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Number of tokens by remaining calls of the hour.
    pub(crate) fn levels(&self) -> [(&'static str, usize); 4] {
        let mut counts = Level::ALL.map(|level| (level.name(), 0));
        for level in self.registry.levels() {
            counts[level as usize].1 += 1;
        }
        counts
    }

    /// Round-robin counter for choosing among several tokens.
    pub(super) fn next_token(&self) -> usize {
        self.tokens_taken.fetch_add(1, Ordering::Relaxed)
    }

    /// The HTTP client for a cloud. It is built at the first request, off the async threads: it takes the certificates of the
    /// system, which are read from files.
    pub(super) async fn client(&self, cloud: &Cloud) -> Result<&reqwest::Client> {
        let direct = cloud.is_loopback();
        let place = if direct { &self.direct_client } else { &self.client };
        let build = || async {
            let (network, timeout) = (self.network.clone(), self.limits.timeout);
            let client = work::run_short(move || client(network.as_ref(), timeout, direct)).await?;
            client.map_err(|error| Error::new(ErrorKind::Network, format!("Mist cannot be asked: {error}.")))
        };
        place.get_or_try_init(build).await
    }

    /// A client for another server than Mist, which follows no redirect.
    pub(crate) fn client_without_redirects(&self, direct: bool) -> Result<reqwest::Client, NetworkError> {
        let builder = reqwest::Client::builder()
            .user_agent(identity().user_agent())
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none());
        built(builder, self.network.as_ref(), direct)
    }
}

/// The client for Mist, whose redirects are followed on its own host alone.
fn client(
    network: Option<&Network>,
    timeout: Duration,
    direct: bool,
) -> Result<reqwest::Client, NetworkError> {
    let builder = reqwest::Client::builder()
        .user_agent(identity().user_agent())
        .connect_timeout(timeout.min(Duration::from_secs(10)))
        .pool_idle_timeout(Duration::from_mins(1))
        .pool_max_idle_per_host(32)
        // Detects a connection dropped by a firewall or a suspended laptop while a call waits on it.
        .http2_keep_alive_interval(Duration::from_secs(10))
        .http2_keep_alive_timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::custom(|attempt| {
            let same_host =
                attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
            match attempt.previous().len() {
                _ if !same_host => attempt.stop(),
                ..=3 => attempt.follow(),
                _ => attempt.error("too many redirects"),
            }
        }));
    built(builder, network, direct)
}

/// Builds a client with its proxy and certificates. `direct`: plain HTTP to a loopback address must not be sent to a proxy.
fn built(
    builder: reqwest::ClientBuilder,
    network: Option<&Network>,
    direct: bool,
) -> Result<reqwest::Client, NetworkError> {
    let builder = match network {
        _ if direct => builder.no_proxy(),
        Some(network) => network.configure(builder)?,
        None => Network::of_environment()?.configure(builder)?,
    };
    builder.build().map_err(|error| NetworkError::of_client(&causes(&error)))
}

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::super::Clouds;
    use super::*;

    #[tokio::test]
    async fn the_first_requests_share_a_client_that_is_built_off_their_thread() {
        // The first test that runs installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = Duration::from_secs(30);
        let limits = Limits { timeout, retry_wait: timeout, rate_limit: 100, max_response_bytes: 1_000 };
        let (pool, cloud) = (Pool::new(limits), Clouds::only("http://127.0.0.1:1").unwrap());
        let (mut first, mut second) = (Box::pin(pool.client(&cloud)), Box::pin(pool.client(&cloud)));
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        assert!(std::ptr::eq(first.await.unwrap(), second.await.unwrap()));
        assert!(poll!(Box::pin(pool.client(&cloud))).is_ready());
    }
}
