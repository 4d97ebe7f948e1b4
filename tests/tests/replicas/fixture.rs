use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use mistmcp_tests::{HttpClient, HttpServer, Launch, MockUpstream, RedisServer, TcpProxy, soon};
use serde_json::{Value, json};

pub(crate) const ALICE: &str = "al1ce-t0ken-7Kq2";
pub(crate) const BOB: &str = "b0b-t0ken-9Zr5";
/// What replicas know each other's hashes by.
pub(crate) const KEY: &str = "a-key-0f-the-tests-that-n0body-else-has";

/// What a replica says of Redis.
pub(crate) const THERE: &str = "it is there";
pub(crate) const AWAY: &str = "it is away";

/// Replicas of one service, the Redis that they share, and a peer in Mist's place.
pub(crate) struct Fixture {
    pub(crate) upstream: MockUpstream,
    pub(crate) redis: RedisServer,
    pub(crate) replicas: Vec<HttpServer>,
    /// How replicas reach Redis, where it is not by itself.
    pub(crate) tcp_proxy: Option<TcpProxy>,
    arguments: String,
}

impl Fixture {
    /// So many replicas, with these arguments.
    pub(crate) async fn start(count: usize, arguments: &str) -> Self {
        let (upstream, redis) = (MockUpstream::start().await, RedisServer::start().await);
        let mut fixture =
            Self { upstream, redis, replicas: Vec::new(), tcp_proxy: None, arguments: arguments.to_owned() };
        for _ in 0..count {
            fixture.replicas.push(fixture.launch().serve().await);
        }
        fixture
    }

    /// Another replica, about to be started.
    pub(crate) fn launch(&self) -> Launch {
        let redis = match &self.tcp_proxy {
            Some(tcp_proxy) => format!("redis://{}", tcp_proxy.address()),
            None => self.redis.url(),
        };
        let launch = Launch::at(&self.upstream, &self.arguments).argument("--redis").argument(&redis);
        // All clients come from one address, with many tokens that Mist has not accepted yet.
        let launch = launch.arguments("--new-tokens-per-minute 1000000 --max-new-clients-per-address 100000");
        launch.variable("MISTMCP_REDIS_KEY", KEY)
    }

    /// Alice at a replica.
    pub(crate) fn alice(&self, replica: usize, query: &str) -> HttpClient {
        HttpClient::with_token(&self.replicas[replica], query, ALICE)
    }

    /// Bob at a replica.
    pub(crate) fn bob(&self, replica: usize, query: &str) -> HttpClient {
        HttpClient::with_token(&self.replicas[replica], query, BOB)
    }

    /// The same client, by way of another replica.
    pub(crate) fn at(&self, replica: usize, client: &HttpClient) -> HttpClient {
        client.clone().to(&self.replicas[replica].url("/mcp"))
    }

    /// The same client, by way of whichever replica comes.
    pub(crate) fn anywhere(&self, client: &HttpClient) -> HttpClient {
        self.at(any(self.replicas.len()), client)
    }

    /// What a replica says of how it is.
    pub(crate) async fn ready(&self, replica: usize) -> Value {
        serde_json::from_str(&self.read(replica, "/readyz").await).unwrap()
    }

    /// Something else that a replica serves.
    pub(crate) async fn read(&self, replica: usize, path: &str) -> String {
        let response = reqwest::get(self.replicas[replica].url(path)).await.unwrap();
        response.text().await.unwrap()
    }

    /// Waits until a replica says that Redis is there, or away.
    pub(crate) async fn redis_is(&self, replica: usize, wanted: &str) {
        let message = async {
            while self.ready(replica).await["redis"] != wanted {
                pause().await;
            }
        };
        soon(wanted, message).await;
    }
}

/// A moment between two looks.
pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// A number below `end`, another one each time.
pub(crate) fn any(end: usize) -> usize {
    usize::try_from(RandomState::new().hash_one(()) % u64::try_from(end).unwrap()).unwrap()
}

/// Arguments that switch a category on.
pub(crate) fn on(category: &str) -> Value {
    json!({ "enable_mcp_tools_categories": category })
}

/// Arguments that switch a category off.
pub(crate) fn off(category: &str) -> Value {
    json!({ "disable_mcp_tools_categories": category })
}
