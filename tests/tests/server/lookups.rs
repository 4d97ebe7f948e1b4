//! Names in place of ids.

mod devices;
mod long_lists;
mod organizations;

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

const ORG: &str = "0a000000-0000-4000-8000-000000000001";
const OTHER_ORG: &str = "0a000000-0000-4000-8000-000000000002";
const CALDER: &str = "0a000000-0000-4000-8000-00000000000c";
const BERLIN: &str = "05000000-0000-4000-8000-000000000001";
const LYON: &str = "05000000-0000-4000-8000-000000000002";
const LYON_TOO: &str = "05000000-0000-4000-8000-000000000003";
const DEVICE: &str = "00000000-0000-0000-1000-5c5b35000001";

fn privilege(org_id: &str, name: &str) -> Value {
    json!({ "scope": "org", "org_id": org_id, "name": name, "role": "read" })
}

/// A peer with an organization, three sites in it, and a device in the first.
async fn upstream(orgs: &[Value]) -> MockUpstream {
    let upstream = MockUpstream::start().await;
    upstream.json("/api/v1/self", &json!({ "name": "token", "privileges": orgs }));
    upstream.json(
        &format!("/api/v1/orgs/{ORG}/sites"),
        &json!([
            { "id": BERLIN, "name": "Berlin", "country_code": "DE" },
            { "id": LYON, "name": "Lyon", "address": "Rue 1" },
            { "id": LYON_TOO, "name": "Lyon", "address": "Rue 2" },
        ]),
    );
    upstream.json(
        &format!("/api/v1/sites/{BERLIN}/devices"),
        &json!([{ "id": DEVICE, "name": "Lobby AP", "mac": "5c5b35000001", "type": "ap" }]),
    );
    upstream
}

async fn start(orgs: &[Value]) -> (MockUpstream, Client) {
    let upstream = upstream(orgs).await;
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    (upstream, client)
}

fn paths(upstream: &MockUpstream) -> Vec<String> {
    upstream.take().into_iter().map(|received| received.path).collect()
}

#[tokio::test]
async fn a_site_is_found_by_its_name() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    for written in ["Berlin", "berlin", " BERLIN "] {
        client.call("getSiteInfo", json!({ "site_id": written })).await;
        assert_eq!(paths(&upstream).last(), Some(&format!("/api/v1/sites/{BERLIN}")), "{written}");
    }
}

#[tokio::test]
async fn a_name_that_fits_several_sites_is_an_error_that_lists_them() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Lyon" })).await;
    for wanted in ["site_id", LYON, "Rue 1", LYON_TOO, "Rue 2"] {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    assert!(!paths(&upstream).iter().any(|path| path.starts_with("/api/v1/sites/")));
}

#[tokio::test]
async fn an_unknown_name_brings_near_ones_and_the_tool_that_lists_them() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Berlim" })).await;
    for wanted in ["\"Berlim\"", "\"Berlin\"", "searchOrgSites"] {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    let nasty = client.refusal("getSiteInfo", json!({ "site_id": "../../self?x=#" })).await;
    assert!(nasty.contains("../../self?x=#"), "{nasty}");
    assert!(!paths(&upstream).iter().any(|path| path.starts_with("/api/v1/sites/")));
}

#[tokio::test]
async fn a_site_added_after_the_names_were_read_is_found() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    client.call("getSiteInfo", json!({ "site_id": "Berlin" })).await;
    let (before, added) =
        (json!([{ "id": BERLIN, "name": "Berlin" }]), json!({ "id": LYON, "name": "Oslo" }));
    let now = json!([before[0], added]);
    upstream.json(&format!("/api/v1/orgs/{ORG}/sites"), &now);
    upstream.take();
    client.call("getSiteInfo", json!({ "site_id": "Oslo" })).await;
    assert_eq!(paths(&upstream).last(), Some(&format!("/api/v1/sites/{LYON}")));
}

#[tokio::test]
async fn a_look_up_that_fails_is_reported_and_the_next_one_tries_again() {
    let upstream = upstream(&[privilege(ORG, "Acme")]).await;
    let path = format!("/api/v1/orgs/{ORG}/sites");
    let sites = Answer::json(&json!([{ "id": BERLIN, "name": "Berlin" }]));
    let forbidden = Answer::json(&json!({ "detail": "no access" })).status(403);
    upstream.answers(&path, [forbidden, sites]);
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Berlin" })).await;
    assert!(refusal.contains("no access") && refusal.contains("getSelf"), "{refusal}");
    client.call("getSiteInfo", json!({ "site_id": "Berlin" })).await;
}

fn named_sites(upstream: &MockUpstream, names: &[&str]) {
    let sites = names.iter().enumerate().map(|(number, name)| json!({ "id": id(number), "name": name }));
    upstream.json(&format!("/api/v1/orgs/{ORG}/sites"), &sites.collect::<Vec<_>>().into());
}

fn id(number: usize) -> String {
    format!("05000000-0000-4000-8000-{number:012}")
}

