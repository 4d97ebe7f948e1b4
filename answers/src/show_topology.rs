//! `showTopology`: the devices of a site and the links between them.

use std::fmt::Write as _;

use mistmcp::answers::{
    Cause, DataSource, Diagnosis, Finding, Inquiry, Object, Rows, Severity, Window, answer, count, join, name,
};
use mistmcp::serde_json::{Map, Value, json};
use mistmcp::{Call, Mist, Reply, Result, SiteId, mist_tool};

use super::facts::{Client, Device, Event, Medium, Port, Topology};
use super::mermaid::{self, Detail};
use super::rules::{device, ports::PortContext, topology as rules};
use super::site_state::name_of_site;
use super::sources::shown_by;
use super::{causes as c, locate, sources, thresholds as t};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[c::OUTAGES, c::PORTS, &[&c::POWER_LOST, &c::NEVER_SEEN]];

/// Gateways, switches, access points of a site and their links, as edges and Mermaid text, with what is broken.
#[mist_tool(category = "answers", hints(read_only), view = "topology")]
pub async fn show_topology(
    mist: &Mist,
    call: &Call,
    site_id: SiteId,
    /// Only the path to this client, by its MAC address, host name, user or IP address.
    #[brief = "Only the path to this client: MAC, name, user or IP"]
    client: Option<String>,
) -> Result<Reply> {
    answer(
        mist,
        call,
        12,
        move |ask| async move { Ok(find(&ask, site_id.as_str(), client.as_deref()).await) },
    )
    .await
}

async fn find(ask: &Inquiry, site: &str, client: Option<&str>) -> Diagnosis {
    let window = Window::last(t::DAY, ask);
    let (stats_source, ports_source) = (sources::device_stats(site), sources::ports(site));
    let (events_source, site_source) = (sources::device_events(site, &window), sources::site(site));
    let edges_source = DataSource::new("Mist Edges", "listSiteMxEdgesStats").with("site_id", site).or_none();
    let wireless_source = client.map(|_| {
        DataSource::new("wireless clients", "listSiteWirelessClientsStats")
            .with("site_id", site)
            .with("limit", sources::ROWS)
    });
    let wired_source = client.map(|_| {
        DataSource::new("wired clients", "searchSiteWiredClients")
            .with("site_id", site)
            .with("limit", sources::ROWS)
            .pages(2)
    });
    let (stats, port_rows, event_rows, site_row, edges, wireless, wired) = join!(
        ask.rows(&stats_source),
        ask.rows(&ports_source),
        ask.rows(&events_source),
        ask.rows(&site_source),
        ask.rows(&edges_source),
        ask.rows_if(wireless_source.as_ref()),
        ask.rows_if(wired_source.as_ref()),
    );
    let mut devices = locate::devices_of(&stats);
    devices.extend(edges.iter().filter_map(Device::of_mist_edge));
    let site_name = name_of_site(ask, &site_row, site);
    if devices.is_empty() {
        if stats.is_seen() {
            ask.nothing_there("devices", "the site has none");
        }
        return Diagnosis::unknown(format!(
            "No device of {} could be seen, so there is nothing to show.",
            name(&site_name)
        ));
    }
    let ports: Vec<_> = port_rows.iter().filter_map(Port::of).collect();
    let events: Vec<_> = event_rows.iter().filter_map(Event::of).collect();
    let context = PortContext::new(ask.now(), &devices, &ports, &events);
    locate::note_unknown_states(ask, &devices);
    let mut topology = Topology::of(&devices, &ports);
    if ports.is_empty() && port_rows.is_seen() && devices.iter().any(|device| device.kind == "switch") {
        ask.nothing_there("ports", "there are none");
    }

    let mut found = shown_by(rules::down(&topology, &devices, &ports, &context), &stats_source);
    found
        .extend(device::site_down(&devices, &site_name, ask.now()).map(|finding| finding.see(&stats_source)));
    found.extend(shown_by(rules::links(&topology, &ports, &context), &ports_source));
    rules::mark(&mut topology, &found);
    let mut subject = format!("The topology of {}", name(&site_name));
    if let Some(text) = client {
        match find_client(text, &wireless, &wired) {
            Some(client) => {
                topology.keep_path_to(&client, client.medium == Medium::Wireless);
                found.retain(|finding| topology.nodes.iter().any(|node| finding.is_on(&name(&node.name))));
                subject = format!("The path to {} at {}", client.called(), name(&site_name));
                if client.device.as_deref().and_then(|mac| topology.place(mac)).is_none() {
                    ask.not_seen("where the client is", "its device is not known at the site");
                }
            }
            None if !(wireless.is_whole() && wired.is_whole()) => {
                return Diagnosis::unknown(format!(
                    "{} was not found at {}, but not all clients could be looked at, so nothing is known about it.",
                    name(text),
                    name(&site_name)
                ));
            }
            None => {
                ask.nothing_there("client", "no client of the site fits");
                let words = format!(
                    "No client at {} has the name, user, IP address or MAC address {}.",
                    name(&site_name),
                    name(text)
                );
                return Diagnosis::about("The client is unknown").findings([Finding::new(
                    &c::NEVER_SEEN,
                    Severity::Warning,
                    words,
                )
                .on(Object::client(text))]);
            }
        }
    }
    let links = stats.if_whole(topology.edges.len());
    with_drawing(Diagnosis::about(subject), &topology, links, &site_name).findings(found)
}

