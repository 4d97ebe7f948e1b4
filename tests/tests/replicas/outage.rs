//! Redis goes, is silent, and comes back empty: replicas go on, nobody waits, and all of it mends itself.

use mistmcp_tests::{HttpClient, soon};
use redis::aio::MultiplexedConnection;
use serde_json::json;

use crate::fixture::{AWAY, Fixture, THERE, on, pause};

/// Waits until a session is written down.
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

/// That a client is served as ever by the replica that holds its session.
async fn assert_serving(client: &HttpClient, tool: &str) {
    assert!(client.tools().await.contains(&tool.to_owned()));
}

#[tokio::test]
async fn while_redis_is_away_sessions_go_on_where_they_are_and_afterwards_everywhere() {
    let mut fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("sites")).await;
    let ending = fixture.alice(0, "").open().await;
    fixture.redis.stop().await;

    assert_serving(&alice, "getSiteInfo").await;
    for replica in [0, 1] {
        fixture.redis_is(replica, AWAY).await;
        let ready = fixture.ready(replica).await;
        assert_eq!(ready["ready"], true, "a replica serves on: {ready}");
        assert!(fixture.read(replica, "/metrics").await.contains("mistmcp_redis_up{} 0\n"));
    }
    // Nobody can tell whether it is anybody's, and so nobody is told.
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
        fixture.redis_is(replica, THERE).await;
        assert!(fixture.read(replica, "/metrics").await.contains("mistmcp_redis_up{} 1\n"));
    }
    written(&fixture, 2).await;
    for tool in ["getSiteInfo", "getOrg"] {
        assert_serving(&fixture.at(1, &alice), tool).await;
    }
    assert_serving(&fixture.at(0, &bob), "getSiteInfo").await;
    assert_eq!(fixture.at(1, &ending).ask("ping", json!({})).await.status, 404);
    // What is published comes again as well.
    let stream = fixture.at(1, &alice).listen().await;
    assert_eq!(alice.end().await.status, 204);
    soon("the end of the stream", stream.text()).await.unwrap();
    for replica in &fixture.replicas {
        let errors = replica.errors();
        assert!(errors.contains("Redis is away") && errors.contains("Redis is there"), "{errors}");
        assert_eq!(errors.matches("Redis is away").count(), 1, "once is enough: {errors}");
    }
}

#[tokio::test]
async fn an_end_while_redis_was_away_is_an_end_everywhere() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    fixture.at(1, &alice).tools().await;
    // Silent, it forgets nothing.
    fixture.redis.signal("STOP").await;
    assert_eq!(alice.end().await.status, 204);
    fixture.redis_is(0, AWAY).await;
    fixture.redis.signal("CONT").await;
    let ended = async {
        while fixture.at(1, &alice).ask("ping", json!({})).await.status != 404 {
            pause().await;
        }
    };
    soon("the end", ended).await;
    fixture.redis_is(0, THERE).await;
    assert_eq!(alice.ask("ping", json!({})).await.status, 404);
}

#[tokio::test]
async fn nobody_waits_for_a_redis_that_is_silent() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("sites")).await;
    // It says nothing until all of them have their answers.
    fixture.redis.signal("STOP").await;
    for _ in 0..5 {
        assert_serving(&alice, "getSiteInfo").await;
    }
    // Whoever opens a session just then waits a moment: it might be a short silence.
    let bob = fixture.bob(1, "").open().await;
    assert_serving(&bob, "getSelf").await;
    fixture.redis_is(1, AWAY).await;
    fixture.redis.signal("CONT").await;
    fixture.redis_is(0, THERE).await;
    fixture.redis_is(1, THERE).await;
    written(&fixture, 2).await;
    assert_serving(&fixture.at(1, &alice), "getSiteInfo").await;
}

#[tokio::test]
async fn a_short_silence_of_redis_costs_no_session() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    // One replica takes Redis for gone while a session is opened there. It is known everywhere before its client knows it.
    fixture.redis.signal("STOP").await;
    let opening = tokio::spawn(fixture.bob(0, "").open());
    fixture.redis_is(0, AWAY).await;
    fixture.redis.signal("CONT").await;
    let bob = soon("the session", opening).await.unwrap();
    assert_serving(&fixture.at(1, &bob), "getSelf").await;
    // Or while somebody comes whose session it would have to look up.
    fixture.redis_is(0, THERE).await;
    fixture.redis.signal("STOP").await;
    let elsewhere = fixture.at(1, &alice);
    let coming = tokio::spawn(async move { elsewhere.tools().await });
    fixture.redis_is(1, AWAY).await;
    fixture.redis.signal("CONT").await;
    assert!(soon("the tools", coming).await.unwrap().contains(&"getSelf".to_owned()));
}

#[tokio::test]
async fn a_replica_starts_without_redis_and_finds_it_later() {
    let mut fixture = Fixture::start(1, "").await;
    fixture.redis.stop().await;
    fixture.replicas.push(fixture.launch().serve().await);
    assert!(fixture.replicas[1].errors().contains("Redis is away"), "{}", fixture.replicas[1].errors());
    let bob = fixture.bob(1, "").open().await;
    fixture.redis.start_again().await;
    fixture.redis_is(0, THERE).await;
    written(&fixture, 1).await;
    fixture.at(0, &bob).tools().await;
}

async fn require(connection: &mut MultiplexedConnection, password: &str) {
    let set = ["SET", "requirepass", password];
    let _: String = redis::cmd("CONFIG").arg(&set).query_async(connection).await.unwrap();
}

/// A password that is changed at Redis first and at the replicas later.
#[tokio::test]
async fn a_redis_that_lets_nobody_in_any_more_is_one_that_is_away() {
    const PASSWORD: &str = "s3cr3t-0f-redis";
    let fixture = Fixture::start(1, "").await;
    let alice = fixture.alice(0, "").open().await;
    let mut connection = fixture.redis.connect().await;
    require(&mut connection, PASSWORD).await;
    for kind in ["normal", "pubsub"] {
        let _: i64 =
            redis::cmd("CLIENT").arg(&["KILL", "TYPE", kind]).query_async(&mut connection).await.unwrap();
    }
    fixture.redis_is(0, AWAY).await;
    alice.tools().await;
    require(&mut connection, "").await;
    fixture.redis_is(0, THERE).await;
    alice.tools().await;
}
