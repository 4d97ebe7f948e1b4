//! The topology of a site: devices, the links between them, and what is upstream of each ([`Topology`]).

mod build;

use std::collections::{HashMap, HashSet};

use super::Client;

/// A thing in the topology.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// MAC address.
    pub(crate) mac: String,
    /// `gateway`, `switch`, `ap`, `mxedge` or `client`.
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) model: Option<String>,
    pub(crate) up: Option<bool>,
    pub(crate) problem: Option<&'static str>,
}

/// A link between two things; `from` is nearer to the gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Edge {
    /// Places of the nodes.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) from_port: Option<String>,
    pub(crate) to_port: Option<String>,
    /// In Mb/s.
    pub(crate) speed: Option<i64>,
    pub(crate) up: Option<bool>,
    /// `wired`, `mesh` or `wireless`.
    pub(crate) kind: &'static str,
    pub(crate) problem: Option<&'static str>,
}

/// The things of a site, and the links between them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Topology {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// For each node: the one upstream of it.
    pub(crate) upstream: Vec<Option<usize>>,
    by_mac: HashMap<String, usize>,
}

impl Topology {
    /// The place of a device.
    pub(crate) fn place(&self, mac: &str) -> Option<usize> {
        self.by_mac.get(mac).copied()
    }

    /// The nodes downstream of a node, directly or not.
    pub(crate) fn downstream(&self, root: usize) -> Vec<usize> {
        let mut below: HashMap<usize, Vec<usize>> = HashMap::new();
        for (place, upstream) in self.upstream.iter().enumerate() {
            if let Some(upstream) = upstream {
                below.entry(*upstream).or_default().push(place);
            }
        }
        let (mut found, mut open) = (Vec::new(), vec![root]);
        while let Some(place) = open.pop() {
            let next = below.remove(&place).unwrap_or_default();
            found.extend(next.iter().copied());
            open.extend(next);
        }
        found.sort_unstable();
        found
    }

    /// Adds a client behind its access point or switch port, and keeps only the way to it.
    pub(crate) fn keep_path_to(&mut self, client: &Client, is_wireless: bool) {
        let above = client.device.as_deref().and_then(|mac| self.place(mac));
        let own = self.nodes.len();
        self.nodes.push(Node {
            mac: client.mac.clone(),
            kind: "client".to_owned(),
            name: client.called(),
            model: client.model.clone(),
            up: Some(true),
            problem: None,
        });
        self.upstream.push(above);
        if let Some(from) = above {
            self.edges.push(Edge {
                from,
                to: own,
                from_port: client.port.clone().filter(|_| !is_wireless),
                up: Some(true),
                kind: if is_wireless { "wireless" } else { "wired" },
                ..Edge::default()
            });
        }
        let mut way = HashSet::from([own]);
        let mut next = above;
        while let Some(place) = next {
            next = if way.insert(place) { self.upstream[place] } else { None };
        }
        self.keep(&way);
    }

