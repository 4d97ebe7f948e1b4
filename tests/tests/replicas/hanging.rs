//! Redis does not respond for ten seconds while clients of three replicas call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mistmcp_tests::{Balance, HttpClient, Lifecycle, soon};
use serde_json::json;
use tokio::task::JoinSet;

use crate::fixture::{AVAILABLE, BOB, UNAVAILABLE, on, pause};
use crate::service::Service;
use crate::user::User;

const HANGS: Duration = Duration::from_secs(10);

/// Keeps calling, and counts the responses.
async fn keep_calling(user: Arc<User>, answered: Arc<AtomicUsize>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        user.call(answered.load(Ordering::Relaxed)).await;
        answered.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Tries the session of another user, which must always fail.
async fn steal(attacker: HttpClient, answered: Arc<AtomicUsize>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let response = attacker.ask("tools/list", json!({})).await;
        assert!(matches!(response.status, 404 | 503), "{response:?}");
        answered.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_hangs_for_ten_seconds_blocks_no_call() {
    let service = Service::start(3, Balance::Random, "").await;
    let fixture = &service.fixture;
    let users = service.users(30, Lifecycle::Legacy).await;
    let mut all = users.clone();
    all.extend(service.users(6, Lifecycle::Stateless).await);
    let stop = Arc::new(AtomicBool::new(false));
    let answered: Vec<Arc<AtomicUsize>> = (0..=all.len()).map(|_| Arc::default()).collect();
    let mut calling = JoinSet::new();
    for (user, answered) in all.iter().zip(&answered) {
        calling.spawn(keep_calling(Arc::clone(user), Arc::clone(answered), Arc::clone(&stop)));
    }
    let attacker = service.client().header("X-Authorization", BOB).on(users[0].client.session());
    calling.spawn(steal(attacker, Arc::clone(&answered[all.len()]), Arc::clone(&stop)));

    // All replicas have this session.
    let switching = service.client().open().await;
    for replica in 0..3 {
        fixture.at(replica, &switching).tools().await;
    }

    fixture.redis.signal("STOP").await;
    let began = Instant::now();
    let before: Vec<_> = answered.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    for replica in 0..3 {
        fixture.redis_is(replica, UNAVAILABLE).await;
        assert!(fixture.read(replica, "/metrics").await.contains("mistmcp_redis_up{} 0\n"));
    }
    // A session is opened, and one changes its categories.
    let late = User::enter(service.client(), 700, Lifecycle::Legacy).await;
    late.call(1).await;
    switching.call("manageMcpTools", on("orgs")).await;
    // Each has a response to a request from this time: the first one may be older.
    for (count, before) in answered.iter().zip(before) {
        let more = async {
            while count.load(Ordering::Relaxed) < before + 2 {
                pause().await;
            }
        };
        soon("answers while Redis hangs", more).await;
    }
    tokio::time::sleep(HANGS.saturating_sub(began.elapsed())).await;
    fixture.redis.signal("CONT").await;
    for replica in 0..3 {
        fixture.redis_is(replica, AVAILABLE).await;
        assert!(fixture.read(replica, "/metrics").await.contains("mistmcp_redis_up{} 1\n"));
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(called) = calling.join_next().await {
        called.unwrap();
    }
    // Changes from this time are stored soon, and then known to all replicas.
    late.wait_until_unchanged().await;
    for replica in 0..3 {
        let known = async {
            while !fixture.at(replica, &switching).tools().await.contains(&"getOrg".to_owned()) {
                pause().await;
            }
        };
        soon("what was switched", known).await;
    }
    for user in &users {
        user.assert_unchanged().await;
    }
    for replica in 0..3 {
        let errors = fixture.replicas[replica].errors();
        assert!(!errors.contains("panicked"), "{errors}");
    }
}
