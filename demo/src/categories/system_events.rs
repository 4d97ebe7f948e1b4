//! System events: configuration changes, RRM runs and upgrades.

use serde_json::{Value, json};

use super::self_account;
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, Site, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/orgs/{org_id}/events/system/search", &OF_ORG),
    Route::count("/api/v1/orgs/{org_id}/events/system/count", &OF_ORG, "type change_cat scope site_id"),
    Route::search("/api/v1/sites/{site_id}/events/system/search", &OF_SITES),
    Route::count("/api/v1/sites/{site_id}/events/system/count", &OF_SITES, "type"),
];

static OF_ORG: Collection = Collection::timed("org system events", of_org);
static OF_SITES: Collection = Collection::timed("site system events", of_sites);

/// Something that happened to a site, or to the organization where there is none.
struct SystemEvent<'w> {
    site: Option<&'w Site>,
    kind: &'static str,
    category: &'static str,
    text: String,
    timestamp: i64,
}

const DAY: i64 = 86_400;

fn happenings(world: &World) -> Vec<SystemEvent<'_>> {
    let planned = world.sites.iter().flat_map(|site| {
        (0..7).map(move |day| SystemEvent {
            site: Some(site),
            kind: "RRM_RUN",
            category: "rrm",
            text: "Channels and power were planned anew".to_owned(),
            timestamp: world.ago(day * DAY + 7_200 + i64::try_from(site.index).unwrap_or_default() * 60),
        })
    });
    let upgraded = world.sites.iter().map(|site| SystemEvent {
        site: Some(site),
        kind: "AUTO_UPGRADE_STARTED",
        category: "upgrade",
        text: "The access points are being upgraded".to_owned(),
        timestamp: world.ago(6 * DAY),
    });
    // The audit log has the same changes, with who made them.
    let logs = world.rows(&self_account::LOGS);
    let changed = logs.iter().filter_map(|log| {
        let text = log["message"].as_str().filter(|text| text.starts_with("Update "))?.to_owned();
        let of_site = text.starts_with("Update Site");
        let site = log["site_id"].as_str().and_then(|id| world.site(id)).filter(|_| of_site);
        let kind = if of_site { "SITE_CONFIG_CHANGED" } else { "ORG_CONFIG_CHANGED" };
        Some(SystemEvent {
            site,
            kind,
            category: "admin_action",
            text,
            timestamp: log["timestamp"].as_i64()?,
        })
    });
    planned.chain(upgraded).chain(changed.collect::<Vec<_>>()).collect()
}

fn of_org(world: &World) -> Vec<Value> {
    let rows = happenings(world).into_iter().map(|it| {
        let mut row = json!({
            "org_id": ORG_ID, "type": it.kind, "change_cat": it.category, "scope": if it.site.is_some() { "site" } else { "org" },
            // Mist writes an object as a text here.
            "metadata": json!({ "desc": it.text }).to_string(), "timestamp": it.timestamp,
        });
        if let Some(site) = it.site {
            row["site_id"] = site.id.as_str().into();
        }
        row
    });
    rows.collect()
}

fn of_sites(world: &World) -> Vec<Value> {
    let rows = happenings(world).into_iter().filter_map(|it| {
        let site = it.site?;
        Some(json!({
            "org_id": ORG_ID, "site_id": site.id, "site_name": site.name(), "type": it.kind, "ev_type": "notice",
            "text": it.text, "timestamp": it.timestamp,
        }))
    });
    rows.collect()
}
