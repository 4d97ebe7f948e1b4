//! Rules for a whole site: what is down and why, what ports, alarms and open events show, roots before their symptoms.

mod network;
mod reported;
mod roots;

use std::collections::HashMap;

use mistmcp::answers::{Finding, Severity};

use super::device::{self, DeviceCase};
use super::ports::PortContext;
use super::recovered::{self, Past};
use super::tree::DeviceTree;
use super::wan::Wan;
use crate::causes as c;
use crate::facts::wan::{DhcpPool, GatewayCluster, RoutingNeighbor, Tunnel, VpnPath};
use crate::facts::{Alarm, Device, Event, Port, Radio};

use network::{failing_clients, loops, port_findings, radio_findings, wan_findings};

/// The input of the rules for a site.
#[derive(Clone, Debug)]
pub(crate) struct SiteCase<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) devices: &'a [Device],
    pub(crate) ports: &'a [Port],
    /// Events of devices.
    pub(crate) events: &'a [Event],
    /// Events of clients.
    pub(crate) client_events: &'a [Event],
    /// Whether older ones of these were not read.
    pub(crate) client_events_cut: bool,
    /// Events of access control, where they were read.
    pub(crate) nac_events: &'a [Event],
    /// Alarms and Marvis actions.
    pub(crate) alarms: &'a [Alarm],
    pub(crate) radios: &'a [Radio],
    pub(crate) pools: &'a [DhcpPool],
    pub(crate) clusters: &'a [GatewayCluster],
    /// What runs over the WAN, where it was read.
    pub(crate) paths: &'a [VpnPath],
    pub(crate) tunnels: &'a [Tunnel],
    pub(crate) neighbors: &'a [RoutingNeighbor],
    pub(crate) context: &'a PortContext<'a>,
}

impl SiteCase<'_> {
    /// The gateways that are connected, and their ports.
    fn gateways(&self) -> (Vec<Device>, Vec<Port>) {
        let is_up = |device: &&Device| device.kind == "gateway" && !device.is_down();
        let gateways: Vec<_> = self.devices.iter().filter(is_up).cloned().collect();
        let is_theirs = |port: &&Port| gateways.iter().any(|gateway| gateway.has_mac(&port.device));
        let ports = self.ports.iter().filter(is_theirs).cloned().collect();
        (gateways, ports)
    }

    /// What the rules for outages that are over take.
    fn past(&self) -> Past<'_> {
        let (now, end) = (self.now(), self.context.end);
        let (devices, ports, events) = (self.devices, self.ports, self.events);
        Past { site: Some(self.name), devices, ports, events, now, end }
    }

    /// What the rules for the WAN take.
    fn wan<'w>(&'w self, gateways: &'w [Device], ports: &'w [Port]) -> Wan<'w> {
        Wan {
            gateways,
            devices: self.devices,
            ports,
            paths: self.paths,
            tunnels: self.tunnels,
            neighbors: self.neighbors,
            events: self.events,
            alarms: self.alarms,
            now: self.now(),
        }
    }

    fn now(&self) -> i64 {
        self.context.now
    }

    fn device(&self, mac: &str) -> Option<&Device> {
        self.context.devices.get(mac).copied()
    }
}

/// All findings about a site that its state, events and alarms show, in any order.
pub(crate) fn site(case: &SiteCase<'_>) -> Vec<Finding> {
    let tree = DeviceTree::of(case.devices, case.ports);
    let mut found = Vec::new();
    found.extend(device::site_down(case.devices, case.name, case.now()));
    let is_site_down = !found.is_empty();
    let events = events_by_device(case);
    for (place, device) in case.devices.iter().enumerate() {
        if tree.is_below_an_outage(place) {
            continue;
        }
        let events = events.get(device.mac.as_str()).map_or(&[][..], Vec::as_slice);
        let mut own = device_findings(case, device, events);
        if device.is_down() && !is_site_down {
            own.extend(outage_of(case, device, &tree.downstream(place), &own));
        }
        // The neighbors of an access point take its clients.
        let most = if device.is_down() && device.is_covered(case.devices) { 78 } else { u8::MAX };
        found.extend(own.into_iter().map(|finding| {
            let weight = finding.relevance().min(most);
            finding.weight(weight)
        }));
    }
    found.extend(port_findings(case));
    found.extend(wan_findings(case));
    found.extend(radio_findings(case));
    found.extend(loops(case));
    let (failures, of_clients) = failing_clients(case);
    found.extend(of_clients);
    let over = recovered::recovered(&case.past(), &found);
    found.extend(over);
    let reported = reported::reported(case, &found);
    found.extend(reported);
    roots::with_roots(found, &failures, case)
}

