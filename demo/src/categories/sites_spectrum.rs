//! Spectrum analyses and channel scores.

use serde_json::{Value, json};

use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Device, ORG_ID, Random, World, channels},
};

pub(super) const ROUTES: &[Route] = &[
    Route::whole("/api/v1/sites/{site_id}/analyze_spectrum", running),
    Route::paged_search("/api/v1/sites/{site_id}/stats/analyze_spectrum", &PAST),
    Route::made("/api/v1/sites/{site_id}/rrm/channel_scores/band/{band}", scores),
];

static PAST: Collection = Collection::timed("site spectrum analyses", past);

/// The site where an analysis runs now.
const ANALYZED: &str = "LDS";
const BANDS: [&str; 7] = ["24", "5", "5-dedicated", "5-selectable", "6", "6-dedicated", "6-selectable"];

/// The analysis that runs at a site; an empty object where none does.
fn running(call: &Call<'_>) -> Value {
    let world = call.world;
    let site = world.site(call.hole("site_id")).filter(|site| site.plan.code == ANALYZED);
    match site.and_then(|site| world.access_points(site.index).find(|ap| ap.usually_connected)) {
        Some(ap) => json!({
            "device_id": ap.id, "band": "5", "channels": channels("5"), "width": 20, "duration": 600, "format": "json",
            "started_time": world.ago(240),
        }),
        None => json!({}),
    }
}

fn thousandths(part: i64) -> f64 {
    f64::from(i32::try_from(part).unwrap_or_default()) / 1000.0
}

/// The middle of a channel, in MHz.
fn frequency(band: &str, channel: i64) -> i64 {
    match band {
        "24" => 2407 + 5 * channel,
        "6" => 5950 + 5 * channel,
        _ => 5000 + 5 * channel,
    }
}

/// Two analyses of each site's first two access points.
fn past(world: &World) -> Vec<Value> {
    let aps = world
        .sites
        .iter()
        .flat_map(|site| world.access_points(site.index).filter(|ap| ap.usually_connected).take(2));
    let rows =
        aps.flat_map(|ap| [("24", 9_000), ("5", 10_500)].map(|(band, ago)| analysis(world, ap, band, ago)));
    rows.collect()
}

fn analysis(world: &World, ap: &Device, band: &str, ago: i64) -> Value {
    let mut random = Random::of(&format!("spectrum {} {band}", ap.mac));
    let usage = channels(band).iter().map(|channel| {
        json!({
            "channel": channel, "noise": random.between(-96, -84), "wifi": thousandths(random.between(20, 600)),
            "non_wifi": thousandths(random.between(0, 150)),
        })
    });
    let usage = usage.collect::<Vec<_>>();
    let samples = channels(band).iter().map(|channel| {
        let rssi = random.between(-95, -60);
        json!({ "frequency": frequency(band, *channel), "rssi": rssi, "signal7": rssi - 1 })
    });
    json!({
        "mac": ap.mac, "org_id": ORG_ID, "band": band, "channel_usage": usage, "fft_samples": samples.collect::<Vec<_>>(),
        "timestamp": world.ago(ago + random.between(0, 1_800)), "~site_id": world.site_of(ap).id,
    })
}

fn scores(call: &Call<'_>) -> Result<Answer, ApiError> {
    let band = call.hole("band");
    if !BANDS.contains(&band) {
        return Err(ApiError::bad_request(format!("band: must be one of {}", BANDS.join(", "))));
    }
    let band = band.split('-').next().unwrap_or_default();
    // As measured in the last hour of the window.
    let hour = call.window()?.end.div_euclid(3_600);
    let results = channels(band).iter().map(|channel| {
        let mut random =
            Random::of(&format!("channel score {} {band} {channel} {hour}", call.hole("site_id")));
        // Weather and flight radar share these channels with Wi-Fi.
        let shared = band == "5" && (52..=144).contains(channel);
        let radar = if shared { random.between(0, 30) } else { 0 };
        let parts = [random.between(0, 20), random.between(0, 120), random.between(5, 300)];
        let rest = [random.between(0, 60), random.between(0, 40)];
        let [noise, non_wifi, other] = parts.map(thousandths);
        let [undecodable, unknown] = rest.map(thousandths);
        json!({
            "channel": channel, "util_score": thousandths(parts.iter().chain(&rest).sum::<i64>() + radar),
            "util_score_noise_floor": noise, "util_score_non_wifi": non_wifi, "util_score_other": other,
            "util_score_radar": thousandths(radar), "util_score_undecodable_wifi": undecodable,
            "util_score_unknown_wifi": unknown,
        })
    });
    Ok(Answer::json(json!({ "results": results.collect::<Vec<_>>() })))
}
