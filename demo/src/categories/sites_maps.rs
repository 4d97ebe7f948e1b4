//! Maps.

use serde_json::{Value, json};

use super::{record, sites_location};
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/sites/{site_id}/maps", &MAPS),
    Route::one("/api/v1/sites/{site_id}/maps/{map_id}", &MAPS),
];

static MAPS: Collection = Collection::of("maps", maps);

fn maps(world: &World) -> Vec<Value> {
    let maps = world.sites.iter().map(|site| {
        json!({
            "id": site.map_id,
            "org_id": ORG_ID,
            "site_id": site.id,
            "name": if site.plan.group == "Logistics" { "Hall A" } else { "Ground floor" },
            "type": "image",
            "width": 1200, "height": 800, "width_m": 60, "height_m": 40, "ppm": 20,
            "~mapstack_id": sites_location::stack_id(site), "orientation": 0, "origin_x": 30, "origin_y": 30, "locked": false,
            "url": format!("https://maps.harbourandpine.example/{}.png", site.plan.code.to_lowercase()),
            "thumbnail_url": format!("https://maps.harbourandpine.example/{}-small.png", site.plan.code.to_lowercase()),
            "created_time": record::created(world),
            "modified_time": world.ago(200 * 86_400),
        })
    });
    maps.collect()
}
