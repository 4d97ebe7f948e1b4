//! Names in place of ids, and organizations that are not named.

use mistmcp_tests::{Answer, Client, Era, Launch, Peer};
use serde_json::{Value, json};

const ORG: &str = "0a000000-0000-4000-8000-000000000001";
const OTHER_ORG: &str = "0a000000-0000-4000-8000-000000000002";
const BERLIN: &str = "05000000-0000-4000-8000-000000000001";
const LYON: &str = "05000000-0000-4000-8000-000000000002";
const LYON_TOO: &str = "05000000-0000-4000-8000-000000000003";
const DEVICE: &str = "00000000-0000-0000-1000-5c5b35000001";

fn privilege(org_id: &str, name: &str) -> Value {
    json!({ "scope": "org", "org_id": org_id, "name": name, "role": "read" })
}

/// A peer with an organization, three sites in it, and a device in the first.
async fn peer(orgs: &[Value]) -> Peer {
    let peer = Peer::start().await;
    peer.json("/api/v1/self", &json!({ "name": "token", "privileges": orgs }));
    peer.json(
        &format!("/api/v1/orgs/{ORG}/sites"),
        &json!([
            { "id": BERLIN, "name": "Berlin", "country_code": "DE" },
            { "id": LYON, "name": "Lyon", "address": "Rue 1" },
            { "id": LYON_TOO, "name": "Lyon", "address": "Rue 2" },
        ]),
    );
    peer.json(
        &format!("/api/v1/sites/{BERLIN}/devices"),
        &json!([{ "id": DEVICE, "name": "Lobby AP", "mac": "5c5b35000001", "type": "ap" }]),
    );
    peer
}

async fn start(orgs: &[Value]) -> (Peer, Client) {
    let peer = peer(orgs).await;
    let client = Launch::at(&peer, "-m all").client(Era::Legacy).await;
    (peer, client)
}

fn paths(peer: &Peer) -> Vec<String> {
    peer.take().into_iter().map(|received| received.path).collect()
}

#[tokio::test]
async fn the_only_organization_is_meant_where_none_is_named() {
    let (peer, client) = start(&[privilege(ORG, "Acme")]).await;
    client.call("getOrg", json!({})).await;
    assert_eq!(paths(&peer), ["/api/v1/self".to_owned(), format!("/api/v1/orgs/{ORG}")]);
    client.call("getOrgSettings", json!({ "org_id": null })).await;
    assert_eq!(paths(&peer), [format!("/api/v1/orgs/{ORG}/setting")], "it is looked up once");
}

#[tokio::test]
async fn the_operators_organization_wins_over_what_the_token_sees() {
    let peer = peer(&[privilege(ORG, "Acme")]).await;
    let launch = Launch::at(&peer, "-m all").variable("MISTMCP_ORG_ID", OTHER_ORG);
    let client = launch.client(Era::Legacy).await;
    client.call("getOrg", json!({})).await;
    assert_eq!(paths(&peer), [format!("/api/v1/orgs/{OTHER_ORG}")]);
    client.call("getOrg", json!({ "org_id": ORG })).await;
    assert_eq!(paths(&peer), [format!("/api/v1/orgs/{ORG}")], "what the call names wins over both");
}

