//! Rogue access points and clients.

use serde_json::{Value, json};

use crate::{
    engine::{Answer, ApiError, Call, Collection, Route, Row, field},
    world::{Random, Site, World, mac},
};

pub(super) const ROUTES: &[Route] = &[
    Route::paged_search_without_total("/api/v1/sites/{site_id}/insights/rogues", &ROGUES),
    Route::paged_search_without_total("/api/v1/sites/{site_id}/insights/rogues/clients", &CLIENTS),
    Route::search("/api/v1/sites/{site_id}/rogues/events/search", &EVENTS),
    Route::count("/api/v1/sites/{site_id}/rogues/events/count", &EVENTS, "bssid ap ssid type"),
    Route::made("/api/v1/sites/{site_id}/rogues/{rogue_bssid}", details),
];

static ROGUES: Collection = Collection::of("rogues", rogues);
static CLIENTS: Collection = Collection::of("rogue clients", clients);
static EVENTS: Collection = Collection::timed("rogue events", events);

const ROGUE_SSIDS: &[(&str, &str)] = &[
    ("Quayside Coffee", "others"),
    ("Pine Guest", "honeypot"),
    ("TestRouter", "rogue"),
    ("Flat 4B", "others"),
];

/// One stranger at a site: its number, address and channel, and the access point that hears it best.
struct Rogue<'w> {
    site: &'w Site,
    ssid: &'static str,
    kind: &'static str,
    bssid: String,
    channel: i64,
    rssi: i64,
    heard_by: &'w str,
}

fn detected(world: &World) -> Vec<Rogue<'_>> {
    let rogues = world.sites.iter().flat_map(|site| {
        let aps = world.access_points(site.index).filter(|ap| ap.usually_connected).collect::<Vec<_>>();
        ROGUE_SSIDS
            .iter()
            .map(move |(ssid, kind)| {
                let label = format!("rogue {} {ssid}", site.plan.code);
                let mut random = Random::of(&label);
                Rogue {
                    site,
                    ssid,
                    kind,
                    bssid: mac("7483c2", &label),
                    channel: *random.pick(&[1, 6, 11]),
                    rssi: random.between(-86, -58),
                    heard_by: &random.pick(&aps).mac,
                }
            })
            .collect::<Vec<_>>()
    });
    rogues.collect()
}

fn rogues(world: &World) -> Vec<Value> {
    let rows = detected(world).into_iter().map(|it| json!({
        "bssid": it.bssid, "ssid": it.ssid, "channel": it.channel.to_string(), "avg_rssi": it.rssi, "ap_mac": it.heard_by,
        "num_aps": 2, "times_heard": 40, "seen_on_lan": it.kind == "rogue", "~type": it.kind, "~site_id": it.site.id,
    }));
    rows.collect()
}

fn clients(world: &World) -> Vec<Value> {
    let rows = detected(world).into_iter().map(|it| json!({
        "bssid": it.bssid, "ap_mac": it.heard_by, "client_mac": mac("a0d795", &it.bssid), "annotation": it.ssid,
        "avg_rssi": it.rssi - 6, "band": "24", "num_aps": 1, "~site_id": it.site.id,
    }));
    rows.collect()
}

fn events(world: &World) -> Vec<Value> {
    let rows = detected(world).into_iter().flat_map(|it| (1..6).map(move |number| json!({
        "bssid": it.bssid, "ssid": it.ssid, "channel": it.channel, "rssi": it.rssi - number, "ap": it.heard_by,
        "timestamp": world.ago(number * 9_000), "~ap_mac": it.heard_by, "~type": it.kind, "~site_id": it.site.id,
        "~seen_on_lan": it.kind == "rogue",
    })).collect::<Vec<_>>());
    rows.collect()
}

fn details(call: &Call<'_>) -> Result<Answer, ApiError> {
    let (site, bssid) = (call.hole("site_id"), call.hole("rogue_bssid"));
    let rogues = call.world.rows(&ROGUES);
    let is_it = |row: &Row| {
        row.get("bssid").is_some_and(|it| it == bssid) && field(row, "site_id").is_some_and(|it| it == site)
    };
    if !rogues.iter().any(is_it) {
        return Err(ApiError::not_found());
    }
    Ok(Answer::json(json!({ "manufacture": "Ubiquiti", "seen_as_client": false })))
}
