//! A replica is killed with calls in flight: the others continue its sessions.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use mistmcp_tests::{Balance, Lifecycle, Nginx, soon};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::service::{HELD, Service};
use crate::user::{Outcome, User};

const SESSIONS: usize = 500;
const ALONE: usize = 20;

/// Outcomes of calls: responses, or errors that the client can see.
#[derive(Debug, Default)]
struct Count {
    answered: usize,
    failed: usize,
}

impl Count {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Answered => self.answered += 1,
            Outcome::Refused(response) => {
                assert!((502..=504).contains(&response.status) && !response.body.is_empty(), "{response:?}");
                self.failed += 1;
            }
            Outcome::Broken(error) => {
                assert!(!error.is_timeout(), "{error}");
                self.failed += 1;
            }
        }
    }

    /// The proxy has the next replica answer what one has not: if it had not, a third and more would fail. On a machine that has
    /// no time for Redis, some may.
    fn is_good(&self) {
        assert!(self.failed * 5 <= self.answered, "{self:?}");
    }
}

fn all_call(users: &[Arc<User>], call: usize) -> JoinSet<Outcome> {
    users.iter().map(Arc::clone).map(|user| async move { user.try_call(call).await }).collect()
}

async fn assert_all_unchanged(users: &[Arc<User>]) {
    stream::iter(users).for_each_concurrent(16, |user| user.assert_unchanged()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_replica_loses_no_session_and_no_call() {
    let mut service = Service::start(3, Balance::Random, "").await;
    let mut users = service.users(SESSIONS, Lifecycle::Legacy).await;
    users.extend(service.users(ALONE, Lifecycle::Stateless).await);

    // All calls wait for Mist when it happens.
    let turnstile = service.hold();
    let mut calling = all_call(&users, HELD);
    soon("the calls", service.fixture.upstream.arrivals(users.len())).await;
    service.kill(0).await;
    turnstile.close();
    let mut count = Count::default();
    while let Some(outcome) = calling.join_next().await {
        count.add(outcome.unwrap());
    }
    count.is_good();
    assert_all_unchanged(&users[..SESSIONS]).await;

    // Now they are in all their stages, and two replicas are left.
    let mut calling = all_call(&users, 1);
    let mut count = Count::default();
    while let Some(outcome) = calling.join_next().await {
        count.add(outcome.unwrap());
        if count.answered + count.failed == SESSIONS / 10 {
            service.kill(0).await;
        }
    }
    count.is_good();
    assert_all_unchanged(&users[..SESSIONS]).await;
}

/// The address of a proxy to a server, which delivers only the begin of its responses until the semaphore is closed. The
/// operating system may buffer 30 MB and more where a receiver has not set the size of its buffer.
async fn delivered_in_part(server: SocketAddr, delivery: Arc<Semaphore>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let delivery = Arc::clone(&delivery);
            tokio::spawn(async move {
                let socket = TcpSocket::new_v4()?;
                socket.set_recv_buffer_size(64 * 1024)?;
                let (responses, mut requests) = socket.connect(server).await?.into_split();
                let (mut from_client, mut to_client) = client.split();
                let mut begin = responses.take(256 * 1024);
                let deliver = async {
                    tokio::io::copy(&mut begin, &mut to_client).await?;
                    let _ = delivery.acquire().await;
                    tokio::io::copy(&mut begin.into_inner(), &mut to_client).await
                };
                tokio::select! {
                    ended = deliver => ended,
                    ended = tokio::io::copy(&mut from_client, &mut requests) => ended,
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn a_truncated_response_is_never_taken_for_a_complete_one() {
    let mut service = Service::start(2, Balance::Random, "--timeout 300 --max-result-bytes 30000000").await;
    let delivery = Arc::new(Semaphore::new(0));
    let mut addresses = Vec::new();
    for replica in &service.fixture.replicas {
        addresses.push(delivered_in_part(replica.address(), Arc::clone(&delivery)).await);
    }
    service.nginx = Nginx::start(&addresses, Balance::Random).await;
    let site = "00000000-0000-4000-8000-000000000001";
    let rows: Vec<_> = (0..90_000).map(|row| json!({ "name": format!("{row:0>100}") })).collect();
    service.fixture.upstream.json(&format!("/api/v1/sites/{site}"), &json!({ "rows": rows }));
    let call = json!({ "name": "getSiteInfo", "arguments": { "site_id": site } });
    let mut answers = Vec::new();
    for lifecycle in Lifecycle::BOTH {
        let client = service.client().query("?mode=all").connect(lifecycle).await;
        // It has started, and is not being read.
        let answer =
            soon("the beginning", client.request_builder("tools/call", call.clone()).send()).await.unwrap();
        assert_eq!(answer.status(), 200);
        answers.push(answer);
    }
    service.kill(0).await;
    service.kill(0).await;
    delivery.close();
    for answer in answers {
        let text = soon("the end", answer.text()).await;
        assert!(text.is_err(), "{} bytes", text.unwrap().len());
    }
}
