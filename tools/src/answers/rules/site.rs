//! Rules for a whole site: what is down and why, what ports, alarms and open events show, roots before their symptoms.

mod reported;

use std::collections::HashMap;

use mistmcp::answers::{Finding, Object, Row, Severity, ago, listed, plural};

use super::device::{self, Case};
use super::ports::{self, Around};
use super::radio::RadarHit;
use super::tree::Tree;
use super::wan::{self, Wan};
use super::{connecting, radio};
use crate::answers::facts::wan::{Cluster, Neighbor, Path, Pool, Tunnel};
use crate::answers::facts::{Alarm, Device, Event, Port, Radio, open};
use crate::answers::{causes as c, sources};

pub(in crate::answers) use reported::reported;

/// What the rules know of a site.
#[derive(Clone, Debug)]
pub(in crate::answers) struct SiteCase<'a> {
    pub(in crate::answers) id: &'a str,
    pub(in crate::answers) name: &'a str,
    pub(in crate::answers) devices: &'a [Device],
    pub(in crate::answers) ports: &'a [Port],
    /// Events of devices.
    pub(in crate::answers) events: &'a [Event],
    /// Events of clients.
    pub(in crate::answers) client_events: &'a [Event],
    /// Alarms and Marvis actions.
    pub(in crate::answers) alarms: &'a [Alarm],
    /// VLANs that access points do not get, by MAC address.
    pub(in crate::answers) missing_vlans: &'a [(String, Vec<String>)],
    pub(in crate::answers) radios: &'a [Radio],
    pub(in crate::answers) pools: &'a [Pool],
    pub(in crate::answers) clusters: &'a [Cluster],
    /// What runs over the WAN, where it was read.
    pub(in crate::answers) paths: &'a [Path],
    pub(in crate::answers) tunnels: &'a [Tunnel],
    pub(in crate::answers) neighbors: &'a [Neighbor],
    pub(in crate::answers) around: &'a Around<'a>,
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

    /// What the rules for the WAN take.
    fn wan<'w>(&'w self, gateways: &'w [Device], ports: &'w [Port]) -> Wan<'w> {
        Wan {
            gateways,
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
        self.around.now
    }

    fn device(&self, mac: &str) -> Option<&Device> {
        self.around.devices.get(mac).copied()
    }
}

/// The VLANs that access points do not get, from their statistics.
pub(in crate::answers) fn missing_vlans<'a>(
    stats: impl Iterator<Item = Row<'a>>,
) -> Vec<(String, Vec<String>)> {
    let missing = stats.filter_map(|row| Some((row.mac("mac")?, row.texts("inactive_wired_vlans"))));
    missing.filter(|(_, vlans)| !vlans.is_empty()).collect()
}

/// All findings about a site that its state and events show, in any order.
pub(in crate::answers) fn site(case: &SiteCase<'_>) -> Vec<Finding> {
    let tree = Tree::of(case.devices, case.ports);
    let mut found = Vec::new();
    found.extend(device::site_down(case.devices, case.name, case.now()));
    let is_site_down = !found.is_empty();
    let mut events: HashMap<&str, Vec<Event>> = HashMap::new();
    for event in case.events {
        let device = event.mac.as_deref().and_then(|mac| case.device(mac));
        if let Some(device) = device {
            events.entry(device.mac.as_str()).or_default().push(event.clone());
        }
    }
    for (place, device) in case.devices.iter().enumerate() {
        if tree.is_behind_a_dead_one(place) {
            continue;
        }
        let events = events.get(device.mac.as_str()).map_or(&[][..], Vec::as_slice);
        let mut own = of_device(case, device, events);
        if device.is_down() && !is_site_down {
            own.extend(down(case, device, &tree.behind(place), &own));
        }
        if device.is_down() && device.is_covered(case.devices) {
            // The neighbors of an access point take its clients.
            own = own
                .into_iter()
                .map(|finding| {
                    let weight = finding.explains().min(78);
                    finding.weight(weight)
                })
                .collect();
        }
        found.extend(own);
    }
    found.extend(ports_of(case));
    found.extend(wan_of(case));
    found.extend(radios_of(case));
    found.extend(loops(case));
    found.extend(vlans(case, &tree));
    let failures = connecting::failures(case.client_events, case.now());
    found.extend(connecting::findings(&failures, (case.id, case.name), case.now()));
    found
}

/// What the rules for devices find about one, without its ports: these have their own findings.
fn of_device(case: &SiteCase<'_>, device: &Device, events: &[Event]) -> Vec<Finding> {
    let own = Case {
        device,
        site: case.devices,
        site_name: case.name,
        events,
        ports: case.ports,
        around: case.around,
    };
    let is_root = |finding: &Finding| {
        let cause = finding.cause();
        // Ports and WAN have rules of their own, by their state. An open event alone may be stale.
        !["ports", "WAN"].contains(&cause.group)
            && cause.name != c::SITE_DOWN.name
            && cause.name != c::UPSTREAM_DOWN.name
    };
    let found = device::device(&own).into_iter().filter(is_root);
    let calm = found.map(|finding| {
        let name = finding.cause().name;
        // A device that has never been here, or that somebody restarted, is not what a site suffers from.
        let weight = match name {
            "never_connected" => 55,
            "restarted_by_user" if !device.is_down() => 25,
            "upgrading" if !device.is_down() => 30,
            _ => finding.explains(),
        };
        finding.weight(weight)
    });
    calm.collect()
}

