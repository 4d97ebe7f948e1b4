//! Rules for ports that let nothing through: disabled, blocked by spanning tree, 802.1X, and the limit of MAC addresses.

use mistmcp::answers::{Finding, Severity};

use super::{PortContext, finding};
use crate::facts::Port;
use crate::{causes as c, evidence};

pub(super) fn disabled(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    if !port.disabled || port.up == Some(true) {
        return None;
    }
    let was_up = !context.events_of(port, &["PORT_DOWN"]).is_empty();
    let used = port.neighbor_mac.is_some() || port.neighbor_name.is_some() || was_up;
    let cut_off = context.neighbor(port).filter(|device| device.is_down());
    let (severity, weight) = match cut_off {
        Some(device) if !context.is_covered(device) => (Severity::Critical, 72),
        _ if used => (Severity::Warning, 62),
        _ => (Severity::Info, 15),
    };
    Some(
        finding(&c::PORT_DISABLED, severity, port, context, "is disabled in its configuration")
            .weight(weight)
            .since(context.down_since(port))
            .affects([format!("{} {}", port.device, port.id)])
            .evidence("disabled", true)
            .evidence("port_usage", port.usage.clone()),
    )
}

pub(super) fn blocked(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    let guard = context.open_event(port, "PORT_BPDU_BLOCKED");
    let is_blocked = |state: &str| ["blocking", "blocked", "discarding"].contains(&state);
    // Of a port without a link the state says nothing.
    let is_held_back = port.up == Some(true) && port.stp_state.as_deref().is_some_and(is_blocked);
    // A second uplink that spanning tree holds back is what it is for.
    if guard.is_none() && (!is_held_back || port.uplink) {
        return None;
    }
    let what = if guard.is_some() {
        "is blocked by BPDU guard, because it received a BPDU of another switch"
    } else {
        "is blocked by spanning tree"
    };
    let (event, times) = guard.map_or((None, None), |(event, times)| (Some(event), Some(times)));
    Some(
        finding(&c::SPANNING_TREE_BLOCKED, Severity::Critical, port, context, what)
            .weight(72)
            .since(event.map(|event| event.time))
            .evidence("stp_state", port.stp_state.clone().filter(|_| guard.is_none()))
            .evidence("bpdu_events", times)
            .evidence("text", event.and_then(|event| event.text.clone()))
            .see(event.and_then(|event| evidence::device_events([event])).as_ref()),
    )
}

/// States of 802.1X in which a port lets nothing through.
const REFUSED: [&str; 7] =
    ["held", "failed", "unauthenticated", "unauthorized", "rejected", "denied", "connecting"];

/// Whether a state of 802.1X lets nothing through.
pub(crate) fn is_refused(state: &str) -> bool {
    REFUSED.contains(&state)
}

/// Whether a port does not authenticate what is behind it.
pub(crate) fn is_held(port: &Port) -> bool {
    port.auth_state.as_deref().is_some_and(is_refused)
}

pub(super) fn authentication(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    let state = port.auth_state.as_deref().filter(|_| is_held(port))?;
    let held = context.events_of(
        port,
        &["DOT1XD_USR_SESSION_HELD", "DOT1XD_USR_FAILED", "DOT1XD_USR_AUTHENTICATION_FAILED"],
    );
    // The failures since it last let something in.
    let passed = context.events_of(port, &["DOT1XD_USR_AUTHENTICATED"]).first().map(|event| event.time);
    let first =
        held.iter().map(|event| event.time).filter(|time| passed.is_none_or(|passed| *time > passed)).min();
    let (severity, weight) =
        if state == "connecting" { (Severity::Info, 25) } else { (Severity::Critical, 71) };
    Some(
        finding(
            &c::PORT_AUTH_FAILED,
            severity,
            port,
            context,
            &format!("does not authenticate the device behind it (802.1X state: {state})"),
        )
        .weight(weight)
        .since(first)
        .evidence("auth_state", state),
    )
}

pub(super) fn mac_limit(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    let exceeded = context.open_event(port, "MAC_LIMIT_EXCEEDED");
    let shows = port.mac_count.zip(port.mac_limit).is_some_and(|(count, limit)| limit > 0 && count > limit);
    if exceeded.is_none() && !shows {
        return None;
    }
    let event = exceeded.map(|(event, _)| event);
    Some(
        finding(&c::MAC_LIMIT, Severity::Critical, port, context, "exceeds its limit of MAC addresses")
            .weight(71)
            .since(event.map(|event| event.time))
            .evidence("mac_count", port.mac_count.filter(|_| shows))
            .evidence("mac_limit", port.mac_limit.filter(|_| shows))
            .evidence("exceeded", exceeded.map(|(_, times)| times))
            .evidence("text", event.and_then(|event| event.text.clone()))
            .see(event.and_then(|event| evidence::device_events([event])).as_ref()),
    )
}
