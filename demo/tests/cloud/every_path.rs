//! Every path answers, whatever is laid over the network.

use mistmcp_demo::{DemoCloud, Half, Incident, Overlay};
use serde_json::{Value, json};

use crate::{
    address::{FIRST_SITE_MARK, addresses},
    peer::{self, Peer},
};

/// Asks a changed cloud for every path, with the ids of the untouched one.
pub(crate) async fn answers_every_path(overlay: Overlay) {
    let (untouched, peer) = (Peer::start().await, Peer::start_with(overlay).await);
    let mut failed = Vec::new();
    for path in DemoCloud::paths() {
        for address in addresses(&untouched, path).await {
            let address = address.replace(FIRST_SITE_MARK, "limit=20");
            match peer.try_ask(&address).await {
                Ok(response) if !response.status().is_server_error() => {}
                outcome => failed.push(format!("{address}: {outcome:?}")),
            }
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

/// The overlays of some incidents: of as many together as fit each other.
fn together(incidents: &[Incident]) -> Vec<Overlay> {
    match Overlay::of(incidents) {
        Ok(overlay) => vec![overlay],
        Err(error) if incidents.len() < 2 => panic!("{error}"),
        Err(_) => {
            let (some, others) = incidents.split_at(incidents.len() / 2);
            [together(some), together(others)].concat()
        }
    }
}

#[tokio::test]
async fn every_path_answers_under_the_incidents() {
    let mut incidents = Incident::built_in().unwrap();
    incidents.retain(|incident| incident.half == Some(Half::Train));
    for overlay in together(&incidents) {
        answers_every_path(overlay).await;
    }
}

#[tokio::test]
async fn every_path_answers_with_rows_that_lack_fields_and_with_the_largest_numbers() {
    let rows = json!([
        { "id": "c0ffee00-0000-4000-8000-000000000001" }, { "type": "SUB-MAN", "quantity": i64::MAX, "times": 2, "every": 1 },
        { "site": "Leeds Distribution Centre" }, { "client": "label-lds-017" },
        { "device": "LDS-AP-01" }, { "device": "LDS-SW-01" }, { "device": "LDS-GW-01" },
    ]);
    let added = DemoCloud::collections().into_iter().map(|name| json!({ "collection": name, "add": rows }));
    let largest = [
        json!({ "collection": "alarms", "where": { "group": "marvis" }, "set": { "timestamp": i64::MIN } }),
        json!({ "collection": "licenses", "set": { "quantity": i64::MAX } }),
        json!({ "collection": "msp orgs found", "set": { "num_aps": i64::MAX } }),
    ];
    let entries: Value = largest.into_iter().chain(added).collect();
    answers_every_path(peer::overlay(&entries)).await;
}
