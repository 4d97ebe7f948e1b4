//! Rules for the link of a port: down, flapping, speed, duplex, frame errors, and the cable that explains several of these.

use mistmcp::answers::{Cause, Finding, Severity, ago, state_since, times};

use super::{PortContext, finding};
use crate::facts::Port;
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// What follows from a bad cable at its port.
static CABLE_EFFECTS: &[&Cause] = &[
    &c::PORT_DOWN,
    &c::PORT_FLAPPING,
    &c::PORT_SLOW,
    &c::PORT_HALF_DUPLEX,
    &c::PORT_ERRORS,
    &c::DEVICE_DOWN,
    &c::RESTARTING,
];

/// Damaged frames, outages and a lost speed together: the cable or its plug.
pub(super) fn cable(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    errors(port, context)?;
    let flapping = flapping(port, context)?;
    slow(port, context).or_else(|| half_duplex(port, context))?;
    let what = "has frame errors, flaps and lost speed, which points to a bad cable or plug";
    Some(
        finding(&c::CABLE_FAULT, Severity::Warning, port, context, what)
            .weight(70)
            .since(flapping.began())
            .affects([format!("{} {}", port.device, port.id)])
            .effects(CABLE_EFFECTS)
            .evidence("errors", port.errors())
            .evidence("speed", port.speed)
            .evidence("full_duplex", port.full_duplex),
    )
}

pub(super) fn flapping(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    let downs = context.events_of(port, &["PORT_DOWN"]);
    if downs.len() < t::MIN_FLAPS {
        return None;
    }
    let last = downs.first()?.time;
    let what = format!("went down {}, last {}", times(downs.len()), ago(last, context.now));
    Some(
        finding(&c::PORT_FLAPPING, Severity::Warning, port, context, &what)
            .weight(66)
            .since(downs.last().map(|event| event.time))
            .evidence("port_down_events", downs.len())
            .evidence("last", last)
            .see(evidence::device_events(downs).as_ref()),
    )
}

pub(super) fn half_duplex(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    if port.up != Some(true) || port.full_duplex != Some(false) {
        return None;
    }
    let speed = slow(port, context).and(port.speed);
    let speed = speed.map_or(String::new(), |speed| format!(" at {speed} Mb/s"));
    let errors = errors(port, context).map(|_| format!(", and has counted {} frame errors", port.errors()));
    let what = format!("runs at half duplex{speed}{}", errors.unwrap_or_default());
    Some(
        finding(&c::PORT_HALF_DUPLEX, Severity::Warning, port, context, &what)
            .weight(65)
            .evidence("full_duplex", false)
            .evidence("speed", port.speed)
            .evidence("errors", Some(port.errors()).filter(|errors| *errors > 0)),
    )
}

pub(super) fn slow(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    let speed = port.speed.filter(|_| port.up == Some(true))?;
    let neighbor = context.neighbor(port);
    let is_ap = |mac: &str| context.devices.get(mac).is_some_and(|device| device.kind == "ap");
    let matters = port.uplink || port.is_ap_port(is_ap) || neighbor.is_some();
    let limit = if matters { t::FULL_SPEED } else { 100 };
    if speed >= limit {
        return None;
    }
    let others =
        context.ap_speed.filter(|usual| *usual > speed && neighbor.is_some_and(|device| device.kind == "ap"));
    let what = match others {
        Some(usual) => {
            format!("negotiated {speed} Mb/s; the ports of other access points run at {usual} Mb/s")
        }
        None => format!("negotiated only {speed} Mb/s"),
    };
    let severity = if matters { Severity::Warning } else { Severity::Info };
    Some(
        finding(&c::PORT_SLOW, severity, port, context, &what)
            .weight(if matters { 64 } else { 22 })
            .evidence("speed", speed)
            .evidence("usual_speed", others)
            .evidence("full_duplex", port.full_duplex)
            .evidence("errors", Some(port.errors()).filter(|errors| *errors > 0)),
    )
}

pub(super) fn errors(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    let errors = port.errors();
    let per_million = port.errors_per_million();
    let shows = per_million.is_none_or(|ratio| ratio >= t::PORT_ERRORS_PER_MILLION);
    if errors < t::PORT_ERRORS || !(shows || errors >= 10 * t::PORT_ERRORS) {
        return None;
    }
    Some(
        finding(
            &c::PORT_ERRORS,
            Severity::Warning,
            port,
            context,
            &format!("has counted {errors} frame errors"),
        )
        .weight(63)
        .evidence("rx_errors", port.rx_errors)
        .evidence("tx_errors", port.tx_errors)
        .evidence("per_million_frames", per_million.map(f64::round)),
    )
}

pub(super) fn down(port: &Port, context: &PortContext<'_>) -> Option<Finding> {
    if port.up != Some(false) || port.disabled {
        return None;
    }
    let was_up = !context.events_of(port, &["PORT_DOWN"]).is_empty();
    let neighbor = context.neighbor(port);
    let is_wanted = port.uplink || port.neighbor_mac.is_some() || port.neighbor_name.is_some() || was_up;
    if !is_wanted {
        return None;
    }
    let since = context.down_since(port);
    // A device behind it that is connected, or is an access point among others, has another way to the cloud or is replaced.
    let is_cut_off =
        neighbor.is_some_and(|device| device.connected != Some(true) && !context.is_covered(device));
    let is_only_link = port.is_wan() && !context.has_other_uplink(port);
    let is_of_use =
        port.uplink || port.is_wan() || port.neighbor_mac.is_some() || port.neighbor_name.is_some();
    let (severity, weight) = match () {
        () if is_only_link || is_cut_off => (Severity::Critical, 70),
        // Of a port without a row, nobody knows what was behind it.
        () if is_of_use || !port.has_row || context.went_down_with_others(port) => (Severity::Warning, 58),
        // Somebody unplugged or switched off a computer.
        () => (Severity::Info, 24),
    };
    Some(
        finding(&c::PORT_DOWN, severity, port, context, &state_since(1, "down", since, context.now))
            .folds()
            .weight(weight)
            .since(since)
            .evidence("up", false)
            .evidence("poe_on", port.poe_on)
            .evidence("uplink", Some(true).filter(|_| port.uplink)),
    )
}
