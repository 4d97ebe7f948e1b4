//! Rules for ports of switches and gateways.

use std::collections::HashMap;

use mistmcp::answers::{Cause, Finding, Severity, ago, been, count, name, times};

use super::starting;
use crate::answers::facts::{Device, Event, Port, open};
use crate::answers::thresholds as t;
use crate::answers::{causes as c, sources};

/// What follows from a port that is down, disabled or gives no power.
static EFFECTS: &[&Cause] = &[
    &c::UPSTREAM_DOWN,
    &c::DEVICE_DOWN,
    &c::NEVER_CONNECTED,
    &c::RESTARTING,
    &c::PORT_DOWN,
    &c::PORT_FLAPPING,
];

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

/// What the rules know beside the port.
#[derive(Clone, Debug, Default)]
pub(in crate::answers) struct Around<'a> {
    pub(in crate::answers) now: i64,
    /// Devices by MAC address.
    pub(in crate::answers) devices: HashMap<&'a str, &'a Device>,
    pub(in crate::answers) events: &'a [Event],
    /// The events that nothing has closed, with how often each happened: sought once, and not for each port.
    open: Vec<(&'a Event, usize)>,
    /// The usual speed of ports with access points, in Mb/s.
    pub(in crate::answers) ap_speed: Option<i64>,
    /// Links of each device that lead upstream or to a provider and are up.
    links_up: HashMap<String, usize>,
}

impl<'a> Around<'a> {
    pub(in crate::answers) fn new(
        now: i64,
        devices: &'a [Device],
        ports: &[Port],
        events: &'a [Event],
    ) -> Self {
        let by_mac: HashMap<_, _> = devices
            .iter()
            .flat_map(|device| {
                device
                    .members
                    .iter()
                    .map(String::as_str)
                    .chain([device.mac.as_str()])
                    .map(move |mac| (mac, device))
            })
            .collect();
        let is_ap = |mac: &str| by_mac.get(mac).is_some_and(|device| device.kind == "ap");
        let mut speeds: Vec<_> = ports
            .iter()
            .filter(|port| port.up == Some(true) && port.feeds_ap(is_ap))
            .filter_map(|port| port.speed)
            .collect();
        speeds.sort_unstable();
        let ap_speed = speeds.get(speeds.len() / 2).copied();
        let mut links_up: HashMap<String, usize> = HashMap::new();
        for port in ports.iter().filter(|port| port.is_wan() && port.up == Some(true)) {
            *links_up.entry(port.device.clone()).or_default() += 1;
        }
        Self { now, devices: by_mac, events, open: open(events), ap_speed, links_up }
    }

    /// Whether another link upstream of the device of a port is up.
    fn has_other_link(&self, port: &Port) -> bool {
        let own = usize::from(port.is_wan() && port.up == Some(true));
        self.links_up.get(&port.device).is_some_and(|up| *up > own)
    }

    /// Whether a device is an access point whose neighbors take over its clients.
    fn is_covered(&self, device: &Device) -> bool {
        device.is_covered(self.devices.values().copied())
    }

    /// The name of the device that a port belongs to.
    fn device_of(&self, port: &Port) -> String {
        self.devices.get(port.device.as_str()).map_or_else(|| port.device.clone(), |device| device.called())
    }

    /// The device behind a port.
    fn neighbor(&self, port: &Port) -> Option<&'a Device> {
        let by_name = || {
            let name = port.neighbor_name.as_deref()?;
            self.devices.values().find(|device| device.name.as_deref() == Some(name))
        };
        port.neighbor_mac.as_deref().and_then(|mac| self.devices.get(mac)).or_else(by_name).copied()
    }

    /// The event of a port that nothing has closed, with how often it happened.
    fn open_event(&self, port: &Port, kind: &str) -> Option<(&'a Event, usize)> {
        self.open.iter().copied().find(|(event, _)| {
            event.short() == kind
                && event.port.as_deref() == Some(port.id.as_str())
                && event.mac.as_deref().is_none_or(|mac| mac == port.device)
        })
    }

    /// Since when a port is down, as its events say.
    fn down_since(&self, port: &Port) -> Option<i64> {
        self.open_event(port, "PORT_DOWN").map(|(event, _)| event.time)
    }

    /// Events of a port, the latest first.
    fn events_of(&self, port: &Port, kinds: &[&str]) -> Vec<&'a Event> {
        let of_port = |event: &&Event| {
            event.port.as_deref() == Some(port.id.as_str())
                && event.mac.as_deref().is_none_or(|mac| mac == port.device)
                && kinds.contains(&event.short())
        };
        let mut events: Vec<_> = self.events.iter().filter(of_port).collect();
        events.sort_by_key(|event| std::cmp::Reverse(event.time));
        events
    }
}

