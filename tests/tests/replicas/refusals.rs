//! A Redis that is there and refuses is not one that is away: it stays in use, and the operator is told what to do.

use mistmcp_tests::RedisServer;
use serde_json::json;

use crate::stage::{AWAY, Stage, THERE};

async fn config(redis: &RedisServer, name: &str, value: &str) {
    let mut admin = redis.connect().await;
    let () = redis::cmd("CONFIG").arg("SET").arg(name).arg(value).query_async(&mut admin).await.unwrap();
}

#[tokio::test]
async fn names_that_another_program_uses_cost_no_more_than_themselves() {
    let stage = Stage::set(1, "").await;
    stage.peer.json("/api/v1/self", &json!({ "name": "alice" }));
    let alice = stage.alice(0, "").open().await;
    alice.call("getSelf", json!({})).await;
    let mut admin = stage.redis.connect().await;
    let keys: Vec<String> = redis::cmd("KEYS").arg("mistmcp:*").query_async(&mut admin).await.unwrap();
    assert!(!keys.is_empty());
    for key in keys.iter().filter(|key| !key.ends_with(":look")) {
        let () = redis::pipe().del(key).rpush(key, "x").query_async(&mut admin).await.unwrap();
    }
    for _ in 0..3 {
        alice.call("getSelf", json!({})).await;
    }
    let line = stage.replicas[0].told("the remedy", |line| line.contains("--redis-prefix")).await;
    assert!(line.contains("WRONGTYPE") && line.contains("refuses"), "{line}");
    stage.redis_is(0, THERE).await;
    let errors = stage.replicas[0].errors();
    assert!(!errors.contains("Redis is away"), "{errors}");
    assert_eq!(errors.matches("--redis-prefix").count(), 1, "once is enough: {errors}");
}

#[tokio::test]
async fn a_redis_without_memory_is_told_with_the_remedy_and_used_again_later() {
    let stage = Stage::set(1, "").await;
    stage.peer.json("/api/v1/self", &json!({ "name": "alice" }));
    let alice = stage.alice(0, "").open().await;
    config(&stage.redis, "maxmemory", "1").await;
    for _ in 0..3 {
        alice.call("getSelf", json!({})).await;
    }
    let line = stage.replicas[0].told("the remedy", |line| line.contains("maxmemory")).await;
    assert!(line.contains("OOM") && !line.contains("is away"), "{line}");
    // The next look finds that nothing can be written down.
    stage.redis_is(0, AWAY).await;
    alice.call("getSelf", json!({})).await;
    config(&stage.redis, "maxmemory", "0").await;
    stage.redis_is(0, THERE).await;
    alice.call("getSelf", json!({})).await;
}
