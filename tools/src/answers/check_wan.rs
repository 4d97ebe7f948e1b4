//! `checkWan`: what is wrong with the WAN of a site.

use mistmcp::answers::{Cause, Diagnosis, Finding, Inquiry, Part, Window, answer, join};
use mistmcp::serde_json::json;
use mistmcp::{Call, Mist, Reply, Result, SiteId, TimeWindow, mist_tool};

use super::arguments::Organization;
use super::facts::wan::{Cluster, Neighbor, Path, Pool, Tunnel};
use super::facts::{Alarm, Device, Event, Port};
use super::parts::shown_by;
use super::rules::alarms;
use super::rules::wan::{self as rules, Wan};
use super::{causes as c, locate, parts};

/// The causes that this tool finds.
pub(super) const FINDS: &[&Cause] = &[
    &c::SITE_DOWN,
    &c::DEVICE_DOWN,
    &c::WAN_LINK_DOWN,
    &c::WAN_LINK_DEGRADED,
    &c::VPN_PATH_DOWN,
    &c::TUNNEL_DOWN,
    &c::BGP_DOWN,
    &c::DHCP_POOL_EXHAUSTED,
    &c::CLUSTER_DEGRADED,
];

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
        Ok(find(&ask, org_id.as_str(), site_id.as_str(), &window).await)
    })
    .await
}

