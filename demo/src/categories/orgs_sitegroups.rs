//! Groups of sites.

use serde_json::{Value, json};

use super::record;
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/sitegroups", &GROUPS),
    Route::one("/api/v1/orgs/{org_id}/sitegroups/{sitegroup_id}", &GROUPS),
];

static GROUPS: Collection = Collection::of("sitegroups", groups);

fn groups(world: &World) -> Vec<Value> {
    let groups = ["Logistics", "Offices", "Stores"].map(|name| {
        let members = world.sites.iter().filter(|site| site.plan.group == name);
        json!({
            "id": uuid(&format!("sitegroup {name}")),
            "org_id": ORG_ID,
            "name": name,
            "site_ids": members.map(|site| site.id.as_str()).collect::<Vec<_>>(),
            "created_time": record::created(world),
            "modified_time": world.ago(90 * 86_400),
        })
    });
    groups.into()
}
