//! Names in place of ids.

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
async fn a_site_beyond_the_first_page_of_names_is_found() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    let page = |number: &str, rows: Vec<Value>| {
        let answer = Answer::json(&Value::Array(rows)).header("x-page-total", "1001");
        answer.header("x-page-limit", "1000").header("x-page-page", number)
    };
    let first = (0..1_000).map(|number| json!({ "id": BERLIN, "name": format!("Site {number}") })).collect();
    let second = vec![json!({ "id": LYON, "name": "The last one" })];
    upstream.answers(&format!("/api/v1/orgs/{ORG}/sites"), [page("1", first), page("2", second)]);
    client.call("getSiteInfo", json!({ "site_id": "The last one" })).await;
    assert_eq!(paths(&upstream).last(), Some(&format!("/api/v1/sites/{LYON}")));
}

#[tokio::test]
async fn a_device_is_found_by_its_address_and_its_name() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    for written in ["5C:5B:35:00:00:01", "5c5b35000001", "Lobby AP", "lobby ap", DEVICE] {
        let arguments = json!({ "site_id": "Berlin", "device_id": written, "band": "5" });
        client.call("getSiteCurrentRrmConsiderations", arguments).await;
        let wanted = format!("/api/v1/sites/{BERLIN}/rrm/current/devices/{DEVICE}/band/5");
        assert_eq!(paths(&upstream).last(), Some(&wanted), "{written}");
    }
    let arguments = json!({ "site_id": "Berlin", "device_id": "Loby AP", "band": "5" });
    let refusal = client.refusal("getSiteCurrentRrmConsiderations", arguments).await;
    assert!(refusal.contains("device_id") && refusal.contains("\"Lobby AP\""), "{refusal}");
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

/// An organization of so many sites, of which Mist gives 100 at once whatever is asked for.
fn many_sites(upstream: &MockUpstream, count: usize, headers: &'static [&'static str]) {
    let path = format!("/api/v1/orgs/{ORG}/sites");
    upstream.default_handler(move |received| {
        if received.path != path {
            return Answer::json(&json!({}));
        }
        let number = |name: &str| {
            let value = received.query.iter().find(|(key, _)| key == name).unwrap();
            value.1.parse::<usize>().unwrap()
        };
        let (limit, page) = (number("limit").min(100), number("page"));
        let rows = (0..count).skip((page - 1) * limit).take(limit);
        let rows = rows.map(|row| json!({ "id": format!("{row:08x}-0000-4000-8000-000000000000"), "name": format!("Site {row}") }));
        let values = [("x-page-limit", limit), ("x-page-page", page), ("x-page-total", count)];
        let values = values.iter().filter(|(name, _)| headers.contains(name));
        let answer = Answer::json(&rows.collect::<Vec<_>>().into());
        values.fold(answer, |answer, (name, value)| answer.header(name, &value.to_string()))
    });
}

#[tokio::test]
async fn every_site_is_found_however_few_mist_gives_at_once() {
    const HEADERS: [&[&str]; 4] =
        [&["x-page-limit", "x-page-page", "x-page-total"], &["x-page-limit"], &["x-page-total"], &[]];
    for headers in HEADERS {
        let upstream = MockUpstream::start().await;
        upstream.json("/api/v1/self", &json!({ "privileges": [privilege(ORG, "Acme")] }));
        many_sites(&upstream, 2_500, headers);
        let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
        client.call("getSiteInfo", json!({ "site_id": "Site 2499" })).await;
        let asked = paths(&upstream);
        assert_eq!(
            asked.last().unwrap(),
            "/api/v1/sites/000009c3-0000-4000-8000-000000000000",
            "{headers:?}"
        );
        assert!((27..=29).contains(&asked.len()), "{headers:?}: {}", asked.len());
        for site in ["Site 150", "Site 1007"] {
            client.call("getSiteInfo", json!({ "site_id": site })).await;
        }
        assert_eq!(paths(&upstream).len(), 2, "they are remembered");
    }
}

