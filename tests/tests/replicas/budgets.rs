//! The hourly rate limit of a token is shared by all replicas.

use std::time::{Duration, SystemTime};

use mistmcp_tests::{Answer, HttpClient, Lifecycle, soon};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::fixture::{ALICE, Fixture, pause};

/// Of 60 calls an hour, three are reserved.
const LIMIT: &str = "--rate-limit 60";
const CALLS: usize = 57;

/// Waits for the next hour if this one is about to end, because the limit would be counted twice.
async fn well_within_an_hour() {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() % 3_600;
    if since > 3_540 {
        tokio::time::sleep(Duration::from_secs(3_601 - since)).await;
    }
}

fn alice(fixture: &Fixture, replica: usize) -> HttpClient {
    fixture.alice(replica, "?mode=all").lifecycle(Lifecycle::Stateless)
}

/// Each number has its own path at Mist, so that calls are not coalesced.
fn site(number: usize) -> Value {
    json!({ "site_id": format!("00000000-0000-4000-8000-{number:012}") })
}

/// Calls, concurrently at each replica, until all have rejected a call. Returns the number of requests to Mist.
async fn use_up(fixture: &Fixture, replicas: &[usize], first: usize) -> usize {
    let mut calling = JoinSet::new();
    for replica in replicas {
        for call in 0..CALLS + 3 {
            let client = alice(fixture, *replica);
            let arguments = site(first + replica * 1_000 + call);
            calling.spawn(async move { client.try_call("getSiteInfo", arguments).await.outcome() });
        }
    }
    while let Some(outcome) = calling.join_next().await {
        let (failed, text) = outcome.unwrap();
        assert!(!failed || text.contains("used up"), "{text}");
    }
    fixture.upstream.take().len()
}

/// A call that must succeed.
async fn call(fixture: &Fixture, replica: usize, number: usize) {
    alice(fixture, replica).call("getSiteInfo", site(number)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_together_make_exactly_the_calls_of_one() {
    well_within_an_hour().await;
    let fixture = Fixture::start(3, LIMIT).await;
    assert_eq!(use_up(&fixture, &[0, 1, 2], 0).await, CALLS);
    // Another token has its own limit.
    let bob = fixture.bob(0, "?mode=all").lifecycle(Lifecycle::Stateless);
    bob.call("getSiteInfo", site(1)).await;
    // A replica that has not called yet has nothing left either.
    let late = fixture.launch().serve().await;
    let client = HttpClient::with_token(&late, "?mode=all", ALICE).lifecycle(Lifecycle::Stateless);
    assert!(client.refusal("getSiteInfo", site(2)).await.contains("used up"));
}

#[tokio::test]
async fn the_limit_that_mist_reports_to_one_replica_holds_for_all() {
    well_within_an_hour().await;
    let fixture = Fixture::start(2, LIMIT).await;
    call(&fixture, 1, 1).await;
    fixture.upstream.json("/api/v1/self/usage", &json!({ "requests": 50, "request_limit": 60 }));
    alice(&fixture, 0).call("getSelfApiUsage", json!({})).await;
    fixture.upstream.take();
    assert_eq!(use_up(&fixture, &[1], 10).await, CALLS - 50);
    // And back: the count was too high.
    fixture.upstream.json("/api/v1/self/usage", &json!({ "requests": 40, "request_limit": 60 }));
    alice(&fixture, 0).call("getSelfApiUsage", json!({})).await;
    fixture.upstream.take();
    assert_eq!(use_up(&fixture, &[1], 10_000).await, CALLS - 40);
}

#[tokio::test]
async fn a_429_at_one_replica_stops_all() {
    let fixture = Fixture::start(2, "--retry-wait 0").await;
    call(&fixture, 1, 1).await;
    fixture.upstream.answers_token(ALICE, Answer::json(&json!({})).status(429).header("retry-after", "100"));
    alice(&fixture, 0).refusal("getSiteInfo", site(2)).await;
    fixture.upstream.take();
    alice(&fixture, 1).refusal("getSiteInfo", site(3)).await;
    assert!(fixture.upstream.take().is_empty(), "Mist was not asked again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_each_replica_has_a_share_and_later_all_calls_count() {
    well_within_an_hour().await;
    let mut fixture = Fixture::start(3, LIMIT).await;
    for replica in 0..3 {
        call(&fixture, replica, replica).await;
    }
    // Each replica counts the replicas every five seconds.
    tokio::time::sleep(Duration::from_secs(6)).await;
    fixture.redis.stop().await;
    let mut made = fixture.upstream.take().len();
    assert_eq!(made, 3);
    let share = use_up(&fixture, &[0], 100).await;
    assert!((15..=19).contains(&share), "a third of what was left: {share}");
    made += share;
    made += use_up(&fixture, &[1], 10_000).await;
    assert!(made < CALLS, "{made}");
    // Redis has lost the earlier calls; the replicas have not.
    fixture.redis.start_again().await;
    for replica in 0..3 {
        fixture.redis_is(replica, "available").await;
    }
    let message = async {
        while fixture
            .redis
            .content()
            .await
            .values()
            .filter(|(value, _)| value.matches(',').count() == 5)
            .count()
            == 0
        {
            pause().await;
        }
    };
    soon("the counts of all three", message).await;
    made += use_up(&fixture, &[0, 1, 2], 20_000).await;
    assert_eq!(made, CALLS);
}
