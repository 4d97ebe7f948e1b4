//! Parts of Mist that several answer tools read.

use mistmcp::Request;
use mistmcp::answers::{DataSource, Finding, Inquiry, Window};

use super::rules::alarms::CLEARING_EVENTS;
use super::rules::upgrading::UPGRADE_EVENTS;
use super::rules::wan::PATH_DOWN_EVENTS;

/// Rows of a page: the most that Mist gives.
pub(super) const ROWS: u32 = 1_000;

/// All devices of the organization, with their sites and whether they are connected.
pub(super) fn inventory(org: &str) -> DataSource {
    DataSource::new("inventory", "getOrgInventory")
        .of_things()
        .with("org_id", org)
        .with("limit", ROWS)
        .pages(4)
}

/// The devices of the inventory, and the members of virtual chassis, with a MAC address or else a serial number.
pub(super) fn inventory_of(org: &str, mac: Option<String>, serial: &str) -> DataSource {
    let source = DataSource::new("device in the inventory", "getOrgInventory").of_names().with("org_id", org);
    let source = source.with("vc", true);
    match mac {
        Some(mac) => source.with("mac", mac),
        None => source.with("serial", serial),
    }
}

/// The statistics of all devices of a site: some 5 kB each.
pub(super) fn device_stats(site: &str) -> DataSource {
    DataSource::new("device statistics", "listSiteDevicesStats")
        .of_things()
        .with("site_id", site)
        .with("type", "all")
        .with("limit", ROWS)
        .pages(2)
}

/// The Mist Edges of the organization, which are not in the inventory.
pub(super) fn mist_edges(org: &str) -> DataSource {
    DataSource::new("Mist Edges", "listOrgMxEdgesStats").of_things().with("org_id", org).with("limit", ROWS)
}

/// Events of a Mist Edge, the latest first.
pub(super) fn events_of_mist_edge(org: &str, id: Option<&str>, window: &Window) -> DataSource {
    let source = DataSource::new("events of the device", "searchOrgMistEdgeEvents").with("org_id", org);
    window.on(source.with("mxedge_id", id).with("limit", ROWS))
}

/// All ports of switches and gateways of a site.
pub(super) fn ports(site: &str) -> DataSource {
    DataSource::new("ports", "searchSiteSwOrGwPorts")
        .of_things()
        .with("site_id", site)
        .with("limit", ROWS)
        .pages(2)
}

/// All ports of the organization.
pub(super) fn org_ports(org: &str) -> DataSource {
    DataSource::new("ports", "searchOrgSwOrGwPorts")
        .of_things()
        .with("org_id", org)
        .with("limit", ROWS)
        .pages(4)
}

/// Events of the devices of a site, the latest first.
pub(super) fn device_events(site: &str, window: &Window) -> DataSource {
    let source =
        DataSource::new("device events", "searchSiteDeviceEvents").with("site_id", site).with("limit", ROWS);
    window.on(source.with("sort", "-timestamp"))
}

/// Events of one device, the latest first.
pub(super) fn events_of(site: &str, mac: &str, what: &str, window: &Window) -> DataSource {
    let source = DataSource::new(format!("events of the {what}"), "searchSiteDeviceEvents");
    window.on(source.with("site_id", site).with("mac", mac).with("limit", ROWS).with("sort", "-timestamp"))
}

/// Events of all devices of the organization, the latest first.
pub(super) fn org_device_events(org: &str, window: &Window) -> DataSource {
    let source = DataSource::new("device events", "searchOrgDeviceEvents")
        .with("org_id", org)
        .with("device_type", "all");
    window.on(source.with("limit", ROWS).with("sort", "-timestamp"))
}

/// Alarms of a site, the latest first.
pub(super) fn alarms(site: &str, window: &Window) -> DataSource {
    let source = DataSource::new("alarms", "searchSiteAlarms").with("site_id", site).with("limit", ROWS);
    window.on(source.with("sort", "-timestamp"))
}

/// Alarms of the organization, the latest first.
pub(super) fn org_alarms(org: &str, window: &Window) -> DataSource {
    let source = DataSource::new("alarms", "searchOrgAlarms").with("org_id", org).with("limit", ROWS);
    window.on(source.with("sort", "-timestamp"))
}

/// Actions of Marvis, which Mist's document does not have.
pub(super) fn marvis_actions(org: &str) -> DataSource {
    let request = Request::get("/api/v1/labs/orgs").segment(org).segment("suggestion");
    let request = request
        .query("query", "get_suggestion")
        .query("resolve_wcid", true)
        .query("limit", ROWS)
        .query("page", 1_u32);
    DataSource::new("Marvis actions", "listOrgMarvisActions").with("org_id", org).requesting(request)
}

/// What administrators changed in the organization.
pub(super) fn audit_logs(org: &str, window: &Window) -> DataSource {
    window.on(DataSource::new("audit log", "listOrgAuditLogs").with("org_id", org).with("limit", ROWS))
}

/// A site with its name and its counts of devices and clients.
pub(super) fn site(site: &str) -> DataSource {
    DataSource::new("site", "getSiteStats").of_names().with("site_id", site)
}

