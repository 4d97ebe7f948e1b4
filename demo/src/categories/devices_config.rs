//! Templates and profiles of devices.

use serde_json::{Value, json};

use super::record::{self, record};
use crate::{
    engine::{Collection, Route},
    world::World,
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/aptemplates", &AP_TEMPLATES),
    Route::one("/api/v1/orgs/{org_id}/aptemplates/{aptemplate_id}", &AP_TEMPLATES),
    Route::list("/api/v1/sites/{site_id}/aptemplates/derived", &AP_TEMPLATES),
    Route::pages("/api/v1/orgs/{org_id}/deviceprofiles", &PROFILES).with_defaults(&[("type", "ap")]),
    Route::one("/api/v1/orgs/{org_id}/deviceprofiles/{deviceprofile_id}", &PROFILES),
    Route::list("/api/v1/sites/{site_id}/deviceprofiles/derived", &PROFILES),
];

static AP_TEMPLATES: Collection = Collection::of("ap templates", ap_templates);
static PROFILES: Collection = Collection::of("device profiles", profiles);

/// The template that every site uses.
pub(super) fn ap_template_id() -> String {
    record::id("ap template", "Standard access point")
}

/// The profile of access points that hang outdoors.
pub(super) fn outdoor_profile_id() -> String {
    record::id("device profile", "Outdoor yard")
}

fn ap_templates(world: &World) -> Vec<Value> {
    let port = json!({ "eth1": { "disabled": true } });
    let rules = json!([{ "name": "no second port", "match_model": "AP45", "port_config": port }]);
    let more = json!({ "ap_matching": { "enabled": true, "rules": rules }, "wifi": { "enabled": true, "mesh_enabled": false } });
    vec![record(world, "ap template", "Standard access point", more)]
}

fn profiles(world: &World) -> Vec<Value> {
    vec![
        record(
            world,
            "device profile",
            "Outdoor yard",
            json!({
                "type": "ap",
                "led": { "enabled": false },
                "radio_config": {
                    "band_24": { "power_min": 8, "power_max": 17 }, "band_5": { "power_min": 10, "power_max": 17 },
                    "indoor_use": false, "scanning_enabled": true,
                },
            }),
        ),
        record(
            world,
            "device profile",
            "Sales floor",
            json!({
                "type": "ap",
                "led": { "enabled": true, "brightness": 120 },
                "ble_config": { "beacon_enabled": true, "ibeacon_enabled": true, "power_mode": "default" },
            }),
        ),
        record(
            world,
            "device profile",
            "Access switch",
            json!({ "type": "switch", "ntp_servers": ["pool.ntp.org"] }),
        ),
        record(
            world,
            "device profile",
            "Hub gateway",
            json!({ "type": "gateway", "dns_servers": ["9.9.9.9"] }),
        ),
    ]
}
