//! Rules for ports of switches and gateways.

mod access;
mod context;
mod link;
mod power;
mod together;

use std::collections::{BTreeSet, HashSet};

use mistmcp::answers::{Cause, Finding, Severity, count, name};

use crate::facts::{Device, Event, Port};
use crate::thresholds as t;
use crate::{causes as c, evidence};

use access::{authentication, blocked, disabled, mac_limit};
pub(crate) use access::{is_held, is_refused};
pub(crate) use context::PortContext;
use link::{cable, down, errors, flapping, half_duplex, slow};
pub(crate) use power::{outage_at_port, poe_budget, power_lost};
pub(crate) use together::together;

/// What follows from a port that is down, disabled or gives no power.
static EFFECTS: &[&Cause] = &[
    &c::UPSTREAM_DOWN,
    &c::DEVICE_DOWN,
    &c::NEVER_CONNECTED,
    &c::RESTARTING,
    &c::PORT_DOWN,
    &c::PORT_FLAPPING,
];

/// Troubles of a port that carries frames and gives power all the same.
static SLOWS: &[&Cause] = &[&c::PORT_SLOW, &c::PORT_HALF_DUPLEX, &c::PORT_ERRORS];

/// What follows from a port that negotiated half duplex.
static NEGOTIATED: &[&Cause] = &[&c::PORT_SLOW, &c::PORT_ERRORS];

/// What follows from a slow port.
static SLOW_EFFECTS: &[&Cause] = &[&c::PORT_ERRORS, &c::PORT_FLAPPING];

