//! Faults of the issuer, and its keys.

use mistmcp_tests::polled;
use serde_json::json;

use super::Team;
use super::issuer::{Fault, Issuer, SigningKey};
use crate::fixture::site;

#[tokio::test]
async fn faults_of_the_issuer_refuse_new_clients_and_pass() {
    for fault in [Fault::Endless, Fault::Silent, Fault::Large, Fault::Redirect, Fault::Broken] {
        let issuer = Issuer::start().await;
        issuer.fail(fault.clone());
        let team = Team::at(issuer, "").await;
        let refused = team.of("alice", json!({})).initialize().await;
        assert_eq!(refused.status, 503, "{fault:?}: {refused:?}");
        assert!(refused.headers.contains_key("retry-after"), "{fault:?}: {refused:?}");
        assert_eq!(team.issuer.followed(), 0, "{fault:?}");
        team.issuer.fail(Fault::None);
        until_it_works(&team, &team.issuer.token("alice", json!({}))).await;
    }
}

#[tokio::test]
async fn known_keys_serve_while_the_issuer_is_away_and_new_ones_are_found() {
    let team = Team::start("").await;
    let alice = team.of("alice", json!({})).open().await;
    team.issuer.fail(Fault::Silent);
    alice.call("getSiteInfo", site(1)).await;
    team.of("alice", json!({ "jti": "new" })).open().await.call("getSiteInfo", site(2)).await;
    let second = SigningKey::new("second");
    let claims = team.issuer.claims("alice", json!({}));
    let rotated = second.sign(&json!({ "alg": "ES256", "kid": "second" }), &claims);
    // Whether the issuer has this key cannot be known now.
    until_status(&team, &rotated, 503).await;
    team.issuer.fail(Fault::None);
    until_it_works(&team, &team.issuer.token("alice", json!({ "jti": "newer" }))).await;
    until_status(&team, &rotated, 401).await;
    team.issuer.publish(&second);
    until_it_works(&team, &rotated).await;
}

/// Waits until requests with a token have this status. The issuer is asked at a bounded rate.
async fn until_status(team: &Team, token: &str, status: u16) {
    polled(&format!("status {status}"), async || {
        (team.client(token).initialize().await.status == status).then_some(())
    })
    .await;
}

/// Waits until a token is accepted.
async fn until_it_works(team: &Team, token: &str) {
    until_status(team, token, 200).await;
    team.client(token).open().await.call("getSiteInfo", site(9)).await;
}
