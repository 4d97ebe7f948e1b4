//! Ports that negotiated badly: one trouble each, at the port of a device and at the uplink of a client's switch.

use mistmcp_demo::{Incident, Overlay};
use serde_json::{Value, json};

use crate::demo_session::DemoSession;

fn overlay(change: &Value) -> Overlay {
    let incident = json!({ "title": "A change", "overlay": change }).to_string();
    Overlay::of(&[Incident::parse("change.json", &incident).unwrap()]).unwrap()
}

/// Findings about the port of a device, with `because_of`.
fn of_port(answer: &Value, device: &str, port: &str) -> Vec<(String, Option<u64>)> {
    let is_here = |finding: &&Value| {
        let first = &finding["objects"][0];
        first["name"] == port && first["device"] == device
    };
    let findings = answer["findings"].as_array().unwrap().iter().filter(is_here);
    let cause = |finding: &Value| finding["cause"].as_str().unwrap().to_owned();
    findings.map(|finding| (cause(finding), finding["because_of"].as_u64())).collect()
}

#[tokio::test]
async fn a_bad_negotiation_of_a_port_is_one_finding_with_its_speed_and_errors() {
    let bad = json!({ "speed": 10, "full_duplex": false, "tx_errors": 77_777 });
    let demo = DemoSession::start(overlay(&json!([
        { "collection": "ports", "where": { "neighbor_system_name": "CHI-AP-02" }, "set": bad },
    ])))
    .await;
    for (tool, arguments) in [
        ("checkPorts", json!({ "site_id": "Chicago Flagship Store" })),
        ("checkPorts", json!({ "device_id": "CHI-SW-02" })),
        ("checkSite", json!({ "site_id": "Chicago Flagship Store" })),
        ("showTopology", json!({ "site_id": "Chicago Flagship Store" })),
        ("troubleshootDevice", json!({ "device_id": "CHI-AP-02" })),
        ("troubleshootDevice", json!({ "device_id": "CHI-SW-02" })),
    ] {
        let answer = demo.ask(tool, &arguments).await;
        let found = of_port(&answer, "CHI-SW-02", "ge-0/0/0");
        assert_eq!(found, [("port_half_duplex".to_owned(), None)], "{tool} {arguments}: {answer:#}");
        let told = answer.to_string();
        assert!(told.contains("10 Mb/s") && told.contains("7777"), "{tool}: {answer:#}");
    }
    // What a filter asks for is told alone.
    let slow = json!({ "site_id": "Chicago Flagship Store", "problem": "port_errors" });
    let answer = demo.ask("checkPorts", &slow).await;
    assert_eq!(of_port(&answer, "CHI-SW-02", "ge-0/0/0"), [("port_errors".to_owned(), None)], "{answer:#}");
}

#[tokio::test]
async fn many_ports_that_negotiated_badly_are_one_finding() {
    let bad = json!({ "speed": 10, "full_duplex": false, "tx_errors": 77_777 });
    let demo = DemoSession::start(overlay(&json!([
        { "collection": "ports", "where": { "mac": "LDS-SW-01", "port_usage": "ap" }, "set": bad },
    ])))
    .await;
    let answer = demo.ask("checkPorts", &json!({ "device_id": "LDS-SW-01" })).await;
    let findings = answer["findings"].as_array().unwrap().iter();
    let of_ports = findings.filter(|finding| finding["objects"][0]["kind"] == "port");
    let causes: Vec<_> = of_ports.map(|finding| &finding["cause"]).collect();
    assert_eq!(causes, ["port_half_duplex"], "{answer:#}");
    assert!(answer["verdict"].as_str().unwrap().contains("more ports"), "{answer:#}");
}

#[tokio::test]
async fn the_uplink_of_the_switch_of_a_client_is_judged() {
    let uplink = json!({ "mac": "CHI-SW-01", "port_id": "xe-0/2/0" });
    let bad = json!({ "full_duplex": false, "speed": 100, "rx_errors": 900_000 });
    let flaps = |kind: &str, ago: i64| {
        json!({ "collection": "device events", "add": [{
            "type": kind, "ago": ago, "device": "CHI-SW-01", "port_id": "xe-0/2/0", "times": 20, "every": 120,
        }] })
    };
    let slow = json!([{ "collection": "ports", "where": uplink, "set": bad }]);
    let flapping = json!([flaps("SW_PORT_DOWN", 300), flaps("SW_PORT_UP", 290)]);
    for (change, cause) in [(slow, "port_half_duplex"), (flapping, "port_flapping")] {
        let demo = DemoSession::start(overlay(&change)).await;
        let answer = demo.ask("troubleshootClient", &json!({ "client": "till-chi-09" })).await;
        let found = of_port(&answer, "CHI-SW-01", "xe-0/2/0");
        assert_eq!(found, [(cause.to_owned(), None)], "{answer:#}");
        let client = Box::pin(wireless_behind(&demo, "CHI-SW-01")).await;
        // The names are known the second time.
        demo.ask("troubleshootClient", &json!({ "client": client })).await;
        let answer = demo.ask("troubleshootClient", &json!({ "client": client })).await;
        let found = of_port(&answer, "CHI-SW-01", "xe-0/2/0");
        assert!(found.contains(&(cause.to_owned(), None)), "{client}: {answer:#}");
        assert!(answer["calls"].as_u64().unwrap() <= 12, "{answer}");
    }
}

/// The MAC address of a client at an access point of a switch.
async fn wireless_behind(demo: &DemoSession, switch: &str) -> String {
    let rows = |text: String| serde_json::from_str::<Value>(&text).unwrap()["results"].clone();
    let ports = json!({ "fields": "neighbor_mac,port_usage,mac", "limit": 1_000 });
    let ports = rows(demo.call("searchOrgSwOrGwPorts", &ports).await.unwrap());
    let device = json!({ "type": "switch", "hostname": switch });
    let device = rows(demo.call("searchOrgDevices", &device).await.unwrap())[0]["mac"].clone();
    let mut ports = ports.as_array().unwrap().iter();
    let port = ports.find(|port| port["mac"] == device && port["port_usage"] == "ap").unwrap();
    let clients = json!({ "ap": port["neighbor_mac"] });
    let clients = rows(demo.call("searchOrgWirelessClients", &clients).await.unwrap());
    clients[0]["mac"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_client_that_is_not_connected_is_told_that_its_wlan_is_disabled() {
    let off = json!([
        { "collection": "org wlans", "where": { "ssid": "Pine Scanners" }, "set": { "enabled": false } },
    ]);
    for (change, is_off) in [(off, true), (json!([]), false)] {
        let demo = DemoSession::start(overlay(&change)).await;
        let answer = demo.ask("troubleshootClient", &json!({ "client": "scan-syd-004" })).await;
        let found = answer["findings"].as_array().unwrap();
        let told = found.iter().any(|finding| {
            finding["cause"] == "wlan_off" && finding["objects"][0]["name"] == "Pine Scanners"
        });
        assert_eq!(told, is_off, "{answer:#}");
    }
}
