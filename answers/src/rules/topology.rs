//! Rules for a topology: what is down, and what follows from it.

use std::collections::{HashMap, HashSet};

use mistmcp::answers::Finding;

use crate::facts::{Device, Port, Topology};
use crate::rules::ports::{self, PortContext};
use crate::rules::{device, upgrading};

/// Devices that are down, each dead branch as one finding about its root.
pub(crate) fn down(
    topology: &Topology,
    devices: &[Device],
    ports: &[Port],
    context: &PortContext<'_>,
) -> Vec<Finding> {
    let by_mac: HashMap<&str, &Device> = devices.iter().map(|device| (device.mac.as_str(), device)).collect();
    let is_down = |place: usize| topology.nodes[place].up == Some(false);
    let mut found = Vec::new();
    for device in devices.iter().filter(|device| device.is_down()) {
        let Some(place) = topology.place(&device.mac) else { continue };
        if topology.upstream[place].is_some_and(is_down) {
            continue;
        }
        let behind = topology.downstream(place).into_iter();
        let behind: Vec<_> =
            behind.filter_map(|place| by_mac.get(topology.nodes[place].mac.as_str()).copied()).collect();
        if let Some(upgrade) = upgrading::upgrade(device, context.events, context.now) {
            found.push(upgrade.finding(&behind, context.now));
            continue;
        }
        let mut power = ports.iter().filter(|port| port.has_neighbor(&device.mac, device.name.as_deref()));
        let power = power.find_map(|port| ports::outage_at_port((port, ports), device, context));
        let power = power.filter(|_| !behind.iter().any(|device| device.is_down()));
        found.push(power.unwrap_or_else(|| device::outage(device, &behind, devices, context.now)));
    }
    found
}

/// What is wrong with the links, worst first; but for those to devices that are down.
pub(crate) fn links(topology: &Topology, ports: &[Port], context: &PortContext<'_>) -> Vec<Finding> {
    let mut ends: HashSet<(&str, &str)> = HashSet::new();
    for edge in &topology.edges {
        let is_down = |place: usize| topology.nodes[place].up == Some(false);
        if is_down(edge.from) || is_down(edge.to) {
            continue;
        }
        for (place, port) in [(edge.from, &edge.from_port), (edge.to, &edge.to_port)] {
            if let Some(port) = port {
                ends.insert((topology.nodes[place].mac.as_str(), port.as_str()));
            }
        }
    }
    let of_links = ports.iter().filter(|port| ends.contains(&(port.device.as_str(), port.id.as_str())));
    of_links.flat_map(|port| ports::port(port, context)).collect()
}

/// Marks what findings are about.
pub(crate) fn mark(topology: &mut Topology, findings: &[Finding]) {
    let names: Vec<_> = topology.nodes.iter().map(|node| mistmcp::answers::name(&node.name)).collect();
    for finding in findings {
        let cause = finding.cause();
        if cause.group == "ports" {
            for edge in &mut topology.edges {
                let ends = [(edge.from, &edge.from_port), (edge.to, &edge.to_port)];
                let is_it = ends.into_iter().any(|(place, port)| {
                    port.as_deref().is_some_and(|port| finding.is_on(port)) && finding.is_on(&names[place])
                });
                if is_it {
                    edge.problem = edge.problem.or(Some(cause.name));
                }
            }
        } else {
            for (node, name) in topology.nodes.iter_mut().zip(&names) {
                // What is down behind a root is marked by its state.
                if finding.starts_on(name) {
                    node.problem = node.problem.or(Some(cause.name));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::{Value, json};

    use super::*;
    use crate::facts::test_rows::merge;

    fn devices(down: &[u8]) -> Vec<Device> {
        let kinds = ["gateway", "switch", "ap", "ap", "switch"];
        let of = |(number, kind): (u8, &&str)| {
            let row = json!({
                "mac": format!("5c5b350000{number:02}"), "type": kind, "name": format!("{kind}-{number}"),
                "connected": !down.contains(&number), "last_seen": 100,
            });
            Device::of(Row::of(&row)).unwrap()
        };
        (1..).zip(&kinds).map(of).collect()
    }

    /// Gateway 1, switch 2 below it with access points 3 and 4; and switch 5.
    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn ports(extra: Value) -> Vec<Port> {
        let links = [(1, "ge-0/0/1", 2), (2, "ge-0/0/3", 3), (2, "ge-0/0/4", 4), (1, "ge-0/0/5", 5)];
        let port = |(device, id, to): (u8, &str, u8)| {
            let mut row = json!({
                "mac": format!("5c5b350000{device:02}"), "port_id": id, "neighbor_mac": format!("5c5b350000{to:02}"),
                "up": true, "speed": 1000, "full_duplex": true,
            });
            if id == "ge-0/0/3" {
                merge(&mut row, &extra);
            }
            Port::of(Row::of(&row)).unwrap()
        };
        links.into_iter().map(port).collect()
    }

    fn found(down_ones: &[u8], extra: Value) -> Vec<(String, String)> {
        let (devices, ports) = (devices(down_ones), ports(extra));
        let topology = Topology::of(&devices, &ports);
        let context = PortContext::new(1_000, &devices, &ports, &[]);
        let mut all = down(&topology, &devices, &ports, &context);
        all.extend(links(&topology, &ports, &context));
        let on = |finding: &Finding| {
            topology
                .nodes
                .iter()
                .find(|node| finding.starts_on(&node.name))
                .map_or("", |node| &node.name)
                .to_owned()
        };
        all.iter().map(|finding| (finding.cause().name.to_owned(), on(finding))).collect()
    }

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(cause, on)| ((*cause).to_owned(), (*on).to_owned())).collect()
    }

    #[test]
    fn a_dead_branch_is_one_finding_about_its_root() {
        assert_eq!(found(&[2, 3, 4], json!({})), pairs(&[("upstream_down", "switch-2")]));
        assert_eq!(found(&[1, 2, 3, 4, 5], json!({})), pairs(&[("upstream_down", "gateway-1")]));
        assert_eq!(found(&[3, 5], json!({})), pairs(&[("device_down", "ap-3"), ("device_down", "switch-5")]));
        assert_eq!(found(&[], json!({})), []);
    }

    #[test]
    fn an_access_point_without_power_and_a_slow_link_are_reported_as_such() {
        assert_eq!(found(&[3], json!({ "up": false, "poe_on": false }))[0].0, "power_lost");
        assert_eq!(found(&[], json!({ "speed": 100 }))[0].0, "port_slow");
        assert_eq!(
            found(&[3], json!({ "speed": 100 })),
            pairs(&[("device_down", "ap-3")]),
            "the device comes first"
        );
    }

    #[test]
    fn what_is_broken_is_marked() {
        let (devices, ports) = (devices(&[5]), ports(json!({ "full_duplex": false })));
        let mut topology = Topology::of(&devices, &ports);
        let context = PortContext::new(1_000, &devices, &ports, &[]);
        let mut all = down(&topology, &devices, &ports, &context);
        all.extend(links(&topology, &ports, &context));
        mark(&mut topology, &all);
        let nodes: Vec<_> = topology.nodes.iter().filter_map(|node| node.problem).collect();
        let edges: Vec<_> = topology.edges.iter().filter_map(|edge| edge.problem).collect();
        assert_eq!((nodes, edges), (vec!["device_down"], vec!["port_half_duplex"]));
    }
}
