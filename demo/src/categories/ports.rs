//! Switch and gateway ports.

use serde_json::{Value, json};

use super::record::with;
use crate::{
    engine::{Collection, Route},
    world::{Device, Kind, ORG_ID, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/orgs/{org_id}/stats/ports/search", &PORTS),
    Route::count("/api/v1/orgs/{org_id}/stats/ports/count", &PORTS, COUNTED),
    Route::search("/api/v1/sites/{site_id}/stats/ports/search", &PORTS),
    Route::count("/api/v1/sites/{site_id}/stats/ports/count", &PORTS, COUNTED),
];

/// The fields that ports are counted by.
const COUNTED: &str = "mac full_duplex neighbor_mac neighbor_port_desc neighbor_system_name poe_disabled poe_mode poe_on port_id port_mac speed up";

pub(super) static PORTS: Collection = Collection::seen("ports", ports);

fn ports(world: &World) -> Vec<Value> {
    let switches = world.kind(Kind::Switch).flat_map(|switch| {
        let to_devices = world.devices.iter().filter(|device| device.kind == Kind::AccessPoint);
        let to_devices = to_devices.filter_map(move |device| {
            let (_, port) = device.uplink.as_ref().filter(|(name, _)| *name == switch.name)?;
            let neighbor = json!({
                "neighbor_mac": device.mac, "neighbor_system_name": device.name, "neighbor_port_desc": "ETH0",
                "poe_on": device.connected, "poe_mode": "802.3at", "poe_priority": "low", "power_draw": if device.connected { 18.2 } else { 0.0 },
                "port_usage": "ap", "up": device.connected, "active": device.connected,
            });
            let port = with(port_stats(world, switch, port), neighbor);
            // A port goes down with its device.
            Some(if device.connected { port } else { with(port, json!({ "last_flapped": world.ago(device.silent) })) })
        });
        let here = world.wired.iter().filter(|client| world.devices[client.switch].mac == switch.mac);
        let to_clients = here.map(move |client| {
            let neighbor = json!({
                "neighbor_mac": client.mac, "neighbor_system_name": client.hostname, "mac_count": 1, "port_usage": "staff-desk",
                "auth_state": "authenticated",
            });
            with(port_stats(world, switch, &client.port), neighbor)
        });
        let gateway = world.kind(Kind::Gateway).find(|gateway| gateway.site == switch.site);
        let uplink = gateway.map(|gateway| {
            let port = switch.uplink.as_ref().map_or("", |(_, port)| port.as_str());
            let neighbor = json!({
                "neighbor_mac": gateway.mac, "neighbor_system_name": gateway.name, "neighbor_port_desc": port,
                "uplink": true, "up": switch.connected, "active": switch.connected, "speed": 10_000, "poe_disabled": true, "xcvr_part_number": "740-021308", "stp_role": "root", "port_usage": "uplink",
            });
            with(port_stats(world, switch, "xe-0/2/0"), neighbor)
        });
        to_devices.chain(to_clients).chain(uplink).collect::<Vec<_>>()
    });
    let wan = world.kind(Kind::Gateway).map(|gateway| {
        with(
            port_stats(world, gateway, "ge-0/0/0"),
            json!({ "port_usage": "wan", "uplink": true, "up": gateway.connected, "active": gateway.connected, "latency": 11.5, "jitter": 0.8, "loss": 0.1 }),
        )
    });
    switches.chain(wan).collect()
}

fn port_stats(world: &World, device: &Device, port: &str) -> Value {
    let mut random = Random::of(&format!("port {} {port}", device.mac));
    json!({
        "org_id": ORG_ID, "site_id": world.site_of(device).id, "mac": device.mac, "type": device.kind.name(),
        "port_id": port, "port_mac": format!("{}{:02x}", &device.mac[..10], random.between(1, 255)),
        "up": true, "active": true, "disabled": false, "full_duplex": true, "speed": 1000, "for_site": true,
        "poe_disabled": false, "poe_on": false, "uplink": false, "stp_state": "forwarding", "stp_role": "designated",
        "rx_bytes": random.between(1 << 20, 1 << 40), "tx_bytes": random.between(1 << 20, 1 << 40),
        "rx_pkts": random.between(1 << 12, 1 << 30), "tx_pkts": random.between(1 << 12, 1 << 30),
        "rx_bps": random.between(0, 40_000_000), "tx_bps": random.between(0, 40_000_000),
        "rx_errors": random.between(0, 3), "tx_errors": 0, "last_flapped": world.ago(device.uptime / 2),
        "~device_type": device.kind.name(),
        "rx_mcast_pkts": random.between(100, 90_000), "tx_mcast_pkts": random.between(100, 90_000),
        "rx_bcast_pkts": random.between(100, 90_000), "tx_bcast_pkts": random.between(100, 90_000),
        "~last_seen": world.ago(60), "~lte_imsi": null, "~lte_iccid": null, "~lte_imei": null,
    })
}
