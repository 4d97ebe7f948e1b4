//! Rules for devices that are down, or were never there.

use mistmcp::answers::{Cause, Finding, Object, Severity, count, is, state_since};

use super::{DeviceCase, upstream};
use crate::facts::{Device, Event, Port};
use crate::rules::{tree::DeviceTree, upgrading};
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// What follows from a device that is down.
static EFFECTS: &[&Cause] = &[
    &c::UPSTREAM_DOWN,
    &c::DEVICE_DOWN,
    &c::NEVER_CONNECTED,
    &c::POWER_LOST,
    &c::PORT_DOWN,
    &c::WAN_LINK_DOWN,
    &c::WAN_LINK_DEGRADED,
    &c::VPN_PATH_DOWN,
    &c::TUNNEL_DOWN,
    &c::BGP_DOWN,
    &c::CLUSTER_DEGRADED,
];

pub(super) fn not_assigned(case: &DeviceCase<'_>) -> Option<Finding> {
    case.device.site.is_none().then(|| {
        let called = case.device.called();
        case.finding(
            &c::NOT_ASSIGNED,
            Severity::Critical,
            format!("{called} is not assigned to a site, so it has no configuration."),
        )
        .independent()
        .weight(97)
        .see(&evidence::inventory(case.device))
    })
}

pub(super) fn never_connected(case: &DeviceCase<'_>) -> Option<Finding> {
    let device = case.device;
    let seen = device.last_seen.is_some()
        || device.uptime.is_some()
        || device.ip.is_some()
        || case
            .events
            .iter()
            .any(|event| ["CONNECTED", "DISCONNECTED", "CONFIGURED"].contains(&event.short()));
    // Only statistics show it, and not the inventory. Where they could not be read, no device of the site has a status.
    let is_read = case.site.iter().any(|other| other.status.is_some());
    (!seen && is_read && device.site.is_some()).then(|| {
        let called = device.called();
        case.finding(
            &c::NEVER_CONNECTED,
            Severity::Critical,
            format!("{called} has never connected to the cloud."),
        )
        .weight(95)
        .evidence("connected", false)
        .evidence("serial", device.serial.clone())
        .see(&evidence::inventory(device))
    })
}

/// A site where nearly everything is down, with its gateway.
pub(crate) fn site_down(site: &[Device], name: &str, now: i64) -> Option<Finding> {
    // A device that never connected is no part of an outage. The inventory does not show that.
    let tells = site.iter().any(|device| device.last_seen.is_some());
    let was_here = |device: &Device| !tells || device.last_seen.is_some() || device.connected == Some(true);
    let known: Vec<_> = site.iter().filter(|device| device.connected.is_some() && was_here(device)).collect();
    let down: Vec<_> = known.iter().filter(|device| device.is_down()).collect();
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    let ratio = down.len() as f64 / known.len().max(1) as f64;
    let gateways: Vec<_> = known.iter().filter(|device| device.kind == "gateway").collect();
    let gateway_down = !gateways.is_empty() && gateways.iter().all(|gateway| gateway.is_down());
    if known.len() < 2 || ratio < t::MOST_OF_A_SITE || (!gateway_down && ratio < 1.0) {
        // Where all but the gateway is downstream of one dead switch, the switch is the cause.
        return None;
    }
    let since = outage_of_site(&gateways, &down, known.len());
    let which = match (down.len(), known.len()) {
        (down, all) if down == all => format!("All {all} devices"),
        (down, all) => format!("{down} of {all} devices"),
    };
    let gateway = if gateway_down { ", including the gateway," } else { "" };
    let mut finding = Finding::new(
        &c::SITE_DOWN,
        Severity::Critical,
        format!(
            "{which} of {}{gateway} {}.",
            mistmcp::answers::name(name),
            state_since(down.len(), "down", since, now)
        ),
    )
    .on(Object::site(name))
    .weight(98)
    .since(since)
    .evidence("devices_down", down.len())
    .evidence("devices", known.len());
    for gateway in gateways.iter().filter(|gateway| gateway.is_down()) {
        finding = finding.on(gateway.object());
    }
    let shown = down.iter().find_map(|device| device.site.as_deref()).map(evidence::disconnected);
    Some(finding.affects(down.iter().map(|device| device.mac.as_str())).effects(EFFECTS).see(shown.as_ref()))
}

