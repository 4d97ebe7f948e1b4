//! Parts of a device: virtual chassis, cluster, IoT port, flows; and channels of a country.

use serde_json::{Map, Value, json};

use super::constants;
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Device, Kind, ORG_ID, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::made("/api/v1/sites/{site_id}/devices/ap_channels", channels),
    Route::search_with(
        "/api/v1/sites/{site_id}/devices/{device_id}/flow_records/search",
        &FLOWS,
        &["start", "end", "limit", "total"],
    ),
    Route::one_by("/api/v1/sites/{site_id}/devices/{device_id}/ha", &CLUSTERS, "device_id"),
    Route::made("/api/v1/sites/{site_id}/devices/{device_id}/iot", iot),
    Route::one("/api/v1/sites/{site_id}/devices/{device_id}/vc", &CHASSIS),
];

static CLUSTERS: Collection = Collection::of("gateway clusters", clusters);
static CHASSIS: Collection = Collection::of("virtual chassis", all_chassis);
static FLOWS: Collection = Collection::timed("flow records", flows);

/// The device of a call, if it is of a kind.
fn device<'w>(call: &Call<'w>, kind: Kind) -> Result<&'w Device, ApiError> {
    let (site, id) = (call.hole("site_id"), call.hole("device_id"));
    let is_requested = |device: &&Device| device.id == id && call.world.site_of(device).id == site;
    call.world.kind(kind).find(is_requested).ok_or_else(ApiError::not_found)
}

/// What regulators allow in a country, in the site's where the call names none.
fn channels(call: &Call<'_>) -> Result<Answer, ApiError> {
    let here = call.world.site(call.hole("site_id")).map_or("GB", |site| site.plan.country);
    constants::channels(call, here)
}

/// No gateway here has a second node.
fn clusters(world: &World) -> Vec<Value> {
    let rows = world.kind(Kind::Gateway).map(|gateway| {
        json!({
            "nodes": [{ "mac": gateway.mac }], "~mac": gateway.mac, "~device_id": gateway.id,
            "~site_id": world.site_of(gateway).id,
        })
    });
    rows.collect()
}

fn iot(call: &Call<'_>) -> Result<Answer, ApiError> {
    device(call, Kind::AccessPoint)?;
    Ok(Answer::json(json!({ "DO": 0, "A1": 1 })))
}

fn all_chassis(world: &World) -> Vec<Value> {
    world.kind(Kind::Switch).map(|switch| chassis(world, switch)).collect()
}

/// A switch as the one member of its chassis.
fn chassis(world: &World, switch: &Device) -> Value {
    let mut random = Random::of(&format!("chassis {}", switch.mac));
    let used = random.between(8, 30);
    let member = json!({
        "fpc_idx": 0, "mac": switch.mac, "serial": switch.serial, "model": switch.model, "version": switch.version,
        "type": "fpc", "status": "present", "vc_role": "master", "vc_state": "present", "vc_mode": "virtual-chassis",
        "uptime": switch.uptime, "last_seen": world.ago(switch.silent), "boot_partition": "junos", "vc_links": [],
        "cpu_stat": { "idle": 100 - used, "user": used - 4, "system": 4, "interrupt": 0, "usage": used, "load_avg": [0.4, 0.5, 0.4] },
        "memory_stat": { "usage": random.between(30, 60) },
        "poe": { "max_power": 740, "power_draw": random.fraction(40, 320), "status": "on" },
        "fans": [{ "name": "Fan Tray 0 Fan 0", "airflow": "out", "rpm": random.between(5_000, 8_000), "status": "ok" }],
        "psus": [{ "name": "Power Supply 0", "status": "ok" }],
        "temperatures": [{ "name": "CPU", "celsius": random.fraction(38, 58), "status": "ok" }],
    });
    json!({
        "id": switch.id, "org_id": ORG_ID, "site_id": world.site_of(switch).id, "mac": switch.mac, "vc_mac": switch.mac,
        "serial": switch.serial, "model": switch.model, "type": "switch", "status": switch.status(), "locating": false,
        "config_type": "nonprovisioned", "num_routing_engines": 1, "members": [member],
    })
}

/// Where the flows of wired clients go.
const TARGETS: &[(&str, &str, i64)] =
    &[("198.51.100.40", "tcp", 443), ("198.51.100.53", "udp", 53), ("203.0.113.9", "tcp", 8883)];

fn flows(world: &World) -> Vec<Value> {
    let rows = world.wired.iter().flat_map(|client| {
        let switch = &world.devices[client.switch];
        TARGETS.iter().zip(0..).map(move |((target, protocol, port), number)| {
            let mut random = Random::of(&format!("flow {} {number}", client.mac));
            let (ago, lasted, packets) = (random.between(30, 3_000), random.between(2, 600), random.between(4, 9_000));
            let row = json!({
                "org_id": ORG_ID, "site_id": world.site_of(switch).id, "device_mac": switch.mac, "flow_id": random.between(1_000, 99_999),
                "src_ip": client.ip, "src_port": random.between(49_152, 65_535), "dst_ip": target, "dst_port": port,
                "protocol": protocol, "direction": "ingress", "state": if random.chance(60) { "aged-out" } else { "active" },
                "start_time": world.ago(ago + lasted), "end_time": world.ago(ago), "duration": lasted, "timestamp": world.ago(ago),
                "total_pkts": packets, "total_bytes": packets * random.between(90, 1_300), "sampling_percentage": 0.1,
            });
            let hidden = Map::from_iter([("~device_id".to_owned(), Value::from(switch.id.as_str()))]);
            super::record::with(row, Value::Object(hidden))
        })
    });
    rows.collect()
}