/// All that is wrong with a port, the weightiest first.
pub(in crate::answers) fn port(port: &Port, around: &Around<'_>) -> Vec<Finding> {
    let rules: [fn(&Port, &Around<'_>) -> Option<Finding>; 10] =
        [disabled, blocked, authentication, mac_limit, cable, flapping, half_duplex, slow, errors, down];
    rules.iter().filter_map(|rule| rule(port, around)).collect()
}

/// A finding about a port and what is behind it.
fn finding(
    cause: &'static Cause,
    severity: Severity,
    port: &Port,
    around: &Around<'_>,
    what: &str,
) -> Finding {
    let device = around.device_of(port);
    let neighbor = around.neighbor(port);
    let behind = neighbor.map(Device::called).or_else(|| port.neighbor_name.clone());
    let to = behind.as_ref().map_or(String::new(), |behind| format!(" to {}", name(behind)));
    let mut finding = Finding::new(cause, severity, format!("{device} {}{to} {what}.", name(&port.id)))
        .on(port.object(&device))
        .effects(EFFECTS)
        .see(&sources::port(port));
    if let Some(device) = around.devices.get(port.device.as_str()) {
        finding = finding.on(device.object());
    }
    match neighbor {
        Some(device) => finding.on(device.object()).affects([&device.mac]).affects(device.name.as_ref()),
        None => finding.affects(port.neighbor_mac.as_ref()),
    }
}

fn disabled(port: &Port, around: &Around<'_>) -> Option<Finding> {
    if !port.disabled || port.up == Some(true) {
        return None;
    }
    let was_up = !around.events_of(port, &["PORT_DOWN"]).is_empty();
    let used = port.neighbor_mac.is_some() || port.neighbor_name.is_some() || was_up;
    let (severity, weight) = if used { (Severity::Warning, 62) } else { (Severity::Info, 15) };
    Some(
        finding(&c::PORT_DISABLED, severity, port, around, "is disabled in its configuration")
            .weight(weight)
            .since(around.down_since(port))
            .affects([format!("{} {}", port.device, port.id)])
            .evidence("disabled", true)
            .evidence("port_usage", port.usage.clone()),
    )
}

fn blocked(port: &Port, around: &Around<'_>) -> Option<Finding> {
    let guard = around.open_event(port, "PORT_BPDU_BLOCKED");
    let state =
        port.stp_state.as_deref().filter(|state| ["blocking", "blocked", "discarding"].contains(state));
    // A second uplink that spanning tree holds back is what it is for.
    if guard.is_none() && (state.is_none() || port.uplink || port.up != Some(true) && port.disabled) {
        return None;
    }
    let what = if guard.is_some() {
        "is blocked by BPDU guard, because it received a BPDU of another switch"
    } else {
        "is blocked by spanning tree"
    };
    let (event, times) = guard.map_or((None, None), |(event, times)| (Some(event), Some(times)));
    Some(
        finding(&c::SPANNING_TREE_BLOCKED, Severity::Critical, port, around, what)
            .weight(72)
            .since(event.map(|event| event.time))
            .evidence("stp_state", port.stp_state.clone().filter(|_| guard.is_none()))
            .evidence("bpdu_events", times)
            .evidence("text", event.and_then(|event| event.text.clone()))
            .see(event.and_then(|event| sources::device_events([event])).as_ref()),
    )
}

fn authentication(port: &Port, around: &Around<'_>) -> Option<Finding> {
    let failed = ["held", "failed", "unauthenticated", "unauthorized", "rejected", "denied", "connecting"];
    let state = port.auth_state.as_deref().filter(|state| failed.contains(state))?;
    let held = around.events_of(
        port,
        &["DOT1XD_USR_SESSION_HELD", "DOT1XD_USR_FAILED", "DOT1XD_USR_AUTHENTICATION_FAILED"],
    );
    // The failures since it last let something in.
    let passed = around.events_of(port, &["DOT1XD_USR_AUTHENTICATED"]).first().map(|event| event.time);
    let first =
        held.iter().map(|event| event.time).filter(|time| passed.is_none_or(|passed| *time > passed)).min();
    let (severity, weight) =
        if state == "connecting" { (Severity::Info, 25) } else { (Severity::Critical, 71) };
    Some(
        finding(
            &c::PORT_AUTH_FAILED,
            severity,
            port,
            around,
            &format!("does not authenticate the device behind it (802.1X state: {state})"),
        )
        .weight(weight)
        .since(first)
        .evidence("auth_state", state)
        .evidence("failures", Some(held.len()).filter(|failures| *failures > 0)),
    )
}

fn mac_limit(port: &Port, around: &Around<'_>) -> Option<Finding> {
    let exceeded = around.open_event(port, "MAC_LIMIT_EXCEEDED")?;
    Some(
        finding(&c::MAC_LIMIT, Severity::Critical, port, around, "exceeds its limit of MAC addresses")
            .weight(71)
            .since(exceeded.0.time)
            .evidence("exceeded", exceeded.1)
            .evidence("mac_count", port.mac_count)
            .evidence("mac_limit", port.mac_limit)
            .see(sources::device_events([exceeded.0]).as_ref()),
    )
}

/// Damaged frames, outages and a lost speed together: the cable or its plug.
fn cable(port: &Port, around: &Around<'_>) -> Option<Finding> {
    errors(port, around)?;
    let flapping = flapping(port, around)?;
    slow(port, around).or_else(|| half_duplex(port, around))?;
    let what = "has frame errors, flaps and lost speed, which points to a bad cable or plug";
    Some(
        finding(&c::CABLE_FAULT, Severity::Warning, port, around, what)
            .weight(70)
            .since(flapping.began())
            .affects([format!("{} {}", port.device, port.id)])
            .effects(CABLE_EFFECTS)
            .evidence("errors", port.errors())
            .evidence("speed", port.speed)
            .evidence("full_duplex", port.full_duplex),
    )
}

fn flapping(port: &Port, around: &Around<'_>) -> Option<Finding> {
    let downs = around.events_of(port, &["PORT_DOWN"]);
    if downs.len() < t::FLAPS {
        return None;
    }
    let last = downs.first()?.time;
    let what = format!("went down {}, last {}", times(downs.len()), ago(last, around.now));
    Some(
        finding(&c::PORT_FLAPPING, Severity::Warning, port, around, &what)
            .weight(66)
            .since(downs.last().map(|event| event.time))
            .evidence("port_down_events", downs.len())
            .evidence("last", last)
            .see(sources::device_events(downs).as_ref()),
    )
}

fn half_duplex(port: &Port, around: &Around<'_>) -> Option<Finding> {
    if port.up != Some(true) || port.full_duplex != Some(false) {
        return None;
    }
    Some(
        finding(&c::PORT_HALF_DUPLEX, Severity::Warning, port, around, "runs at half duplex")
            .weight(65)
            .evidence("full_duplex", false)
            .evidence("speed", port.speed)
            .evidence("errors", Some(port.errors()).filter(|errors| *errors > 0)),
    )
}

fn slow(port: &Port, around: &Around<'_>) -> Option<Finding> {
    let speed = port.speed.filter(|_| port.up == Some(true))?;
    let neighbor = around.neighbor(port);
    let is_ap = |mac: &str| around.devices.get(mac).is_some_and(|device| device.kind == "ap");
    let matters = port.uplink || port.feeds_ap(is_ap) || neighbor.is_some();
    let limit = if matters { t::FULL_SPEED } else { 100 };
    if speed >= limit {
        return None;
    }
    let others =
        around.ap_speed.filter(|usual| *usual > speed && neighbor.is_some_and(|device| device.kind == "ap"));
    let what = match others {
        Some(usual) => {
            format!("negotiated {speed} Mb/s; the ports of other access points run at {usual} Mb/s")
        }
        None => format!("negotiated only {speed} Mb/s"),
    };
    let severity = if matters { Severity::Warning } else { Severity::Info };
    Some(
        finding(&c::PORT_SLOW, severity, port, around, &what)
            .weight(if matters { 64 } else { 22 })
            .evidence("speed", speed)
            .evidence("usual_speed", others)
            .evidence("full_duplex", port.full_duplex)
            .evidence("errors", Some(port.errors()).filter(|errors| *errors > 0)),
    )
}

fn errors(port: &Port, around: &Around<'_>) -> Option<Finding> {
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
            around,
            &format!("has counted {errors} frame errors"),
        )
        .weight(63)
        .evidence("rx_errors", port.rx_errors)
        .evidence("tx_errors", port.tx_errors)
        .evidence("per_million_frames", per_million.map(f64::round)),
    )
}

