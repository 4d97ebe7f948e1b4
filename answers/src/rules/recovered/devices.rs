//! Devices that were not connected for a while: whole sites, switches and gateways with what is behind them, single devices.

use std::collections::{HashMap, HashSet};

use mistmcp::answers::{Cause, Finding, Object, Severity, count, name, times};

use super::{Outage, Past};
use crate::facts::{Device, Event};
use crate::rules::tree::DeviceTree;
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// A device with its outages.
type OfDevice<'a> = (&'a Device, Vec<Outage<'a>>);

pub(super) fn recovered(past: &Past<'_>) -> Vec<Finding> {
    let (repeated, single): (Vec<_>, Vec<_>) =
        outages(past).into_iter().partition(|(_, own)| own.len() >= t::MIN_FLAPS);
    let mut found: Vec<_> =
        repeated.iter().map(|(device, own)| lost_again_and_again(past, device, own)).collect();
    let mut all: Vec<_> =
        single.into_iter().flat_map(|(device, own)| own.into_iter().map(move |own| (device, own))).collect();
    all.sort_by_key(|(_, outage)| outage.began());
    // What goes down within some minutes goes down together.
    let together = all.chunk_by(|(_, one), (_, next)| next.began() - one.began() <= t::OUTAGE_WINDOW);
    found.extend(together.flat_map(|together| at_once(past, together)));
    found
}

/// The outages of each device, but for those of a restart or upgrade that somebody asked for, and short ones of a restart: these
/// have rules of their own.
fn outages<'a>(past: &Past<'a>) -> Vec<OfDevice<'a>> {
    let of_all = past.outages(&["DISCONNECTED"]).into_iter().filter_map(|mut own| {
        let device = past.device_of(own[0].event)?;
        own.retain(|outage| !is_of_restart(past.events, device, outage));
        (!own.is_empty()).then_some((device, own))
    });
    of_all.collect()
}

fn is_of_restart(events: &[Event], device: &Device, outage: &Outage<'_>) -> bool {
    let (began, ended) = (outage.began(), outage.ended.unwrap_or(i64::MAX));
    let is_short = ended.saturating_sub(began) <= t::RESTART_DURATION;
    events.iter().filter(|event| event.mac.as_deref().is_some_and(|mac| device.has_mac(mac))).any(|event| {
        let kind = event.short();
        let is_asked =
            ["RESTART_BY_USER", "RESTARTED_BY_USER"].contains(&kind) || kind.starts_with("UPGRADE");
        (began - t::OUTAGE_WINDOW..=ended.saturating_add(t::OUTAGE_WINDOW)).contains(&event.time)
            && (is_asked || (is_short && kind == "RESTARTED"))
    })
}

/// A device that loses the cloud several times has a bad uplink or power.
fn lost_again_and_again(past: &Past<'_>, device: &Device, own: &[Outage<'_>]) -> Finding {
    let (first, last) = (own[0], own[own.len() - 1]);
    let words = format!(
        "The {} {} lost the cloud {}, last {}.",
        device.word(),
        device.called(),
        times(own.len()),
        past.when(last.began(), last.ended)
    );
    let finding = Finding::new(&c::DEVICE_DOWN, Severity::Warning, words);
    past.weighed(finding, (Severity::Warning, 72), (Severity::Warning, 64))
        .on(device.object())
        .since(first.began())
        .evidence("times", own.len())
        .evidence("ended", last.ended)
        .see(&evidence::events(own.iter().map(|outage| outage.event)))
}

