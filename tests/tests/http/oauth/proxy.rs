//! OAuth behind nginx with the shipped configuration.

use mistmcp_tests::{Balance, HttpClient, Lifecycle, Nginx};
use serde_json::{Value, json};

use super::{METADATA, Team, challenge};
use crate::fixture::site;

#[tokio::test]
async fn a_client_behind_the_proxy_finds_the_issuer_and_calls_with_a_token_of_many_groups() {
    let team = Team::start("").await;
    let nginx = Nginx::start(&[team.server.address()], Balance::BySession).await;
    let proxied = |client: HttpClient| client.to(&nginx.url("/mcp"));
    let refused = proxied(HttpClient::new(&team.server, "")).initialize().await;
    assert_eq!(
        (refused.status, challenge(&refused)),
        (401, &*format!("Bearer resource_metadata=\"{METADATA}\""))
    );
    let of_resource = METADATA.trim_start_matches("https://mist.example.com");
    for path in [of_resource, "/.well-known/oauth-protected-resource"] {
        let found = super::get(&nginx.url(path)).await;
        let metadata: Value =
            serde_json::from_str(&found.body).unwrap_or_else(|_| panic!("{path}: {found:?}"));
        assert_eq!(metadata["authorization_servers"], json!([team.issuer.url]), "{path}");
    }
    for path in
        ["/", "/metrics", "/readyz", "/mcp/metrics", "/mcpx", "/.well-known/oauth-protected-resources"]
    {
        assert_eq!(super::get(&nginx.url(path)).await.status, 404, "{path}");
    }
    // Tokens of about 1, 11 and 15 KB.
    for count in [10, 200, 280] {
        let groups = (0..count).map(|number| format!("0b000000-0000-4000-8000-{number:012}"));
        let groups: Vec<_> = groups.chain(["noc".to_owned()]).collect();
        for lifecycle in Lifecycle::BOTH {
            let alice = proxied(team.of("alice", json!({ "groups": groups }))).connect(lifecycle).await;
            assert_eq!(alice.call("getSiteInfo", site(1)).await, r#"{"name":"Acme"}"#, "{count}");
        }
    }
}
