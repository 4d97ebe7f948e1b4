//! A topology as Mermaid text and as lines.

use std::fmt::Write as _;

use mistmcp::answers::name;

use super::facts::Topology;
use super::facts::topology::Edge;

/// How much of a topology is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// All.
    All,
    /// Access points that are all right are counted at their switch.
    Counted,
}

/// The topology as a Mermaid flowchart, from the gateways down. What is broken has the class `bad`.
pub(super) fn flowchart(topology: &Topology, detail: Detail) -> String {
    let mut text = "graph TD\n".to_owned();
    let (counted, counts) = counted(topology, detail);
    let is_bad =
        |place: usize| topology.nodes[place].up == Some(false) || topology.nodes[place].problem.is_some();
    let mut bad = false;
    for (place, node) in topology.nodes.iter().enumerate().filter(|(place, _)| !counted[*place]) {
        let mut label = escaped(&node.name);
        if node.up == Some(false) {
            label.push_str(" (down)");
        }
        if counts[place] > 0 {
            let _ = write!(label, " + {} APs", counts[place]);
        }
        let (open, close) = match node.kind.as_str() {
            "gateway" => ("{{", "}}"),
            "switch" => ("[", "]"),
            "client" => ("([", "])"),
            _ => ("(", ")"),
        };
        let class = if is_bad(place) { ":::bad" } else { "" };
        bad |= is_bad(place);
        let _ = writeln!(text, "n{place}{open}\"{label}\"{close}{class}");
    }
    for edge in topology.edges.iter().filter(|edge| !counted[edge.from] && !counted[edge.to]) {
        let broken = edge.up == Some(false) || edge.problem.is_some();
        let arrow = match (broken, edge.kind) {
            (true, _) => "-.-x",
            (false, "wired") => "---",
            (false, _) => "-.-",
        };
        let mut label = edge.from_port.as_deref().map(escaped).unwrap_or_default();
        if let Some(problem) = edge.problem {
            let _ = write!(label, " {problem}");
        }
        let label = label.trim();
        let label = if label.is_empty() { String::new() } else { format!("|\"{label}\"|") };
        let _ = writeln!(text, "n{} {arrow}{label} n{}", edge.from, edge.to);
    }
    if bad {
        text.push_str("classDef bad fill:#fdd,stroke:#c00\n");
    }
    text
}

/// The links as lines, such as `GW-1 ge-0/0/3 > xe-0/2/0 SW-1, 10000 Mb/s`.
pub(super) fn lines(topology: &Topology, detail: Detail) -> Vec<String> {
    let (counted, counts) = counted(topology, detail);
    let called = |place: usize| name(&topology.nodes[place].name);
    let mut lines: Vec<_> = topology
        .edges
        .iter()
        .filter(|edge| !counted[edge.from] && !counted[edge.to])
        .map(|edge| {
            let port = |port: &Option<String>| port.as_deref().map(name).unwrap_or_default();
            let ends = format!(
                "{} {} > {} {}",
                called(edge.from),
                port(&edge.from_port),
                port(&edge.to_port),
                called(edge.to)
            );
            let ends = ends.split_whitespace().collect::<Vec<_>>().join(" ");
            let speed = edge.speed.map_or(String::new(), |speed| format!(", {speed} Mb/s"));
            format!("{ends}{speed}{}", state(edge, topology))
        })
        .collect();
    let of_switch = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    lines.extend(of_switch.map(|(place, count)| format!("{} > {count} APs", called(place))));
    lines
}

fn state(edge: &Edge, topology: &Topology) -> String {
    let mut state = String::new();
    if edge.up == Some(false) {
        state.push_str(", link down");
    }
    if topology.nodes[edge.to].up == Some(false) {
        state.push_str(", device down");
    }
    if edge.kind != "wired" {
        let _ = write!(state, ", {}", edge.kind);
    }
    if let Some(problem) = edge.problem {
        let _ = write!(state, ", {problem}");
    }
    state
}

