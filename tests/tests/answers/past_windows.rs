//! Time windows that ended in the past: what began later is no part of the answer, and a present state is called one.

use std::time::{SystemTime, UNIX_EPOCH};

use mistmcp_demo::{Incident, Overlay};
use serde_json::{Value, json};

use crate::demo_session::DemoSession;
use crate::valid::Checks;

const LEEDS: &str = "Leeds Distribution Centre";
const SYDNEY: &str = "Sydney Store";

/// Troubles of the last hour: a switch and a gateway down, and reports of Mist.
fn of_today() -> Overlay {
    let incident = r#"{ "title": "Troubles of today", "overlay": [
        { "device": "LDS-SW-02", "offline_for": 1800 },
        { "device": "SYD-GW-01", "offline_for": 2400 },
        { "collection": "alarms", "add": [
            { "type": "missing_vlan", "ago": 600, "device": "LDS-SW-03", "severity": "critical" },
            { "type": "switch_stp_loop", "ago": 900, "device": "LDS-SW-01", "severity": "critical" },
            { "type": "gw_critical_port_down", "ago": 900, "device": "CHI-GW-01", "severity": "critical" }
        ] }
    ] }"#;
    Overlay::of(&[Incident::parse("today.json", incident).unwrap()]).unwrap()
}

