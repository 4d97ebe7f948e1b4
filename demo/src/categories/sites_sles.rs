//! SLE endpoints of a site, an access point or a client.

use serde_json::{Value, json};

use super::service_levels::{LEVELS, Level, hours_of, sums};
use crate::{
    engine::{Answer, ApiError, Call, Route},
    world::{Kind, Site, World},
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
    pub(super) level: &'static Level,
    pub(super) start: i64,
    pub(super) end: i64,
    /// How many whole hours ago it ended, and how many it has: a week's at most.
    pub(super) hours: (usize, usize),
}

impl SleRequest<'_> {
    /// Each hour's user minutes and how many of them were bad.
    fn samples(&self) -> Vec<(i64, i64)> {
        let (end, hours) = self.hours;
        self.level.hours_until(self.world, self.site, end, hours)
    }
}

/// The site of the call, once the scope is one that is there.
fn scope<'c>(call: &Call<'c>) -> Result<&'c Site, ApiError> {
    let site = call.world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    let id = call.hole("scope_id");
    let is_device =
        |device: &crate::world::Device| device.site == site.index && (device.mac == id || device.id == id);
    let known = match call.hole("scope") {
        "site" => site.id == id,
        "client" => call.world.clients.iter().any(|client| client.mac == id && client.site == site.index),
        "ap" | "switch" | "gateway" => call.world.devices.iter().any(is_device),
        _ => return Err(ApiError::bad_request("scope: must be one of site, ap, client, switch, gateway")),
    };
    if known { Ok(site) } else { Err(ApiError::not_found()) }
}

pub(super) fn sle_request<'c>(call: &Call<'c>) -> Result<SleRequest<'c>, ApiError> {
    let (site, window) = (scope(call)?, call.window()?);
    let level = Level::named(call.hole("metric")).filter(|level| level.is_at(call.world, site));
    let level = level.ok_or_else(ApiError::not_found)?;
    let hours = hours_of(call.world, window);
    Ok(SleRequest { world: call.world, site, level, start: window.start, end: window.end, hours })
}

fn metrics(call: &Call<'_>) -> Result<Answer, ApiError> {
    let site = scope(call)?;
    let supported = LEVELS.iter().map(|level| level.name).collect::<Vec<_>>();
    let enabled = LEVELS.iter().filter(|level| level.is_at(call.world, site)).map(|level| level.name);
    Ok(Answer::json(json!({ "enabled": enabled.collect::<Vec<_>>(), "supported": supported })))
}

fn summary(call: &Call<'_>) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    let (sle, bad) = level(&sle_request);
    let classifiers = sle_request.level.classifiers.iter().map(|name| one_classifier(&sle_request, name));
    Ok(Answer::json(json!({
        "start": sle_request.start, "end": sle_request.end, "sle": sle, "impact": impact(&sle_request, bad),
        "classifiers": classifiers.collect::<Vec<_>>(), "events": [],
    })))
}

/// The level hour by hour, and its bad minutes together.
fn level(sle_request: &SleRequest<'_>) -> (Value, f64) {
    let hours = sle_request.samples();
    let value = hours.iter().map(|(total, bad)| 100 - 100 * bad / total.max(&1)).collect::<Vec<_>>();
    let level = json!({
        "name": sle_request.level.name, "interval": 3600, "x_label": "seconds", "y_label": "user-minutes",
        "samples": {
            "total": hours.iter().map(|(total, _)| total).collect::<Vec<_>>(),
            "degraded": hours.iter().map(|(_, bad)| bad).collect::<Vec<_>>(),
            "value": value,
        },
    });
    (level, sums(&hours).1)
}

fn trend(call: &Call<'_>) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    let classifiers = sle_request.level.classifiers.iter().map(|name| classifier_samples(&sle_request, name));
    Ok(Answer::json(json!({
        "start": sle_request.start, "end": sle_request.end, "sle": level(&sle_request).0, "classifiers": classifiers.collect::<Vec<_>>(),
    })))
}

/// A classifier hour by hour, without whom it hit.
fn classifier_samples(sle_request: &SleRequest<'_>, name: &str) -> Value {
    let mut classifier = one_classifier(sle_request, name);
    if let Value::Object(fields) = &mut classifier {
        fields.remove("impact");
    }
    classifier
}

/// One classifier's part of the bad minutes, hour by hour.
fn one_classifier(sle_request: &SleRequest<'_>, name: &str) -> Value {
    let hours = sle_request.samples();
    let parts = hours.iter().map(|(_, bad)| {
        sle_request
            .level
            .blame(sle_request.world, sle_request.site, *bad)
            .iter()
            .find(|(one, _)| *one == name)
            .map_or(0, |(_, part)| *part)
    });
    let parts = parts.collect::<Vec<_>>();
    let total = sums(&parts.iter().map(|part| (0, *part)).collect::<Vec<_>>()).1;
    json!({
        "name": name, "interval": 3600, "x_label": "seconds", "y_label": "user-minutes",
        "samples": {
            "degraded": parts, "total": hours.iter().map(|(total, _)| total).collect::<Vec<_>>(),
            "duration": vec![3600; hours.len()],
        },
        "impact": impact(sle_request, total),
    })
}

/// Whom some bad minutes hit: a user for every half hour, among those there are.
fn impact(sle_request: &SleRequest<'_>, bad: f64) -> Value {
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or_default());
    let aps =
        sle_request.world.kind(Kind::AccessPoint).filter(|ap| ap.site == sle_request.site.index).count();
    let clients = sle_request.world.clients_at(sle_request.site);
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
    let classifier = one_classifier(&sle_request, classifier_name(call, &sle_request)?);
    Ok(Answer::json(json!({
        "metric": sle_request.level.name, "start": sle_request.start, "end": sle_request.end, "failures": [],
        "impact": classifier["impact"], "classifier": classifier,
    })))
}

fn classifier_trend(call: &Call<'_>) -> Result<Answer, ApiError> {
    let sle_request = sle_request(call)?;
    let classifier = classifier_samples(&sle_request, classifier_name(call, &sle_request)?);
    Ok(Answer::json(json!({
        "metric": sle_request.level.name, "start": sle_request.start, "end": sle_request.end, "classifier": classifier,
    })))
}

/// The classifier of a call's path, where its level has it.
fn classifier_name(call: &Call<'_>, sle_request: &SleRequest<'_>) -> Result<&'static str, ApiError> {
    let name = call.hole("classifier");
    sle_request.level.classifiers.iter().copied().find(|one| *one == name).ok_or_else(ApiError::not_found)
}
