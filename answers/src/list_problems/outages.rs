//! Devices and VPN paths that are down, folded to their roots.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use mistmcp::answers::{Finding, Object, Severity};

use crate::causes as c;
use crate::facts::wan::VpnPath;
use crate::facts::{Device, Event, Port, by_mac};
use crate::rules::ports::{self as port_rules, PortContext};
use crate::rules::tree::DeviceTree;
use crate::rules::wan::{self, Wan};
use crate::rules::{device, upgrading};
use crate::site_state::WanPeers;

/// VPN paths, tunnels and BGP neighbors that are down, and paths that are degraded, by their statistics and events as for
/// `checkWan`. What is of a gateway that is down, or leads to one, is left out: the outage of that gateway is listed. `is_whole`
/// is whether these are all devices: others may be gateways that are up.
pub(super) fn carried_down(
    (devices, is_whole): (&[Device], bool),
    (WanPeers { paths, tunnels, neighbors }, ports): (&WanPeers, &[Port]),
    events: &[Event],
    site_name: impl Fn(&str) -> Option<String>,
    now: i64,
) -> Vec<Finding> {
    let (down, up): (Vec<_>, Vec<_>) =
        devices.iter().filter(|device| device.kind == "gateway").cloned().partition(Device::is_down);
    let (known, down, is_up_one) = (by_mac(devices), by_mac(&down), by_mac(&up));
    let is_down = |mac: &str| down.contains_key(mac);
    let may_be_others = devices.is_empty() || !is_whole;
    let is_up = |mac: &str| is_up_one.contains_key(mac) || (may_be_others && !known.contains_key(mac));
    let of_gateways = paths.iter().filter(|path| is_up(&path.gateway)).cloned();
    let (mut to_dead_peers, paths): (Vec<_>, Vec<_>) =
        of_gateways.partition(|path| path.peer_mac.as_deref().is_some_and(is_down));
    // The MAC address of a member of a cluster is that of the cluster.
    let gateway_of =
        |mac: &'_ str| is_up_one.get(mac).map_or_else(|| mac.to_owned(), |gateway| gateway.mac.clone());
    let by_gateway = |paths: &'_ [VpnPath]| {
        let mut peers: HashMap<String, Vec<String>> = HashMap::new();
        for path in paths {
            peers.entry(gateway_of(&path.gateway)).or_default().push(path.peer.clone());
        }
        peers
    };
    let others = by_gateway(&paths);
    to_dead_peers.retain(|path| path.up == Some(false));
    let dead = by_gateway(&to_dead_peers);
    // An event is about the path to a dead peer if it names this one, or no other.
    let events = events.iter().filter(|event| {
        let Some(mac) = event.mac.as_deref().filter(|mac| is_up(mac)) else { return false };
        let gateway = gateway_of(mac);
        let Some(dead) = dead.get(&gateway) else { return true };
        let names_another =
            || others.get(&gateway).is_some_and(|peers| peers.iter().any(|peer| event.names(peer)));
        !dead.iter().any(|peer| event.names(peer)) && names_another()
    });
    let events: Vec<_> = events.cloned().collect();
    let tunnels: Vec<_> = tunnels.iter().filter(|tunnel| is_up(&tunnel.gateway)).cloned().collect();
    let neighbors = neighbors
        .iter()
        .filter(|neighbor| is_up(&neighbor.device) && !neighbor.mac.as_deref().is_some_and(is_down));
    let neighbors: Vec<_> = neighbors.cloned().collect();
    let ports: Vec<_> =
        ports.iter().filter(|port| is_up_one.contains_key(port.device.as_str())).cloned().collect();
    let wan = Wan {
        gateways: &up,
        devices,
        ports: &ports,
        paths: &paths,
        tunnels: &tunnels,
        neighbors: &neighbors,
        events: &events,
        alarms: &[],
        now,
    };
    let mut found =
        [wan::links_down(&wan), wan::paths_down(&wan), wan::tunnels_down(&wan), wan::neighbors_down(&wan)]
            .concat();
    found.extend(wan::paths_degraded(&wan, &[]));
    let by_events = wan::by_events(&wan, &found);
    found.extend(by_events);
    let called: Vec<_> = up.iter().map(|gateway| (gateway, gateway.called())).collect();
    let site_of = |finding: &Finding| {
        // Its sentence names the gateway that it is about before the peers.
        let named = called.iter().filter(|(_, name)| finding.is_on(name));
        let (gateway, _) =
            named.min_by_key(|(_, name)| (finding.summary().find(name.as_str()), Reverse(name.len())))?;
        gateway.site.as_deref().and_then(&site_name)
    };
    found
        .into_iter()
        .map(|finding| {
            // One of several neighbors that was lost before the events begin is no news.
            let is_old = finding.cause().name == c::BGP_DOWN.name
                && finding.began().is_none()
                && finding.severity() < Severity::Critical;
            let finding = if is_old { finding.weight(44) } else { finding };
            match site_of(&finding) {
                Some(site) => finding.on(Object::site(&site)),
                None => finding,
            }
        })
        .collect()
}

