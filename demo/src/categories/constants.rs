//! Constants of Mist. The texts are in `data/`, one file a list.

use serde_json::{Value, json};

use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::World,
};

/// A list that stands in a file.
macro_rules! listed {
    ($name:literal) => {{
        fn rows(_world: &World) -> Vec<Value> {
            // A test reads every file; one that cannot be read is an empty list.
            serde_json::from_str(include_str!(concat!("../../data/", $name, ".json"))).unwrap_or_default()
        }
        static ROWS: Collection = Collection::of($name, rows).for_all();
        Route::list(concat!("/api/v1/const/", $name), &ROWS)
    }};
}

/// An object that stands in a file.
macro_rules! object {
    ($name:literal) => {{
        fn whole(_call: &Call<'_>) -> Value {
            let object = serde_json::from_str(include_str!(concat!("../../data/", $name, ".json")));
            object.unwrap_or_default()
        }
        Route::whole(concat!("/api/v1/const/", $name), whole)
    }};
}

pub(super) const ROUTES: &[Route] = &[
    Route::made("/api/v1/const/ap_channels", channels),
    object!("fingerprint_types"),
    Route::whole("/api/v1/const/insight_metrics", |_| insight_metrics()),
    listed!("ap_led_status"),
    listed!("license_types"),
    listed!("webhook_topics"),
    listed!("alarm_defs"),
    listed!("client_events"),
    listed!("device_events"),
    listed!("mxedge_events"),
    listed!("nac_events"),
    listed!("otherdevice_events"),
    listed!("system_events"),
    listed!("device_models"),
    listed!("mxedge_models"),
    listed!("otherdevice_models"),
    listed!("ap_esl_versions"),
    listed!("app_categories"),
    listed!("app_subcategories"),
    listed!("applications"),
    listed!("gateway_applications"),
    listed!("languages"),
    listed!("marvisclient_events"),
    listed!("marvisclient_versions"),
    listed!("traffic_types"),
];

/// Countries that the demo knows: code, number, name, whether 2.4 GHz has channels 12 and 13, and 6 GHz.
pub(super) const COUNTRIES: &[(&str, u32, &str, bool, bool)] = &[
    ("AU", 36, "Australia", true, true),
    ("GB", 826, "United Kingdom", true, true),
    ("NL", 528, "Netherlands", true, true),
    ("SG", 702, "Singapore", true, true),
    ("US", 840, "United States", false, true),
];

fn channels(call: &Call<'_>) -> Result<Answer, ApiError> {
    let wanted = call.query.get("country_code").unwrap_or("US").to_ascii_uppercase();
    let country = COUNTRIES.iter().find(|(code, ..)| *code == wanted);
    let Some((key, code, name, wide, six)) = country else {
        return Err(ApiError::bad_request(format!(
            "country_code: the demo knows AU, GB, NL, SG and US, not \"{wanted}\""
        )));
    };
    let last = if *wide { 13 } else { 11 };
    let narrow = (1..=last).collect::<Vec<u32>>();
    let every = |first: u32, last: u32, step: usize| (first..=last).step_by(step).collect::<Vec<_>>();
    let five = |step| [every(36, 64, step), every(100, 144, step), every(149, 161, step)].concat();
    Ok(Answer::json(json!({
        "key": key, "code": code, "name": name, "certified": true, "dfs_ok": true, "uses": "",
        "band24_enabled": true, "band24_40mhz_allowed": false, "band24_channels": { "20": narrow, "40": [] },
        "band5_enabled": true, "band5_channels": { "20": five(4), "40": five(8), "80": five(16) },
        "band6_enabled": six,
        "band6_channels": { "20": every(1, 93, 4), "40": every(1, 89, 8), "80": every(5, 85, 16), "160": every(5, 69, 32) },
    })))
}

/// The insight metrics by name.
pub(super) fn insight_metrics() -> Value {
    serde_json::from_str(include_str!("../../data/insight_metrics.json")).unwrap_or_default()
}
