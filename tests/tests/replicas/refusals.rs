//! A Redis that rejects a command stays in use, one that takes no writes is unavailable, and the log names the remedy.

use mistmcp_tests::{RedisServer, soon};
use serde_json::json;

use crate::fixture::{AVAILABLE, Fixture, UNAVAILABLE, pause};

async fn config(redis: &RedisServer, name: &str, value: &str) {
    let mut admin = redis.connect().await;
    let () = redis::cmd("CONFIG").arg("SET").arg(name).arg(value).query_async(&mut admin).await.unwrap();
}

#[tokio::test]
async fn keys_of_another_type_affect_only_themselves() {
    let fixture = Fixture::start(1, "").await;
    fixture.upstream.json("/api/v1/self", &json!({ "name": "alice" }));
    let alice = fixture.alice(0, "").open().await;
    alice.call("getSelf", json!({})).await;
    let mut admin = fixture.redis.connect().await;
    let keys: Vec<String> = redis::cmd("KEYS").arg("mistmcp:*").query_async(&mut admin).await.unwrap();
    assert!(!keys.is_empty());
    for key in keys.iter().filter(|key| !key.ends_with(":probe")) {
        let () = redis::pipe().del(key).rpush(key, "x").query_async(&mut admin).await.unwrap();
    }
    for _ in 0..3 {
        alice.call("getSelf", json!({})).await;
    }
    let line = fixture.replicas[0].wait_until("the remedy", |line| line.contains("--redis-prefix")).await;
    assert!(line.contains("WRONGTYPE") && line.contains("refuses"), "{line}");
    fixture.redis_is(0, AVAILABLE).await;
    let errors = fixture.replicas[0].errors();
    assert!(!errors.contains("Redis is unavailable"), "{errors}");
    assert_eq!(errors.matches("--redis-prefix").count(), 1, "once is enough: {errors}");
}

#[tokio::test]
async fn a_redis_without_memory_is_logged_with_the_remedy_and_used_again() {
    let fixture = Fixture::start(1, "").await;
    fixture.upstream.json("/api/v1/self", &json!({ "name": "alice" }));
    let alice = fixture.alice(0, "").open().await;
    config(&fixture.redis, "maxmemory", "1").await;
    for _ in 0..3 {
        alice.call("getSelf", json!({})).await;
    }
    let line = fixture.replicas[0].wait_until("the remedy", |line| line.contains("maxmemory")).await;
    assert!(line.contains("OOM") && line.contains("unavailable"), "{line}");
    assert_eq!(fixture.ready(0).await["redis"], UNAVAILABLE);
    assert!(fixture.read(0, "/metrics").await.contains("mistmcp_redis_up{} 0\n"));
    alice.call("getSelf", json!({})).await;
    config(&fixture.redis, "maxmemory", "0").await;
    fixture.redis_is(0, AVAILABLE).await;
    alice.call("getSelf", json!({})).await;
}

#[tokio::test]
async fn a_session_that_could_not_be_stored_is_not_told_as_unknown_and_is_stored_later() {
    let fixture = Fixture::start(2, "").await;
    config(&fixture.redis, "maxmemory", "1").await;
    let alice = fixture.alice(0, "").open().await;
    let response = fixture.at(1, &alice).ask("tools/list", json!({})).await;
    assert_eq!(response.status, 503, "{response:?}");
    for replica in [0, 1] {
        assert_eq!(fixture.ready(replica).await["redis"], UNAVAILABLE);
    }
    config(&fixture.redis, "maxmemory", "0").await;
    let served = async {
        while fixture.at(1, &alice).ask("tools/list", json!({})).await.status != 200 {
            pause().await;
        }
    };
    soon("the session at the other replica", served).await;
}
