//! RRM of a site.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{orgs_wlans, rrm_events, stats::DEVICES};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route, Row},
    world::{Device, Kind, Random, Site, World, channels},
};

pub(super) const ROUTES: &[Route] = &[
    Route::made("/api/v1/sites/{site_id}/rrm/current", current),
    Route::made("/api/v1/sites/{site_id}/rrm/current/devices/{device_id}/band/{band}", considerations),
    Route::paged_search_without_total("/api/v1/sites/{site_id}/rrm/events", &EVENTS),
    Route::paged_search_without_total("/api/v1/sites/{site_id}/rrm/neighbors/band/{band}", &NEIGHBORS),
];

static EVENTS: Collection = Collection::timed("rrm events", events);
static NEIGHBORS: Collection = Collection::of("rrm neighbors", neighbors);

fn events(world: &World) -> Vec<Value> {
    let changes = rrm_events::changes(world).into_iter().map(|change| {
        json!({
            "ap": change.device.mac,
            "band": change.radio.band,
            "event": change.event,
            "channel": change.channel, "pre_channel": change.pre_channel,
            "power": change.power, "pre_power": change.pre_power,
            "bandwidth": change.radio.bandwidth, "pre_bandwidth": change.radio.bandwidth,
            "usage": change.radio.band, "pre_usage": change.radio.band,
            "timestamp": world.ago(change.ago),
            "~site_id": world.site_of(change.device).id,
        })
    });
    changes.collect()
}

/// Which access points of a site hear each other on a band: those nearby, the nearest loudest.
fn neighbors(world: &World) -> Vec<Value> {
    let radios = world
        .kind(Kind::AccessPoint)
        .filter(|ap| ap.connected)
        .flat_map(|ap| ap.radios.iter().map(move |radio| (ap, radio)));
    let rows = radios.map(|(ap, radio)| {
        let others = world.access_points(ap.site).filter(|other| other.mac != ap.mac && other.connected);
        let neighbors = others.filter_map(|other| {
            let their = other.radios.iter().find(|their| their.band == radio.band)?;
            Some(json!({ "mac": their.mac, "rssi": loudness(ap, other) }))
        });
        json!({
            "mac": radio.mac, "neighbors": neighbors.collect::<Vec<_>>(),
            "~site_id": world.site_of(ap).id, "~band": radio.band,
        })
    });
    rows.collect()
}

/// How loud one access point is to another, by their distance on the map.
fn loudness(one: &Device, other: &Device) -> i64 {
    let distance = (one.position.0 - other.position.0).abs() + (one.position.1 - other.position.1).abs();
    -45 - distance / 40
}

fn current(call: &Call<'_>) -> Result<Answer, ApiError> {
    let world = call.world;
    let site = world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    let name = orgs_wlans::rf_template_name(site);
    let mut answer = json!({
        "rftemplate_id": orgs_wlans::rf_template_id(site),
        "rftemplate_name": name,
        "rftemplate": orgs_wlans::rf_template(name),
        "status": "ready",
        "timestamp": world.ago(4 * 3600),
    });
    for band in ["24", "5", "6"] {
        let radios = radios(world, site, band);
        answer[format!("band_{band}")] =
            radios.iter().map(|radio| (radio.ap.clone(), planned(radio, band))).collect::<Map<_, _>>().into();
        answer[format!("band_{band}_metric")] = metric(band, &radios);
    }
    Ok(Answer::json(answer))
}

/// A radio as the statistics of its access point show it.
struct RadioNow {
    ap: String,
    channel: Value,
    bandwidth: Value,
    power: Value,
}

/// The radios of the access points that are connected.
fn radios(world: &World, site: &Site, band: &str) -> Vec<RadioNow> {
    let devices = world.rows(&DEVICES);
    let has = |row: &Row, name: &str, value: &str| row.get(name).is_some_and(|it| it == value);
    let aps = devices.iter().filter(|row| {
        has(row, "site_id", &site.id) && has(row, "type", "ap") && has(row, "status", "connected")
    });
    let radios = aps.filter_map(|row| {
        let radio = row.get("radio_stat")?.get(format!("band_{band}"))?;
        let value = |name: &str| radio.get(name).cloned().unwrap_or_default();
        Some(RadioNow {
            ap: row.get("mac")?.as_str()?.to_owned(),
            channel: value("channel"),
            bandwidth: value("bandwidth"),
            power: value("power"),
        })
    });
    radios.collect()
}

fn planned(radio: &RadioNow, band: &str) -> Value {
    let RadioNow { channel, bandwidth, power, .. } = radio;
    json!({
        "channel": channel, "bandwidth": bandwidth, "power": power, "usage": band,
        "curr_channel": channel, "curr_bandwidth": bandwidth, "curr_power": power, "curr_usage": band,
    })
}

fn metric(band: &str, radios: &[RadioNow]) -> Value {
    let mut by_channel = BTreeMap::<String, u32>::new();
    let mut by_power = BTreeMap::<String, u32>::new();
    for radio in radios {
        *by_channel.entry(radio.channel.to_string()).or_default() += 1;
        *by_power.entry(radio.power.to_string()).or_default() += 1;
    }
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or_default());
    let (aps, used) = (number(radios.len()), number(by_channel.len()).max(1.0));
    let others = (aps - 1.0).max(0.0);
    json!({
        "neighbors": others,
        "cochannel_neighbors": (aps / used - 1.0).max(0.0),
        "density": (aps / 12.0).min(1.0),
        "noise": if band == "24" { -88.5 } else { -94.0 },
        "avg_aps_per_channel": aps / used,
        "channel_distribution_uniformity": used / number(channels(band).len()),
        "interferences": {},
        "naps_by_channel": by_channel,
        "naps_by_power": by_power,
    })
}

fn considerations(call: &Call<'_>) -> Result<Answer, ApiError> {
    let world = call.world;
    let site = world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    let ap = world
        .access_points(site.index)
        .find(|ap| ap.id == call.hole("device_id"))
        .ok_or_else(ApiError::not_found)?;
    let band = call.hole("band");
    let radio = ap.radios.iter().find(|radio| radio.band == band).ok_or_else(ApiError::not_found)?;
    let results = channels(band).iter().map(|channel| {
        let mut random = Random::of(&format!("consideration {} {channel}", radio.mac));
        let mut score = json!({
            "channel": channel,
            "noise": random.between(-97, -86),
            "util_score": random.fraction(0, 1),
            "util_score_non_wifi": random.fraction(0, 1) / 10.0,
            "util_score_other": random.fraction(0, 1) / 4.0,
        });
        if random.chance(50) {
            score["other_ssid"] = "Quayside Coffee".into();
            score["other_rssi"] = random.between(-88, -70).into();
        }
        score
    });
    Ok(Answer::json(json!({ "results": results.collect::<Vec<_>>() })))
}
