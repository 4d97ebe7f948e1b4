//! Application usage.

use serde_json::{Value, json};

use super::{calls, orgs_wan, wireless_rules::APPS};
use crate::{
    engine::{Collection, Route},
    world::{Kind, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    // Mist's document runs the last two of these together.
    Route::count(
        "/api/v1/sites/{site_id}/stats/apps/count",
        &USES,
        "app ap category device_mac port_id service src_ip ssid wcid wlan_id",
    )
    .with_defaults(&[("wired", "false")]),
];

static USES: Collection = Collection::of("app uses", uses);

fn uses(world: &World) -> Vec<Value> {
    let meetings = calls::meetings(world);
    let wireless = world.clients.iter().flat_map(|client| {
        let (ap, wlan) = (&world.devices[client.ap], &world.wlans[client.wlan]);
        // Who met uses what they met with.
        let met = meetings.iter().find(|meeting| meeting.client.mac == client.mac).map(|meeting| meeting.app);
        used(&client.mac, met).into_iter().map(move |(app, category)| json!({
            "~site_id": world.sites[client.site].id, "~app": app, "~category": category, "~ap": ap.mac, "~device_mac": ap.mac,
            "~ssid": wlan.ssid, "~wlan_id": wlan.id, "~src_ip": client.ip, "~wcid": uuid(&client.mac), "~service": service(app),
            "~wired": false,
        }))
    });
    let wired = world.wired.iter().flat_map(|client| {
        let gateway = world.kind(Kind::Gateway).find(|gateway| gateway.site == client.site);
        used(&client.mac, None).into_iter().map(move |(app, category)| json!({
            "~site_id": world.sites[client.site].id, "~app": app, "~category": category,
            "~device_mac": gateway.map(|gateway| &gateway.mac), "~port_id": "ge-0/0/3", "~src_ip": client.ip,
            "~wcid": uuid(&client.mac), "~service": service(app), "~wired": true,
        }))
    });
    wireless.chain(wired).collect()
}

/// The applications of a client, and their categories.
fn used(mac: &str, met: Option<&str>) -> Vec<(&'static str, &'static str)> {
    let mut random = Random::of(&format!("apps {mac}"));
    let used = APPS.iter().filter(|(key, ..)| {
        let likes = random.chance(35);
        met == Some(*key) || likes
    });
    used.map(|(key, _, group)| (*key, *group)).collect()
}

/// The service that an application belongs to.
fn service(app: &str) -> &'static str {
    if orgs_wan::MEETING_APPS.contains(&app) { "meetings" } else { "any" }
}
