//! Statistics of sites, devices and clients.

mod metrics;

use serde_json::{Value, json};

use super::{
    inventory::INVENTORY,
    msps, orgs_alarm_templates, orgs_sites,
    record::{self, with},
    service_levels::{Level, sums},
    wan_stats,
};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Part, Route, Row, shown},
    world::{Device, Kind, MSP_ID, ORG_ID, ORG_NAME, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::whole("/api/v1/orgs/{org_id}/stats", org),
    Route::pages("/api/v1/orgs/{org_id}/stats/sites", &SITES),
    Route::one("/api/v1/sites/{site_id}/stats", &SITES),
    Route::pages("/api/v1/orgs/{org_id}/stats/devices", &DEVICES)
        .with_defaults(&[("type", "ap")])
        .with_parts(PEERS),
    Route::pages("/api/v1/sites/{site_id}/stats/devices", &DEVICES).with_defaults(&[("type", "ap")]),
    Route::one("/api/v1/sites/{site_id}/stats/devices/{device_id}", &DEVICES).with_parts(PEERS),
    Route::made("/api/v1/sites/{site_id}/stats/devices/{device_id}/clients", clients_of_device),
    Route::whole("/api/v1/sites/{site_id}/stats/gateways/metrics", metrics::gateways),
    Route::made("/api/v1/sites/{site_id}/stats/switches/metrics", metrics::switches),
    Route::list("/api/v1/sites/{site_id}/stats/clients", &CLIENTS),
    Route::one_by("/api/v1/sites/{site_id}/stats/clients/{client_mac}", &CLIENTS, "mac"),
    Route::pages("/api/v1/sites/{site_id}/stats/maps/{map_id}/clients", &CLIENTS),
];

/// What runs over the WAN of a gateway.
const PEERS: &[Part] = &[
    Part { field: "bgp_peers", rows: &wan_stats::BGP },
    Part { field: "tunnels", rows: &wan_stats::TUNNELS },
    Part { field: "vpn_peers", rows: &wan_stats::VPN },
];

static SITES: Collection = Collection::of("site stats", sites);
/// How each device is doing.
pub(super) static DEVICES: Collection = Collection::of("device stats", devices);
/// How each connected wireless client is doing.
pub(super) static CLIENTS: Collection = Collection::of("client stats", clients);

fn org(call: &Call<'_>) -> Value {
    figures(call.world)
}

/// The service levels that the figures of an organization have.
pub(super) const LEVELS_OF_ORGS: [&str; 3] = ["coverage", "capacity", "time-to-connect"];

/// The organization in figures.
pub(super) fn figures(world: &World) -> Value {
    let devices = world.rows(&DEVICES);
    let connected = devices.iter().filter(|row| is_connected(row)).count();
    let levels = LEVELS_OF_ORGS.iter().filter_map(|name| Level::named(name));
    let levels = levels.map(|level| {
        let hours = world.sites.iter().flat_map(|site| level.hours(world, site, 24)).collect::<Vec<_>>();
        let (total, bad) = sums(&hours);
        json!({ "path": level.name, "user_minutes": { "total": total, "ok": total - bad } })
    });
    json!({
        "id": ORG_ID, "name": ORG_NAME, "msp_id": MSP_ID, "alarmtemplate_id": orgs_alarm_templates::id(),
        "allow_mist": true, "orggroup_ids": msps::orggroup_ids(ORG_NAME), "session_expiry": 1440,
        "created_time": record::created(world), "modified_time": world.ago(12 * 86_400),
        "num_sites": world.sites.len(), "num_inventory": world.rows(&INVENTORY).len(), "num_devices": devices.len(),
        "num_devices_connected": connected, "num_devices_disconnected": devices.len() - connected,
        "sle": levels.collect::<Vec<_>>(),
    })
}

fn is_connected(row: &Row) -> bool {
    row.get("status").is_some_and(|status| status == "connected")
}

fn sites(world: &World) -> Vec<Value> {
    let (rows, devices, clients) =
        (world.rows(&orgs_sites::SITES), world.rows(&DEVICES), world.rows(&CLIENTS));
    let stats = rows.iter().filter_map(|row| {
        let id = row.get("id")?.as_str()?;
        let site = world.site(id)?;
        let is_here = |row: &&Row| row.get("site_id").is_some_and(|site| site == id);
        let here = |kind: Option<Kind>, connected: bool| {
            let of_kind =
                |row: &&Row| kind.is_none_or(|kind| row.get("type").is_some_and(|it| it == kind.name()));
            devices
                .iter()
                .filter(is_here)
                .filter(of_kind)
                .filter(|row| is_connected(row) || !connected)
                .count()
        };
        let (ap, switch, gateway) = (Some(Kind::AccessPoint), Some(Kind::Switch), Some(Kind::Gateway));
        let (lat, lng) = site.plan.position;
        Some(with(
            row.clone().into(),
            json!({
                "lat": lat, "lng": lng, "tzoffset": 0,
                "num_ap": here(ap, false), "num_ap_connected": here(ap, true),
                "num_switch": here(switch, false), "num_switch_connected": here(switch, true),
                "num_gateway": here(gateway, false), "num_gateway_connected": here(gateway, true),
                "num_devices": here(None, false), "num_devices_connected": here(None, true),
                "num_clients": clients.iter().filter(is_here).count(),
            }),
        ))
    });
    stats.collect()
}

