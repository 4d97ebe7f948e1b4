//! Organizations and MSPs that are named, or that are not.

use mistmcp_tests::{Answer, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

use super::{BERLIN, CALDER, LYON_TOO, ORG, OTHER_ORG, id, paths, privilege, start, upstream};

#[tokio::test]
async fn the_only_organization_is_meant_where_none_is_named() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    client.call("getOrg", json!({})).await;
    assert_eq!(paths(&upstream), ["/api/v1/self".to_owned(), format!("/api/v1/orgs/{ORG}")]);
    client.call("getOrgSettings", json!({ "org_id": null })).await;
    assert_eq!(paths(&upstream), [format!("/api/v1/orgs/{ORG}/setting")], "it is looked up once");
}

fn msp(msp_id: &str, name: &str) -> Value {
    json!({ "scope": "msp", "msp_id": msp_id, "name": name, "role": "read" })
}

#[tokio::test]
async fn the_only_msp_is_the_default_and_a_name_is_accepted() {
    const OTHER_MSP: &str = "0b000000-0000-4000-8000-000000000002";
    let msp_id = "0b000000-0000-4000-8000-000000000001";
    let served = |orgs: Vec<Value>| async move {
        let peer = upstream(&orgs).await;
        let client = Launch::at(&peer, "-m all -c msps_stats,orgs").client(Lifecycle::Legacy).await;
        (peer, client)
    };
    let (peer, client) = served(vec![msp(msp_id, "Acme Partners"), privilege(ORG, "Acme")]).await;
    client.call("listMspOrgStats", json!({})).await;
    assert_eq!(paths(&peer), ["/api/v1/self".to_owned(), format!("/api/v1/msps/{msp_id}/stats/orgs")]);
    client.call("listMspOrgStats", json!({ "msp_id": "acme partners" })).await;
    client.call("listMspOrgStats", json!({ "msp_id": OTHER_MSP })).await;
    // An MSP is no organization, nor the other way round.
    client.call("getOrg", json!({})).await;
    assert_eq!(
        paths(&peer),
        [msp_id, OTHER_MSP]
            .map(|id| format!("/api/v1/msps/{id}/stats/orgs"))
            .into_iter()
            .chain([format!("/api/v1/orgs/{ORG}")])
            .collect::<Vec<_>>()
    );
    let refusal = client.refusal("listMspOrgStats", json!({ "msp_id": "Globex" })).await;
    assert!(!refusal.contains(ORG), "{refusal}");

    let (peer, client) = served(vec![msp(msp_id, "Acme Partners"), msp(OTHER_MSP, "Globex Partners")]).await;
    let refusal = client.refusal("listMspOrgStats", json!({})).await;
    for wanted in ["msp_id", msp_id, "Acme Partners", OTHER_MSP, "Globex Partners"] {
        assert!(refusal.contains(wanted), "{refusal}");
    }
    assert_eq!(paths(&peer), ["/api/v1/self"]);

    let (_peer, client) = served(vec![privilege(ORG, "Acme")]).await;
    let refusal = client.refusal("listMspOrgStats", json!({})).await;
    assert!(refusal.contains("no role in any MSP"), "{refusal}");
}

#[tokio::test]
async fn the_operators_organization_wins_over_what_the_token_sees() {
    let upstream = upstream(&[privilege(ORG, "Acme")]).await;
    let launch = Launch::at(&upstream, "-m all").variable("MISTMCP_ORG_ID", OTHER_ORG);
    let client = launch.client(Lifecycle::Legacy).await;
    client.call("getOrg", json!({})).await;
    assert_eq!(paths(&upstream), [format!("/api/v1/orgs/{OTHER_ORG}")]);
    client.call("getOrg", json!({ "org_id": ORG })).await;
    assert_eq!(paths(&upstream), [format!("/api/v1/orgs/{ORG}")], "what the call names wins over both");
}

