//! A distant Redis: within the timeout replicas share sessions, and beyond it each works alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mistmcp_tests::Lifecycle;
use tokio::task::JoinSet;

use crate::fixture::{AVAILABLE, UNAVAILABLE};
use crate::service::Service;
use crate::user::User;

/// Calls and lists its tools, always with success.
async fn keep_calling(user: Arc<User>, stop: Arc<AtomicBool>) {
    let mut calls = 0;
    while !stop.load(Ordering::Relaxed) {
        user.call(calls).await;
        user.assert_unchanged().await;
        calls += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_redis_delays_calls_and_one_that_is_too_slow_is_unavailable() {
    let service = Service::far_from_redis(3).await;
    let (fixture, tcp_proxy) = (&service.fixture, service.fixture.tcp_proxy.as_ref().unwrap());
    let users = service.users(20, Lifecycle::Legacy).await;
    // As slow as the other side of the earth, and within the command timeout.
    tcp_proxy.set_delay(Duration::from_millis(100));
    let stop = Arc::new(AtomicBool::new(false));
    let calling: JoinSet<()> =
        users.iter().map(|user| keep_calling(Arc::clone(user), Arc::clone(&stop))).collect();
    let late = User::enter(service.client(), 700, Lifecycle::Legacy).await;
    late.wait_until_unchanged().await;
    tokio::time::sleep(Duration::from_secs(2)).await;

    // No reply arrives within the timeout, though all arrive: not even if a replica does not run for a second, as a reply
    // that waits to be read when it runs again counts.
    tcp_proxy.set_delay(Duration::from_millis(800));
    // Replies that were under way with the shorter delay still count, and arrive before this is over.
    tokio::time::sleep(Duration::from_secs(2)).await;
    for replica in 0..3 {
        fixture.redis_is(replica, UNAVAILABLE).await;
    }
    let mut errors = Vec::new();
    for replica in &fixture.replicas {
        errors.push(replica.errors().matches("Redis is available").count());
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    for (replica, before) in fixture.replicas.iter().zip(errors) {
        let errors = replica.errors();
        assert_eq!(
            errors.matches("Redis is available").count(),
            before,
            "it is not taken for what it is not: {errors}"
        );
    }
    for replica in 0..3 {
        assert_eq!(fixture.ready(replica).await["redis"], UNAVAILABLE);
    }

    tcp_proxy.set_delay(Duration::ZERO);
    for replica in 0..3 {
        fixture.redis_is(replica, AVAILABLE).await;
    }
    stop.store(true, Ordering::Relaxed);
    calling.join_all().await;
    for user in users.iter().map(AsRef::as_ref).chain([&late]) {
        user.assert_unchanged().await;
    }
}