/// The names of all sites.
pub(super) fn sites(org: &str) -> DataSource {
    DataSource::new("sites", "listOrgSiteStats").of_names().with("org_id", org).with("limit", ROWS).pages(3)
}

/// Findings with the part whose rows show them, where their rule has named none.
pub(super) fn shown_by(found: Vec<Finding>, source: &DataSource) -> Vec<Finding> {
    found.into_iter().map(|finding| finding.see_or(source)).collect()
}

/// Service levels of all sites: `wifi`, `wired` or `wan`.
pub(super) fn levels(org: &str, sle: &str, window: &Window) -> DataSource {
    let called = match sle {
        "wired" => "wired service levels",
        "wan" => "WAN service levels",
        _ => "wireless service levels",
    };
    let source = DataSource::new(called, "getOrgSitesSle").of_things().with("org_id", org).with("sle", sle);
    window.on(source.with("limit", ROWS))
}

/// A service level of a site over time, with its classifiers.
pub(super) fn level_trend(site: &str, metric: &str, window: &Window) -> DataSource {
    let source = DataSource::new("service level over time", "getSiteSleSummaryTrend").with("site_id", site);
    window.on(source.with("scope", "site").with("scope_id", site).with("metric", metric))
}

/// Events of the wireless clients of a site, the latest first.
pub(super) fn client_events(site: &str, window: &Window) -> DataSource {
    let source = DataSource::new("client events", "searchSiteWirelessClientEvents").with("site_id", site);
    window.on(source.with("limit", ROWS).with("sort", "-timestamp"))
}

/// Events of the wireless clients of the organization, the latest first.
pub(super) fn org_client_events(org: &str, window: &Window) -> DataSource {
    let source = DataSource::new("client events", "searchOrgWirelessClientEvents").with("org_id", org);
    window.on(source.with("limit", ROWS).with("sort", "-timestamp"))
}

/// The state of all devices of the organization, without their statistics.
pub(super) fn org_devices(org: &str) -> DataSource {
    DataSource::new("devices", "listOrgDevicesStats")
        .of_things()
        .with("org_id", org)
        .with("type", "all")
        .with("fields", "mac,name,type,model,status,last_seen,site_id,uptime,version,fwupdate")
        .with("limit", ROWS)
        .pages(4)
}

/// The devices of the organization with their addresses, which the inventory does not have.
pub(super) fn org_device_addresses(org: &str) -> DataSource {
    DataSource::new("device addresses", "listOrgDevicesStats")
        .of_things()
        .with("org_id", org)
        .with("type", "all")
        .with(
            "fields",
            "mac,name,type,model,serial,status,last_seen,site_id,version,ip,ext_ip,ip_stat,ip2_stat,if_stat",
        )
        .with("limit", ROWS)
        .pages(4)
}

/// The ports of all gateways of the organization.
pub(super) fn gateway_ports(org: &str) -> DataSource {
    DataSource::new("gateway ports", "searchOrgSwOrGwPorts")
        .of_things()
        .with("org_id", org)
        .with("device_type", "gateway")
        .with("limit", ROWS)
}

/// What a service level fails by: access points, WLANs, bands and kinds of clients.
pub(super) fn level_impact(site: &str, metric: &str, window: &Window) -> DataSource {
    let source =
        DataSource::new("what the service level hits", "getSiteSleImpactSummary").with("site_id", site);
    window.on(source.with("scope", "site").with("scope_id", site).with("metric", metric))
}

/// The clients that a service level hits: wireless, or wired.
pub(super) fn level_clients(site: &str, metric: &str, is_wireless: bool, window: &Window) -> DataSource {
    let tool =
        if is_wireless { "listSiteSleImpactedWirelessClients" } else { "listSiteSleImpactedWiredClients" };
    let source = DataSource::new("clients that the service level hits", tool).with("site_id", site);
    window.on(source.with("scope", "site").with("scope_id", site).with("metric", metric))
}

/// The name of the part with the service levels that a site has.
pub(super) const METRICS: &str = "names of service levels";

/// The service levels that a site has.
pub(super) fn metrics(site: &str) -> DataSource {
    DataSource::new(METRICS, "listSiteSlesMetrics")
        .of_names()
        .with("site_id", site)
        .with("scope", "site")
        .with("scope_id", site)
}

/// What the statistics of gateways have where they are asked for it, in the order of [`WanPeers`]: the field, what it is
/// called, and the tool that searches for the same rows.
///
/// [`WanPeers`]: super::site_state::WanPeers
pub(super) const PEER_FIELDS: [(&str, &str, &str); 3] = [
    ("vpn_peers", "VPN paths", "searchOrgPeerPathStats"),
    ("tunnels", "tunnels", "searchOrgTunnelsStats"),
    ("bgp_peers", "BGP neighbors", "searchSiteBgpStats"),
];

