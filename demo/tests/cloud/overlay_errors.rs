//! What is wrong with an overlay is told with its file, its place, and what there is instead.

use mistmcp_demo::{Incident, Overlay};
use serde_json::{Value, json};

fn error(text: &str) -> String {
    let incident = Incident::parse("mine.json", text);
    incident.and_then(|it| Overlay::of(&[it]).map(drop)).unwrap_err().to_string()
}

/// An error of the second entry.
fn of_entry(entry: &Value) -> String {
    let fine = json!({ "device": "LDS-SW-02", "offline_for": 60 });
    let error = error(&json!({ "title": "t", "overlay": [fine, entry] }).to_string());
    let told = error.strip_prefix("mine.json: overlay entry 2: ");
    told.unwrap_or_else(|| panic!("{error}: no place")).to_owned()
}

#[test]
fn an_unknown_name_is_reported_with_the_nearest() {
    let cases = [
        (
            json!({ "collection": "port", "remove": true }),
            "there is no collection \"port\"; did you mean \"ports\"?",
        ),
        (json!({ "collection": "client event", "remove": true }), "did you mean \"client events\"?"),
        (
            json!({ "collection": "ports", "were": {}, "remove": true }),
            "unknown field \"were\"; did you mean \"where\"?",
        ),
        (
            json!({ "device": "LDS-SW-92", "offline_for": 1 }),
            "there is no device \"LDS-SW-92\"; did you mean",
        ),
        (json!({ "device": "LDS-SW-02", "ofline_for": 1 }), "did you mean \"offline_for\"?"),
        (
            json!({ "collection": "rogues", "where": { "site_id": "Sidney Store" }, "remove": true }),
            "did you mean \"Sydney Store\"?",
        ),
        (
            json!({ "collection": "ports", "where": { "neighbour_system_name": "LDS-AP-03" }, "remove": true }),
            "no row has a field \"neighbour_system_name\"; did you mean \"neighbor_system_name\"?",
        ),
        (
            json!({ "collection": "ports", "where": { "mac": "LDS-SW-09" }, "remove": true }),
            "no row has \"LDS-SW-09\" as \"mac\"; did you mean",
        ),
        (
            json!({ "collection": "device events", "add": [{ "type": "X" }, { "device": "nothing like it" }] }),
            "add, row 2: there is no device \"nothing like it\"; there are LDS-AP-01, ",
        ),
        (
            json!({ "collection": "client events", "add": { "client": "scan-chi-999" } }),
            "there is no client \"scan-chi-999\"; did you mean",
        ),
        (json!({ "collection": "alarms", "add": { "site": "Sydney" } }), "there is no site \"Sydney\"; "),
        (
            json!({ "path": "/api/v1/sites/{site_id}/settings", "set": {} }),
            "did you mean \"/api/v1/sites/{site_id}/setting\"?",
        ),
        (
            json!({ "path": "/api/v1/sites/{site_id}/setting", "site": "Leds", "set": {} }),
            "no row has \"Leds\" as \"site_id\"; ",
        ),
        (
            json!({ "path": "/api/v1/sites/{site_id}/devices/ap_channels", "site": "Leds", "set": {} }),
            "there is no site \"Leds\"; ",
        ),
        (
            json!({ "path": "/api/v1/sites/{site_id}/wlans", "set": {} }),
            "answers a list: change the rows of its collection \"site wlans\"",
        ),
        (
            json!({ "path": "/api/v1/self", "site": "Sydney Store", "set": {} }),
            "site: the path /api/v1/self has no {site_id}",
        ),
    ];
    for (entry, wanted) in cases {
        let told = of_entry(&entry);
        assert!(told.contains(wanted), "{entry}: {told}");
    }
}

