//! Alarms.

use serde_json::{Value, json};

use super::record::with;
use crate::{
    engine::{Collection, Route},
    world::{Device, Kind, ORG_ID, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/orgs/{org_id}/alarms/search", &ALARMS),
    Route::count(
        "/api/v1/orgs/{org_id}/alarms/count",
        &ALARMS,
        "type site_id group severity acked ack_admin_name status",
    ),
    Route::search("/api/v1/sites/{site_id}/alarms/search", &ALARMS),
    Route::count("/api/v1/sites/{site_id}/alarms/count", &ALARMS, "type acked group severity"),
];

/// Alarms of the last week.
pub(super) static ALARMS: Collection = Collection::timed("alarms", alarms);

/// A sort of alarm: the devices it can strike, its type, group and severity.
type Sort = (Kind, &'static str, &'static str, &'static str);

const SORTS: &[Sort] = &[
    (Kind::AccessPoint, "device_restarted", "infrastructure", "info"),
    (Kind::AccessPoint, "rogue_ap", "security", "warn"),
    (Kind::AccessPoint, "honeypot_ssid", "security", "critical"),
    (Kind::AccessPoint, "infra_dhcp_failure", "infrastructure", "critical"),
    (Kind::Switch, "bad_cable", "marvis", "warn"),
    (Kind::Switch, "missing_vlan", "marvis", "critical"),
    (Kind::Gateway, "vpn_path_down", "infrastructure", "warn"),
];

fn alarms(world: &World) -> Vec<Value> {
    let down = world.devices.iter().filter(|device| !device.connected);
    let down = down.map(|device| {
        let (name, severity) = match device.kind {
            Kind::AccessPoint => ("device_down", "warn"),
            Kind::Switch => ("switch_down", "critical"),
            Kind::Gateway => ("gateway_down", "critical"),
        };
        let sort = (device.kind, name, "infrastructure", severity);
        alarm(world, device, sort, &format!("down {}", device.mac), device.silent, false)
    });
    let other = (0..40).map(|number| {
        let mut random = Random::of(&format!("alarm {number}"));
        let sort = *random.pick(SORTS);
        let devices = world.kind(sort.0).filter(|device| device.usually_connected).collect::<Vec<_>>();
        let device = *random.pick(&devices);
        let ago = random.between(900, if number % 2 == 0 { 86_000 } else { 600_000 });
        alarm(world, device, sort, &number.to_string(), ago, random.chance(40))
    });
    down.chain(other).collect()
}

fn alarm(
    world: &World,
    device: &Device,
    (kind, name, group, severity): Sort,
    label: &str,
    ago: i64,
    acked: bool,
) -> Value {
    let site = world.site_of(device);
    let affected = match kind {
        Kind::AccessPoint => "aps",
        Kind::Switch => "switches",
        Kind::Gateway => "gateways",
    };
    let alarm = json!({
        "id": uuid(&format!("alarm {label}")),
        "org_id": ORG_ID,
        "site_id": site.id,
        "type": name,
        "group": group,
        "severity": severity,
        "timestamp": world.ago(ago),
        "last_seen": world.ago(ago / 2),
        "count": ago % 5 + 1,
        "hostnames": [device.name],
        affected: [device.mac],
        "acked": acked,
        "status": if acked { "resolved" } else { "open" },
    });
    let ssid = match name {
        "rogue_ap" => Some("Quayside Coffee"),
        "honeypot_ssid" => Some("Pine Guest"),
        _ => None,
    };
    let alarm = match ssid {
        Some(ssid) => with(alarm, json!({ "ssids": [ssid], "bssids": ["7483c2a1b0f0"] })),
        None => alarm,
    };
    if acked {
        let by = json!({ "ack_admin_name": "Priya Raman", "ack_admin_id": super::self_account::admin_id("Priya Raman"), "acked_time": world.ago(ago / 3) });
        return with(alarm, by);
    }
    alarm
}
