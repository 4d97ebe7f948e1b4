//! Constants: countries, states and the default gateway configuration.

use serde_json::{Value, json};

use super::constants::COUNTRIES;
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

/// Countries where no site of the demo may be: code, number and name.
const OTHERS: &[(&str, u32, &str)] = &[("KE", 404, "Kenya"), ("NP", 524, "Nepal"), ("UY", 858, "Uruguay")];

fn countries(_world: &World) -> Vec<Value> {
    let row = |code: &str, number: u32, name: &str, extend: &[bool]| {
        let certified = extend.len() > 1;
        json!({ "alpha2": code, "numeric": number, "name": name, "certified": certified, "~extend": extend })
    };
    let known = COUNTRIES.iter().map(|(code, number, name, ..)| row(code, *number, name, &[true, false]));
    known.chain(OTHERS.iter().map(|(code, number, name)| row(code, *number, name, &[true]))).collect()
}

const NAMES: &[(&str, &[(&str, &str)])] = &[
    ("AU", &[("NSW", "New South Wales"), ("QLD", "Queensland"), ("VIC", "Victoria")]),
    ("GB", &[("ENG", "England"), ("NIR", "Northern Ireland"), ("SCT", "Scotland"), ("WLS", "Wales")]),
    ("NL", &[("NH", "Noord-Holland"), ("UT", "Utrecht"), ("ZH", "Zuid-Holland")]),
    (
        "US",
        &[
            ("CA", "California"),
            ("IL", "Illinois"),
            ("NY", "New York"),
            ("TX", "Texas"),
            ("WA", "Washington"),
        ],
    ),
];

/// Refuses a country that is not listed.
fn check_country(call: &Call<'_>) -> Result<(), ApiError> {
    let Some(wanted) = call.query.get("country_code") else { return Ok(()) };
    let known = COUNTRIES.iter().map(|(code, ..)| *code).chain(OTHERS.iter().map(|(code, ..)| *code));
    if known.into_iter().any(|code| code.eq_ignore_ascii_case(wanted)) {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("country_code: there is no country \"{wanted}\"")))
}

fn states(_world: &World) -> Vec<Value> {
    let states = NAMES.iter().flat_map(|(country, states)| {
        let row = move |(code, name): &(&str, &str)| json!({ "iso_code": code, "name": name, "~country_code": country });
        states.iter().map(row)
    });
    states.collect()
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