fn down(port: &Port, around: &Around<'_>) -> Option<Finding> {
    if port.up != Some(false) || port.disabled {
        return None;
    }
    let was_up = !around.events_of(port, &["PORT_DOWN"]).is_empty();
    let neighbor = around.neighbor(port);
    let is_wanted = port.uplink || port.neighbor_mac.is_some() || port.neighbor_name.is_some() || was_up;
    if !is_wanted {
        return None;
    }
    let since = around.down_since(port);
    // A device behind it that is connected, or is an access point among others, has another way to the cloud or is replaced.
    let is_cut_off =
        neighbor.is_some_and(|device| device.connected != Some(true) && !around.is_covered(device));
    let is_only_link = port.is_wan() && !around.has_other_link(port);
    let severity = if is_only_link || is_cut_off { Severity::Critical } else { Severity::Warning };
    Some(
        finding(&c::PORT_DOWN, severity, port, around, &been(1, "down", since, around.now))
            .folds()
            .weight(if severity == Severity::Critical { 70 } else { 58 })
            .since(since)
            .evidence("up", false)
            .evidence("poe_on", port.poe_on)
            .evidence("uplink", Some(true).filter(|_| port.uplink)),
    )
}

/// A port that fed a device which is gone, and feeds it no more.
pub(in crate::answers) fn power_lost(port: &Port, device: &Device, around: &Around<'_>) -> Option<Finding> {
    if !device.is_down() || device.kind != "ap" || port.up == Some(true) || port.disabled {
        return None;
    }
    // A device that restarts to install firmware draws no power for a while.
    if starting::upgrade(device, around.events, around.now).is_some() {
        return None;
    }
    let alarm = around.open.iter().map(|(event, _)| *event).find(|event| {
        event.short().starts_with("ALARM_CHASSIS_POE")
            && event.mac.as_deref().is_none_or(|mac| mac == port.device)
            && event.text.as_deref().is_none_or(|text| text.contains(&port.id) || !text.contains("ge-"))
    });
    let drawn = port.draw.is_some_and(|draw| draw >= t::NO_DRAW);
    // Where PoE is switched off, or nothing denies it, the port itself tells.
    let alarm = alarm.filter(|_| !port.poe_disabled);
    let why = if port.poe_disabled {
        "has PoE disabled"
    } else if alarm.is_some() {
        "denies it PoE power"
    } else if port.poe_on == Some(false) {
        "gives it no PoE power"
    } else if port.draw.is_some() && !drawn {
        "is on, but has no power draw"
    } else {
        return None;
    };
    let severity = if around.is_covered(device) { Severity::Warning } else { Severity::Critical };
    Some(
        finding(&c::POWER_LOST, severity, port, around, why)
            .weight(92)
            .since(alarm.map(|event| event.time).or_else(|| around.down_since(port)))
            .affects([format!("{} {}", port.device, port.id)])
            .evidence("poe_disabled", Some(true).filter(|_| port.poe_disabled))
            .evidence("poe_on", port.poe_on.filter(|_| alarm.is_none()))
            .evidence("power_draw", port.draw.filter(|_| alarm.is_none()))
            .evidence("event", alarm.map(|event| event.kind.clone()))
            .evidence("text", alarm.and_then(|event| event.text.clone()))
            .see(alarm.and_then(|event| sources::device_events([event])).as_ref()),
    )
}

