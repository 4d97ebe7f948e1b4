//! Impacted users and devices of an SLE.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    record::with,
    service_levels::{LEVELS, Level, Scope, Unit},
    sites_sles::{SleRequest, sle_request},
};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route, Row, field, shown},
    world::{Client, Device, Kind, Random, Site, World},
};

macro_rules! below {
    ($path:literal) => {
        concat!("/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}", $path)
    };
}

pub(super) const ROUTES: &[Route] = &[
    Route::made(below!("/impact-summary"), summary),
    Route::made(below!("/impacted-users"), |call| impacted(call, "users")),
    Route::made(below!("/impacted-clients"), |call| impacted(call, "clients")),
    Route::made(below!("/impacted-aps"), |call| impacted(call, "aps")),
    Route::made(below!("/impacted-switches"), |call| impacted(call, "switches")),
    Route::made(below!("/impacted-gateways"), |call| impacted(call, "gateways")),
    Route::made(below!("/impacted-interfaces"), |call| impacted(call, "interfaces")),
    Route::made(below!("/impacted-chassis"), |call| impacted(call, "chassis")),
    Route::made(below!("/impacted-applications"), |call| impacted(call, "apps")),
];

/// What each level hits at each site: `degraded` is the percentage of its minutes that are bad. Where it is null for all
/// things of a kind, they have their parts of the site's bad minutes.
pub(super) static IMPACTS: Collection = Collection::of("sle impacts", impacts);

fn impacts(world: &World) -> Vec<Value> {
    let rows =
        world.sites.iter().flat_map(|site| LEVELS.iter().flat_map(move |level| of_level(world, site, level)));
    rows.collect()
}

fn of_level(world: &World, site: &Site, level: &'static Level) -> Vec<Value> {
    let things = [
        ("users", users(world, site)),
        ("clients", wired(world, site)),
        ("aps", of_kind(world, site, Kind::AccessPoint, |ap| json!({ "ap_mac": ap.mac, "name": ap.name }))),
        ("switches", of_kind(world, site, Kind::Switch, switch)),
        ("gateways", of_kind(world, site, Kind::Gateway, gateway)),
        ("interfaces", of_kind(world, site, Kind::Switch, interface)),
        ("chassis", of_kind(world, site, Kind::Switch, chassis)),
        ("apps", apps()),
        ("band", of_clients(world, site, "band", |client| client.radio.band)),
        ("device_os", of_clients(world, site, "device_os", |client| client.hardware.os)),
        ("device_type", of_clients(world, site, "device_type", |client| client.hardware.family)),
        ("wlan", wlans(world, site)),
    ];
    let rows = things.into_iter().flat_map(|(kind, things)| {
        things.into_iter().map(move |(label, thing)| {
            let mut random = Random::of(&format!("impact {} {label}", level.name));
            // Its minutes an hour and how many percent of them are bad, where it has no part of the site's.
            let (minutes, usual) = (random.between(20, 40), random.between(2, 18));
            let share = json!({
                "degraded": null, "~minutes": minutes, "~usual": usual, "~kind": kind, "~metric": level.name, "~site_id": site.id,
            });
            with(thing, share)
        })
    });
    rows.collect()
}

/// A thing, and the label of its numbers.
type Labelled = (String, Value);

/// The rows of one kind that a call asks for, with their minutes.
fn rows(sle_request: &SleRequest<'_>, kind: &str) -> Vec<Value> {
    let all = sle_request.world.rows(&IMPACTS);
    let has = |row: &Row, name: &str, value: &str| field(row, name).is_some_and(|it| it == value);
    let wanted = all.iter().filter(|row| {
        has(row, "site_id", &sle_request.site.id)
            && has(row, "metric", sle_request.level.name)
            && has(row, "kind", kind)
    });
    let wanted = wanted.collect::<Vec<_>>();
    let is_given =
        matches!(sle_request.scope, Scope::Site) && wanted.iter().any(|row| !row["degraded"].is_null());
    let units = measured(sle_request);
    let rows = wanted.into_iter().filter_map(|row| {
        let (total, degraded) = if is_given || is_unmeasured(sle_request, kind, row) {
            usual(row, sle_request.hours.1)
        } else {
            let here = units.iter().filter(|(unit, _)| is_of(sle_request.world, row, *unit));
            here.fold((0, 0), |(total, bad), (_, sums)| (total + sums.0, bad + sums.1))
        };
        // Users that nothing went wrong for are not hit.
        let is_hit = total > 0 && (degraded > 0 || kind != "users");
        is_hit.then(|| with(shown(row), json!({ "duration": total, "total": total, "degraded": degraded })))
    });
    rows.collect()
}

