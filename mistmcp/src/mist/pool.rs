use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

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

/// What a call may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a whole call may take, with all that it waits for. The program's default is 30 s.
    pub timeout: Duration,
    /// How much of that may be spent waiting before trying again. The program's default is 15 s.
    pub retry_wait: Duration,
    /// Calls an hour for one token, counted from the top of the hour. The last 5 % are kept back. Mist allows 5,000.
    pub rate_limit: u32,
    /// Bytes that are read of one answer, decompressed; a larger one is an error. The program's default is 32 MiB.
    pub max_response_bytes: usize,
}

/// What all connections share: the HTTP client with its sockets, and what is counted and remembered for each token.
#[derive(Debug)]
pub struct Pool {
    client: OnceLock<reqwest::Client>,
    /// For clouds on this machine.
    direct_client: OnceLock<reqwest::Client>,
    /// The process's environment where nothing is said.
    network: Option<Network>,
    turns: AtomicUsize,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    pub(super) accounts: Arc<TokenRegistry>,
    /// GETs that are under way, by who asks and the address.
    pub(super) gets: SingleFlight<(Ids, String), Result<Answer>>,
    pub(super) memory: ResponseCache,
    metrics: Arc<Metrics>,
}

impl Pool {
    /// A pool without connections. The HTTP client is made when it is first needed, since reading the system's
    /// certificates takes longer than all the rest of starting.
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
            accounts: Arc::new(TokenRegistry::new(limits.rate_limit, clock)),
            gets: SingleFlight::default(),
            memory: ResponseCache::new(),
            metrics: Arc::new(Metrics::new()),
        }
    }

    /// The same pool with this proxy and these certificates, in place of those of the process's environment.
    pub(crate) fn with_network(self, network: Network) -> Self {
        Self { network: Some(network), ..self }
    }

    /// Connects to `cloud` as calls do, without a token. Any answer will do.
    pub(crate) async fn reach(&self, cloud: &Cloud) -> Result<()> {
        let asked = self.client(cloud)?.head(cloud.base().clone()).send().await;
        asked.map(|_| ()).map_err(|error| errors::for_network(&error.without_url()))
    }

    /// Counts each token's calls together with the other replicas from now on.
    pub(crate) fn share(&self, link: Arc<RedisClient>) {
        self.accounts.share(link);
    }

    /// What is counted in this process.
    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// How many tokens have how much of their hour's calls left.
    pub(crate) fn levels(&self) -> [(&'static str, usize); 4] {
        let mut counts = Level::ALL.map(|level| (level.name(), 0));
        for level in self.accounts.levels() {
            counts[level as usize].1 += 1;
        }
        counts
    }

    /// Whose turn it is among several tokens.
    pub(super) fn turn(&self) -> usize {
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
            // A connection that a sleeping laptop or a firewall has forgotten is found out while a call waits on it.
            .http2_keep_alive_interval(Duration::from_secs(10))
            .http2_keep_alive_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::custom(|attempt| {
                let same_host =
                    attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
                if same_host && attempt.previous().len() <= 3 { attempt.follow() } else { attempt.stop() }
            }));
        // What is in the clear on this machine would be in the clear on the way to a proxy.
        let configured = if direct { Ok(builder.no_proxy()) } else { self.configured(builder) };
        let client = configured.and_then(|builder| {
            builder.build().map_err(|error| NetworkError::Client(causes(&error).join(": ")))
        });
        let client = client.map_err(|error| {
            Error::new(ErrorKind::Network, format!("Mist cannot be asked: {error}. Tell the user."))
        })?;
        Ok(place.get_or_init(|| client))
    }

    fn configured(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, NetworkError> {
        match &self.network {
            Some(network) => network.configure(builder),
            None => Network::of_environment()?.configure(builder),
        }
    }
}
