//! Configuration changes by Marvis.

use serde_json::{Value, json};

use super::self_account::{ADMINS, admin_id};
use crate::{
    engine::{Collection, Route},
    world::{Kind, ORG_ID, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search_with(
        "/api/v1/sites/{site_id}/marvis_configs/search",
        &ACTIONS,
        &["start", "end", "limit", "total"],
    ),
    Route::count(
        "/api/v1/sites/{site_id}/marvis_configs/count",
        &ACTIONS,
        "mac type src admin_id op port_id reason vlan_ids",
    ),
];

static ACTIONS: Collection = Collection::timed("marvis config actions", actions);

/// Operation, reason and VLANs of a change.
const SORTS: &[(&str, &str, &[i64])] = &[
    ("disable_port", "rogue_dhcp_server_detected", &[]),
    ("enable_port", "rogue_dhcp_server_cleared", &[]),
    ("add_vlans_to_port", "missing_vlan", &[40, 50]),
];

fn actions(world: &World) -> Vec<Value> {
    let rows = world.kind(Kind::Switch).flat_map(|switch| {
        SORTS.iter().zip(0..).map(move |((op, reason, vlans), number)| {
            let mut random = Random::of(&format!("marvis config {}", switch.mac));
            let (port, ago) = (random.between(12, 20), random.between(20_000, 80_000));
            json!({
                "id": uuid(&format!("marvis config {} {op}", switch.mac)), "org_id": ORG_ID, "site_id": world.site_of(switch).id,
                "mac": switch.mac, "port_id": format!("ge-0/0/{port}"), "type": "wired", "src": "marvis", "op": op, "reason": reason,
                "admin_id": admin_id(ADMINS[0].0), "vlan_ids": vlans, "timestamp": world.ago(ago - number * 5_400),
            })
        })
    });
    rows.collect()
}