/// Devices that are down: whole sites, dead switches and gateways with what is behind them, and single devices.
pub(super) fn down(
    devices: &[Device],
    ports: &[Port],
    events: &[Event],
    site_name: impl Fn(&str) -> Option<String>,
    now: i64,
) -> Vec<Finding> {
    // Of sites where something is down.
    let mut sites: BTreeMap<&str, AtSite> = BTreeMap::new();
    for device in devices.iter().filter(|device| device.is_down()) {
        sites.extend(device.site.as_deref().map(|site| (site, AtSite::default())));
    }
    for device in devices {
        if let Some(at) = device.site.as_deref().and_then(|site| sites.get_mut(site)) {
            at.devices.push(device.clone());
        }
    }
    for port in ports {
        if let Some(at) = port.site.as_deref().and_then(|site| sites.get_mut(site)) {
            at.ports.push(port.clone());
        }
    }
    let known = by_mac(devices);
    for event in events {
        let of_device = event.mac.as_deref().and_then(|mac| known.get(mac)?.site.as_deref());
        if let Some(at) = of_device.or(event.site.as_deref()).and_then(|site| sites.get_mut(site)) {
            at.events.push(event.clone());
        }
    }
    let mut found = Vec::new();
    for (site, at) in &sites {
        let called = site_name(site).unwrap_or_else(|| (*site).to_owned());
        let at_site = |finding: Finding| finding.on(Object::site(&called)).folds();
        found.extend(down_at_site(at, &called, now).into_iter().map(at_site));
    }
    found
}

/// The devices of a site with their ports and events.
#[derive(Debug, Default)]
struct AtSite {
    devices: Vec<Device>,
    ports: Vec<Port>,
    events: Vec<Event>,
}

/// The devices of a site that are down; those behind a dead one are named and fold into it.
fn down_at_site(AtSite { devices, ports, events }: &AtSite, site: &str, now: i64) -> Vec<Finding> {
    let mut found: Vec<_> = device::site_down(devices, site, now).into_iter().collect();
    let is_site_down = !found.is_empty();
    let tree = DeviceTree::of(devices, ports);
    let context = PortContext::new(now, devices, ports, events);
    for (place, device) in devices.iter().enumerate().filter(|(_, device)| device.is_down()) {
        if is_site_down || tree.is_below_an_outage(place) {
            found.push(device::single_outage(device, devices, now));
            continue;
        }
        let behind = tree.downstream(place);
        if let Some(upgrade) = upgrading::upgrade(device, events, now) {
            found.push(upgrade.finding(&behind, now));
            continue;
        }
        let at_port = device::upstream_port(device, devices, ports)
            .and_then(|port| port_rules::outage_at_port((port, ports), device, &context));
        if device.kind != "ap" || behind.iter().any(|other| other.is_down()) {
            let outage = device::outage(device, &behind, devices, now).weight(90);
            found.push(match &at_port {
                Some(root) => outage.because_of(root),
                None => outage,
            });
            found.extend(at_port);
            continue;
        }
        let finding = at_port.unwrap_or_else(|| device::single_outage(device, devices, now));
        let is_covered = device.is_covered(devices);
        found.push(if is_covered { finding.weight(66) } else { finding });
    }
    found
}

