//! Roams of wireless clients between access points.

use serde_json::{Value, json};

use crate::{
    engine::{Collection, Route},
    world::{Random, World},
};

pub(super) const ROUTES: &[Route] = &[Route::search_with(
    "/api/v1/sites/{site_id}/events/fast_roam",
    &ROAMS,
    &["start", "end", "limit", "next"],
)];

static ROAMS: Collection = Collection::timed("roams", roams);

/// The clients that walk around, each with two roams; one in ten fails.
fn roams(world: &World) -> Vec<Value> {
    let walking = world.clients.iter().filter(|client| world.wlans[client.wlan].vlan != 50);
    let rows = walking.flat_map(|client| {
        let aps = world.access_points(client.site).filter(|ap| ap.usually_connected).collect::<Vec<_>>();
        (0..2).map(move |number| {
            let mut random = Random::of(&format!("roam {} {number}", client.mac));
            let to = &world.devices[client.ap];
            let others = aps.iter().filter(|ap| ap.mac != to.mac).collect::<Vec<_>>();
            let from = random.pick(&others).mac.as_str();
            let failed = random.chance(10);
            json!({
                "timestamp": world.ago(client.silent + number * 1_900 + random.between(30, 900)), "client_mac": client.mac,
                "ap_mac": to.mac, "fromap": from, "ssid": world.wlans[client.wlan].ssid,
                "latency": if failed { 4.8 } else { random.fraction(0, 1) }, "type": if failed { "fail" } else { "success" },
                "subtype": if failed { "CLIENT_AUTH_FAIL_11R" } else { "CLIENT_AUTHENTICATED_11R" },
                "~site_id": world.sites[client.site].id,
            })
        })
    });
    rows.collect()
}
