//! Tests of the rules for devices.

use mistmcp::answers::Row;
use mistmcp::serde_json::{Value, json};

use super::*;
use crate::facts::test_rows::merge;

const NOW: i64 = 1_795_890_000;

/// A gateway, a switch behind it, and two access points on that; with what is different of the device with a name.
fn network(down: &[&str], (name, more): (&str, &Value)) -> (Vec<Device>, Vec<Port>) {
    let device = |number: u8, kind: &str, called: &str| {
        let status = if down.contains(&called) { "disconnected" } else { "connected" };
        let mut row = json!({
            "mac": format!("5c5b350000{number:02}"), "type": kind, "name": called, "status": status, "site_id": "s",
            "last_seen": NOW - 3_600,
        });
        if called == name {
            merge(&mut row, more);
        }
        Device::of(Row::of(&row)).unwrap()
    };
    let devices = vec![
        device(1, "gateway", "GW"),
        device(2, "switch", "SW"),
        device(3, "ap", "AP-3"),
        device(4, "ap", "AP-4"),
    ];
    let port = |from: u8, to: u8, up: bool| {
        let row = json!({
            "mac": format!("5c5b350000{from:02}"), "port_id": format!("ge-0/0/{to}"), "site_id": "s", "up": up,
            "neighbor_mac": format!("5c5b350000{to:02}"), "poe_on": up,
        });
        Port::of(Row::of(&row)).unwrap()
    };
    let is_up = |name: &str| !down.contains(&name);
    (devices, vec![port(1, 2, is_up("SW")), port(2, 3, is_up("SW")), port(2, 4, is_up("SW"))])
}

fn event(kind: &str, ago: i64, mac: &str) -> Event {
    Event::of(Row::of(&json!({ "type": kind, "timestamp": NOW - ago, "mac": mac }))).unwrap()
}

/// The findings about a device.
fn found(name: &str, down: &[&str], more: &Value, events: &[Event]) -> Vec<Finding> {
    let (devices, ports) = network(down, (name, more));
    let context = PortContext::new(NOW, &devices, &ports, events);
    let device = devices.iter().find(|device| device.name.as_deref() == Some(name)).unwrap();
    let case =
        DeviceCase { device, site: &devices, site_name: "Leeds", events, ports: &ports, context: &context };
    let mut found = super::device(&case);
    add_outage(&case, &mut found);
    found.sort_by_key(|finding| std::cmp::Reverse(finding.relevance()));
    found
}

#[test]
fn the_ethernet_port_is_judged_unless_the_uplink_is_by_radio() {
    let mesh = json!({ "uplink_ap_id": "00000000-0000-0000-1000-5c5b35000004" });
    for (eth0, cause) in [
        (json!({ "up": true, "speed": 100, "full_duplex": true }), "port_slow"),
        (json!({ "up": true, "speed": 1_000, "full_duplex": false }), "port_half_duplex"),
    ] {
        for (uplink, wanted) in [(Value::Null, Some(cause)), (mesh.clone(), None)] {
            let more = json!({ "port_stat": { "eth0": eth0 }, "mesh_uplink": uplink });
            let (devices, _) = network(&[], ("AP-3", &more));
            let context = PortContext::new(NOW, &devices, &[], &[]);
            let case = DeviceCase {
                device: &devices[2],
                site: &devices,
                site_name: "Leeds",
                events: &[],
                ports: &[],
                context: &context,
            };
            assert_eq!(own_port(&case).map(|finding| finding.cause().name), wanted, "{more}");
        }
    }
}

fn causes(name: &str, down: &[&str], more: &Value, events: &[Event]) -> Vec<&'static str> {
    found(name, down, more, events).iter().map(|finding| finding.cause().name).collect()
}

#[test]
fn a_dead_switch_or_gateway_is_the_root_and_the_state_of_its_ports_is_not_told() {
    let behind = found("SW", &["SW", "AP-3", "AP-4"], &json!({}), &[]);
    assert_eq!(behind[0].cause().name, "upstream_down");
    assert!(behind[0].starts_on("SW") && behind[0].is_on("AP-3") && behind[0].is_on("AP-4"), "{behind:?}");
    assert!(behind.iter().all(|finding| !finding.starts_on("ge-0/0/3")), "{behind:?}");
    assert_eq!(causes("SW", &["SW"], &json!({}), &[])[0], "device_down", "what is behind it is connected");
    assert_eq!(causes("GW", &["GW"], &json!({}), &[]), ["device_down"]);
    assert!(causes("SW", &[], &json!({}), &[]).is_empty());
}

