//! Versions that there are, and upgrades that were run.

use serde_json::{Value, json};

use super::orgs_devices::AP;
use crate::{
    engine::{Collection, Route},
    world::{Kind, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::list("/api/v1/orgs/{org_id}/devices/versions", &VERSIONS).unless_said(AP),
    Route::list("/api/v1/sites/{site_id}/devices/versions", &VERSIONS).unless_said(AP),
    Route::list("/api/v1/orgs/{org_id}/ssr/versions", &SSR_VERSIONS),
    Route::list("/api/v1/sites/{site_id}/devices/upgrade", &SITE_UPGRADES),
    Route::one("/api/v1/sites/{site_id}/devices/upgrade/{upgrade_id}", &SITE_UPGRADE),
    Route::list("/api/v1/orgs/{org_id}/devices/upgrade", &ORG_UPGRADES),
    Route::one("/api/v1/orgs/{org_id}/devices/upgrade/{upgrade_id}", &ORG_UPGRADE),
];

static VERSIONS: Collection = Collection::of("versions", versions);
static SSR_VERSIONS: Collection = Collection::of("ssr versions", ssr_versions);
static SITE_UPGRADES: Collection = Collection::of("site upgrades", site_upgrades);
static SITE_UPGRADE: Collection = Collection::of("site upgrade", site_upgrade);
static ORG_UPGRADES: Collection = Collection::of("org upgrades", org_upgrades);
static ORG_UPGRADE: Collection = Collection::of("org upgrade", org_upgrade);

const TARGET: &str = "0.14.29676";

fn versions(_world: &World) -> Vec<Value> {
    let versions = [
        ("ap", "AP34", "0.14.29676", "stable"),
        ("ap", "AP43", "0.12.27139", "stable"),
        ("ap", "AP45", "0.14.29676", "stable"),
        ("ap", "AP45", "0.15.30112", "beta"),
        ("ap", "AP63", "0.14.29676", "stable"),
        ("switch", "EX4100-48P", "23.4R2-S4.11", "junos_suggested"),
        ("switch", "EX4400-48P", "23.4R2-S4.11", "junos_suggested"),
        ("gateway", "SRX320", "23.4R2-S3.9", "junos_suggested"),
    ];
    versions.map(|(kind, model, version, tag)| json!({ "model": model, "version": version, "tag": tag, "~type": kind })).into()
}

fn ssr_versions(_world: &World) -> Vec<Value> {
    [("6.3.4-7.r2", true, "stable"), ("7.0.1-1", false, "beta")]
        .map(|(version, usual, channel)| json!({ "package": "SSR", "version": version, "default": usual, "tags": [channel], "~channel": channel }))
        .into()
}

/// The id of a site's upgrade.
fn id(code: &str) -> String {
    uuid(&format!("upgrade {code}"))
}

fn site_upgrades(world: &World) -> Vec<Value> {
    let upgrades = world.sites.iter().map(|site| {
        let aps = world.access_points(site.index).count();
        json!({
            "id": id(site.plan.code), "status": "completed", "strategy": "rrm", "target_version": TARGET, "force": false,
            "start_time": world.ago(6 * 86_400), "~site_id": site.id,
            "counts": { "total": aps, "upgraded": aps, "failed": 0, "downloaded": 0, "scheduled": 0, "skipped": 0, "rebooted": 0 },
        })
    });
    upgrades.collect()
}

fn site_upgrade(world: &World) -> Vec<Value> {
    let upgrades = world.sites.iter().map(|site| {
        let aps = world.access_points(site.index).map(|ap| ap.mac.as_str()).collect::<Vec<_>>();
        json!({
            "id": id(site.plan.code), "status": "completed", "strategy": "rrm", "target_version": TARGET, "force": false,
            "start_time": world.ago(6 * 86_400), "~site_id": site.id,
            "targets": { "total": aps.len(), "upgraded": aps, "failed": [], "downloading": [], "skipped": [] },
        })
    });
    upgrades.collect()
}

fn org_upgrades(world: &World) -> Vec<Value> {
    let sites =
        world.sites.iter().map(|site| json!({ "site_id": site.id, "upgrade_id": id(site.plan.code) }));
    vec![json!({ "id": id("all"), "site_upgrades": sites.collect::<Vec<_>>() })]
}

fn org_upgrade(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().map(|site| {
        let aps = world
            .kind(Kind::AccessPoint)
            .filter(|ap| ap.site == site.index)
            .map(|ap| ap.mac.as_str())
            .collect::<Vec<_>>();
        json!({ "site_id": site.id, "upgrade": {
            "id": id(site.plan.code), "status": "completed", "start_time": world.ago(6 * 86_400),
            "targets": { "total": aps.len(), "upgraded": aps, "failed": [] },
        } })
    });
    vec![json!({
        "id": id("all"), "strategy": "rrm", "target_version": TARGET, "force": false, "enable_p2p": false,
        "upgrades": sites.collect::<Vec<_>>(),
    })]
}
