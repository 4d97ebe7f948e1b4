//! Redis contains no credentials, and every key expires.

use mistmcp_tests::TOKEN;
use serde_json::json;

use crate::fixture::{ALICE, BOB, Fixture, KEY, on};

#[tokio::test]
async fn redis_contains_no_credentials_and_every_key_has_a_ttl() {
    const CLIENT: &str = "cl1ent-s3cret-5Xw8";
    let fixture = Fixture::start(2, &format!("--client-token {CLIENT} --rate-limit 1000")).await;
    let mut sessions = Vec::new();
    for mcp_client in [fixture.alice(0, ""), fixture.bob(1, "?mode=all")] {
        let mcp_client = mcp_client.header("Authorization", &format!("Bearer {CLIENT}")).open().await;
        let there = fixture.anywhere(&mcp_client);
        there.call("getSelf", json!({})).await;
        sessions.push(mcp_client);
    }
    fixture.at(1, &sessions[0]).call("manageMcpTools", on("sites")).await;
    let content = fixture.redis.content().await;
    assert!(content.keys().filter(|key| key.contains(":session:")).count() == 2, "{content:?}");
    fixture.at(1, &sessions[1]).end().await;
    for content in [content, fixture.redis.content().await] {
        let text = format!("{content:?}");
        let cloud = fixture.upstream.address().to_string();
        let secrets = [ALICE, BOB, TOKEN, CLIENT, KEY, &cloud, sessions[0].session(), sessions[1].session()];
        for secret in secrets {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        for (key, (_, lasts)) in &content {
            assert!((1..=3_600).contains(lasts), "{key} lasts {lasts} s");
        }
    }
    for replica in &fixture.replicas {
        let errors = replica.errors();
        for secret in [ALICE, BOB, TOKEN, KEY] {
            assert!(!errors.contains(secret), "{errors}");
        }
    }
}

#[tokio::test]
async fn long_initialize_parameters_are_shortened() {
    let fixture = Fixture::start(2, "").await;
    let mut sizes = Vec::new();
    for name in ["short", &"long".repeat(1_000)] {
        let client = json!({ "name": name, "version": name, "description": name });
        let capabilities = json!({ "experimental": { "all": { "of": name } }, "elicitation": {} });
        let params =
            json!({ "protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": client });
        let response = fixture.alice(0, "").post(mistmcp_tests::message("initialize", &params)).await;
        let there = fixture.alice(1, "").on(response.header("mcp-session-id"));
        there.tools().await;
        there.call("manageMcpTools", on("sites")).await;
        let content = fixture.redis.content().await;
        sizes.push(content.values().map(|(value, _)| value.len()).max().unwrap());
    }
    assert!(sizes[1] < 1_000, "{sizes:?}");
}