fn devices(world: &World) -> Vec<Value> {
    world.devices.iter().map(|device| device_stats(world, device)).collect()
}

fn device_stats(world: &World, device: &Device) -> Value {
    let site = world.site_of(device);
    let mut random = Random::of(&format!("stats {}", device.mac));
    let common = json!({
        "id": device.id, "org_id": ORG_ID, "site_id": site.id, "type": device.kind.name(), "mac": device.mac,
        "name": device.name, "model": device.model, "serial": device.serial, "version": device.version,
        "status": device.status(),
        "ip": device.ip, "ext_ip": site.external_ip(), "map_id": site.map_id,
        "uptime": if device.connected { device.uptime } else { 0 }, "last_seen": world.ago(device.silent),
        "created_time": record::created(world), "modified_time": world.ago(device.uptime),
    });
    if device.kind != Kind::AccessPoint {
        let used = random.between(5, 40);
        return with(
            common,
            json!({
                "hostname": device.name,
                "~evpntopo_id": null,
                // A fabric is something for switches, and none of them is in one.
                "~evpn_unused": device.kind == Kind::Switch,
                "config_status": "success",
                "cpu_stat": { "idle": 100 - used, "user": used, "system": 0, "interrupt": 0, "load_avg": [0.3, 0.4, 0.4] },
                "memory_stat": { "usage": random.between(30, 70) },
            }),
        );
    }
    let connected = world.rows(&CLIENTS);
    let clients =
        connected.iter().filter(|client| client.get("ap_mac").is_some_and(|ap| *ap == device.mac.as_str()));
    let radios = device.radios.iter().map(|radio| {
        let client_count = clients
            .clone()
            .filter(|client| client.get("band").is_some_and(|band| band == radio.band))
            .count();
        let stat = json!({
            "mac": radio.mac, "channel": radio.channel, "bandwidth": radio.bandwidth, "power": radio.power,
            "num_clients": client_count, "util_all": random.between(5, 60), "noise_floor": -92,
        });
        (format!("band_{}", radio.band), stat)
    });
    let radios = radios.collect::<serde_json::Map<_, _>>();
    let wlans = world.wlans.iter().filter(|wlan| wlan.is_at(site.index)).count();
    let mut stats = json!({
        "num_clients": clients.count(), "num_wlans": wlans, "radio_stat": radios, "cpu_util": random.between(4, 45),
        "mem_total_kb": 1_048_576, "mem_used_kb": random.between(300_000, 700_000), "power_src": "PoE 802.3at",
        "power_constrained": false, "rx_bps": random.between(10_000, 9_000_000), "tx_bps": random.between(10_000, 9_000_000),
        "x": device.position.0, "y": device.position.1,
    });
    if let Some((switch, port)) = &device.uplink {
        stats["lldp_stat"] = json!({ "system_name": switch, "port_id": port, "port_desc": port });
    }
    with(common, stats)
}

fn clients(world: &World) -> Vec<Value> {
    let present = world.clients.iter().filter(|client| client.present()).map(|client| {
        let (ap, wlan, hardware) = (&world.devices[client.ap], &world.wlans[client.wlan], client.hardware);
        let site = &world.sites[client.site];
        let mut random = Random::of(&format!("stats {}", client.mac));
        json!({
            "mac": client.mac, "hostname": client.hostname, "username": client.username.as_deref().unwrap_or_default(),
            "ip": client.ip, "site_id": site.id, "map_id": site.map_id, "ap_id": ap.id, "ap_mac": ap.mac,
            "band": client.radio.band, "channel": client.radio.channel, "bssid": client.radio.mac, "proto": hardware.protocol,
            "ssid": wlan.ssid, "wlan_id": wlan.id, "vlan_id": wlan.vlan.to_string(),
            "key_mgmt": wlan.key_management().unwrap_or("Open"), "is_guest": wlan.auth == "open",
            "family": hardware.family, "manufacture": hardware.manufacturer, "model": hardware.model, "os": hardware.os,
            "rssi": client.rssi, "snr": client.snr, "assoc_time": world.ago(client.connected_for), "uptime": client.connected_for,
            "last_seen": world.ago(client.silent), "idle_time": client.silent, "dual_band": true, "power_saving": false,
            "rx_bytes": random.between(1 << 18, 1 << 30), "tx_bytes": random.between(1 << 18, 1 << 30),
            "rx_rate": random.between(50, 800), "tx_rate": random.between(50, 800),
            "rx_bps": random.between(0, 4_000_000), "tx_bps": random.between(0, 9_000_000),
            "x": ap.position.0 + 20, "y": ap.position.1 + 15,
            "~wired": false,
        })
    });
    present.collect()
}

/// The clients that are connected to one access point; no other device has any.
fn clients_of_device(call: &Call<'_>) -> Result<Answer, ApiError> {
    let (site, device) = (call.hole("site_id"), call.hole("device_id"));
    let here = |known: &&Device| known.id == device && call.world.site_of(known).id == site;
    let device = call.world.devices.iter().find(here).ok_or_else(ApiError::not_found)?;
    let rows = call.world.rows(&CLIENTS);
    let rows =
        rows.iter().filter(|row| row.get("ap_mac").is_some_and(|it| it == device.mac.as_str())).map(shown);
    Ok(Answer::json(rows.collect()))
}
