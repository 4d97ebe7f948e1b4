//! Lists that are not whole, parts without rows and rows of long ago: none of them shows that all is well, or that a
//! thing is not there.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mistmcp_demo::{Incident, Overlay};
use serde_json::{Value, json};

use crate::demo_session::DemoSession;
use crate::proxy::ProxiedResponse;

pub(crate) fn not_seen(answer: &Value, words: &str) -> bool {
    answer["not_seen"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains(words))
}

/// The first three devices of the inventory are read, and its next page is refused. Later requests are answered, or
/// else refused as well.
fn cut_inventory(demo: &DemoSession, is_answered: bool) {
    let requests = AtomicUsize::new(0);
    demo.proxy.change(move |path, response| {
        if path.ends_with("/inventory") {
            match requests.fetch_add(1, Ordering::SeqCst) {
                0 => response.edit(|body| body.as_array_mut().unwrap().truncate(3)),
                1 => *response = ProxiedResponse::status(403),
                _ if is_answered => {}
                _ => *response = ProxiedResponse::status(403),
            }
        }
    });
}

#[tokio::test]
async fn a_device_beyond_the_rows_that_were_read_is_not_denied_and_is_found_by_its_address() {
    let demo = DemoSession::start(Overlay::default()).await;
    let inventory = demo.call("getOrgInventory", &json!({ "fields": "name,mac,serial" })).await.unwrap();
    let inventory: Value = serde_json::from_str(&inventory).unwrap();
    let (first, last) = (&inventory["results"][0], inventory["results"].as_array().unwrap().last().unwrap());
    let part = first["name"].as_str().unwrap().split_at(3).1;
    for (text, found) in [
        (first["name"].as_str().unwrap(), Some(first)),
        (part, None),
        (last["name"].as_str().unwrap(), None),
        (last["mac"].as_str().unwrap(), Some(last)),
        (last["serial"].as_str().unwrap(), Some(last)),
    ] {
        for tool in ["troubleshootDevice", "checkPorts"] {
            cut_inventory(&demo, true);
            let answer = demo.ask(tool, &json!({ "device_id": text })).await;
            assert!(not_seen(&answer, "inventory: only the first 3 rows"), "{tool} {text}: {answer}");
            let verdict = answer["verdict"].as_str().unwrap();
            match found {
                Some(device) => assert!(verdict.contains(device["name"].as_str().unwrap()), "{answer}"),
                None => assert!(verdict.contains("nothing is known"), "{tool} {text}: {answer}"),
            }
            // What could not be looked up is not denied.
            if text != first["name"] {
                cut_inventory(&demo, false);
                let answer = demo.ask(tool, &json!({ "device_id": text })).await;
                let verdict = answer["verdict"].as_str().unwrap();
                assert!(
                    verdict.contains("could not be looked up among the others"),
                    "{tool} {text}: {answer}"
                );
            }
            let causes = answer["findings"].as_array().unwrap().iter().map(|finding| &finding["cause"]);
            assert!(!causes.into_iter().any(|cause| cause == "never_seen"), "{tool} {text}: {answer}");
        }
        cut_inventory(&demo, true);
        let answer = demo.ask("findAnything", &json!({ "text": text })).await;
        let things = answer["facts"]["found"].as_array().into_iter().flatten();
        let names: Vec<_> = things.map(|thing| &thing["name"]).collect();
        let has_found = found.is_some_and(|device| names.contains(&&device["name"]));
        let says = ["not everything could be looked at", "Only the first 3 devices were looked at"];
        let says = says.iter().any(|words| answer["verdict"].as_str().unwrap().contains(words));
        assert!(if found.is_some() { has_found } else { says }, "{text}: {answer}");
        assert_eq!(answer["findings"], json!([]), "{text}: {answer}");
    }
}

#[tokio::test]
async fn devices_that_were_not_looked_at_are_told_beside_clients_that_a_part_of_a_name_fits() {
    let demo = DemoSession::start(Overlay::default()).await;
    let clients = demo.call("searchOrgWirelessClients", &json!({ "fields": "mac,hostname" })).await.unwrap();
    let clients: Value = serde_json::from_str(&clients).unwrap();
    let named = |client: &&Value| client["hostname"][0].as_str().is_some_and(|name| name.len() > 6);
    let client = clients["results"].as_array().unwrap().iter().find(named).unwrap();
    let (mac, name) = (client["mac"].as_str().unwrap(), client["hostname"][0].as_str().unwrap());
    for (text, is_part) in [(name, false), (mac, false), (&name[1..], true)] {
        cut_inventory(&demo, true);
        let answer = demo.ask("findAnything", &json!({ "text": text })).await;
        assert!(answer["facts"]["found"].to_string().contains(mac), "{text}: {answer}");
        let verdict = answer["verdict"].as_str().unwrap();
        assert_eq!(verdict.contains("Only the first 3 devices"), is_part, "{text}: {answer}");
    }
}