#[tokio::test]
async fn two_organizations_are_an_error_that_lists_them() {
    let (upstream, client) = start(&[privilege(ORG, "Acme"), privilege(OTHER_ORG, "Globex")]).await;
    let refusal = client.refusal("getOrg", json!({})).await;
    for wanted in ["org_id", ORG, "Acme", OTHER_ORG, "Globex"] {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    assert_eq!(paths(&upstream), ["/api/v1/self"]);
    client.call("getOrg", json!({ "org_id": "globex" })).await;
    assert_eq!(paths(&upstream), [format!("/api/v1/orgs/{OTHER_ORG}")], "a name serves as well");
}

#[tokio::test]
async fn an_organization_of_an_msp_is_found_by_its_name_among_those_of_the_msp() {
    const MSP: &str = "0b000000-0000-4000-8000-000000000001";
    let peer = upstream(&[msp(MSP, "Acme Partners")]).await;
    let orgs = format!("/api/v1/msps/{MSP}/orgs");
    peer.json(&orgs, &json!([{ "id": CALDER, "name": "Calder Schools" }, { "id": ORG, "name": "Acme" }]));
    peer.json(&format!("{orgs}/{CALDER}"), &json!({ "id": CALDER, "name": "Calder Schools" }));
    let client = Launch::at(&peer, "-m all -c msps").client(Lifecycle::Legacy).await;
    for written in ["Calder Schools", "calder"] {
        let answer = client.json("listMspOrgs", json!({ "org_id": written })).await;
        assert!(answer.to_string().contains(CALDER), "{written}: {answer}");
    }
    let refusal = client.refusal("listMspOrgs", json!({ "org_id": "Globex" })).await;
    for words in ["Globex", "Calder Schools", "`listMspOrgs`"] {
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
}

#[tokio::test]
async fn an_unknown_site_or_device_names_the_tools_that_list_these_also_to_a_token_of_an_msp() {
    const MSP: &str = "0b000000-0000-4000-8000-000000000001";
    let privileges =
        [json!({ "scope": "org", "org_id": ORG, "org_name": "Acme" }), msp(MSP, "Acme Partners")];
    let peer = upstream(&privileges).await;
    let orgs = format!("/api/v1/msps/{MSP}/orgs");
    peer.json(&orgs, &json!([{ "id": CALDER, "name": "Calder Schools" }, { "id": ORG, "name": "Acme" }]));
    for org in [ORG, CALDER] {
        peer.json(&format!("/api/v1/orgs/{org}/sites"), &json!([{ "id": id(1), "name": "Berlin" }]));
        peer.json(&format!("/api/v1/orgs/{org}/inventory"), &json!([]));
    }
    peer.json(&format!("/api/v1/sites/{BERLIN}/devices"), &json!([{ "id": id(7), "name": "AP one" }]));
    let categories = "-m custom -c msps,orgs,orgs_sites,orgs_inventory,sites,sites_maps,sites_devices";
    let client = Launch::at(&peer, categories).client(Lifecycle::Legacy).await;
    for (tool, arguments, lister) in [
        ("getSiteInfo", json!({ "site_id": "Quito" }), "`searchOrgSites` lists them"),
        ("listSiteMaps", json!({ "site_id": "Quito" }), "`searchOrgSites` lists them"),
        (
            "listSiteDevices",
            json!({ "site_id": BERLIN, "device_id": "Quito" }),
            "`getOrgInventory` lists them",
        ),
        ("getOrg", json!({ "org_id": "Quito" }), "`listMspOrgs` lists them"),
    ] {
        let refusal = client.refusal(tool, arguments).await;
        assert!(refusal.contains("Quito") && refusal.contains(lister), "{tool}: {refusal}");
    }
}

const PARTNERS: &str = "0b000000-0000-4000-8000-000000000001";

/// A cloud whose token has only a privilege of an MSP.
async fn provider(orgs: &[(&str, &str)]) -> MockUpstream {
    let peer = upstream(&[msp(PARTNERS, "Acme Partners")]).await;
    let orgs: Vec<_> = orgs.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
    peer.json(&format!("/api/v1/msps/{PARTNERS}/orgs"), &json!(orgs));
    peer.json(&format!("/api/v1/orgs/{CALDER}/sites"), &json!([{ "id": LYON_TOO, "name": "Calder School" }]));
    peer.json(&format!("/api/v1/sites/{LYON_TOO}"), &json!({ "id": LYON_TOO, "org_id": CALDER }));
    peer
}

#[tokio::test]
async fn an_organization_of_an_msp_is_found_by_its_name_by_any_tool() {
    let peer = provider(&[(CALDER, "Calder Schools"), (ORG, "Acme")]).await;
    let client = Launch::at(&peer, "-m all -c msps,orgs,sites").client(Lifecycle::Legacy).await;
    client.call("getOrg", json!({ "org_id": "acme" })).await;
    let orgs = format!("/api/v1/msps/{PARTNERS}/orgs");
    assert_eq!(paths(&peer), ["/api/v1/self".to_owned(), orgs, format!("/api/v1/orgs/{ORG}")]);
    client.call("getOrgSettings", json!({ "org_id": "calder" })).await;
    assert_eq!(paths(&peer), [format!("/api/v1/orgs/{CALDER}/setting")], "the names are kept");
    for arguments in [json!({ "org_id": "Globex" }), json!({})] {
        let refusal = client.refusal("getOrg", arguments).await;
        for words in ["Calder Schools", "Acme", "`listMspOrgs`"] {
            assert!(refusal.contains(words), "{words}: {refusal}");
        }
    }
    // A site of one of them.
    let answer = client.json("getSiteInfo", json!({ "site_id": "Calder School" })).await;
    assert_eq!(answer["id"], LYON_TOO, "{answer}");
    // A token that sees an organization by itself too.
    peer.json(
        "/api/v1/self",
        &json!({ "privileges": [msp(PARTNERS, "Acme Partners"), privilege(OTHER_ORG, "Own")] }),
    );
    peer.json(&format!("/api/v1/orgs/{OTHER_ORG}/sites"), &json!([]));
    let client = Launch::at(&peer, "-m all -c msps,orgs,sites").client(Lifecycle::Legacy).await;
    peer.take();
    client.call("getOrg", json!({ "org_id": "Calder Schools" })).await;
    assert_eq!(paths(&peer).last(), Some(&format!("/api/v1/orgs/{CALDER}")));
    let answer = client.json("getSiteInfo", json!({ "site_id": "Calder School" })).await;
    assert_eq!(answer["id"], LYON_TOO, "{answer}");
}

#[tokio::test]
async fn the_only_organization_of_an_msp_is_meant_where_none_is_named() {
    let peer = provider(&[(CALDER, "Calder Schools")]).await;
    let client = Launch::at(&peer, "-m all -c msps,orgs,sites").client(Lifecycle::Legacy).await;
    client.call("getOrg", json!({})).await;
    assert_eq!(paths(&peer).last(), Some(&format!("/api/v1/orgs/{CALDER}")));
    let answer = client.json("getSiteInfo", json!({ "site_id": "calder school" })).await;
    assert_eq!(answer["id"], LYON_TOO, "{answer}");
}

#[tokio::test]
async fn objects_without_names_are_told_apart_by_their_ids() {
    let ids = ["0b000000-0000-4000-8000-000000000001", "0b000000-0000-4000-8000-000000000002"];
    let peer = upstream(&ids.map(|id| msp(id, ""))).await;
    let client = Launch::at(&peer, "-m all -c msps").client(Lifecycle::Legacy).await;
    for arguments in [json!({}), json!({ "msp_id": "Globex" })] {
        let refusal = client.refusal("getMspDetails", arguments).await;
        assert!(ids.iter().all(|id| refusal.contains(id)), "{refusal}");
        assert!(!refusal.contains("()") && !refusal.contains("there are ."), "{refusal}");
    }
}

#[tokio::test]
async fn an_account_without_any_msp_is_told_so() {
    const UNKNOWN: &str = "0b000000-0000-4000-8000-000000000009";
    let peer = upstream(&[privilege(ORG, "Acme")]).await;
    let client = Launch::at(&peer, "-m all -c msps").client(Lifecycle::Legacy).await;
    for arguments in [json!({}), json!({ "msp_id": "Globex" })] {
        let refusal = client.refusal("getMspDetails", arguments).await;
        assert!(refusal.contains("no role in any MSP"), "{refusal}");
    }
    let missing = Answer::json(&json!({ "detail": "Not found." })).status(404);
    peer.answers(&format!("/api/v1/msps/{UNKNOWN}"), [missing]);
    let refusal = client.refusal("getMspDetails", json!({ "msp_id": UNKNOWN })).await;
    assert!(refusal.contains("the MSP with `getSelf`") && !refusal.contains("site"), "{refusal}");
}
