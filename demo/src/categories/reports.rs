//! Reports: emergency locations, and dashboards.

use serde_json::{Value, json};

use crate::{
    engine::{Call, Collection, Route},
    world::World,
};

pub(super) const ROUTES: &[Route] = &[
    Route::whole("/api/v1/orgs/{org_id}/exports/e911_report", emergency_locations),
    Route::pages("/api/v1/orgs/{org_id}/pma/dashboards", &DASHBOARDS),
];

static DASHBOARDS: Collection = Collection::of("dashboards", dashboards);

fn emergency_locations(call: &Call<'_>) -> Value {
    json!({
        "status": "available", "last_generated": call.world.ago(9 * 3_600), "detail": "The report is ready",
        "url": "https://reports.harbourandpine.example/e911.csv",
    })
}

fn dashboards(_world: &World) -> Vec<Value> {
    let dashboards = [
        ("wireless_engagement", "Wireless", "Clients, time on the network and returning guests"),
        ("wired_inventory", "Wired", "Switches, their ports and power"),
        ("wan_usage", "WAN", "Links, applications and their quality"),
    ];
    dashboards
        .map(|(name, label, description)| {
            let url = format!("https://analytics.harbourandpine.example/dashboards/{name}");
            json!({ "name": name, "label": label, "description": description, "url": url })
        })
        .into()
}