/// The events of each device, by its MAC address.
fn events_by_device<'a>(case: &SiteCase<'a>) -> HashMap<&'a str, Vec<Event>> {
    let mut events: HashMap<&str, Vec<Event>> = HashMap::new();
    for event in case.events {
        let device = event.mac.as_deref().and_then(|mac| case.context.devices.get(mac).copied());
        if let Some(device) = device {
            events.entry(device.mac.as_str()).or_default().push(event.clone());
        }
    }
    events
}

/// The findings with less weight where they are not critical, so that a critical one goes before all others, whether an alarm,
/// an event or the state shows it.
pub(crate) fn worst_first(found: Vec<Finding>) -> Vec<Finding> {
    let weighed = found.into_iter().map(|finding| {
        let weight = finding.relevance();
        // Below the least weight of a critical one.
        let weight = if finding.severity() == Severity::Critical { weight } else { weight / 3 * 2 };
        finding.weight(weight)
    });
    weighed.collect()
}

/// What the rules for devices find about one, without its ports: these have their own findings.
fn device_findings(case: &SiteCase<'_>, device: &Device, events: &[Event]) -> Vec<Finding> {
    let own = DeviceCase {
        device,
        site: case.devices,
        site_name: case.name,
        events,
        ports: case.ports,
        context: case.context,
    };
    let is_root = |finding: &Finding| {
        let cause = finding.cause();
        // Ports and WAN have rules of their own, by their state. An open event alone may be stale.
        (!["ports", "WAN"].contains(&cause.group) || cause.name == c::MISSING_VLAN.name)
            && cause.name != c::SITE_DOWN.name
            && cause.name != c::UPSTREAM_DOWN.name
    };
    let found = device::device(&own).into_iter().filter(is_root);
    let weighed = found.map(|finding| {
        let name = finding.cause().name;
        // A device that has never been here, or that somebody restarted, is not what a site suffers from.
        let weight = match name {
            "never_connected" => 55,
            "restarted_by_user" if !device.is_down() => 25,
            "upgrading" if !device.is_down() => 30,
            "missing_vlan" => 88,
            _ => finding.relevance(),
        };
        finding.weight(weight)
    });
    weighed.collect()
}