#[tokio::test]
async fn a_list_of_names_without_end_is_given_up_and_reported() {
    let upstream = MockUpstream::start().await;
    upstream.json("/api/v1/self", &json!({ "privileges": [privilege(ORG, "Acme")] }));
    many_sites(&upstream, 1_000_000, &["x-page-limit", "x-page-page", "x-page-total"]);
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Quito" })).await;
    assert!(refusal.contains("Only the first of them were looked at"), "{refusal}");
    assert!(paths(&upstream).len() <= 101);
    // It is not read again for each misspelled name.
    client.refusal("getSiteInfo", json!({ "site_id": "Lima" })).await;
    assert_eq!(paths(&upstream).len(), 0);
    // Pages that repeat are the end.
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let same = Answer::json(&json!([{ "id": BERLIN, "name": "Berlin" }])).header("x-page-limit", "1");
    upstream.answers(&format!("/api/v1/orgs/{ORG}/sites"), [same.header("x-page-total", "1000")]);
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Oslo" })).await;
    assert!(refusal.contains("there is only \"Berlin\"") && paths(&upstream).len() <= 3, "{refusal}");
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
async fn a_device_is_found_by_a_part_of_its_name_and_a_member_leads_to_its_chassis() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    let devices = format!("/api/v1/sites/{BERLIN}/devices");
    upstream.json(
        &devices,
        &json!([
            { "id": DEVICE, "name": "Lobby AP", "mac": "5c5b35000001", "type": "ap" },
            { "id": "00000000-0000-0000-1000-020003000001", "name": "Core", "mac": "020003000001", "type": "switch" },
        ]),
    );
    upstream.json(
        &format!("/api/v1/orgs/{ORG}/inventory"),
        &json!([
            { "id": "00000000-0000-0000-1000-020003000001", "name": "Core", "mac": "020003000001", "vc_mac": "020003000001" },
            { "id": "00000000-0000-0000-1000-aa0000000002", "name": "Core", "mac": "aa0000000002", "vc_mac": "020003000001" },
        ]),
    );
    for (written, device) in [
        ("lobby", DEVICE),
        ("Lobby\u{a0}AP", DEVICE),
        ("AA:00:00:00:00:02", "00000000-0000-0000-1000-020003000001"),
        ("aa0000000002", "00000000-0000-0000-1000-020003000001"),
    ] {
        let arguments = json!({ "site_id": "Berlin", "device_id": written, "band": "5" });
        client.call("getSiteCurrentRrmConsiderations", arguments).await;
        let asked = upstream.take();
        let wanted = format!("/api/v1/sites/{BERLIN}/rrm/current/devices/{device}/band/5");
        assert_eq!(asked.last().unwrap().path, wanted, "{written}");
        let inventory = asked.iter().filter(|received| received.path.ends_with("/inventory"));
        assert!(inventory.clone().all(|received| received.query.contains(&("vc".into(), "true".into()))));
    }
    // The inventory may be out of reach: the error is that of the site's list.
    upstream.answers(&format!("/api/v1/orgs/{ORG}/inventory"), [Answer::json(&json!({})).status(403)]);
    let arguments = json!({ "site_id": "Berlin", "device_id": "aa0000000009", "band": "5" });
    let refusal = client.refusal("getSiteCurrentRrmConsiderations", arguments).await;
    assert!(refusal.contains("no device at this site is called \"aa0000000009\""), "{refusal}");
}