/// Adds what the topology is.
fn with_drawing(
    diagnosis: Diagnosis,
    topology: &Topology,
    links: Option<usize>,
    site_name: &str,
) -> Diagnosis {
    let of = |kind: &str| {
        let all: Vec<_> = topology.nodes.iter().filter(|node| node.kind == kind).collect();
        (all.len(), all.iter().filter(|node| node.up == Some(false)).count())
    };
    let mut devices = String::new();
    let kinds =
        [("gateway", "gateway"), ("switch", "switch"), ("ap", "access point"), ("mxedge", "Mist Edge")];
    for (kind, word) in kinds {
        let (all, down) = of(kind);
        if all > 0 {
            let comma = if devices.is_empty() { "" } else { ", " };
            let down = if down > 0 { format!(" ({down} down)") } else { String::new() };
            let _ = write!(devices, "{comma}{}{down}", count(all, word));
        }
    }
    let mut linked = vec![false; topology.nodes.len()];
    for edge in &topology.edges {
        linked[edge.from] = true;
        linked[edge.to] = true;
    }
    let alone = topology.nodes.iter().zip(&linked).filter(|(_, linked)| !**linked);
    let alone: Vec<_> = alone.map(|(node, _)| name(&node.name)).collect();
    let sets = [(Detail::All, true), (Detail::All, false), (Detail::Counted, true), (Detail::Counted, false)];
    let sets = sets.into_iter().map(|(detail, with_edges)| {
        let mut set = Map::new();
        if with_edges {
            set.insert("edges".into(), mermaid::lines(topology, detail).into());
        }
        set.insert("mermaid".into(), mermaid::flowchart(topology, detail).into());
        set
    });
    let is_whole = topology.nodes.len() <= MOST_DRAWN;
    diagnosis
        .fact("devices", devices)
        .fact("links", links)
        .fact("without_a_known_link", alone)
        .uncut(sets.skip(if is_whole { 0 } else { 2 }))
        .view("site", site_name)
        .view("nodes", nodes(topology))
        .view("edges", edges(topology))
        .view("mermaid", mermaid::flowchart(topology, Detail::All))
}

/// Most nodes of a drawing with each access point.
const MOST_DRAWN: usize = 200;

/// The client that a text names: exactly, or else the only one of whose name it is a part.
fn find_client(text: &str, wireless: &Rows, wired: &Rows) -> Option<Client> {
    let mac = locate::mac_of(text);
    let all = wireless.iter().filter_map(|row| Client::of(row, Medium::Wireless));
    let all: Vec<_> = all.chain(wired.iter().filter_map(|row| Client::of(row, Medium::Wired))).collect();
    let fits = |exact: bool| {
        let mut fitting = all.iter().filter(move |client| client.fits(text, mac.as_deref()) == Some(exact));
        fitting.next().filter(|first| exact || fitting.all(|other| other.mac == first.mac)).cloned()
    };
    let mac_or_name = fits.clone();
    fits(true).or_else(|| mac_or_name(false))
}

fn nodes(topology: &Topology) -> Value {
    let nodes = topology.nodes.iter().map(|node| {
        json!({
            "id": node.mac, "mac": node.mac, "kind": node.kind, "name": node.name, "model": node.model,
            "up": node.up, "problem": node.problem,
        })
    });
    nodes.collect()
}

fn edges(topology: &Topology) -> Value {
    let id = |place: usize| topology.nodes[place].mac.as_str();
    let edges = topology.edges.iter().map(|edge| {
        json!({
            "from": id(edge.from), "to": id(edge.to), "from_port": edge.from_port, "to_port": edge.to_port,
            "speed": edge.speed, "up": edge.up, "problem": edge.problem, "kind": edge.kind,
        })
    });
    edges.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_found_by_any_of_its_names_and_a_part_must_be_unique() {
        let wireless = Rows::of(json!([
            { "mac": "8c8caa000001", "hostname": "laptop-01", "username": "kofi@x.example", "ip": "10.0.0.5" },
            { "mac": "8c8caa000002", "hostname": "laptop-02" },
        ]));
        let wired = Rows::of(
            json!({ "results": [{ "mac": "3c5282000001", "dhcp_hostname": "till-1", "device_mac": ["5c5b35000001"] }] }),
        );
        let found = |text: &str| find_client(text, &wireless, &wired).map(|client| client.mac);
        for text in ["8C:8C:AA:00:00:01", "laptop-01", "kofi", "10.0.0.5"] {
            assert_eq!(found(text).as_deref(), Some("8c8caa000001"), "{text}");
        }
        assert_eq!(found("till").as_deref(), Some("3c5282000001"));
        assert_eq!(found("laptop"), None, "two fit");
        assert_eq!(found("printer"), None);
    }
}
