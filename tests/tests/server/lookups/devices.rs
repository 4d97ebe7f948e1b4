//! Names and MAC addresses of devices, at a site and elsewhere in its organization.

use mistmcp_tests::{Answer, Launch, Lifecycle};
use serde_json::json;

use super::{BERLIN, CALDER, DEVICE, LYON, ORG, OTHER_ORG, paths, privilege, start, upstream};

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
        Answer::page(&[json!({ "id": DEVICE, "name": "Lobby AP" })], 1, 1, 5_000)
    });
    let arguments = json!({ "site_id": "Berlin", "device_id": "Dock AP" });
    client.refusal("getSiteDeviceStats", arguments).await;
    assert_eq!(paths(&peer).iter().filter(|path| **path == inventory).count(), 1);
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
