//! A legacy session works at every replica.

use std::collections::BTreeMap;
use std::time::Duration;

use mistmcp_tests::{HttpClient, Lifecycle, soon};
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::fixture::{Fixture, any, off, on, pause};

const ORG: &str = "0e0e0e0e-0000-4000-8000-000000000001";

/// A category, and a tool that is listed if it is enabled.
const CATEGORIES: [(&str, &str); 4] = [
    ("sites", "getSiteInfo"),
    ("sites_rrm", "listSiteRrmEvents"),
    ("orgs", "getOrg"),
    ("sites_stats", "getSiteStats"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_keep_their_categories_at_every_replica() {
    let fixture = Fixture::start(3, "").await;
    let mut guests: Vec<(HttpClient, BTreeMap<&str, bool>)> = Vec::new();
    for index in 0..12 {
        let (replica, alice) = (any(3), index % 2 == 0);
        let client = if alice { fixture.alice(replica, "") } else { fixture.bob(replica, "") };
        guests.push((client.open().await, BTreeMap::new()));
    }
    for _ in 0..300 {
        let (client, switched) = &mut guests[any(12)];
        let (category, tool) = CATEGORIES[any(4)];
        let client = fixture.anywhere(client);
        match any(3) {
            0 => {
                client.call("manageMcpTools", on(category)).await;
                switched.insert(tool, true);
            }
            1 => {
                client.call("manageMcpTools", off(category)).await;
                switched.insert(tool, false);
            }
            _ => {
                let tools = client.tools().await;
                for (_, tool) in CATEGORIES {
                    let wanted = switched.get(tool).copied().unwrap_or_default();
                    assert_eq!(tools.contains(&tool.to_owned()), wanted, "{tool}: {tools:?}");
                }
            }
        }
    }
    let restored = fixture.read(0, "/metrics").await;
    assert!(!restored.contains("mistmcp_sessions_restored_total 0"), "{restored}");
}

#[tokio::test]
async fn the_parameters_of_a_sessions_url_hold_at_every_replica() {
    let fixture = Fixture::start(2, "").await;
    let opened = format!("?mode=custom&categories=Orgs,sites&org_id={ORG}");
    let alice = fixture.alice(0, &opened).open().await;
    let tools = alice.tools().await;
    assert!(tools.contains(&"getOrg".to_owned()) && !tools.contains(&"findTools".to_owned()), "{tools:?}");
    // The URL of a client may change; the one that opened the session counts.
    for query in [&opened[..], "", "?mode=all"] {
        let there = fixture.alice(1, query).on(alice.session());
        assert_eq!(there.tools().await, tools, "{query}");
        there.call("getOrg", json!({})).await;
        assert_eq!(fixture.upstream.take().pop().unwrap().path, format!("/api/v1/orgs/{ORG}"), "{query}");
    }
}

#[tokio::test]
async fn concurrent_requests_restore_a_session_once() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("sites")).await;
    let mut asking = JoinSet::new();
    for _ in 0..30 {
        let there = fixture.at(1, &alice);
        asking.spawn(async move { there.tools().await });
    }
    while let Some(tools) = asking.join_next().await {
        assert!(tools.unwrap().contains(&"getSiteInfo".to_owned()));
    }
    let metrics = fixture.read(1, "/metrics").await;
    assert!(metrics.contains("mistmcp_sessions_restored_total 1\n"), "{metrics}");
    assert!(metrics.contains("mistmcp_sessions 1\n"), "{metrics}");
}

#[tokio::test]
async fn a_client_that_disconnects_while_its_session_is_restored_can_go_on() {
    let fixture = Fixture::start(2, "").await;
    for step in 0..30 {
        let alice = fixture.alice(0, "").open().await;
        let there = fixture.at(1, &alice);
        // The connection is closed before the restore, during it, or after it.
        let asked = there.ask("tools/list", json!({}));
        let _ = tokio::time::timeout(Duration::from_micros(300) * step, asked).await;
        assert!(there.tools().await.contains(&"manageMcpTools".to_owned()), "{step}");
    }
    let metrics = fixture.read(1, "/metrics").await;
    assert!(metrics.contains("mistmcp_sessions 30\n"), "{metrics}");
}