/// When a site went down: when the last of its gateways did, or the device with which most of the site was down. One that was
/// down long before does not count.
fn outage_of_site(gateways: &[&&Device], down: &[&&Device], known: usize) -> Option<i64> {
    let is_gateway_down = !gateways.is_empty() && gateways.iter().all(|gateway| gateway.is_down());
    if is_gateway_down {
        return gateways.iter().filter_map(|gateway| gateway.last_seen).max();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a part of a count"
    )]
    let most = (known as f64 * t::MOST_OF_A_SITE).ceil() as usize;
    let mut seen: Vec<_> = down.iter().filter_map(|device| device.last_seen).collect();
    seen.sort_unstable();
    seen.get(most.saturating_sub(1)).or(seen.last()).copied()
}

pub(super) fn upstream_down(case: &DeviceCase<'_>) -> Option<Finding> {
    let mut root = case.upstream().filter(|upstream| upstream.is_down())?;
    // The first of a chain of dead devices.
    for _ in 0..4 {
        match upstream(root, case.site, case.ports)
            .filter(|above| above.is_down() && above.mac != case.device.mac)
        {
            Some(above) if above.mac != root.mac => root = above,
            _ => break,
        }
    }
    let tree = DeviceTree::of(case.site, case.ports);
    let behind = tree.behind(root);
    Some(match upgrading::upgrade(root, case.context.events, case.now()) {
        Some(upgrade) => upgrade.finding(&behind, case.now()).weight(96),
        None => outage(root, &behind, case.site, case.now()).weight(96),
    })
}

/// A device that is down, with what is behind it. Cause and severity follow from these alone, whichever tool asks.
pub(crate) fn outage(root: &Device, behind: &[&Device], site: &[Device], now: i64) -> Finding {
    let known = behind.iter().filter(|device| device.connected.is_some());
    let (dead, alive): (Vec<&Device>, Vec<&Device>) = known.partition(|device| device.is_down());
    let (cause, weight, with) = match (dead.len(), alive.len()) {
        (0, 0) if root.kind == "ap" => (&c::DEVICE_DOWN, 76, String::new()),
        (0, 0) => (&c::DEVICE_DOWN, 90, String::new()),
        // Devices downstream of it reach the cloud, so that it still forwards.
        (0, alive) => {
            let with = format!(", but {} behind it {} connected", count(alive, "device"), is(alive));
            (&c::DEVICE_DOWN, 72, with)
        }
        (dead, _) => (&c::UPSTREAM_DOWN, 95, also_down(dead)),
    };
    let state = state_since(1, "down", root.last_seen, now);
    let words = format!("The {} {} {state}{with}.", root.word(), root.called());
    let mut finding = Finding::new(cause, outage_severity(root, &dead, &alive, site), words)
        .on(root.object())
        .weight(weight)
        .since(root.last_seen)
        .evidence("status", root.status.clone())
        .evidence("down_behind_it", Some(dead.len()).filter(|dead| *dead > 0))
        .evidence("connected_behind_it", Some(alive.len()).filter(|alive| *alive > 0))
        .affects(dead.iter().map(|device| device.mac.as_str()))
        .affects([root.mac.as_str()])
        .effects(EFFECTS)
        .see(&evidence::stats(root));
    for device in dead.iter().take(5) {
        finding = finding.on(device.object());
    }
    finding
}

/// What takes a device down only at about the time when it happens.
static NEAR_OUTAGE: &[&Cause] = &[
    &c::AUTH_SERVER_UNREACHABLE,
    &c::UPGRADE_FAILED,
    &c::LOOP,
    &c::MISSING_VLAN,
    &c::VIRTUAL_CHASSIS_UNSTABLE,
];

