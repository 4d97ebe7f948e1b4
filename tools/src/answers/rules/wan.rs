//! Rules for the WAN of a site: links, VPN paths, tunnels, routing, DHCP pools and gateway clusters.

mod gateways;
mod links;
mod paths;

use mistmcp::answers::{Finding, Object, Part, been};

use super::alarms;
use crate::answers::facts::wan::{Neighbor, Path, Tunnel};
use crate::answers::facts::{Alarm, Device, Event, Port, open};
use crate::answers::thresholds as t;
use crate::answers::{causes as c, sources};

pub(in crate::answers) use gateways::{clusters, gateways_down, pools};
pub(in crate::answers) use links::{links_degraded, links_down};
pub(in crate::answers) use paths::{by_events, neighbors_down, paths_degraded, paths_down, tunnels_down};

/// The gateways of a site, and what happened to them.
#[derive(Clone, Copy, Debug)]
pub(in crate::answers) struct Wan<'a> {
    pub(in crate::answers) gateways: &'a [Device],
    pub(in crate::answers) ports: &'a [Port],
    pub(in crate::answers) paths: &'a [Path],
    pub(in crate::answers) tunnels: &'a [Tunnel],
    pub(in crate::answers) neighbors: &'a [Neighbor],
    pub(in crate::answers) events: &'a [Event],
    pub(in crate::answers) alarms: &'a [Alarm],
    pub(in crate::answers) now: i64,
}

/// What runs over a WAN, with the types of events that say that it is down. Each is a cause of its own.
const CARRIED: [(&str, &[&str]); 3] = [
    ("vpn_path_down", &["VPN_PATH_DOWN", "VPN_PEER_DOWN"]),
    ("tunnel_down", &["TUNNEL_DOWN"]),
    ("bgp_down", &["BGP_NEIGHBOR_DOWN", "OSPF_NEIGHBOR_DOWN"]),
];

/// Whether an open event or an alarm says that paths, tunnels or routing neighbors are down, so that their statistics are worth
/// a request.
pub(in crate::answers) fn is_reported(cause: &str, events: &[Event], alarms: &[Alarm]) -> bool {
    let kinds = CARRIED.iter().filter(|(known, _)| *known == cause).flat_map(|(_, kinds)| kinds.iter());
    let kinds: Vec<_> = kinds.collect();
    open(events).iter().any(|(event, _)| kinds.iter().any(|kind| **kind == event.short()))
        || alarms::holding(alarms, events)
            .iter()
            .any(|alarm| alarms::cause_of(&alarm.kind).is_some_and(|(known, ..)| known.name == cause))
}

