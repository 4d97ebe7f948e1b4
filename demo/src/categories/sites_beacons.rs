//! Bluetooth beacons, real and virtual.

use serde_json::{Value, json};

use super::{
    record::{self, record, with},
    sites_zones::{ROWS, areas},
};
use crate::{
    engine::{Collection, Route},
    world::{Random, Site, World, mac, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/sites/{site_id}/beacons", &BEACONS),
    Route::one("/api/v1/sites/{site_id}/beacons/{beacon_id}", &BEACONS),
    Route::pages("/api/v1/sites/{site_id}/stats/beacons", &STATS),
    Route::pages("/api/v1/sites/{site_id}/vbeacons", &VIRTUAL),
    Route::one("/api/v1/sites/{site_id}/vbeacons/{vbeacon_id}", &VIRTUAL),
];

static BEACONS: Collection = Collection::of("site beacons", beacons);
static STATS: Collection = Collection::seen("site beacon stats", stats);
static VIRTUAL: Collection = Collection::of("site virtual beacons", virtual_beacons);

/// The id of the virtual beacon in the middle of a site's area.
pub(super) fn virtual_id(site: &Site, area: &str) -> String {
    record::id("virtual beacon", &format!("{} {area}", site.plan.code))
}

fn middle(columns: (i64, i64)) -> (i64, i64) {
    (i64::midpoint(columns.0, columns.1), i64::midpoint(ROWS.0, ROWS.1))
}

/// One beacon on a battery in the first and in the last area of each site.
fn beacons(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().flat_map(|site| {
        let [first, _, last] = areas(site);
        let page = format!("https://go.harbourandpine.example/{}", site.plan.code.to_lowercase());
        let sent = [
            json!({ "type": "ibeacon", "ibeacon_uuid": uuid("beacons"), "ibeacon_major": site.index + 1, "ibeacon_minor": 1 }),
            json!({ "type": "eddystone-url", "eddystone_url": page }),
        ];
        [first, last].into_iter().zip(sent).map(|(area, sent)| {
            let (x, y) = middle(area.columns);
            let name = format!("{} {} beacon", site.plan.code, area.name);
            let place = json!({
                "mac": mac("ac233f", &name), "map_id": site.map_id, "x": x + 60, "y": y - 80, "power": -12,
                "site_id": site.id, "for_site": true,
            });
            record(world, "beacon", &name, with(place, sent))
        })
    });
    rows.collect()
}

fn stats(world: &World) -> Vec<Value> {
    let rows = beacons(world).into_iter().map(|beacon| {
        let mut random = Random::of(&format!("beacon stat {}", beacon["name"]));
        json!({
            "mac": beacon["mac"], "name": beacon["name"], "map_id": beacon["map_id"], "type": beacon["type"],
            "x": beacon["x"], "y": beacon["y"], "power": beacon["power"],
            "battery_voltage": random.between(2400, 3100), "last_seen": world.ago(random.between(2, 300)),
            "~site_id": beacon["site_id"],
        })
    });
    rows.collect()
}

fn virtual_beacons(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().flat_map(|site| {
        areas(site).into_iter().zip(1..).map(move |(area, minor)| {
            let (x, y) = middle(area.columns);
            let more = json!({
                "id": virtual_id(site, area.name), "site_id": site.id, "for_site": true, "map_id": site.map_id,
                "x": x, "y": y, "uuid": uuid("virtual beacons"), "major": site.index + 1, "minor": minor,
                "power_mode": "default", "power": 4, "message": format!("You are at: {}", area.name),
                "url": format!("https://go.harbourandpine.example/{}/{minor}", site.plan.code.to_lowercase()),
            });
            record(world, "virtual beacon", area.name, more)
        })
    });
    rows.collect()
}
