//! Figures of the gateways and switches of a site: versions, configuration, ports in use.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{super::ports::PORTS, DEVICES};
use crate::{
    engine::{Answer, ApiError, Call, Row},
    world::{Kind, World},
};

/// The statistics of the devices of one kind at the site of a call.
fn of_kind(call: &Call<'_>, kind: Kind) -> Vec<Row> {
    let has = |row: &Row, name: &str, value: &str| row.get(name).is_some_and(|it| it == value);
    let rows = call.world.rows(&DEVICES);
    let here =
        rows.iter().filter(|row| has(row, "site_id", call.hole("site_id")) && has(row, "type", kind.name()));
    here.cloned().collect()
}

/// The models of some devices: the version that most of them have, how many those are, and their names.
fn versions(devices: &[Row]) -> Vec<(&str, &str, Vec<&str>)> {
    let mut models = BTreeMap::<&str, BTreeMap<&str, Vec<&str>>>::new();
    for row in devices {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        models.entry(text("model")).or_default().entry(text("version")).or_default().push(text("name"));
    }
    let major = models.into_iter().filter_map(|(model, versions)| {
        let (version, names) = versions.into_iter().max_by_key(|(_, names)| names.len())?;
        Some((model, version, names))
    });
    major.collect()
}

/// How many of all there are, from 0 to 100.
fn score(part: usize, all: usize) -> usize {
    (100 * part).checked_div(all).unwrap_or(100)
}

/// How many devices have the version of most of their model.
fn compliant(devices: &[Row]) -> usize {
    versions(devices).iter().map(|(.., names)| names.len()).sum()
}

fn configured(devices: &[Row]) -> usize {
    devices.iter().filter(|row| row.get("config_status").is_some_and(|it| it == "success")).count()
}

/// The figures of a site's gateways.
pub(super) fn gateways(call: &Call<'_>) -> Value {
    let gateways = of_kind(call, Kind::Gateway);
    let number = |number: usize| f64::from(u32::try_from(number).unwrap_or_default());
    let models = versions(&gateways).into_iter().map(|(model, version, names)| {
        (model.to_owned(), json!({ "major_version": version, "major_count": names.len() }))
    });
    let models = models.collect::<serde_json::Map<_, _>>();
    json!({
        "config_success": number(score(configured(&gateways), gateways.len())),
        "version_compliance": {
            "score": number(score(compliant(&gateways), gateways.len())), "type": "gateway", "major_version": models,
        },
    })
}

/// The figures of a site's switches, or of each switch.
pub(super) fn switches(call: &Call<'_>) -> Result<Answer, ApiError> {
    let mut switches = of_kind(call, Kind::Switch);
    let wanted = call.query.get("switch_mac");
    if let Some(mac) = wanted {
        switches.retain(|switch| switch["mac"] == mac);
        if switches.is_empty() {
            return Err(ApiError::not_found());
        }
    }
    let answer = match call.query.get("scope").unwrap_or("site") {
        "site" => figures_of_switches(call, &switches),
        // Mist's document has the ports in use alone here.
        "switch" if wanted.is_some() => {
            json!({ "active_ports_summary": ports_in_use(call.world, &switches) })
        }
        "switch" => {
            let each = switches.iter().map(|switch| {
                let ports = ports_in_use(call.world, std::slice::from_ref(switch));
                json!({ "switch_mac": switch["mac"], "name": switch["name"], "active_ports_summary": ports })
            });
            each.collect()
        }
        _ => return Err(ApiError::bad_request("scope: must be one of site, switch")),
    };
    Ok(Answer::json(answer))
}

/// How many ports of some switches are up.
fn ports_in_use(world: &World, switches: &[Row]) -> Value {
    let is_small =
        |row: &Row| row.get("model").and_then(Value::as_str).is_some_and(|model| model.contains("24P"));
    // Each has four more for its uplinks.
    let ports = switches.iter().map(|switch| if is_small(switch) { 28 } else { 52 }).sum::<usize>();
    let rows = world.rows(&PORTS);
    let is_theirs = |port: &&Row| switches.iter().any(|switch| switch.get("mac") == port.get("mac"));
    let used =
        rows.iter().filter(is_theirs).filter(|port| port.get("up") == Some(&Value::Bool(true))).count();
    json!({
        "score": 100 * used / ports.max(1), "total_switch_count": switches.len(),
        "details": { "active_port_count": used, "total_port_count": ports },
    })
}

fn figures_of_switches(call: &Call<'_>, switches: &[Row]) -> Value {
    let count = switches.len();
    let versions = versions(switches).into_iter().map(|(model, version, names)| {
        json!({ "model": model, "major_version": version, "major_count": names.len(), "system_names": names })
    });
    let ports = ports_in_use(call.world, switches);
    if call.query.get("type") == Some("active_ports_summary") {
        return json!({ "active_ports_summary": ports });
    }
    json!({
        "active_ports_summary": ports,
        "config_success": {
            "score": score(configured(switches), count), "total_switch_count": count,
            "details": { "config_success_count": configured(switches) },
        },
        "version_compliance": {
            "score": score(compliant(switches), count), "total_switch_count": count,
            "details": { "major_versions": versions.collect::<Vec<_>>() },
        },
    })
}