/// What links, paths, tunnels and routing neighbors show.
pub(in crate::answers) fn all(wan: &Wan<'_>) -> Vec<Finding> {
    let mut found = links_down(wan);
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

    fn called(&self, mac: &str) -> String {
        self.gateway(mac).map_or_else(|| mac.to_owned(), Device::called)
    }

    fn object(&self, mac: &str) -> Object {
        self.gateway(mac).map_or_else(|| Object::gateway(mac).mac(mac.to_owned()), Device::object)
    }

    /// Whether statistics show what a cause is about.
    pub(in crate::answers) fn shows(&self, cause: &str) -> bool {
        match cause {
            "vpn_path_down" => !self.paths.is_empty(),
            "tunnel_down" => !self.tunnels.is_empty(),
            "bgp_down" => !self.neighbors.is_empty(),
            "wan_link_down" => !self.ports.is_empty(),
            _ => false,
        }
    }

    /// Whether an alarm about the WAN still holds: statistics that show its kind win over one that was not raised lately.
    pub(in crate::answers) fn holds(&self, alarm: &Alarm) -> bool {
        let cause = alarms::cause_of(&alarm.kind).map(|(cause, ..)| cause);
        cause.is_none_or(|cause| !self.shows(cause.name) || alarms::is_recent(alarm, self.now))
    }

    /// Since when something of a gateway is down: the earliest open event of these types that is about it. An event is about
    /// one of `names`, unless it names only others of `all`.
    fn since(
        &self,
        mac: &str,
        shorts: &[&str],
        port: Option<&str>,
        names: &[&str],
        all: &[&str],
    ) -> Option<i64> {
        let is_own =
            |event: &Event| event.mac.as_deref().is_some_and(|own| own == mac || self.is_same(own, mac));
        let is_about = |event: &Event| {
            names.iter().any(|name| event.names(name)) || !all.iter().any(|name| event.names(name))
        };
        open(self.events)
            .into_iter()
            .map(|(event, _)| event)
            .filter(|event| is_own(event) && shorts.contains(&event.short()) && is_about(event))
            .filter(|event| port.is_none() || event.port.is_none() || event.port.as_deref() == port)
            .map(|event| event.time)
            .min()
    }

    /// Whether two MAC addresses are of one gateway.
    fn is_same(&self, one: &str, other: &str) -> bool {
        self.gateway(one).is_some_and(|gateway| gateway.has_mac(other))
    }

    /// The call of a list that is filtered by gateway and site.
    fn rows_of(&self, name: &'static str, tool: &'static str, mac: &str) -> Part {
        let site = self.gateway(mac).and_then(|gateway| gateway.site.as_deref());
        Part::new(name, tool).with("site_id", site).with("mac", mac)
    }

    /// The call that shows the statistics of a gateway.
    fn stats(&self, mac: &str) -> Part {
        self.gateway(mac).map_or_else(|| sources::stats_of(None, mac, "gateway"), sources::stats)
    }

    /// When Marvis first reported the link of a port: an alarm that names the port, or the only link of its gateway.
    fn reported_since(&self, port: &Port) -> Option<i64> {
        let is_only = self.wan_ports(&port.device).len() == 1;
        let of_link = alarms::holding(self.alarms, self.events).into_iter().filter(|alarm| {
            alarms::cause_of(&alarm.kind).is_some_and(|(cause, ..)| cause.name == c::WAN_LINK_DEGRADED.name)
                && alarm.devices.contains(&port.device)
                && (alarm.ports.contains(&port.id) || (alarm.ports.is_empty() && is_only))
        });
        of_link.filter_map(|alarm| alarm.time).min()
    }

    /// That so many things are in a state, and how long they have been.
    fn been(&self, number: usize, state: &str, since: Option<i64>) -> String {
        been(number, state, since, self.now)
    }

    /// The WAN ports of a gateway.
    fn wan_ports(&self, mac: &str) -> Vec<&Port> {
        let ports = self.ports.iter().filter(|port| port.device == mac && port.is_wan());
        ports.collect()
    }

    /// Keys by which findings about paths and tunnels over a WAN port can follow from it. Mist names the port of a
    /// path by the port or by the name of the WAN; with one WAN port all go over it.
    fn carried(&self, port: &Port) -> Vec<String> {
        let only = self.wan_ports(&port.device).len() == 1;
        let of_paths =
            self.paths.iter().filter(|path| path.gateway == port.device).map(|path| path.port.as_str());
        let of_tunnels = self.tunnels.iter().filter(|tunnel| tunnel.gateway == port.device);
        let names = of_paths.chain(of_tunnels.filter_map(|tunnel| tunnel.port.as_deref()));
        names.filter(|own| only || *own == port.id).map(|own| format!("{} {own}", port.device)).collect()
    }
}

