//! Security services of other clouds, and the settings for them.

use serde_json::{Value, json};

use super::record::record;
use crate::{
    engine::{Call, Collection, Route},
    world::{Kind, ORG_ID, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/sites/{site_id}/skyatp/events/search", &THREATS),
    Route::count("/api/v1/sites/{site_id}/skyatp/events/count", &THREATS, "type device_mac mac threat_level"),
    Route::whole("/api/v1/sites/{site_id}/setting/jse/info", secure_edge),
    Route::whole("/api/v1/orgs/{org_id}/setting/jse/info", secure_edge),
    Route::whole("/api/v1/orgs/{org_id}/setting/jse/setup", secure_edge),
    Route::whole("/api/v1/orgs/{org_id}/setting/skyatp/setup", sky_atp),
    Route::whole("/api/v1/orgs/{org_id}/setting/zscaler/setup", zscaler),
    Route::pages("/api/v1/orgs/{org_id}/secintelprofiles", &PROFILES),
    Route::one("/api/v1/orgs/{org_id}/secintelprofiles/{secintelprofile_id}", &PROFILES),
    Route::whole("/api/v1/orgs/{org_id}/ssl_proxy_cert", proxy_certificate),
];

static THREATS: Collection = Collection::timed("sky atp events", threats);
pub(super) static PROFILES: Collection = Collection::of("secintel profiles", profiles);

/// Types of threats, and how dangerous each is.
const TYPES: &[(&str, i64)] = &[("cc", 9), ("mw", 7), ("fs", 4)];

fn threats(world: &World) -> Vec<Value> {
    let rows = world.kind(Kind::Gateway).flat_map(|gateway| {
        let here = world.wired.iter().filter(|client| client.site == gateway.site);
        here.zip(TYPES).map(|(client, (name, level))| {
            let mut random = Random::of(&format!("threat {}", client.mac));
            json!({
                "org_id": ORG_ID, "site_id": world.site_of(gateway).id, "for_site": true, "device_mac": gateway.mac,
                "mac": client.mac, "ip": client.ip, "type": name, "threat_level": level,
                "timestamp": world.ago(random.between(900, 80_000)),
            })
        })
    });
    rows.collect()
}

fn secure_edge(_call: &Call<'_>) -> Value {
    json!({
        "cloud_name": "devcentral.juniperclouds.example", "username": "network@harbourandpine.example",
        "org_names": ["Harbour-Pine"],
    })
}

fn sky_atp(_call: &Call<'_>) -> Value {
    json!({
        "secintel": { "third_party_threat_feeds": ["block_list", "threatfox_ip"] },
        "secintel_allowlist_url": "https://secintel.harbourandpine.example/allowlist",
        "secintel_blocklist_url": "https://secintel.harbourandpine.example/blocklist",
    })
}

fn zscaler(_call: &Call<'_>) -> Value {
    json!({
        "cloud_name": "zscaler.example", "username": "network@harbourandpine.example", "partner_key": "demo-secret-zscaler",
    })
}

fn profiles(world: &World) -> Vec<Value> {
    let levels = |names: [&str; 3]| -> Vec<Value> {
        let pairs = ["CC", "DNS", "IH"].into_iter().zip(names);
        pairs.map(|(category, action)| json!({ "category": category, "action": action })).collect()
    };
    vec![
        record(
            world,
            "secintel profile",
            "Stores",
            json!({ "profiles": levels(["strict", "strict", "standard"]) }),
        ),
        record(
            world,
            "secintel profile",
            "Offices",
            json!({ "profiles": levels(["standard", "default", "default"]) }),
        ),
    ]
}

/// The public part of the proxy's key.
fn proxy_certificate(_call: &Call<'_>) -> Value {
    let lines = [
        "-----BEGIN CERTIFICATE-----",
        "MIIBszCCAVmgAwIBAgIUQ2xpZW50cyBoYXZlIHRvIHRydXN0IGl0",
        "-----END CERTIFICATE-----",
    ];
    json!({ "cert": lines.join("\n") })
}
