//! Rules for alarms and Marvis actions of a site that its state does not show.

use mistmcp::answers::{Finding, listed};

use super::SiteCase;
use crate::causes as c;
use crate::facts::{Alarm, Device};
use crate::rules::{alarms, device};

/// What alarms and Marvis report and no other finding shows, reports of one cause together.
pub(super) fn reported(case: &SiteCase<'_>, found: &[Finding]) -> Vec<Finding> {
    let name_of = |_: &str| Some(case.name.to_owned());
    let mut kept: Vec<(Finding, Vec<String>)> = Vec::new();
    let mut open = alarms::active(case.alarms, case.events);
    open.sort_by_key(|alarm| alarm.is_action);
    let (gateways, ports) = case.gateways();
    let wan = case.wan(&gateways, &ports);
    for alarm in open.into_iter().filter(|alarm| wan.is_current(alarm)) {
        let devices: Vec<_> = alarm.devices.iter().filter_map(|mac| case.device(mac)).collect();
        for finding in alarms::findings(&[alarm], case.devices, name_of, case.now()) {
            let cause = finding.cause();
            // A loop is seen at many places, and clients fail at all of them.
            let is_edge = alarm.device_kind == Some("mxedge");
            let is_everywhere =
                (devices.is_empty() && !is_edge) || cause.name == c::LOOP.name || cause.group == "client";
            // What no other cause stands for is told apart by its type.
            let is_kind =
                |known: &Finding| cause.name != c::REPORTED_TROUBLE.name || known.shows("alarm", &alarm.kind);
            let shows = |known: &Finding| alarms::is_shown_by(cause, known.cause()) && is_kind(known);
            let known: Vec<_> = found
                .iter()
                .chain(kept.iter().map(|(known, _)| known))
                .filter(|known| shows(known))
                .collect();
            let is_shown = |device: &&Device| known.iter().any(|known| known.is_on(&device.called()));
            // One of a switch and its access point shows what is between them, but not one of several access points.
            let is_kind_shown =
                |kind: &str| devices.iter().filter(|device| device.kind == kind).all(is_shown);
            let is_known = if is_everywhere {
                !known.is_empty()
            } else {
                devices.iter().any(|device| is_kind_shown(&device.kind))
            };
            // Whether a device is down follows from its state, which the site shows of all but Mist Edges.
            let is_stale = (cause.name == c::DEVICE_DOWN.name && !is_edge)
                || (!devices.is_empty() && devices.iter().all(|device| device.is_down()));
            if is_stale || is_known {
                continue;
            }
            let same = kept.iter_mut().find(|(known, _)| {
                known.cause().name == cause.name && cause.group != "ports" && is_kind(known)
            });
            if let (Some((known, others)), false) = (same, devices.is_empty()) {
                for device in
                    devices.iter().filter(|device| !known.is_on(&device.called())).collect::<Vec<_>>()
                {
                    *known = known.clone().on(device.object());
                    others.push(device.called());
                }
            } else {
                kept.push((on_cable(finding, alarm, case, found), Vec::new()));
            }
        }
    }
    let together = kept.into_iter().map(|(finding, others)| {
        if others.is_empty() {
            return finding;
        }
        let words =
            format!("{}; the same at {}.", finding.summary().trim_end_matches('.'), listed(&others, 3));
        finding.with_summary(words)
    });
    together.collect()
}

