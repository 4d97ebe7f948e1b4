//! What `listProblems` reads beside alarms and devices: VPN paths; and classifiers that name no cause.

use mistmcp_demo::{Incident, Overlay};
use mistmcp_tools::answers::LIMITS;
use serde_json::{Value, json};

use crate::demo_session::DemoSession;
use crate::proxy::ProxiedResponse;

/// The paths of Sydney's gateway are down by their statistics. No alarm and no event reports it.
fn silent_path() -> Overlay {
    let incident = r#"{ "title": "A silent path", "overlay": [
        { "collection": "vpn peers", "where": { "mac": "SYD-GW-01" }, "set": { "up": false, "is_active": false } }
    ] }"#;
    Overlay::of(&[Incident::parse("path.json", incident).unwrap()]).unwrap()
}

fn of_path(answer: &Value) -> Option<&Value> {
    let mut findings = answer["findings"].as_array().unwrap().iter();
    findings.find(|finding| {
        let objects = finding["objects"].as_array().into_iter().flatten();
        let is_of_sydney =
            |object: &Value| [&object["name"], &object["device"]].contains(&&json!("SYD-GW-01"));
        finding["cause"] == "vpn_path_down" && objects.into_iter().any(is_of_sydney)
    })
}

#[tokio::test]
async fn a_vpn_path_that_only_its_statistics_show_down_is_listed_as_check_wan_judges_it() {
    let demo = DemoSession::start(silent_path()).await;
    let by_check_wan = demo.ask("checkWan", &json!({ "site_id": "Sydney Store" })).await;
    let by_check_wan = of_path(&by_check_wan).unwrap_or_else(|| panic!("{by_check_wan}"));
    let limit = LIMITS.iter().find(|limit| limit.tool == "listProblems").unwrap();
    for (arguments, calls) in
        [(json!({ "site_id": "Sydney Store" }), limit.calls_at_a_site), (json!({}), limit.calls)]
    {
        let answer = demo.ask("listProblems", &arguments).await;
        let listed = of_path(&answer).unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(listed["severity"], by_check_wan["severity"], "{answer}");
        assert_eq!(listed["see"]["tool"], "searchOrgPeerPathStats", "{answer}");
        assert!(answer["calls"].as_u64().unwrap() <= calls as u64, "{answer}");
        let elsewhere = demo.ask("listProblems", &json!({ "site_id": "Singapore Office" })).await;
        assert!(of_path(&elsewhere).is_none(), "{elsewhere}");
    }
}

#[tokio::test]
async fn vpn_paths_that_cannot_be_read_or_are_too_many_stand_in_not_seen() {
    let demo = DemoSession::start(silent_path()).await;
    let is_of_paths = |path: &str| path.contains("/stats/vpn_peers/");
    demo.proxy.change(move |path, response| {
        if is_of_paths(path) {
            *response = ProxiedResponse::status(403);
        }
    });
    let answer = demo.ask("listProblems", &json!({})).await;
    assert!(answer["not_seen"].to_string().contains("VPN paths: 403"), "{answer}");
    assert!(of_path(&answer).is_none(), "{answer}");
    demo.proxy.change(move |path, response| {
        if is_of_paths(path) {
            response
                .edit(|body| body["next"] = json!("/api/v1/orgs/o/stats/vpn_peers/search?search_after=x"));
        }
    });
    let answer = demo.ask("listProblems", &json!({})).await;
    assert!(answer["not_seen"].to_string().contains("VPN paths: only the first"), "{answer}");
    assert!(of_path(&answer).is_some(), "{answer}");
}

fn shown_and_more(answer: &Value) -> u64 {
    let shown = answer["findings"].as_array().unwrap().len() as u64;
    shown + answer["more_findings"].as_u64().unwrap_or(0)
}