/// Which nodes are only counted, and how many each node has of them.
fn counted(topology: &Topology, detail: Detail) -> (Vec<bool>, Vec<usize>) {
    let mut counted = vec![false; topology.nodes.len()];
    let mut counts = vec![0; topology.nodes.len()];
    if detail == Detail::All {
        return (counted, counts);
    }
    let mut keeps = vec![false; topology.nodes.len()];
    for edge in &topology.edges {
        keeps[edge.from] = true;
        if edge.problem.is_some() || edge.up == Some(false) || edge.kind != "wired" {
            keeps[edge.to] = true;
        }
    }
    for (place, node) in topology.nodes.iter().enumerate() {
        let fine = node.kind == "ap" && node.up != Some(false) && node.problem.is_none() && !keeps[place];
        if let (true, Some(upstream)) = (fine, topology.upstream[place]) {
            counted[place] = true;
            counts[upstream] += 1;
        }
    }
    (counted, counts)
}

/// A name in a Mermaid label: on one line, cut, and each character that Mermaid could read as its own as an entity.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in name(text).chars() {
        if letter.is_alphanumeric() || " -_./:".contains(letter) {
            escaped.push(letter);
        } else {
            let _ = write!(escaped, "#{};", u32::from(letter));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::json;

    use super::super::facts::{Device, Port};
    use super::*;

    fn topology(names: [&str; 4]) -> Topology {
        let kinds = ["gateway", "switch", "ap", "ap"];
        let device = |(number, (kind, name)): (u8, (&str, &str))| {
            let row = json!({ "mac": format!("5c5b350000{number:02}"), "type": kind, "name": name, "connected": number != 4 });
            Device::of(Row::of(&row)).unwrap()
        };
        let devices: Vec<_> = (1..).zip(kinds.into_iter().zip(names)).map(device).collect();
        let port = |(device, id, to): (u8, &str, u8)| {
            let mac = |number: u8| format!("5c5b350000{number:02}");
            let row = json!({ "mac": mac(device), "port_id": id, "neighbor_mac": mac(to), "up": true, "speed": 1000 });
            Port::of(Row::of(&row)).unwrap()
        };
        let ports: Vec<_> =
            [(1, "ge-0/0/1", 2), (2, "ge-0/0/3", 3), (2, "ge-0/0/4", 4)].into_iter().map(port).collect();
        Topology::of(&devices, &ports)
    }

    #[test]
    fn a_topology_is_drawn_with_what_is_broken() {
        let topology = topology(["GW", "SW", "AP-3", "AP-4"]);
        let text = flowchart(&topology, Detail::All);
        let expected = [
            "graph TD",
            "n0{{\"GW\"}}",
            "n1[\"SW\"]",
            "n2(\"AP-3\")",
            "n3(\"AP-4 (down)\"):::bad",
            "n0 ---|\"ge-0/0/1\"| n1",
            "n1 ---|\"ge-0/0/3\"| n2",
            "n1 ---|\"ge-0/0/4\"| n3",
            "classDef bad fill:#fdd,stroke:#c00",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
        assert_eq!(lines(&topology, Detail::All)[2], "SW ge-0/0/4 > AP-4, 1000 Mb/s, device down");
    }

    #[test]
    fn access_points_that_are_all_right_can_be_counted() {
        let topology = topology(["GW", "SW", "AP-3", "AP-4"]);
        let text = flowchart(&topology, Detail::Counted);
        assert!(
            text.contains("n1[\"SW + 1 APs\"]") && !text.contains("AP-3") && text.contains("AP-4"),
            "{text}"
        );
        assert_eq!(lines(&topology, Detail::Counted).last().unwrap(), "SW > 1 APs");
    }

    #[test]
    fn names_cannot_leave_their_label() {
        let hostile = [
            "\"]; click n0 \"javascript:alert(1)\"",
            "a\nsubgraph x",
            "<script>|x|</script>",
            "#quot; 名前 %%{init}%%",
        ];
        let text = flowchart(&topology(hostile), Detail::All);
        for line in text.lines().skip(1) {
            let starts = line.starts_with('n') || line.starts_with("classDef bad");
            assert!(starts && line.matches('"').count() <= 2, "{line}");
            assert!(
                !line.contains('<') && !line.contains("%%") && !line.contains("javascript:alert("),
                "{line}"
            );
        }
        assert!(text.contains("名前"));
    }
}
