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
            let is_known = |known: &Finding| {
                alarms::is_shown_by(cause, known.cause())
                    && is_kind(known)
                    && (is_everywhere || devices.iter().any(|device| known.is_on(&device.called())))
            };
            // Whether a device is down follows from its state, which the site shows of all but Mist Edges.
            let is_stale = (cause.name == c::DEVICE_DOWN.name && !is_edge)
                || devices.iter().any(|device| device.is_down());
            if is_stale || found.iter().any(is_known) || kept.iter().any(|(known, _)| is_known(known)) {
                continue;
            }
            let same = kept.iter_mut().find(|(known, _)| {
                known.cause().name == cause.name && cause.group != "ports" && is_kind(known)
            });
            if let (Some((known, others)), Some(device)) = (same, devices.first()) {
                *known = known.clone().on(device.object());
                others.push(device.called());
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