#[test]
fn an_entry_that_means_nothing_is_refused() {
    let cases = [
        (json!({}), "one of \"collection\", \"device\" and \"path\""),
        (
            json!({ "collection": "ports", "device": "LDS-SW-02", "remove": true }),
            "one of \"collection\", \"device\" and \"path\"",
        ),
        (json!({ "collection": "ports" }), "one of \"set\", \"remove\" and \"add\""),
        (
            json!({ "collection": "ports", "remove": true, "set": {} }),
            "one of \"set\", \"remove\" and \"add\"",
        ),
        (json!({ "collection": "ports", "remove": false }), "\"remove\" is always true"),
        (
            json!({ "collection": "ports", "remove": true, "site": "Sydney Store" }),
            "\"site\" goes with \"path\"",
        ),
        (
            json!({ "collection": "ports", "where": { "mac": "LDS-SW-02" }, "add": {} }),
            "\"where\" does not go with \"add\"",
        ),
        (
            json!({ "collection": "ports", "remove": true, "offline_for": 5 }),
            "\"offline_for\" goes with \"device\"",
        ),
        (json!({ "device": "LDS-SW-02" }), "\"offline_for\""),
        (json!({ "device": "LDS-SW-02", "offline_for": -1 }), "offline_for: -1 is not from 0"),
        (json!({ "device": "LDS-SW-02", "offline_for": "an hour" }), "offline_for: "),
        (
            json!({ "device": "LDS-SW-02", "offline_for": 1, "set": {} }),
            "\"set\" does not go with \"device\"",
        ),
        (json!({ "path": "/api/v1/self" }), "with \"path\" goes \"set\""),
        (
            json!({ "collection": "ports", "where": { "mac": "LDS-SW-02", "port_id": "ge-9/9/9" }, "remove": true }),
            "no row has \"ge-9/9/9\"",
        ),
        (
            json!({ "collection": "ports", "where": { "mac": "SIN-SW-01", "neighbor_system_name": "LDS-AP-01" }, "remove": true }),
            "no row has all of these values together: mac, neighbor_system_name",
        ),
        (json!({ "collection": "alarms", "add": { "times": 3 } }), "with \"times\" goes \"every\""),
        (json!({ "collection": "alarms", "add": { "times": 0, "every": 1 } }), "times: at least 1"),
        (json!({ "collection": "alarms", "add": { "ago": 400_000_000_i64 } }), "farther than ten years"),
        (
            json!({ "collection": "alarms", "add": { "ago": "now" } }),
            "add, row 1: ago is \"now\": a whole number is required, in seconds",
        ),
        (
            json!({ "collection": "alarms", "add": [{ "type": "x" }, { "type": "x", "ago": "5m" }] }),
            "add, row 2: ago is \"5m\": a whole number is required, in seconds",
        ),
        (
            json!({ "collection": "alarms", "add": { "type": "x", "times": 2.5, "every": 1 } }),
            "add, row 1: times is 2.5: a whole number is required",
        ),
        (
            json!({ "collection": "alarms", "add": { "site": 5 } }),
            "add, row 1: site is 5: a name is required",
        ),
        (json!({ "collection": "alarms", "add": [5] }), "add, row 1: 5 is no row"),
        (json!({ "collection": "alarms", "add": [{}] }), "add, row 1: a row without a field says nothing"),
        (
            json!({ "collection": "alarms", "add": { "ago": -500 } }),
            "add, row 1: ago: it is the seconds since then",
        ),
        (
            json!({ "collection": "sle", "where": { "metric": "coverage" }, "set": { "bad": 150 } }),
            "bad is 150: a percentage from 0 to 100 is required",
        ),
        (
            json!({ "collection": "sle", "where": { "metric": "coverage" }, "set": { "blame": { "weak-signals": 5 } } }),
            "blame: coverage has no classifier \"weak-signals\"; did you mean \"weak-signal\"?",
        ),
        (
            json!({ "collection": "alarms", "add": { "ago": i64::MAX, "times": usize::MAX, "every": i64::MAX } }),
            "farther than ten years",
        ),
    ];
    for (entry, wanted) in cases {
        let told = of_entry(&entry);
        assert!(told.contains(wanted), "{entry}: {told}");
    }
}

#[test]
fn a_file_that_is_not_of_the_form_is_refused_with_its_name() {
    for (text, wanted) in [
        ("{", "mine.json: not JSON: EOF while parsing"),
        (r#"{"overlay": [], "overlay": []}"#, "mine.json: the field \"overlay\" stands twice"),
        (
            r#"{"overlay": [{ "device": "LDS-SW-02", "offline_for": 1, "offline_for": 2 }]}"#,
            "mine.json: the field \"offline_for\" stands twice",
        ),
        ("[]", "mine.json: an object is required"),
        ("{}", "mine.json: missing field `overlay`"),
        (r#"{"overlay": [], "titel": "x"}"#, "mine.json: unknown field \"titel\"; did you mean \"title\"?"),
        (r#"{"overlay": [1]}"#, "mine.json: overlay entry 1: an object is required"),
        (
            r#"{"overlay": [], "question": {"tool": "x", "args": {}}}"#,
            "mine.json: question: unknown field \"args\"",
        ),
        (r#"{"overlay": [], "expect": {"object": "x"}}"#, "mine.json: expect: missing field `cause`"),
        (r#"{"overlay": [], "title": 5}"#, "mine.json: title: invalid type"),
        (
            r#"{"overlay": [{"collection": "alarms", "add": {"ago": 1, "every": 1, "times": 20000}}]}"#,
            "the overlay adds 20000 rows; at most 10000",
        ),
    ] {
        let told = error(text);
        assert!(told.contains(wanted), "{text}: {told}");
    }
}
