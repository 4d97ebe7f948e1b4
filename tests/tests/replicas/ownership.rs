//! A session belongs to its token and cloud at every replica. For others it does not exist.

use mistmcp_tests::{Answer, HttpClient, HttpResponse, Launch, MockUpstream};
use reqwest::Method;
use serde_json::json;

use crate::fixture::{ALICE, BOB, Fixture, KEY, off, on};

const NOBODYS: &str = "5d0f6f0e-8f6c-4f43-9a53-3f0a5d1b7c11";

/// The parts of a response that must be equal, without the request id.
fn told(response: &HttpResponse) -> (u16, String, Vec<String>) {
    let mut names: Vec<_> = response.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (response.status, response.body.clone(), names)
}

/// Sends every kind of request on a session.
async fn all_requests(client: &HttpClient) -> [HttpResponse; 4] {
    [
        client.ask("tools/list", json!({})).await,
        client.try_call("getSelf", json!({})).await,
        HttpResponse::of(client.request(Method::GET)).await,
        client.end().await,
    ]
}

#[tokio::test]
async fn another_client_can_neither_use_nor_detect_a_session_at_any_replica() {
    let other = MockUpstream::start().await;
    let allowed = format!("--allow-cloud {}", other.url());
    let fixture = Fixture::start(2, &allowed).await;
    let cloud: String = url::form_urlencoded::byte_serialize(other.url().as_bytes()).collect();
    let elsewhere = format!("?cloud={cloud}");
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("sites")).await;
    for (query, token) in [("", BOB), (&elsewhere, ALICE), (&elsewhere, BOB)] {
        for replica in &fixture.replicas {
            let attacker = HttpClient::with_token(replica, query, token);
            let stolen = all_requests(&attacker.clone().on(alice.session())).await;
            let guessed = all_requests(&attacker.on(NOBODYS)).await;
            for (stolen, guessed) in stolen.iter().zip(&guessed) {
                assert_eq!(stolen.status, 404, "{stolen:?}");
                assert_eq!(told(stolen), told(guessed));
            }
        }
    }
    assert_eq!((fixture.upstream.connections(), other.connections()), (0, 0));
    let metrics = fixture.read(1, "/metrics").await;
    assert!(metrics.contains("mistmcp_sessions_restored_total 0\n"), "{metrics}");
    assert!(fixture.at(1, &alice).tools().await.contains(&"getSiteInfo".to_owned()));
}

#[tokio::test]
async fn a_replica_with_another_key_restores_no_session() {
    let fixture = Fixture::start(1, "").await;
    let alice = fixture.alice(0, "").open().await;
    let unknown_client = fixture.launch().variable("MISTMCP_REDIS_KEY", &KEY.to_uppercase()).serve().await;
    let there = HttpClient::with_token(&unknown_client, "", ALICE).on(alice.session());
    assert_eq!(there.ask("tools/list", json!({})).await.status, 404);
}

#[tokio::test]
async fn services_of_other_prefixes_share_nothing() {
    let fixture = Fixture::start(1, "").await;
    let alice = fixture.alice(0, "").open().await;
    let other = fixture.launch().argument("--redis-prefix").argument("other").serve().await;
    let there = HttpClient::with_token(&other, "", ALICE).on(alice.session());
    assert_eq!(there.ask("tools/list", json!({})).await.status, 404);
    HttpClient::with_token(&other, "", ALICE).open().await;
    let keys: Vec<_> = fixture.redis.content().await.into_keys().collect();
    for prefix in ["mistmcp:session:", "other:session:"] {
        assert_eq!(keys.iter().filter(|key| key.starts_with(prefix)).count(), 1, "{keys:?}");
    }
}

/// Write access to Redis, without the token, gives no access to an existing session.
#[tokio::test]
async fn a_forged_record_opens_no_existing_session() {
    let fixture = Fixture::start(1, "").await;
    let (alice, bob) = (fixture.alice(0, "").open().await, fixture.bob(0, "").open().await);
    let content = fixture.redis.content().await;
    let records: Vec<_> = content.iter().filter(|(key, _)| key.contains(":session:")).collect();
    let mut connection = fixture.redis.connect().await;
    // The two records are exchanged, and with them the owners.
    for ((key, _), (_, (value, _))) in [(records[0], records[1]), (records[1], records[0])] {
        let set: String = redis::cmd("SET")
            .arg(key)
            .arg(value)
            .arg("EX")
            .arg(60)
            .query_async(&mut connection)
            .await
            .unwrap();
        assert_eq!(set, "OK");
    }
    let attacker = fixture.bob(0, "").on(alice.session());
    assert_eq!(attacker.ask("tools/list", json!({})).await.status, 404);
    assert_eq!(attacker.try_call("getSelf", json!({})).await.status, 404);
    assert_eq!(fixture.upstream.connections(), 0);
    drop(bob);
}

