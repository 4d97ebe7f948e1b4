//! Service paths across the WAN: events and usage.

use serde_json::{Value, json};

use super::{
    orgs_wan::{POLICY_TENANTS, VPN},
    wan_stats::hub_and_spokes,
};
use crate::{
    engine::{Collection, Route},
    world::{Device, Kind, ORG_ID, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/sites/{site_id}/services/events/search", &EVENTS),
    Route::count(
        "/api/v1/sites/{site_id}/services/events/count",
        &EVENTS,
        "type mac model policy port_id site_id vpn_name vpn_path",
    ),
    Route::paged_search_without_total("/api/v1/sites/{site_id}/wan_usages/search", &USAGES),
    Route::count(
        "/api/v1/sites/{site_id}/wan_usages/count",
        &USAGES,
        "policy mac path_type peer_mac peer_port_id port_id tenant",
    ),
];

static EVENTS: Collection = Collection::timed("service path events", events);
static USAGES: Collection = Collection::timed("wan usages", usages);

const SORTS: &[(&str, &str)] = &[
    ("GW_SERVICE_PATH_ADD", "The path was added"),
    ("GW_SERVICE_PATH_REMOVE", "The path was removed"),
    ("GW_SERVICE_PATH_DOWN", "The peer does not answer"),
    ("GW_SERVICE_PATH_UP", "The peer answers again"),
];

/// A gateway at the other end of the VPN: the hub, or a spoke where the hub itself is asked about.
fn peer_of<'w>(world: &'w World, gateway: &Device, random: &mut Random) -> Option<&'w Device> {
    let (hub, spokes) = hub_and_spokes(world);
    if gateway.site == 0 { Some(*random.pick(&spokes)) } else { hub }
}

fn events(world: &World) -> Vec<Value> {
    let rows = world.kind(Kind::Gateway).flat_map(|gateway| (0..16).filter_map(move |number| {
        let mut random = Random::of(&format!("service path {} {number}", gateway.mac));
        let peer = peer_of(world, gateway, &mut random)?;
        let ((name, text), (policy, _)) = (random.pick(SORTS), random.pick(&POLICY_TENANTS));
        let ago = random.between(300, if number % 2 == 0 { 86_000 } else { 600_000 });
        let hub = if gateway.site == 0 { gateway } else { peer };
        Some(json!({
            "org_id": ORG_ID, "site_id": world.site_of(gateway).id, "mac": gateway.mac, "model": gateway.model,
            "version": gateway.version, "type": name, "text": text, "policy": policy, "port_id": "ge-0/0/0",
            "vpn_name": VPN, "vpn_path": format!("{}-wan0", hub.name), "timestamp": world.ago(ago),
            "~peer_mac": peer.mac, "~peer_port_id": "ge-0/0/0",
        }))
    }));
    rows.collect()
}

/// Which policy lets which network take which way, each way with its weight.
fn usages(world: &World) -> Vec<Value> {
    let rows = world.kind(Kind::Gateway).flat_map(|gateway| {
        let mut random = Random::of(&format!("wan usage {}", gateway.mac));
        let mut rows = Vec::new();
        for (policy, tenants) in POLICY_TENANTS {
            for tenant in tenants {
                let peer = peer_of(world, gateway, &mut random);
                let vpn = peer.map(|peer| json!({
                    "path_type": "vpn", "path_weight": 10, "peer_mac": peer.mac, "peer_port_id": "ge-0/0/0",
                }));
                let wan = json!({ "path_type": "wan", "path_weight": 20 });
                let common = json!({
                    "mac": gateway.mac, "port_id": "ge-0/0/0", "policy": policy, "tenant": tenant,
                    "~site_id": world.site_of(gateway).id, "~timestamp": world.ago(random.between(60, 80_000)),
                });
                rows.extend(vpn.into_iter().chain([wan]).map(|way| super::record::with(common.clone(), way)));
            }
        }
        rows
    });
    rows.collect()
}
