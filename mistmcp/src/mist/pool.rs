//! Shared client state: HTTP connection pools, token registry, response cache and metrics ([`Pool`]), and
//! [`Limits`].

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;

use super::cache::{Ids, ResponseCache};
use super::clock::Clock;
use super::errors::{self, causes};
use super::network::{Network, NetworkError};
use super::rate_limit::Level;
use super::single_flight::SingleFlight;
use super::token_registry::TokenRegistry;
use super::{Answer, Cloud};
use crate::error::ErrorKind;
use crate::identity::identity;
use crate::metrics::Metrics;
use crate::redis::RedisClient;
use crate::{Error, Result};

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
    client: OnceLock<reqwest::Client>,
    /// For clouds on a loopback address.
    direct_client: OnceLock<reqwest::Client>,
    /// `None`: the environment of the process.
    network: Option<Network>,
    turns: AtomicUsize,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    pub(super) registry: Arc<TokenRegistry>,
    /// GETs in flight, by tokens and URL.
    pub(super) gets: SingleFlight<(Ids, String), Result<Answer>>,
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

    pub(super) fn with_clock(limits: Limits, clock: Clock) -> Self {
        Self {
            client: OnceLock::new(),
            direct_client: OnceLock::new(),
            network: None,
            turns: AtomicUsize::new(0),
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
        let response = self.client(cloud)?.head(cloud.base().clone()).send().await;
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
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn client(&self, cloud: &Cloud) -> Result<&reqwest::Client> {
        let direct = cloud.is_loopback();
        let place = if direct { &self.direct_client } else { &self.client };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let builder = reqwest::Client::builder()
            .user_agent(identity().user_agent())
            .connect_timeout(self.limits.timeout.min(Duration::from_secs(10)))
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
        // Plain HTTP to a loopback address must not be sent to a proxy.
        let configured = if direct { Ok(builder.no_proxy()) } else { self.configured(builder) };
        let client = configured
            .and_then(|builder| builder.build().map_err(|error| NetworkError::of_client(&causes(&error))));
        let client = client
            .map_err(|error| Error::new(ErrorKind::Network, format!("Mist cannot be asked: {error}.")))?;
        Ok(place.get_or_init(|| client))
    }

    /// A client for another server than Mist, which follows no redirect.
    pub(crate) fn client_without_redirects(&self, direct: bool) -> Result<reqwest::Client, NetworkError> {
        let builder = reqwest::Client::builder()
            .user_agent(identity().user_agent())
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none());
        let builder = if direct { builder.no_proxy() } else { self.configured(builder)? };
        builder.build().map_err(|error| NetworkError::of_client(&causes(&error)))
    }

    fn configured(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, NetworkError> {
        match &self.network {
            Some(network) => network.configure(builder),
            None => Network::of_environment()?.configure(builder),
        }
    }
}
