//! Site variables.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{record, sites::SETTINGS};
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, World},
};

pub(super) const ROUTES: &[Route] = &[Route::search("/api/v1/orgs/{org_id}/vars/search", &VARS)];

static VARS: Collection = Collection::of("site variables", vars);

/// Those that the settings of the sites define.
fn vars(world: &World) -> Vec<Value> {
    let settings = world.rows(&SETTINGS);
    let rows = settings.iter().flat_map(|setting| {
        let vars = setting.get("vars").and_then(Value::as_object);
        let names = vars.into_iter().flat_map(Map::keys).collect::<BTreeSet<_>>();
        let rows = names.into_iter().map(|name| {
            json!({
                "org_id": ORG_ID, "site_id": setting.get("site_id"), "src": "site", "var": name,
                "created_time": record::created(world), "modified_time": world.ago(30 * 86_400),
            })
        });
        rows.collect::<Vec<_>>()
    });
    rows.collect()
}
