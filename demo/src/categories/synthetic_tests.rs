//! Synthetic tests: DHCP, DNS, speed.

use serde_json::{Value, json};

use super::record::with;
use crate::{
    engine::{Collection, Route},
    world::{Device, Kind, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/sites/{site_id}/synthetic_test/search", &TESTS),
    // The latest test of the device: the rows come newest first.
    Route::one_by("/api/v1/sites/{site_id}/devices/{device_id}/synthetic_test", &TESTS, "device_id"),
];

static TESTS: Collection = Collection::timed("synthetic tests", tests);

fn tests(world: &World) -> Vec<Value> {
    let rows = world.devices.iter().flat_map(|device| {
        let kinds: &[&str] = match device.kind {
            Kind::AccessPoint => &["arp", "dhcp", "dns", "curl"],
            Kind::Switch => &["arp", "dhcp", "dns", "radius", "lan_connectivity"],
            Kind::Gateway => &["speedtest", "dns", "lan_connectivity"],
        };
        kinds.iter().map(move |kind| test(world, device, kind))
    });
    rows.collect()
}

fn test(world: &World, device: &Device, kind: &str) -> Value {
    let mut random = Random::of(&format!("synthetic {} {kind}", device.mac));
    // A device that is down has not tested anything since.
    let ago = random.between(300, 80_000) + if device.connected { 0 } else { device.silent };
    let failed = random.chance(8);
    let test = json!({
        "mac": device.mac, "device_type": device.kind.name(), "type": kind, "by": if random.chance(75) { "marvis" } else { "user" },
        "failed": failed, "status": if failed { "failed" } else { "success" }, "latency": random.between(2, 60),
        "start_time": world.ago(ago + 20), "timestamp": world.ago(ago),
        "~site_id": world.site_of(device).id, "~device_id": device.id, "~protocol": null, "~tenant": null, "~reason": null,
        "~vlan_id": null, "~port_id": null,
    });
    let test =
        if failed { with(test, json!({ "reason": format!("No answer to {kind} in time") })) } else { test };
    let vlan = *random.pick(&[20, 30, 50]);
    match (device.kind, kind) {
        (Kind::Gateway, "speedtest") => with(
            test,
            json!({ "port_id": "ge-0/0/0", "rx_mbps": random.between(180, 900), "tx_mbps": random.between(40, 400) }),
        ),
        (_, "lan_connectivity") => with(
            test,
            json!({ "vlan_id": vlan, "~tenant": super::orgs_wan::network_of(vlan), "~protocol": random.pick(&["ping", "traceroute"]) }),
        ),
        _ => with(test, json!({ "vlan_id": vlan })),
    }
}
