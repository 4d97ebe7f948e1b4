//! Devices that are down, as a reason why a site is ranked: a [`Finding`] with its score.

use mistmcp::answers::{Finding, Object, Severity, count, is, lasting, listed, name, state_since};

use super::super::{device, upgrading};
use super::SiteRow;
use crate::facts::Device;
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// The site that is down as a whole, or its devices that are.
pub(super) fn down_by_rows(
    site: &SiteRow,
    now: i64,
    is_in_time: &impl Fn(Option<i64>) -> bool,
) -> Option<(u32, Finding)> {
    let down = device::site_down(&site.devices, &site.name, now).filter(|down| is_in_time(down.began()));
    down.map(|down| (10_000, down)).or_else(|| devices_down(site, now, is_in_time))
}

/// Devices that are down, as one reason: the gateway or a switch before access points.
fn devices_down(
    site: &SiteRow,
    now: i64,
    is_in_time: &impl Fn(Option<i64>) -> bool,
) -> Option<(u32, Finding)> {
    let is_down =
        |device: &&Device| device.is_down() && device.last_seen.is_some() && is_in_time(device.last_seen);
    let down: Vec<_> = site.devices.iter().filter(is_down).collect();
    let of_kind = |kind: &str| down.iter().filter(|device| device.kind == kind).count();
    let root = ["gateway", "switch"].iter().find_map(|kind| down.iter().find(|device| device.kind == *kind));
    let root = root.or_else(|| down.iter().min_by_key(|device| device.last_seen))?;
    let aps = site.devices.iter().filter(|device| device.kind == "ap").count();
    // Access points that went with the switch or gateway.
    let with_it = down.iter().filter(|device| {
        device.mac != root.mac
            && device
                .last_seen
                .zip(root.last_seen)
                .is_some_and(|(one, other)| (one - other).abs() <= t::OUTAGE_WINDOW)
    });
    let with_it: Vec<_> = with_it.collect();
    let is_root = root.kind != "ap" && !with_it.is_empty();
    let many = aps > 0 && of_kind("ap") * 2 >= aps;
    let score = match (of_kind("gateway"), of_kind("switch")) {
        (1.., _) => 4_000,
        (0, 1..) => 2_500,
        (0, 0) if many => 2_000,
        (0, 0) => 600,
    };
    let score = score + 100 * u32::try_from(down.len().min(20)).unwrap_or(20);
    let (cause, severity) = match upgrading::upgrade(root, &site.events, now) {
        Some(_) => (&c::UPGRADING, Severity::Warning),
        None if is_root => (&c::UPSTREAM_DOWN, Severity::Critical),
        None => {
            (&c::DEVICE_DOWN, device::outage(root, &downstream(site, root), &site.devices, now).severity())
        }
    };
    let names: Vec<_> = down.iter().map(|device| device.called()).collect();
    let state = state_since(1, "down", root.last_seen, now);
    let called = name(&site.name);
    let words = if is_root {
        format!(
            "{called}: the {} {} {state}; {} went down with it.",
            root.word(),
            root.called(),
            count(with_it.len(), "device")
        )
    } else if down.len() == 1 {
        format!("{called}: the {} {} {state}.", root.word(), root.called())
    } else {
        let since = root.last_seen.map_or(String::new(), |since| format!(" {}", lasting(since, now)));
        format!(
            "{called}: {} of {} {} down: {}. {} has been down{since}.",
            down.len(),
            count(site.devices.len(), "device"),
            is(down.len()),
            listed(&names, 3),
            root.called()
        )
    };
    let mut finding = Finding::new(cause, severity, words)
        .on(Object::site(&site.name))
        .on(root.object())
        .since(root.last_seen)
        .see(&evidence::stats(root))
        .evidence("devices_down", down.len())
        .evidence("devices", site.devices.len());
    for device in down.iter().take(5) {
        finding = finding.on(device.object());
    }
    Some((score, finding))
}

/// The devices downstream of one, as far as that is known without its ports: all others of a site with one switch or
/// gateway of the kind.
fn downstream<'a>(site: &'a SiteRow, root: &Device) -> Vec<&'a Device> {
    let is_only = site.devices.iter().filter(|device| device.kind == root.kind).count() == 1;
    let below: &[&str] = match root.kind.as_str() {
        "gateway" if is_only => &["switch", "ap"],
        "switch" if is_only => &["ap"],
        _ => &[],
    };
    site.devices.iter().filter(|device| below.contains(&device.kind.as_str())).collect()
}
