//! An organization without sites, and sites without devices.

use mistmcp_demo::Overlay;
use serde_json::Value;

use crate::{every_path::answers_every_path, peer::Peer};

async fn has_none(peer: &Peer, paths: &[&str]) {
    for path in paths {
        let rows = peer.rows(path).await;
        assert!(rows.is_empty(), "{path}: {rows:?}");
    }
}

const OF_THE_ORGANIZATION: &[&str] = &[
    "{org}/inventory",
    "{org}/stats/devices?type=all",
    "{org}/stats/ports/search",
    "{org}/clients/search?duration=7d",
    "{org}/devices/events/search?duration=7d",
    "{org}/alarms/search?duration=7d",
    "{org}/logs/search?duration=7d",
    "{org}/stats/vpn_peers/search",
    "{org}/wlans",
    "{org}/stats/mxedges",
];

#[tokio::test]
async fn an_empty_organization_answers_empty_lists() {
    let peer = Peer::start_with(Overlay::empty_organization()).await;
    has_none(&peer, OF_THE_ORGANIZATION).await;
    has_none(&peer, &["{org}/sites", "{org}/stats/sites", "{org}/insights/sites-sle"]).await;
    assert_eq!(peer.json("{org}").await["name"], "Harbour & Pine");
    assert_eq!(peer.json("{org}/stats").await["num_devices"], 0);
    assert!(!peer.rows("/api/v1/const/alarm_defs").await.is_empty());
    answers_every_path(Overlay::empty_organization()).await;
}

#[tokio::test]
async fn sites_without_devices_have_nothing_but_themselves() {
    let peer = Peer::start_with(Overlay::sites_without_devices()).await;
    has_none(&peer, OF_THE_ORGANIZATION).await;
    assert_eq!(peer.rows("{org}/sites").await.len(), 5);
    let stats = peer.at("Sydney Store", "/stats").await;
    let stats: Value = peer.json(&stats).await;
    assert_eq!((&stats["num_devices"], &stats["num_clients"]), (&0.into(), &0.into()));
    answers_every_path(Overlay::sites_without_devices()).await;
}
