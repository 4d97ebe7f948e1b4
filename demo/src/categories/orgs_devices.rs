//! Devices of the organization: search, count and summary.

use serde_json::{Map, Value, json};

use super::{device_events, inventory::INVENTORY, mxedges, sites_devices};
use crate::{
    engine::{Call, Collection, Route},
    world::{Device, Kind, ORG_ID, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::whole("/api/v1/orgs/{org_id}/devices", names),
    Route::search("/api/v1/orgs/{org_id}/devices/search", &FOUND).with_defaults(AP),
    Route::count(
        "/api/v1/orgs/{org_id}/devices/count",
        &FOUND,
        "model hostname ip lldp_mgmt_addr lldp_port_id lldp_system_desc lldp_system_name mac managed mxedge_id \
         mxtunnel_status site_id type version",
    )
    .with_defaults(AP),
    Route::search("/api/v1/orgs/{org_id}/devices/events/search", &device_events::EVENTS),
    Route::count(
        "/api/v1/orgs/{org_id}/devices/events/count",
        &device_events::EVENTS,
        "model ap apfw org_id site_id text timestamp type mac",
    ),
    Route::search("/api/v1/orgs/{org_id}/devices/last_config/search", &sites_devices::LAST_CONFIGS)
        .with_defaults(&[("device_type", "ap")]),
    Route::count("/api/v1/orgs/{org_id}/devices/last_config/count", &sites_devices::LAST_CONFIGS, "mac name site_id version")
        .with_defaults(AP),
    Route::pages("/api/v1/orgs/{org_id}/devices/radio_macs", &RADIO_MACS),
    Route::whole("/api/v1/orgs/{org_id}/devices/summary", summary),
    Route::whole("/api/v1/orgs/{org_id}/ocdevices/outbound_ssh_cmd", adoption),
];

/// What Mist takes `type` to be in lists of devices.
pub(super) const AP: &[(&str, &str)] = &[("type", "ap")];

/// Devices as searches show them.
pub(super) static FOUND: Collection = Collection::of("devices found", found);
static RADIO_MACS: Collection = Collection::of("radio macs", radio_macs);

fn found(world: &World) -> Vec<Value> {
    world.devices.iter().map(|device| found_device(world, device).into()).collect()
}

fn found_device(world: &World, device: &Device) -> Map<String, Value> {
    let site = world.site_of(device);
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| drop(row.insert(name.to_owned(), value));
    put("mac", device.mac.as_str().into());
    put("model", device.model.into());
    put("org_id", ORG_ID.into());
    put("site_id", site.id.as_str().into());
    put("hostname", json!([device.name]));
    put("last_hostname", device.name.as_str().into());
    put("ip", device.ip.as_str().into());
    put("ext_ip", site.external_ip().into());
    put("version", device.version.into());
    put("uptime", if device.connected { device.uptime } else { 0 }.into());
    put("timestamp", world.ago(device.silent).into());
    put("~name", device.name.as_str().into());
    if device.kind != Kind::AccessPoint {
        put("type", device.kind.name().into());
        put("managed", true.into());
        put("mist_configured", true.into());
        put("clustered", false.into());
        put("time_drifted", false.into());
        put("last_config_status", "success".into());
        put("~evpntopo_id", Value::Null);
        put("~radius_stats", Value::Null);
        if device.kind == Kind::Gateway {
            // None of them is a cluster of two.
            for name in ["~node", "~node0_mac", "~node1_mac"] {
                put(name, Value::Null);
            }
            if device.model.starts_with("SSR") {
                put("t128agent_version", "7.4.2-1".into());
            }
        }
        put("role", if device.kind == Kind::Switch { "access" } else { "spoke" }.into());
        return row;
    }
    // Mist filters access points by their type, and does not show it.
    put("~type", "ap".into());
    put("~map_id", site.map_id.as_str().into());
    put("sku", format!("{}-WW", device.model).into());
    put("eth0_port_speed", 1000.into());
    put("power_constrained", false.into());
    put("power_opmode", "".into());
    // Mist's document has it for every access point: it is empty where there is no tunnel.
    let tunnel = if device.connected { "up" } else { "down" };
    put("mxtunnel_status", if site.index == 0 { tunnel } else { "" }.into());
    if site.index == 0 {
        put("mxedge_id", mxedges::edge_id().into());
        put("mxedge_ids", mxedges::edge_id().into());
    }
    for radio in &device.radios {
        put(&format!("band_{}_channel", radio.band), radio.channel.into());
        put(&format!("band_{}_bandwidth", radio.band), radio.bandwidth.to_string().into());
        put(&format!("band_{}_power", radio.band), radio.power.into());
    }
    if let Some((switch, port)) = &device.uplink {
        let model = world.devices.iter().find(|device| device.name == *switch);
        put("lldp_system_name", switch.as_str().into());
        put("lldp_port_id", port.as_str().into());
        put("lldp_port_desc", port.as_str().into());
        put("lldp_mgmt_addr", model.map_or("", |switch| switch.ip.as_str()).into());
        put(
            "lldp_system_desc",
            format!("Juniper Networks, Inc. {} Ethernet Switch", model.map_or("", |switch| switch.model))
                .into(),
        );
        put("lldp_power_allocated", 25_500.into());
        put("lldp_power_draw", 18_200.into());
    }
    let wlans = world.wlans.iter().filter(|wlan| wlan.is_at(site.index));
    put("wlans", wlans.map(|wlan| json!({ "id": wlan.id, "ssid": wlan.ssid })).collect());
    row
}

fn names(call: &Call<'_>) -> Value {
    let devices = call.world.rows(&INVENTORY);
    let devices =
        devices.iter().map(|device| json!({ "mac": device.get("mac"), "name": device.get("name") }));
    json!({ "results": devices.collect::<Vec<_>>() })
}

fn radio_macs(world: &World) -> Vec<Value> {
    let aps = world.kind(Kind::AccessPoint).map(|ap| {
        let macs = ap.radios.iter().map(|radio| radio.mac.as_str()).collect::<Vec<_>>();
        json!({ "mac": ap.mac, "radio_macs": macs })
    });
    aps.collect()
}

fn summary(call: &Call<'_>) -> Value {
    let devices = call.world.rows(&INVENTORY);
    let number = |kind: Kind, assigned: bool| {
        let of_kind = devices.iter().filter(|device| device.get("type").is_some_and(|it| it == kind.name()));
        of_kind.filter(|device| device.get("site_id").is_some_and(|site| !site.is_null()) == assigned).count()
    };
    let (ap, switch, gateway) = (Kind::AccessPoint, Kind::Switch, Kind::Gateway);
    let all = |kind| number(kind, true) + number(kind, false);
    json!({
        "num_aps": all(ap), "num_switches": all(switch), "num_gateways": all(gateway),
        "num_mxedges": usize::from(!devices.is_empty()), "num_unassigned_aps": number(ap, false),
        "num_unassigned_switches": number(switch, false), "num_unassigned_gateways": number(gateway, false),
    })
}

/// What to type into a switch for it to join the organization, and a site at once where one is named.
fn adoption(call: &Call<'_>) -> Value {
    let site = call.query.get("site_id").and_then(|id| call.world.site(id));
    let device = site.map_or_else(|| ORG_ID.to_owned(), |site| format!("{ORG_ID}.{}", site.id));
    let lines = [
        "set system services ssh protocol-version v2".to_owned(),
        "set system login user mist class super-user".to_owned(),
        format!("set system services outbound-ssh client mist device-id {device}"),
        "set system services outbound-ssh client mist secret demo-secret-adoption".to_owned(),
    ];
    json!({ "cmd": lines.join("\n") })
}
