//! What is laid over a collection or a path shows in every endpoint that is made of it.

use mistmcp_demo::{DemoCloud, Incident, Overlay};
use serde_json::{Value, json};

use crate::peer::Peer;

pub(crate) fn find<'r>(rows: &'r [Value], field: &str, value: &str) -> &'r Value {
    rows.iter().find(|row| row[field] == value).unwrap_or_else(|| panic!("no row has {field} {value}"))
}

#[tokio::test]
async fn a_patch_shows_in_the_searches_and_counts_of_organization_and_site() {
    let peer = Peer::laid(&json!([
        { "collection": "ports", "where": { "neighbor_system_name": "LDS-AP-03" }, "set": { "speed": 100, "rx_errors": 5210 } },
        { "collection": "ports", "where": { "mac": "SIN-SW-01", "port_id": "ge-0/0/0" }, "set": { "full_duplex": false } },
    ]))
    .await;
    let leeds = peer.at("Leeds Distribution Centre", "").await;
    for path in
        ["{org}/stats/ports/search?limit=1000".to_owned(), format!("{leeds}/stats/ports/search?limit=1000")]
    {
        let rows = peer.rows(&path).await;
        let slow = rows.iter().filter(|row| row["speed"] == 100).collect::<Vec<_>>();
        assert_eq!(slow.len(), 1, "{path}");
        assert_eq!(
            (&slow[0]["rx_errors"], &slow[0]["neighbor_system_name"]),
            (&json!(5210), &json!("LDS-AP-03"))
        );
    }
    let counts = peer.rows("{org}/stats/ports/count?distinct=speed").await;
    assert_eq!(find(&counts, "speed", "100")["count"], 1);
    assert_eq!(peer.rows("{org}/stats/ports/search?full_duplex=false").await.len(), 1);
    // Another cloud of the process is as ever.
    assert!(Peer::start().await.rows("{org}/stats/ports/search?speed=100").await.is_empty());
}

#[tokio::test]
async fn names_stand_for_ids_and_mac_addresses_and_hidden_fields_are_matched_without_their_mark() {
    let peer = Peer::laid(&json!([
        { "collection": "rogues", "where": { "site_id": "Sydney Store" }, "remove": true },
        { "collection": "rogues", "where": { "site_id": "Singapore Office", "type": "honeypot" }, "set": { "avg_rssi": -31 } },
        { "collection": "client stats", "where": { "ap_mac": "LDS-AP-05" }, "set": { "rssi": -90, "ap_mac": "LDS-AP-06" } },
        { "collection": "device stats", "where": { "mac": "LDS-AP-02", "radio_stat.band_5.noise_floor": -92 },
          "set": { "radio_stat.band_5.util_all": 97 } },
        { "collection": "clients", "where": { "ap": "CHI-AP-01" }, "set": { "ftc": true } },
    ]))
    .await;
    let rogues = |site: &'static str| async {
        let path = peer.at(site, "/insights/rogues?limit=100").await;
        peer.rows(&path).await
    };
    assert!(rogues("Sydney Store").await.is_empty());
    assert!(rogues("Leeds Distribution Centre").await.len() > 2);
    let loud = rogues("Singapore Office").await.into_iter().filter(|row| row["avg_rssi"] == -31).count();
    assert_eq!(loud, 1);
    let devices = peer.rows("{org}/stats/devices?limit=1000").await;
    let mac = |name: &str| find(&devices, "name", name)["mac"].clone();
    let clients = peer.at("Leeds Distribution Centre", "/stats/clients").await;
    let clients = peer.rows(&clients).await;
    assert!(clients.iter().all(|row| row["ap_mac"] != mac("LDS-AP-05")));
    assert!(clients.iter().any(|row| row["rssi"] == -90 && row["ap_mac"] == mac("LDS-AP-06")));
    let stat = &find(&devices, "name", "LDS-AP-02")["radio_stat"]["band_5"];
    assert_eq!((&stat["util_all"], &stat["noise_floor"]), (&json!(97), &json!(-92)));
    let moved = peer.rows("{org}/clients/search?ftc=true&limit=1000").await;
    assert!(!moved.is_empty() && moved.iter().all(|row| row["last_ap"] == mac("CHI-AP-01")));
}