/// All that is wrong with a port, the weightiest first.
pub(crate) fn port(port: &Port, context: &PortContext<'_>) -> Vec<Finding> {
    let rules: [fn(&Port, &PortContext<'_>) -> Option<Finding>; 10] =
        [disabled, blocked, authentication, mac_limit, cable, flapping, half_duplex, slow, errors, down];
    let found: Vec<_> = rules.iter().filter_map(|rule| rule(port, context)).collect();
    let root = found.iter().find(|finding| finding.cause().name == c::PORT_HALF_DUPLEX.name).cloned();
    // Collisions and a low speed come with a bad negotiation, and are told with it.
    let told = |finding: Finding| match &root {
        Some(root) if NEGOTIATED.iter().any(|cause| cause.name == finding.cause().name) => {
            finding.because_of(root).folds()
        }
        _ => finding,
    };
    found.into_iter().map(told).collect()
}

/// What events say of ports that no row shows: of a line card that is gone, or of a port that is in no list.
pub(crate) fn without_rows(events: &[Event], ports: &[Port], context: &PortContext<'_>) -> Vec<Finding> {
    let known: HashSet<_> =
        ports.iter().map(|port| (context.device_mac(&port.device), port.id.as_str())).collect();
    let of_ports =
        events.iter().filter(|event| event.kind.starts_with("SW_") || event.kind.starts_with("GW_"));
    let named = of_ports.filter_map(|event| {
        let device = context.device_mac(event.mac.as_deref()?);
        Some((device, event.port.as_deref()?, event.site.as_deref()))
    });
    let lost: BTreeSet<_> = named.filter(|(device, port, _)| !known.contains(&(*device, *port))).collect();
    let findings = lost.into_iter().flat_map(|(device, id, site)| {
        let mut port = Port {
            device: device.to_owned(),
            id: id.to_owned(),
            site: site.map(str::to_owned),
            ..Port::default()
        };
        // An older event alone says little of now.
        let is_new = |event: &Event| context.end - event.time <= t::RECENT;
        port.up = context.open_event(&port, "PORT_DOWN").filter(|(event, _)| is_new(event)).map(|_| false);
        let of_port = events
            .iter()
            .filter(|event| event.mac.is_some() && event.port.as_deref() == Some(id))
            .filter(|event| context.is_of_device(event, &port));
        let shown = evidence::device_events(of_port);
        let found = self::port(&port, context).into_iter();
        found.map(move |finding| finding.see(shown.as_ref())).collect::<Vec<_>>()
    });
    findings.collect()
}

/// A finding about a port and what is connected to it. `what` follows the port in the summary.
fn finding(
    cause: &'static Cause,
    severity: Severity,
    port: &Port,
    context: &PortContext<'_>,
    what: &str,
) -> Finding {
    let device = context.device_of(port);
    let neighbor = context.neighbor(port);
    let behind = neighbor.map(Device::called).or_else(|| port.neighbor_name.clone());
    let to = behind.as_ref().map_or(String::new(), |behind| format!(" (to {})", name(behind)));
    let mut finding =
        Finding::new(cause, severity, format!("Port {} of {device}{to} {what}.", name(&port.id)))
            .on(port.object(&device))
            .effects(if SLOWS.iter().any(|slow| slow.name == cause.name) { SLOW_EFFECTS } else { EFFECTS })
            .see(&evidence::port(port));
    if let Some(device) = context.devices.get(port.device.as_str()) {
        finding = finding.on(device.object());
    }
    match neighbor {
        Some(device) => finding.on(device.object()).affects([&device.mac]).affects(device.name.as_ref()),
        None => finding.affects(port.neighbor_mac.as_ref()),
    }
}

/// Ports with nothing behind them for a long time, as one finding.
pub(crate) fn unused(ports: &[Port], now: i64) -> Option<String> {
    let unused = ports.iter().filter(|port| {
        port.up == Some(false)
            && !port.disabled
            && port.last_flapped.is_none_or(|time| now.saturating_sub(time) > t::UNUSED_PORT)
    });
    match unused.count() {
        0 => None,
        ports => Some(format!(
            "{} without a link for {} days or more",
            count(ports, "port"),
            t::UNUSED_PORT / t::DAY
        )),
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::{Value, json};

    use super::*;
    use crate::facts::test_rows::merge;

    fn port_of(changes: &Value) -> Port {
        let mut row = json!({
            "mac": "5c4527000001", "port_id": "ge-0/0/1", "up": true, "speed": 1000, "full_duplex": true, "poe_on": true,
            "power_draw": 18.2, "neighbor_mac": "5c5b35000001", "neighbor_system_name": "AP-1", "stp_state": "forwarding",
            "port_usage": "ap", "rx_errors": 2, "rx_pkts": 100_000, "tx_pkts": 100_000,
        });
        merge(&mut row, changes);
        Port::of(Row::of(&row)).unwrap()
    }

    fn devices(connected: bool) -> Vec<Device> {
        vec![
            Device::of(Row::of(
                &json!({ "mac": "5c4527000001", "type": "switch", "name": "SW-1", "status": "connected" }),
            ))
            .unwrap(),
            Device::of(Row::of(&json!({
                "mac": "5c5b35000001", "type": "ap", "name": "AP-1", "connected": connected, "last_seen": 500,
            })))
            .unwrap(),
        ]
    }

    fn event(kind: &str, time: i64) -> Event {
        Event::of(Row::of(&json!({
            "type": kind, "timestamp": time, "mac": "5c4527000001", "port_id": "ge-0/0/1",
        })))
        .unwrap()
    }

    fn causes(changes: &Value, events: &[Event]) -> Vec<&'static str> {
        let devices = devices(true);
        let port_of = port_of(changes);
        let context = PortContext::new(1_000, &devices, std::slice::from_ref(&port_of), events);
        port(&port_of, &context).iter().map(|finding| finding.cause().name).collect()
    }

    #[test]
    fn a_sentence_names_the_port_its_device_and_what_is_connected_to_it() {
        let devices = devices(false);
        let sentence = |changes: Value| {
            let port_of = port_of(&changes);
            let context = PortContext::new(1_000, &devices, std::slice::from_ref(&port_of), &[]);
            let found = outage_at_port((&port_of, &[]), &devices[1], &context)
                .or_else(|| port(&port_of, &context).pop());
            found.unwrap().summary().to_owned()
        };
        for (changes, words) in [
            (json!({ "up": false, "poe_on": false }), "Port ge-0/0/1 of SW-1 gives no PoE power to AP-1."),
            (
                json!({ "up": false, "poe_disabled": true }),
                "Port ge-0/0/1 of SW-1 has PoE disabled, so that AP-1 gets no power.",
            ),
            (
                json!({ "up": false, "poe_on": true, "power_draw": 0 }),
                "Port ge-0/0/1 of SW-1 has PoE enabled, but AP-1 draws no power.",
            ),
            (json!({ "full_duplex": false }), "Port ge-0/0/1 of SW-1 (to AP-1) runs at half duplex."),
            (
                json!({ "speed": 100, "neighbor_mac": null, "neighbor_system_name": null }),
                "Port ge-0/0/1 of SW-1 negotiated only 100 Mb/s.",
            ),
        ] {
            assert_eq!(sentence(changes.clone()), words, "{changes}");
        }
    }

    #[test]
    fn an_event_of_a_member_is_of_the_port_of_its_virtual_chassis() {
        let mut devices = devices(true);
        devices[0].members = vec!["5c4527000001".to_owned(), "5c4527000009".to_owned()];
        let ports = [port_of(&json!({}))];
        let flap = |mac: &str, id: &str, time: i64| {
            let row = json!({ "type": "SW_PORT_DOWN", "timestamp": time, "mac": mac, "port_id": id, "site_id": "s" });
            Event::of(Row::of(&row)).unwrap()
        };
        let of = |mac: &str, id: &str| {
            let events: Vec<_> = (0..6).map(|step| flap(mac, id, 900 + step * 10)).collect();
            let context = PortContext::new(1_000, &devices, &ports, &events);
            let own = port(&ports[0], &context).iter().any(|found| found.cause().name == "port_flapping");
            (own, !without_rows(&events, &ports, &context).is_empty())
        };
        for id in ["ge-0/0/1", "ge-0/0/1.0"] {
            for mac in ["5c4527000001", "5c4527000009"] {
                assert_eq!(of(mac, id), (true, false), "{mac} {id}");
            }
        }
        assert_eq!(of("5c4527000077", "ge-0/0/1"), (false, true), "of another switch");
        assert_eq!(of("5c4527000009", "ge-1/0/1"), (false, true), "of a port without a row");
    }

    #[test]
    fn the_call_that_shows_a_port_names_it_as_its_row_does() {
        let port = port_of(&json!({ "port_id": "ge-0/0/1.0" }));
        assert_eq!(port.id, "ge-0/0/1");
        let part = format!("{:?}", evidence::port(&port).see());
        assert!(part.contains("ge-0/0/1.0"), "{part}");
    }

    #[test]
    fn a_good_port_has_no_findings() {
        assert!(causes(&json!({}), &[]).is_empty());
        assert!(causes(&json!({ "mac_count": 2, "mac_limit": 2 }), &[]).is_empty(), "as many as it may have");
        assert!(causes(&json!({ "mac_count": 5, "mac_limit": 0 }), &[]).is_empty(), "no limit");
        assert!(causes(&json!({ "speed": "1000", "rx_errors": null, "up": "true" }), &[]).is_empty());
    }

    #[test]
    fn each_trouble_of_a_port_is_its_own_cause() {
        for (changes, cause) in [
            (json!({ "speed": 100 }), "port_slow"),
            (json!({ "speed": "10" }), "port_slow"),
            (json!({ "full_duplex": false }), "port_half_duplex"),
            (json!({ "rx_errors": 5_210 }), "port_errors"),
            (json!({ "up": false, "disabled": true }), "port_disabled"),
            (json!({ "up": false }), "port_down"),
            (json!({ "stp_state": "blocking" }), "spanning_tree_blocked"),
            (json!({ "auth_state": "held" }), "port_auth_failed"),
            (json!({ "mac_count": 5, "mac_limit": 2 }), "mac_limit"),
        ] {
            assert_eq!(causes(&changes, &[]), [cause], "{changes}");
        }
    }

    #[test]
    fn events_of_a_port_count_until_they_are_cleared() {
        let flaps: Vec<_> = (0..6)
            .map(|step| event(if step % 2 == 0 { "SW_PORT_DOWN" } else { "SW_PORT_UP" }, 100 + step))
            .collect();
        assert_eq!(causes(&json!({}), &flaps), ["port_flapping"]);
        assert!(causes(&json!({}), &flaps[..3]).is_empty());
        assert_eq!(causes(&json!({}), &[event("SW_MAC_LIMIT_EXCEEDED", 1)]), ["mac_limit"]);
        assert!(
            causes(&json!({}), &[event("SW_MAC_LIMIT_EXCEEDED", 1), event("SW_MAC_LIMIT_RESET", 2)])
                .is_empty()
        );
        assert_eq!(causes(&json!({}), &[event("SW_PORT_BPDU_BLOCKED", 1)]), ["spanning_tree_blocked"]);
    }

    #[test]
    fn a_few_errors_among_very_many_frames_are_none() {
        assert!(causes(&json!({ "rx_errors": 1_200, "rx_pkts": 900_000_000_u64 }), &[]).is_empty());
        let one_way = json!({ "rx_errors": 1_200, "rx_pkts": 9_000_000, "tx_pkts": 900_000_000_u64 });
        assert_eq!(causes(&one_way, &[]), ["port_errors"], "each direction counts for itself");
    }

    #[test]
    fn errors_outages_and_a_lost_speed_together_are_a_bad_cable() {
        let flaps: Vec<_> = (0..6)
            .map(|step| event(if step % 2 == 0 { "SW_PORT_DOWN" } else { "SW_PORT_UP" }, 100 + step))
            .collect();
        let worn = causes(&json!({ "speed": 100, "rx_errors": 93_120 }), &flaps);
        assert_eq!(worn, ["cable_fault", "port_flapping", "port_slow", "port_errors"]);
        assert!(!causes(&json!({ "speed": 100, "rx_errors": 93_120 }), &[]).contains(&"cable_fault"));
        assert!(!causes(&json!({ "rx_errors": 93_120 }), &flaps).contains(&"cable_fault"));
    }

    #[test]
    fn a_disabled_port_is_not_one_that_lost_its_power() {
        let devices = devices(false);
        let cause_at_port = |changes: Value| {
            let port = port_of(&changes);
            let context = PortContext::new(1_000, &devices, std::slice::from_ref(&port), &[]);
            let cause = |other: Port| {
                outage_at_port((&port, &[port.clone(), other]), &devices[1], &context)
                    .map(|finding| finding.cause().name)
            };
            let second = cause(port_of(&json!({ "port_id": "ge-0/0/2" })));
            assert_ne!(second, Some("port_disabled"), "another port leads to it");
            cause(port_of(&json!({ "port_id": "ge-0/0/2", "neighbor_mac": "5c4527000009" })))
        };
        let off = json!({ "up": false, "disabled": true, "poe_on": false, "power_draw": 0 });
        assert_eq!(cause_at_port(off), Some("port_disabled"));
        assert_eq!(cause_at_port(json!({ "up": false, "poe_on": false })), Some("power_lost"));
        assert_eq!(cause_at_port(json!({ "up": true })), None);
    }

    #[test]
    fn a_blocked_second_uplink_is_as_it_should_be() {
        assert!(causes(&json!({ "stp_state": "blocking", "uplink": true }), &[]).is_empty());
    }

    #[test]
    fn spanning_tree_blocks_no_port_without_a_link() {
        for state in ["blocking", "blocked", "discarding"] {
            for up in [json!(false), Value::Null] {
                let found = causes(&json!({ "up": up, "stp_state": state, "stp_role": "disabled" }), &[]);
                assert!(!found.contains(&"spanning_tree_blocked"), "{state} {up}: {found:?}");
            }
        }
    }

    #[test]
    fn an_unused_port_that_is_down_is_no_trouble() {
        let changes =
            json!({ "up": false, "neighbor_mac": null, "neighbor_system_name": null, "port_usage": null });
        assert!(causes(&changes, &[]).is_empty());
    }

    #[test]
    fn a_port_without_a_neighbor_that_went_down_alone_is_worth_knowing_and_no_more() {
        let devices = devices(true);
        let severity = |changes: Value, others: i64, apart: i64| {
            let edge = json!({ "up": false, "neighbor_mac": null, "neighbor_system_name": null, "port_usage": null });
            let mut edge = port_of(&edge);
            if changes["uplink"] == true {
                edge.uplink = true;
            }
            edge.neighbor_name = changes["neighbor"].as_str().map(str::to_owned);
            edge.has_row = changes["row"] != false;
            let other = |place: i64| {
                let row = json!({
                    "type": "SW_PORT_DOWN", "timestamp": 500_000 - place * apart, "mac": "5c4527000001",
                    "port_id": format!("ge-0/0/{}", place + 1),
                });
                Event::of(Row::of(&row)).unwrap()
            };
            let events: Vec<_> = (0..=others).map(other).collect();
            let context = PortContext::new(503_600, &devices, std::slice::from_ref(&edge), &events);
            port(&edge, &context).first().map(Finding::severity)
        };
        assert_eq!(severity(json!({}), 0, 60), Some(Severity::Info));
        assert_eq!(severity(json!({}), 11, 1_500), Some(Severity::Info), "one by one in the evening");
        assert_eq!(severity(json!({}), 11, 60), Some(Severity::Info), "docks, one after another");
        assert_eq!(severity(json!({}), 5, 2), Some(Severity::Warning), "at one time");
        assert_eq!(severity(json!({ "uplink": true }), 0, 60), Some(Severity::Critical));
        assert_eq!(severity(json!({ "neighbor": "printer" }), 0, 60), Some(Severity::Warning));
        assert_eq!(severity(json!({ "row": false }), 0, 60), Some(Severity::Warning), "it may be an uplink");
    }

    #[test]
    fn a_gone_access_point_without_power_has_lost_its_power() {
        let devices = devices(false);
        let ap = &devices[1];
        for (changes, wanted) in [
            (json!({ "up": false, "poe_on": false, "power_draw": 0 }), true),
            (json!({ "up": false, "poe_disabled": true }), true),
            (json!({ "up": false, "poe_on": null, "power_draw": "0.0" }), true),
            (json!({ "up": false }), false),
            (json!({ "up": false, "poe_on": null, "power_draw": null }), false),
            (json!({ "up": true, "poe_on": false }), false),
        ] {
            let port = port_of(&changes);
            let context = PortContext::new(1_000, &devices, std::slice::from_ref(&port), &[]);
            assert_eq!(power_lost(&port, ap, &context).is_some(), wanted, "{changes}");
        }
    }
}