/// A device that is down, with what is down behind it; nothing where the rules for devices say why.
fn down(case: &SiteCase<'_>, root: &Device, behind: &[&Device], own: &[Finding]) -> Option<Finding> {
    let is_alone = !behind.iter().any(|device| device.is_down());
    // An upgrade names what is behind it.
    let is_known = |finding: &Finding| {
        finding.cause().name == c::UPGRADING.name || (is_alone && finding.explains() >= 55)
    };
    if own.iter().any(is_known) {
        return None;
    }
    Some(device::outage(root, behind, case.devices, case.now()))
}

/// Troubles of the ports of devices that are connected. A port that is down because of what is behind it is a symptom.
fn ports_of(case: &SiteCase<'_>) -> Vec<Finding> {
    let is_alive = |port: &&Port| case.device(&port.device).is_none_or(|device| !device.is_down());
    let mut found = Vec::new();
    for port in case.ports.iter().filter(is_alive) {
        let neighbor = case.devices.iter().find(|device| port.leads_to(&device.mac, device.name.as_deref()));
        let is_of_gateway = case.device(&port.device).is_some_and(|device| device.kind == "gateway");
        let is_dead_end = neighbor.is_some_and(Device::is_down);
        for finding in ports::port(port, case.around) {
            match finding.cause().name {
                "port_down" if is_dead_end || (is_of_gateway && port.is_wan()) => {}
                "port_disabled" if is_dead_end => found.push(finding.weight(93)),
                _ => found.push(finding),
            }
        }
    }
    found
}

/// WAN links, DHCP pools and clusters of gateways that are connected.
fn wan_of(case: &SiteCase<'_>) -> Vec<Finding> {
    let (gateways, ports) = case.gateways();
    let wan = case.wan(&gateways, &ports);
    let mut found = wan::all(&wan);
    found.extend(wan::pools(&wan, case.pools));
    found.extend(wan::clusters(&wan, case.clusters, &[]));
    let by_events = wan::by_events(&wan, &found);
    found.extend(by_events);
    found
}

/// Radios of access points that are connected. Which of them hear each other is a question of its own.
fn radios_of(case: &SiteCase<'_>) -> Vec<Finding> {
    let aps = || case.devices.iter().filter(|device| device.kind == "ap" && !device.is_down());
    let is_up = |radio: &&Radio| aps().any(|ap| ap.mac == radio.ap);
    let radios: Vec<_> = case.radios.iter().filter(is_up).cloned().collect();
    let connected: Vec<_> = aps()
        .map(|ap| (ap.mac.clone(), ap.name.clone().unwrap_or_else(|| ap.mac.clone()), ap.model.clone()))
        .collect();
    let radars = case.events.iter().filter(|event| event.short() == "RADAR_DETECTED").filter_map(|event| {
        Some(RadarHit { ap: event.mac.clone()?, time: event.time, channel: event.channel })
    });
    let radars: Vec<_> = radars.collect();
    let name_of = |mac: &str| case.device(mac).map_or_else(|| mac.to_owned(), Device::called);
    let mut found = radio::utilization(&radios, &[]);
    found.extend(radio::noise(&radios));
    found.extend(radio::disabled(&radios, &connected, &[]));
    let shown = |_: usize, ap: &str, _: i64| {
        let of_ap = case
            .events
            .iter()
            .filter(|event| event.short() == "RADAR_DETECTED" && event.mac.as_deref() == Some(ap));
        sources::device_events(of_ap).unwrap_or_else(|| sources::stats_of(None, ap, "ap"))
    };
    found.extend(radio::radar([&radars, &[]], shown, name_of, case.now()));
    found
}

/// Loops that switches report and that are not cleared.
fn loops(case: &SiteCase<'_>) -> Vec<Finding> {
    let open: Vec<_> = open(case.events).into_iter().map(|(event, _)| event).collect();
    let loops = open.iter().filter(|event| event.short() == "LOOP_DETECTED");
    let found = loops.map(|event| {
        let device = event.mac.as_deref().and_then(|mac| case.device(mac));
        let called = device.map(Device::called).or_else(|| event.device_name.clone()).unwrap_or_default();
        let changes = case.events.iter().filter(|other| {
            other.short() == "STP_TOPO_CHANGED" && other.mac == event.mac && other.time >= event.time
        });
        let object = device.map_or_else(|| Object::switch(&called), Device::object);
        Finding::new(
            &c::LOOP,
            Severity::Critical,
            format!("{called} detected a loop {}, and it has not been cleared.", ago(event.time, case.now())),
        )
        .on(object)
        .weight(89)
        .since(event.time)
        .evidence("event", event.kind.clone())
        .evidence("topology_changes_since", Some(changes.count()).filter(|changes| *changes > 0))
        .evidence("text", event.text.clone())
        .see(sources::device_events([*event]).as_ref())
    });
    found.collect()
}

