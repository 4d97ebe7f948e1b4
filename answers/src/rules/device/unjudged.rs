//! The rule for events that open a trouble, that none closed, and that no other rule judges.

use std::collections::BTreeMap;

use mistmcp::answers::{Finding, Severity, ago, name, times};

use super::DeviceCase;
use crate::causes as c;
use crate::facts::{Event, open};
use crate::thresholds as t;

/// Types of events that open a trouble without a rule of its own, without the kind of device before them.
const UNJUDGED: [&str; 16] = [
    "ALARM_CHASSIS_MGMT_LINK_DOWN",
    "ALARM_CHASSIS_POE",
    "APPID_INSTALL_FAILED",
    "BFD_SESSION_DISCONNECTED",
    "DDOS_PROTOCOL_VIOLATION_SET",
    "EVPN_CORE_ISOLATED",
    "FIB_COUNT_THRESHOLD_EXCEEDED",
    "FLOW_COUNT_THRESHOLD_EXCEEDED",
    "IDP_INSTALL_FAILED",
    "LACPD_TIMEOUT",
    "MAC_LEARNING_STOPPED",
    "PORT_STORM_CONTROL",
    "RECOVERY_SNAPSHOT_FAILED",
    "SERVICE_CRASHED",
    "SERVICE_FAILED",
    "ZTP_FAILED",
];

/// A finding for each type of such events.
pub(super) fn unjudged(case: &DeviceCase<'_>) -> Vec<Finding> {
    let mut kinds: BTreeMap<&str, (Vec<&Event>, usize)> = BTreeMap::new();
    for (event, times) in open(case.events) {
        if UNJUDGED.contains(&event.short()) || is_second_port(case, event) {
            let known = kinds.entry(&event.kind).or_default();
            known.0.push(event);
            known.1 += times;
        }
    }
    let found = kinds.into_iter().filter_map(|(kind, (events, often))| {
        let first = events.iter().min_by_key(|event| event.time)?;
        let repeated = if often > 1 { format!(" {}", times(often)) } else { String::new() };
        let words = format!(
            "{} reported {}{repeated}, first {}, and nothing has ended it since.",
            case.device.called(),
            name(kind),
            ago(first.time, case.now())
        );
        let finding = case.finding(&c::REPORTED_TROUBLE, Severity::Warning, words);
        Some(
            finding
                .item(kind.to_owned())
                .weight(58)
                .since(first.time)
                .evidence("event", kind)
                .evidence("times", Some(often).filter(|often| *often > 1))
                .evidence("port_id", first.port.clone())
                .evidence("text", first.text.clone())
                .see(&case.shown_by(events)),
        )
    });
    found.collect()
}

/// Whether an event is about a port of an access point that is connected by another one, and not about one that comes and goes.
fn is_second_port(case: &DeviceCase<'_>, event: &Event) -> bool {
    let downs = case.events.iter().filter(|other| other.short() == "PORT_DOWN").count();
    event.short() == "PORT_DOWN"
        && case.device.kind == "ap"
        && case.device.connected == Some(true)
        && downs < t::MIN_FLAPS
}
