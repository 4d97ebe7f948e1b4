//! What the newer sides of the cloud say is what the others say.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::peer::Peer;

fn set(rows: &[Value], field: &str) -> BTreeSet<String> {
    rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn guests_are_the_clients_of_the_open_network() {
    let peer = Peer::start().await;
    let guests = set(&peer.rows("{org}/guests").await, "mac");
    let clients = peer.rows("{org}/clients/search?limit=1000&ssid=Pine%20Guest").await;
    assert_eq!(guests, set(&clients, "mac"));
    let path = peer.at("Singapore Office", "/guests").await;
    let own = peer.rows(&path).await;
    assert_eq!(own, peer.rows(&format!("{path}/derived")).await);
    assert_eq!(peer.rows(&format!("{path}/derived?cross_site=true")).await.len(), guests.len());
    assert!(own.len() < guests.len());
}

#[tokio::test]
async fn peers_of_gateways_are_gateways() {
    let peer = Peer::start().await;
    let gateways = set(&peer.rows("{org}/inventory?type=gateway").await, "mac");
    let vpn = peer.rows("{org}/stats/vpn_peers/search").await;
    assert_eq!(set(&vpn, "mac"), gateways);
    assert_eq!(set(&vpn, "peer_mac"), gateways);
    assert_eq!(set(&peer.rows("{org}/stats/bgp_peers/search").await, "mac"), gateways);
    for router in peer.rows("{org}/otherdevices").await {
        assert!(gateways.contains(router["device_mac"].as_str().unwrap()));
        let stats =
            peer.json(&format!("{{org}}/stats/otherdevices/{}", router["mac"].as_str().unwrap())).await;
        assert_eq!(stats["mac"], router["mac"]);
        assert!(stats["connected_devices"][router["device_mac"].as_str().unwrap()].is_object());
    }
}

#[tokio::test]
async fn what_runs_over_the_wan_of_a_gateway_is_in_its_statistics_where_it_is_asked_for() {
    let peer = Peer::start().await;
    let plain = peer.rows("{org}/stats/devices?type=gateway").await;
    for (field, search) in [
        ("bgp_peers", "bgp_peers/search?limit=1000"),
        ("vpn_peers", "vpn_peers/search?limit=1000"),
        ("tunnels", "tunnels/search?type=wan&limit=1000"),
    ] {
        let found = peer.rows(&format!("{{org}}/stats/{search}")).await;
        assert!(!found.is_empty() && plain.iter().all(|row| row.get(field).is_none()), "{field}");
        for asked in [field, "*", &format!("mac,{field}")] {
            let rows = peer.rows(&format!("{{org}}/stats/devices?type=all&limit=1000&fields={asked}")).await;
            let (gateways, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row["type"] == "gateway");
            assert!(others.iter().all(|row| row.get(field).is_none()), "{field}");
            for gateway in gateways {
                let own = found.iter().filter(|row| row["mac"] == gateway["mac"]);
                let states: Vec<_> = own.map(|row| &row["up"]).collect();
                let parts = gateway[field].as_array().unwrap();
                assert_eq!(parts.iter().map(|part| &part["up"]).collect::<Vec<_>>(), states, "{field}");
                assert!(parts.iter().all(|part| part.get("mac").is_none()), "{field}");
            }
        }
    }
}

#[tokio::test]
async fn the_mist_edge_counts_the_tunnels_that_there_are() {
    let peer = Peer::start().await;
    let tunnels = peer.rows("{org}/stats/tunnels/search").await;
    assert_eq!(peer.rows("{org}/stats/mxedges?for_site=any").await[0]["num_tunnels"], tunnels.len());
    assert!(tunnels.iter().all(|tunnel| tunnel["ap"].is_string()));
    let wan = peer.rows("{org}/stats/tunnels/search?type=wan").await;
    assert!(!wan.is_empty() && wan.iter().all(|tunnel| tunnel["peer_ip"].is_string()));
}

#[tokio::test]
async fn calls_are_of_the_sites_clients_and_add_up() {
    let peer = Peer::start().await;
    let path = peer.at("Leeds Distribution Centre", "").await;
    let clients = set(&peer.rows(&format!("{path}/clients/search?limit=1000")).await, "mac");
    let calls = peer.rows(&format!("{path}/stats/calls/search?limit=1000")).await;
    assert!(set(&calls, "mac").is_subset(&clients));
    let minutes =
        |call: &Value| (call["end_time"].as_i64().unwrap() - call["start_time"].as_i64().unwrap()) / 60;
    let summary = peer.json(&format!("{path}/stats/calls/summary")).await;
    assert_eq!(summary["total_minutes"], calls.iter().map(minutes).sum::<i64>());
    let part = |name: &str| summary[name].as_i64().unwrap();
    let parts = part("bad_minutes_wireless") + part("bad_minutes_client") + part("bad_minutes_site_wan");
    assert_eq!(part("bad_minutes"), parts);
    let one = &calls[0];
    let (mac, meeting) = (one["mac"].as_str().unwrap(), one["meeting_id"].as_str().unwrap());
    let measured = format!("{path}/stats/calls/client/{mac}/troubleshoot?meeting_id={meeting}&limit=1000");
    for row in peer.rows(&measured).await {
        let at = row["timestamp"].as_i64().unwrap();
        assert!((one["start_time"].as_i64().unwrap()..=one["end_time"].as_i64().unwrap()).contains(&at));
    }
}

#[tokio::test]
async fn discovered_switches_carry_the_sites_access_points() {
    let peer = Peer::start().await;
    let path = peer.at("Leeds Distribution Centre", "").await;
    let switches = peer.rows(&format!("{path}/stats/discovered_switches/search")).await;
    let carried =
        switches.iter().flat_map(|switch| switch["aps"].as_array().unwrap().clone()).collect::<Vec<_>>();
    assert_eq!(set(&carried, "mac"), set(&peer.rows(&format!("{path}/devices")).await, "mac"));
    let metrics = peer.json(&format!("{path}/stats/discovered_switches/metrics?threshold=3")).await;
    assert_eq!(metrics["poe_compliance"]["details"]["total_aps"], carried.len());
    assert_eq!(metrics["switch_ap_affinity"]["score"], 0);
}

#[tokio::test]
async fn a_recording_is_downloaded_as_bytes() {
    let peer = Peer::start().await;
    let path = peer.at("Leeds Distribution Centre", "/rfdiags").await;
    assert_eq!(peer.rows(&path).await.len(), 2);
    let recordings = peer.rows(&format!("{path}?duration=1w")).await;
    assert_eq!(recordings.len(), 3);
    let recording = &recordings[0][0];
    let one = format!("{path}/{}", recording["id"].as_str().unwrap());
    assert_eq!(peer.json(&one).await[0], *recording);
    let response = peer.ask(&format!("{one}/download")).await;
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert!(response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename="));
    let bytes = response.bytes().await.unwrap();
    assert!(str::from_utf8(&bytes).is_err());
    assert_eq!(bytes.len() as u64, 8 + 8 * recording["frame_count"].as_u64().unwrap());
}

#[tokio::test]
async fn every_change_in_the_audit_log_is_a_system_event() {
    let peer = Peer::start().await;
    let path = peer.at("Sydney Store", "/events/system/search?duration=1w&type=SITE_CONFIG_CHANGED").await;
    let site = path.split('/').nth(4).unwrap().to_owned();
    let logs = peer
        .rows(&format!("{{org}}/logs/search?duration=1w&limit=1000&site_id={site}&message=Update%20Site*"))
        .await;
    assert_eq!(peer.rows(&path).await.len(), logs.len());
}
