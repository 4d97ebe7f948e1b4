//! Devices of a site: configuration, search, count, export.

use axum::http::HeaderValue;
use serde_json::{Map, Value, json};

use super::{
    device_events, devices_config,
    orgs_devices::{AP, FOUND},
    record, stats,
};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Device, Kind, ORG_ID, Radio, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/sites/{site_id}/devices", &CONFIGURED).with_defaults(AP),
    Route::one("/api/v1/sites/{site_id}/devices/{device_id}", &CONFIGURED),
    Route::search("/api/v1/sites/{site_id}/devices/search", &FOUND).with_defaults(AP),
    Route::count(
        "/api/v1/sites/{site_id}/devices/count",
        &FOUND,
        "model hostname lldp_mgmt_addr lldp_port_id lldp_system_desc lldp_system_name map_id mxedge_id mxtunnel_status version",
    )
    .with_defaults(AP),
    Route::search("/api/v1/sites/{site_id}/devices/events/search", &device_events::EVENTS),
    Route::count("/api/v1/sites/{site_id}/devices/events/count", &device_events::EVENTS, "model mac type type_code"),
    Route::search("/api/v1/sites/{site_id}/devices/config_history/search", &CONFIG_HISTORY).with_defaults(AP),
    Route::count("/api/v1/sites/{site_id}/devices/config_history/count", &CONFIG_HISTORY, "mac version name"),
    Route::search("/api/v1/sites/{site_id}/devices/last_config/search", &LAST_CONFIGS).with_defaults(&[("device_type", "ap")]),
    Route::count("/api/v1/sites/{site_id}/devices/last_config/count", &LAST_CONFIGS, "mac name site_id version"),
    Route::made("/api/v1/sites/{site_id}/devices/export", export),
];

static CONFIGURED: Collection = Collection::of("configured devices", configured);
static CONFIG_HISTORY: Collection = Collection::timed("config history", config_history);
/// The last configuration of each access point; Mist's schema has no other devices here.
pub(super) static LAST_CONFIGS: Collection = Collection::timed("last configs", last_configs);

fn configured(world: &World) -> Vec<Value> {
    world.devices.iter().map(|device| configuration(world, device)).collect()
}

fn configuration(world: &World, device: &Device) -> Value {
    let site = world.site_of(device);
    let (x, y) = device.position;
    let common = json!({
        "id": device.id,
        "org_id": ORG_ID,
        "site_id": site.id,
        "type": device.kind.name(),
        "mac": device.mac,
        "serial": device.serial,
        "model": device.model,
        "name": device.name,
        "map_id": site.map_id,
        "x": x,
        "y": y,
        "created_time": record::created(world),
        "modified_time": world.ago(device.uptime),
    });
    let more = match device.kind {
        Kind::AccessPoint => json!({
            "height": 3.2,
            "orientation": (device.place * 45) % 360,
            "ip_config": { "type": "dhcp", "type6": "autoconf", "vlan_id": 10 },
            "radio_config": { "band_24": { "bandwidth": 20 }, "band_5": { "bandwidth": 40 }, "scanning_enabled": true },
            "deviceprofile_id": (device.model == "AP63").then(devices_config::outdoor_profile_id),
        }),
        Kind::Switch => json!({
            "managed": true,
            "mist_configured": true,
            "role": "access",
            "ip_config": { "type": "static", "ip": device.ip, "netmask": "255.255.255.0", "gateway": site.ip(10, 0), "network": "mgmt" },
            "port_config": switch_ports(world, device),
            "switch_mgmt": { "root_password": "demo-secret-switch-root" },
        }),
        Kind::Gateway => json!({
            "managed": true,
            "mist_configured": true,
            "ip_configs": { "mgmt": { "type": "static", "ip": device.ip, "netmask": "/24" } },
            "gateway_mgmt": { "root_password": "demo-secret-gateway-root" },
            "dns_servers": ["9.9.9.9"],
        }),
    };
    record::with(common, more)
}

