//! Unconnected clients on maps.

use serde_json::{Value, json};

use crate::{
    engine::{Collection, Route},
    world::{Random, World, mac},
};

pub(super) const ROUTES: &[Route] =
    &[Route::list("/api/v1/sites/{site_id}/stats/maps/{map_id}/unconnected_clients", &UNCONNECTED)];

static UNCONNECTED: Collection = Collection::of("unconnected clients", unconnected);

const MAKERS: &[(&str, &str)] =
    &[("Apple", "3c0630"), ("Samsung", "c81479"), ("Google", "f4f5e8"), ("Xiaomi", "64cc2e")];

fn unconnected(world: &World) -> Vec<Value> {
    let rows = world.sites.iter().flat_map(|site| {
        let aps = world.access_points(site.index).filter(|ap| ap.usually_connected).collect::<Vec<_>>();
        (0..6).map(move |number| {
            let label = format!("unconnected {} {number}", site.plan.code);
            let mut random = Random::of(&label);
            let ((manufacturer, maker), ap) = (random.pick(MAKERS), *random.pick(&aps));
            json!({
                "mac": mac(maker, &label), "manufacture": manufacturer, "ap_mac": ap.mac, "map_id": site.map_id,
                "rssi": random.between(-88, -62), "x": ap.position.0 + random.between(-40, 40),
                "y": ap.position.1 + random.between(-40, 40), "last_seen": world.ago(random.between(5, 900)),
                "~site_id": site.id,
            })
        })
    });
    rows.collect()
}
