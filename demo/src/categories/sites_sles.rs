//! SLE endpoints of a site, an access point or a client.

use serde_json::{Value, json};

use super::service_levels::{self, Hours, LEVELS, Level, Minutes, Scope, hours_of};
use crate::{
    engine::{Answer, ApiError, Call, Route},
    world::{Client, Device, Kind, Site, World},
};

macro_rules! below {
    ($path:literal) => {
        concat!("/api/v1/sites/{site_id}/sle/{scope}/{scope_id}", $path)
    };
}

pub(super) const ROUTES: &[Route] = &[
    Route::made(below!("/metrics"), metrics),
    Route::made(below!("/metric/{metric}/summary"), summary),
    Route::made(below!("/metric/{metric}/summary-trend"), trend),
    Route::made(below!("/metric/{metric}/threshold"), threshold),
    Route::made(below!("/metric/{metric}/histogram"), histogram),
    Route::made(below!("/metric/{metric}/classifiers"), classifiers),
    Route::made(below!("/metric/{metric}/classifier/{classifier}/summary"), classifier),
    Route::made(below!("/metric/{metric}/classifier/{classifier}/summary-trend"), classifier_trend),
];

/// What a call asks the level of.
pub(super) struct SleRequest<'c> {
    pub(super) world: &'c World,
    pub(super) site: &'c Site,
    pub(super) scope: Scope<'c>,
    pub(super) level: &'static Level,
    pub(super) start: i64,
    pub(super) end: i64,
    /// How many whole hours ago it ended, and how many it has: a week's at most.
    pub(super) hours: Hours,
}

impl SleRequest<'_> {
    /// Each hour's user minutes.
    fn samples(&self) -> Vec<Minutes> {
        self.level.hours_in(self.world, self.site, self.scope, self.hours)
    }
}

/// The site of the call and the thing that it asks of, once both are there.
fn scope<'c>(call: &Call<'c>) -> Result<(&'c Site, Scope<'c>), ApiError> {
    let (world, id) = (call.world, call.hole("scope_id"));
    let site = world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    let scope = match call.hole("scope") {
        "site" => (site.id == id).then_some(Scope::Site),
        "client" => {
            let is_it = |client: &&Client| client.mac == id && client.site == site.index;
            world.clients.iter().find(is_it).map(Scope::Client)
        }
        kind @ ("ap" | "switch" | "gateway") => {
            let is_it = |device: &&Device| {
                device.site == site.index
                    && device.kind.name() == kind
                    && (device.mac == id || device.id == id)
            };
            world.devices.iter().find(is_it).map(Scope::Device)
        }
        _ => return Err(ApiError::bad_request("scope: must be one of site, ap, client, switch, gateway")),
    };
    Ok((site, scope.ok_or_else(ApiError::not_found)?))
}

pub(super) fn sle_request<'c>(call: &Call<'c>) -> Result<SleRequest<'c>, ApiError> {
    let ((site, scope), window) = (scope(call)?, call.window()?);
    let level = Level::named(call.hole("metric")).filter(|level| level.is_at(call.world, site));
    let level = level.ok_or_else(ApiError::not_found)?;
    let kind = call.hole("scope");
    if !level.has_scope(kind) {
        let known = LEVELS.iter().filter(|level| level.has_scope(kind)).map(|level| level.name);
        return Err(ApiError::bad_request(format!(
            "metric: {} is not measured with scope {kind}, which has {}",
            level.name,
            known.collect::<Vec<_>>().join(", ")
        )));
    }
    let hours = hours_of(call.world, window);
    Ok(SleRequest { world: call.world, site, scope, level, start: window.start, end: window.end, hours })
}

fn metrics(call: &Call<'_>) -> Result<Answer, ApiError> {
    let (site, _) = scope(call)?;
    let supported = || LEVELS.iter().filter(|level| level.has_scope(call.hole("scope")));
    let enabled = supported().filter(|level| level.is_at(call.world, site)).map(|level| level.name);
    Ok(Answer::json(json!({
        "enabled": enabled.collect::<Vec<_>>(),
        "supported": supported().map(|level| level.name).collect::<Vec<_>>(),
    })))
}

fn summary(call: &Call<'_>) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    let hours = sle_request.samples();
    let bad = sums(&hours).1;
    let classifiers = (0..).zip(sle_request.level.classifiers);
    let classifiers = classifiers.map(|(place, name)| one_classifier(&sle_request, &hours, place, name));
    Ok(Answer::json(json!({
        "start": sle_request.start, "end": sle_request.end, "sle": level(&sle_request, &hours),
        "impact": impact(&sle_request, bad), "classifiers": classifiers.collect::<Vec<_>>(), "events": [],
    })))
}

/// The level hour by hour.
fn level(sle_request: &SleRequest<'_>, hours: &[Minutes]) -> Value {
    let value = hours.iter().map(|hour| 100 - 100 * hour.bad / hour.total.max(1)).collect::<Vec<_>>();
    json!({
        "name": sle_request.level.name, "interval": 3600, "x_label": "seconds", "y_label": "user-minutes",
        "samples": {
            "total": hours.iter().map(|hour| hour.total).collect::<Vec<_>>(),
            "degraded": hours.iter().map(|hour| hour.bad).collect::<Vec<_>>(),
            "value": value,
        },
    })
}

