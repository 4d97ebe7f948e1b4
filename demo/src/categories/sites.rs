//! A site and its settings.

use serde_json::{Value, json};

use super::{
    orgs_sites::SITES,
    record::{self, with},
};
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, Site, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::one("/api/v1/sites/{site_id}", &SITES),
    Route::one_by("/api/v1/sites/{site_id}/setting", &SETTINGS, "site_id"),
    Route::one_by("/api/v1/sites/{site_id}/setting/derived", &DERIVED, "site_id"),
];

/// The settings of each site.
pub(super) static SETTINGS: Collection = Collection::of("site settings", settings);
static DERIVED: Collection = Collection::of("derived site settings", derived);

fn settings(world: &World) -> Vec<Value> {
    world.sites.iter().map(|site| setting(world, site)).collect()
}

/// Settings with what the organization adds to them.
fn derived(world: &World) -> Vec<Value> {
    let settings = world.rows(&SETTINGS);
    let everywhere = settings.iter().map(|setting| {
        let inherited = json!({
            "ap_updown_threshold": 10,
            "device_updown_threshold": 10,
            "switch_updown_threshold": 10,
            "gateway_updown_threshold": 10,
            "mist_nac": { "enabled": true },
        });
        with(inherited, setting.clone().into())
    });
    everywhere.collect()
}

fn setting(world: &World, site: &Site) -> Value {
    let networks = json!({
        "mgmt": { "vlan_id": 10, "subnet": format!("10.{}.10.0/24", site.index + 11) },
        "staff": { "vlan_id": 20, "subnet": format!("10.{}.20.0/24", site.index + 11) },
        "scanners": { "vlan_id": 30, "subnet": format!("10.{}.30.0/24", site.index + 11) },
        "guest": { "vlan_id": 40, "subnet": format!("10.{}.40.0/24", site.index + 11) },
        "things": { "vlan_id": 50, "subnet": format!("10.{}.50.0/24", site.index + 11) },
        "voice": { "vlan_id": 60, "subnet": format!("10.{}.60.0/24", site.index + 11) },
    });
    let general = json!({
        "id": uuid(&format!("site setting {}", site.plan.code)),
        "org_id": ORG_ID,
        "site_id": site.id,
        "created_time": record::created(world),
        "modified_time": world.ago(21 * 86_400),
        "for_site": true,
        "analytic": { "enabled": true },
        "auto_upgrade": { "enabled": true, "version": "stable", "day_of_week": "sun", "time_of_day": "02:00" },
        "config_auto_revert": true,
        "persist_config_on_device": true,
        "led": { "enabled": true, "brightness": 255 },
        "dns_servers": [site.ip(10, 0)],
        "ntp_servers": ["pool.ntp.org"],
        "networks": networks,
        "rogue": { "enabled": true, "honeypot_enabled": true, "min_rssi": -80, "min_duration": 10 },
        "wifi": { "enabled": true, "mesh_enabled": false, "cisco_enabled": false, "proxy_arp": "default" },
        "vna": { "enabled": site.plan.group != "Stores" },
        "vars": { "staff_vlan": "20", "site_code": site.plan.code },
    });
    with(general, secrets(site))
}

/// The settings with something in them to hide.
fn secrets(site: &Site) -> Value {
    let server = |port: u16| json!({ "host": "10.11.20.5", "port": port, "secret": "demo-secret-radius" });
    json!({
        "switch_mgmt": { "root_password": "demo-secret-switch-root", "cli_idle_timeout": 15, "config_revert_timer": 10 },
        "gateway_mgmt": { "root_password": "demo-secret-gateway-root", "app_usage": true, "config_revert_timer": 10 },
        "radius_config": {
            "auth_servers": [server(1812)], "acct_servers": [server(1813)],
            "auth_servers_retries": 3, "auth_servers_timeout": 5,
        },
        "snmp_config": {
            "enabled": true, "contact": "noc@harbourandpine.example", "location": site.name(),
            "v2c_config": [{ "community_name": "demo-secret-community", "authorization": "read-only" }],
        },
    })
}