#[tokio::test]
async fn an_added_row_has_the_ids_names_and_times_of_what_it_names() {
    let peer = Peer::laid(&json!([
        { "collection": "device events", "add": [
            { "type": "SW_PORT_DOWN", "ago": 5400, "device": "LDS-SW-03", "port_id": "ge-0/0/7", "text": "told apart" },
        ] },
        { "collection": "client events", "add": { "type": "MARVIS_DNS_FAILURE", "ago": 60, "times": 14, "every": 300,
            "client": "scan-chi-047", "reason_code": 23, "text": "told apart" } },
        { "collection": "nac events", "add": { "type": "NAC_CLIENT_DENY", "ago": 30, "client": "hp-mac-chi-050", "vlan": null } },
        { "collection": "alarms", "add": { "type": "bad_cable", "ago": 700, "device": "SYD-SW-01", "port_ids": ["ge-0/0/1"] } },
        { "collection": "marvis actions", "add": { "symptom": "told_apart", "ago": 700, "site": "Sydney Store" } },
    ]))
    .await;
    let devices = peer.rows("{org}/inventory?limit=1000").await;
    let switch = find(&devices, "name", "LDS-SW-03");
    let now = 5400 + {
        let rows = peer.rows("{org}/devices/events/search?text=told%20apart").await;
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        for (field, value) in [
            ("site_id", &switch["site_id"]),
            ("mac", &switch["mac"]),
            ("model", &switch["model"]),
            ("site_name", &json!("Leeds Distribution Centre")),
            ("device_name", &json!("LDS-SW-03")),
            ("device_type", &json!("switch")),
            ("port_id", &json!("ge-0/0/7")),
            ("ev_type", &json!("warn")),
        ] {
            assert_eq!(row[field], *value, "{field}");
        }
        row["timestamp"].as_i64().unwrap()
    };
    let chicago = peer.at("Chicago Flagship Store", "").await;
    let stats = peer.rows(&format!("{chicago}/stats/clients?hostname=scan-chi-047")).await;
    let failures = peer
        .rows(&format!("{chicago}/clients/events/search?type=MARVIS_DNS_FAILURE&text=told%20apart"))
        .await;
    assert_eq!(failures.len(), 14);
    for (nth, row) in (0..).zip(&failures) {
        assert_eq!(row["timestamp"], now - 60 - 300 * nth);
        assert_eq!(row["reason_code"], 23);
    }
    if let Some(client) = stats.first() {
        assert_eq!((&failures[0]["ap"], &failures[0]["ssid"]), (&client["ap_mac"], &client["ssid"]));
        let path = format!("{chicago}/clients/{}/events?text=told%20apart", client["mac"].as_str().unwrap());
        assert_eq!(peer.rows(&path).await.len(), 14);
    }
    let denied = peer.rows("{org}/nac_clients/events/search?type=NAC_CLIENT_DENY").await;
    assert!(
        denied[0].get("vlan").is_none() && denied[0]["username"].as_str().unwrap().contains('@'),
        "{denied:?}"
    );
    let alarms = peer.rows("{org}/alarms/search?limit=1000").await;
    let alarm = alarms.iter().find(|row| row["port_ids"] == json!(["ge-0/0/1"])).unwrap();
    assert_eq!(
        (&alarm["hostnames"], &alarm["group"], &alarm["status"]),
        (&json!(["SYD-SW-01"]), &json!("marvis"), &json!("open"))
    );
    assert_eq!(alarm["switches"], json!([find(&devices, "name", "SYD-SW-01")["mac"]]));
    assert_eq!(alarm["id"].as_str().unwrap().len(), 36);
    let actions = "/api/v1/labs/orgs/6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428/suggestion?limit=1000";
    let actions = peer.rows(actions).await;
    let action = find(&actions, "symptom", "told_apart");
    assert_eq!(action["start_time"], (now - 700) * 1000);
    assert_eq!(action["site_id"], find(&devices, "name", "SYD-SW-01")["site_id"]);
}

