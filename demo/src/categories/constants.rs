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
    Route::made("/api/v1/const/ap_channels", |call| channels(call, "US")),
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

/// A country that the demo knows.
#[derive(Debug)]
pub(super) struct Country {
    pub(super) code: &'static str,
    /// Its number in ISO 3166.
    pub(super) number: u32,
    pub(super) name: &'static str,
    /// Whether Mist's access points are certified there.
    pub(super) certified: bool,
}

impl Country {
    const fn new(code: &'static str, number: u32, name: &'static str) -> Country {
        Country { code, number, name, certified: true }
    }

    /// A country without certified access points.
    const fn uncertified(code: &'static str, number: u32, name: &'static str) -> Country {
        Country { certified: false, ..Country::new(code, number, name) }
    }

    /// Whether 2.4 GHz has no channels 12 and 13, 5 GHz has those above 140, and 6 GHz all of them.
    pub(super) fn is_american(&self) -> bool {
        ["US", "CA"].contains(&self.code)
    }
}

/// The countries, in the order of their codes.
pub(super) const COUNTRIES: &[Country] = &[
    Country::new("AT", 40, "Austria"),
    Country::new("AU", 36, "Australia"),
    Country::new("CA", 124, "Canada"),
    Country::new("DE", 276, "Germany"),
    Country::new("FR", 250, "France"),
    Country::new("GB", 826, "United Kingdom"),
    Country::new("IE", 372, "Ireland"),
    Country::uncertified("KE", 404, "Kenya"),
    Country::new("NL", 528, "Netherlands"),
    Country::uncertified("NP", 524, "Nepal"),
    Country::new("SG", 702, "Singapore"),
    Country::new("US", 840, "United States"),
    Country::uncertified("UY", 858, "Uruguay"),
];

/// The country of a call, `usual` where it names none. One that is not listed is refused.
pub(super) fn country(call: &Call<'_>, usual: &str) -> Result<&'static Country, ApiError> {
    let wanted = call.query.get("country_code").unwrap_or(usual);
    COUNTRIES.iter().find(|country| country.code.eq_ignore_ascii_case(wanted)).ok_or_else(|| {
        let known = COUNTRIES.iter().map(|country| country.code).collect::<Vec<_>>().join(", ");
        ApiError::bad_request(format!("country_code: the demo knows {known}, not \"{wanted}\""))
    })
}

/// The channels of a call's country, or of the `usual` one.
pub(super) fn channels(call: &Call<'_>, usual: &str) -> Result<Answer, ApiError> {
    let country = country(call, usual)?;
    let american = country.is_american();
    let narrow = (1..=if american { 11 } else { 13 }).collect::<Vec<u32>>();
    let every = |first: u32, last: u32, step: usize| (first..=last).step_by(step).collect::<Vec<_>>();
    let upper = if american { 144 } else { 140 };
    let last = if american { 165 } else { 161 };
    let five = |step, last| [every(36, 64, step), every(100, upper, step), every(149, last, step)].concat();
    let six = |first, step| every(first, if american { 233 } else { 93 }, step);
    Ok(Answer::json(json!({
        "key": country.code, "code": country.number, "name": country.name, "certified": country.certified,
        "dfs_ok": true, "uses": "indoor and outdoor",
        "band24_enabled": true, "band24_40mhz_allowed": false, "band24_channels": { "20": narrow, "40": [] },
        "band5_enabled": true,
        "band5_channels": { "20": five(4, last), "40": five(8, 161), "80": five(16, 161) },
        "band6_enabled": country.certified,
        "band6_channels": { "20": six(1, 4), "40": six(1, 8), "80": six(5, 16), "160": six(5, 32) },
    })))
}

/// The insight metrics by name.
pub(super) fn insight_metrics() -> Value {
    serde_json::from_str(include_str!("../../data/insight_metrics.json")).unwrap_or_default()
}
