//! Rules for devices that are down, or were never there.

use mistmcp::answers::{Finding, Object, Severity, ago, been, count, is};

use super::{Case, upstream};
use crate::answers::causes as c;
use crate::answers::facts::Device;
use crate::answers::rules::tree::Tree;
use crate::answers::thresholds as t;

pub(super) fn not_assigned(case: &Case<'_>) -> Option<Finding> {
    case.device.site.is_none().then(|| {
        let called = case.device.called();
        case.finding(
            &c::NOT_ASSIGNED,
            Severity::Critical,
            format!("{called} is not assigned to a site, so it has no configuration."),
        )
        .independent()
        .weight(97)
    })
}

pub(super) fn never_connected(case: &Case<'_>) -> Option<Finding> {
    let device = case.device;
    let seen = device.last_seen.is_some()
        || device.uptime.is_some()
        || device.ip.is_some()
        || case
            .events
            .iter()
            .any(|event| ["CONNECTED", "DISCONNECTED", "CONFIGURED"].contains(&event.short()));
    (!seen && device.site.is_some()).then(|| {
        let called = device.called();
        case.finding(
            &c::NEVER_CONNECTED,
            Severity::Critical,
            format!("{called} has never connected to the cloud."),
        )
        .weight(95)
        .evidence("connected", false)
        .evidence("serial", device.serial.clone())
    })
}

/// A site where nearly everything is down, with its gateway.
pub(in crate::answers) fn site_down(site: &[Device], name: &str, now: i64) -> Option<Finding> {
    // One that has never been here is no part of an outage. The inventory does not tell.
    let tells = site.iter().any(|device| device.last_seen.is_some());
    let was_here = |device: &Device| !tells || device.last_seen.is_some() || device.connected == Some(true);
    let known: Vec<_> = site.iter().filter(|device| device.connected.is_some() && was_here(device)).collect();
    let down: Vec<_> = known.iter().filter(|device| device.is_down()).collect();
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    let ratio = down.len() as f64 / known.len().max(1) as f64;
    let gateways: Vec<_> = known.iter().filter(|device| device.kind == "gateway").collect();
    let gateway_down = !gateways.is_empty() && gateways.iter().all(|gateway| gateway.is_down());
    if known.len() < 2 || ratio < t::MOST_OF_A_SITE || (!gateway_down && ratio < 1.0) {
        // Where all but the gateway hangs from one dead switch, the switch is the cause.
        return None;
    }
    let since = down.iter().filter_map(|device| device.last_seen).min();
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
            been(down.len(), "down", since, now)
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
    Some(finding.affects(down.iter().map(|device| device.mac.as_str())))
}

pub(super) fn upstream_down(case: &Case<'_>) -> Option<Finding> {
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
    let tree = Tree::of(case.site, case.ports);
    let behind = tree.place(&root.mac).map(|place| tree.behind(place)).unwrap_or_default();
    Some(device_down_with_others(root, &behind, case.now()).weight(96))
}

/// A dead switch or gateway, with what is down among the devices behind it.
pub(in crate::answers) fn device_down_with_others(root: &Device, behind: &[&Device], now: i64) -> Finding {
    let behind: Vec<_> = behind.iter().filter(|device| device.is_down()).collect();
    let since = root.last_seen;
    let with = also_down(behind.len());
    let mut finding = Finding::new(
        &c::UPSTREAM_DOWN,
        Severity::Critical,
        format!("The {} {} {}{with}.", root.word(), root.called(), been(1, "down", since, now)),
    )
    .on(root.object())
    .weight(90)
    .since(since)
    .evidence("status", root.status.clone())
    .evidence("down_behind_it", Some(behind.len()).filter(|others| *others > 0))
    .affects([root.mac.as_str()].into_iter().chain(behind.iter().map(|device| device.mac.as_str())));
    for device in behind.iter().take(5) {
        finding = finding.on(device.object());
    }
    finding
}

/// So many devices that are down as well, after a semicolon; nothing if there are none.
pub(in crate::answers) fn also_down(behind: usize) -> String {
    match behind {
        0 => String::new(),
        others => format!("; {} behind it {} down as well", count(others, "device"), is(others)),
    }
}

/// A device that is down, where nothing around it tells why.
pub(in crate::answers) fn single_down(device: &Device, now: i64) -> Finding {
    let when =
        device.last_seen.map_or(String::new(), |seen| format!("; it was last seen {}", ago(seen, now)));
    Finding::new(
        &c::DEVICE_DOWN,
        Severity::Critical,
        format!("The {} {} is not connected{when}.", device.word(), device.called()),
    )
    .on(device.object())
    .weight(70)
    .since(device.last_seen)
    .evidence("status", device.status.clone())
    .affects([device.mac.as_str()])
}