/// Figures of a line that are too bad, in words.
fn bad(loss: Option<f64>, latency: Option<f64>, jitter: Option<f64>) -> Vec<String> {
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
mod tests {
    use mistmcp::answers::{Finding, Row, Severity};
    use mistmcp::serde_json::{Value, json};

    use super::*;
    use crate::answers::causes as c;
    use crate::answers::facts::wan::{Cluster, Pool};

    const GW: &str = "b033a6000010";

    fn gateway(connected: bool) -> Vec<Device> {
        let row =
            json!({ "mac": GW, "name": "GW-1", "type": "gateway", "connected": connected, "last_seen": 100 });
        Device::of(Row::of(&row)).into_iter().collect()
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn port(row: Value) -> Port {
        let mut all = json!({ "mac": GW, "port_id": "ge-0/0/0", "port_usage": "wan", "up": true });
        for (name, value) in row.as_object().unwrap() {
            all[name] = value.clone();
        }
        Port::of(Row::of(&all)).unwrap()
    }

    fn path(peer: &str, port: &str, up: bool) -> Path {
        let row = json!({ "mac": GW, "port_id": port, "peer_router_name": peer, "peer_mac": "b033a6000020", "up": up });
        Path::of(Row::of(&row)).unwrap()
    }

    fn event(kind: &str, time: i64) -> Event {
        Event::of(Row::of(&json!({ "type": kind, "timestamp": time, "mac": GW }))).unwrap()
    }

    fn wan<'a>(gateways: &'a [Device], ports: &'a [Port], paths: &'a [Path]) -> Wan<'a> {
        Wan { gateways, ports, paths, tunnels: &[], neighbors: &[], events: &[], alarms: &[], now: 1_000 }
    }

    #[test]
    fn a_link_that_is_down_matters_by_whether_there_is_another() {
        let gateways = gateway(true);
        let ports = [port(json!({ "up": false })), port(json!({ "port_id": "ge-0/0/1" }))];
        let found = links_down(&wan(&gateways, &ports, &[]));
        assert!(found[0].severity() == Severity::Warning && found[0].is_on("ge-0/0/0"), "{found:?}");
        let found = links_down(&wan(&gateways, &ports[..1], &[]));
        assert_eq!(found[0].severity(), Severity::Critical);
        let lan = [
            port(json!({ "up": false, "port_usage": "lan" })),
            port(json!({ "up": false, "disabled": true })),
        ];
        assert!(links_down(&wan(&gateways, &lan, &[])).is_empty());
    }

    #[test]
    fn a_bad_link_is_reported_by_its_figures_and_carries_its_paths() {
        let gateways = gateway(true);
        let ports = [port(json!({ "loss": 14.2, "latency": 410, "jitter": 2 }))];
        let paths = [path("HUB", "wan0", false)];
        let case = wan(&gateways, &ports, &paths);
        let found = links_degraded(&case);
        assert_eq!(found[0].severity(), Severity::Critical);
        assert!(found[0].summary().contains("14.2% loss and 410 ms latency"), "{found:?}");
        let fine = [port(json!({ "loss": 0.5, "latency": 95, "jitter": 3 }))];
        assert!(links_degraded(&wan(&gateways, &fine, &paths)).is_empty());
        let unknown = [port(json!({ "loss": null }))];
        assert!(links_degraded(&wan(&gateways, &unknown, &paths)).is_empty());
    }

    #[test]
    fn a_path_that_is_down_is_critical_only_where_no_other_reaches_a_peer() {
        let gateways = gateway(true);
        let severity = |paths: &[Path]| paths_down(&wan(&gateways, &[], paths))[0].severity();
        assert_eq!(severity(&[path("HUB", "wan0", false)]), Severity::Critical);
        assert_eq!(severity(&[path("HUB", "wan0", false), path("HUB", "wan1", true)]), Severity::Info);
        assert_eq!(severity(&[path("HUB", "wan0", false), path("OTHER", "wan0", true)]), Severity::Warning);
        assert!(paths_down(&wan(&gateways, &[], &[path("HUB", "wan0", true)])).is_empty());
    }

    #[test]
    fn a_neighbor_that_was_lost_with_its_path_is_reported_with_the_path() {
        let gateways = gateway(true);
        let neighbor = |row: Value| Neighbor::of_bgp(Row::of(&row)).unwrap();
        let lost = json!({ "mac": GW, "neighbor": "10.224.0.1", "neighbor_mac": "b033a6000020", "up": false, "state": "connect" });
        let carrier = json!({ "mac": GW, "neighbor": "203.0.113.1", "neighbor_as": 64512, "state": "idle" });
        let (paths, neighbors) = ([path("HUB", "wan0", false)], [neighbor(lost), neighbor(carrier)]);
        let case = Wan { neighbors: &neighbors, ..wan(&gateways, &[], &paths) };
        let found = neighbors_down(&case);
        assert_eq!(found.len(), 1);
        assert!(found[0].summary().contains("203.0.113.1 (AS 64512)"), "{found:?}");
        let paths_found = paths_down(&case);
        assert!(format!("{paths_found:?}").contains("BGP 10.224.0.1"), "{paths_found:?}");
        let up = Neighbor::of_ospf(Row::of(
            &json!({ "mac": GW, "peer_ip": "10.0.0.2", "state": "2Way", "up": false }),
        ));
        assert!(up.unwrap().is_up, "two routers that are not designated stay at 2-way");
    }

    #[test]
    fn a_full_pool_is_critical_and_an_old_event_is_not() {
        let gateways = gateway(true);
        let events = [event("GW_DHCP_POOL_LOW", 100)];
        let case = Wan { events: &events, now: 90_000, ..wan(&gateways, &[], &[]) };
        let of = |leased: i64| {
            Pool::all_of(Row::of(
                &json!({ "mac": GW, "dhcpd_stat": { "guest": { "num_ips": 150, "num_leased": leased }, "bad": null } }),
            ))
        };
        assert_eq!(pools(&case, &of(150))[0].severity(), Severity::Critical);
        assert_eq!(pools(&case, &of(145))[0].severity(), Severity::Warning);
        assert!(pools(&case, &of(20)).is_empty(), "the pool has room again");
        assert_eq!(pools(&case, &[])[0].severity(), Severity::Info);
    }

    #[test]
    fn a_cluster_is_degraded_while_its_event_is_open() {
        let gateways = gateway(true);
        let down = [event("GW_HA_CONTROL_LINK_DOWN", 100)];
        let case = Wan { events: &down, ..wan(&gateways, &[], &[]) };
        assert_eq!(clusters(&case, &[], &[])[0].cause().name, "cluster_degraded");
        let both = [down[0].clone(), event("GW_HA_CONTROL_LINK_UP", 200)];
        assert!(clusters(&Wan { events: &both, ..case }, &[], &[]).is_empty());
        let row = json!({ "mac": GW, "is_ha": true, "cluster_config": { "control_link_info": { "status": "Down" }, "status": "Green" } });
        let told = [Cluster::of(Row::of(&row)).unwrap()];
        assert_eq!(told[0].troubles, ["control link Down"]);
        assert_eq!(clusters(&wan(&gateways, &[], &[]), &told, &[]).len(), 1);
        let row = json!({ "mac": GW, "is_ha": true });
        let lone = [Cluster::of(Row::of(&row)).unwrap()];
        assert_eq!(clusters(&wan(&gateways, &[], &[]), &lone, &[(GW.into(), 1)]).len(), 1);
        assert!(clusters(&wan(&gateways, &[], &[]), &lone, &[(GW.into(), 2)]).is_empty());
    }

    #[test]
    fn a_tunnel_is_critical_unless_another_one_takes_over() {
        let gateways = gateway(true);
        let tunnel = |wan: &str, up: bool| {
            let row = json!({ "mac": GW, "tunnel_name": "security", "wan_name": wan, "peer_host": "198.51.100.80", "up": up });
            Tunnel::of(Row::of(&row)).unwrap()
        };
        let severity = |tunnels: &[Tunnel]| {
            tunnels_down(&Wan { tunnels, ..wan(&gateways, &[], &[]) }).first().map(Finding::severity)
        };
        assert_eq!(severity(&[tunnel("wan0", false)]), Some(Severity::Critical));
        assert_eq!(severity(&[tunnel("wan0", false), tunnel("wan1", true)]), Some(Severity::Info));
        assert_eq!(severity(&[tunnel("wan0", true)]), None);
    }

    #[test]
    fn events_count_where_no_statistics_were_read_or_where_they_are_new() {
        let gateways = gateway(true);
        let events =
            [event("GW_TUNNEL_DOWN", 100), event("GW_VPN_PATH_DOWN", 100), event("GW_VPN_PATH_UP", 200)];
        let up = json!({ "mac": GW, "tunnel_name": "security", "up": true });
        let tunnels = [Tunnel::of(Row::of(&up)).unwrap()];
        let causes = |now: i64, seen: bool, found: &[Finding]| {
            let tunnels: &[Tunnel] = if seen { &tunnels } else { &[] };
            let case = Wan { events: &events, now, tunnels, ..wan(&gateways, &[], &[]) };
            let lost = by_events(&case, found);
            lost.iter().map(|finding| finding.cause().name).collect::<Vec<_>>()
        };
        assert_eq!(causes(90_000, false, &[]), ["tunnel_down"]);
        assert_eq!(causes(90_000, true, &[]), [""; 0], "the statistics are newer");
        assert_eq!(causes(1_000, true, &[]), ["tunnel_down"]);
        let known = Finding::new(&c::TUNNEL_DOWN, Severity::Critical, "down").on(gateways[0].object());
        assert_eq!(causes(1_000, true, &[known]), [""; 0], "the statistics say it already");
    }

    #[test]
    fn the_only_gateway_that_is_down_is_the_site() {
        let gone = gateway(false);
        let down = gateways_down(&wan(&gone, &[], &[]), Some("Leeds"), None);
        assert!(down[0].cause().name == "site_down" && down[0].is_on("Leeds"), "{down:?}");
        assert_eq!(down[0].severity(), Severity::Critical);
        let forwards = gateways_down(&wan(&gone, &[], &[]), Some("Leeds"), Some(4));
        assert_eq!((forwards[0].cause().name, forwards[0].severity()), ("device_down", Severity::Warning));
        assert!(gateways_down(&wan(&gateway(true), &[], &[]), None, None).is_empty());
    }

    #[test]
    fn bgp_and_ospf_of_one_gateway_are_two_findings_with_their_own_rows_and_times() {
        let gateways = gateway(true);
        let bgp = json!({ "mac": GW, "neighbor": "203.0.113.1", "state": "idle" });
        let ospf = json!({ "mac": GW, "peer_ip": "10.0.0.2", "state": "exstart" });
        let neighbors =
            [Neighbor::of_bgp(Row::of(&bgp)).unwrap(), Neighbor::of_ospf(Row::of(&ospf)).unwrap()];
        let events = [event("GW_BGP_NEIGHBOR_DOWN", 400), event("GW_OSPF_NEIGHBOR_DOWN", 700)];
        let case = Wan { neighbors: &neighbors, events: &events, ..wan(&gateways, &[], &[]) };
        let found = neighbors_down(&case);
        let times: Vec<_> = found.iter().map(Finding::began).collect();
        assert_eq!(times, [Some(400), Some(700)], "{found:?}");
        assert!(format!("{:?}", found[0]).contains("searchSiteBgpStats"));
        assert!(format!("{:?}", found[1]).contains("searchSiteOspfStats"));
        assert!(by_events(&case, &found).is_empty());
        assert_eq!(by_events(&case, &found[..1]).len(), 1, "OSPF is not known by the finding about BGP");
    }

    #[test]
    fn a_path_is_down_since_its_own_event() {
        let gateways = gateway(true);
        let about = |text: &str, time: i64| {
            let row = json!({ "type": "GW_VPN_PATH_DOWN", "timestamp": time, "mac": GW, "text": text });
            Event::of(Row::of(&row)).unwrap()
        };
        let paths = [path("HUB", "wan0", true), path("OTHER", "wan0", false)];
        let since = |events: &[Event]| paths_down(&Wan { events, ..wan(&gateways, &[], &paths) })[0].began();
        assert_eq!(since(&[about("Path to HUB is down", 400)]), None, "of another path");
        assert_eq!(since(&[about("Path to OTHER is down", 500)]), Some(500));
        assert_eq!(since(&[about("A path is down", 600)]), Some(600));
    }

    #[test]
    fn an_alarm_that_newer_statistics_refute_does_not_hold() {
        let row =
            json!({ "type": "gw_vpn_path_down", "timestamp": 1_000, "status": "open", "gateways": [GW] });
        let alarm = Alarm::of(Row::of(&row)).unwrap();
        let paths = [path("HUB", "wan0", true)];
        let holds = |paths: &[Path], now: i64| Wan { now, ..wan(&[], &[], paths) }.holds(&alarm);
        assert!(holds(&[], 90_000), "no statistics");
        assert!(holds(&paths, 1_600), "it is new");
        assert!(!holds(&paths, 90_000));
    }
}
