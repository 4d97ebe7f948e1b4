//! Insight metrics over time.

use serde_json::{Value, json};

use super::{mxedges, service_levels::Level};
use crate::{
    engine::{Answer, ApiError, Call, Route},
    world::{Device, Random},
};

pub(super) const ROUTES: &[Route] = &[
    Route::made("/api/v1/orgs/{org_id}/insights/sites-sle", sites),
    Route::made("/api/v1/orgs/{org_id}/insights/{metric}", series),
    Route::made("/api/v1/sites/{site_id}/insights", series),
    Route::made("/api/v1/sites/{site_id}/insights/client/{client_mac}", series),
    Route::made("/api/v1/sites/{site_id}/insights/device/{device_mac}/{metric}", of_device),
    Route::made("/api/v1/sites/{site_id}/insights/ap/{device_id}/stats", of_device).requiring(METRICS),
    Route::made("/api/v1/sites/{site_id}/insights/gateway/{device_id}/stats", of_device).requiring(METRICS),
    Route::made("/api/v1/sites/{site_id}/insights/switch/{device_mac}/{metric}", of_device),
    Route::made("/api/v1/sites/{site_id}/insights/mxedge/{device_mac}/{metric}", of_edge),
];

const METRICS: &[&str] = &["metrics"];
const INTERVAL: i64 = 3600;

/// Refuses metrics that `insight_metrics` does not list.
pub(super) fn check_metrics(call: &Call<'_>) -> Result<(), ApiError> {
    let metrics = super::constants::insight_metrics();
    let asked = [call.hole("metric"), call.query.get(METRICS[0]).unwrap_or_default()];
    match asked
        .into_iter()
        .flat_map(|names| names.split(','))
        .find(|name| !name.is_empty() && metrics[*name].is_null())
    {
        Some(unknown) => Err(ApiError::bad_request(format!("\"{unknown}\" is not a metric"))),
        None => Ok(()),
    }
}

/// One number for each interval of the window, the same whenever it is asked for.
fn numbers(call: &Call<'_>) -> Result<(Value, Vec<Value>), ApiError> {
    check_metrics(call)?;
    let window = call.window()?;
    let interval = match call.query.get("interval") {
        None => INTERVAL,
        Some(parameter) => parameter
            .parse::<i64>()
            .ok()
            .filter(|parameter| *parameter > 0)
            .ok_or_else(|| ApiError::bad_request("interval: seconds are required"))?,
    };
    let subject = call.holes.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ");
    let parameter = |name| call.query.get(name).unwrap_or_default();
    let mut random =
        Random::of(&format!("insight {subject} {}{}", parameter("metrics"), parameter("port_id")));
    let (base, limit) = (random.between(20, 60), call.query.limit()?);
    let count = ((window.end - window.start) / interval).clamp(1, 1000);
    // The hours' own number comes after the point: Mist's schema wants no two of them alike.
    let numbers = (0..count).map(|hour| json!(base * 1000 + random.between(0, 12) * 1000 + hour));
    let frame = json!({ "start": window.start, "end": window.end, "interval": interval, "limit": limit });
    Ok((frame, numbers.take(limit).collect()))
}

fn series(call: &Call<'_>) -> Result<Answer, ApiError> {
    let here = |site: usize| call.world.sites[site].id == call.hole("site_id");
    let client = call.hole("client_mac");
    if !client.is_empty() && !call.world.clients.iter().any(|known| known.mac == client && here(known.site)) {
        return Err(ApiError::not_found());
    }
    if call.hole("metric").is_empty() && call.query.get("metrics").is_none() {
        return Err(ApiError::bad_request("metrics: is required"));
    }
    let (mut answer, numbers) = numbers(call)?;
    answer["results"] = numbers.into();
    Ok(Answer::json(answer))
}

fn of_device(call: &Call<'_>) -> Result<Answer, ApiError> {
    let site = call.world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    // The path says which kind of device it is, but for the one that takes all.
    let kind = ["ap", "switch", "gateway"]
        .into_iter()
        .find(|kind| call.path.contains(&format!("/insights/{kind}/")));
    let (id, mac) = (call.hole("device_id"), call.hole("device_mac"));
    let is_requested = |device: &Device| {
        let is_it = device.id == id || device.mac == mac;
        is_it && device.site == site.index && kind.is_none_or(|kind| device.kind.name() == kind)
    };
    if !call.world.devices.iter().any(is_requested) {
        return Err(ApiError::not_found());
    }
    points(call)
}

/// The one Mist Edge is at the first site.
fn of_edge(call: &Call<'_>) -> Result<Answer, ApiError> {
    let at_home = call.world.sites.first().is_some_and(|site| site.id == call.hole("site_id"));
    if !at_home || call.hole("device_mac") != mxedges::mac_address() {
        return Err(ApiError::not_found());
    }
    points(call)
}

fn points(call: &Call<'_>) -> Result<Answer, ApiError> {
    let (mut answer, numbers) = numbers(call)?;
    answer["page"] = call.query.page()?.into();
    answer["rt"] = json!(["1h"]);
    answer["results"] = numbers.into();
    Ok(Answer::json(answer))
}

/// Each site's service levels, of the wireless, the wired or the WAN side.
fn sites(call: &Call<'_>) -> Result<Answer, ApiError> {
    let (window, limit, page) = (call.window()?, call.query.limit()?, call.query.page()?);
    let (names, devices): (&[&str], _) = match call.query.get("sle").unwrap_or("wifi") {
        "wifi" => (
            &[
                "ap-health",
                "capacity",
                "coverage",
                "roaming",
                "successful-connect",
                "throughput",
                "time-to-connect",
            ],
            "num_aps",
        ),
        "wired" => (&["switch-health", "switch-throughput"], "num_switches"),
        "wan" => (&["gateway-health", "wan-link-health"], "num_gateways"),
        _ => return Err(ApiError::bad_request("sle: must be one of wifi, wired, wan")),
    };
    let kind = match devices {
        "num_aps" => crate::world::Kind::AccessPoint,
        "num_switches" => crate::world::Kind::Switch,
        _ => crate::world::Kind::Gateway,
    };
    let hours = usize::try_from((window.end - window.start) / 3600).unwrap_or_default().clamp(1, 168);
    let rows = call.world.sites.iter().map(|site| {
        let number = call.world.kind(kind).filter(|device| device.site == site.index).count();
        let clients = call.world.clients_at(site);
        let mut row = json!({ "site_id": site.id, "num_clients": clients, devices: number });
        for level in names.iter().filter_map(|name| Level::named(name)) {
            if let Some(success) = level.success(call.world, site, hours) {
                row[level.name] = success.into();
            }
        }
        if devices == "num_aps" && number > 0 {
            let down = call.world.kind(kind).filter(|ap| ap.site == site.index && !ap.connected).count();
            let [down, number] = [down, number].map(|it| f64::from(u32::try_from(it).unwrap_or_default()));
            // One of the day's hours in five is missed by a device that is down.
            row["ap-availability"] = (1.0 - 0.2 * down / number).into();
        }
        row
    });
    let rows = rows.skip((page - 1).saturating_mul(limit)).take(limit).collect::<Vec<_>>();
    Ok(Answer::json(json!({
        "start": window.start, "end": window.end, "interval": INTERVAL, "limit": limit, "page": page,
        "total": call.world.sites.len(), "results": rows,
    })))
}