/// A report of a bad cable with the port where it is plugged in, and what that port suffers from.
fn on_cable(finding: Finding, alarm: &Alarm, case: &SiteCase<'_>, found: &[Finding]) -> Finding {
    if finding.cause().name != c::CABLE_FAULT.name {
        return finding;
    }
    let devices: Vec<_> = alarm.devices.iter().filter_map(|mac| case.device(mac)).collect();
    let reported =
        case.ports.iter().find(|port| alarm.devices.contains(&port.device) && alarm.ports.contains(&port.id));
    let upstream = || {
        let ap = devices.iter().find(|device| device.kind == "ap")?;
        device::upstream_port(ap, case.devices, case.ports)
    };
    let Some(port) = reported.or_else(upstream) else { return finding };
    let called = case.device(&port.device).map_or_else(|| port.device.clone(), Device::called);
    let symptoms = ["port_errors", "port_slow", "port_flapping", "port_half_duplex"];
    let shows = |known: &&Finding| {
        symptoms.contains(&known.cause().name) && known.is_on(&port.id) && known.is_on(&called)
    };
    let worst = found.iter().filter(shows).map(Finding::relevance).max();
    let finding = finding.on(port.object(&called));
    match worst {
        Some(worst) => {
            let weight = finding.relevance().max(worst).saturating_add(4);
            finding.weight(weight).affects([format!("{} {}", port.device, port.id)])
        }
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::{Row, Severity};
    use mistmcp::serde_json::json;

    use super::*;
    use crate::rules::ports::PortContext;

    fn device(number: u8, kind: &str, connected: bool) -> Device {
        let row = json!({
            "mac": format!("5c5b350000{number:02}"), "type": kind, "name": format!("D-{number}"), "connected": connected,
        });
        Device::of(Row::of(&row)).unwrap()
    }

    /// What is reported of access points 1 to 3 and the switch 4, of which these are down, beside findings on `shown`.
    fn summaries(down: &[u8], rows: &[(&str, &[u8])], shown: &[u8]) -> Vec<String> {
        let devices: Vec<_> = [(1, "ap"), (2, "ap"), (3, "ap"), (4, "switch")]
            .iter()
            .map(|(number, kind)| device(*number, kind, !down.contains(number)))
            .collect();
        let alarms = rows.iter().map(|(kind, numbers)| {
            let macs: Vec<_> = numbers.iter().map(|number| format!("5c5b350000{number:02}")).collect();
            let row = json!({ "type": kind, "timestamp": 1_600, "aps": macs, "vlans": ["30"] });
            Alarm::of(Row::of(&row)).unwrap()
        });
        let alarms: Vec<_> = alarms.collect();
        let context = PortContext::new(1_700, &devices, &[], &[]);
        let case = SiteCase {
            id: "s",
            name: "Leeds",
            devices: &devices,
            ports: &[],
            events: &[],
            client_events: &[],
            client_events_cut: false,
            nac_events: &[],
            alarms: &alarms,
            radios: &[],
            pools: &[],
            clusters: &[],
            paths: &[],
            tunnels: &[],
            neighbors: &[],
            context: &context,
        };
        let found = shown.iter().map(|number| {
            Finding::new(&c::CABLE_FAULT, Severity::Warning, String::new())
                .on(devices[usize::from(*number) - 1].object())
        });
        let found: Vec<_> = found.collect();
        reported(&case, &found).iter().map(|finding| finding.summary().to_owned()).collect()
    }

    #[test]
    fn an_alarm_about_several_devices_is_left_out_only_where_all_are_down() {
        for kind in ["missing_vlan", "infra_dhcp_failure", "health_check_failed"] {
            for (down, is_told) in [(&[][..], true), (&[1], true), (&[1, 3], true), (&[1, 2, 3], false)] {
                assert_eq!(
                    summaries(down, &[(kind, &[1, 2, 3])], &[]).len(),
                    usize::from(is_told),
                    "{kind} {down:?}"
                );
            }
        }
        assert!(
            summaries(&[], &[("missing_vlan", &[1, 2, 3])], &[])[0].contains("D-1 and 2 more lack VLAN 30")
        );
        let together =
            summaries(&[], &[("health_check_failed", &[1, 2]), ("health_check_failed", &[2, 3])], &[]);
        assert!(together.len() == 1 && together[0].ends_with("; the same at D-3."), "{together:?}");
    }

    #[test]
    fn a_finding_about_one_of_several_devices_does_not_stand_for_an_alarm_about_all() {
        for (devices, shown, is_told) in [
            (&[1, 2][..], &[1][..], true),
            (&[1, 2], &[1, 2], false),
            (&[1], &[1], false),
            // The port of an access point is that of its switch.
            (&[1, 4], &[4], false),
            (&[1, 2, 4], &[1], true),
        ] {
            let told = summaries(&[], &[("bad_cable", devices)], shown);
            assert_eq!(told.len(), usize::from(is_told), "{devices:?} {shown:?}: {told:?}");
        }
    }
}