#[tokio::test]
async fn ports_without_rows_and_those_of_a_gateway_that_is_down_are_not_well() {
    let demo = DemoSession::start(Overlay::default()).await;
    demo.proxy.change(|path, response| {
        if path.ends_with("/stats/ports/search") {
            *response = ProxiedResponse::body("{\"results\": [], \"total\": 0}");
        }
    });
    for tool in ["checkWan", "checkSite"] {
        let answer = demo.ask(tool, &json!({ "site_id": "Sydney Store" })).await;
        assert!(not_seen(&answer, "Mist has none"), "{answer}");
        assert!(!answer["verdict"].as_str().unwrap().contains(" ports"), "{answer}");
    }
    // The first of more ports, which are of others.
    demo.proxy.change(|path, response| {
        if path.ends_with("/stats/ports/search") {
            *response = ProxiedResponse::body(
                r#"{ "results": [{ "mac": "5c5b35ffffff", "port_id": "ge-0/0/0", "up": true }], "total": 4000,
                    "next": "/api/v1/orgs/x/stats/ports/search?search_after=x" }"#,
            );
        }
    });
    let answer = demo.ask("checkWan", &json!({ "site_id": "Sydney Store" })).await;
    assert!(not_seen(&answer, "only the first 1 rows") && !not_seen(&answer, "Mist has none"), "{answer}");
    let dark = r#"{ "title": "A dark site", "overlay": [
        { "device": "SYD-GW-01", "offline_for": 3000 }, { "device": "SYD-SW-01", "offline_for": 3000 }
    ] }"#;
    let dark = Overlay::of(&[Incident::parse("dark.json", dark).unwrap()]).unwrap();
    let demo = DemoSession::start(dark).await;
    let wan = demo.ask("checkWan", &json!({ "site_id": "Sydney Store" })).await;
    assert!(wan["facts"].get("links").is_none() && wan["facts"].get("vpn_paths").is_none(), "{wan}");
    assert!(not_seen(&wan, "ports of SYD-GW-01: it is down"), "{wan}");
    let ports = demo.ask("checkPorts", &json!({ "device_id": "SYD-SW-01" })).await;
    assert_eq!(ports["facts"]["up"], 0, "{ports}");
}

#[tokio::test]
async fn devices_that_are_connected_by_rows_of_long_ago_are_told() {
    let demo = DemoSession::start(Overlay::default()).await;
    let arguments = json!({ "site_id": "Sydney Store" });
    assert!(!not_seen(&demo.ask("checkSite", &arguments).await, "out of date"));
    demo.proxy.change(|path, response| {
        if path.ends_with("/stats/devices") {
            response.edit(|body| {
                for row in body.as_array_mut().unwrap() {
                    row["last_seen"] = json!(row["last_seen"].as_f64().unwrap() - 9.0 * 86_400.0);
                }
            });
        }
    });
    for (tool, arguments) in
        [("checkSite", &arguments), ("checkRadio", &arguments), ("rankSites", &json!({}))]
    {
        let answer = demo.ask(tool, arguments).await;
        assert!(not_seen(&answer, "out of date, last seen 9"), "{tool}: {answer}");
    }
}

/// Each list has only its first rows; the request for its next page is refused.
fn cut_all(demo: &DemoSession, rows: usize) {
    let asked = Mutex::new(HashMap::<String, usize>::new());
    demo.proxy.change(move |path, response| {
        let mut asked = asked.lock().unwrap();
        let times = asked.entry(path.to_owned()).or_default();
        *times += 1;
        let is_next = *times > 1 && (path.ends_with("/inventory") || path.ends_with("/stats/devices"));
        if is_next {
            *response = ProxiedResponse::status(403);
            return;
        }
        response.edit(|body| {
            if let Some(list) = body.as_array_mut() {
                list.truncate(rows);
            } else if let Some(list) = body.get_mut("results").and_then(Value::as_array_mut)
                && list.len() > rows
            {
                list.truncate(rows);
                body["next"] = json!("/api/v1/more?search_after=x");
            }
        });
    });
}

#[tokio::test]
async fn numbers_of_devices_and_changes_say_that_only_the_first_rows_were_read() {
    let demo = DemoSession::start(Overlay::default()).await;
    for (tool, arguments, rows, whole, cut) in [
        ("listProblems", json!({}), 4, " of 43 devices down", "of the first 4 that were read"),
        (
            "checkSite",
            json!({ "site_id": "Leeds Distribution Centre" }),
            5,
            "devices connected",
            "connected of the first 5 that were read",
        ),
        ("whatChanged", json!({ "duration": "7d" }), 3, " changes by administrators", " has at least "),
    ] {
        demo.proxy.change(|_, _| {});
        let verdict = demo.ask(tool, &arguments).await["verdict"].as_str().unwrap().to_owned();
        assert!(verdict.contains(whole) && !verdict.contains(cut), "{tool}: {verdict}");
        cut_all(&demo, rows);
        let answer = demo.ask(tool, &arguments).await;
        let verdict = answer["verdict"].as_str().unwrap();
        assert!(verdict.contains(cut), "{tool}: {answer}");
        for fact in ["devices", "changes"] {
            assert!(answer["facts"].get(fact).is_none(), "{tool} {fact}: {answer}");
        }
    }
}