/// All minutes, and all bad ones.
pub(super) fn sums(hours: &[Minutes]) -> (f64, f64) {
    service_levels::sums(&hours.iter().map(|hour| (hour.total, hour.bad)).collect::<Vec<_>>())
}

fn trend(call: &Call<'_>) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    let hours = sle_request.samples();
    let classifiers = (0..).zip(sle_request.level.classifiers);
    let classifiers = classifiers.map(|(place, name)| classifier_samples(&sle_request, &hours, place, name));
    Ok(Answer::json(json!({
        "start": sle_request.start, "end": sle_request.end, "sle": level(&sle_request, &hours),
        "classifiers": classifiers.collect::<Vec<_>>(),
    })))
}

/// A classifier hour by hour, without whom it hit.
fn classifier_samples(sle_request: &SleRequest<'_>, hours: &[Minutes], place: usize, name: &str) -> Value {
    let mut classifier = one_classifier(sle_request, hours, place, name);
    if let Value::Object(fields) = &mut classifier {
        fields.remove("impact");
    }
    classifier
}

/// One classifier's part of the bad minutes, hour by hour.
fn one_classifier(sle_request: &SleRequest<'_>, hours: &[Minutes], place: usize, name: &str) -> Value {
    let parts = hours.iter().map(|hour| hour.blame.get(place).copied().unwrap_or_default());
    let parts = parts.collect::<Vec<_>>();
    let bad = service_levels::sums(&parts.iter().map(|part| (0, *part)).collect::<Vec<_>>()).1;
    json!({
        "name": name, "interval": 3600, "x_label": "seconds", "y_label": "user-minutes",
        "samples": {
            "degraded": parts, "total": hours.iter().map(|hour| hour.total).collect::<Vec<_>>(),
            "duration": vec![3600; hours.len()],
        },
        "impact": impact(sle_request, bad),
    })
}

/// Whom some bad minutes hit: a user for every half hour, among those of the scope.
fn impact(sle_request: &SleRequest<'_>, bad: f64) -> Value {
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or_default());
    let (world, site) = (sle_request.world, sle_request.site);
    let (clients, aps) = match sle_request.scope {
        Scope::Device(device) if device.kind == Kind::AccessPoint => {
            let is_on = |client: &&Client| world.devices[client.ap].mac == device.mac;
            (world.clients.iter().filter(is_on).count(), 1)
        }
        Scope::Client(_) => (1, 1),
        Scope::Site | Scope::Device(_) => (world.clients_at(site), world.access_points(site.index).count()),
    };
    let users = (bad / 30.0).ceil().min(count(clients));
    json!({
        "num_users": users, "total_users": clients, "num_aps": (users / 4.0).ceil().min(count(aps)), "total_aps": aps,
    })
}

fn threshold(call: &Call<'_>) -> Result<Answer, ApiError> {
    let level = sle_request(call)?.level;
    let (default, units, minimum, maximum) = level.threshold;
    Ok(Answer::json(json!({
        "metric": level.name, "default": default, "threshold": default.to_string(), "units": units,
        "minimum": minimum, "maximum": maximum, "direction": if level.name == "time-to-connect" { "down" } else { "up" },
    })))
}

fn histogram(call: &Call<'_>) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    let (total, bad) = sums(&sle_request.samples());
    let (middle, units, low, high) = sle_request.level.threshold;
    let data = json!([
        { "range": [low, middle], "value": bad },
        { "range": [middle, high], "value": total - bad },
        { "range": [high, null], "value": 0 },
    ]);
    Ok(Answer::json(json!({
        "metric": sle_request.level.name, "start": sle_request.start, "end": sle_request.end, "x_label": units, "y_label": "user-minutes", "data": data,
    })))
}

fn classifiers(call: &Call<'_>) -> Result<Answer, ApiError> {
    Ok(Answer::json(sle_request(call)?.level.classifiers.into()))
}

fn classifier(call: &Call<'_>) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    let (place, name) = classifier_name(call, &sle_request)?;
    let classifier = one_classifier(&sle_request, &sle_request.samples(), place, name);
    Ok(Answer::json(json!({
        "metric": sle_request.level.name, "start": sle_request.start, "end": sle_request.end, "failures": [],
        "impact": classifier["impact"], "classifier": classifier,
    })))
}

fn classifier_trend(call: &Call<'_>) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    let (place, name) = classifier_name(call, &sle_request)?;
    let classifier = classifier_samples(&sle_request, &sle_request.samples(), place, name);
    Ok(Answer::json(json!({
        "metric": sle_request.level.name, "start": sle_request.start, "end": sle_request.end, "classifier": classifier,
    })))
}

/// The place and name of the classifier of a call's path, where its level has it.
fn classifier_name(call: &Call<'_>, sle_request: &SleRequest<'_>) -> Result<(usize, &'static str), ApiError> {
    let name = call.hole("classifier");
    let mut known = sle_request.level.classifiers.iter().copied().enumerate();
    known.find(|(_, one)| *one == name).ok_or_else(ApiError::not_found)
}
