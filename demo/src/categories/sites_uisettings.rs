//! Dashboards of the portal (UI settings).

use serde_json::{Value, json};

use super::{portals, record::record};
use crate::{
    engine::{Call, Collection, Route, shown},
    world::{Site, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::list("/api/v1/sites/{site_id}/uisettings", &DASHBOARDS),
    Route::one("/api/v1/sites/{site_id}/uisettings/{uisetting_id}", &DASHBOARDS),
    Route::whole("/api/v1/sites/{site_id}/uisettings/derived", derived),
];

static DASHBOARDS: Collection = Collection::of("site dashboards", dashboards);

fn dashboards(world: &World) -> Vec<Value> {
    world.sites.iter().map(|site| dashboard(world, site)).collect()
}

fn dashboard(world: &World, site: &Site) -> Value {
    let tiles = [("Clients", "num_clients"), ("Traffic", "bytes")].into_iter().zip(1..);
    let tiles = tiles.map(|((name, metric), row)| {
        json!({
            "name": name, "metric": { "apiName": metric }, "chartType": "timeSeries", "vizType": "averageTimeSeriesChart",
            "trendType": "line", "chartColor": "#00B4AD", "chartDirection": "tx + rx", "column": 1, "row": row,
            "colspan": 5, "rowspan": 2, "scopeType": "site", "scopeId": site.id,
        })
    });
    let range = json!({
        "name": "Past 7 Days", "shortName": "7d", "interval": "1d", "usePreset": true,
        "start": world.ago(7 * 86_400), "end": world.now,
    });
    let more = json!({
        "site_id": site.id, "for_site": true, "purpose": "databoard", "description": "What is looked at every morning",
        "isCustomDataboard": true, "isScopeLinked": true, "isTimeRangeLinked": true, "defaultScopeType": "site",
        "defaultScopeId": site.id, "defaultTimeRange": range, "tiles": tiles.collect::<Vec<_>>(),
    });
    record(world, "dashboard", &format!("{} overview", site.plan.code), more)
}

/// The dashboards of the site and those of the organization. Mist's document says so, though its schema has one dashboard.
fn derived(call: &Call<'_>) -> Value {
    let rows = call.world.rows(&DASHBOARDS);
    let own = rows.iter().filter(|row| row["site_id"] == call.hole("site_id"));
    let inherited = call.world.rows(&portals::DASHBOARDS);
    own.chain(inherited.iter()).map(shown).collect()
}