#[tokio::test]
async fn concurrent_changes_at_several_replicas_are_merged() {
    let fixture = Fixture::start(3, "").await;
    let alice = fixture.alice(0, "").open().await;
    for replica in [1, 2] {
        fixture.at(replica, &alice).tools().await;
    }
    for round in 0..10 {
        let mut switching = JoinSet::new();
        for (replica, (category, _)) in CATEGORIES.into_iter().take(3).enumerate() {
            let there = fixture.at(replica, &alice);
            let arguments = if round % 2 == 0 { on(category) } else { off(category) };
            switching.spawn(async move { there.call("manageMcpTools", arguments).await });
        }
        while let Some(switched) = switching.join_next().await {
            switched.unwrap();
        }
        for replica in 0..3 {
            let tools = fixture.at(replica, &alice).tools().await;
            for (_, tool) in CATEGORIES.into_iter().take(3) {
                assert_eq!(tools.contains(&tool.to_owned()), round % 2 == 0, "{round} {replica} {tools:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_session_ends_everywhere() {
    let fixture = Fixture::start(3, "").await;
    // The last session is not at the replica that gets the DELETE.
    for (held, ends) in [(&[0, 1, 2][..], 1), (&[0], 0), (&[0, 2], 1)] {
        let alice = fixture.alice(0, "").open().await;
        for replica in held {
            fixture.at(*replica, &alice).tools().await;
        }
        assert_eq!(fixture.at(ends, &alice).end().await.status, 204);
        for replica in 0..3 {
            let there = fixture.at(replica, &alice);
            let response = there.ask("tools/list", json!({})).await;
            assert_eq!(response.status, 404, "{held:?} {replica}: {response:?}");
            assert!(response.error().contains("initialize"));
            assert_eq!(there.end().await.status, 404);
            assert_eq!(there.request(Method::GET).send().await.unwrap().status(), 404);
        }
    }
    for replica in 0..3 {
        let ended = async {
            while !fixture.read(replica, "/metrics").await.contains("mistmcp_sessions 0\n") {
                pause().await;
            }
        };
        soon("the end of all copies", ended).await;
    }
}

#[tokio::test]
async fn a_session_lasts_as_long_as_one_replica_uses_it() {
    let fixture = Fixture::start(2, "--session-idle 3").await;
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("sites")).await;
    fixture.at(1, &alice).tools().await;
    // For longer than the idle timeout, at one replica only.
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(alice.ask("ping", json!({})).await.status, 200);
    }
    assert!(fixture.at(1, &alice).tools().await.contains(&"getSiteInfo".to_owned()));
    let ended = async {
        while fixture.redis.content().await.keys().any(|key| key.contains(":session:")) {
            pause().await;
        }
    };
    soon("the end of the record", ended).await;
    for replica in [0, 1] {
        let gone = async {
            while !fixture.read(replica, "/metrics").await.contains("mistmcp_sessions 0\n") {
                pause().await;
            }
        };
        soon("the end of the copy", gone).await;
        assert_eq!(fixture.at(replica, &alice).ask("ping", json!({})).await.status, 404);
    }
}

#[tokio::test]
async fn a_restart_of_all_replicas_loses_no_session() {
    let mut fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("sites")).await;
    let bob = fixture.bob(1, "?mode=all").open().await;
    let all = bob.tools().await;
    for replica in std::mem::take(&mut fixture.replicas) {
        replica.signal("TERM").await;
        let (status, errors) = replica.ended().await;
        assert_eq!(status.code(), Some(0), "{errors}");
    }
    for _ in 0..2 {
        fixture.replicas.push(fixture.launch().serve().await);
    }
    assert!(fixture.at(1, &alice).tools().await.contains(&"getSiteInfo".to_owned()));
    assert_eq!(fixture.at(0, &bob).tools().await, all);
}

#[tokio::test]
async fn stateless_requests_store_nothing() {
    let fixture = Fixture::start(2, "").await;
    for replica in [0, 1] {
        let modern = fixture.alice(replica, "?mode=all").lifecycle(Lifecycle::Stateless);
        modern.call("getSelf", json!({})).await;
    }
    let content = fixture.redis.content().await;
    assert!(content.keys().all(|key| !key.contains(":session:")), "{content:?}");
}

#[tokio::test]
async fn a_client_that_shows_views_gets_their_data_at_every_replica() {
    let fixture = Fixture::start(2, "").await;
    let views = json!({ "extensions": { "io.modelcontextprotocol/ui": { "mimeTypes": ["text/html;profile=mcp-app"] } } });
    for (capabilities, shows) in [(views, true), (json!({}), false)] {
        let alice = fixture.alice(0, &format!("?org_id={ORG}")).capabilities(capabilities).open().await;
        for replica in [0, 1] {
            let there = fixture.at(replica, &alice);
            let tools = there.ask("tools/list", json!({})).await.result()["tools"].clone();
            let declared =
                tools.as_array().unwrap().iter().any(|tool| !tool["_meta"]["ui"]["resourceUri"].is_null());
            assert_eq!(declared, shows, "replica {replica}");
            let call = json!({ "name": "checkPorts", "arguments": {} });
            let answer = there.ask("tools/call", call).await.result();
            assert_eq!(
                answer["structuredContent"]["verdict"].is_string(),
                shows,
                "replica {replica}: {answer}"
            );
        }
    }
}
