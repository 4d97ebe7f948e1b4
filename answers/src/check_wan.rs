//! `checkWan`: what is wrong with the WAN of a site.

use mistmcp::answers::{
    Cause, DataSource, Diagnosis, Finding, Inquiry, Window, answer, join, join_all, name,
};
use mistmcp::serde_json::json;
use mistmcp::{Call, Mist, Reply, Result, SiteId, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::wan::{DhcpPool, GatewayCluster, RoutingNeighbor, Tunnel, VpnPath};
use super::facts::{Alarm, Device, Event, Port, device_id};
use super::rules::alarms;
use super::rules::ports::{self, PortContext};
use super::rules::recovered::{self, Past};
use super::rules::wan::{self as rules, Wan};
use super::site_state::site_name;
use super::sources::shown_by;
use super::{causes as c, locate, sources};

/// The causes that this tool finds.
pub(super) const FINDS: &[&[&Cause]] = &[c::WAN, OF_LINKS, &[&c::SITE_DOWN, &c::DEVICE_DOWN, &c::UPGRADING]];

/// What may be wrong with a WAN port itself. The speed of a line is that of its provider.
const OF_LINKS: &[&Cause] = &[&c::PORT_HALF_DUPLEX, &c::PORT_ERRORS, &c::CABLE_FAULT];

/// What is wrong with the WAN of a site: links, VPN paths, tunnels, BGP and OSPF, DHCP pools, gateway cluster.
#[mist_tool(category = "answers", hints(read_only), view = "findings")]
pub async fn check_wan(
    mist: &Mist,
    call: &Call,
    org_id: Organization,
    site_id: SiteId,
    #[flatten] window: TimeWindow,
) -> Result<Reply> {
    answer(mist, call, 12, move |ask| async move {
        let window = Window::of(&window, &ask)?;
        Ok(find(&ask, org_id.as_str(), site_id.as_str(), &window).await)
    })
    .await
}

async fn find(ask: &Inquiry, org: &str, site: &str, window: &Window) -> Diagnosis {
    let read = Parts::of(org, site, window);
    let ((state, is_seen), site_name) = join!(State::read(ask, site, &read), site_name(ask, site));
    if state.gateways.is_empty()
        && state.ports.is_empty()
        && state.paths.is_empty()
        && state.tunnels.is_empty()
    {
        if is_seen {
            ask.nothing_there("gateways", "the site has none");
        }
        return Diagnosis::unknown(format!(
            "No gateway of {} could be seen, so nothing is known about its WAN.",
            name(&site_name)
        ));
    }
    locate::note_unknown_states(ask, &state.gateways);
    state.note_unknown_ports(ask);
    let nodes = state.cluster_nodes(ask, site).await;
    // Whether the site itself is what is down.
    let site_source = state.gateways.iter().any(Device::is_down).then(|| sources::site(site));
    let about = ask.rows_if(site_source.as_ref()).await;
    let others_up = about.first().and_then(|row| row.integer("num_devices_connected"));
    let wan = state.wan(ask.now());
    let mut found = rules::gateways_down(&wan, Some(&site_name), others_up);
    found.extend(rules::all(&wan));
    found.extend(state.links(ask.now()));
    found.extend(rules::pools(&wan, &state.pools));
    found.extend(rules::clusters(&wan, &state.clusters, &nodes));
    let by_events = rules::by_events(&wan, &found);
    found.extend(by_events);
    found.extend(state.reports(&wan));
    found.extend(recovered::recovered(&state.past(ask.now(), window.end), &found));
    state.facts(&site_name).findings(shown_by(found, &read.stats))
}

/// The parts of Mist that are read.
struct Parts {
    stats: DataSource,
    ports: DataSource,
    paths: DataSource,
    tunnels: DataSource,
    bgp: DataSource,
    ospf: DataSource,
    events: DataSource,
    alarms: DataSource,
    services: DataSource,
}

impl Parts {
    fn of(org: &str, site: &str, window: &Window) -> Self {
        let at_site =
            |name, tool| DataSource::new(name, tool).with("site_id", site).with("limit", sources::ROWS);
        Self {
            stats: at_site("gateways", "listSiteDevicesStats").with("type", "gateway").of_things(),
            ports: at_site("gateway ports", "searchSiteSwOrGwPorts")
                .with("device_type", "gateway")
                .of_things(),
            paths: sources::vpn_paths(org, site),
            tunnels: sources::tunnels(org, site),
            bgp: sources::bgp(site),
            ospf: sources::ospf(site),
            events: sources::device_events(site, window),
            alarms: sources::alarms(site, window),
            services: window.on(at_site("service path events", "searchSiteServicePathEvents")),
        }
    }
}

/// The WAN of a site, as Mist shows it.
struct State {
    gateways: Vec<Device>,
    ports: Vec<Port>,
    /// Whether all ports were read.
    ports_whole: bool,
    paths: Vec<VpnPath>,
    tunnels: Vec<Tunnel>,
    neighbors: Vec<RoutingNeighbor>,
    events: Vec<Event>,
    alarms: Vec<Alarm>,
    clusters: Vec<GatewayCluster>,
    pools: Vec<DhcpPool>,
    /// Outages of service paths, if all of them were read.
    outages: Option<usize>,
    /// The facts that only a part was read of.
    partial: Vec<&'static str>,
}

impl State {
    /// Reads the WAN, and whether its gateways could be read.
    async fn read(ask: &Inquiry, site: &str, parts: &Parts) -> (Self, bool) {
        let (stats, ports, paths, tunnels, bgp, ospf, events, alarms, services) = join!(
            ask.rows(&parts.stats),
            ask.rows(&parts.ports),
            ask.rows(&parts.paths),
            ask.rows(&parts.tunnels),
            ask.rows(&parts.bgp),
            ask.rows(&parts.ospf),
            ask.rows(&parts.events),
            ask.rows(&parts.alarms),
            ask.rows(&parts.services),
        );
        let gateways: Vec<Device> =
            locate::devices_at(site, &stats).into_iter().filter(|device| device.kind == "gateway").collect();
        let ours = |mac: &str| gateways.iter().any(|gateway| gateway.has_mac(mac));
        // A row is of the site where its gateway is, whatever a filter let through.
        let known = |mac: &str| gateways.is_empty() || ours(mac);
        let neighbors = bgp
            .iter()
            .filter_map(RoutingNeighbor::of_bgp)
            .chain(ospf.iter().filter_map(RoutingNeighbor::of_ospf));
        let is_outage =
            |row: &mistmcp::answers::Row<'_>| row.text("type").is_some_and(|kind| kind.ends_with("_DOWN"));
        let lists = [
            ("links", &ports),
            ("vpn_paths", &paths),
            ("tunnels", &tunnels),
            ("routing_neighbors", &bgp),
            ("routing_neighbors", &ospf),
        ];
        let state = Self {
            partial: lists.into_iter().filter(|(_, rows)| rows.is_cut()).map(|(fact, _)| fact).collect(),
            ports_whole: ports.is_whole(),
            ports: ports
                .iter()
                .filter_map(Port::of)
                .filter(|port| port.of_gateway || ours(&port.device))
                .collect(),
            paths: paths.iter().filter_map(VpnPath::of).filter(|path| known(&path.gateway)).collect(),
            tunnels: tunnels.iter().filter_map(Tunnel::of).filter(|tunnel| known(&tunnel.gateway)).collect(),
            // Switches have neighbors of their own, inside the site.
            neighbors: neighbors.filter(|neighbor| known(&neighbor.device)).collect(),
            events: events
                .iter()
                .filter_map(Event::of)
                .filter(|event| !event.kind.starts_with("SW_"))
                .collect(),
            alarms: alarms.iter().filter_map(Alarm::of).collect(),
            clusters: stats.iter().filter_map(GatewayCluster::of).collect(),
            pools: stats.iter().flat_map(DhcpPool::all_of).collect(),
            outages: services.if_whole(services.iter().filter(is_outage).count()),
            gateways,
        };
        (state, stats.is_seen())
    }

    /// The number of nodes of each cluster, by its gateway, as far as requests remain for them.
    async fn cluster_nodes(&self, ask: &Inquiry, site: &str) -> Vec<(String, usize)> {
        let of_site = usize::from(self.gateways.iter().any(Device::is_down));
        let mut left = ask.calls_left().saturating_sub(of_site);
        let clusters = self.clusters.iter().filter(|cluster| cluster.is_cluster).map(|cluster| {
            let gateway = self.gateways.iter().find(|gateway| gateway.has_mac(&cluster.gateway));
            let id = gateway.and_then(|gateway| gateway.id.clone());
            let id = id.unwrap_or_else(|| device_id(&cluster.gateway));
            let source = DataSource::new("cluster nodes", "GetSiteDeviceHaClusterNode").with("site_id", site);
            (cluster, ask.within(&mut left, source.with("device_id", id).or_none()))
        });
        let clusters: Vec<_> = clusters.collect();
        let reads = clusters.iter().map(|(cluster, source)| async move {
            let rows = ask.rows_if(source.as_ref()).await;
            rows.first().map(|row| (cluster.gateway.clone(), row.rows("nodes").count()))
        });
        join_all(reads).await.into_iter().flatten().collect()
    }

    /// What the rules take.
    fn wan(&self, now: i64) -> Wan<'_> {
        Wan {
            gateways: &self.gateways,
            devices: &[],
            ports: &self.ports,
            paths: &self.paths,
            tunnels: &self.tunnels,
            neighbors: &self.neighbors,
            events: &self.events,
            alarms: &self.alarms,
            now,
        }
    }

    /// What is wrong with the WAN ports themselves, of gateways that are not down: duplex, frame errors and cables.
    fn links(&self, now: i64) -> Vec<Finding> {
        let context = PortContext::new(now, &self.gateways, &self.ports, &self.events);
        let is_up = |port: &&Port| {
            !self.gateways.iter().any(|gateway| gateway.is_down() && gateway.has_mac(&port.device))
        };
        let links = self.ports.iter().filter(|port| port.is_wan()).filter(is_up);
        let found = links.flat_map(|port| ports::port(port, &context));
        found.filter(|finding| OF_LINKS.iter().any(|cause| cause.name == finding.cause().name)).collect()
    }

    /// What the rules for outages that are over take.
    fn past(&self, now: i64, end: i64) -> Past<'_> {
        Past { site: None, devices: &self.gateways, ports: &self.ports, events: &self.events, now, end }
    }

    /// What alarms report. A report of what statistics or events show as well has less weight.
    fn reports(&self, wan: &Wan<'_>) -> Vec<Finding> {
        let held = alarms::active(&self.alarms, &self.events).into_iter().filter(|alarm| {
            let is_edge = alarm.device_kind == Some("mxedge");
            alarms::cause_of(&alarm.kind).is_some_and(|(cause, ..)| cause.group == "WAN" || is_edge)
                && wan.is_current(alarm)
        });
        let reports = alarms::findings(&held.collect::<Vec<_>>(), &self.gateways, |_| None, wan.now);
        let weighted = reports.into_iter().map(|finding| {
            let weight = if wan.shows(finding.cause().name) { 57 } else { 63 };
            finding.weight(weight)
        });
        weighted.collect()
    }

    /// Records gateways whose ports have no state: those that are down, and those that are connected and have no rows.
    fn note_unknown_ports(&self, ask: &Inquiry) {
        for gateway in &self.gateways {
            let of = format!("ports of {}", gateway.called());
            if gateway.is_down() {
                ask.nothing_there(
                    &of,
                    "it is down, so that the state of its ports, paths and neighbors is not current",
                );
            } else if self.ports_whole && !self.ports.iter().any(|port| gateway.has_mac(&port.device)) {
                ask.nothing_there(&of, "Mist has none, so that nothing is known of its WAN links");
            }
        }
    }

    /// What is up, of the gateways that are not down.
    fn facts(&self, site: &str) -> Diagnosis {
        let is_current =
            |mac: &str| !self.gateways.iter().any(|gateway| gateway.is_down() && gateway.has_mac(mac));
        let count_up = |fact: &str, states: Vec<bool>| {
            let up = states.iter().filter(|up| **up).count();
            let is_known = !states.is_empty() && !self.partial.contains(&fact);
            is_known.then(|| format!("{up} of {} up", states.len()))
        };
        let links: Vec<_> =
            self.ports.iter().filter(|port| port.is_wan() && is_current(&port.device)).collect();
        let paths = self.paths.iter().filter(|path| is_current(&path.gateway));
        let tunnels = self.tunnels.iter().filter(|tunnel| is_current(&tunnel.gateway));
        let neighbors = self.neighbors.iter().filter(|neighbor| is_current(&neighbor.device));
        Diagnosis::about(format!("The WAN of {}", name(site)))
            .fact("gateways", self.gateways.iter().map(Device::called).collect::<Vec<_>>())
            .fact("links", count_up("links", links.iter().map(|port| port.up == Some(true)).collect()))
            .fact("vpn_paths", count_up("vpn_paths", paths.map(|path| path.up == Some(true)).collect()))
            .fact("tunnels", count_up("tunnels", tunnels.map(|tunnel| tunnel.up == Some(true)).collect()))
            .fact(
                "routing_neighbors",
                count_up("routing_neighbors", neighbors.map(|neighbor| neighbor.is_up).collect()),
            )
            .fact("line", line(&links))
            .fact("service_path_outages", self.outages.filter(|outages| *outages > 0))
    }
}

/// The figures of the WAN links.
fn line(links: &[&Port]) -> Vec<mistmcp::serde_json::Value> {
    let figures = links.iter().filter(|port| port.loss.is_some() || port.latency.is_some()).map(|port| {
        json!({ "port": port.id, "loss_percent": port.loss, "latency_ms": port.latency, "jitter_ms": port.jitter })
    });
    figures.collect()
}