#[tokio::test]
async fn a_path_is_patched_at_one_site_or_at_all() {
    let peer = Peer::laid(&json!([
        { "path": "/api/v1/sites/{site_id}/setting", "site": "Leeds Distribution Centre", "set": { "vars": null } },
        { "path": "/api/v1/sites/{site_id}/devices/ap_channels", "site": "Sydney Store", "set": { "dfs_ok": false } },
        { "path": "/api/v1/sites/Singapore Office/devices/ap_channels", "set": { "uses": "nothing" } },
        { "path": "/api/v1/orgs/{org_id}/licenses", "set": { "summary": { "SUB-MAN": 99 } } },
    ]))
    .await;
    let at = |site: &'static str, path: &'static str| async {
        let path = peer.at(site, path).await;
        peer.json(&path).await
    };
    assert!(at("Leeds Distribution Centre", "/setting").await.get("vars").is_none());
    assert!(at("Sydney Store", "/setting").await["vars"].is_object());
    let [sydney, singapore] = [
        at("Sydney Store", "/devices/ap_channels").await,
        at("Singapore Office", "/devices/ap_channels").await,
    ];
    assert_eq!((&sydney["dfs_ok"], &singapore["dfs_ok"]), (&json!(false), &json!(true)));
    assert_eq!((&sydney["uses"], &singapore["uses"]), (&json!("indoor and outdoor"), &json!("nothing")));
    let summary = &peer.json("{org}/licenses").await["summary"];
    assert!(summary["SUB-MAN"] == 99 && summary["SUB-WAN1"].is_number(), "{summary}");
}

/// What follows from one change: nothing but it is to be seen.
#[tokio::test]
async fn a_changed_network_answers_every_path_when_collections_have_lost_their_rows() {
    let entries =
        DemoCloud::collections().into_iter().map(|name| json!({ "collection": name, "remove": true }));
    let text = json!({ "overlay": entries.collect::<Vec<_>>() }).to_string();
    let overlay = Overlay::of(&[Incident::parse("test.json", &text).unwrap()]).unwrap();
    crate::every_path::answers_every_path(overlay).await;
}

#[test]
fn every_collection_takes_rows_patches_and_removals() {
    for name in DemoCloud::collections() {
        let text = json!({ "overlay": [
            { "collection": name, "set": { "told": "apart" } },
            { "collection": name, "add": { "ago": 60, "site": "Sydney Store", "device": "SYD-SW-01", "client": "scan-chi-047", "new": true } },
            { "collection": name, "where": { "new": true }, "remove": true },
        ] });
        let incident = Incident::parse("test.json", &text.to_string()).unwrap();
        Overlay::of(&[incident]).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[tokio::test]
async fn rows_that_are_added_after_all_were_removed_have_the_fields_of_the_collection() {
    let peer = Peer::laid(&json!([
        { "collection": "org audit logs", "remove": true },
        { "collection": "org audit logs", "add": { "message": "told apart", "ago": 900, "site": "Sydney Store" } },
        { "collection": "alarms", "remove": true },
        { "collection": "alarms", "add": [
            { "type": "loop_detected_by_ap", "ago": 900, "device": "RTM-AP-02", "severity": "critical" },
            { "type": "bad_cable", "group": "marvis", "ago": 900, "device": "SYD-SW-01", "status": null },
        ] },
    ]))
    .await;
    for path in ["{org}/logs/search?duration=7d", "{org}/alarms/search?limit=100"] {
        let rows = peer.rows(path).await;
        assert!(!rows.is_empty(), "{path}");
        for row in rows {
            assert!(row["timestamp"].is_number() && row["id"].is_string(), "{path}: {row}");
            assert!(row.get("map_id").is_none(), "{path}: {row}");
        }
    }
    // Actions are made of alarms, whatever fields these have.
    let actions =
        peer.rows("/api/v1/labs/orgs/6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428/suggestion?limit=1000").await;
    assert!(!actions.is_empty());
}

#[test]
fn a_change_of_what_another_change_took_away_is_no_error() {
    let text = json!({ "overlay": [
        { "device": "LDS-AP-05", "offline_for": 60 },
        { "collection": "client stats", "where": { "ap_mac": "LDS-AP-05" }, "set": { "rssi": -80 } },
        { "collection": "site settings", "where": { "site_id": "Sydney Store" }, "set": { "vars": null } },
        { "collection": "site variables", "where": { "site_id": "Sydney Store", "var": "staff_vlan" }, "remove": true },
        { "collection": "ports", "where": { "mac": "LDS-SW-01" }, "remove": true },
        { "collection": "ports", "where": { "mac": "LDS-SW-01", "port_id": "ge-0/0/0" }, "set": { "speed": 10 } },
    ] });
    Overlay::of(&[Incident::parse("test.json", &text.to_string()).unwrap()]).unwrap();
}
