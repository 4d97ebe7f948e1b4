//! Streams end with the access token that has opened them.

use mistmcp_tests::{HttpClient, Lifecycle, soon};
use reqwest::Response;
use serde_json::json;

use super::Team;
use super::issuer::now;

/// Seconds by which clocks may differ: a token is accepted for so long after its end.
const LEEWAY: u64 = 30;

/// A stream that was opened with a token of a few more seconds, and the second of its end.
async fn short_stream(team: &Team, client: &HttpClient) -> (Response, u64) {
    let opened = async {
        loop {
            let end = now() - LEEWAY + 6;
            let token = team.issuer.token("alice", json!({ "exp": end }));
            let response = client.clone().header("Authorization", &format!("Bearer {token}")).listen().await;
            // On a machine that is too busy, the token has ended by now.
            if response.status() == 200 {
                return (response, end);
            }
            assert_eq!(response.status(), 401);
        }
    };
    soon("the stream", opened).await
}

async fn read_until(stream: &mut Response, wanted: &str) -> String {
    let mut text = String::new();
    let reading = async {
        while !text.contains(wanted) {
            let chunk = stream.chunk().await.unwrap();
            text.push_str(&String::from_utf8_lossy(&chunk.unwrap_or_else(|| panic!("it ended: {text}"))));
        }
    };
    soon("the event", reading).await;
    text
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_another_token_opens_the_next() {
    let team = Team::start("").await;
    for lifecycle in Lifecycle::BOTH {
        let alice = team.of("alice", json!({})).query("?mode=managed").connect(lifecycle).await;
        let (mut stream, end) = short_stream(&team, &alice).await;
        let ended = async {
            let mut text = String::new();
            while let Some(chunk) = stream.chunk().await.unwrap() {
                text.push_str(&String::from_utf8_lossy(&chunk));
            }
            text
        };
        let text = soon("the end of the stream", ended).await;
        assert!(now() > end + LEEWAY, "{lifecycle:?}: it ended before its token");
        assert!(!text.contains("list_changed"), "{text}");
        // The session goes on, and a stream of another token gets what is new.
        let mut next = alice.listen().await;
        assert_eq!(next.status(), 200, "{lifecycle:?}");
        if lifecycle == Lifecycle::Legacy {
            alice.call("manageMcpTools", json!({ "enable_mcp_tools_categories": ["orgs_sites"] })).await;
            read_until(&mut next, "notifications/tools/list_changed").await;
        }
    }
}