/// A device that is down, with what is down behind it; nothing where the rules for devices say why.
fn outage_of(case: &SiteCase<'_>, root: &Device, behind: &[&Device], own: &[Finding]) -> Option<Finding> {
    let is_alone = !behind.iter().any(|device| device.is_down());
    // An upgrade names what is behind it.
    let is_known = |finding: &Finding| {
        finding.cause().name == c::UPGRADING.name || (is_alone && finding.relevance() >= 55)
    };
    if own.iter().any(is_known) {
        return None;
    }
    Some(device::outage(root, behind, case.devices, case.now()))
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::{Value, json};

    use super::*;
    use crate::facts::test_rows::merge;

    const NOW: i64 = 1_795_890_000;

    /// A gateway, a switch behind it, and two access points on that.
    fn network(down: &[&str]) -> (Vec<Device>, Vec<Port>) {
        let device = |mac: &str, kind: &str, name: &str| {
            let status = if down.contains(&name) { "disconnected" } else { "connected" };
            Device::of(Row::of(&json!({
                "mac": mac, "type": kind, "name": name, "status": status, "last_seen": NOW - 3_600, "site_id": "s",
                "uptime": 100_000,
            })))
            .unwrap()
        };
        let devices = vec![
            device("5c4527000000", "gateway", "GW"),
            device("5c4527000001", "switch", "SW"),
            device("5c5b35000001", "ap", "AP-1"),
            device("5c5b35000002", "ap", "AP-2"),
        ];
        (
            devices,
            vec![
                port(&json!({})),
                port(&json!({
                    "port_id": "ge-0/0/2", "neighbor_mac": "5c5b35000002", "neighbor_system_name": "AP-2",
                })),
                port(&json!({
                    "mac": "5c4527000000", "port_id": "ge-0/0/5", "neighbor_mac": "5c4527000001", "neighbor_system_name": "SW",
                    "type": "gateway",
                })),
            ],
        )
    }

    fn port(changes: &Value) -> Port {
        let mut row = json!({
            "mac": "5c4527000001", "port_id": "ge-0/0/1", "up": true, "speed": 1000, "full_duplex": true,
            "neighbor_mac": "5c5b35000001", "neighbor_system_name": "AP-1",
        });
        merge(&mut row, changes);
        Port::of(Row::of(&row)).unwrap()
    }

    #[derive(Default)]
    struct Given {
        events: Vec<Event>,
        alarms: Vec<Alarm>,
    }

    fn found(devices: &[Device], ports: &[Port], given: &Given) -> Vec<Finding> {
        let context = PortContext::new(NOW, devices, ports, &given.events);
        let case = SiteCase {
            id: "s",
            name: "Leeds",
            devices,
            ports,
            events: &given.events,
            client_events: &[],
            client_events_cut: false,
            nac_events: &[],
            alarms: &given.alarms,
            radios: &[],
            pools: &[],
            clusters: &[],
            paths: &[],
            tunnels: &[],
            neighbors: &[],
            context: &context,
        };
        site(&case)
    }

    fn causes(found: &[Finding]) -> Vec<&'static str> {
        found.iter().map(|finding| finding.cause().name).collect()
    }

    fn alarm(kind: &str, switch: &str) -> Alarm {
        Alarm::of(Row::of(
            &json!({ "type": kind, "timestamp": NOW - 600, "switches": [switch], "status": "open" }),
        ))
        .unwrap()
    }

    #[test]
    fn a_site_where_all_is_well_has_no_findings() {
        let (devices, ports) = network(&[]);
        assert!(found(&devices, &ports, &Given::default()).is_empty());
    }

    #[test]
    fn what_hangs_from_a_dead_switch_is_one_finding_about_the_switch() {
        let (devices, ports) = network(&["SW", "AP-1", "AP-2"]);
        let found = found(&devices, &ports, &Given::default());
        assert_eq!(causes(&found), ["upstream_down"]);
        assert!(["SW", "AP-1", "AP-2"].iter().all(|name| found[0].is_on(name)), "{found:?}");
    }

    #[test]
    fn an_access_point_that_reaches_the_network_by_radio_goes_down_with_the_one_that_carries_it() {
        let (mut devices, ports) = network(&["AP-1", "MESH"]);
        let row = json!({
            "mac": "5c5b35000009", "type": "ap", "name": "MESH", "status": "disconnected", "last_seen": NOW - 3_590,
            "site_id": "s", "mesh_uplink": { "uplink_ap_id": "00000000-0000-0000-1000-5c5b35000001" },
        });
        devices.push(Device::of(Row::of(&row)).unwrap());
        let outages = found(&devices, &ports, &Given::default());
        assert_eq!(causes(&outages), ["upstream_down"]);
        assert!(outages[0].starts_on("AP-1") && outages[0].is_on("MESH"), "{outages:?}");
    }

    #[test]
    fn a_dead_gateway_with_everything_behind_it_is_a_site_that_is_down() {
        let (devices, ports) = network(&["GW", "SW", "AP-1", "AP-2"]);
        let found = found(&devices, &ports, &Given::default());
        assert_eq!(found[0].cause().name, "site_down");
        assert!(
            found.iter().all(|finding| finding.relevance() <= 98 && finding.cause().name != "device_down"),
            "{found:?}"
        );
    }

    #[test]
    fn a_switch_that_only_lost_the_cloud_is_a_warning() {
        let (devices, ports) = network(&["SW"]);
        let found = found(&devices, &ports, &Given::default());
        assert_eq!((causes(&found), found[0].severity()), (vec!["device_down"], Severity::Warning));
    }

    #[test]
    fn a_dead_access_point_is_reported_by_its_port_or_else_by_itself() {
        let (devices, mut ports) = network(&["AP-1"]);
        assert_eq!(causes(&found(&devices, &ports, &Given::default())), ["device_down"]);
        ports[0] = port(&json!({ "up": false, "poe_on": false, "power_draw": 0 }));
        assert_eq!(causes(&found(&devices, &ports, &Given::default())), ["power_lost"]);
        ports[0] = port(&json!({ "up": false, "disabled": true }));
        assert!(causes(&found(&devices, &ports, &Given::default())).contains(&"port_disabled"));
    }

    #[test]
    fn an_old_event_of_a_port_that_is_up_is_no_trouble() {
        let (devices, ports) = network(&[]);
        let event = Event::of(Row::of(&json!({
            "type": "SW_PORT_DOWN", "timestamp": NOW - 50_000, "mac": "5c4527000001", "port_id": "ge-0/0/1",
        })));
        assert!(
            found(&devices, &ports, &Given { events: event.into_iter().collect(), ..Given::default() })
                .is_empty()
        );
    }

    #[test]
    fn a_report_is_judged_as_everywhere_and_one_that_the_state_shows_is_reported_once() {
        let (mut devices, ports) = network(&[]);
        let reported = Given { alarms: vec![alarm("missing_vlan", "5c4527000001")], ..Given::default() };
        let alone = found(&devices, &ports, &reported);
        assert_eq!((causes(&alone), alone[0].severity()), (vec!["missing_vlan"], Severity::Critical));
        let other = Given { alarms: vec![alarm("switch_down", "5c4527000001")], ..Given::default() };
        assert!(found(&devices, &ports, &other).is_empty(), "the switch is connected");
        devices[2].missing_vlans = vec!["30".into()];
        let shown = found(&devices, &ports, &reported);
        assert_eq!((causes(&shown), shown[0].severity()), (vec!["missing_vlan"], Severity::Critical));
        assert!(shown[0].is_on("SW") && shown[0].is_on("AP-1"), "{shown:?}");
    }

    #[test]
    fn a_loop_is_open_until_it_is_cleared() {
        let (devices, ports) = network(&[]);
        let event = |kind: &str, ago: i64| {
            Event::of(Row::of(&json!({ "type": kind, "timestamp": NOW - ago, "mac": "5c4527000001" })))
                .unwrap()
        };
        let mut given = Given {
            events: vec![event("SW_LOOP_DETECTED", 900)],
            alarms: vec![alarm("switch_stp_loop", "5c4527000001")],
        };
        assert_eq!(causes(&found(&devices, &ports, &given)), ["loop"]);
        given.events.push(event("SW_LOOP_CLEARED", 60));
        given.alarms.clear();
        let over = found(&devices, &ports, &given);
        assert_eq!((causes(&over), over[0].severity()), (vec!["loop"], Severity::Info));
        assert!(over[0].summary().contains("until just now"), "{over:?}");
    }

    #[test]
    fn devices_that_name_each_other_as_upstream_do_not_hang_the_rules() {
        let (devices, mut ports) = network(&["SW", "AP-1"]);
        ports.push(port(&json!({ "mac": "5c5b35000001", "port_id": "eth1", "neighbor_mac": "5c4527000001", "neighbor_system_name": "SW" })));
        assert!(!found(&devices, &ports, &Given::default()).is_empty());
        assert!(found(&[], &ports, &Given::default()).is_empty());
    }
}
