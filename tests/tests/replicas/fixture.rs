//! The fixture of the replica tests: replicas, their Redis, and a mock upstream.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use mistmcp_tests::{HttpClient, HttpServer, Launch, MockUpstream, RedisServer, TcpProxy, soon};
use serde_json::{Value, json};

pub(crate) const ALICE: &str = "al1ce-t0ken-7Kq2";
pub(crate) const BOB: &str = "b0b-t0ken-9Zr5";
/// The key of hashes that the replicas share.
pub(crate) const KEY: &str = "a-key-0f-the-tests-that-n0body-else-has";

/// The state of Redis in `/readyz`.
pub(crate) const AVAILABLE: &str = "available";
pub(crate) const UNAVAILABLE: &str = "unavailable";

/// Replicas of one service, their Redis, and the mock of the Mist cloud.
pub(crate) struct Fixture {
    pub(crate) upstream: MockUpstream,
    pub(crate) redis: RedisServer,
    pub(crate) replicas: Vec<HttpServer>,
    /// The proxy before Redis, if there is one.
    pub(crate) tcp_proxy: Option<TcpProxy>,
    arguments: String,
}

impl Fixture {
    /// Starts replicas with these arguments.
    pub(crate) async fn start(count: usize, arguments: &str) -> Self {
        let (upstream, redis) = (MockUpstream::start().await, RedisServer::start().await);
        let mut fixture =
            Self { upstream, redis, replicas: Vec::new(), tcp_proxy: None, arguments: arguments.to_owned() };
        for _ in 0..count {
            fixture.replicas.push(fixture.launch().serve().await);
        }
        fixture
    }

    /// A further replica, not started yet.
    pub(crate) fn launch(&self) -> Launch {
        // A Redis that does not run for a moment on a busy machine is not taken for one that is away. Behind the proxy, which
        // makes Redis slow, the default timeout is tested.
        let (redis, timeout) = match &self.tcp_proxy {
            Some(tcp_proxy) => (format!("redis://{}", tcp_proxy.address()), "250"),
            None => (self.redis.url(), "5000"),
        };
        let launch = Launch::at(&self.upstream, &self.arguments).argument("--redis").argument(&redis);
        let launch = launch.argument("--redis-timeout").argument(timeout);
        // All clients connect from one address, with many tokens that Mist has not accepted yet.
        let launch = launch.arguments("--new-tokens-per-minute 1000000 --max-new-clients-per-address 100000");
        launch.variable("MISTMCP_REDIS_KEY", KEY)
    }

    /// A client of Alice at a replica.
    pub(crate) fn alice(&self, replica: usize, query: &str) -> HttpClient {
        HttpClient::with_token(&self.replicas[replica], query, ALICE)
    }

    /// A client of Bob at a replica.
    pub(crate) fn bob(&self, replica: usize, query: &str) -> HttpClient {
        HttpClient::with_token(&self.replicas[replica], query, BOB)
    }

    /// The same client at another replica.
    pub(crate) fn at(&self, replica: usize, client: &HttpClient) -> HttpClient {
        client.clone().to(&self.replicas[replica].url("/mcp"))
    }

    /// The same client at a random replica.
    pub(crate) fn anywhere(&self, client: &HttpClient) -> HttpClient {
        self.at(any(self.replicas.len()), client)
    }

    /// The body of `/readyz`.
    pub(crate) async fn ready(&self, replica: usize) -> Value {
        serde_json::from_str(&self.read(replica, "/readyz").await).unwrap()
    }

    /// The body of another path.
    pub(crate) async fn read(&self, replica: usize, path: &str) -> String {
        let response = reqwest::get(self.replicas[replica].url(path)).await.unwrap();
        response.text().await.unwrap()
    }

    /// Waits until a replica reports this state of Redis.
    pub(crate) async fn redis_is(&self, replica: usize, wanted: &str) {
        let message = async {
            while self.ready(replica).await["redis"] != wanted {
                pause().await;
            }
        };
        soon(wanted, message).await;
    }
}

/// The pause between two polls.
pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// A random number below `end`.
pub(crate) fn any(end: usize) -> usize {
    usize::try_from(RandomState::new().hash_one(()) % u64::try_from(end).unwrap()).unwrap()
}

/// Arguments that enable a category.
pub(crate) fn on(category: &str) -> Value {
    json!({ "enable_mcp_tools_categories": category })
}

/// Arguments that disable a category.
pub(crate) fn off(category: &str) -> Value {
    json!({ "disable_mcp_tools_categories": category })
}