/// Devices that went down together: the site, or each root with what was behind it.
fn at_once(past: &Past<'_>, together: &[(&Device, Outage<'_>)]) -> Vec<Finding> {
    if let Some(site) = past.site.filter(|_| is_whole_site(past, together)) {
        let finding = over(past, "All devices of", &name(site), &c::SITE_DOWN, together);
        let finding = past.weighed(finding, (Severity::Critical, 97), (Severity::Warning, 54));
        return vec![with_devices(finding.on(Object::site(site)), together)];
    }
    let tree = DeviceTree::of(past.devices, past.ports);
    let went: HashSet<&str> = together.iter().map(|(device, _)| device.mac.as_str()).collect();
    // The uppermost device above one that went down as well.
    let root_of = |device: &Device| {
        let above = tree.place(&device.mac).into_iter().flat_map(|place| tree.above(place));
        above.map(|root| root.mac.as_str()).filter(|mac| went.contains(mac)).last()
    };
    let (mut roots, mut behind) = (Vec::new(), HashMap::<_, Vec<_>>::new());
    for one in together {
        match root_of(one.0) {
            Some(root) => behind.entry(root).or_default().push(*one),
            None => roots.push(*one),
        }
    }
    let of_root = roots.into_iter().map(|root| {
        let behind = behind.get(root.0.mac.as_str()).into_iter().flatten();
        of_root(past, &std::iter::once(&root).chain(behind).copied().collect::<Vec<_>>())
    });
    of_root.collect()
}

/// A device that was down, the first of these, with those behind it.
fn of_root(past: &Past<'_>, own: &[(&Device, Outage<'_>)]) -> Finding {
    let root = own[0].0;
    let what = format!("The {}", root.word());
    let (cause, then, now) = match (own.len(), root.kind.as_str()) {
        (2.., _) => (&c::UPSTREAM_DOWN, (Severity::Critical, 93), (Severity::Warning, 50)),
        (_, "ap") => (&c::DEVICE_DOWN, (Severity::Warning, 72), (Severity::Info, 22)),
        _ => (&c::DEVICE_DOWN, (Severity::Critical, 82), (Severity::Warning, 46)),
    };
    let finding = past.weighed(over(past, &what, &root.called(), cause, own), then, now);
    with_devices(finding, own)
}

/// That something was down, with when it was.
fn over(
    past: &Past<'_>,
    what: &str,
    called: &str,
    cause: &'static Cause,
    own: &[(&Device, Outage<'_>)],
) -> Finding {
    let began = own[0].1.began();
    // Some may have come back and others not.
    let ended = own.iter().map(|(_, outage)| outage.ended).collect::<Option<Vec<_>>>();
    let ended = ended.and_then(|ended| ended.into_iter().max());
    let was = if cause.name == c::SITE_DOWN.name { "were" } else { "was" };
    let with = match (own.len() - 1, cause.name) {
        (0, _) | (_, "site_down") => String::new(),
        (others, _) => format!("; {} behind it went down as well", count(others, "device")),
    };
    let words = format!("{what} {called} {was} down {}{with}.", past.when(began, ended));
    Finding::new(cause, Severity::Critical, words)
        .since(began)
        .evidence("ended", ended)
        .evidence("devices_down", own.len())
        .see(&evidence::events(own.iter().map(|(_, outage)| outage.event)))
}

fn with_devices(finding: Finding, own: &[(&Device, Outage<'_>)]) -> Finding {
    own.iter().take(6).fold(finding, |finding, (device, _)| finding.on(device.object()))
}

/// Whether nearly all devices of the site went down together, with its gateways or without exception.
fn is_whole_site(past: &Past<'_>, together: &[(&Device, Outage<'_>)]) -> bool {
    let is_there = |device: &&Device| device.last_seen.is_some() || device.connected == Some(true);
    let known: Vec<_> = past.devices.iter().filter(is_there).collect();
    let went = |device: &Device| together.iter().any(|(other, _)| other.mac == device.mac);
    let down = known.iter().filter(|device| went(device)).count();
    let mut gateways = known.iter().filter(|device| device.kind == "gateway").peekable();
    let is_gateway_down = gateways.peek().is_some() && gateways.all(|gateway| went(gateway));
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    let ratio = down as f64 / known.len().max(1) as f64;
    known.len() >= 2 && ratio >= t::MOST_OF_A_SITE && (is_gateway_down || down == known.len())
}
