//! Marvis Clients.

use serde_json::{Value, json};

use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Client, ORG_ID, Random, World, uuid, written},
};

pub(super) const ROUTES: &[Route] = &[
    Route::made(
        "/api/v1/orgs/{org_id}/insights/marvisclient/{marvisclient_id}/marvisclient-metrics",
        measured,
    ),
    Route::search_with("/api/v1/orgs/{org_id}/marvisclients/events/search", &EVENTS, &["limit", "total"]),
    Route::count(
        "/api/v1/orgs/{org_id}/marvisclients/events/count",
        &EVENTS,
        "type device_id wifi_mac wifi_ip hostname ssid bssid channel pre_bssid pre_channel",
    ),
    Route::search_with("/api/v1/orgs/{org_id}/stats/marvisclients/search", &STATS, &["limit", "total"]),
    Route::count(
        "/api/v1/orgs/{org_id}/stats/marvisclients/count",
        &STATS,
        "os_type device_id wifi_mac wifi_ip hostname model mfg serial os_version",
    ),
];

static EVENTS: Collection = Collection::timed("marvis client events", events);
static STATS: Collection = Collection::timed("marvis clients", stats);

fn scanners(world: &World) -> impl Iterator<Item = &Client> {
    world.clients.iter().filter(|client| client.hardware.prefix == "scan" && client.present())
}

fn device_id(client: &Client) -> String {
    uuid(&format!("marvis client {}", client.mac))
}

fn location(world: &World, client: &Client) -> Value {
    let (site, ap) = (&world.sites[client.site], &world.devices[client.ap]);
    json!({
        "site_id": site.id, "map_id": site.map_id, "timestamp": world.ago(client.silent), "x": ap.position.0 + 20, "y": ap.position.1 + 15,
    })
}

fn band(client: &Client) -> &'static str {
    if client.radio.band == "24" { "2.4GHz" } else { "5GHz" }
}

fn stats(world: &World) -> Vec<Value> {
    let rows = scanners(world).map(|client| {
        let mut random = Random::of(&format!("marvis client {}", client.mac));
        let (hardware, user, system) = (client.hardware, random.between(5, 40), random.between(2, 9));
        json!({
            "device_id": device_id(client), "org_id": ORG_ID, "hostname": client.hostname, "mfg": hardware.manufacturer,
            "model": hardware.model, "serial": format!("S{}", random.between(10_000_000, 99_999_999)), "os_type": hardware.os,
            "os_version": hardware.os_version, "battery_level": random.between(12, 100), "battery_charging": random.chance(20),
            "cpu_user": user, "cpu_system": system, "cpu_background": 1, "cpu_idle": 99 - user - system,
            "memory_total": 4_294_967_296_u64, "memory_usage": random.between(1 << 30, 3 << 30),
            "storage_total": 68_719_476_736_u64, "storage_usage": random.between(1 << 33, 1 << 35),
            "wifi_mac": client.mac, "wifi_ip": client.ip, "wifi_ssid": world.wlans[client.wlan].ssid, "wifi_bssid": client.radio.mac,
            "wifi_band": band(client), "wifi_channel": client.radio.channel, "wifi_rssi": client.rssi,
            "location": location(world, client), "timestamp": world.ago(client.silent),
        })
    });
    rows.collect()
}

/// Each scanner roamed once, and some run out of power.
fn events(world: &World) -> Vec<Value> {
    let rows = scanners(world).flat_map(|client| {
        let mut random = Random::of(&format!("marvis client event {}", client.mac));
        let who = |name: &str, ago: i64| {
            json!({
                "device_id": device_id(client), "org_id": ORG_ID, "hostname": client.hostname, "type": name, "wifi_mac": client.mac,
                "wifi_ip": client.ip, "timestamp": world.ago(ago),
            })
        };
        let aps = world.access_points(client.site).filter(|ap| ap.id != world.devices[client.ap].id);
        let left = aps.flat_map(|ap| &ap.radios).find(|radio| radio.band == client.radio.band);
        let roamed = left.map(|left| {
            super::record::with(who("MARVISCLIENT_ROAMED", random.between(100, 20_000)), json!({
                "ssid": world.wlans[client.wlan].ssid, "band": client.radio.band, "bssid": client.radio.mac,
                "channel": client.radio.channel, "rssi": client.rssi, "pre_bssid": left.mac, "pre_channel": left.channel,
                "pre_rssi": client.rssi - random.between(4, 14), "location": location(world, client),
            }))
        });
        let empty = random.chance(30).then(|| {
            super::record::with(who("MARVISCLIENT_LOW_BATTERY", random.between(100, 20_000)), json!({ "percent": random.between(4, 12) }))
        });
        roamed.into_iter().chain(empty).collect::<Vec<_>>()
    });
    rows.collect()
}

/// Hour by hour, how a scanner was.
fn measured(call: &Call<'_>) -> Result<Answer, ApiError> {
    let id = call.hole("marvisclient_id");
    let client =
        scanners(call.world).find(|client| device_id(client) == id).ok_or_else(ApiError::not_found)?;
    let (window, limit, page) = (call.window()?, call.query.limit()?, call.query.page()?);
    let hours = (window.length() / 3600).clamp(1, 1000);
    let skipped = i64::try_from((page - 1).saturating_mul(limit)).unwrap_or(hours);
    let shown = (skipped..hours).take(limit).collect::<Vec<_>>();
    let series = |name: &str, low: i64, high: i64| -> Vec<i64> {
        shown
            .iter()
            .map(|hour| Random::of(&format!("{name} {} {hour}", client.mac)).between(low, high))
            .collect()
    };
    Ok(Answer::json(json!({
        "start": window.start, "end": window.end, "interval": 3600, "limit": limit, "page": page,
        "rt": shown.iter().map(|hour| written(window.start + hour * 3600)).collect::<Vec<_>>(),
        "avg_battery": series("battery", 20, 100), "avg_cpu": series("cpu", 6, 40), "avg_memory": series("memory", 30, 70),
        "avg_wifi_rssi": series("rssi", client.rssi - 6, client.rssi + 4), "avg_cellular_rssi": series("cellular", -105, -90),
    })))
}
