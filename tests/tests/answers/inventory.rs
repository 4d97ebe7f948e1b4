//! Lists of an organization: spare devices and members of virtual chassis in the inventory, and very many alarms.

use std::sync::{Arc, Mutex};

use mistmcp_demo::Overlay;
use serde_json::{Value, json};

use crate::demo_session::DemoSession;

fn verdict(answer: &Value) -> &str {
    answer["verdict"].as_str().unwrap()
}

#[tokio::test]
async fn spare_devices_without_a_site_are_not_down() {
    let demo = DemoSession::start(Overlay::default()).await;
    let before = demo.ask("listProblems", &json!({})).await;
    let (all, down) = (&before["facts"]["devices"], &before["facts"]["devices_down"]);
    for (site, connected) in
        [(Value::Null, json!(false)), (json!("00000000-0000-0000-0000-000000000000"), Value::Null)]
    {
        demo.proxy.change(move |path, response| {
            if path.ends_with("/inventory") {
                let spare = |number: u8| {
                    json!({
                        "mac": format!("5c5b35aaaa{number:02}"), "type": "ap", "model": "AP45", "site_id": site,
                        "connected": connected,
                    })
                };
                response.edit(|body| body.as_array_mut().unwrap().extend((10..50).map(spare)));
            }
        });
        let answer = demo.ask("listProblems", &json!({})).await;
        let facts = &answer["facts"];
        assert_eq!((&facts["devices"], &facts["devices_down"]), (all, down), "{answer}");
        assert_eq!(facts["unassigned"], 40, "{answer}");
        let words = format!("has {down} of {all} devices at sites down; 40 devices at no site");
        assert!(verdict(&answer).contains(&words), "{answer}");
        assert_eq!(answer["findings"], before["findings"]);
    }
}

#[tokio::test]
async fn a_member_of_a_virtual_chassis_is_found_by_its_address_and_serial_number() {
    let demo = DemoSession::start(Overlay::default()).await;
    let switch =
        demo.call("getOrgInventory", &json!({ "type": "switch", "fields": "name,mac" })).await.unwrap();
    let switch: Value = serde_json::from_str(&switch).unwrap();
    let (called, chassis) = (switch["results"][0]["name"].clone(), switch["results"][0]["mac"].clone());
    demo.proxy.change_by_query(move |path, query, response| {
        let is_of_member = query.contains("mac=5c4527aaaa01") || query.contains("serial=JW3619450123");
        if path.ends_with("/inventory") && query.contains("vc=true") && is_of_member {
            let member = json!({
                "mac": "5c4527aaaa01", "serial": "JW3619450123", "type": "switch", "vc_mac": chassis, "connected": true,
            });
            response.edit(|body| *body = json!([member]));
        }
    });
    for text in ["5c:45:27:aa:aa:01", "JW3619450123", " 5C4527AAAA01 "] {
        for (tool, parameter) in
            [("troubleshootDevice", "device_id"), ("checkPorts", "device_id"), ("findAnything", "text")]
        {
            let answer = demo.ask(tool, &json!({ parameter: text })).await;
            assert!(verdict(&answer).contains(called.as_str().unwrap()), "{tool} {text}: {answer}");
            assert!(answer["taken"].to_string().contains("was taken for"), "{tool} {text}: {answer}");
        }
    }
    for text in ["5c:45:27:aa:aa:02", "JW3619450199"] {
        let answer = demo.ask("troubleshootDevice", &json!({ "device_id": text })).await;
        assert_eq!(answer["findings"][0]["cause"], "never_seen", "{answer}");
        let answer = demo.ask("findAnything", &json!({ "text": text })).await;
        assert_eq!(answer["findings"][0]["cause"], "never_seen", "{answer}");
    }
}

#[tokio::test]
async fn a_device_that_could_not_be_looked_up_is_not_called_unknown() {
    let demo = DemoSession::start(Overlay::default()).await;
    demo.proxy.change_by_query(|path, query, response| {
        if path.ends_with("/inventory") && query.contains("vc=true") {
            response.status = 403;
        }
    });
    for text in ["5c:45:27:aa:aa:02", "JW3619450199"] {
        for (tool, parameter, words) in [
            ("troubleshootDevice", "device_id", "could not be looked up"),
            ("checkPorts", "device_id", "could not be looked up"),
            ("findAnything", "text", "not everything could be looked at"),
        ] {
            let answer = demo.ask(tool, &json!({ parameter: text })).await;
            assert!(verdict(&answer).contains(words), "{tool} {text}: {answer}");
            assert!(!answer["findings"].to_string().contains("never_seen"), "{tool} {text}: {answer}");
        }
    }
}

#[tokio::test]
async fn of_an_organization_with_devices_at_no_site_alone_the_verdict_says_so() {
    let demo = DemoSession::start(Overlay::default()).await;
    let before = demo.ask("listProblems", &json!({})).await;
    demo.proxy.change(|path, response| {
        if path.ends_with("/inventory") {
            response.edit(|body| {
                for row in body.as_array_mut().unwrap() {
                    row["site_id"] = Value::Null;
                }
            });
        }
    });
    let answer = demo.ask("listProblems", &json!({})).await;
    let all = &before["facts"]["devices"];
    let words = format!("The organization has no devices at sites; {all} devices at no site");
    assert!(verdict(&answer).starts_with(&words), "{answer}");
}

#[tokio::test]
async fn of_very_many_alarms_the_latest_are_read() {
    let demo = DemoSession::start(Overlay::default()).await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    demo.proxy.change_by_query(move |path, query, _| {
        if path.ends_with("/alarms/search") {
            seen.lock().unwrap().push(query.to_owned());
        }
    });
    for (tool, arguments) in [
        ("listProblems", json!({})),
        ("rankSites", json!({})),
        ("checkSite", json!({ "site_id": "Sydney Store" })),
        ("checkWan", json!({ "site_id": "Sydney Store" })),
    ] {
        demo.ask(tool, &arguments).await;
        let queries = std::mem::take(&mut *asked.lock().unwrap());
        assert!(!queries.is_empty(), "{tool}");
        assert!(queries.iter().all(|query| query.contains("sort=-timestamp")), "{tool}: {queries:?}");
    }
}