/// Adds that a device is down, with what is behind it, unless something else explains that. The port that leads to a switch or
/// gateway is down because the device is.
pub(crate) fn add_outage(case: &DeviceCase<'_>, found: &mut Vec<Finding>) {
    let device = case.device;
    let is_port = |finding: &Finding| finding.cause().name == c::PORT_DOWN.name && device.kind != "ap";
    if !device.is_down() {
        return;
    }
    let is_near = |finding: &Finding| match (finding.began(), device.last_seen) {
        (Some(began), Some(seen)) => (seen - began).abs() <= t::UPGRADE_DURATION,
        _ => true,
    };
    // A device that is down at another time has another reason.
    let is_elsewhen = |finding: &Finding| {
        !is_near(finding) && NEAR_OUTAGE.iter().any(|cause| cause.name == finding.cause().name)
    };
    let is_strong = |finding: &Finding| finding.relevance() >= 70 && !is_port(finding);
    if found.iter().any(|finding| is_strong(finding) && !is_elsewhen(finding)) {
        return;
    }
    for finding in found.iter_mut().filter(|finding| is_strong(finding)) {
        *finding = finding.clone().weight(60);
    }
    let tree = DeviceTree::of(case.site, case.ports);
    let behind = tree.behind(device);
    let outage = outage(device, &behind, case.site, case.now());
    // What else was found about an access point explains more.
    let weight = if device.kind == "ap" { 70 } else { outage.relevance().max(80) };
    for finding in found.iter_mut().filter(|finding| is_port(finding)) {
        *finding = finding.clone().at_most(outage.severity()).weight(60).folds();
    }
    let port = case.upstream_port().map(|port| format!("{} {}", port.device, port.id));
    found.push(outage.affects(port).weight(weight));
}

/// The switches and gateways among `devices` that are down and have ports, each with what is behind it. The state of their ports
/// is not current.
pub(crate) fn outages_at_ports(
    devices: &[Device],
    ports: &[Port],
    events: &[Event],
    now: i64,
) -> Vec<(String, Finding)> {
    let has_ports = |device: &Device| ports.iter().any(|port| device.has_mac(&port.device));
    let is_dead = |device: &Device| device.is_down() && device.kind != "ap" && has_ports(device);
    if !devices.iter().any(is_dead) {
        return Vec::new();
    }
    let tree = DeviceTree::of(devices, ports);
    let dead = devices.iter().enumerate().filter(|(_, device)| is_dead(device));
    dead.map(|(place, device)| {
        let behind = tree.downstream(place);
        let finding = match upgrading::upgrade(device, events, now) {
            Some(upgrade) => upgrade.finding(&behind, now),
            None => outage(device, &behind, devices, now),
        };
        let leading = ports.iter().filter(|port| port.has_neighbor(&device.mac, device.name.as_deref()));
        let leading = leading.map(|port| format!("{} {}", port.device, port.id));
        (device.called(), finding.weight(90).affects(leading).folds())
    })
    .collect()
}

/// So many devices that are down as well, after a semicolon; nothing if there are none.
fn also_down(behind: usize) -> String {
    match behind {
        0 => String::new(),
        others => format!("; {} behind it {} down as well", count(others, "device"), is(others)),
    }
}

/// How much an outage matters: people notice that of an access point whose neighbors take its clients, that of a gateway
/// beside another one, and that of a device that still forwards; any other stops them from working.
fn outage_severity(root: &Device, dead: &[&Device], alive: &[&Device], site: &[Device]) -> Severity {
    let is_replaced = || {
        root.kind == "gateway"
            && site.iter().any(|other| {
                other.kind == "gateway" && other.site == root.site && other.connected == Some(true)
            })
    };
    if dead.is_empty() && (!alive.is_empty() || root.is_covered(site) || is_replaced()) {
        Severity::Warning
    } else {
        Severity::Critical
    }
}

/// The same as the cause of the outage of a client or neighbor downstream of it.
pub(crate) fn upstream_outage(root: &Device, behind: &[&Device], site: &[Device], now: i64) -> Finding {
    outage(root, behind, site, now).with_cause(&c::UPSTREAM_DOWN)
}

/// A device that is down without a known cause, and without the devices downstream of it.
pub(crate) fn single_outage(device: &Device, site: &[Device], now: i64) -> Finding {
    outage(device, &[], site, now).weight(70)
}
