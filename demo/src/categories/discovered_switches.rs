//! Switches that access points discovered by LLDP.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::record::with;
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Device, Kind, ORG_ID, World, written},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/sites/{site_id}/stats/discovered_switches/search", &SWITCHES),
    Route::count(
        "/api/v1/sites/{site_id}/stats/discovered_switches/count",
        &SWITCHES,
        "system_name mgmt_addr model version",
    ),
    Route::made("/api/v1/sites/{site_id}/stats/discovered_switches/metrics", metrics),
    Route::search("/api/v1/sites/{site_id}/stats/discovered_switch_metrics/search", &SCORES)
        .with_defaults(&[("scope", "site")]),
];

static SWITCHES: Collection = Collection::timed("discovered switches", switches);
static SCORES: Collection = Collection::timed("discovered switch metrics", scores);

/// What one access point draws, in milliwatts.
const DRAW: u32 = 18_200;

/// How many access points a switch may carry before too much hangs on it.
const THRESHOLD: usize = 12;

fn aps_of<'w>(world: &'w World, switch: &Device) -> Vec<&'w Device> {
    let aps = world.access_points(switch.site);
    aps.filter(|ap| ap.uplink.as_ref().is_some_and(|(name, _)| *name == switch.name)).collect()
}

/// The switches of a site, or of all, that carry access points.
fn carrying(world: &World, site: Option<usize>) -> Vec<&Device> {
    let switches = world.kind(Kind::Switch).filter(|switch| site.is_none_or(|site| switch.site == site));
    switches.filter(|switch| !aps_of(world, switch).is_empty()).collect()
}

fn described(world: &World, switch: &Device) -> Value {
    let aps = aps_of(world, switch).into_iter().map(|ap| {
        let port = ap.uplink.as_ref().map_or("", |(_, port)| port.as_str());
        json!({
            "mac": ap.mac, "hostname": ap.name, "port": port, "port_id": port, "poe_status": ap.connected,
            "power_draw": if ap.connected { DRAW } else { 0 }, "when": written(world.ago(ap.silent)),
        })
    });
    json!({
        "org_id": ORG_ID, "site_id": world.site_of(switch).id, "system_name": switch.name, "chassis_id": [switch.mac],
        "mgmt_addr": switch.ip, "vendor": "Juniper Networks", "model": switch.model, "version": switch.version, "adopted": true,
        "system_desc": format!("Juniper Networks, Inc. {} Ethernet Switch", switch.model), "aps": aps.collect::<Vec<_>>(),
        "timestamp": world.ago(switch.silent), "~hostname": switch.name,
    })
}

fn switches(world: &World) -> Vec<Value> {
    let rows = carrying(world, None).into_iter().map(|switch| {
        // No access point has a second cable to another switch.
        let redundancy =
            json!({ "num_aps": aps_of(world, switch).len(), "num_aps_with_switch_redundancy": 0 });
        with(described(world, switch), json!({ "for_site": true, "ap_redundancy": redundancy }))
    });
    rows.collect()
}

/// A part of a whole, in percent; nothing of nothing is all of it.
fn percent(part: usize, whole: usize) -> u32 {
    u32::try_from((100 * part).checked_div(whole).unwrap_or(100)).unwrap_or(100)
}

/// How well some switches carry their access points: each metric's details and its score, from 0 to 100.
fn measured(world: &World, switches: &[&Device], threshold: usize) -> [(&'static str, Value, u32); 4] {
    let aps = switches.iter().flat_map(|switch| aps_of(world, switch)).collect::<Vec<_>>();
    let powered = aps.iter().filter(|ap| ap.connected).count();
    let crowded = switches.iter().filter(|switch| aps_of(world, switch).len() > threshold);
    let crowded = crowded.map(|switch| switch.name.as_str()).collect::<Vec<_>>();
    let mut models = BTreeMap::<&str, usize>::new();
    for switch in switches {
        *models.entry(switch.model).or_default() += 1;
    }
    // All switches of a model run the same version: none deviates from its majority.
    let models = models
        .iter()
        .map(|(model, count)| json!({ "model": model, "major_count": count, "system_names": [] }));
    let models = models.collect::<Vec<_>>();
    let power = u64::from(DRAW) * u64::try_from(powered).unwrap_or_default();
    [
        ("inactive_wired_vlans", json!({}), 100),
        (
            "poe_compliance",
            json!({ "total_aps": aps.len(), "total_power": power }),
            percent(powered, aps.len()),
        ),
        (
            "switch_ap_affinity",
            json!({ "system_name": crowded, "threshold": threshold }),
            percent(switches.len() - crowded.len(), switches.len()),
        ),
        (
            "version_compliance",
            json!({ "major_versions": models, "total_switch_count": switches.len() }),
            100,
        ),
    ]
}

fn metrics(call: &Call<'_>) -> Result<Answer, ApiError> {
    let site = call.world.site(call.hole("site_id")).ok_or_else(ApiError::not_found)?;
    let threshold = match call.query.get("threshold") {
        None => THRESHOLD,
        Some(value) => value.parse().map_err(|_| {
            ApiError::bad_request(format!(
                "threshold: a number of access points is required, not \"{value}\""
            ))
        })?,
    };
    let mut switches = carrying(call.world, Some(site.index));
    if let Some(name) = call.query.get("system_name") {
        switches.retain(|switch| switch.name.eq_ignore_ascii_case(name));
    }
    let parts = measured(call.world, &switches, threshold);
    let parts =
        parts.map(|(name, details, score)| (name.to_owned(), json!({ "details": details, "score": score })));
    Ok(Answer::json(Value::Object(parts.into_iter().collect())))
}

/// The scores of each site, and those of each switch.
fn scores(world: &World) -> Vec<Value> {
    let sites = world.sites.iter().flat_map(|site| {
        let parts = measured(world, &carrying(world, Some(site.index)), THRESHOLD);
        parts.map(|(name, _, score)| json!({
            "org_id": ORG_ID, "site_id": site.id, "scope": "site", "type": name, "score": score, "timestamp": world.ago(900),
        }))
    });
    let switches = carrying(world, None).into_iter().flat_map(|switch| {
        let parts = measured(world, &[switch], THRESHOLD);
        parts.map(|(name, _, score)| {
            let scored = json!({
                "hostname": switch.name, "scope": "switch", "type": name, "score": score, "timestamp": world.ago(900),
            });
            with(described(world, switch), scored)
        })
    });
    sites.chain(switches).collect()
}
