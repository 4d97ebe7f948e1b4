//! Access of replicas to Redis: TLS, and the commands it must allow.

use std::collections::BTreeSet;

use mistmcp_tests::{
    HttpClient, HttpServer, Launch, MockUpstream, RedisServer, certificate, free_port, soon,
};
use redis::aio::MultiplexedConnection;
use serde_json::json;

use crate::fixture::{ALICE, KEY, off, on, pause};

const DOCS: &str = include_str!("../../../docs/replicas.md");
/// The commands of every connection, which no ACL rule forbids.
const GREETINGS: [&str; 3] = ["hello", "auth", "client"];

fn replica(upstream: &MockUpstream, url: &str) -> Launch {
    Launch::at(upstream, "").variable("MISTMCP_REDIS_URL", url).variable("MISTMCP_REDIS_KEY", KEY)
}

async fn ready(server: &HttpServer) -> String {
    reqwest::get(server.url("/readyz")).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn records_are_encrypted_to_a_redis_with_a_trusted_certificate() {
    let (certificate, key) = certificate();
    let files = tempfile::tempdir().unwrap();
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("redis.pem"), &certificate).unwrap();
    std::fs::write(path("redis.key"), &key).unwrap();
    let port = free_port().await;
    let options = format!(
        "--tls-port {port} --tls-cert-file {} --tls-key-file {} --tls-ca-cert-file {} --tls-auth-clients no",
        path("redis.pem"),
        path("redis.key"),
        path("redis.pem")
    );
    let redis = RedisServer::start_with(&options).await;
    let (upstream, url) = (MockUpstream::start().await, format!("rediss://localhost:{port}"));
    let trusting = || replica(&upstream, &url).variable("SSL_CERT_FILE", &path("redis.pem"));
    let (one, other) = (trusting().serve().await, trusting().serve().await);
    let alice = HttpClient::with_token(&one, "", ALICE).open().await;
    alice.call("manageMcpTools", on("sites")).await;
    let there = alice.clone().to(&other.url("/mcp"));
    assert!(there.tools().await.contains(&"getSiteInfo".to_owned()));
    assert!(redis.content().await.keys().any(|key| key.contains(":session:")), "{:?}", redis.content().await);

    // A replica that does not trust the certificate sends nothing, and logs why.
    let doubting = replica(&upstream, &url).serve().await;
    let line = doubting.wait_until("why", |line| line.contains("Redis is unavailable")).await;
    assert!(line.to_lowercase().contains("certificate"), "{line}");
    assert!(ready(&doubting).await.contains("unavailable"));
    let there = alice.clone().to(&doubting.url("/mcp"));
    assert_eq!(there.ask("ping", json!({})).await.status, 503);
}

/// The commands that docs/replicas.md lists.
fn documented() -> BTreeSet<String> {
    let (_, rest) = DOCS.split_once("and the commands ").unwrap();
    let (list, _) = rest.split_once(".\n").unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_lowercase).collect()
}

/// The commands sent by all clients since the last call.
async fn sent(admin: &mut MultiplexedConnection) -> BTreeSet<String> {
    let message: String = redis::cmd("INFO").arg("commandstats").query_async(admin).await.unwrap();
    let names = message.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split([':', '|']).next());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_documented_commands_are_those_in_use() {
    let redis = RedisServer::start().await;
    let mut admin = redis.connect().await;
    let mut allowing = redis::cmd("ACL");
    allowing
        .arg("SETUSER")
        .arg("mistmcp")
        .arg("on")
        .arg(">s3cr3t-0f-redis")
        .arg("~mistmcp:*")
        .arg("&mistmcp:*");
    for command in documented() {
        allowing.arg(format!("+{command}"));
    }
    let () = allowing.query_async(&mut admin).await.unwrap();
    let () = redis::cmd("CONFIG").arg("RESETSTAT").query_async(&mut admin).await.unwrap();

    let upstream = MockUpstream::start().await;
    upstream.json("/api/v1/self/usage", &json!({ "requests": 50, "request_limit": 5_000 }));
    let url = redis.url().replace("redis://", "redis://mistmcp:s3cr3t-0f-redis@");
    // The TTL is renewed by each request after an eighth of a second.
    let launch = || replica(&upstream, &url).arguments("--session-idle 1");
    let (one, other) = (launch().serve().await, launch().serve().await);
    let alice = HttpClient::with_token(&one, "", ALICE).open().await;
    let there = alice.clone().to(&other.url("/mcp"));
    let stream = there.listen().await;
    let mut used = BTreeSet::new();
    let mut wanted = documented();
    // A Redis from 7.2 on learns the client library by it; an older one does not know it.
    assert!(wanted.remove("client"));
    let using = async {
        while !wanted.is_subset(&used) {
            alice.call("manageMcpTools", on("sites")).await;
            alice.call("getSelf", json!({})).await;
            alice.call("callTool", json!({ "tool": "getSelfApiUsage", "arguments": {} })).await;
            there.call("manageMcpTools", off("sites")).await;
            there.call("getSelf", json!({})).await;
            HttpClient::with_token(&one, "", ALICE).open().await.end().await;
            pause().await;
            used = sent(&mut admin).await;
        }
    };
    if tokio::time::timeout(std::time::Duration::from_secs(30), using).await.is_err() {
        let unused: Vec<_> = wanted.difference(&used).collect();
        panic!("nothing needs {unused:?}: docs/replicas.md should not name them");
    }
    assert_eq!(there.end().await.status, 204);
    soon("the end of the stream", stream.text()).await.unwrap();

    let refused: Vec<redis::Value> = redis::cmd("ACL").arg("LOG").query_async(&mut admin).await.unwrap();
    assert!(refused.is_empty(), "{refused:?}");
    let own = ["acl", "config", "info"].map(str::to_owned);
    let beyond: Vec<_> = sent(&mut admin).await.into_iter().filter(|name| !wanted.contains(name)).collect();
    let beyond: Vec<_> = beyond.iter().filter(|name| !own.contains(name)).collect();
    assert!(beyond.iter().all(|name| GREETINGS.contains(&name.as_str())), "{beyond:?}");
    for server in [&one, &other] {
        assert!(ready(server).await.contains(r#""available""#), "{}", server.errors());
    }
}
