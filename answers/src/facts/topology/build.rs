//! Building a [`Topology`]: links from ports, LLDP and mesh, and what is upstream of each device.

use std::collections::{HashMap, VecDeque};

use super::{Edge, Node, Topology};
use crate::facts::{Device, LldpNeighbor, Port};

impl Topology {
    /// The topology of devices, from the neighbors of their ports, from the LLDP neighbors of access points, and from mesh
    /// links.
    pub(crate) fn of(devices: &[Device], ports: &[Port]) -> Self {
        let mut found = Self::default();
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for device in devices {
            let place = found.nodes.len();
            let name = device.name.clone().unwrap_or_else(|| device.mac.clone());
            by_name.insert(name.to_lowercase(), place);
            for mac in device.members.iter().chain([&device.mac]) {
                found.by_mac.insert(mac.clone(), place);
            }
            found.nodes.push(Node {
                mac: device.mac.clone(),
                kind: device.kind.clone(),
                name,
                model: device.model.clone(),
                up: device.connected,
                problem: None,
            });
        }
        let place_of = |found: &Self, mac: Option<&str>, name: Option<&str>| {
            let by_mac = mac.and_then(|mac| found.by_mac.get(mac));
            by_mac.or_else(|| name.and_then(|name| by_name.get(&name.to_lowercase()))).copied()
        };
        for port in ports {
            let from = place_of(&found, Some(&port.device), None);
            let to = place_of(&found, port.neighbor_mac.as_deref(), port.neighbor_name.as_deref());
            if let (Some(from), Some(to)) = (from, to) {
                found.add_edge(Edge {
                    from,
                    to,
                    from_port: Some(port.id.clone()),
                    to_port: port.neighbor_port.clone(),
                    speed: port.speed.filter(|_| port.up != Some(false)),
                    up: port.up,
                    kind: "wired",
                    problem: None,
                });
            }
        }
        for device in devices {
            let LldpNeighbor { name, mac, port } = &device.lldp_neighbor;
            let (from, to) = (
                place_of(&found, mac.as_deref(), name.as_deref()),
                place_of(&found, Some(&device.mac), None),
            );
            if let (Some(from), Some(to)) = (from, to) {
                found.add_edge(Edge { from, to, from_port: port.clone(), kind: "wired", ..Edge::default() });
            }
        }
        for device in devices {
            let from = place_of(&found, device.mesh_uplink.as_deref(), None);
            let to = place_of(&found, Some(&device.mac), None);
            if let (Some(from), Some(to)) = (from, to) {
                found.add_edge(Edge { from, to, up: device.connected, kind: "mesh", ..Edge::default() });
            }
        }
        found.find_upstream();
        found
    }

    /// Adds a link, unless the row of its other end has added it.
    fn add_edge(&mut self, edge: Edge) {
        if edge.from == edge.to {
            return;
        }
        let fits =
            |one: &Option<String>, other: &Option<String>| one.is_none() || other.is_none() || one == other;
        // The names of a port at its own end and at the other end may differ in form: `ETH0`, `eth0`.
        let lone = self.between(edge.from, edge.to).count() <= 1;
        let same = self.edges.iter_mut().find(|known| {
            let (from, to) = if known.from == edge.from {
                (&edge.from_port, &edge.to_port)
            } else {
                (&edge.to_port, &edge.from_port)
            };
            let ends = (known.from == edge.from && known.to == edge.to)
                || (known.from == edge.to && known.to == edge.from);
            ends && known.kind == edge.kind
                && (fits(&known.from_port, from) && (fits(&known.to_port, to) || lone))
        });
        match same {
            Some(known) => {
                let reversed = known.from == edge.to;
                let (from_port, to_port) =
                    if reversed { (edge.to_port, edge.from_port) } else { (edge.from_port, edge.to_port) };
                known.from_port = known.from_port.take().or(from_port);
                // The row of an end has the exact name of its own port.
                known.to_port = if reversed {
                    to_port.or(known.to_port.take())
                } else {
                    known.to_port.take().or(to_port)
                };
                known.speed = known.speed.or(edge.speed);
                known.up = match (known.up, edge.up) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (one, other) => one.or(other),
                };
            }
            None => self.edges.push(edge),
        }
    }

    fn between(&self, one: usize, other: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| {
            (edge.from == one && edge.to == other) || (edge.from == other && edge.to == one)
        })
    }

    /// Finds what is upstream of each node, from the gateways on, and turns the links so that they lead away from them.
    fn find_upstream(&mut self) {
        let mut neighbors: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            neighbors[edge.from].push(edge.to);
            neighbors[edge.to].push(edge.from);
        }
        let mut depth: Vec<Option<usize>> = vec![None; self.nodes.len()];
        self.upstream = vec![None; self.nodes.len()];
        let mut roots: Vec<_> = (0..self.nodes.len()).collect();
        // Gateways first; without one, the switch with most links is the core.
        let rank = |kind: &str| {
            ["gateway", "switch", "mxedge", "ap"].iter().position(|known| *known == kind).unwrap_or(9)
        };
        roots.sort_by_key(|place| {
            (rank(&self.nodes[*place].kind), std::cmp::Reverse(neighbors[*place].len()))
        });
        let gateways = roots.iter().take_while(|place| self.nodes[**place].kind == "gateway").count();
        let mut open: VecDeque<usize> = roots[..gateways].iter().copied().collect();
        for place in &open {
            depth[*place] = Some(0);
        }
        let mut rest = roots[gateways..].iter();
        loop {
            while let Some(place) = open.pop_front() {
                for next in neighbors[place].clone() {
                    if depth[next].is_none() {
                        depth[next] = depth[place].map(|depth| depth + 1);
                        self.upstream[next] = Some(place);
                        open.push_back(next);
                    }
                }
            }
            match rest.next() {
                Some(place) if depth[*place].is_none() => {
                    depth[*place] = Some(0);
                    open.push_back(*place);
                }
                Some(_) => {}
                None => break,
            }
        }
        for edge in &mut self.edges {
            if depth[edge.from] > depth[edge.to] {
                std::mem::swap(&mut edge.from, &mut edge.to);
                std::mem::swap(&mut edge.from_port, &mut edge.to_port);
            }
        }
        self.edges.sort_by_key(|edge| (depth[edge.from], edge.from, edge.to));
    }
}
