//! Packet captures.

use serde_json::{Value, json};

use super::mxedges;
use crate::{
    engine::{Call, Collection, Route},
    world::{ORG_ID, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::paged_search_with_total("/api/v1/orgs/{org_id}/pcaps", &CAPTURES),
    Route::paged_search_with_total("/api/v1/sites/{site_id}/pcaps", &CAPTURES),
    Route::whole("/api/v1/orgs/{org_id}/pcaps/capture", running_on_edge),
    Route::whole("/api/v1/sites/{site_id}/pcaps/capture", running),
];

static CAPTURES: Collection = Collection::timed("packet captures", captures);

/// Two captures of a client at each site, and one on the Mist Edge.
fn captures(world: &World) -> Vec<Value> {
    let of_clients = world.sites.iter().flat_map(|site| {
        let here = world.clients.iter().filter(|client| client.site == site.index).take(2);
        here.map(|client| {
            let mut random = Random::of(&format!("capture {}", client.mac));
            let (ago, ap) = (random.between(2_000, 80_000), world.devices[client.ap].mac.as_str());
            capture(world, &client.mac, ago, json!({
                "site_id": site.id, "type": "client", "aps": [ap], "ap_macs": [ap], "~client_mac": client.mac,
            }))
        })
    });
    let on_edge = capture(
        world,
        "edge",
        9_000,
        json!({ "site_id": null, "type": "mxedge", "mxedges": [mxedges::edge_id()] }),
    );
    of_clients.chain([on_edge]).collect()
}

fn capture(world: &World, label: &str, ago: i64, more: Value) -> Value {
    let id = uuid(&format!("capture {label}"));
    let url = format!("https://captures.harbourandpine.example/{id}.pcap");
    let capture = json!({
        "id": id, "org_id": ORG_ID, "format": "stream", "duration": 600, "max_num_packets": 1024, "termination_reason": "timeout",
        "timestamp": world.ago(ago), "last_seen": world.ago(ago - 600), "url": url, "pcap_url": url,
    });
    super::record::with(capture, more)
}

/// A capture of the site's first client that is there.
fn running(call: &Call<'_>) -> Value {
    let world = call.world;
    let here = |client: &&crate::world::Client| {
        client.present() && world.sites[client.site].id == call.hole("site_id")
    };
    let client = world.clients.iter().find(here);
    let aps = client.map(|client| world.devices[client.ap].mac.as_str()).into_iter().collect::<Vec<_>>();
    json!({
        "id": uuid("running capture"), "org_id": ORG_ID, "site_id": call.hole("site_id"), "type": "client", "enabled": true,
        "format": "stream", "client_mac": client.map(|client| &client.mac), "aps": aps, "ok": aps, "failed": [],
        "duration": 600, "started_time": world.ago(120), "expiry": world.ago(-480), "includes_mcast": false,
        "max_pkt_len": 512, "num_packets": 1000,
    })
}

fn running_on_edge(call: &Call<'_>) -> Value {
    let edge = serde_json::Map::from_iter([(mxedges::edge_id(), json!({ "interfaces": { "port0": {} } }))]);
    json!({
        "id": uuid("running capture on the edge"), "org_id": ORG_ID, "type": "wired", "enabled": true, "format": "stream",
        "mxedges": edge, "mxedge_count": 1, "duration": 600, "started_time": call.world.ago(60),
        "expiry": call.world.ago(-540), "max_pkt_len": 512, "num_packets": 1000,
    })
}
