//! Alarm templates.

use serde_json::{Value, json};

use super::record::{self, record};
use crate::{
    engine::{Call, Collection, Route},
    world::World,
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/alarmtemplates", &TEMPLATES),
    Route::one("/api/v1/orgs/{org_id}/alarmtemplates/{alarmtemplate_id}", &TEMPLATES),
    Route::whole("/api/v1/orgs/{org_id}/alarmtemplates/suppress", suppressed),
];

static TEMPLATES: Collection = Collection::of("alarm templates", templates);

/// The template that every site uses.
pub(super) fn id() -> String {
    record::id("alarm template", "Network operations")
}

fn templates(world: &World) -> Vec<Value> {
    let delivery = json!({
        "enabled": true, "to_org_admins": true, "to_site_admins": false, "additional_emails": ["noc@harbourandpine.example"],
    });
    let rule = json!({ "enabled": true });
    let rules = json!({
        "device_down": { "enabled": true, "delivery": delivery },
        "switch_down": rule, "gateway_down": rule, "rogue_ap": rule, "bad_cable": rule,
    });
    let quiet = json!({ "device_down": rule });
    vec![
        record(
            world,
            "alarm template",
            "Network operations",
            json!({ "delivery": delivery, "rules": rules }),
        ),
        record(world, "alarm template", "Quiet", json!({ "delivery": { "enabled": false }, "rules": quiet })),
    ]
}

fn suppressed(call: &Call<'_>) -> Value {
    let world = call.world;
    let site = world.sites.last().map(|site| {
        json!({
            "scope": "site", "site_id": site.id, "scheduled_time": world.ago(1800), "expire_time": world.ago(-5400),
            "duration": 7200,
        })
    });
    let wanted = call.query.get("scope").is_none_or(|scope| scope == "site");
    let results = site.into_iter().filter(|_| wanted).collect::<Vec<_>>();
    json!({ "results": results })
}