#[tokio::test]
async fn a_restored_session_is_restricted_to_the_settings_of_its_replica() {
    let fixture = Fixture::start(1, "").await;
    let alice = fixture.alice(0, "?mode=custom&categories=orgs").open().await;
    let managed = fixture.alice(0, "").open().await;
    managed.call("manageMcpTools", on("orgs,sites")).await;
    let narrow = fixture.launch().argument("--categories").argument("sites").serve().await;
    let at_narrow = |client: &HttpClient| client.clone().to(&narrow.url("/mcp"));
    assert_eq!(at_narrow(&alice).ask("tools/list", json!({})).await.status, 404);
    let tools = at_narrow(&managed).tools().await;
    assert!(tools.contains(&"getSiteInfo".to_owned()) && !tools.contains(&"getOrg".to_owned()), "{tools:?}");
    // It does not disable categories of other replicas either.
    at_narrow(&managed).call("manageMcpTools", crate::fixture::off("sites")).await;
    let tools = managed.tools().await;
    assert!(tools.contains(&"getOrg".to_owned()) && !tools.contains(&"getSiteInfo".to_owned()), "{tools:?}");
}

/// A stranger can invent a token for each session.
#[tokio::test]
async fn sessions_of_invented_tokens_leave_few_keys_and_only_for_a_short_time() {
    const LIMIT: usize = 5;
    const ATTEMPTS: usize = 30;
    let mut fixture = Fixture::start(0, "").await;
    let arguments = format!(
        "--max-new-clients-per-address {LIMIT} --new-tokens-per-minute 1000000 --redis {} --redis-timeout 5000",
        fixture.redis.url()
    );
    for _ in 0..2 {
        let launch = Launch::at(&fixture.upstream, &arguments).variable("MISTMCP_REDIS_KEY", KEY);
        fixture.replicas.push(launch.serve().await);
    }
    fixture.upstream.answers("/api/v1/self", [Answer::json(&json!({})).status(401)]);
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "x", "version": "1" },
    });
    let mut ends = 0;
    for attempt in 0..ATTEMPTS {
        let stranger = HttpClient::with_token(&fixture.replicas[0], "", &format!("1nvented-{attempt}"));
        let response = stranger.post(mistmcp_tests::message("initialize", &params)).await;
        if response.status != 200 {
            assert_eq!(response.status, 401, "{response:?}");
            continue;
        }
        let stranger = stranger.on(response.header("mcp-session-id"));
        let response = fixture.at(attempt % 2, &stranger).end().await;
        assert_eq!(response.status, 204, "{attempt}: {response:?}");
        ends += 1;
    }
    assert!(ends >= LIMIT, "{ends}");
    let content = fixture.redis.content().await;
    let sessions: Vec<_> = content.iter().filter(|(key, _)| key.contains(":session:")).collect();
    assert!(sessions.len() <= LIMIT, "{sessions:?}");
    assert!(sessions.iter().all(|(_, (_, lasts))| (1..=30).contains(lasts)), "{sessions:?}");
}

#[tokio::test]
async fn a_session_is_kept_for_long_once_mist_has_accepted_its_token() {
    let fixture = Fixture::start(2, "").await;
    fixture.upstream.json("/api/v1/self", &json!({ "name": "alice" }));
    let alice = fixture.alice(0, "").open().await;
    let lasts = async || {
        let content = fixture.redis.content().await;
        let mut sessions = content.into_iter().filter(|(key, _)| key.contains(":session:"));
        sessions.next().map_or(0, |(_, (_, lasts))| lasts)
    };
    alice.tools().await;
    fixture.at(1, &alice).tools().await;
    assert!((1..=600).contains(&lasts().await));
    alice.call("getSelf", json!({})).await;
    fixture.at(1, &alice).call("manageMcpTools", on("sites")).await;
    alice.tools().await;
    assert!(lasts().await > 1_800);
    // Another replica, which does not know yet that Mist accepts the token, does not shorten that.
    fixture.at(1, &alice).call("manageMcpTools", off("sites")).await;
    assert!(lasts().await > 1_800);
    assert_eq!(fixture.at(1, &alice).end().await.status, 204);
    assert!(lasts().await > 1_800, "the tombstone");
}

/// Where sessions may be idle for a short time only, those of all tokens are stored for as long.
#[tokio::test]
async fn a_session_that_ends_at_another_replica_has_a_tombstone_for_as_long_as_it_may_be_idle() {
    for (idle, most) in [(300, 338), (120, 136), (530, 597), (1_800, 2_026)] {
        let fixture = Fixture::start(2, &format!("--session-idle {idle}")).await;
        fixture.upstream.json("/api/v1/self", &json!({ "name": "alice" }));
        let alice = fixture.alice(0, "").open().await;
        alice.call("getSelf", json!({})).await;
        alice.tools().await;
        assert_eq!(fixture.at(1, &alice).end().await.status, 204);
        let content = fixture.redis.content().await;
        let sessions: Vec<_> = content.iter().filter(|(key, _)| key.contains(":session:")).collect();
        assert_eq!(sessions.len(), 1, "{sessions:?}");
        assert!((31..=most).contains(&sessions[0].1.1), "{idle}: {sessions:?}");
    }
}