    /// Keeps only these nodes, and the links between them.
    fn keep(&mut self, kept: &HashSet<usize>) {
        let mut places = HashMap::new();
        for place in (0..self.nodes.len()).filter(|place| kept.contains(place)) {
            places.insert(place, places.len());
        }
        let mut place = 0;
        self.nodes.retain(|_| {
            place += 1;
            kept.contains(&(place - 1))
        });
        self.edges.retain_mut(|edge| match (places.get(&edge.from), places.get(&edge.to)) {
            (Some(from), Some(to)) => {
                (edge.from, edge.to) = (*from, *to);
                true
            }
            _ => false,
        });
        let upstream = std::mem::take(&mut self.upstream).into_iter().enumerate();
        let kept = upstream.filter(|(place, _)| kept.contains(place));
        self.upstream =
            kept.map(|(_, upstream)| upstream.and_then(|place| places.get(&place).copied())).collect();
        self.by_mac = self.nodes.iter().enumerate().map(|(place, node)| (node.mac.clone(), place)).collect();
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::{Value, json};

    use super::super::{Device, LldpNeighbor, Medium, Port};
    use super::*;

    fn devices() -> Vec<Device> {
        let of = |number: u8, kind: &str, name: &str| {
            let row = json!({ "mac": format!("5c5b350000{number:02}"), "type": kind, "name": name, "status": "connected" });
            Device::of(Row::of(&row)).unwrap()
        };
        vec![
            of(3, "ap", "AP-3"),
            of(2, "switch", "SW-2"),
            of(4, "ap", "AP-4"),
            of(1, "gateway", "GW-1"),
            of(5, "switch", "SW-5"),
        ]
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn port(device: u8, id: &str, neighbor: u8, neighbor_port: Value) -> Port {
        let mac = |number: u8| format!("5c5b350000{number:02}");
        let row = json!({
            "mac": mac(device), "port_id": id, "neighbor_mac": mac(neighbor), "neighbor_port_desc": neighbor_port,
            "up": true, "speed": 1000,
        });
        Port::of(Row::of(&row)).unwrap()
    }

    fn lines(topology: &Topology) -> Vec<String> {
        let name = |place: usize| topology.nodes[place].name.as_str();
        let port = |port: &Option<String>| port.clone().unwrap_or_default();
        let line = |edge: &Edge| {
            format!("{} {} {} {}", name(edge.from), port(&edge.from_port), port(&edge.to_port), name(edge.to))
        };
        topology.edges.iter().map(line).collect()
    }

    #[test]
    fn links_lead_away_from_the_gateway_and_are_reported_once() {
        let ports = [
            port(2, "xe-0/2/0", 1, json!("ge-0/0/3")),
            port(1, "ge-0/0/3", 2, json!("xe-0/2/0")),
            port(2, "ge-0/0/0", 3, json!("ETH0")),
            port(5, "xe-0/2/0", 2, json!("xe-0/2/1")),
            port(2, "ge-0/0/9", 99, Value::Null),
        ];
        let topology = Topology::of(&devices(), &ports);
        assert_eq!(
            lines(&topology),
            ["GW-1 ge-0/0/3 xe-0/2/0 SW-2", "SW-2 ge-0/0/0 ETH0 AP-3", "SW-2 xe-0/2/1 xe-0/2/0 SW-5",]
        );
        let gateway = topology.place("5c5b35000001").unwrap();
        assert_eq!(topology.downstream(gateway).len(), 3);
        assert_eq!(topology.upstream[topology.place("5c5b35000004").unwrap()], None);
    }

    #[test]
    fn two_links_between_the_same_switches_stay_two() {
        let ports = [
            port(2, "xe-0/2/0", 1, json!("ge-0/0/3")),
            port(2, "xe-0/2/1", 1, json!("ge-0/0/4")),
            port(1, "ge-0/0/4", 2, json!("xe-0/2/1")),
            port(1, "ge-0/0/3", 2, json!("xe-0/2/0")),
        ];
        let topology = Topology::of(&devices(), &ports);
        assert_eq!(lines(&topology), ["GW-1 ge-0/0/3 xe-0/2/0 SW-2", "GW-1 ge-0/0/4 xe-0/2/1 SW-2"]);
    }

    #[test]
    fn a_ring_and_strange_rows_end() {
        let ports = [
            port(2, "a", 5, Value::Null),
            port(5, "b", 3, Value::Null),
            port(3, "c", 2, Value::Null),
            port(2, "d", 2, Value::Null),
        ];
        let mut all = devices();
        all[3].mesh_uplink = Some("x".to_owned());
        let topology = Topology::of(&all, &ports);
        assert_eq!(topology.edges.len(), 3);
        for place in 0..topology.nodes.len() {
            assert!(topology.downstream(place).len() < 5);
        }
        assert!(Topology::of(&[], &ports).edges.is_empty());
    }

    #[test]
    fn lldp_and_mesh_give_links_where_no_port_does() {
        let mut all = devices();
        all[0].lldp_neighbor =
            LldpNeighbor { name: Some("SW-2".into()), mac: None, port: Some("ge-0/0/7".into()) };
        let mesh = json!({
            "mac": "5c5b35000004", "name": "AP-4", "type": "ap",
            "mesh_uplink": { "uplink_ap_id": "00000000-0000-0000-1000-5c5b35000003" },
        });
        let fourth = all.iter_mut().find(|device| device.mac == "5c5b35000004").unwrap();
        *fourth = Device::of(Row::of(&mesh)).unwrap();
        let topology = Topology::of(&all, &[]);
        assert_eq!(lines(&topology), ["SW-2 ge-0/0/7  AP-3", "AP-3   AP-4"]);
        assert_eq!(topology.edges[1].kind, "mesh");
    }

    #[test]
    fn the_way_to_a_client_is_kept_alone() {
        let ports = [
            port(2, "xe-0/2/0", 1, Value::Null),
            port(2, "ge-0/0/0", 3, Value::Null),
            port(2, "ge-0/0/1", 4, Value::Null),
        ];
        let mut topology = Topology::of(&devices(), &ports);
        let row = json!({ "mac": "8c8caa000001", "hostname": "laptop", "ap_mac": "5c5b35000003" });
        topology.keep_path_to(&Client::of(Row::of(&row), Medium::Wireless).unwrap(), true);
        let mut names: Vec<_> = topology.nodes.iter().map(|node| node.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["AP-3", "GW-1", "SW-2", "laptop"]);
        assert_eq!(topology.edges.len(), 3);
    }
}
