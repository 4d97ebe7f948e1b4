//! Things that look alike: names within other names, uplinks and WAN links, WLANs of one SSID, rows of other sites, ports
//! whose names begin alike. What is said of one is not said of another.

use mistmcp_demo::{Incident, Overlay};
use serde_json::{Value, json};

use crate::demo_session::DemoSession;
use crate::proxy::ProxiedResponse;

async fn demo(overlay: Value) -> DemoSession {
    let incident = json!({ "title": "Alike", "overlay": overlay }).to_string();
    let overlay = Overlay::of(&[Incident::parse("alike.json", &incident).unwrap()]).unwrap();
    DemoSession::start(overlay).await
}

fn causes(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().unwrap().iter();
    findings.filter_map(|finding| finding["cause"].as_str()).collect()
}

#[tokio::test]
async fn the_uplink_of_a_switch_is_no_wan_link() {
    let demo = demo(json!([{ "collection": "ports", "add": [{
        "device": "LDS-SW-01", "port_id": "xe-0/2/1", "up": false, "uplink": true, "port_usage": "uplink", "type": "switch",
        "device_type": "switch", "neighbor_system_name": "LDS-GW-01",
    }] }]))
    .await;
    let answer = demo.ask("troubleshootDevice", &json!({ "device_id": "LDS-SW-01" })).await;
    assert!(!causes(&answer).contains(&"wan_link_down"), "{answer}");
    let is_port =
        |finding: &Value| finding["cause"] == "port_down" && finding["objects"][0]["name"] == "xe-0/2/1";
    assert!(answer["findings"].as_array().unwrap().iter().any(is_port), "{answer}");
}

#[tokio::test]
async fn a_change_of_a_device_is_not_that_of_another_whose_name_begins_alike() {
    for (changed, is_own) in [("LDS-AP-03", true), ("LDS-AP-030", false), ("LDS-AP-03-old", false)] {
        let demo = Box::pin(demo(json!([
            { "device": "LDS-AP-03", "offline_for": 3_600 },
            { "collection": "audit logs", "add": [{
                "message": format!("Update Device \"{changed}\""), "ago": 4_000, "admin_name": "Ann Moor",
                "site": "Leeds Distribution Centre",
            }] },
        ])))
        .await;
        let answer = demo.ask("troubleshootDevice", &json!({ "device_id": "LDS-AP-03" })).await;
        assert_eq!(causes(&answer).contains(&"changed_before"), is_own, "{changed}: {answer}");
    }
}

#[tokio::test]
async fn a_wlan_that_is_off_is_not_that_of_a_client_whose_ssid_another_one_has() {
    let who = json!({ "who": "label-lds-017" });
    let untouched = DemoSession::start(Overlay::default()).await;
    let facts = untouched.ask("troubleshootAuthentication", &who).await["facts"].clone();
    let twin = json!([{
        "collection": "derived wlans", "where": { "ssid": "Pine Staff" }, "set": { "ssid": "Pine Things", "enabled": false },
    }]);
    let answer = Box::pin(demo(twin)).await.ask("troubleshootAuthentication", &who).await;
    assert!(!causes(&answer).contains(&"wlan_off"), "{answer}");
    for fact in ["wlan_auth", "auth_servers"] {
        assert_eq!(answer["facts"][fact], facts[fact], "{fact}: {answer}");
    }
    let off = json!([{ "collection": "derived wlans", "where": { "ssid": "Pine Things" }, "set": { "enabled": false } }]);
    let answer = Box::pin(demo(off)).await.ask("troubleshootAuthentication", &who).await;
    assert_eq!(causes(&answer)[0], "wlan_off", "{answer}");
}

#[tokio::test]
async fn a_question_about_a_site_reads_the_devices_of_that_site_alone() {
    let demo = DemoSession::start(Overlay::default()).await;
    // That of the whole organization may be longer than what is read of it.
    demo.proxy.change_by_query(|path, query, response| {
        if path.ends_with("/inventory") && !query.contains("site_id=") {
            *response = ProxiedResponse::status(403);
        }
    });
    for (tool, arguments) in [
        ("listProblems", json!({ "site_id": "Sydney Store" })),
        ("checkPorts", json!({ "site_id": "Sydney Store" })),
        ("troubleshootClient", json!({ "client": "camera-lds-07" })),
    ] {
        let answer = demo.ask(tool, &arguments).await;
        assert!(!answer["not_seen"].to_string().contains("inventory"), "{tool}: {answer}");
    }
}

#[tokio::test]
async fn variables_beyond_the_rows_that_were_read_are_not_unset() {
    let demo = DemoSession::start(Overlay::default()).await;
    demo.proxy.change(|path, response| {
        if path.ends_with("/vars/search") {
            response.edit(|body| {
                body["results"].as_array_mut().unwrap().truncate(1);
                body["next"] = json!("/api/v1/elsewhere");
            });
        }
    });
    let answer = demo.ask("auditConfig", &json!({})).await;
    assert!(answer["not_seen"].to_string().contains("only the first 1 rows"), "{answer}");
    assert!(!causes(&answer).contains(&"variable_unset"), "{answer}");
}

#[tokio::test]
async fn a_device_without_a_site_has_only_the_changes_that_name_it() {
    let incident = Incident::named("a-switch-without-a-site").unwrap();
    let demo = DemoSession::start(Overlay::of(&[incident]).unwrap()).await;
    let all = demo.ask("whatChanged", &json!({})).await;
    let answer = demo.ask("whatChanged", &json!({ "device_id": "FJ99170002" })).await;
    let [all, own] = [&all, &answer].map(|answer| answer["facts"]["changes"].as_u64().unwrap());
    assert!(own < all / 2, "{own} of {all}: {answer}");
    for finding in answer["findings"].as_array().unwrap() {
        assert!(finding.to_string().contains("spare-switch-7"), "{answer}");
    }
}

#[tokio::test]
async fn an_alarm_about_a_port_is_not_of_another_whose_name_begins_alike() {
    for (port, is_own) in [("ge-0/0/1", true), ("ge-0/0/12", false), ("mge-0/0/1", false)] {
        let demo = Box::pin(demo(json!([
            { "device": "SIN-AP-01", "offline_for": 2_400 },
            { "collection": "ports", "where": { "neighbor_system_name": "SIN-AP-01" },
              "set": { "poe_on": null, "power_draw": null, "port_id": "ge-0/0/1" } },
            { "collection": "device events", "add": [{
                "type": "SW_ALARM_CHASSIS_POE", "device": "SIN-SW-01", "ago": 2_500, "text": format!("PoE power denied on {port}"),
            }] },
        ])))
        .await;
        let answer = demo.ask("troubleshootDevice", &json!({ "device_id": "SIN-AP-01" })).await;
        assert_eq!(answer.to_string().contains("denies PoE power to SIN-AP-01"), is_own, "{port}: {answer}");
    }
}
