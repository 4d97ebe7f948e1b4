//! Rules for the WAN of a site: links, VPN paths, tunnels, routing, DHCP pools and gateway clusters.

mod gateways;
mod links;
mod paths;

use mistmcp::answers::{DataSource, Finding, Object, name, state_since};

use super::alarms;
use crate::facts::wan::{RoutingNeighbor, Tunnel, VpnPath};
use crate::facts::{Alarm, Device, Event, Port, open};
use crate::thresholds as t;
use crate::{causes as c, evidence};

pub(crate) use gateways::{clusters, gateways_down, pools};
pub(crate) use links::{links_degraded, links_down, unresolved};
pub(crate) use paths::{by_events, neighbors_down, paths_degraded, paths_down, tunnels_down};

/// The gateways of a site, and what happened to them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wan<'a> {
    pub(crate) gateways: &'a [Device],
    /// All devices that are known, which name the switches among the routing neighbors.
    pub(crate) devices: &'a [Device],
    pub(crate) ports: &'a [Port],
    pub(crate) paths: &'a [VpnPath],
    pub(crate) tunnels: &'a [Tunnel],
    pub(crate) neighbors: &'a [RoutingNeighbor],
    pub(crate) events: &'a [Event],
    pub(crate) alarms: &'a [Alarm],
    pub(crate) now: i64,
}

/// What runs over a WAN, with the types of events that say that it is down. Each has a list of its own; the names are those of
/// causes, but for OSPF, which has that of BGP.
const PEER_DOWN_EVENTS: [(&str, &[&str]); 4] = [
    ("vpn_path_down", &["VPN_PATH_DOWN", "VPN_PEER_DOWN"]),
    ("tunnel_down", &["TUNNEL_DOWN"]),
    ("bgp_down", &["BGP_NEIGHBOR_DOWN"]),
    ("ospf_down", &["OSPF_NEIGHBOR_DOWN"]),
];

/// The events of WAN ports, VPN paths, tunnels and BGP neighbors that are down, as Mist names them.
pub(crate) const PATH_DOWN_EVENTS: &str =
    "GW_PORT_DOWN,GW_VPN_PATH_DOWN,GW_VPN_PEER_DOWN,GW_TUNNEL_DOWN,GW_BGP_NEIGHBOR_DOWN";

/// Whether an open event or an alarm says that one of [`PEER_DOWN_EVENTS`] is down, so that its statistics are worth a request.
pub(crate) fn is_reported(what: &str, events: &[Event], alarms: &[Alarm]) -> bool {
    let kinds =
        PEER_DOWN_EVENTS.iter().filter(|(known, _)| *known == what).flat_map(|(_, kinds)| kinds.iter());
    let kinds: Vec<_> = kinds.collect();
    open(events).iter().any(|(event, _)| kinds.iter().any(|kind| **kind == event.short()))
        || alarms::active(alarms, events)
            .iter()
            .any(|alarm| alarms::cause_of(&alarm.kind).is_some_and(|(cause, ..)| cause.name == what))
}

/// What links, paths, tunnels and routing neighbors show.
pub(crate) fn all(wan: &Wan<'_>) -> Vec<Finding> {
    let mut found = links_down(wan);
    found.extend(unresolved(wan));
    let degraded = links_degraded(wan);
    found.extend(paths_degraded(wan, &degraded));
    found.extend(degraded);
    found.extend(paths_down(wan));
    found.extend(tunnels_down(wan));
    found.extend(neighbors_down(wan));
    found
}