#[tokio::test]
async fn each_gateway_cluster_of_a_site_is_looked_at() {
    let demo = DemoSession::start(Overlay::default()).await;
    demo.proxy.change_by_query(|path, query, response| {
        if path.ends_with("/stats/devices") && query.contains("type=gateway") {
            response.edit(|rows| {
                let rows = rows.as_array_mut().unwrap();
                rows[0]["is_ha"] = true.into();
                let mut second = rows[0].clone();
                second["id"] = "00000000-0000-0000-1000-5c4527000099".into();
                second["mac"] = "5c4527000099".into();
                second["name"] = "SYD-GW-02".into();
                rows.push(second);
            });
        } else if path.ends_with("/ha") {
            let nodes = if path.contains("5c4527000099") { json!([{}]) } else { json!([{}, {}]) };
            *response = ProxiedResponse::body(&json!({ "nodes": nodes }).to_string());
        }
    });
    let answer = demo.ask("checkWan", &json!({ "site_id": "Sydney Store" })).await;
    let degraded: Vec<_> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["cause"] == "cluster_degraded")
        .map(|finding| &finding["objects"][0]["name"])
        .collect();
    assert_eq!(degraded, ["SYD-GW-02"], "{answer}");
}

#[tokio::test]
async fn counts_of_lists_that_broke_off_are_no_facts() {
    let demo = DemoSession::start(Overlay::default()).await;
    let arguments = json!({ "site_id": "Sydney Store" });
    for (tool, list, fact) in [
        ("checkPorts", "/stats/ports/search", "ports"),
        ("checkPorts", "/stats/ports/search", "up"),
        ("checkWan", "/stats/ports/search", "links"),
        ("checkWan", "/stats/vpn_peers/search", "vpn_paths"),
        ("checkCompliance", "/jsi/inventory/search", "contracts"),
        ("checkSite", "/alarms/search", "alarms"),
        ("listProblems", "/alarms/search", "open_alarms_and_actions"),
    ] {
        demo.proxy.change(|_, _| {});
        let whole = demo.ask(tool, &arguments).await;
        assert!(whole["facts"].get(fact).is_some(), "{tool} {fact}: {whole}");
        demo.proxy.change_by_query(move |path, query, response| {
            let is_list = path.ends_with(list);
            if is_list && query.contains("search_after") {
                *response = ProxiedResponse::status(403);
            } else if is_list {
                response.edit(|body| body["next"] = "/api/v1/orgs/o/search?search_after=x".into());
            }
        });
        let cut = demo.ask(tool, &arguments).await;
        assert!(cut["facts"].get(fact).is_none(), "{tool} {fact}: {cut}");
    }
}

#[tokio::test]
async fn the_number_of_alarms_is_told_where_marvis_actions_cannot_be_read() {
    let incident = r#"{ "title": "Alarms", "overlay": [ { "collection": "alarms", "add": [
        { "site": "Sydney Store", "device": "SYD-SW-01", "type": "switch_down", "ago": 2900, "severity": "critical",
          "group": "infrastructure" } ] } ] }"#;
    let incident = Incident::parse("alarms.json", incident).unwrap();
    let demo = DemoSession::start(Overlay::of(&[incident]).unwrap()).await;
    for (tool, fact) in
        [("checkSite", "/facts/alarms/critical"), ("listProblems", "/facts/open_alarms_and_actions")]
    {
        let arguments = json!({ "site_id": "Sydney Store" });
        demo.proxy.change(|path, response| {
            if path.ends_with("/suggestion") {
                response.edit(|body| *body = json!({ "results": [], "total": 0 }));
            }
        });
        let without = demo.ask(tool, &arguments).await;
        for status in [403, 404, 500] {
            demo.proxy.change(move |path, response| {
                if path.ends_with("/suggestion") {
                    *response = ProxiedResponse::status(status);
                }
            });
            let answer = demo.ask(tool, &arguments).await;
            let counted = |answer: &Value| answer.pointer(fact).and_then(Value::as_u64);
            assert!(counted(&without) >= Some(1), "{tool}: {without}");
            assert_eq!(counted(&answer), counted(&without), "{tool} {status}: {answer}");
            assert!(status == 404 || not_seen(&answer, "Marvis actions"), "{tool} {status}: {answer}");
        }
    }
}

#[tokio::test]
async fn the_call_that_shows_a_finding_names_the_organization_if_nothing_else() {
    let demo = DemoSession::start(Overlay::default()).await;
    demo.proxy.change(|_, response| {
        response.edit(|body| {
            let rows = if body.is_array() { body } else { &mut body["results"] };
            for row in rows.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                row.remove("serial");
                if row.contains_key("has_support") {
                    row.insert("has_support".to_owned(), false.into());
                }
            }
        });
    });
    let answer = demo.ask("checkCompliance", &json!({})).await;
    let findings = answer["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["cause"] == "support_ended"), "{answer}");
    for finding in findings {
        let arguments = finding["see"]["arguments"].as_object();
        assert!(arguments.is_some_and(|arguments| !arguments.is_empty()), "{finding}");
    }
}