/// The gateways of a site with what runs over their WAN, for which there are three searches else. What the operator does not
/// let them read is left out.
pub(super) fn gateway_peers(ask: &Inquiry, org: &str, site: &str) -> DataSource {
    let fields = PEER_FIELDS.iter().filter(|(.., tool)| ask.may_read(tool)).map(|(field, ..)| *field);
    let fields: Vec<_> = ["mac", "site_id"].into_iter().chain(fields).collect();
    DataSource::new("gateway statistics", "listOrgDevicesStats")
        .of_names()
        .with("org_id", org)
        .with("site_id", site)
        .with("type", "gateway")
        .with("fields", fields.join(","))
        .with("limit", ROWS)
}

/// VPN paths of the gateways of a site.
pub(super) fn vpn_paths(org: &str, site: &str) -> DataSource {
    DataSource::new("VPN paths", "searchOrgPeerPathStats")
        .of_things()
        .with("site_id", site)
        .with("limit", ROWS)
        .with("org_id", org)
}

/// VPN paths of all gateways of the organization.
pub(super) fn org_vpn_paths(org: &str) -> DataSource {
    DataSource::new("VPN paths", "searchOrgPeerPathStats").of_things().with("org_id", org).with("limit", ROWS)
}

/// Tunnels of all gateways of the organization.
pub(super) fn org_tunnels(org: &str) -> DataSource {
    DataSource::new("tunnels", "searchOrgTunnelsStats")
        .of_things()
        .with("org_id", org)
        .with("limit", ROWS)
        .with("type", "wan")
}

/// BGP neighbors of the organization.
pub(super) fn org_bgp(org: &str) -> DataSource {
    DataSource::new("BGP neighbors", "searchOrgBgpStats").of_things().with("org_id", org).with("limit", ROWS)
}

/// Tunnels of the gateways of a site.
pub(super) fn tunnels(org: &str, site: &str) -> DataSource {
    DataSource::new("tunnels", "searchOrgTunnelsStats")
        .of_things()
        .with("site_id", site)
        .with("limit", ROWS)
        .with("org_id", org)
        .with("type", "wan")
}

/// BGP neighbors of a site.
pub(super) fn bgp(site: &str) -> DataSource {
    DataSource::new("BGP neighbors", "searchSiteBgpStats")
        .of_things()
        .with("site_id", site)
        .with("limit", ROWS)
}

/// OSPF neighbors of a site.
pub(super) fn ospf(site: &str) -> DataSource {
    DataSource::new("OSPF neighbors", "searchSiteOspfStats")
        .of_things()
        .with("site_id", site)
        .with("limit", ROWS)
}

/// The events of [`outage_events`], and those of VPN paths, tunnels and BGP neighbors that are down.
pub(super) fn problem_events(org: &str, site: Option<&str>, window: &Window) -> DataSource {
    let types = format!("{UPGRADE_EVENTS},{CLEARING_EVENTS},{PATH_DOWN_EVENTS}");
    outage_events(org, site, window).with("type", types)
}

/// The events of devices that lose the cloud.
const DISCONNECTIONS: &str = "AP_DISCONNECTED,SW_DISCONNECTED,GW_DISCONNECTED";

/// Events that begin or end an upgrade or an outage, or end what an alarm reports: of a site, or of the organization.
pub(super) fn outage_events(org: &str, site: Option<&str>, window: &Window) -> DataSource {
    let source = match site {
        Some(site) => device_events(site, window),
        None => org_device_events(org, window),
    };
    source.with("type", format!("{UPGRADE_EVENTS},{CLEARING_EVENTS},{DISCONNECTIONS}"))
}

/// NAC events of one client, the latest first.
pub(super) fn nac_events(org: &str, mac: &str, window: &Window) -> DataSource {
    let source =
        DataSource::new("NAC events", "searchOrgNacClientEvents").with("org_id", org).with("mac", mac);
    window.on(source.with("limit", ROWS).with("sort", "-timestamp"))
}

/// NAC events of the clients of a site, the latest first.
pub(super) fn nac_events_of_site(site: &str, window: &Window) -> DataSource {
    let source = DataSource::new("NAC events", "searchSiteNacClientEvents").with("site_id", site);
    window.on(source.with("limit", ROWS).with("sort", "-timestamp"))
}

/// Events of one wireless client.
pub(super) fn events_of_client(site: &str, mac: &str, window: &Window) -> DataSource {
    let source = DataSource::new("client events", "getSiteEventsForClient")
        .with("site_id", site)
        .with("client_mac", mac);
    window.on(source.with("limit", ROWS))
}

/// Events of all wireless clients of a site, the latest first.
pub(super) fn events_of_other_clients(site: &str, window: &Window) -> DataSource {
    let source =
        DataSource::new("events of other clients", "searchSiteWirelessClientEvents").with("site_id", site);
    window.on(source.with("limit", ROWS).with("sort", "-timestamp"))
}

/// The NAC rules with their names.
pub(super) fn nac_rules(org: &str) -> DataSource {
    DataSource::new("NAC rules", "listOrgNacRules").of_names().with("org_id", org).with("limit", ROWS)
}

/// The inventory of a site, one page.
pub(super) fn site_inventory(org: &str, site: &str) -> DataSource {
    inventory(org).with("site_id", site).pages(1)
}