impl Wan<'_> {
    fn gateway(&self, mac: &str) -> Option<&Device> {
        self.gateways.iter().find(|gateway| gateway.has_mac(mac))
    }

    /// The gateway or other device of a MAC address.
    fn device(&self, mac: &str) -> Option<&Device> {
        self.gateway(mac).or_else(|| self.devices.iter().find(|device| device.has_mac(mac)))
    }

    fn called(&self, mac: &str) -> String {
        self.device(mac).map_or_else(|| mac.to_owned(), Device::called)
    }

    fn object(&self, mac: &str) -> Object {
        self.device(mac).map_or_else(|| Object::gateway(mac).mac(mac.to_owned()), Device::object)
    }

    /// The name and object of the device of an event, which may be none that is known.
    fn of_event(&self, event: &Event) -> (String, Object) {
        let mac = event.mac.as_deref().unwrap_or_default();
        if self.device(mac).is_some() {
            return (self.called(mac), self.object(mac));
        }
        let called = event.device_name.as_deref().unwrap_or(mac);
        let kind = if event.kind.starts_with("SW_") { "switch" } else { "gateway" };
        (name(called), Object::device(kind, called).mac(event.mac.clone()))
    }

    /// Whether statistics show what a cause is about.
    pub(crate) fn shows(&self, cause: &str) -> bool {
        match cause {
            "vpn_path_down" => !self.paths.is_empty(),
            "tunnel_down" => !self.tunnels.is_empty(),
            "bgp_down" => !self.neighbors.is_empty(),
            "wan_link_down" => !self.ports.is_empty(),
            _ => false,
        }
    }

    /// Whether an alarm about the WAN still holds: statistics that show its kind win over one that was not raised lately.
    pub(crate) fn is_current(&self, alarm: &Alarm) -> bool {
        let cause = alarms::cause_of(&alarm.kind).map(|(cause, ..)| cause);
        cause.is_none_or(|cause| !self.shows(cause.name) || alarms::is_recent(alarm, self.now))
    }

    /// Since when something of a gateway is down: the earliest of the `open` events of these types that is about it. An event is
    /// about one of `names`, unless it names only others of `all`.
    fn since(
        &self,
        open: &[(&Event, usize)],
        mac: &str,
        shorts: &[&str],
        port: Option<&str>,
        names: &[&str],
        all: &[&str],
    ) -> Option<i64> {
        let gateway = self.gateway(mac);
        let is_own = |event: &Event| {
            let is_of_gateway = |own: &str| gateway.is_some_and(|gateway| gateway.has_mac(own));
            event.mac.as_deref().is_some_and(|own| own == mac || is_of_gateway(own))
        };
        let is_about = |event: &Event| {
            let is_one = |name: &&str| event.names_one_of(name, all);
            names.iter().any(is_one) || !all.iter().any(is_one)
        };
        open.iter()
            .map(|(event, _)| *event)
            .filter(|event| shorts.contains(&event.short()) && is_own(event) && is_about(event))
            .filter(|event| !port.is_some_and(|port| self.is_over_other_link(event, mac, port)))
            .filter(|event| {
                let of_event = event.port.as_deref();
                of_event.zip(port).is_none_or(|(one, other)| self.is_one_link(mac, one, other))
            })
            .map(|event| event.time)
            .min()
    }

    /// Whether an event of paths is about those of a gateway over other links than this one, by their ports or the names of
    /// their WANs.
    fn is_over_other_link(&self, event: &Event, mac: &str, port: &str) -> bool {
        let is_named = |path: &&VpnPath| {
            path.links().any(|link| event.names(link) || event.names_path(&path.peer, link))
        };
        let named = self.paths.iter().filter(|path| path.gateway == mac).filter(is_named);
        let named: Vec<_> = named.collect();
        event.kind.contains("_VPN_") && !named.is_empty() && !named.iter().any(|path| path.is_over(port))
    }

    /// Whether a port and the name of a WAN of a gateway are of one link.
    fn is_one_link(&self, mac: &str, one: &str, other: &str) -> bool {
        let is_over_both = |path: &VpnPath| path.is_over(one) && path.is_over(other);
        one == other || self.paths.iter().any(|path| path.gateway == mac && is_over_both(path))
    }

    /// The call of a list that is filtered by gateway and site.
    fn rows_of(&self, name: &'static str, tool: &'static str, mac: &str) -> DataSource {
        let site = self.device(mac).and_then(|device| device.site.as_deref());
        DataSource::new(name, tool).with("site_id", site).with("mac", mac)
    }

    /// The call that shows the statistics of a gateway.
    fn stats(&self, mac: &str) -> DataSource {
        self.gateway(mac).map_or_else(|| evidence::stats_of(None, mac, "gateway"), evidence::stats)
    }

    /// When Marvis first reported the link of a port: an alarm that names the port, or the only link of its gateway.
    fn reported_since(&self, port: &Port) -> Option<i64> {
        let is_only = self.wan_ports(&port.device).len() == 1;
        let of_link = alarms::active(self.alarms, self.events).into_iter().filter(|alarm| {
            alarms::cause_of(&alarm.kind).is_some_and(|(cause, ..)| cause.name == c::WAN_LINK_DEGRADED.name)
                && alarm.devices.contains(&port.device)
                && (alarm.ports.contains(&port.id) || (alarm.ports.is_empty() && is_only))
        });
        of_link.filter_map(|alarm| alarm.time).min()
    }

    /// That so many things are in a state, and how long they have been.
    fn state_since(&self, number: usize, state: &str, since: Option<i64>) -> String {
        state_since(number, state, since, self.now)
    }

    /// The WAN ports of gateways.
    fn links(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().filter(|port| self.is_link(port))
    }

    /// The WAN ports of a gateway.
    fn wan_ports(&self, mac: &str) -> Vec<&Port> {
        self.ports.iter().filter(|port| port.device == mac && self.is_link(port)).collect()
    }

    /// Whether a port leads to a provider. An uplink of another device than a gateway is inside the site.
    fn is_link(&self, port: &Port) -> bool {
        let is_inside = || {
            self.gateway(&port.device).is_none()
                && self.devices.iter().any(|device| device.has_mac(&port.device))
        };
        port.is_wan() && !is_inside()
    }

    /// Keys by which findings about paths and tunnels over a WAN port can follow from it. Mist names the port of a
    /// path by the port or by the name of the WAN; with one WAN port all go over it.
    fn keys_over(&self, port: &Port) -> Vec<String> {
        let only = self.wan_ports(&port.device).len() == 1;
        let of_paths =
            self.paths.iter().filter(|path| path.gateway == port.device).map(|path| path.port.as_str());
        let of_tunnels = self.tunnels.iter().filter(|tunnel| tunnel.gateway == port.device);
        let names = of_paths.chain(of_tunnels.filter_map(|tunnel| tunnel.port.as_deref()));
        names.filter(|own| only || *own == port.id).map(|own| format!("{} {own}", port.device)).collect()
    }
}

/// Figures of a line that are too bad, in words.
fn over_limit(loss: Option<f64>, latency: Option<f64>, jitter: Option<f64>) -> Vec<String> {
    let figures = [
        (loss, t::WAN_LOSS, "% loss"),
        (latency, t::WAN_LATENCY, " ms latency"),
        (jitter, t::WAN_JITTER, " ms jitter"),
    ];
    let bad = figures.iter().filter_map(|(value, limit, unit)| {
        value.filter(|value| value >= limit).map(|value| format!("{}{unit}", rounded(value)))
    });
    bad.collect()
}

fn rounded(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests;
