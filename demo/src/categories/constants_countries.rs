//! Constants: countries, states and the default gateway configuration.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::constants::{COUNTRIES, country};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Kind, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::list("/api/v1/const/countries", &LISTED).with_defaults(&[("extend", "false")]),
    Route::list("/api/v1/const/states", &STATES).requiring(&["country_code"]).checking(check_country),
    Route::made("/api/v1/const/default_gateway_config", gateway).requiring(&["model"]),
];

static LISTED: Collection = Collection::of("countries", countries).for_all();
static STATES: Collection = Collection::of("states", states).for_all();

fn countries(_world: &World) -> Vec<Value> {
    let rows = COUNTRIES.iter().map(|country| {
        let certified = country.certified;
        // Those without certified access points are listed only where all are asked for.
        let extend: &[bool] = if certified { &[true, false] } else { &[true] };
        json!({
            "alpha2": country.code, "numeric": country.number, "name": country.name, "certified": certified,
            "~extend": extend,
        })
    });
    rows.collect()
}

/// Refuses a country that is not listed.
fn check_country(call: &Call<'_>) -> Result<(), ApiError> {
    if call.query.get("country_code").is_some() { country(call, "").map(drop) } else { Ok(()) }
}

/// The states of each country that has some.
fn states(_world: &World) -> Vec<Value> {
    let known: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(include_str!("../../data/states.json")).unwrap_or_default();
    let rows = known.into_iter().flat_map(|(country, states)| {
        let row = move |(code, name)| json!({ "iso_code": code, "name": name, "~country_code": country });
        states.into_iter().map(row)
    });
    rows.collect()
}

fn gateway(call: &Call<'_>) -> Result<Answer, ApiError> {
    let wanted = call.query.get("model").unwrap_or_default();
    if !call.world.kind(Kind::Gateway).any(|gateway| gateway.model.eq_ignore_ascii_case(wanted)) {
        return Err(ApiError::bad_request(format!("model: the demo has no gateway \"{wanted}\"")));
    }
    let pair = call.query.get("ha") == Some("true");
    let (wan, lan) = if pair {
        ("ge-0/0/0,ge-5/0/0", "ge-0/0/3-6,ge-5/0/3-6")
    } else {
        ("ge-0/0/0,ge-0/0/7", "ge-0/0/1-6")
    };
    Ok(Answer::json(json!({
        "networks": { "lan": { "name": "lan", "subnet": "192.168.1.0/24", "vlan_id": 1 } },
        "ip_configs": { "lan": { "type": "static", "ip": "192.168.1.1" } },
        "dhcpd_config": { "lan": { "ip_start": "192.168.1.10", "ip_end": "192.168.1.250" } },
        "port_config": {
            (wan): { "name": "wan", "usage": "wan", "redundant": pair, "ip_config": { "type": "dhcp" } },
            (lan): { "usage": "lan", "port_network": "lan", "redundant": pair },
        },
        "path_preferences": { "wan": { "paths": [{ "name": "wan", "type": "wan" }] } },
        "service_policies": [{
            "name": "Internet", "tenants": ["lan"], "services": ["any"], "action": "allow", "path_preference": "wan",
        }],
    })))
}
