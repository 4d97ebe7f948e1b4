//! Guests of the guest portal.

use serde_json::{Value, json};

use super::record::with;
use crate::{
    engine::{Collection, Route},
    world::{Client, Random, World},
};

const FIELDS: &str = "auth_method company ssid";

pub(super) const ROUTES: &[Route] = &[
    Route::list("/api/v1/orgs/{org_id}/guests", &GUESTS),
    Route::search("/api/v1/orgs/{org_id}/guests/search", &FOUND),
    Route::count("/api/v1/orgs/{org_id}/guests/count", &FOUND, FIELDS),
    Route::one_by("/api/v1/orgs/{org_id}/guests/{guest_mac}", &GUESTS, "mac"),
    Route::list("/api/v1/sites/{site_id}/guests", &GUESTS),
    Route::list("/api/v1/sites/{site_id}/guests/derived", &DERIVED).with_defaults(&[("cross_site", "false")]),
    Route::search("/api/v1/sites/{site_id}/guests/search", &FOUND),
    Route::count("/api/v1/sites/{site_id}/guests/count", &FOUND, FIELDS),
    Route::one_by("/api/v1/sites/{site_id}/guests/{guest_mac}", &GUESTS, "mac"),
];

static GUESTS: Collection = Collection::of("guests", guests);
static FOUND: Collection = Collection::timed("guests found", guests);
static DERIVED: Collection = Collection::of("derived guests", derived);

/// Minutes for which a guest is authorized.
const MINUTES: i64 = 480;

const COMPANIES: &[&str] = &["Northgate Freight", "Quayside Coffee", "Tideline Media", "Brackwater Audit"];
const FIRST: &[&str] = &["Aisha", "Ben", "Carla", "Dev", "Erin", "Felix", "Hana", "Ivo"];
const LAST: &[&str] = &["Adeyemi", "Brandt", "Costa", "Doyle", "Eriksen", "Fischer", "Gupta", "Hale"];

fn guests(world: &World) -> Vec<Value> {
    visitors(world).map(|client| guest(world, client)).collect()
}

fn visitors(world: &World) -> impl Iterator<Item = &Client> {
    world.clients.iter().filter(|client| world.wlans[client.wlan].auth == "open")
}

fn guest(world: &World, client: &Client) -> Value {
    let mut random = Random::of(&format!("guest {}", client.mac));
    let (wlan, came) = (&world.wlans[client.wlan], client.silent + client.connected_for);
    let (first, last, company) = (random.pick(FIRST), random.pick(LAST), random.pick(COMPANIES));
    let domain = company.to_lowercase().replace(' ', "-");
    json!({
        "mac": client.mac,
        "name": format!("{first} {last}"),
        "email": format!("{}.{}@{domain}.example", first.to_lowercase(), last.to_lowercase()),
        "company": company,
        "field1": random.pick(&["Delivery", "Meeting", "Maintenance"]),
        "ssid": wlan.ssid,
        "wlan_id": wlan.id,
        "ap_mac": world.devices[client.ap].mac,
        "auth_method": if random.chance(70) { "email" } else { "passphrase" },
        "authorized": came < MINUTES * 60,
        "authorized_time": world.ago(came),
        "authorized_expiring_time": world.ago(came - MINUTES * 60),
        "minutes": MINUTES,
        "random_mac": client.random_mac,
        "~site_id": world.sites[client.site].id,
        "~timestamp": world.ago(came),
    })
}

/// The guests of each site and, at every site, those of the whole organization.
fn derived(world: &World) -> Vec<Value> {
    let everywhere = guests(world);
    let own = everywhere.iter().map(|guest| with(guest.clone(), json!({ "~cross_site": false })));
    let crossed = world.sites.iter().flat_map(|site| {
        let here = json!({ "~cross_site": true, "~site_id": site.id });
        everywhere.iter().map(move |guest| with(guest.clone(), here.clone()))
    });
    own.chain(crossed).collect()
}
