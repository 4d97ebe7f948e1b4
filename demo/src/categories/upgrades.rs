//! Firmware versions and upgrades.

use serde_json::{Value, json};

use super::{mxedges, orgs_devices::AP};
use crate::{
    engine::{Collection, Route},
    world::{Device, Kind, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::list("/api/v1/orgs/{org_id}/devices/versions", &VERSIONS).with_defaults(AP),
    Route::list("/api/v1/sites/{site_id}/devices/versions", &VERSIONS).with_defaults(AP),
    Route::list("/api/v1/orgs/{org_id}/ssr/versions", &SSR_VERSIONS).with_defaults(&[("channel", "stable")]),
    Route::list("/api/v1/sites/{site_id}/devices/upgrade", &SITE_UPGRADES),
    Route::one("/api/v1/sites/{site_id}/devices/upgrade/{upgrade_id}", &SITE_UPGRADE),
    Route::list("/api/v1/orgs/{org_id}/devices/upgrade", &ORG_UPGRADES),
    Route::one("/api/v1/orgs/{org_id}/devices/upgrade/{upgrade_id}", &ORG_UPGRADE),
    Route::list("/api/v1/orgs/{org_id}/mxedges/upgrade", &EDGE_UPGRADES),
    Route::one("/api/v1/orgs/{org_id}/mxedges/upgrade/{upgrade_id}", &EDGE_UPGRADES),
    Route::list("/api/v1/sites/{site_id}/mxedges/upgrade", &EDGE_UPGRADES),
    Route::one("/api/v1/sites/{site_id}/mxedges/upgrade/{upgrade_id}", &EDGE_UPGRADES),
    Route::list("/api/v1/orgs/{org_id}/ssr/upgrade", &SSR_UPGRADES),
    Route::one("/api/v1/sites/{site_id}/ssr/upgrade/{upgrade_id}", &SSR_UPGRADE),
];

static VERSIONS: Collection = Collection::of("versions", versions);
static SSR_VERSIONS: Collection = Collection::of("ssr versions", ssr_versions);
static SITE_UPGRADES: Collection = Collection::of("site upgrades", site_upgrades);
static SITE_UPGRADE: Collection = Collection::of("site upgrade", site_upgrade);
static ORG_UPGRADES: Collection = Collection::of("org upgrades", org_upgrades);
static ORG_UPGRADE: Collection = Collection::of("org upgrade", org_upgrade);
static EDGE_UPGRADES: Collection = Collection::of("mxedge upgrades", edge_upgrades);
static SSR_UPGRADES: Collection = Collection::of("ssr upgrades", ssr_upgrades);
static SSR_UPGRADE: Collection = Collection::of("ssr upgrade", ssr_upgrade);

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

fn ssr_versions(world: &World) -> Vec<Value> {
    let routers = routers(world).into_iter().map(|router| router.mac.as_str()).collect::<Vec<_>>();
    [("6.3.4-7.r2", true, "stable"), ("7.0.1-1", false, "beta")]
        .map(|(version, usual, channel)| json!({ "package": "SSR", "version": version, "default": usual, "tags": [channel], "~channel": channel, "~mac": routers }))
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

/// The upgrade of the one Mist Edge.
fn edge_upgrades(world: &World) -> Vec<Value> {
    let site = world.sites.first().map(|site| site.id.as_str());
    vec![json!({
        "~site_id": site,
        "id": id("mxedge"), "status": "completed", "strategy": "serial", "channel": "stable",
        "counts": { "success": 1, "failed": 0, "queued": 0, "upgrading": 0 }, "versions": { "tunterm": mxedges::VERSION },
    })]
}

/// The session smart routers.
fn routers(world: &World) -> Vec<&Device> {
    world.kind(Kind::Gateway).filter(|gateway| gateway.model.starts_with("SSR")).collect()
}

fn ssr_upgrades(world: &World) -> Vec<Value> {
    let upgrades = routers(world).into_iter().map(|router| json!({
        "id": id(&router.name), "status": "completed", "strategy": "serial", "channel": "stable", "device_type": "gateway",
        "force": false, "counts": { "success": 1, "failed": 0, "queued": 0, "upgrading": 0 },
        "versions": { router.mac.as_str(): router.version },
    }));
    upgrades.collect()
}

fn ssr_upgrade(world: &World) -> Vec<Value> {
    let upgrades = routers(world).into_iter().map(|router| json!({
        "id": id(&router.name), "status": "completed", "strategy": "serial", "channel": "stable", "device_type": "gateway",
        "force": false, "targets": { "success": [router.mac], "failed": [], "queued": [], "upgrading": [] },
        "versions": { router.mac.as_str(): router.version }, "~site_id": world.site_of(router).id,
    }));
    upgrades.collect()
}
