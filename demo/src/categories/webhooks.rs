//! Webhooks of the organization and its sites.

use serde_json::{Value, json};

use super::record::{self, record, with};
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, Random, World, uuid},
};

const DISTINCT: &str = "status status_code topic webhook_id";

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/webhooks", &ORG),
    Route::one("/api/v1/orgs/{org_id}/webhooks/{webhook_id}", &ORG),
    Route::search("/api/v1/orgs/{org_id}/webhooks/{webhook_id}/events/search", &DELIVERIES),
    Route::count("/api/v1/orgs/{org_id}/webhooks/{webhook_id}/events/count", &DELIVERIES, DISTINCT),
    Route::pages("/api/v1/sites/{site_id}/webhooks", &SITE),
    Route::one("/api/v1/sites/{site_id}/webhooks/{webhook_id}", &SITE),
    Route::search("/api/v1/sites/{site_id}/webhooks/{webhook_id}/events/search", &DELIVERIES),
    Route::count("/api/v1/sites/{site_id}/webhooks/{webhook_id}/events/count", &DELIVERIES, DISTINCT),
];

static ORG: Collection = Collection::of("org webhooks", of_org);
static SITE: Collection = Collection::of("site webhooks", of_sites);
static DELIVERIES: Collection = Collection::timed("webhook deliveries", deliveries);

fn of_org(world: &World) -> Vec<Value> {
    let webhook = |name: &str, topics: &[&str]| {
        let address =
            format!("https://hooks.harbourandpine.example/{}", name.to_lowercase().replace(' ', "-"));
        record(
            world,
            "webhook",
            name,
            json!({
                "type": "http-post", "url": address, "enabled": true, "topics": topics, "verify_cert": true,
                "secret": "demo-secret-webhook", "headers": { "x-team": "network" },
            }),
        )
    };
    vec![webhook("Operations", &["alarms", "device-updowns"]), webhook("Audit trail", &["audits"])]
}

fn of_sites(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().map(|site| {
        let name = format!("{} screens", site.plan.code);
        record(
            world,
            "webhook",
            &name,
            json!({
                "site_id": site.id, "for_site": true, "type": "splunk", "enabled": true, "topics": ["alarms"],
                "url": "https://logs.harbourandpine.example/collector", "splunk_token": "demo-secret-splunk",
            }),
        )
    });
    sites.collect()
}

fn deliveries(world: &World) -> Vec<Value> {
    let org = ["Operations", "Audit trail"].map(|name| (name.to_owned(), None));
    let sites = world.sites.iter().map(|site| (format!("{} screens", site.plan.code), Some(site)));
    let sent = org.into_iter().chain(sites).flat_map(|(name, site)| {
        (0..12).map(move |number| {
            let label = format!("delivery {name} {number}");
            let mut random = Random::of(&label);
            let failed = random.chance(15);
            let row = json!({
                "id": uuid(&label),
                "org_id": ORG_ID,
                "webhook_id": record::id("webhook", &name),
                "topic": if name == "Audit trail" { "audits" } else { "alarms" },
                "status": if failed { "failure" } else { "success" },
                "status_code": if failed { 504 } else { 200 },
                "error": if failed { "timed out after 10 seconds" } else { "" },
                "req_url": "https://hooks.harbourandpine.example",
                "timestamp": world.ago(random.between(60, 80_000)),
            });
            match site {
                Some(site) => with(row, json!({ "site_id": site.id })),
                None => row,
            }
        })
    });
    sent.collect()
}
