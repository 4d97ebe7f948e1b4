//! Replicas behind nginx, as clients see them: [`Service`].

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use mistmcp_tests::{
    Answer, Balance, HttpClient, HttpResponse, HttpServer, Lifecycle, Nginx, Received, TcpProxy, free_port,
    soon,
};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::fixture::{ALICE, Fixture, pause};
use crate::user::{User, mark};

/// Users that connect concurrently.
const AT_ONCE: usize = 16;
/// The first number of stateless users.
const FIRST_ALONE: usize = 5_000;
/// Calls from this number on are answered when the test permits it.
pub(crate) const HELD: usize = 90_000;

/// Replicas behind nginx. The mock answers with the token and the path of each request.
pub(crate) struct Service {
    pub(crate) fixture: Fixture,
    pub(crate) nginx: Nginx,
}

impl Service {
    pub(crate) async fn start(replicas: usize, balance: Balance, arguments: &str) -> Self {
        Self::with(Fixture::start(0, arguments).await, replicas, balance).await
    }

    /// The same with a Redis behind a delaying proxy.
    pub(crate) async fn far_from_redis(replicas: usize) -> Self {
        let mut fixture = Fixture::start(0, "").await;
        fixture.tcp_proxy = Some(TcpProxy::to(fixture.redis.port()).await);
        Self::with(fixture, replicas, Balance::Random).await
    }

    async fn with(mut fixture: Fixture, replicas: usize, balance: Balance) -> Self {
        fixture.upstream.default_handler(told);
        for _ in 0..replicas {
            fixture.replicas.push(fixture.launch().serve_at(free_port().await).await);
        }
        let addresses: Vec<_> = fixture.replicas.iter().map(HttpServer::address).collect();
        Self { nginx: Nginx::start(&addresses, balance).await, fixture }
    }

    /// Users of a lifecycle, each with its own token, and with categories in a session.
    pub(crate) async fn users(&self, count: usize, lifecycle: Lifecycle) -> Vec<Arc<User>> {
        let first = if lifecycle == Lifecycle::Stateless { FIRST_ALONE } else { 0 };
        let client = self.client();
        let users = (first..first + count).map(|number| User::enter(client.clone(), number, lifecycle));
        stream::iter(users).buffered(AT_ONCE).map(Arc::new).collect().await
    }

    /// A client that connects through nginx.
    pub(crate) fn client(&self) -> HttpClient {
        HttpClient::new(&self.fixture.replicas[0], "")
            .header("X-Authorization", ALICE)
            .to(&self.nginx.url("/mcp"))
    }

    /// Holds the answers to [`HELD`] calls until the semaphore is closed.
    pub(crate) fn hold(&self) -> Arc<Semaphore> {
        let turnstile = Arc::new(Semaphore::new(0));
        let held = Arc::clone(&turnstile);
        self.fixture.upstream.default_handler(move |received| {
            if is_held(received) { told(received).once(&held) } else { told(received) }
        });
        turnstile
    }

    /// Waits for that many held calls since the last time, and returns their number.
    pub(crate) async fn held(&self, count: usize) -> usize {
        let mut held = 0;
        loop {
            held += self.fixture.upstream.take().iter().filter(|received| is_held(received)).count();
            if held >= count {
                return held;
            }
            self.fixture.upstream.arrival().await;
        }
    }

    /// Stops a replica gracefully, and returns once it is shutting down. It is removed until it is started again.
    pub(crate) async fn begin_shutdown(&mut self, replica: usize) -> HttpServer {
        let ending = self.fixture.replicas.remove(replica);
        let client = self.client().to(&ending.url("/mcp"));
        ending.signal("TERM").await;
        let response = async {
            loop {
                // An idle replica exits at once.
                match HttpResponse::or_error(client.request_builder("ping", json!({}))).await {
                    Ok(response) if response.status == 503 => return,
                    Err(error) if error.is_connect() => return,
                    _ => pause().await,
                }
            }
        };
        soon("the end to begin", response).await;
        ending
    }

    /// Waits until a replica has exited successfully, and starts it again.
    pub(crate) async fn start_again(&mut self, ending: HttpServer, replica: usize) {
        let port = ending.address().port();
        let (status, errors) = ending.ended().await;
        assert_eq!(status.code(), Some(0), "{errors}");
        assert!(!errors.contains("cut off") && !errors.contains("panicked"), "{errors}");
        self.fixture.replicas.insert(replica, self.fixture.launch().serve_at(port).await);
    }

    /// Kills a replica, and removes it.
    #[expect(clippy::print_stdout, reason = "it is shown if the test fails later")]
    pub(crate) async fn kill(&mut self, replica: usize) {
        let killed = self.fixture.replicas.remove(replica);
        killed.signal("KILL").await;
        let (status, errors) = killed.ended().await;
        assert!(!status.success() && !errors.contains("panicked"), "{errors}");
        for line in errors.lines().filter(|line| !line.contains(" INFO call ")) {
            println!("killed replica: {line}");
        }
    }
}

fn is_held(received: &Received) -> bool {
    let call = received.path.get(received.path.len().saturating_sub(5)..).and_then(|call| call.parse().ok());
    call.is_some_and(|call: usize| call >= HELD)
}

fn told(received: &Received) -> Answer {
    Answer::json(&json!({ "id": received.path, "name": mark(received.header("authorization")) }))
}
