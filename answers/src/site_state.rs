//! State of a site, as several answer tools read it: [`SiteState`].

use mistmcp::answers::{DataSource, Inquiry, Row, Rows, Window, join, name};
use mistmcp::serde_json::{Value, json};
use mistmcp::{Error, Result};

use super::facts::wan::{DhcpPool, GatewayCluster, RoutingNeighbor, Tunnel, VpnPath};
use super::facts::{Alarm, Change, Device, Event, Port, Radio, Target};
use super::rules::ports::PortContext;
use super::rules::site::SiteCase;
use super::rules::{alarms, wan};
use super::{locate, sources, thresholds as t};

/// How far back alarms are looked for that are still open.
const OPEN_ALARMS: i64 = 7 * t::DAY;

/// Devices, ports, events and alarms of a site.
#[derive(Clone, Debug, Default)]
pub(super) struct SiteState {
    pub(super) id: String,
    pub(super) name: String,
    /// Its row with name, country, time zone and counts.
    pub(super) about: Rows,
    pub(super) devices: Vec<Device>,
    /// Whether the devices could be read, and whether there are more than were read.
    pub(super) devices_seen: bool,
    pub(super) devices_cut: bool,
    pub(super) ports: Vec<Port>,
    pub(super) events: Vec<Event>,
    pub(super) alarms: Vec<Alarm>,
    /// Whether all alarms could be read.
    pub(super) alarms_whole: bool,
    pub(super) radios: Vec<Radio>,
    pub(super) pools: Vec<DhcpPool>,
    pub(super) clusters: Vec<GatewayCluster>,
    /// What runs over the WAN, where a report made it worth reading.
    pub(super) wan_peers: WanPeers,
}

/// What runs over the WAN of a site: VPN paths, tunnels and routing neighbors.
#[derive(Clone, Debug, Default)]
pub(super) struct WanPeers {
    pub(super) paths: Vec<VpnPath>,
    pub(super) tunnels: Vec<Tunnel>,
    pub(super) neighbors: Vec<RoutingNeighbor>,
}

/// What runs over the WAN, from the statistics of gateways: each part that those of all gateways have.
#[derive(Debug, Default)]
pub(super) struct PeerRows([Option<Rows>; 3]);

impl PeerRows {
    /// From `rows` of [`sources::gateway_peers`], with which each of these gateways has to be.
    pub(super) fn of(ask: &Inquiry, rows: &Rows, gateways: &[&Device]) -> Self {
        Self(sources::PEER_FIELDS.map(|(field, called, tool)| {
            if !rows.is_seen() || !ask.may_read(tool) {
                return None;
            }
            let mut peers = Vec::new();
            for gateway in gateways {
                let is_its = |row: &Row<'_>| row.mac("mac").is_some_and(|mac| gateway.has_mac(&mac));
                let row = rows.iter().find(|row| is_its(row) && row.at(field).value().is_array())?;
                for mut peer in row.rows(field).map(|peer| peer.value().clone()) {
                    peer["mac"] = gateway.mac.as_str().into();
                    peers.push(peer);
                }
            }
            if !peers.is_empty() {
                ask.looked_at(called);
            }
            Some(Rows::of(peers.into()))
        }))
    }
}

impl WanPeers {
    /// The parts to search for, as far as so many requests remain: those first that events or alarms report, and of a site with
    /// a gateway also the rest, since their state alone may show a trouble; OSPF neighbors, which are inside the site, as far as
    /// more than `kept` requests remain. What is `known` is left out, and what is not read stands in `not_seen`.
    pub(super) fn parts(
        ask: &Inquiry,
        (org, site): (&str, &str),
        (events, alarms): (&[Event], &[Alarm]),
        has_gateway: bool,
        PeerRows([paths, tunnels, bgp]): &PeerRows,
        left: &mut usize,
        kept: usize,
    ) -> [Option<DataSource>; 4] {
        let is_reported = |cause: &str| wan::is_reported(cause, events, alarms);
        let all = [
            (is_reported("vpn_path_down"), sources::vpn_paths(org, site), paths.is_some()),
            (is_reported("tunnel_down"), sources::tunnels(org, site), tunnels.is_some()),
            (is_reported("bgp_down"), sources::bgp(site), bgp.is_some()),
            (is_reported("ospf_down"), sources::ospf(site), false),
        ];
        let mut taken = [const { None }; 4];
        // BGP goes before tunnels: without its routes, a site reaches nothing.
        for is_first in [true, false] {
            for place in [0, 2, 1, 3] {
                let (is_reported, source, is_known) = &all[place];
                if *is_reported == is_first && !is_known && (is_first || has_gateway) {
                    let spare = left.saturating_sub(if is_first || place != 3 { 0 } else { kept });
                    let mut rest = spare;
                    taken[place] = ask.within(&mut rest, source.clone().also_read_by("checkWan"));
                    *left -= spare - rest;
                }
            }
        }
        taken
    }