#[tokio::test]
async fn two_organizations_are_an_error_that_lists_them() {
    let (peer, client) = start(&[privilege(ORG, "Acme"), privilege(OTHER_ORG, "Globex")]).await;
    let refusal = client.refusal("getOrg", json!({})).await;
    for wanted in ["org_id", ORG, "Acme", OTHER_ORG, "Globex"] {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    assert_eq!(paths(&peer), ["/api/v1/self"]);
    client.call("getOrg", json!({ "org_id": "globex" })).await;
    assert_eq!(paths(&peer), [format!("/api/v1/orgs/{OTHER_ORG}")], "a name serves as well");
}

#[tokio::test]
async fn a_site_is_found_by_its_name() {
    let (peer, client) = start(&[privilege(ORG, "Acme")]).await;
    for written in ["Berlin", "berlin", " BERLIN "] {
        client.call("getSiteInfo", json!({ "site_id": written })).await;
        assert_eq!(paths(&peer).last(), Some(&format!("/api/v1/sites/{BERLIN}")), "{written}");
    }
}

#[tokio::test]
async fn a_name_that_fits_several_sites_is_an_error_that_lists_them() {
    let (peer, client) = start(&[privilege(ORG, "Acme")]).await;
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Lyon" })).await;
    for wanted in ["site_id", LYON, "Rue 1", LYON_TOO, "Rue 2"] {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    assert!(!paths(&peer).iter().any(|path| path.starts_with("/api/v1/sites/")));
}

#[tokio::test]
async fn an_unknown_name_brings_near_ones_and_the_tool_that_lists_them() {
    let (peer, client) = start(&[privilege(ORG, "Acme")]).await;
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Berlim" })).await;
    for wanted in ["\"Berlim\"", "\"Berlin\"", "searchOrgSites"] {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    let nasty = client.refusal("getSiteInfo", json!({ "site_id": "../../self?x=#" })).await;
    assert!(nasty.contains("../../self?x=#"), "{nasty}");
    assert!(!paths(&peer).iter().any(|path| path.starts_with("/api/v1/sites/")));
}

#[tokio::test]
async fn a_site_added_after_the_names_were_read_is_found() {
    let (peer, client) = start(&[privilege(ORG, "Acme")]).await;
    client.call("getSiteInfo", json!({ "site_id": "Berlin" })).await;
    let (before, added) =
        (json!([{ "id": BERLIN, "name": "Berlin" }]), json!({ "id": LYON, "name": "Oslo" }));
    let now = json!([before[0], added]);
    peer.json(&format!("/api/v1/orgs/{ORG}/sites"), &now);
    peer.take();
    client.call("getSiteInfo", json!({ "site_id": "Oslo" })).await;
    assert_eq!(paths(&peer).last(), Some(&format!("/api/v1/sites/{LYON}")));
}

#[tokio::test]
async fn a_site_beyond_the_first_page_of_names_is_found() {
    let (peer, client) = start(&[privilege(ORG, "Acme")]).await;
    let page = |number: &str, rows: Vec<Value>| {
        let answer = Answer::json(&Value::Array(rows)).header("x-page-total", "1001");
        answer.header("x-page-limit", "1000").header("x-page-page", number)
    };
    let first = (0..1_000).map(|number| json!({ "id": BERLIN, "name": format!("Site {number}") })).collect();
    let second = vec![json!({ "id": LYON, "name": "The last one" })];
    peer.answers(&format!("/api/v1/orgs/{ORG}/sites"), [page("1", first), page("2", second)]);
    client.call("getSiteInfo", json!({ "site_id": "The last one" })).await;
    assert_eq!(paths(&peer).last(), Some(&format!("/api/v1/sites/{LYON}")));
}

#[tokio::test]
async fn a_device_is_found_by_its_address_and_its_name() {
    let (peer, client) = start(&[privilege(ORG, "Acme")]).await;
    for written in ["5C:5B:35:00:00:01", "5c5b35000001", "Lobby AP", "lobby ap", DEVICE] {
        let arguments = json!({ "site_id": "Berlin", "device_id": written, "band": "5" });
        client.call("getSiteCurrentRrmConsiderations", arguments).await;
        let wanted = format!("/api/v1/sites/{BERLIN}/rrm/current/devices/{DEVICE}/band/5");
        assert_eq!(paths(&peer).last(), Some(&wanted), "{written}");
    }
    let arguments = json!({ "site_id": "Berlin", "device_id": "Loby AP", "band": "5" });
    let refusal = client.refusal("getSiteCurrentRrmConsiderations", arguments).await;
    assert!(refusal.contains("device_id") && refusal.contains("\"Lobby AP\""), "{refusal}");
}

#[tokio::test]
async fn a_look_up_that_fails_is_told_and_the_next_one_tries_again() {
    let peer = peer(&[privilege(ORG, "Acme")]).await;
    let path = format!("/api/v1/orgs/{ORG}/sites");
    let sites = Answer::json(&json!([{ "id": BERLIN, "name": "Berlin" }]));
    let forbidden = Answer::json(&json!({ "detail": "no access" })).status(403);
    peer.answers(&path, [forbidden, sites]);
    let client = Launch::at(&peer, "-m all").client(Era::Legacy).await;
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Berlin" })).await;
    assert!(refusal.contains("no access") && refusal.contains("getSelf"), "{refusal}");
    client.call("getSiteInfo", json!({ "site_id": "Berlin" })).await;
}
