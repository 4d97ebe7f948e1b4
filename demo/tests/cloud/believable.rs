//! What one endpoint says is what the others say.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::peer::Peer;

async fn inventory(peer: &Peer) -> BTreeMap<String, Value> {
    let rows = peer.rows("{org}/inventory?limit=1000").await;
    rows.into_iter().map(|row| (row["mac"].as_str().unwrap().to_owned(), row)).collect()
}

#[tokio::test]
async fn every_clients_access_point_stands_at_the_clients_site() {
    let peer = Peer::start().await;
    let devices = inventory(&peer).await;
    let clients = peer.rows("{org}/clients/search?limit=1000").await;
    assert!(clients.len() > 200);
    for client in clients {
        let ap = &devices[client["last_ap"].as_str().unwrap()];
        assert_eq!(
            (&ap["type"], &ap["site_id"], &ap["connected"]),
            (&"ap".into(), &client["site_id"], &true.into())
        );
    }
}

#[tokio::test]
async fn every_wired_clients_switch_stands_at_the_clients_site() {
    let peer = Peer::start().await;
    let devices = inventory(&peer).await;
    for client in peer.rows("{org}/wired_clients/search?limit=1000").await {
        let switch = &devices[client["device_mac"][0].as_str().unwrap()];
        assert_eq!((&switch["type"], &switch["site_id"]), (&"switch".into(), &client["site_id"]));
    }
}

#[tokio::test]
async fn every_access_point_hangs_on_a_port_of_its_own_at_its_site() {
    let peer = Peer::start().await;
    let devices = inventory(&peer).await;
    let mut ports = BTreeMap::new();
    for ap in peer.rows("{org}/devices/search?limit=1000").await {
        let (switch, port) = (ap["lldp_system_name"].to_string(), ap["lldp_port_id"].to_string());
        assert!(ports.insert((switch, port), ap["mac"].clone()).is_none(), "{ap}");
        let switch = devices.values().find(|device| device["name"] == ap["lldp_system_name"]).unwrap();
        assert_eq!((&switch["type"], &switch["site_id"]), (&"switch".into(), &ap["site_id"]));
    }
}

#[tokio::test]
async fn every_alarm_and_event_is_of_a_device_at_its_site() {
    let peer = Peer::start().await;
    let devices = inventory(&peer).await;
    for alarm in peer.rows("{org}/alarms/search?limit=1000&duration=2w").await {
        let affected =
            ["aps", "switches", "gateways"].iter().find_map(|kind| alarm[kind][0].as_str()).unwrap();
        assert_eq!(devices[affected]["site_id"], alarm["site_id"]);
    }
    for event in peer.rows("{org}/devices/events/search?limit=1000&duration=2w").await {
        assert_eq!(devices[event["mac"].as_str().unwrap()]["site_id"], event["site_id"]);
    }
}

#[tokio::test]
async fn radio_management_left_the_radios_as_they_are() {
    let peer = Peer::start().await;
    let path = peer.at("Leeds Distribution Centre", "/rrm").await;
    let current = peer.json(&format!("{path}/current")).await;
    let events = peer.rows(&format!("{path}/events?duration=2w&limit=1000&band=5")).await;
    for (mac, radio) in current["band_5"].as_object().unwrap() {
        let latest = events.iter().find(|event| event["ap"] == **mac).unwrap();
        assert_eq!((&latest["channel"], &latest["power"]), (&radio["channel"], &radio["power"]));
    }
}

#[tokio::test]
async fn the_export_lists_every_device_of_the_site_once() {
    let peer = Peer::start().await;
    let path = peer.at("Singapore Office", "/devices").await;
    let response = peer.ask(&format!("{path}/export")).await;
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
    assert!(response.headers()["content-disposition"].to_str().unwrap().contains("devices.csv"));
    let lines = response.text().await.unwrap().lines().count();
    assert_eq!(lines - 1, peer.rows(&format!("{path}?type=all")).await.len());
}

#[tokio::test]
async fn there_is_something_to_hide() {
    let peer = Peer::start().await;
    let setting = peer.at("Leeds Distribution Centre", "/setting").await;
    for path in ["{org}/setting", "{org}/wlans", "{org}/psks", "{org}/webhooks", &setting] {
        assert!(peer.json(path).await.to_string().contains("demo-secret-"), "{path}");
    }
}

#[tokio::test]
async fn every_clients_key_is_one_of_the_keys() {
    let peer = Peer::start().await;
    let mut keys = peer.rows("{org}/psks").await;
    for site in peer.rows("{org}/sites").await {
        let path = peer.at(site["name"].as_str().unwrap(), "/psks").await;
        keys.extend(peer.rows(&path).await);
    }
    for client in peer.rows("{org}/clients/search?limit=1000").await {
        let Some(id) = client["last_psk_id"].as_str() else { continue };
        let key = keys.iter().find(|key| key["id"] == id).unwrap();
        assert_eq!((&key["ssid"], &key["name"]), (&client["last_ssid"], &client["last_psk_name"]));
    }
}
