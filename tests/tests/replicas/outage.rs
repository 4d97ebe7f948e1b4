//! Redis outages: replicas keep serving, no call waits for Redis, and everything recovers by itself.

use mistmcp_tests::{HttpClient, soon};
use redis::aio::MultiplexedConnection;
use serde_json::json;

use crate::fixture::{AVAILABLE, Fixture, UNAVAILABLE, on, pause};

/// Waits until that many sessions are stored.
async fn written(fixture: &Fixture, count: usize) {
    let written = async {
        loop {
            let content = fixture.redis.content().await;
            let records =
                content.iter().filter(|(key, (value, _))| key.contains(":session:") && value.contains('{'));
            if records.count() == count {
                return;
            }
            pause().await;
        }
    };
    soon("the sessions to be written down", written).await;
}

/// Asserts that the replica with the session of a client still serves it.
async fn assert_serving(client: &HttpClient, tool: &str) {
    assert!(client.tools().await.contains(&tool.to_owned()));
}

#[tokio::test]
async fn during_an_outage_sessions_work_at_their_replica_and_afterwards_at_all() {
    let mut fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("sites")).await;
    let ending = fixture.alice(0, "").open().await;
    fixture.redis.stop().await;

    assert_serving(&alice, "getSiteInfo").await;
    for replica in [0, 1] {
        fixture.redis_is(replica, UNAVAILABLE).await;
        let ready = fixture.ready(replica).await;
        assert_eq!(ready["ready"], true, "a replica serves on: {ready}");
        assert!(fixture.read(replica, "/metrics").await.contains("mistmcp_redis_up{} 0\n"));
    }
    // The replica cannot know whether the session exists, and says so to everyone.
    for client in [fixture.at(1, &alice), fixture.bob(0, "").on(alice.session())] {
        let response = client.ask("tools/list", json!({})).await;
        assert_eq!((response.status, response.header("retry-after")), (503, "10"), "{response:?}");
        assert!(response.error().contains("Redis"), "{response:?}");
    }
    alice.call("manageMcpTools", on("orgs")).await;
    let bob = fixture.bob(1, "").open().await;
    bob.call("manageMcpTools", on("sites")).await;
    assert_eq!(ending.end().await.status, 204);

    fixture.redis.start_again().await;
    for replica in [0, 1] {
        fixture.redis_is(replica, AVAILABLE).await;
        assert!(fixture.read(replica, "/metrics").await.contains("mistmcp_redis_up{} 1\n"));
    }
    written(&fixture, 2).await;
    for tool in ["getSiteInfo", "getOrg"] {
        assert_serving(&fixture.at(1, &alice), tool).await;
    }
    assert_serving(&fixture.at(0, &bob), "getSiteInfo").await;
    assert_eq!(fixture.at(1, &ending).ask("ping", json!({})).await.status, 404);
    // Pub/sub messages arrive again as well.
    let stream = fixture.at(1, &alice).listen().await;
    assert_eq!(alice.end().await.status, 204);
    soon("the end of the stream", stream.text()).await.unwrap();
    for replica in &fixture.replicas {
        let errors = replica.errors();
        assert!(errors.contains("Redis is unavailable") && errors.contains("Redis is available"), "{errors}");
        assert_eq!(errors.matches("Redis is unavailable").count(), 1, "once is enough: {errors}");
    }
}

#[tokio::test]
async fn a_session_that_ends_during_an_outage_ends_at_all_replicas() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    fixture.at(1, &alice).tools().await;
    // A stopped Redis loses no data.
    fixture.redis.signal("STOP").await;
    assert_eq!(alice.end().await.status, 204);
    fixture.redis_is(0, UNAVAILABLE).await;
    fixture.redis.signal("CONT").await;
    let ended = async {
        while fixture.at(1, &alice).ask("ping", json!({})).await.status != 404 {
            pause().await;
        }
    };
    soon("the end", ended).await;
    fixture.redis_is(0, AVAILABLE).await;
    assert_eq!(alice.ask("ping", json!({})).await.status, 404);
}

#[tokio::test]
async fn calls_do_not_wait_for_an_unresponsive_redis() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("sites")).await;
    // It does not answer until all calls have been answered.
    fixture.redis.signal("STOP").await;
    for _ in 0..5 {
        assert_serving(&alice, "getSiteInfo").await;
    }
    // Opening a session waits a moment, because the outage may be short.
    let bob = fixture.bob(1, "").open().await;
    assert_serving(&bob, "getSelf").await;
    fixture.redis_is(1, UNAVAILABLE).await;
    fixture.redis.signal("CONT").await;
    fixture.redis_is(0, AVAILABLE).await;
    fixture.redis_is(1, AVAILABLE).await;
    written(&fixture, 2).await;
    assert_serving(&fixture.at(1, &alice), "getSiteInfo").await;
}

#[tokio::test]
async fn a_short_outage_loses_no_session() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    // One replica finds Redis unavailable while a session is opened there. The session is stored before its client
    // learns its id.
    fixture.redis.signal("STOP").await;
    let opening = tokio::spawn(fixture.bob(0, "").open());
    fixture.redis_is(0, UNAVAILABLE).await;
    fixture.redis.signal("CONT").await;
    let bob = soon("the session", opening).await.unwrap();
    assert_serving(&fixture.at(1, &bob), "getSelf").await;
    // The same for a request whose session must be looked up.
    fixture.redis_is(0, AVAILABLE).await;
    fixture.redis.signal("STOP").await;
    let elsewhere = fixture.at(1, &alice);
    let coming = tokio::spawn(async move { elsewhere.tools().await });
    fixture.redis_is(1, UNAVAILABLE).await;
    fixture.redis.signal("CONT").await;
    assert!(soon("the tools", coming).await.unwrap().contains(&"getSelf".to_owned()));
}

#[tokio::test]
async fn a_replica_starts_without_redis_and_finds_it_later() {
    let mut fixture = Fixture::start(1, "").await;
    fixture.redis.stop().await;
    fixture.replicas.push(fixture.launch().serve().await);
    assert!(
        fixture.replicas[1].errors().contains("Redis is unavailable"),
        "{}",
        fixture.replicas[1].errors()
    );
    let bob = fixture.bob(1, "").open().await;
    fixture.redis.start_again().await;
    fixture.redis_is(0, AVAILABLE).await;
    written(&fixture, 1).await;
    fixture.at(0, &bob).tools().await;
}

async fn require(connection: &mut MultiplexedConnection, password: &str) {
    let set = ["SET", "requirepass", password];
    let _: String = redis::cmd("CONFIG").arg(&set).query_async(connection).await.unwrap();
}

/// The password is changed at Redis first and at the replicas later.
#[tokio::test]
async fn a_redis_that_rejects_the_password_later_is_unavailable() {
    const PASSWORD: &str = "s3cr3t-0f-redis";
    let fixture = Fixture::start(1, "").await;
    let alice = fixture.alice(0, "").open().await;
    let mut connection = fixture.redis.connect().await;
    require(&mut connection, PASSWORD).await;
    for kind in ["normal", "pubsub"] {
        let _: i64 =
            redis::cmd("CLIENT").arg(&["KILL", "TYPE", kind]).query_async(&mut connection).await.unwrap();
    }
    fixture.redis_is(0, UNAVAILABLE).await;
    alice.tools().await;
    require(&mut connection, "").await;
    fixture.redis_is(0, AVAILABLE).await;
    alice.tools().await;
}
