//! Insight metrics over time.

mod samples;

use serde_json::json;

use super::{
    mxedges, ports,
    service_levels::{Level, hours_of},
};
use crate::{
    engine::{Answer, ApiError, Call, Route, Row},
    world::Device,
};
use samples::{Samples, Subject};
pub(super) use samples::{check_metrics, interval};

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
fn series(call: &Call<'_>) -> Result<Answer, ApiError> {
    let here = |site: usize| call.world.sites[site].id == call.hole("site_id");
    let client = call.hole("client_mac");
    if !client.is_empty() && !call.world.clients.iter().any(|known| known.mac == client && here(known.site)) {
        return Err(ApiError::not_found());
    }
    if call.hole("metric").is_empty() && call.query.get("metrics").is_none() {
        return Err(ApiError::bad_request("metrics: is required"));
    }
    let subject = match call.world.site(call.hole("site_id")) {
        Some(_) if !client.is_empty() => Subject::client(call.world, client),
        Some(site) => Subject::site(call.world, site),
        None => Subject::organization(call.world),
    };
    let scope = match (call.hole("site_id"), client) {
        ("", _) => "org",
        (_, "") => "site",
        _ => "client",
    };
    check_metrics(call, &[scope])?;
    if let Some(ranked) = samples::ranked(call)? {
        return Ok(Answer::json(ranked));
    }
    let samples = Samples::of(call)?;
    let mut answer = samples.frame();
    answer["results"] = samples.of_subject(&subject).into();
    Ok(Answer::json(answer))
}

fn of_device(call: &Call<'_>) -> Result<Answer, ApiError> {
    let site = call.world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    // The path says which kind of device it is, but for the one that takes all.
    let kind = ["ap", "switch", "gateway"]
        .into_iter()
        .find(|kind| call.path.contains(&format!("/insights/{kind}/")));
    let (id, mac) = (call.hole("device_id"), call.hole("device_mac"));
    let is_requested = |device: &&Device| {
        let is_it = device.id == id || device.mac == mac;
        is_it && device.site == site.index && kind.is_none_or(|kind| device.kind.name() == kind)
    };
    let device = call.world.devices.iter().find(is_requested).ok_or_else(ApiError::not_found)?;
    let is_port = |port: &str| {
        let is_it = |row: &Row| row["mac"] == device.mac && row["port_id"] == port;
        call.world.rows(&ports::PORTS).iter().any(is_it)
    };
    let scopes = [device.kind.name(), "device"];
    points(call, &scopes, Subject::device(call.world, device), is_port)
}

/// The one Mist Edge is at the first site.
fn of_edge(call: &Call<'_>) -> Result<Answer, ApiError> {
    let home = call.world.sites.first().filter(|site| site.id == call.hole("site_id"));
    let home = home.filter(|_| call.hole("device_mac") == mxedges::mac_address());
    let home = home.ok_or_else(ApiError::not_found)?;
    points(call, &["mxedge", "device"], Subject::edge(call.world, home), |port| {
        mxedges::PORTS.contains(&port)
    })
}

/// The samples of a device, or of a port of it; none of a port that it does not have.
fn points(
    call: &Call<'_>,
    scopes: &[&str],
    subject: Subject,
    is_port: impl Fn(&str) -> bool,
) -> Result<Answer, ApiError> {
    check_metrics(call, scopes)?;
    let mut samples = Samples::of(call)?;
    let subject = match call.query.get("port_id") {
        Some(port) if is_port(port) => subject.port(port),
        Some(_) => {
            samples.times.clear();
            subject
        }
        None => subject,
    };
    let mut answer = samples.frame();
    answer["page"] = call.query.page()?.into();
    answer["rt"] = samples.times.iter().map(|time| samples::written(*time)).collect();
    answer["results"] = samples.of_device(&subject).into();
    Ok(Answer::json(answer))
}

/// Each site's service levels, of the wireless, the wired or the WAN side.
fn sites(call: &Call<'_>) -> Result<Answer, ApiError> {
    let (window, limit, page) = (call.window()?, call.query.limit()?, call.query.page()?);
    let (names, devices): (&[&str], _) = match call.query.get("sle").unwrap_or("wifi") {
        "wifi" => (
            &[
                "ap-availability",
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
    let hours = hours_of(call.world, window);
    let rows = call.world.sites.iter().map(|site| {
        let number = call.world.kind(kind).filter(|device| device.site == site.index).count();
        let clients = call.world.clients_at(site);
        let mut row = json!({ "site_id": site.id, "num_clients": clients, devices: number });
        for level in names.iter().filter_map(|name| Level::named(name)) {
            if let Some(success) = level.success(call.world, site, hours) {
                row[level.name] = success.into();
            }
        }
        row
    });
    let rows = rows.skip((page - 1).saturating_mul(limit)).take(limit).collect::<Vec<_>>();
    Ok(Answer::json(json!({
        "start": window.start, "end": window.end, "interval": interval(call)?, "limit": limit, "page": page,
        "total": call.world.sites.len(), "results": rows,
    })))
}