#[tokio::test]
async fn problems_below_the_asked_severity_are_counted_as_they_are_listed() {
    let demo = DemoSession::start(Overlay::default()).await;
    for site in [None, Some("Leeds Distribution Centre"), Some("Singapore Office")] {
        let arguments = |severity: &str| {
            let mut arguments = json!({ "severity": severity });
            if let Some(site) = site {
                arguments["site_id"] = site.into();
            }
            arguments
        };
        let all = demo.ask("listProblems", &arguments("info")).await;
        let critical = demo.ask("listProblems", &arguments("critical")).await;
        assert_eq!(critical["findings"], json!([]), "the untouched demo has no critical problem: {critical}");
        let (verdict, count) = (critical["verdict"].as_str().unwrap(), shown_and_more(&all));
        let words = if count == 1 { "1 problem below".to_owned() } else { format!("{count} problems below") };
        assert!(count > 0 && verdict.contains(&words), "{count}: {critical}");
    }
}

#[tokio::test]
async fn where_findings_have_no_room_a_note_names_the_arguments_that_make_room() {
    let demo = DemoSession::start(Overlay::default()).await;
    let answer = demo.ask("listProblems", &json!({})).await;
    let more = answer["more_findings"].as_u64().unwrap();
    let note = answer["note"].as_str().unwrap();
    assert!(note.starts_with(&format!("{more} findings")), "{note}");
    assert!(note.contains("`site_id`") && note.contains("`severity`"), "{note}");
    let answer = demo.ask("listProblems", &json!({ "severity": "warning" })).await;
    if let Some(note) = answer["note"].as_str() {
        assert!(note.contains("`site_id`") && !note.contains("`severity`"), "{note}");
    }
    let few = demo.ask("listProblems", &json!({ "site_id": "Rotterdam Warehouse" })).await;
    assert_eq!(few.get("note").is_some(), few.get("more_findings").is_some(), "{few}");
}

#[tokio::test]
async fn ports_can_be_asked_for_trouble_with_poe() {
    let demo = DemoSession::start(Overlay::default()).await;
    let answer = demo.ask("checkPorts", &json!({ "problem": "power_lost" })).await;
    let causes: Vec<_> =
        answer["findings"].as_array().unwrap().iter().map(|finding| &finding["cause"]).collect();
    assert_eq!(causes, ["power_lost"], "{answer}");
    let answer = demo.ask("checkPorts", &json!({ "problem": "power_constrained" })).await;
    assert!(answer["verdict"].as_str().unwrap().contains("has the problem power_constrained"), "{answer}");
}

#[tokio::test]
async fn each_classifier_without_a_cause_is_told() {
    let demo = DemoSession::start(Overlay::default()).await;
    demo.proxy.change(|path, response| {
        if path.ends_with("/summary-trend") {
            response.edit(|body| {
                let bad = |minutes: f64| json!(vec![minutes; 24]);
                body["sle"]["samples"] = json!({ "total": bad(100.0), "degraded": bad(40.0) });
                body["classifiers"] = json!([
                    { "name": "authorization", "samples": { "degraded": bad(22.0) } },
                    { "name": "IP-services", "samples": { "degraded": bad(18.0) } },
                ]);
            });
        }
    });
    let arguments = json!({ "site_id": "Sydney Store", "metric": "time-to-connect" });
    let answer = demo.ask("explainSle", &arguments).await;
    let findings = answer["findings"].as_array().unwrap().iter();
    let told = findings.filter(|finding| finding["cause"] == "reported_trouble");
    let told: Vec<_> = told.filter_map(|finding| finding["evidence"]["classifier"].as_str()).collect();
    assert_eq!(told, ["authorization", "IP-services"], "{answer}");
}

