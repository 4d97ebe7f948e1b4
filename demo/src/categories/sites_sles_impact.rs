//! Whom and what a bad service level hits.

use serde_json::{Value, json};

use super::{
    record::with,
    sites_sles::{Asked, asked},
};
use crate::{
    engine::{Answer, Call, Refusal, Route},
    world::{Device, Kind, Random, World},
};

macro_rules! below {
    ($path:literal) => {
        concat!("/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}", $path)
    };
}

pub(super) const ROUTES: &[Route] = &[
    Route::made(below!("/impact-summary"), summary),
    Route::made(below!("/impacted-users"), |call| impacted(call, "users", users)),
    Route::made(below!("/impacted-clients"), |call| impacted(call, "clients", wired)),
    Route::made(below!("/impacted-aps"), |call| impacted(call, "aps", aps)),
    Route::made(below!("/impacted-switches"), |call| impacted(call, "switches", switches)),
    Route::made(below!("/impacted-gateways"), |call| impacted(call, "gateways", gateways)),
    Route::made(below!("/impacted-interfaces"), |call| impacted(call, "interfaces", interfaces)),
    Route::made(below!("/impacted-chassis"), |call| impacted(call, "chassis", chassis)),
    Route::made(below!("/impacted-applications"), |call| impacted(call, "apps", apps)),
];

/// The rows of a list, the worst first, in the envelope that all of these lists have.
fn impacted(
    call: &Call<'_>,
    key: &str,
    rows: fn(&World, &Asked<'_>) -> Vec<Value>,
) -> Result<Answer, Refusal> {
    let asked = asked(call)?;
    let classifier = call.query.get("classifier").unwrap_or_default();
    if !classifier.is_empty() && !asked.level.classifiers.contains(&classifier) {
        return Err(Refusal::bad_request(format!(
            "classifier: must be one of {}",
            asked.level.classifiers.join(", ")
        )));
    }
    let mut rows = rows(call.world, &asked);
    rows.sort_by_key(|row| std::cmp::Reverse(row["degraded"].as_i64()));
    // Mist's document has a text here in this one list.
    let limit = if key == "apps" { json!("100") } else { json!(100) };
    Ok(Answer::json(json!({
        "metric": asked.level.name, "classifier": classifier, "failure": "", "start": asked.start, "end": asked.end,
        "page": 1, "limit": limit, "total_count": rows.len(), key: rows,
    })))
}

/// How long something was there and how much of it was bad, in minutes.
fn share(asked: &Asked<'_>, label: &str) -> Value {
    let mut random = Random::of(&format!("impact {} {label}", asked.level.name));
    let total = i64::try_from(asked.hours).unwrap_or_default() * random.between(20, 40);
    json!({ "duration": total, "total": total, "degraded": total * random.between(2, 18) / 100 })
}

fn users(world: &World, asked: &Asked<'_>) -> Vec<Value> {
    let weak = world.clients.iter().filter(|client| client.site == asked.site.index && client.rssi < -68);
    let rows = weak.map(|client| {
        let (ap, wlan) = (&world.devices[client.ap], &world.wlans[client.wlan]);
        with(share(asked, &client.mac), json!({
            "mac": client.mac, "name": client.hostname, "ap_mac": ap.mac, "ap_name": ap.name, "ssid": wlan.ssid,
            "wlan_id": wlan.id, "device_os": client.hardware.os, "device_type": client.hardware.family,
        }))
    });
    rows.collect()
}

fn wired(world: &World, asked: &Asked<'_>) -> Vec<Value> {
    let here = world.wired.iter().filter(|client| client.site == asked.site.index).take(5);
    let rows = here.map(|client| {
        let switch = &world.devices[client.switch];
        with(share(asked, &client.mac), json!({
            "mac": client.mac, "name": client.hostname,
            "switches": [{ "switch_mac": switch.mac, "switch_name": switch.name, "interfaces": [client.port] }],
        }))
    });
    rows.collect()
}

fn of_kind(world: &World, asked: &Asked<'_>, kind: Kind, row: fn(&Device) -> Value) -> Vec<Value> {
    let here = world.kind(kind).filter(|device| device.site == asked.site.index);
    here.map(|device| with(share(asked, &device.mac), row(device))).collect()
}

fn aps(world: &World, asked: &Asked<'_>) -> Vec<Value> {
    of_kind(world, asked, Kind::AccessPoint, |ap| json!({ "ap_mac": ap.mac, "name": ap.name }))
}

fn switches(world: &World, asked: &Asked<'_>) -> Vec<Value> {
    of_kind(world, asked, Kind::Switch, |switch| {
        json!({
            "switch_mac": switch.mac, "name": switch.name, "switch_model": switch.model, "switch_version": switch.version,
            "interface": ["ge-0/0/12"],
        })
    })
}

fn gateways(world: &World, asked: &Asked<'_>) -> Vec<Value> {
    of_kind(world, asked, Kind::Gateway, |gateway| {
        json!({
            "gateway_mac": gateway.mac, "name": gateway.name, "gateway_model": gateway.model, "gateway_version": gateway.version,
        })
    })
}

fn interfaces(world: &World, asked: &Asked<'_>) -> Vec<Value> {
    of_kind(
        world,
        asked,
        Kind::Switch,
        |switch| json!({ "switch_mac": switch.mac, "switch_name": switch.name, "interface_name": "ge-0/0/12" }),
    )
}

fn chassis(world: &World, asked: &Asked<'_>) -> Vec<Value> {
    of_kind(
        world,
        asked,
        Kind::Switch,
        |switch| json!({ "switch_mac": switch.mac, "switch_name": switch.name, "chassis": switch.serial, "role": "master" }),
    )
}

fn apps(_world: &World, asked: &Asked<'_>) -> Vec<Value> {
    let apps = [("zoom", "Zoom"), ("ms-teams", "Microsoft Teams"), ("sap", "SAP")];
    apps.map(|(app, name)| with(share(asked, app), json!({ "app": app, "name": name, "threshold": 100 })))
        .into()
}

fn summary(call: &Call<'_>) -> Result<Answer, Refusal> {
    let (asked, world) = (asked(call)?, call.world);
    let rows = |key: &str, names: &[&str]| {
        let rows = names.iter().map(|name| with(share(&asked, name), json!({ key: name, "name": name })));
        rows.collect::<Vec<_>>()
    };
    let wlans = world.wlans.iter().filter(|wlan| wlan.is_at(asked.site.index));
    let wlans =
        wlans.map(|wlan| with(share(&asked, wlan.ssid), json!({ "wlan_id": wlan.id, "name": wlan.ssid })));
    Ok(Answer::json(json!({
        "metric": asked.level.name, "classifier": call.query.get("classifier").unwrap_or_default(), "failure": "",
        "start": asked.start, "end": asked.end,
        "ap": aps(world, &asked),
        "band": rows("band", &["24", "5", "6"]),
        "device_os": rows("device_os", &["Android", "iOS", "macOS", "Windows 11"]),
        "device_type": rows("device_type", &["Android", "iPhone", "Mac", "Windows"]),
        "wlan": wlans.collect::<Vec<_>>(),
    })))
}