/// The minutes of each thing in the scope over all hours: total, and bad.
fn measured<'c>(sle_request: &SleRequest<'c>) -> Vec<(Unit<'c>, (i64, i64))> {
    let (world, scope) = (sle_request.world, sle_request.scope);
    let units = sle_request.level.by_unit(world, sle_request.site, sle_request.hours).into_iter();
    let units = units.filter(|(unit, _)| scope.contains(world, *unit)).map(|(unit, hours)| {
        let sums = hours.iter().fold((0, 0), |(total, bad), hour| (total + hour.total, bad + hour.bad));
        (unit, sums)
    });
    units.collect()
}

/// Whether the thing of a row is what a unit is, or what it belongs to.
fn is_of(world: &World, row: &Row, unit: Unit<'_>) -> bool {
    let known: &[(&str, &str)] = match unit {
        Unit::Device(device) => match device.kind {
            Kind::AccessPoint => &[("ap_mac", &device.mac)],
            Kind::Switch => &[("switch_mac", &device.mac)],
            Kind::Gateway => &[("gateway_mac", &device.mac)],
        },
        Unit::Client(client) => &[
            ("mac", &client.mac),
            ("ap_mac", &world.devices[client.ap].mac),
            ("wlan_id", &world.wlans[client.wlan].id),
            ("band", client.radio.band),
            ("device_os", client.hardware.os),
            ("device_type", client.hardware.family),
        ],
    };
    // A user has the fields of others as well, and its address tells which it is.
    let name = |name: &str| row.get(name).is_some();
    let named = known.iter().find(|(field, _)| name(field));
    named.is_some_and(|(field, value)| row[*field] == *value)
}

/// Whether the level has no minutes of the thing of a row, but the scope may have it: a client of a switch, an application.
fn is_unmeasured(sle_request: &SleRequest<'_>, kind: &str, row: &Row) -> bool {
    match (kind, sle_request.scope) {
        ("apps", Scope::Site) => true,
        ("apps", Scope::Device(device)) => device.kind == Kind::Gateway,
        ("clients", Scope::Site) => sle_request.level.has_scope("switch"),
        ("clients", Scope::Device(device)) => {
            let switches = row["switches"].as_array();
            switches.is_some_and(|switches| switches.iter().any(|on| on["switch_mac"] == device.mac.as_str()))
        }
        _ => false,
    }
}

/// The minutes of a thing that has none of the site's: total, and bad.
fn usual(row: &Row, hours: usize) -> (i64, i64) {
    let number = |name: &str| field(row, name).and_then(Value::as_f64);
    let hours = f64::from(u32::try_from(hours).unwrap_or_default());
    let total = hours * number("minutes").unwrap_or_default();
    let percent = number("degraded").or_else(|| number("usual")).unwrap_or_default();
    (whole(total), whole((total * percent.clamp(0.0, 100.0) / 100.0).floor()))
}

#[expect(clippy::cast_possible_truncation, reason = "the minutes of a week")]
fn whole(minutes: f64) -> i64 {
    minutes as i64
}

/// The rows of a list, the worst first, in the envelope that all of these lists have.
fn impacted(call: &Call<'_>, key: &str) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    let classifier = call.query.get("classifier").unwrap_or_default();
    if !classifier.is_empty() && !sle_request.level.classifiers.contains(&classifier) {
        return Err(ApiError::bad_request(format!(
            "classifier: must be one of {}",
            sle_request.level.classifiers.join(", ")
        )));
    }
    let mut rows = rows(&sle_request, key);
    rows.sort_by_key(|row| std::cmp::Reverse(row["degraded"].as_i64()));
    // Mist's document has a text here in this one list.
    let limit = if key == "apps" { json!("100") } else { json!(100) };
    Ok(Answer::json(json!({
        "metric": sle_request.level.name, "classifier": classifier, "failure": "", "start": sle_request.start, "end": sle_request.end,
        "page": 1, "limit": limit, "total_count": rows.len(), key: rows,
    })))
}