/// How the ports of a switch are used: those of its access points, and its uplink.
fn switch_ports(world: &World, switch: &Device) -> Value {
    let on_it = world
        .devices
        .iter()
        .filter_map(|device| device.uplink.as_ref().filter(|(name, _)| *name == switch.name));
    let mut ports = on_it.map(|(_, port)| (port.clone(), json!({ "usage": "ap" }))).collect::<Map<_, _>>();
    ports.insert("xe-0/2/0".to_owned(), json!({ "usage": "uplink" }));
    ports.into()
}

fn last_configs(world: &World) -> Vec<Value> {
    world.kind(Kind::AccessPoint).map(|ap| history_entry(world, ap, 0)).collect()
}

fn config_history(world: &World) -> Vec<Value> {
    world
        .kind(Kind::AccessPoint)
        .flat_map(|ap| (0..8).map(move |age| history_entry(world, ap, age)))
        .collect()
}

/// A configuration that was pushed; those of age 0 are in force.
fn history_entry(world: &World, ap: &Device, age: i64) -> Value {
    let mut random = Random::of(&format!("config {} {age}", ap.mac));
    let site = world.site_of(ap);
    let channel =
        |band: &str| ap.radios.iter().find(|radio| radio.band == band).map_or(0, |radio| radio.channel);
    let ssids = |band: &str| {
        let here = world.wlans.iter().filter(|wlan| wlan.is_at(site.index) && wlan.bands.contains(&band));
        here.map(|wlan| wlan.ssid).collect::<Vec<_>>()
    };
    let here = world.wlans.iter().filter(|wlan| wlan.is_at(site.index)).collect::<Vec<_>>();
    let radio = |radio: &Radio| json!({ "band": radio.band, "channel": radio.channel });
    json!({
        "channel_24": channel("24"),
        "channel_5": channel("5"),
        "radio_macs": ap.radios.iter().map(|radio| radio.mac.as_str()).collect::<Vec<_>>(),
        "radios": ap.radios.iter().map(radio).collect::<Vec<_>>(),
        "secpolicy_violated": false,
        "ssids": here.iter().map(|wlan| wlan.ssid).collect::<Vec<_>>(),
        "ssids_24": ssids("24"),
        "ssids_5": ssids("5"),
        "timestamp": world.ago(ap.silent.max(600) + age * 40_000 + random.between(0, 30_000)),
        "version": ap.version,
        "wlans": here.iter().map(|wlan| json!({
            "id": wlan.id, "ssid": wlan.ssid, "auth": wlan.auth, "bands": wlan.bands, "vlan_ids": [wlan.vlan.to_string()],
        })).collect::<Vec<_>>(),
        "~mac": ap.mac,
        "~name": ap.name,
        "~type": "ap",
        "~device_type": "ap",
        "~site_id": site.id,
        "~cert_expires_in": random.between(20, 360) * 86_400,
    })
}

fn export(call: &Call<'_>) -> Result<Answer, ApiError> {
    let site = call.world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    let devices = call.world.rows(&stats::DEVICES);
    let here = devices.iter().filter(|row| row.get("site_id").is_some_and(|it| *it == site.id.as_str()));
    let lines = here.map(|row| {
        let text = |name| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let columns = ["name", "mac", "serial", "model", "type", "ip", "version", "status"].map(text);
        let device = call.world.devices.iter().find(|device| device.mac == text("mac"));
        let (x, y) = device.map_or((0, 0), |device| device.position);
        columns.join(",") + &format!(",{x},{y}\n")
    });
    let head = "name,mac,serial,model,type,ip,version,status,x,y\n".to_owned();
    let disposition = HeaderValue::from_static("attachment; filename=\"devices.csv\"");
    Ok(Answer {
        body: (head + &lines.collect::<String>()).into_bytes(),
        content_type: "text/csv; charset=utf-8",
        headers: vec![("content-disposition", disposition)],
    })
}