    /// Reads them, beside what is known.
    pub(super) async fn read(
        ask: &Inquiry,
        [paths, tunnels, bgp, ospf]: &[Option<DataSource>; 4],
        PeerRows(known): PeerRows,
    ) -> Self {
        let (paths, tunnels, bgp, ospf) = join!(
            ask.rows_if(paths.as_ref()),
            ask.rows_if(tunnels.as_ref()),
            ask.rows_if(bgp.as_ref()),
            ask.rows_if(ospf.as_ref())
        );
        let mut read = [paths, tunnels, bgp];
        for (rows, known) in read.iter_mut().zip(known) {
            if let Some(known) = known {
                *rows = known;
            }
        }
        let [paths, tunnels, bgp] = read;
        let neighbors = bgp
            .iter()
            .filter_map(RoutingNeighbor::of_bgp)
            .chain(ospf.iter().filter_map(RoutingNeighbor::of_ospf));
        Self {
            paths: paths.iter().filter_map(VpnPath::of).collect(),
            tunnels: tunnels.iter().filter_map(Tunnel::of).collect(),
            neighbors: neighbors.collect(),
        }
    }

    /// Only what is of these gateways: switches have neighbors of their own inside the site, and what a dead gateway carried has
    /// no current state.
    pub(super) fn of(mut self, is_gateway: impl Fn(&str) -> bool) -> Self {
        self.paths.retain(|path| is_gateway(&path.gateway));
        self.tunnels.retain(|tunnel| is_gateway(&tunnel.gateway));
        self.neighbors.retain(|neighbor| is_gateway(&neighbor.device));
        self
    }
}

/// The alarms since a time, and the older ones that are still open.
fn alarms_of(rows: &Rows, start: i64) -> Vec<Alarm> {
    let all: Vec<_> = rows.iter().filter_map(Alarm::of).collect();
    let open = alarms::open(&all);
    let is_still_open = |alarm: &Alarm| alarm.says_open && open.iter().any(|open| std::ptr::eq(*open, alarm));
    let kept = all.iter().filter(|alarm| {
        let last = alarm.last_seen.max(alarm.time);
        last.is_none_or(|last| last >= start) || is_still_open(alarm)
    });
    kept.cloned().collect()
}

/// The name of a site: as it was resolved for the call, or else from its statistics; its id where these have none.
pub(super) async fn site_name(ask: &Inquiry, site: &str) -> String {
    if let Some(name) = ask.resolved_name(site) {
        return name;
    }
    name_of_site(ask, &ask.rows(&sources::site(site)).await, site)
}

/// The name of a site by its row or by the arguments of the call, or else its id.
pub(super) fn name_of_site(ask: &Inquiry, row: &Rows, site: &str) -> String {
    let name = row.first().and_then(|row| row.text("name")).or_else(|| ask.resolved_name(site));
    name.unwrap_or_else(|| format!("site {site}"))
}

/// Refuses a call that names a device and another site than its own.
///
/// # Errors
/// The device is known to be elsewhere.
pub(super) async fn check_site_of(ask: &Inquiry, device: &Device, asked: Option<&str>) -> Result<()> {
    let Some(asked) = asked.filter(|asked| device.site.as_deref() != Some(*asked)) else { return Ok(()) };
    let other = ask.resolved_name(asked).map_or_else(|| asked.to_owned(), |site| name(&site));
    let place = match device.site.as_deref() {
        Some(site) => format!("at the site \"{}\" ({site})", name(&site_name(ask, site).await)),
        None => "at no site".to_owned(),
    };
    Err(Error::wrong_argument(format!(
        "`device_id` and `site_id` contradict each other: {} is {place}, and not at \"{other}\". Leave out `site_id`, or name a \
         device of that site.",
        device.called()
    )))
}

/// What is read of a site beside its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SitePart {
    Devices,
    Ports,
    Events,
    Alarms,
}

impl SitePart {
    pub(super) const ALL: &[Self] = &[Self::Devices, Self::Ports, Self::Events, Self::Alarms];
}

