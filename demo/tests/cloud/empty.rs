//! An organization without sites, and sites without devices.

use mistmcp_demo::{DemoCloud, Overlay};
use serde_json::Value;

use crate::{address::addresses, peer::Peer};

/// Asks a changed cloud for every path, with the ids of the untouched one.
pub(crate) async fn answers_every_path(overlay: Overlay) {
    let (untouched, peer) = (Peer::start().await, Peer::start_with(overlay).await);
    let mut failed = Vec::new();
    for path in DemoCloud::paths() {
        for address in addresses(&untouched, path).await {
            let address = address.replace(crate::address::FIRST_SITE_MARK, "limit=20");
            match peer.try_ask(&address).await {
                Ok(response) if !response.status().is_server_error() => {}
                outcome => failed.push(format!("{address}: {outcome:?}")),
            }
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

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