#[test]
fn ports_of_a_dead_switch_are_one_finding_about_it() {
    let (devices, ports) = network(&["SW", "AP-3"], ("", &json!({})));
    let outages = outages_at_ports(&devices, &ports, &[], NOW);
    assert_eq!(outages.len(), 1);
    assert_eq!((outages[0].0.as_str(), outages[0].1.cause().name), ("SW", "upstream_down"));
    let (devices, ports) = network(&["AP-3"], ("", &json!({})));
    assert!(
        outages_at_ports(&devices, &ports, &[], NOW).is_empty(),
        "an access point has no ports of its own"
    );
}

#[test]
fn a_restart_explains_an_outage_for_as_long_as_a_restart_takes() {
    for (name, mac, kind) in
        [("AP-3", "5c5b35000003", "AP"), ("SW", "5c5b35000002", "SW"), ("GW", "5c5b35000001", "GW")]
    {
        let first = |ago: i64| {
            let restart = [event(&format!("{kind}_RESTART_BY_USER"), ago, mac)];
            causes(name, &[name], &json!({ "last_seen": NOW - ago + 10 }), &restart)[0]
        };
        assert_eq!(first(300), "restarted_by_user", "{name}");
        assert_ne!(first(7_200), "restarted_by_user", "{name}");
        assert_ne!(first(80_000), "restarted_by_user", "{name}");
    }
    let restart = [event("AP_RESTART_BY_USER", 7_200, "5c5b35000003")];
    let later = found("AP-3", &["AP-3"], &json!({ "last_seen": NOW - 7_190 }), &restart);
    assert!(
        later.iter().any(|finding| finding.summary().ends_with("and it has not come back since.")),
        "{later:?}"
    );
}

#[test]
fn an_upgrade_in_the_statistics_counts_while_it_can_last() {
    let of = |status: &str, ago: i64| {
        causes("AP-3", &[], &json!({ "fwupdate": { "status": status, "timestamp": NOW - ago } }), &[])
    };
    assert_eq!(of("inprogress", 600), ["upgrading"]);
    assert!(of("inprogress", 5 * t::DAY).is_empty());
    assert_eq!(of("failed", 3_600), ["upgrade_failed"]);
    assert!(of("failed", 30 * t::DAY).is_empty());
}

#[test]
fn a_radius_server_that_a_switch_does_not_reach_counts_until_somebody_gets_in() {
    let silent = |ago| event("SW_RADIUS_SERVER_UNREACHABLE", ago, "5c5b35000002");
    let first = |events: &[Event]| causes("SW", &[], &json!({}), events).first().copied();
    assert_eq!(first(&[silent(600), silent(1_200)]), Some("auth_server_unreachable"));
    assert_eq!(first(&[silent(40_000)]), None);
    assert_eq!(first(&[silent(600), event("SW_DOT1XD_USR_AUTHENTICATED", 60, "5c5b35000002")]), None);
    assert_eq!(first(&[event("AP_RADSEC_FAILURE", 60, "5c5b35000002")]), Some("auth_server_unreachable"));
}

#[test]
fn events_of_a_port_that_no_row_shows_are_told() {
    let at = |kind: &str, ago: i64, port: &str| {
        let mut event = event(kind, ago, "5c5b35000002");
        event.port = Some(port.to_owned());
        event
    };
    let flaps: Vec<_> = (0..6)
        .flat_map(|step| {
            [at("SW_PORT_DOWN", 600 + step * 500, "ge-0/0/7"), at("SW_PORT_UP", 590 + step * 500, "ge-0/0/7")]
        })
        .collect();
    assert_eq!(causes("SW", &[], &json!({}), &flaps), ["port_flapping"]);
    assert_eq!(
        causes("SW", &[], &json!({}), &[at("SW_PORT_BPDU_BLOCKED", 60, "ge-0/0/30")]),
        ["spanning_tree_blocked"]
    );
    assert_eq!(causes("SW", &[], &json!({}), &[at("SW_MAC_LIMIT_EXCEEDED", 60, "ge-0/0/30")]), ["mac_limit"]);
    let gone = found("SW", &[], &json!({}), &[at("SW_PORT_DOWN", 60, "xe-0/2/0")]);
    assert!(gone[0].starts_on("xe-0/2/0") && gone[0].cause().name == "port_down", "{gone:?}");
    assert!(
        causes("SW", &[], &json!({}), &[at("SW_PORT_DOWN", 60, "ge-0/0/3")]).is_empty(),
        "its row says that it is up"
    );
}