impl SiteState {
    /// Reads a site: a call for its name and for each part, and one more for a second page of devices or ports.
    pub(super) async fn read(ask: &Inquiry, site: &str, window: &Window, wanted: &[SitePart]) -> Self {
        let if_wanted = |want: SitePart, source: DataSource| wanted.contains(&want).then_some(source);
        // Where its name is known, its row has little that the devices do not show.
        let resolved = ask.resolved_name(site);
        let about = (resolved.is_none() || !wanted.contains(&SitePart::Devices)).then(|| sources::site(site));
        let stats = if_wanted(SitePart::Devices, sources::device_stats(site));
        let ports = if_wanted(SitePart::Ports, sources::ports(site));
        let events = if_wanted(SitePart::Events, sources::device_events(site, window));
        // What is open since before the window is still there.
        let since = Window { start: window.start.min(window.end - OPEN_ALARMS), ..*window };
        let alarms = if_wanted(SitePart::Alarms, sources::alarms(site, &since).needed_since(window.start));
        let (about, stats, ports, events, alarm_rows) = join!(
            ask.rows_if(about.as_ref()),
            ask.rows_if(stats.as_ref()),
            ask.rows_if(ports.as_ref()),
            ask.rows_if(events.as_ref()),
            ask.rows_if(alarms.as_ref())
        );
        let name = name_of_site(ask, &about, site);
        let devices = locate::devices_at(site, &stats);
        let has_ports = |device: &Device| device.kind != "ap" && device.connected == Some(true);
        if ports.is_seen() && ports.is_empty() && devices.iter().any(has_ports) {
            ask.nothing_there("ports", "Mist has none of the switches and gateways");
        }
        Self {
            id: site.to_owned(),
            name,
            devices,
            devices_seen: stats.is_seen(),
            devices_cut: stats.is_cut(),
            radios: stats.iter().flat_map(Radio::all_of).collect(),
            pools: stats.iter().flat_map(DhcpPool::all_of).collect(),
            clusters: stats.iter().filter_map(GatewayCluster::of).collect(),
            ports: ports.iter().filter_map(Port::of).collect(),
            events: events.iter().filter_map(Event::of).collect(),
            alarms_whole: alarm_rows.is_whole(),
            alarms: alarms_of(&alarm_rows, window.start),
            wan_peers: WanPeers::default(),
            about,
        }
    }

    /// What the rules for a site take.
    pub(super) fn case<'a>(
        &'a self,
        client_events: &'a [Event],
        context: &'a PortContext<'a>,
    ) -> SiteCase<'a> {
        SiteCase {
            id: &self.id,
            name: &self.name,
            devices: &self.devices,
            ports: &self.ports,
            events: &self.events,
            client_events,
            client_events_cut: false,
            nac_events: &[],
            alarms: &self.alarms,
            radios: &self.radios,
            pools: &self.pools,
            clusters: &self.clusters,
            paths: &self.wan_peers.paths,
            tunnels: &self.wan_peers.tunnels,
            neighbors: &self.wan_peers.neighbors,
            context,
        }
    }

    /// Adds the Marvis actions of the site that no alarm stands for.
    pub(super) fn add_actions(&mut self, ask: &Inquiry, rows: &Rows, site: &str) {
        Alarm::add_actions(ask, &mut self.alarms, rows, Some(site));
    }

    fn row(&self) -> Row<'_> {
        static NONE: Value = Value::Null;
        self.about.first().unwrap_or(Row::of(&NONE))
    }

    /// Number of wireless clients: of access points that are connected.
    pub(super) fn clients(&self) -> Option<i64> {
        let of_devices = || {
            let aps = self.devices.iter().filter(|device| device.kind == "ap");
            let clients = aps.filter_map(|ap| if ap.is_down() { Some(0) } else { ap.clients });
            clients.reduce(i64::saturating_add)
        };
        self.row().integer("num_clients").or_else(of_devices)
    }

    /// Name, id, country and time zone.
    pub(super) fn place(&self, id: &str) -> Value {
        let row = self.row();
        json!({ "id": id, "name": self.name, "country": row.text("country_code"), "timezone": row.text("timezone") })
    }

    /// Number of devices of a kind, and of those that are connected.
    pub(super) fn count(&self, kind: &str) -> (usize, usize) {
        let of_kind = || self.devices.iter().filter(|device| device.kind == kind);
        (of_kind().count(), of_kind().filter(|device| device.connected == Some(true)).count())
    }

    /// Whether a change is about this site: made for it, or naming it or a device of it, or for no site at all.
    pub(super) fn is_changed_by(&self, change: &Change, site: &str) -> bool {
        match &change.site {
            Some(other) => other == site,
            None => {
                let is_device_elsewhere = change.target == Target::Device
                    && !self
                        .devices
                        .iter()
                        .filter_map(|device| device.name.as_deref())
                        .any(|name| change.names(name));
                !is_device_elsewhere
            }
        }
    }
}