#[cfg(test)]
mod large;

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::*;
    use crate::facts::wan::{RoutingNeighbor, Tunnel, VpnPath};

    const NOW: i64 = 1_795_890_000;

    /// A gateway, a switch behind it, and three access points on that; of a site.
    fn network(down: &[&str]) -> (Vec<Device>, Vec<Port>) {
        let device = |number: u8, kind: &str, name: &str| {
            let row = json!({
                "mac": format!("5c5b350000{number:02}"), "type": kind, "name": name, "site_id": "s",
                "connected": !down.contains(&name),
            });
            Device::of(Row::of(&row)).unwrap()
        };
        let devices = vec![
            device(1, "gateway", "GW"),
            device(2, "switch", "SW"),
            device(3, "ap", "AP-3"),
            device(4, "ap", "AP-4"),
            device(5, "ap", "AP-5"),
        ];
        let port = |from: u8, to: u8| {
            let row = json!({
                "mac": format!("5c5b350000{from:02}"), "port_id": format!("ge-0/0/{to}"), "site_id": "s", "up": true,
                "neighbor_mac": format!("5c5b350000{to:02}"),
            });
            Port::of(Row::of(&row)).unwrap()
        };
        let ports = vec![port(1, 2), port(2, 3), port(2, 4), port(2, 5)];
        (devices, ports)
    }

    fn of(paths: &[VpnPath]) -> WanPeers {
        WanPeers { paths: paths.to_vec(), ..WanPeers::default() }
    }

    #[test]
    fn tunnels_and_bgp_neighbors_are_listed_by_their_state_unless_their_gateway_is_down() {
        let tunnel =
            json!({ "mac": "5c5b35000001", "tunnel_name": "SEC", "port_id": "ge-0/0/0", "up": false });
        let neighbor = json!({ "mac": "5c5b35000001", "neighbor": "10.0.0.1", "state": "idle", "up": false });
        let carried = WanPeers {
            tunnels: Tunnel::of(Row::of(&tunnel)).into_iter().collect(),
            neighbors: RoutingNeighbor::of_bgp(Row::of(&neighbor)).into_iter().collect(),
            ..WanPeers::default()
        };
        let causes = |down_ones: &[&str]| {
            let found = carried_down((&network(down_ones).0, true), (&carried, &[]), &[], |_| None, NOW);
            found.iter().map(|finding| finding.cause().name).collect::<Vec<_>>()
        };
        assert_eq!(causes(&[]), ["tunnel_down", "bgp_down"]);
        assert!(causes(&["GW"]).is_empty());
    }

    #[test]
    fn what_runs_over_a_gateway_that_was_not_read_is_listed_unless_all_devices_were_read() {
        let tunnel = |mac: &str| {
            let row = json!({ "mac": mac, "tunnel_name": "SEC", "port_id": "ge-0/0/0", "up": false });
            Tunnel::of(Row::of(&row)).unwrap()
        };
        let found = |mac: &str, is_whole: bool| {
            let carried = WanPeers { tunnels: vec![tunnel(mac)], ..WanPeers::default() };
            carried_down((&network(&["GW"]).0, is_whole), (&carried, &[]), &[], |_| None, NOW).len()
        };
        let (dead_gateway, switch, unknown) = ("5c5b35000001", "5c5b35000002", "5c5b35000077");
        assert_eq!([dead_gateway, switch, unknown].map(|mac| found(mac, true)), [0, 0, 0]);
        assert_eq!([dead_gateway, switch, unknown].map(|mac| found(mac, false)), [0, 0, 1]);
    }

    fn causes(down_ones: &[&str], change: impl Fn(&mut Port)) -> Vec<(&'static str, Severity)> {
        let (devices, mut ports) = network(down_ones);
        ports.iter_mut().for_each(change);
        let diagnosed = down(&devices, &ports, &[], |_| Some("Leeds".to_owned()), NOW);
        diagnosed.iter().map(|finding| (finding.cause().name, finding.severity())).collect()
    }

    #[test]
    fn a_dead_switch_is_the_root_whatever_its_ports_say() {
        let no_power = |port: &mut Port| {
            port.up = Some(false);
            port.poe_on = Some(false);
        };
        let found = causes(&["SW", "AP-3", "AP-4", "AP-5"], no_power);
        assert_eq!(found[0].0, "upstream_down");
        assert!(found[1..].iter().all(|(cause, _)| *cause == "device_down"), "{found:?}");
        let found = causes(&["GW", "SW", "AP-3", "AP-4", "AP-5"], no_power);
        assert_eq!(found[0].0, "site_down", "the inventory has no last_seen");
    }

    #[test]
    fn a_vpn_path_is_listed_by_its_statistics_unless_one_of_its_gateways_is_down() {
        let found = |down_ones: &[&str], peer_down: bool, up: bool| {
            let (mut devices, _) = network(down_ones);
            let peer = json!({
                "mac": "5c5b35000009", "type": "gateway", "name": "HUB", "site_id": "h", "connected": !peer_down,
            });
            devices.push(Device::of(Row::of(&peer)).unwrap());
            let row = json!({
                "mac": "5c5b35000001", "port_id": "wan0", "peer_router_name": "HUB", "peer_mac": "5c5b35000009", "up": up,
            });
            let paths = [VpnPath::of(Row::of(&row)).unwrap()];
            let found =
                carried_down((&devices, true), (&of(&paths), &[]), &[], |_| Some("Leeds".to_owned()), NOW);
            found.iter().map(|finding| (finding.cause().name, finding.is_on("Leeds"))).collect::<Vec<_>>()
        };
        assert_eq!(found(&[], false, false), [("vpn_path_down", true)]);
        assert_eq!(found(&[], false, true), []);
        assert_eq!(found(&["GW"], false, false), [], "the outage of the gateway is listed");
        assert_eq!(found(&[], true, false), [], "the outage of the peer is listed");
    }

    #[test]
    fn an_event_of_a_path_to_a_peer_that_is_down_is_no_finding_of_its_own() {
        let (mut devices, _) = network(&[]);
        let peer = json!({ "mac": "5c5b35000009", "type": "gateway", "name": "HUB", "connected": false });
        devices.push(Device::of(Row::of(&peer)).unwrap());
        let row =
            json!({ "mac": "5c5b35000001", "port_id": "wan0", "peer_mac": "5c5b35000009", "up": false });
        let event = json!({ "type": "GW_VPN_PATH_DOWN", "timestamp": NOW - 600, "mac": "5c5b35000001" });
        let event = [Event::of(Row::of(&event)).unwrap()];
        let paths = [VpnPath::of(Row::of(&row)).unwrap()];
        assert!(carried_down((&devices, true), (&of(&paths), &[]), &event, |_| None, NOW).is_empty());
        assert_eq!(
            carried_down((&devices, true), (&WanPeers::default(), &[]), &event, |_| None, NOW).len(),
            1,
            "no statistics show the path"
        );
    }

    #[test]
    fn an_event_of_a_vpn_path_counts_while_no_statistics_show_the_path() {
        let (devices, _) = network(&[]);
        let event = |mac: &str| {
            let row = json!({ "type": "GW_VPN_PATH_DOWN", "timestamp": NOW - 60_000, "mac": mac });
            Event::of(Row::of(&row)).unwrap()
        };
        let found = |mac: &str| {
            carried_down((&devices, true), (&WanPeers::default(), &[]), &[event(mac)], |_| None, NOW).len()
        };
        assert_eq!((found("5c5b35000001"), found("5c5b35000077")), (1, 0));
    }

    #[test]
    fn a_switch_behind_a_disabled_port_follows_from_it() {
        let found = |disabled: bool| {
            let (devices, mut ports) = network(&["SW", "AP-3", "AP-4", "AP-5"]);
            ports[0].up = Some(false);
            ports[0].disabled = disabled;
            down(&devices, &ports, &[], |_| Some("Leeds".to_owned()), NOW)
        };
        let roots = |found: &[Finding]| -> Vec<_> {
            let roots = found
                .iter()
                .filter(|finding| finding.cause().name != c::DEVICE_DOWN.name && !finding.has_root());
            roots.map(|finding| finding.cause().name).collect()
        };
        assert_eq!(roots(&found(true)), ["port_disabled"], "{:?}", found(true));
        assert_eq!(roots(&found(false)), ["upstream_down"]);
    }

    #[test]
    fn a_single_access_point_is_a_warning_with_what_its_port_says() {
        let calm = |_: &mut Port| {};
        assert_eq!(causes(&["AP-3"], calm), [("device_down", Severity::Warning)]);
        assert_eq!(causes(&["AP-3", "AP-4"], calm)[0].1, Severity::Critical, "most of them");
        let off = |port: &mut Port| {
            port.up = Some(false);
            port.disabled = port.id == "ge-0/0/3";
            port.poe_on = Some(false);
        };
        assert_eq!(causes(&["AP-3"], off)[0].0, "port_disabled");
        assert_eq!(causes(&["AP-4"], off)[0].0, "power_lost");
        assert!(causes(&[], calm).is_empty());
    }
}