/// Access points that do not get a VLAN which their WLANs need.
fn vlans(case: &SiteCase<'_>, tree: &Tree<'_>) -> Vec<Finding> {
    let found = case.missing_vlans.iter().filter_map(|(mac, vlans)| {
        let place = tree.place(mac)?;
        let ap = case.devices.get(place).filter(|ap| !ap.is_down())?;
        let switch = tree.upstream(place);
        let port = device::upstream_port(ap, case.devices, case.ports);
        let at = match (switch, port) {
            (Some(switch), Some(port)) => {
                format!(" from its switch port {} {}", switch.called(), mistmcp::answers::name(&port.id))
            }
            _ => String::new(),
        };
        let noun = plural(vlans.len(), "VLAN");
        let words = format!("{} receives no traffic of {noun} {}{at}.", ap.called(), listed(vlans, 4));
        let mut finding =
            Finding::new(&c::MISSING_VLAN, Severity::Critical, words).weight(88).see(&sources::stats(ap));
        if let Some((switch, port)) = switch.zip(port) {
            finding = finding.on(port.object(&switch.called()));
        }
        finding = finding.on(ap.object());
        if let Some(switch) = switch {
            finding = finding.on(switch.object());
        }
        for vlan in vlans.iter().take(3) {
            finding = finding.on(Object::vlan(vlan));
        }
        Some(finding.evidence("inactive_wired_vlans", vlans.clone()))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::{Value, json};

    use super::*;

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
        for (name, value) in changes.as_object().unwrap() {
            row[name] = value.clone();
        }
        Port::of(Row::of(&row)).unwrap()
    }

    #[derive(Default)]
    struct Given {
        events: Vec<Event>,
        alarms: Vec<Alarm>,
        vlans: Vec<(String, Vec<String>)>,
    }

    fn found(devices: &[Device], ports: &[Port], given: &Given) -> Vec<Finding> {
        let around = Around::new(NOW, devices, ports, &given.events);
        let case = SiteCase {
            id: "s",
            name: "Leeds",
            devices,
            ports,
            events: &given.events,
            client_events: &[],
            alarms: &given.alarms,
            missing_vlans: &given.vlans,
            radios: &[],
            pools: &[],
            clusters: &[],
            paths: &[],
            tunnels: &[],
            neighbors: &[],
            around: &around,
        };
        let mut found = site(&case);
        found.extend(reported(&case, &found));
        found
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
    fn a_dead_gateway_with_everything_behind_it_is_a_site_that_is_down() {
        let (devices, ports) = network(&["GW", "SW", "AP-1", "AP-2"]);
        let found = found(&devices, &ports, &Given::default());
        assert_eq!(found[0].cause().name, "site_down");
        assert!(
            found.iter().all(|finding| finding.explains() <= 98 && finding.cause().name != "device_down"),
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
        let (devices, ports) = network(&[]);
        let reported = Given { alarms: vec![alarm("missing_vlan", "5c4527000001")], ..Given::default() };
        let alone = found(&devices, &ports, &reported);
        assert_eq!((causes(&alone), alone[0].severity()), (vec!["missing_vlan"], Severity::Critical));
        let shown = Given { vlans: vec![("5c5b35000001".into(), vec!["30".into()])], ..reported };
        let shown = found(&devices, &ports, &shown);
        assert_eq!((causes(&shown), shown[0].severity()), (vec!["missing_vlan"], Severity::Critical));
        assert!(shown[0].is_on("SW") && shown[0].is_on("AP-1"), "{shown:?}");
        let other = Given { alarms: vec![alarm("switch_down", "5c4527000001")], ..Given::default() };
        assert!(found(&devices, &ports, &other).is_empty(), "the switch is connected");
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
            ..Given::default()
        };
        assert_eq!(causes(&found(&devices, &ports, &given)), ["loop"]);
        given.events.push(event("SW_LOOP_CLEARED", 60));
        given.alarms.clear();
        assert!(found(&devices, &ports, &given).is_empty());
    }

    #[test]
    fn devices_that_name_each_other_as_upstream_do_not_hang_the_rules() {
        let (devices, mut ports) = network(&["SW", "AP-1"]);
        ports.push(port(&json!({ "mac": "5c5b35000001", "port_id": "eth1", "neighbor_mac": "5c4527000001", "neighbor_system_name": "SW" })));
        assert!(!found(&devices, &ports, &Given::default()).is_empty());
        assert!(found(&[], &ports, &Given::default()).is_empty());
    }
}