fn users(world: &World, site: &Site) -> Vec<Labelled> {
    let here = world.clients.iter().filter(|client| client.site == site.index);
    let rows = here.map(|client| {
        let (ap, wlan) = (&world.devices[client.ap], &world.wlans[client.wlan]);
        let row = json!({
            "mac": client.mac, "name": client.hostname, "ap_mac": ap.mac, "ap_name": ap.name, "ssid": wlan.ssid,
            "wlan_id": wlan.id, "device_os": client.hardware.os, "device_type": client.hardware.family,
        });
        (client.mac.clone(), row)
    });
    rows.collect()
}

fn wired(world: &World, site: &Site) -> Vec<Labelled> {
    let here = world.wired.iter().filter(|client| client.site == site.index).take(5);
    let rows = here.map(|client| {
        let switch = &world.devices[client.switch];
        let on =
            json!([{ "switch_mac": switch.mac, "switch_name": switch.name, "interfaces": [client.port] }]);
        (client.mac.clone(), json!({ "mac": client.mac, "name": client.hostname, "switches": on }))
    });
    rows.collect()
}

fn of_kind(world: &World, site: &Site, kind: Kind, row: fn(&Device) -> Value) -> Vec<Labelled> {
    let here = world.kind(kind).filter(|device| device.site == site.index);
    here.map(|device| (device.mac.clone(), row(device))).collect()
}

fn switch(switch: &Device) -> Value {
    json!({
        "switch_mac": switch.mac, "name": switch.name, "switch_model": switch.model, "switch_version": switch.version,
        "interface": ["ge-0/0/12"],
    })
}

fn gateway(gateway: &Device) -> Value {
    json!({
        "gateway_mac": gateway.mac, "name": gateway.name, "gateway_model": gateway.model, "gateway_version": gateway.version,
    })
}

fn interface(switch: &Device) -> Value {
    json!({ "switch_mac": switch.mac, "switch_name": switch.name, "interface_name": "ge-0/0/12" })
}

fn chassis(switch: &Device) -> Value {
    json!({ "switch_mac": switch.mac, "switch_name": switch.name, "chassis": switch.serial, "role": "master" })
}

fn apps() -> Vec<Labelled> {
    let apps = [("zoom", "Zoom"), ("ms-teams", "Microsoft Teams"), ("sap", "SAP")];
    apps.map(|(app, name)| (app.to_owned(), json!({ "app": app, "name": name, "threshold": 100 }))).into()
}

/// What the clients of a site have, each once.
fn of_clients(
    world: &World,
    site: &Site,
    key: &str,
    name: impl Fn(&Client) -> &'static str,
) -> Vec<Labelled> {
    let here = world.clients.iter().filter(|client| client.site == site.index);
    let names = here.map(name).collect::<BTreeSet<_>>();
    names.into_iter().map(|name| (name.to_owned(), json!({ key: name, "name": name }))).collect()
}

fn wlans(world: &World, site: &Site) -> Vec<Labelled> {
    let here = world.wlans.iter().filter(|wlan| wlan.is_at(site.index));
    here.map(|wlan| (wlan.ssid.to_owned(), json!({ "wlan_id": wlan.id, "name": wlan.ssid }))).collect()
}

fn summary(call: &Call<'_>) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    Ok(Answer::json(json!({
        "metric": sle_request.level.name, "classifier": call.query.get("classifier").unwrap_or_default(), "failure": "",
        "start": sle_request.start, "end": sle_request.end, "ap": rows(&sle_request, "aps"), "band": rows(&sle_request, "band"),
        "device_os": rows(&sle_request, "device_os"), "device_type": rows(&sle_request, "device_type"), "wlan": rows(&sle_request, "wlan"),
    })))
}