#[expect(clippy::too_many_lines, reason = "one step for each part of the answer")]
async fn find(ask: &Inquiry, org: &str, site: &str, window: &TimeWindow) -> Diagnosis {
    let window = Window::of(window, ask);
    let at_site = |name, tool| Part::new(name, tool).with("site_id", site).with("limit", parts::ROWS);
    let of_org = |name, tool| at_site(name, tool).with("org_id", org);
    let stats_part = at_site("gateways", "listSiteDevicesStats").with("type", "gateway");
    let ports_part = at_site("gateway ports", "searchSiteSwOrGwPorts").with("device_type", "gateway");
    let paths_part = of_org("VPN paths", "searchOrgPeerPathStats");
    let tunnels_part = of_org("tunnels", "searchOrgTunnelsStats").with("type", "wan");
    let bgp_part = at_site("BGP neighbors", "searchSiteBgpStats");
    let ospf_part = at_site("OSPF neighbors", "searchSiteOspfStats");
    let events_part = parts::device_events(site, &window);
    let alarms_part = parts::alarms(site, &window);
    let services_part = window.on(at_site("service path events", "searchSiteServicePathEvents"));
    let (stats, port_rows, path_rows, tunnel_rows, bgp, ospf, events, alarm_rows, services) = join!(
        ask.rows(&stats_part),
        ask.rows(&ports_part),
        ask.rows(&paths_part),
        ask.rows(&tunnels_part),
        ask.rows(&bgp_part),
        ask.rows(&ospf_part),
        ask.rows(&events_part),
        ask.rows(&alarms_part),
        ask.rows(&services_part),
    );
    let gateways: Vec<Device> =
        locate::devices_of(&stats).into_iter().filter(|device| device.kind == "gateway").collect();
    let ours = |mac: &str| gateways.iter().any(|gateway| gateway.has_mac(mac));
    let ports: Vec<_> =
        port_rows.iter().filter_map(Port::of).filter(|port| port.of_gateway || ours(&port.device)).collect();
    // A row is of the site where its gateway is, whatever a filter let through.
    let known = |mac: &str| gateways.is_empty() || ours(mac);
    let paths: Vec<_> = path_rows.iter().filter_map(Path::of).filter(|path| known(&path.gateway)).collect();
    let tunnels: Vec<_> =
        tunnel_rows.iter().filter_map(Tunnel::of).filter(|tunnel| known(&tunnel.gateway)).collect();
    let neighbors = bgp.iter().filter_map(Neighbor::of_bgp).chain(ospf.iter().filter_map(Neighbor::of_ospf));
    // Switches have neighbors of their own, inside the site.
    let neighbors: Vec<_> = neighbors.filter(|neighbor| known(&neighbor.device)).collect();
    let events: Vec<_> = events.iter().filter_map(Event::of).collect();
    if gateways.is_empty() && ports.is_empty() && paths.is_empty() && tunnels.is_empty() {
        if stats.is_seen() {
            ask.not_seen("gateways", "the site has none");
        }
        return Diagnosis::unknown("No gateway of the site could be seen, so nothing is known of its WAN.");
    }
    let clusters: Vec<_> = stats.iter().filter_map(Cluster::of).collect();
    let cluster_part = clusters.iter().find(|cluster| cluster.is_cluster).map(|cluster| {
        let id = gateways
            .iter()
            .find(|gateway| gateway.has_mac(&cluster.gateway))
            .and_then(|gateway| gateway.id.clone());
        let id = id.unwrap_or_else(|| format!("00000000-0000-0000-1000-{}", cluster.gateway));
        let part = Part::new("cluster nodes", "GetSiteDeviceHaClusterNode").with("site_id", site);
        (cluster.gateway.clone(), part.with("device_id", id).or_none())
    });
    let nodes = match &cluster_part {
        Some((mac, part)) => {
            let rows = ask.rows(part).await;
            rows.first().map(|row| (mac.clone(), row.rows("nodes").count())).into_iter().collect()
        }
        None => Vec::new(),
    };
    let pools: Vec<_> = stats.iter().flat_map(Pool::all_of).collect();
    let wan = Wan {
        gateways: &gateways,
        ports: &ports,
        paths: &paths,
        tunnels: &tunnels,
        neighbors: &neighbors,
        events: &events,
        now: ask.now(),
    };
    let alarms: Vec<_> = alarm_rows.iter().filter_map(Alarm::of).collect();
    let open_alarms = alarms::open(&alarms);
    let reported = |mac: &str| {
        let of_link = open_alarms.iter().filter(|alarm| {
            alarms::cause_of(&alarm.kind).is_some_and(|(cause, ..)| cause.name == c::WAN_LINK_DEGRADED.name)
        });
        of_link
            .filter(|alarm| alarm.devices.iter().any(|own| own == mac))
            .filter_map(|alarm| alarm.time)
            .min()
    };
    // Its name, where the site itself is what is down.
    let site_part = gateways.iter().any(Device::is_down).then(|| parts::site(site));
    let site_rows = ask.rows_if(site_part.as_ref()).await;
    let site_name = site_rows.first().and_then(|row| row.text("name"));
    let mut found = shown_by(rules::gateways_down(&wan, site_name.as_deref()), &stats_part);
    found.extend(shown_by(rules::links_down(&wan), &ports_part));
    let degraded = rules::links_degraded(&wan, reported);
    found.extend(shown_by(rules::paths_degraded(&wan, &degraded), &paths_part));
    found.extend(shown_by(degraded, &ports_part));
    found.extend(shown_by(rules::paths_down(&wan), &paths_part));
    found.extend(shown_by(rules::tunnels_down(&wan), &tunnels_part));
    found.extend(shown_by(rules::neighbors_down(&wan), &bgp_part));
    found.extend(shown_by(rules::pools(&wan, &pools), &stats_part));
    found.extend(shown_by(rules::clusters(&wan, &clusters, &nodes), &events_part));
    let is_seen = |cause: &str| match cause {
        "vpn_path_down" => !paths.is_empty(),
        "tunnel_down" => !tunnels.is_empty(),
        "bgp_down" => !neighbors.is_empty(),
        "wan_link_down" => !ports.is_empty(),
        _ => false,
    };
    let by_events = rules::by_events(&wan, is_seen, &found);
    found.extend(shown_by(by_events, &events_part));
    let ours: Vec<_> = open_alarms
        .into_iter()
        .filter(|alarm| {
            alarms::cause_of(&alarm.kind).is_some_and(|(cause, ..)| {
                cause.group == "WAN" && (!is_seen(cause.name) || alarms::is_recent(alarm, ask.now()))
            })
        })
        .collect();
    let by_alarms = alarms::findings(&ours, &gateways, |_| None, ask.now()).into_iter().filter(|finding| {
        let same = |other: &Finding| {
            other.cause().name == finding.cause().name
                && gateways.iter().any(|gateway| {
                    let called = gateway.called();
                    finding.is_on(&called) && other.is_on(&called)
                })
        };
        !found.iter().any(same)
    });
    let by_alarms: Vec<_> = by_alarms
        .map(|finding| {
            let weight = if is_seen(finding.cause().name) { 57 } else { 63 };
            finding.weight(weight)
        })
        .collect();
    found.extend(shown_by(by_alarms, &alarms_part));

    let count_up = |up: usize, all: usize| (all > 0).then(|| format!("{up} of {all} up"));
    let links: Vec<_> = ports.iter().filter(|port| rules::is_wan(port)).collect();
    let outages = services.iter().filter(|row| row.text("type").is_some_and(|kind| kind.ends_with("_DOWN")));
    Diagnosis::about("The WAN of the site")
        .fact("gateways", gateways.iter().map(Device::called).collect::<Vec<_>>())
        .fact("links", count_up(links.iter().filter(|port| port.up == Some(true)).count(), links.len()))
        .fact("vpn_paths", count_up(paths.iter().filter(|path| path.up == Some(true)).count(), paths.len()))
        .fact("tunnels", count_up(tunnels.iter().filter(|one| one.up == Some(true)).count(), tunnels.len()))
        .fact(
            "routing_neighbors",
            count_up(neighbors.iter().filter(|one| one.is_up).count(), neighbors.len()),
        )
        .fact("line", line(&links))
        .fact("service_path_outages", Some(outages.count()).filter(|outages| *outages > 0))
        .findings(found)
}

/// The figures of the WAN links.
fn line(links: &[&Port]) -> Vec<mistmcp::serde_json::Value> {
    let figures = links.iter().filter(|port| port.loss.is_some() || port.latency.is_some()).map(|port| {
        json!({ "port": port.id, "loss_percent": port.loss, "latency_ms": port.latency, "jitter_ms": port.jitter })
    });
    figures.collect()
}