#[tokio::test]
async fn each_of_several_changes_of_one_object_is_told_with_who_made_it() {
    let incident = r#"{ "title": "Changes", "overlay": [
        { "collection": "audit logs", "add": [
            { "site": "Sydney Store", "ago": 300, "admin_name": "Ann Moor", "message": "Update WLAN \"Corp\"" },
            { "site": "Sydney Store", "ago": 600, "admin_name": "Cem Arslan", "message": "Update WLAN \"Corp\"" },
            { "site": "Sydney Store", "ago": 900, "admin_name": "Bob Hale", "message": "Update WLAN \"Corp\"" },
            { "site": "Sydney Store", "ago": 960, "admin_name": "Bob Hale", "message": "Update Site Settings \"Sydney Store\"" }
        ] }
    ] }"#;
    let overlay = Overlay::of(&[Incident::parse("changes.json", incident).unwrap()]).unwrap();
    let demo = DemoSession::start(overlay).await;
    for arguments in
        [json!({ "site_id": "Sydney Store" }), json!({ "site_id": "Sydney Store", "before": "-2m" })]
    {
        let answer = demo.ask("whatChanged", &arguments).await;
        let findings = answer["findings"].as_array().unwrap();
        let of_wlan = findings.iter().filter(|finding| finding["objects"][0]["name"] == "Corp");
        let mut who: Vec<_> = of_wlan.filter_map(|finding| finding["evidence"]["who"].as_str()).collect();
        who.sort_unstable();
        assert_eq!(who, ["Ann Moor", "Bob Hale", "Cem Arslan"], "{answer}");
    }
}

#[tokio::test]
async fn an_alarm_of_marvis_that_is_open_since_before_the_window_is_told_and_no_other_one() {
    // Of a kind that nothing else in the demo network shows.
    let told = async |group: &str, status: &str, last_seen: i64| {
        let incident = format!(
            r#"{{ "title": "An old alarm", "overlay": [ {{ "collection": "alarms", "add": [
                {{ "site": "Rotterdam Warehouse", "device": "RTM-SW-01", "type": "traffic_anomaly", "ago": 260000,
                   "severity": "critical", "last_seen": {{ "ago": {last_seen} }}, "group": "{group}", "status": "{status}" }}
            ] }} ] }}"#
        );
        let overlay = Overlay::of(&[Incident::parse("alarm.json", &incident).unwrap()]).unwrap();
        let demo = DemoSession::start(overlay).await;
        let answer = demo.ask("checkSite", &json!({ "site_id": "Rotterdam Warehouse" })).await;
        let mut findings = answer["findings"].as_array().unwrap().iter();
        findings.any(|finding| finding["evidence"]["alarm"] == "traffic_anomaly")
    };
    for (group, status, last_seen, is_told) in [
        ("marvis", "open", 144_000, true),
        ("marvis", "resolved", 144_000, false),
        ("infrastructure", "open", 144_000, false),
        // In the window, each is told that is not closed.
        ("infrastructure", "open", 3_600, true),
        ("marvis", "resolved", 3_600, false),
    ] {
        assert_eq!(Box::pin(told(group, status, last_seen)).await, is_told, "{group} {status} {last_seen}");
    }
}

#[tokio::test]
async fn an_open_alarm_is_counted_also_where_the_state_of_its_device_tells_it() {
    let count = async |down: &str| {
        let incident = format!(
            r#"{{ "title": "Alarms", "overlay": [ {down} {{ "collection": "alarms", "add": [
                {{ "site": "Sydney Store", "device": "SYD-SW-01", "type": "switch_down", "ago": 2900, "severity": "critical",
                   "group": "infrastructure" }}
            ] }} ] }}"#
        );
        let overlay = Overlay::of(&[Incident::parse("alarms.json", &incident).unwrap()]).unwrap();
        let demo = DemoSession::start(overlay).await;
        let answer = demo.ask("listProblems", &json!({ "site_id": "Sydney Store" })).await;
        answer["facts"]["open_alarms_and_actions"].as_u64().unwrap()
    };
    let connected = Box::pin(count("")).await;
    let down = Box::pin(count(r#"{ "device": "SYD-SW-01", "offline_for": 3000 },"#)).await;
    // The demo network raises an alarm of its own for a device that it takes down.
    assert!(down > connected, "{down} {connected}");
}
