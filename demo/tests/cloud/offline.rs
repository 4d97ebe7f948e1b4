//! A device that an overlay takes down is down in every answer.

use serde_json::{Value, json};

use crate::peer::Peer;

/// The device in the answers that tell of it: statistics, both inventories, search.
async fn told(peer: &Peer, name: &str, kind: &str) -> [Value; 4] {
    let path = |path: &str| format!("{{org}}/{path}?limit=1000&type={kind}");
    let one = |rows: Vec<Value>, field: &str| {
        rows.into_iter().find(|row| row[field] == name).unwrap_or_else(|| panic!("no {name}"))
    };
    [
        one(peer.rows(&path("stats/devices")).await, "name"),
        one(peer.rows(&path("inventory")).await, "name"),
        one(peer.rows(&path("inventory/search")).await, "name"),
        one(peer.rows(&path("devices/search")).await, "last_hostname"),
    ]
}

/// Takes a device down, and holds what every device has in common; the site's path and both clouds are for more.
async fn taken_down(name: &str, kind: &str, event: &str, alarm: &str) -> (Peer, Peer, Value) {
    let untouched = Peer::start().await;
    let peer = Peer::laid(&json!([{ "device": name, "offline_for": 1800 }])).await;
    let [before, ..] = told(&untouched, name, kind).await;
    let [stats, inventory, found, searched] = told(&peer, name, kind).await;
    assert_eq!(before["status"], "connected");
    assert_eq!((&stats["status"], &found["status"]), (&json!("disconnected"), &json!("disconnected")));
    assert_eq!((&stats["uptime"], &searched["uptime"]), (&json!(0), &json!(0)));
    assert_eq!((&inventory["connected"], &searched["timestamp"]), (&json!(false), &stats["last_seen"]));

    let path = format!("/api/v1/sites/{}/stats", stats["site_id"].as_str().unwrap());
    let [site, site_before] = [peer.json(&path).await, untouched.json(&path).await];
    for field in [format!("num_{kind}_connected"), "num_devices_connected".to_owned()] {
        assert_eq!(site[&field].as_i64().unwrap() + 1, site_before[&field].as_i64().unwrap(), "{field}");
    }
    let [org, org_before] = [peer.json("{org}/stats").await, untouched.json("{org}/stats").await];
    let down = |org: &Value| org["num_devices_disconnected"].as_i64().unwrap();
    assert_eq!(down(&org), down(&org_before) + 1);

    let mac = stats["mac"].as_str().unwrap();
    let events = peer.rows(&format!("{{org}}/devices/events/search?mac={mac}&limit=1000")).await;
    assert_eq!((&events[0]["type"], &events[0]["timestamp"]), (&json!(event), &stats["last_seen"]));
    let alarms = peer.rows(&format!("{{org}}/alarms/search?type={alarm}&limit=1000")).await;
    let alarm = alarms.iter().find(|row| row["hostnames"] == json!([name])).unwrap();
    assert_eq!((&alarm["timestamp"], &alarm["status"]), (&stats["last_seen"], &json!("open")));
    let others = peer.rows("{org}/alarms/search?limit=1000&duration=7d").await.len();
    let before = untouched.rows("{org}/alarms/search?limit=1000&duration=7d").await.len();
    assert_eq!(others, before + 1, "another alarm moved");
    (peer, untouched, stats)
}

#[tokio::test]
async fn an_access_point_goes_with_its_clients_and_its_switch_port() {
    let (peer, untouched, ap) = taken_down("LDS-AP-03", "ap", "AP_DISCONNECTED", "device_down").await;
    let mac = ap["mac"].as_str().unwrap();
    let clients = format!("/api/v1/sites/{}/stats/clients", ap["site_id"].as_str().unwrap());
    let on_it = |rows: Vec<Value>| rows.iter().filter(|row| row["ap_mac"] == mac).count();
    assert!(on_it(untouched.rows(&clients).await) > 0 && on_it(peer.rows(&clients).await) == 0);
    assert_eq!(ap["num_clients"], 0);
    let lost = peer.rows(&format!("{{org}}/clients/search?ap={mac}&limit=1000")).await;
    assert!(lost.iter().all(|row| row["timestamp"].as_i64() <= ap["last_seen"].as_i64()), "{lost:?}");
    let port = &peer.rows(&format!("{{org}}/stats/ports/search?neighbor_mac={mac}")).await[0];
    assert_eq!(
        (&port["up"], &port["poe_on"], &port["last_flapped"]),
        (&json!(false), &json!(false), &ap["last_seen"])
    );
}

#[tokio::test]
async fn a_switch_goes_with_its_wired_clients_and_its_uplink() {
    let (peer, untouched, switch) = taken_down("LDS-SW-02", "switch", "SW_DISCONNECTED", "switch_down").await;
    let mac = switch["mac"].as_str().unwrap();
    let ports = format!("{{org}}/stats/ports/search?mac={mac}&port_usage=uplink");
    assert_eq!(
        (&untouched.rows(&ports).await[0]["up"], &peer.rows(&ports).await[0]["up"]),
        (&json!(true), &json!(false))
    );
    let clients = peer.rows(&format!("{{org}}/wired_clients/search?device_mac={mac}&limit=1000")).await;
    assert!(!clients.is_empty());
    assert!(clients.iter().all(|row| row["timestamp"].as_i64() <= switch["last_seen"].as_i64()));
}

#[tokio::test]
async fn a_gateway_goes_with_its_paths_and_sessions() {
    let (peer, untouched, gateway) =
        taken_down("SIN-GW-01", "gateway", "GW_DISCONNECTED", "gateway_down").await;
    let mac = gateway["mac"].as_str().unwrap();
    for path in [
        format!("{{org}}/stats/vpn_peers/search?mac={mac}"),
        format!("{{org}}/stats/vpn_peers/search?peer_mac={mac}"),
        format!("{{org}}/stats/bgp_peers/search?mac={mac}"),
        format!("{{org}}/stats/tunnels/search?type=wan&mac={mac}"),
    ] {
        let all = |rows: &[Value], up: bool| !rows.is_empty() && rows.iter().all(|row| row["up"] == up);
        assert!(all(&untouched.rows(&path).await, true) && all(&peer.rows(&path).await, false), "{path}");
    }
}