/// Why the port of an access point that is down feeds it no more: it is disabled, or gives no power.
pub(in crate::answers) fn unfed(port: &Port, device: &Device, around: &Around<'_>) -> Option<Finding> {
    let is_disabled = device.is_down() && device.kind == "ap";
    let disabled = || disabled(port, around).filter(|_| is_disabled).map(|finding| finding.weight(93));
    power_lost(port, device, around).or_else(disabled)
}

/// A switch that feeds nearly all the power that it has.
pub(in crate::answers) fn poe_budget(switch: &Device) -> Option<Finding> {
    let (drawn, most) = switch.poe.filter(|(drawn, most)| *drawn >= most * t::POE_NEAR_BUDGET)?;
    Some(
        Finding::new(
            &c::POWER_CONSTRAINED,
            Severity::Warning,
            format!("{} supplies {drawn:.0} W of its PoE budget of {most:.0} W.", switch.called()),
        )
        .on(switch.object())
        .weight(50)
        .evidence("power_draw", drawn)
        .evidence("max_power", most)
        .see(&sources::stats(switch)),
    )
}

/// Ports with nothing behind them for a long time, as one finding.
pub(in crate::answers) fn unused(ports: &[Port], now: i64) -> Option<String> {
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

    fn port_of(changes: &Value) -> Port {
        let mut row = json!({
            "mac": "5c4527000001", "port_id": "ge-0/0/1", "up": true, "speed": 1000, "full_duplex": true, "poe_on": true,
            "power_draw": 18.2, "neighbor_mac": "5c5b35000001", "neighbor_system_name": "AP-1", "stp_state": "forwarding",
            "port_usage": "ap", "rx_errors": 2, "rx_pkts": 100_000, "tx_pkts": 100_000,
        });
        for (name, value) in changes.as_object().unwrap() {
            row[name] = value.clone();
        }
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
        let around = Around::new(1_000, &devices, std::slice::from_ref(&port_of), events);
        port(&port_of, &around).iter().map(|finding| finding.cause().name).collect()
    }

    #[test]
    fn a_good_port_has_no_findings() {
        assert!(causes(&json!({}), &[]).is_empty());
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
        let unfed_by = |changes: Value| {
            let port = port_of(&changes);
            let around = Around::new(1_000, &devices, std::slice::from_ref(&port), &[]);
            unfed(&port, &devices[1], &around).map(|finding| finding.cause().name)
        };
        let off = json!({ "up": false, "disabled": true, "poe_on": false, "power_draw": 0 });
        assert_eq!(unfed_by(off), Some("port_disabled"));
        assert_eq!(unfed_by(json!({ "up": false, "poe_on": false })), Some("power_lost"));
        assert_eq!(unfed_by(json!({ "up": true })), None);
    }

    #[test]
    fn a_blocked_second_uplink_is_as_it_should_be() {
        assert!(causes(&json!({ "stp_state": "blocking", "uplink": true }), &[]).is_empty());
    }

    #[test]
    fn an_unused_port_that_is_down_is_no_trouble() {
        let changes =
            json!({ "up": false, "neighbor_mac": null, "neighbor_system_name": null, "port_usage": null });
        assert!(causes(&changes, &[]).is_empty());
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
            let around = Around::new(1_000, &devices, std::slice::from_ref(&port), &[]);
            assert_eq!(power_lost(&port, ap, &around).is_some(), wanted, "{changes}");
        }
    }
}
