//! OSPF neighbors: each site's first switch and its gateway.

use serde_json::{Value, json};

use crate::{
    engine::{Collection, Route},
    world::{Device, Kind, ORG_ID, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/orgs/{org_id}/stats/ospf_peers/search", &NEIGHBORS),
    Route::count("/api/v1/orgs/{org_id}/stats/ospf_peers/count", &NEIGHBORS, COUNTED),
    Route::search("/api/v1/sites/{site_id}/stats/ospf_peers/search", &NEIGHBORS),
    Route::count("/api/v1/sites/{site_id}/stats/ospf_peers/count", &NEIGHBORS, COUNTED),
];

const COUNTED: &str = "state site_id org_id mac peer_ip port_id vrf_name";

static NEIGHBORS: Collection = Collection::timed("ospf neighbors", neighbors);

fn neighbors(world: &World) -> Vec<Value> {
    let pairs = world.kind(Kind::Gateway).filter_map(|gateway| {
        let switch = world.kind(Kind::Switch).find(|switch| switch.site == gateway.site)?;
        Some((gateway, switch))
    });
    let rows = pairs.flat_map(|(gateway, switch)| {
        let below = switch.uplink.as_ref().map_or("ge-0/0/3", |(_, port)| port.as_str());
        [neighbor(world, gateway, switch, below), neighbor(world, switch, gateway, "xe-0/2/0")]
    });
    rows.collect()
}

/// A device, and the other that it hears on one of its ports.
fn neighbor(world: &World, device: &Device, other: &Device, port: &str) -> Value {
    let mut random = Random::of(&format!("ospf {}", device.mac));
    // The youngest site's neighbors disagree on the timers.
    let up = device.site + 1 < world.sites.len() && device.connected && other.connected;
    json!({
        "org_id": ORG_ID, "site_id": world.site_of(device).id, "mac": device.mac, "peer_ip": other.ip,
        "port_id": format!("{port}.0"), "vrf_name": "default", "priority": 128, "up": up,
        "state": if up { "full" } else { "init" }, "dead_time": random.between(28, 39),
        "timestamp": world.ago(random.between(20, 290)),
    })
}