#[test]
fn a_dead_switch_is_an_outage_and_not_a_lost_radius_server() {
    for kind in ["SW_RADIUS_SERVER_UNREACHABLE", "SW_RADSEC_FAILURE"] {
        let found = causes("SW", &["SW"], &json!({}), &[event(kind, 3_600, "5c5b35000002")]);
        assert_eq!(found.first(), Some(&"device_down"), "{kind}");
        assert!(!found.contains(&"auth_server_unreachable"), "{kind}");
    }
}

#[test]
fn a_failure_over_radsec_is_over_once_somebody_was_admitted() {
    let failed = |ago| event("SW_RADSEC_FAILURE", ago, "5c5b35000002");
    let admitted = event("SW_DOT1XD_USR_AUTHENTICATED", 30_000, "5c5b35000002");
    assert!(causes("SW", &[], &json!({}), &[failed(70_000), admitted.clone()]).is_empty());
    let again = found("SW", &[], &json!({}), &[failed(70_000), admitted, failed(20_000), failed(10_000)]);
    assert_eq!(again[0].cause().name, "auth_server_unreachable");
    assert_eq!(again[0].began(), Some(NOW - 20_000));
}

#[test]
fn a_failure_long_before_an_outage_does_not_explain_it() {
    let first = |kind: &str, ago: i64| {
        causes("SW", &["SW"], &json!({}), &[event(kind, ago, "5c5b35000002")]).first().copied()
    };
    for kind in ["SW_UPGRADE_FAILED", "SW_LOOP_DETECTED", "SW_VC_PORT_DOWN"] {
        assert_eq!(first(kind, 4 * 86_400), Some("device_down"), "{kind}");
    }
    let near = causes("SW", &["SW"], &json!({}), &[event("SW_UPGRADE_FAILED", 3_900, "5c5b35000002")]);
    assert!(near.contains(&"upgrade_failed") && !near.contains(&"device_down"), "{near:?}");
    let of_ap =
        causes("AP-3", &["AP-3"], &json!({}), &[event("AP_UPGRADE_FAILED", 4 * 86_400, "5c5b35000003")]);
    assert_ne!(of_ap.first(), Some(&"upgrade_failed"), "{of_ap:?}");
}

#[test]
fn a_device_of_any_kind_that_uses_up_its_processor_or_memory_is_a_finding() {
    let cpu = |idle: f64| json!({ "cpu_stat": { "idle": idle, "user": 95.0 - idle, "system": 5 } });
    for (name, more) in [
        ("SW", cpu(3.0)),
        ("SW", json!({ "cpu_stat": { "usage": 98, "idle": 40 } })),
        ("SW", json!({ "memory_stat": { "usage": "97" } })),
        ("SW", json!({ "module_stat": [{ "mac": "5c5b35000002", "cpu_stat": { "idle": 0, "user": 100 } }] })),
        ("GW", cpu(1.0)),
        ("GW", json!({ "cpu2_stat": { "usage": 99 } })),
        ("AP-3", json!({ "cpu_util": 97 })),
        ("AP-3", json!({ "mem_total_kb": 1_000, "mem_used_kb": 980 })),
    ] {
        let all = found(name, &[], &more, &[]);
        let overloaded = |finding: &&Finding| finding.cause().name == "device_overloaded";
        let finding = all.iter().find(overloaded).unwrap_or_else(|| panic!("{name} {more}: {all:?}"));
        assert!(finding.severity() == Severity::Warning && finding.starts_on(name), "{finding:?}");
    }
    let full = json!({ "cpu_stat": { "usage": 99 }, "memory_stat": { "usage": 96 } });
    assert_eq!(
        found("SW", &[], &full, &[])[0].summary(),
        "SW uses 99% of its processor and 96% of its memory."
    );
    for (name, more) in [
        ("SW", cpu(20.0)),
        ("SW", json!({ "memory_stat": { "usage": 88 } })),
        // Without figures, or with impossible ones.
        ("SW", json!({ "cpu_stat": { "idle": 0, "user": 0, "system": 0, "interrupt": 0 } })),
        ("SW", json!({ "cpu_stat": { "usage": 3_670_632 }, "memory_stat": null })),
        ("AP-3", json!({ "mem_total_kb": 0, "mem_used_kb": 980 })),
    ] {
        assert!(!causes(name, &[], &more, &[]).contains(&"device_overloaded"), "{name} {more}");
    }
    assert!(!causes("SW", &["SW"], &full, &[]).contains(&"device_overloaded"), "it is down");
}
