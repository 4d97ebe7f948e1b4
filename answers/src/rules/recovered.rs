//! Rules for outages that are over: of devices, of what runs over the WAN, and loops. In a window that ended in the past they are
//! what went wrong then; until now they are worth knowing, and trouble where they come again and again.

mod devices;

use mistmcp::answers::{Cause, Finding, Severity, ago, name, span, times};

use crate::facts::{Device, Event, Port, episodes};
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// The input of the rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past<'a> {
    /// The name of the site, if all its devices and their events are known.
    pub(crate) site: Option<&'a str>,
    pub(crate) devices: &'a [Device],
    pub(crate) ports: &'a [Port],
    pub(crate) events: &'a [Event],
    pub(crate) now: i64,
    /// The end of the time window.
    pub(crate) end: i64,
}

/// Whether a time window with this end ended in the past.
pub(crate) fn is_past(now: i64, end: i64) -> bool {
    now - end > t::MINUTE
}

/// A time at which something was down: its end is not known where the window ends before it.
#[derive(Clone, Copy, Debug)]
struct Outage<'a> {
    event: &'a Event,
    ended: Option<i64>,
}

impl Outage<'_> {
    fn began(&self) -> i64 {
        self.event.time
    }
}

impl<'a> Past<'a> {
    /// Whether the window ended in the past.
    pub(crate) fn is_past(&self) -> bool {
        is_past(self.now, self.end)
    }

    fn device_of(&self, event: &Event) -> Option<&'a Device> {
        Device::of_event(self.devices, event)
    }

    /// How long an outage was and when, for a sentence: `for 30 min, until 4 h ago`.
    fn when(&self, began: i64, ended: Option<i64>) -> String {
        match ended {
            Some(ended) => format!("for {}, until {}", span(ended - began), ago(ended, self.now)),
            None => format!("from {} until the end of the time window or later", ago(began, self.now)),
        }
    }

    /// The severity and weight of an outage: those that it had in a window of the past; less until now, where it is over.
    fn weighed(&self, finding: Finding, (severity, weight): (Severity, u8), now: (Severity, u8)) -> Finding {
        let (severity, weight) = if self.is_past() { (severity, weight) } else { now };
        finding.at_most(severity).weight(weight)
    }

    /// The outages of each thing whose events have these types: those that were closed and, in a window of the past, those of
    /// which nothing shows that they still last.
    fn outages(&self, shorts: &[&str]) -> Vec<Vec<Outage<'a>>> {
        let own = episodes(self.events)
            .into_iter()
            .filter(|known| known.all.first().is_some_and(|(event, _)| shorts.contains(&event.short())));
        let over = own.map(|known| {
            let over = known.all.into_iter().filter(|(event, closed)| {
                let is_up = || self.device_of(event).is_some_and(|device| device.connected == Some(true));
                closed.is_some() || (self.is_past() && is_up())
            });
            over.map(|(event, ended)| Outage { event, ended }).collect::<Vec<_>>()
        });
        over.filter(|outages| !outages.is_empty()).collect()
    }
}

/// Things that events open and close.
struct Carried {
    /// The types of the events that open it.
    shorts: &'static [&'static str],
    cause: &'static Cause,
    /// The cause where it is lost again and again. A VPN path is that of one WAN link, which is bad and not down.
    repeated: &'static Cause,
    what: &'static str,
}

const CARRIED: &[Carried] = &[
    Carried {
        shorts: &["VPN_PATH_DOWN", "VPN_PEER_DOWN"],
        cause: &c::VPN_PATH_DOWN,
        repeated: &c::WAN_LINK_DEGRADED,
        what: "a VPN path",
    },
    Carried { shorts: &["TUNNEL_DOWN"], cause: &c::TUNNEL_DOWN, repeated: &c::TUNNEL_DOWN, what: "a tunnel" },
    Carried {
        shorts: &["BGP_NEIGHBOR_DOWN", "OSPF_NEIGHBOR_DOWN"],
        cause: &c::BGP_DOWN,
        repeated: &c::BGP_DOWN,
        what: "a routing neighbor",
    },
    Carried { shorts: &["LOOP_DETECTED"], cause: &c::LOOP, repeated: &c::LOOP, what: "a loop" },
];

/// All that was wrong in the window and is over, but for what `found` has.
pub(crate) fn recovered(past: &Past<'_>, found: &[Finding]) -> Vec<Finding> {
    let mut over = outages(past);
    over.extend(carried(past, found));
    over
}

/// Outages of devices alone.
pub(crate) fn outages(past: &Past<'_>) -> Vec<Finding> {
    devices::recovered(past)
}

/// What was carried over the network and is up again, and loops.
fn carried(past: &Past<'_>, found: &[Finding]) -> Vec<Finding> {
    let mut over = Vec::new();
    for thing in CARRIED {
        let mut all = past.outages(thing.shorts);
        let mut macs: Vec<_> = all.iter().filter_map(|outages| outages[0].event.mac.as_deref()).collect();
        macs.sort_unstable();
        macs.dedup();
        for mac in macs {
            let is_own = |outages: &mut Vec<Outage<'_>>| outages[0].event.mac.as_deref() == Some(mac);
            let things: Vec<_> = all.extract_if(.., is_own).collect();
            // Several that were lost once each are one outage.
            let is_repeated = things.iter().any(|outages| outages.len() >= t::MIN_FLAPS);
            let mut own: Vec<_> = things.into_iter().flatten().collect();
            own.sort_by_key(Outage::began);
            let Some(device) = past.device_of(own[0].event) else { continue };
            let called = device.called();
            if !found.iter().any(|known| known.cause().name == thing.cause.name && known.is_on(&called)) {
                over.push(of_device(past, device, thing, (&own, is_repeated)));
            }
        }
    }
    over
}

/// What a device lost and has again, once or several times.
fn of_device(
    past: &Past<'_>,
    device: &Device,
    thing: &Carried,
    (own, is_repeated): (&[Outage<'_>], bool),
) -> Finding {
    let (first, last) = (own[0], own[own.len() - 1]);
    let is_loop = thing.cause.name == c::LOOP.name;
    let verb = if is_loop { "had" } else { "lost" };
    let cause = if is_repeated { thing.repeated } else { thing.cause };
    // Which one it is, where the events name only one.
    let detail = first.event.detail().filter(|one| own.iter().all(|own| own.event.detail() == Some(*one)));
    let what = match detail {
        Some(detail) => format!("{} ({})", thing.what, name(detail)),
        None => thing.what.to_owned(),
    };
    let when = match own {
        [only] => past.when(only.began(), only.ended),
        own => format!("{}, last {}", times(own.len()), past.when(last.began(), last.ended)),
    };
    let finding =
        Finding::new(cause, Severity::Critical, format!("{} {verb} {what} {when}.", device.called()));
    let (then, now) = match (is_loop, is_repeated) {
        (true, _) => ((Severity::Critical, 86), (Severity::Info, 20)),
        (_, true) => ((Severity::Warning, 66), (Severity::Warning, 60)),
        _ => ((Severity::Warning, 63), (Severity::Info, 20)),
    };
    past.weighed(finding, then, now)
        .on(device.object())
        .item(thing.what.to_owned())
        .since(first.began())
        .evidence("event", first.event.kind.clone())
        .evidence("times", Some(own.len()).filter(|times| *times > 1))
        .evidence("ended", last.ended)
        .evidence("text", last.event.text.clone())
        .see(&evidence::events(own.iter().map(|outage| outage.event)))
}

#[cfg(test)]
mod tests;