/// The tools with a time window, and their other arguments.
fn windowed() -> Vec<(&'static str, Value)> {
    vec![
        ("checkSite", json!({ "site_id": LEEDS })),
        ("checkSite", json!({ "site_id": SYDNEY })),
        ("rankSites", json!({})),
        ("checkWan", json!({ "site_id": "Chicago Flagship Store" })),
        ("checkWan", json!({ "site_id": SYDNEY })),
        ("troubleshootDevice", json!({ "device_id": "LDS-SW-02" })),
        ("troubleshootDevice", json!({ "device_id": "SYD-GW-01" })),
        ("troubleshootDevice", json!({ "device_id": "LDS-SW-03" })),
        ("troubleshootDevice", json!({ "device_id": "RTM-AP-04" })),
        ("troubleshootClient", json!({ "client": "camera-lds-07" })),
        ("troubleshootClient", json!({ "client": "scan-lds-015" })),
        ("troubleshootAuthentication", json!({ "who": "scan-lds-015" })),
        ("explainSle", json!({ "site_id": LEEDS })),
        ("whatChanged", json!({ "site_id": LEEDS })),
    ]
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn findings(answer: &Value) -> &Vec<Value> {
    answer["findings"].as_array().unwrap_or_else(|| panic!("{answer}"))
}

fn has_critical(answer: &Value) -> bool {
    findings(answer).iter().any(|finding| finding["severity"] == "critical")
}

#[tokio::test]
async fn what_began_after_a_past_window_is_in_no_answer_about_it_and_a_present_state_is_called_so() {
    let mut checks = Checks::default();
    let demo = DemoSession::start(of_today()).await;
    let today = demo.ask("checkSite", &json!({ "site_id": LEEDS })).await;
    assert!(has_critical(&today), "{today}");
    for (tool, arguments) in windowed() {
        for (start, end, ago) in
            [("-9d", "-8d", 8 * 86_400), ("-3d", "-1d", 86_400), ("-9h", "-6h", 6 * 3_600)]
        {
            let mut arguments = arguments.clone();
            arguments["start"] = start.into();
            arguments["end"] = end.into();
            let answer = demo.ask(tool, &arguments).await;
            checks.check(tool, &answer, &arguments);
            // The clock of the test and the server may differ a little.
            let end = now() - ago + 60;
            for finding in findings(&answer) {
                let since = finding["since"].as_i64();
                let context = || format!("{tool} {arguments}: {finding}");
                checks.expect(since.is_none_or(|since| since <= end), context);
                let summary = finding["summary"].as_str().unwrap();
                checks.expect(!summary.contains("just now"), context);
                let is_of_window = finding["see"]["arguments"].get("start").is_some();
                if since.is_none() && !is_of_window {
                    checks.expect(summary.contains("(as of now)"), context);
                    checks.expect(finding["severity"] != "critical", context);
                }
            }
            let verdict = answer["verdict"].as_str().unwrap();
            let shows_state = !["explainSle", "whatChanged"].contains(&tool);
            checks.expect(!shows_state || verdict.contains("states are those of now"), || {
                format!("{tool} {arguments}: {verdict}")
            });
        }
    }
}

#[tokio::test]
async fn the_counts_of_a_past_window_do_not_have_what_began_later() {
    let demo = DemoSession::start(of_today()).await;
    let window = json!({ "start": "-9d", "end": "-8d" });
    let mut arguments = window.clone();
    arguments["site_id"] = LEEDS.into();
    let answer = demo.ask("checkSite", &arguments).await;
    assert_eq!(answer["facts"]["alarms"], json!({ "critical": 0, "warning": 0, "info": 0 }), "{answer}");
    let answer = demo.ask("rankSites", &window).await;
    let ranking = answer["facts"]["ranking"].as_array().into_iter().flatten();
    let reasons: Vec<_> = ranking.map(|row| row["main_reason"].as_str().unwrap().to_owned()).collect();
    for later in ["device_down", "upstream_down", "site_down", "missing_vlan", "loop"] {
        assert!(!reasons.iter().any(|reason| reason == later), "{answer}");
    }
    assert!(
        answer["verdict"].as_str().unwrap().starts_with(&format!("{} of 5 sites", reasons.len())),
        "{answer}"
    );
}

#[tokio::test]
async fn a_trouble_that_began_before_a_past_window_ended_keeps_its_place_and_severity() {
    let incident =
        r#"{ "title": "A dead switch", "overlay": [ { "device": "LDS-SW-02", "offline_for": 10800 } ] }"#;
    let dead = Overlay::of(&[Incident::parse("dead.json", incident).unwrap()]).unwrap();
    let demo = DemoSession::start(dead).await;
    for (tool, arguments) in [
        ("checkSite", json!({ "site_id": LEEDS })),
        ("rankSites", json!({})),
        ("troubleshootDevice", json!({ "device_id": "LDS-SW-02" })),
    ] {
        let of_now = demo.ask(tool, &arguments).await;
        let mut past = arguments.clone();
        past["start"] = "-5h".into();
        past["end"] = "-1h".into();
        let of_past = demo.ask(tool, &past).await;
        let first =
            |answer: &Value| (findings(answer)[0]["cause"].clone(), findings(answer)[0]["severity"].clone());
        assert_eq!(first(&of_past), first(&of_now), "{tool}: {of_past:#}");
        let since = findings(&of_past)[0]["since"].as_i64().unwrap();
        assert!(since <= now() - 3_600, "{of_past}");
        assert!(!findings(&of_past)[0]["summary"].as_str().unwrap().contains("as of now"), "{of_past}");
    }
}

#[tokio::test]
async fn what_follows_from_an_outage_after_a_past_window_is_left_out_with_it() {
    let demo = DemoSession::start(of_today()).await;
    let arguments = json!({ "site_id": SYDNEY, "start": "-9d", "end": "-8d" });
    let answer = demo.ask("checkWan", &arguments).await;
    let causes: Vec<_> = findings(&answer).iter().map(|finding| finding["cause"].as_str().unwrap()).collect();
    for effect in ["wan_link_down", "vpn_path_down", "tunnel_down", "bgp_down", "device_down"] {
        assert!(!causes.contains(&effect), "{answer:#}");
    }
}

#[tokio::test]
async fn a_window_until_now_is_not_a_past_one() {
    let demo = DemoSession::start(of_today()).await;
    for window in [json!({}), json!({ "duration": "6h" }), json!({ "start": "-1d", "end": "now" })] {
        let mut arguments = window;
        arguments["site_id"] = SYDNEY.into();
        let answer = demo.ask("checkWan", &arguments).await;
        assert!(has_critical(&answer), "{answer}");
        assert!(!answer.to_string().contains("of now"), "{answer}");
    }
}
