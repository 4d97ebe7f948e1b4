//! IoT endpoints: Zigbee locks.

use serde_json::{Value, json};

use crate::{
    engine::{Collection, Route},
    world::{Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search_with("/api/v1/sites/{site_id}/iotendpoints/search", &LOCKS, &["start", "end", "total"]),
    Route::count("/api/v1/sites/{site_id}/iotendpoints/count", &LOCKS, "site_id ap_mac mac type"),
];

static LOCKS: Collection = Collection::timed("iot endpoints", locks);

/// The maker of the locks.
const MAKER: &str = "Assa Abloy";

/// A lock beside each of a site's first access points.
fn locks(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().flat_map(|site| {
        world.access_points(site.index).filter(|ap| ap.usually_connected).take(3).map(|ap| {
            let mut random = Random::of(&format!("lock {}", ap.mac));
            let address = format!("000d6f00{:08x}", random.between(1 << 24, 1 << 31));
            json!({
                "id": address, "mac": address, "type": "zigbee", "mfg": MAKER, "model": "Aperio H100", "ap_mac": ap.mac,
                "lqi": random.between(120, 250), "timestamp": world.ago(random.between(20, 900)), "~site_id": site.id,
            })
        })
    });
    rows.collect()
}