#[tokio::test]
async fn a_part_of_one_sites_name_is_accepted_and_reported() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    named_sites(&upstream, &["Leeds Office", "York", "Lyon Nord", "Lyon Sud", "Zu\u{308}rich\u{a0}HQ "]);
    let answer = client.json("getSiteInfo", json!({ "site_id": "leeds" })).await;
    assert_eq!(answer["taken"], format!("`site_id`: \"leeds\" was taken for \"Leeds Office\" ({}).", id(0)));
    let answer = client.json("getSiteInfo", json!({ "site_id": "York" })).await;
    assert_eq!(answer.get("taken"), None, "{answer}");
    let answer = client.json("getSiteInfo", json!({ "site_id": "z\u{fc}rich  hq" })).await;
    assert_eq!(answer.get("taken"), None, "{answer}");
    assert_eq!(paths(&upstream).last(), Some(&format!("/api/v1/sites/{}", id(4))));
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Lyon" })).await;
    for wanted in [id(2).as_str(), "Lyon Nord", id(3).as_str(), "Lyon Sud", "2 sites"] {
        assert!(refusal.contains(wanted), "{wanted}: {refusal}");
    }
    // A list says so too, beside its rows, and a name that is right wins over one that has it in it.
    upstream.json(&format!("/api/v1/sites/{}/wlans", id(0)), &json!([{ "ssid": "corp" }]));
    let answer = client.json("listSiteWlans", json!({ "site_id": "Leeds" })).await;
    assert!(answer["taken"].as_str().unwrap().contains("Leeds Office"), "{answer}");
    assert_eq!(answer["results"][0]["ssid"], "corp", "{answer}");
}

#[tokio::test]
async fn a_name_that_is_right_wins_over_one_that_has_it_in_it() {
    for (names, wanted) in [
        (vec!["Leeds North", "LEEDS", "Leeds"], 2),
        (vec!["Leeds North", "LEEDS"], 1),
        (vec!["Leeds North", "Leeds "], 1),
    ] {
        let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
        named_sites(&upstream, &names);
        client.call("getSiteInfo", json!({ "site_id": "Leeds" })).await;
        assert_eq!(paths(&upstream).last(), Some(&format!("/api/v1/sites/{}", id(wanted))), "{names:?}");
    }
}

#[tokio::test]
async fn in_toon_too_an_answer_states_what_was_taken() {
    let upstream = upstream(&[privilege(ORG, "Acme")]).await;
    named_sites(&upstream, &["Leeds Office"]);
    let client = Launch::at(&upstream, "-m all --format toon").client(Lifecycle::Legacy).await;
    let answer = client.call("getSiteInfo", json!({ "site_id": "Leeds" })).await;
    assert!(answer.starts_with("taken: ") && answer.contains("Leeds Office"), "{answer}");
}

#[tokio::test]
async fn a_search_for_a_name_that_finds_nothing_looks_for_it_in_names() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    let path = format!("/api/v1/orgs/{ORG}/sites/search");
    let search = path.clone();
    upstream.default_handler(move |received| {
        let name = received.parameter("name");
        let found = received.path == search && name == Some("*Leeds*");
        let rows = if found { json!([{ "id": BERLIN, "name": "Leeds Office" }]) } else { json!([]) };
        let mut answer = json!({ "results": rows, "total": 5, "limit": 1 });
        if found {
            answer["next"] = format!("{search}?limit=1&search_after=abc").into();
        }
        Answer::json(&answer)
    });
    let answer = client.json("searchOrgSites", json!({ "name": "Leeds" })).await;
    assert_eq!(answer["results"][0]["name"], "Leeds Office", "{answer}");
    assert!(answer["taken"].as_str().unwrap().contains("*Leeds*"), "{answer}");
    assert_eq!(answer["next"]["name"], "*Leeds*", "the next page is one of the same search: {answer}");
    upstream.take();
    // What finds nothing either way says nothing, and a pattern is the caller's own.
    for name in ["Oslo", "Oslo*", "*Oslo*"] {
        let answer = client.json("searchOrgSites", json!({ "name": name })).await;
        assert_eq!((&answer["results"], answer.get("taken")), (&json!([]), None), "{answer}");
        assert_eq!(upstream.take().len(), 1 + usize::from(name == "Oslo"), "{name}");
    }
}

#[tokio::test]
async fn several_sites_are_resolved_each_by_name_or_id() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    named_sites(&upstream, &["Leeds Office", "York", "Acton, West", "Acton", "West End"]);
    for tool in ["searchOrgAlarms", "listOrgAuditLogs", "searchOrgInventory", "listOrgDevicesStats"] {
        for (written, sent) in [
            (json!("York"), vec![id(1)]),
            (json!("Leeds Office,York"), vec![id(0), id(1)]),
            (json!(["York", id(0)]), vec![id(1), id(0)]),
            (json!(format!("{}, leeds,York", id(1))), vec![id(1), id(0)]),
            (json!("Acton, West"), vec![id(2)]),
            (json!("Acton, York"), vec![id(3), id(1)]),
            (json!("york,".repeat(1_000)), vec![id(1)]),
        ] {
            upstream.take();
            client.call(tool, json!({ "site_id": written })).await;
            let asked = upstream.take();
            let found = asked.last().unwrap().parameter("site_id");
            assert_eq!(found, Some(sent.join(",").as_str()), "{tool} {written}: {asked:?}");
        }
        let refusal = client.refusal(tool, json!({ "site_id": "York,Quito" })).await;
        assert!(refusal.contains("no site is called \"Quito\""), "{tool}: {refusal}");
        let many = (0..101).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        let refusal = client.refusal(tool, json!({ "site_id": many })).await;
        assert!(refusal.contains("101 names") && refusal.contains("at most 100"), "{tool}: {refusal}");
        let refusal = client.refusal(tool, json!({ "site_id": "york,".repeat(2_001) })).await;
        assert!(refusal.contains("at most 10000 characters"), "{tool}: {refusal}");
    }
    // An endpoint that takes one site takes no list.
    let refusal = client.refusal("getOrgInventory", json!({ "site_id": "Leeds Office,York" })).await;
    assert!(refusal.contains("Leeds Office,York"), "{refusal}");
}
