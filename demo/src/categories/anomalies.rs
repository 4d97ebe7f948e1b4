//! Deviations of metrics from their baseline.

use serde_json::{Value, json};

use super::insights::check_metrics;
use crate::{
    engine::{ApiError, Call, Collection, Route},
    world::{Kind, Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::paged_search("/api/v1/sites/{site_id}/anomaly/{metric}", &OF_SITES).checking(is_metric),
    Route::paged_search("/api/v1/sites/{site_id}/anomaly/client/{client_mac}/{metric}", &OF_CLIENTS)
        .checking(is_metric),
    Route::paged_search("/api/v1/sites/{site_id}/anomaly/device/{device_mac}/{metric}", &OF_DEVICES)
        .checking(is_metric),
];

static OF_SITES: Collection = Collection::of("site anomalies", of_sites);
static OF_CLIENTS: Collection = Collection::of("client anomalies", of_clients);
static OF_DEVICES: Collection = Collection::of("device anomalies", of_devices);

/// Refuses metrics that `insight_metrics` does not have. One that it has may never have deviated.
fn is_metric(call: &Call<'_>) -> Result<(), ApiError> {
    check_metrics(call, &["site", "ap", "client", "device", "switch", "gateway", "org"])
}

/// The metrics with a baseline, and the event that most often stands behind a deviation.
const METRICS: &[(&str, &str)] = &[
    ("num_clients", "AP_DISCONNECTED"),
    ("time-to-connect", "MARVIS_EVENT_CLIENT_DHCP_FAILURE"),
    ("successful-connect", "MARVIS_EVENT_CLIENT_AUTH_FAILURE"),
    ("throughput", "AP_RADAR_DETECTED"),
];

/// The deviations of something, each of which `of` names it.
fn deviations(world: &World, label: &str, of: &Value) -> Vec<Value> {
    let rows = METRICS.iter().map(|(metric, event)| {
        let mut random = Random::of(&format!("anomaly {label} {metric}"));
        let ago = random.between(1_200, 80_000);
        let row = json!({
            "timestamp": world.ago(ago), "since": world.ago(ago + random.between(600, 3_600)), "events": [event],
            "sle_baseline": random.fraction(90, 98), "sle_deviation": random.fraction(-40, -8), "~metric": metric,
        });
        super::record::with(row, of.clone())
    });
    rows.collect()
}

fn of_sites(world: &World) -> Vec<Value> {
    let sites = world.sites.iter();
    sites.flat_map(|site| deviations(world, site.plan.code, &json!({ "~site_id": site.id }))).collect()
}

fn of_clients(world: &World) -> Vec<Value> {
    let rows = world.clients.iter().flat_map(|client| {
        let of = json!({ "~site_id": world.sites[client.site].id, "~client_mac": client.mac });
        deviations(world, &client.mac, &of)
    });
    rows.collect()
}

fn of_devices(world: &World) -> Vec<Value> {
    let rows = world.kind(Kind::AccessPoint).flat_map(|ap| {
        let of = json!({ "~site_id": world.site_of(ap).id, "~device_mac": ap.mac });
        deviations(world, &ap.mac, &of)
    });
    rows.collect()
}
