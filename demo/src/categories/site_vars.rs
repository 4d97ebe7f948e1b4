//! Which sites define which variables.

use serde_json::{Value, json};

use super::record;
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, World},
};

pub(super) const ROUTES: &[Route] = &[Route::search("/api/v1/orgs/{org_id}/vars/search", &VARS)];

static VARS: Collection = Collection::of("site variables", vars);

/// The settings of every site have these.
const NAMES: [&str; 2] = ["site_code", "staff_vlan"];

fn vars(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().flat_map(|site| {
        NAMES.map(|name| {
            json!({
                "org_id": ORG_ID, "site_id": site.id, "src": "site", "var": name, "created_time": record::created(world),
                "modified_time": world.ago(30 * 86_400),
            })
        })
    });
    rows.collect()
}
