//! Network templates (LAN).

use serde_json::{Value, json};

use super::record::{self, record};
use crate::{
    engine::{Collection, Route},
    world::World,
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/networktemplates", &TEMPLATES),
    Route::one("/api/v1/orgs/{org_id}/networktemplates/{networktemplate_id}", &TEMPLATES),
    Route::one_by("/api/v1/sites/{site_id}/networktemplates/derived", &TEMPLATES, "site_id"),
    Route::pages("/api/v1/orgs/{org_id}/evpn_topologies", &TOPOLOGIES),
    Route::one("/api/v1/orgs/{org_id}/evpn_topologies/{evpn_topology_id}", &TOPOLOGY),
    Route::pages("/api/v1/sites/{site_id}/evpn_topologies", &TOPOLOGIES),
    Route::one("/api/v1/sites/{site_id}/evpn_topologies/{evpn_topology_id}", &TOPOLOGY),
];

static TEMPLATES: Collection = Collection::of("network templates", templates);
static TOPOLOGIES: Collection = Collection::of("evpn topologies", topologies);
static TOPOLOGY: Collection = Collection::of("evpn topology", topology);

/// The template that every site uses.
pub(super) fn network_template_id() -> String {
    record::id("network template", "Branch LAN")
}

fn templates(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().map(|site| site.id.as_str()).collect::<Vec<_>>();
    vec![record(
        world,
        "network template",
        "Branch LAN",
        json!({
            "~site_id": sites,
            "ntp_servers": ["pool.ntp.org"],
            "dns_suffix": ["harbourandpine.example"],
            "networks": {
                "mgmt": { "vlan_id": 10 }, "staff": { "vlan_id": 20 }, "scanners": { "vlan_id": 30 },
                "guest": { "vlan_id": 40 }, "things": { "vlan_id": 50 }, "voice": { "vlan_id": 60 },
            },
            "port_usages": {
                "access-point": { "mode": "trunk", "port_network": "mgmt", "all_networks": true, "poe_disabled": false },
                "staff-desk": { "mode": "access", "port_network": "staff", "voip_network": "voice", "stp_edge": true },
            },
            "radius_config": { "auth_servers": [{ "host": "10.11.20.5", "port": 1812, "secret": "demo-secret-radius" }] },
            "switch_mgmt": { "root_password": "demo-secret-switch-root", "config_revert_timer": 10 },
        }),
    )]
}

/// The one fabric, at the distribution centre, as lists show it.
fn topologies(world: &World) -> Vec<Value> {
    let leeds = world.sites.iter().take(1);
    let fabric = leeds.map(|site| record(world, "evpn topology", "Leeds core", json!({
        "site_id": site.id,
        "for_site": true,
        "evpn_options": { "routed_at": "edge", "auto_router_id_subnet": "172.16.254.0/23", "core_as_border": true },
        "pod_names": { "1": "Hall A" },
    })));
    fabric.collect()
}

fn topology(world: &World) -> Vec<Value> {
    let whole = topologies(world).into_iter().map(|row| {
        let switches = world.devices.iter().filter(|device| device.site == 0 && device.kind == crate::world::Kind::Switch);
        let switches = switches.map(|switch| {
            json!({ "mac": switch.mac, "site_id": world.site_of(switch).id, "role": if switch.place == 0 { "collapsed-core" } else { "access" } })
        });
        record::with(row, json!({ "switches": switches.collect::<Vec<_>>() }))
    });
    whole.collect()
}