#[tokio::test]
async fn a_search_for_a_name_that_finds_nothing_looks_for_it_in_names() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    let path = format!("/api/v1/orgs/{ORG}/sites/search");
    let search = path.clone();
    upstream.default_handler(move |received| {
        let name = received.query.iter().find(|(key, _)| key == "name").map(|(_, value)| value.as_str());
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
async fn a_device_that_is_not_at_the_site_is_told_with_its_site() {
    const DEVICES: &str = "-m all -c sites_devices_stats,sites_devices,orgs_inventory,orgs_sites";
    let start_for = async |flags: &'static str| {
        let peer = upstream(&[privilege(ORG, "Acme")]).await;
        let client = Launch::at(&peer, flags).client(Lifecycle::Legacy).await;
        (peer, client)
    };
    let (peer, client) = start_for(DEVICES).await;
    peer.json(&format!("/api/v1/sites/{BERLIN}"), &json!({ "id": BERLIN, "org_id": ORG, "name": "Berlin" }));
    let inventory = format!("/api/v1/orgs/{ORG}/inventory");
    peer.json(
        &inventory,
        &json!([
            { "id": DEVICE, "name": "Lobby AP", "mac": "5c5b35000001", "site_id": BERLIN },
            { "id": OTHER_ORG, "name": "Dock AP", "mac": "5c5b35000002", "site_id": LYON },
            { "id": CALDER, "name": "Shelf AP", "mac": "5c5b35000003" },
        ]),
    );
    for (site, device, wanted) in [
        ("Berlin", "dock ap", format!("it is at the site \"Lyon\" ({LYON})")),
        ("Berlin", "Shelf AP", "it is at no site".to_owned()),
        ("Berlin", "5c:5b:35:00:00:02", format!("it is at the site \"Lyon\" ({LYON})")),
        (BERLIN, "Dock AP", format!("it is at the site {LYON}")),
    ] {
        let arguments = json!({ "site_id": site, "device_id": device });
        let refusal = client.refusal("getSiteDeviceStats", arguments).await;
        for words in ["no device at this site is called", &wanted] {
            assert!(refusal.contains(words), "{device} {words}: {refusal}");
        }
    }
    let arguments = json!({ "site_id": "Berlin", "device_id": "Roof AP" });
    let refusal = client.refusal("getSiteDeviceStats", arguments).await;
    assert!(refusal.contains("at this site") && !refusal.contains("organization's inventory"), "{refusal}");
    // The inventory was read once, and a device at the site needs none.
    assert_eq!(paths(&peer).iter().filter(|path| **path == inventory).count(), 1);
    // An inventory of several pages is not read for an error.
    let (peer, client) = start_for(DEVICES).await;
    let whole = inventory.clone();
    peer.default_handler(move |request| {
        if request.path != whole {
            return Answer::json(&json!({ "detail": "not found" })).status(404);
        }
        Answer::json(&json!([{ "id": DEVICE, "name": "Lobby AP" }]))
            .header("x-page-limit", "1")
            .header("x-page-page", "1")
            .header("x-page-total", "5000")
    });
    let arguments = json!({ "site_id": "Berlin", "device_id": "Dock AP" });
    client.refusal("getSiteDeviceStats", arguments).await;
    assert_eq!(paths(&peer).iter().filter(|path| **path == inventory).count(), 1);
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
            let found = asked.last().unwrap().query.iter().find(|(name, _)| name == "site_id");
            assert_eq!(
                found.map(|(_, value)| value.clone()),
                Some(sent.join(",")),
                "{tool} {written}: {asked:?}"
            );
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

#[tokio::test]
async fn a_part_of_a_host_name_is_found_and_a_default_kind_that_hides_the_rest_is_told() {
    let client = Launch::new("--demo --mode all").client(Lifecycle::Legacy).await;
    for (tool, arguments, pattern) in [
        ("searchOrgDevices", json!({ "hostname": "LDS-AP" }), "*LDS-AP*"),
        (
            "searchSiteDevices",
            json!({ "site_id": "Leeds Distribution Centre", "hostname": "AP-01" }),
            "*AP-01*",
        ),
        ("searchOrgWirelessClients", json!({ "hostname": "lds-008" }), "*lds-008*"),
        ("searchOrgWirelessClients", json!({ "hostname": "hp-mac" }), "*hp-mac*"),
    ] {
        let answer = client.json(tool, arguments.clone()).await;
        assert_ne!(answer["results"], json!([]), "{tool} {arguments}: {answer}");
        let taken = answer["taken"].as_str().unwrap_or_default();
        assert!(taken.contains(pattern), "{tool} {arguments}: {answer}");
    }
    let switch = |kind: Option<&str>| json!({ "hostname": "SIN-SW-01", "type": kind });
    let hidden = client.json("searchOrgDevices", switch(None)).await;
    assert_eq!(hidden["results"], json!([]), "{hidden}");
    let taken = hidden["taken"].as_str().unwrap_or_default();
    assert!(taken.contains("`type`") && taken.contains("`ap`"), "{hidden}");
    let found = client.json("searchOrgDevices", switch(Some("switch"))).await;
    assert_eq!((found["results"].as_array().map(Vec::len), found.get("taken")), (Some(1), None), "{found}");
    let events = json!({ "mac": "5c4527ffffff" });
    let none = client.json("searchOrgDeviceEvents", events).await;
    assert!(none["taken"].as_str().unwrap_or_default().contains("`device_type`"), "{none}");
}
