//! Redis restarts empty while clients of three replicas call, and one replica is lost as well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mistmcp_tests::{Balance, HttpResponse, Lifecycle, soon};
use serde_json::json;
use tokio::task::JoinSet;

use crate::fixture::{AVAILABLE, Fixture, UNAVAILABLE, pause};
use crate::service::Service;
use crate::user::User;

/// A session that only one replica has.
async fn held_at(fixture: &Fixture, service: &Service, replica: usize, number: usize) -> User {
    let here = fixture.alice(replica, "");
    User::enter(here, number, Lifecycle::Legacy).await.through(&service.client())
}

/// Whether the replica says to retry later. A killed replica gives no answer.
fn is_not_known(response: &HttpResponse) {
    if response.status != 502 {
        assert_eq!((response.status, response.header("retry-after")), (503, "10"), "{response:?}");
        assert!(
            response.error().contains("Redis") && response.error().contains("initialize"),
            "{response:?}"
        );
    }
}

/// Keeps calling. A replica has the session, so it is never reported as gone.
async fn keep_calling(user: Arc<User>, stop: Arc<AtomicBool>) {
    let mut calls = 0;
    while !stop.load(Ordering::Relaxed) {
        user.call(calls).await;
        calls += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_redis_loses_only_sessions_that_no_replica_has() {
    let mut service = Service::start(3, Balance::Random, "").await;
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for number in 0..16 {
        kept.push(Arc::new(held_at(&service.fixture, &service, 1 + number % 2, number).await));
    }
    for number in 100..110 {
        lost.push(held_at(&service.fixture, &service, 0, number).await);
    }
    let stop = Arc::new(AtomicBool::new(false));
    service.fixture.redis.stop().await;
    service.kill(0).await;
    for replica in 0..2 {
        service.fixture.redis_is(replica, UNAVAILABLE).await;
    }
    let calling: JoinSet<()> =
        kept.iter().map(|user| keep_calling(Arc::clone(user), Arc::clone(&stop))).collect();
    // The replicas cannot know yet whether the sessions are lost.
    for user in &lost {
        is_not_known(&user.client.ask("tools/list", json!({})).await);
    }
    service.fixture.redis.start_again().await;
    for replica in 0..2 {
        service.fixture.redis_is(replica, AVAILABLE).await;
    }
    let text = async {
        for user in &lost {
            loop {
                let response = user.client.ask("tools/list", json!({})).await;
                if response.status == 404 {
                    assert!(response.error().contains("initialize"), "{response:?}");
                    break;
                }
                is_not_known(&response);
                pause().await;
            }
        }
    };
    soon("the end of lost sessions to be told", text).await;
    stop.store(true, Ordering::Relaxed);
    soon("the last calls", calling.join_all()).await;
    for user in &kept {
        user.assert_unchanged().await;
    }
    for user in &lost {
        let again = user.again(&service.client()).await;
        again.call(2).await;
        again.assert_unchanged().await;
    }
}
