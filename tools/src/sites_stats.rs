//! The state of what a site has.

use std::num::NonZero;

use mistmcp::{
    Buckets, Choice, Fields, Id, Mac, MacFilter, PageNumber, Search, SiteId, Time, TimeWindow, mist_tool,
};

use crate::shared::Rows;

mistmcp::category! {
    /// State of a site: clients, calls, applications, discovered switches.
    sites_stats
}

/// A site in figures: devices, devices connected, clients.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats")]
pub async fn get_site_stats(site_id: SiteId);

/// How much applications are used at a site, by application, SSID, client or another field: buckets.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/apps/count")]
pub async fn count_site_apps(
    site_id: SiteId,
    distinct: Option<AppUseField>,
    device_mac: Option<MacFilter>,
    /// Application, as the rows name it.
    #[brief = "Application"]
    app: Option<String>,
    /// With `true`, wired clients in place of wireless ones.
    #[brief = "true: wired clients"]
    wired: Option<String>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Why one client's call was good or bad: quality by the minute, and what client, radio, site and WAN did to it.
#[mist_tool(
    category = "sites_stats",
    get = "/api/v1/sites/{site_id}/stats/calls/client/{client_mac}/troubleshoot"
)]
pub async fn troubleshoot_site_call(
    site_id: SiteId,
    client_mac: Mac,
    /// Id of the meeting, from `searchSiteCalls`.
    #[brief = "From searchSiteCalls"]
    meeting_id: String,
    mac: Option<MacFilter>,
    /// Application, such as `zoom` or `teams`.
    #[brief = "Application: zoom"]
    app: Option<String>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// How many calls each client of a site had. Rows: `searchSiteCalls`.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/calls/count")]
pub async fn count_site_calls(
    site_id: SiteId,
    #[default = "mac"] distinct: Option<CallField>,
    /// Rating of the call, from 1 to 5.
    #[brief = "1 to 5"]
    rating: Option<NonZero<u32>>,
    /// Application, such as `zoom` or `teams`.
    #[brief = "Application: zoom"]
    app: Option<String>,
    /// Start of the window: a distance from now such as `-1d`, ISO 8601, or epoch seconds.
    #[brief = "Window start: -1d"]
    start: Option<Time>,
    /// End of the window, in the forms that `start` takes; now, if it is left out.
    #[brief = "End of the window"]
    end: Option<Time>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Zoom and Teams calls at a site: client, audio, video and screen share quality, rating.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/calls/search")]
pub async fn search_site_calls(
    site_id: SiteId,
    mac: Option<MacFilter>,
    /// Application, such as `zoom` or `teams`.
    #[brief = "Application: zoom"]
    app: Option<String>,
    #[flatten] search: Search,
);

/// Minutes of calls at a site, and those that were bad because of client, wireless or WAN.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/calls/summary")]
pub async fn get_site_calls_summary(
    site_id: SiteId,
    /// MAC address of the access point.
    #[brief = "Access point's MAC"]
    ap_mac: Option<MacFilter>,
    /// Application, such as `zoom` or `teams`.
    #[brief = "Application: zoom"]
    app: Option<String>,
    /// Wired clients in place of wireless ones.
    #[brief = "Wired clients"]
    #[default = false]
    wired: Option<bool>,
    /// Start of the window: a distance from now such as `-1d`, ISO 8601, or epoch seconds.
    #[brief = "Window start: -1d"]
    start: Option<Time>,
    /// End of the window, in the forms that `start` takes; now, if it is left out.
    #[brief = "End of the window"]
    end: Option<Time>,
);

/// What made calls at a site or an access point good or bad. For one client's call use `troubleshootSiteCall`.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/calls/troubleshoot")]
pub async fn list_site_troubleshoot_calls(
    site_id: SiteId,
    /// MAC address of the access point.
    #[brief = "Access point's MAC"]
    ap: Option<MacFilter>,
    /// Id of the meeting, from `searchSiteCalls`.
    #[brief = "From searchSiteCalls"]
    meeting_id: Option<String>,
    mac: Option<MacFilter>,
    /// Application, such as `zoom` or `teams`.
    #[brief = "Application: zoom"]
    app: Option<String>,
    /// Wired clients in place of wireless ones.
    #[brief = "Wired clients"]
    #[default = false]
    wired: Option<bool>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// Clients connected to a site now, or one of them: access point, SSID, RSSI, rates. Wireless unless `wired`. For
/// earlier ones use `searchSiteWirelessClients`.
#[mist_tool(
    category = "sites_stats",
    get = "/api/v1/sites/{site_id}/stats/clients/{client_mac?}",
    item_takes = "wired"
)]
pub async fn list_site_wireless_clients_stats(
    site_id: SiteId,
    /// Only this client, by its MAC address.
    #[brief = "Only this one"]
    client_mac: Option<Mac>,
    /// Wired clients in place of wireless ones.
    #[brief = "Wired clients"]
    #[default = false]
    wired: Option<bool>,
    #[flatten] rows: Rows,
);

/// Scores of a site's discovered switches over time: PoE, VLANs, versions, access points each.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/discovered_switch_metrics/search")]
pub async fn search_site_discovered_switches_metrics(
    site_id: SiteId,
    #[default = "site"] scope: Option<SwitchMetricScope>,
    r#type: Option<SwitchMetric>,
    #[flatten] search: Search,
);

/// How many discovered switches a site has by a field. Rows: `searchSiteDiscoveredSwitches`.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/discovered_switches/count")]
pub async fn count_site_discovered_switches(
    site_id: SiteId,
    #[default = "system_name"] distinct: Option<DiscoveredSwitchField>,
    #[flatten] buckets: Buckets,
);

/// Discovered switches of a site that fall short now in PoE, VLANs, version or access points each.
#[mist_tool(
    category = "sites_stats",
    get = "/api/v1/sites/{site_id}/stats/discovered_switches/metrics",
    answers = "object"
)]
pub async fn list_site_discovered_switches_metrics(
    site_id: SiteId,
    /// Number of access points per switch that is allowed, such as `12`.
    #[brief = "Access points per switch: 12"]
    threshold: Option<String>,
    /// Only this switch, by its name in LLDP.
    #[brief = "Only this switch"]
    system_name: Option<String>,
);

/// Switches that a site's access points hear by LLDP, managed by Mist or not.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/discovered_switches/search")]
pub async fn search_site_discovered_switches(
    site_id: SiteId,
    /// Managed by Mist.
    adopted: Option<bool>,
    /// Name of the switch in LLDP.
    #[brief = "Name in LLDP"]
    system_name: Option<String>,
    /// Host name.
    hostname: Option<String>,
    /// Manufacturer of the device.
    #[brief = "Maker"]
    vendor: Option<String>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    model: Option<String>,
    /// Firmware version.
    #[brief = "Firmware"]
    version: Option<String>,
    #[flatten] search: Search,
);

/// Wireless clients on one floor plan: state and position.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/maps/{map_id}/clients")]
pub async fn get_site_wireless_clients_stats_by_map(
    site_id: SiteId,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Id,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// Wireless devices heard on one floor plan but not connected: position, RSSI, maker.
#[mist_tool(
    category = "sites_stats",
    get = "/api/v1/sites/{site_id}/stats/maps/{map_id}/unconnected_clients"
)]
pub async fn list_site_unconnected_client_stats(
    site_id: SiteId,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Id,
    fields: Option<Fields>,
);

/// State of a site's own Mist Edges, or of one: uptime, load, ports, tunnels. For their configuration use
/// `listSiteMxEdges`.
#[mist_tool(
    category = "sites_stats",
    get = "/api/v1/sites/{site_id}/stats/mxedges/{mxedge_id?}",
    item_takes = "start, end, duration"
)]
pub async fn list_site_mx_edges_stats(
    site_id: SiteId,
    /// Only this Mist Edge, by id.
    #[brief = "Only this one"]
    mxedge_id: Option<Id>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// How often the WxLAN rules of a site were hit, and by which clients.
#[mist_tool(category = "sites_stats", get = "/api/v1/sites/{site_id}/stats/wxrules", answers = "list")]
pub async fn get_site_wx_rules_usage(site_id: SiteId, fields: Option<Fields>);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an application's use")]
pub enum AppUseField {
    Ap,
    App,
    Category,
    DeviceMac,
    PortId,
    Service,
    SrcIp,
    Ssid,
    Wcid,
    // Mist's own spelling of this one value, as its API document has it.
    #[mist("wlan_id app")]
    WlanIdApp,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a call")]
pub enum CallField {
    Mac,
}

/// The site or each switch.
#[derive(Clone, Copy, Choice)]
pub enum SwitchMetricScope {
    /// The site as a whole
    Site,
    /// Each switch
    Switch,
}

/// What is scored.
#[derive(Clone, Copy, Choice)]
pub enum SwitchMetric {
    /// Whether the VLANs of the WLANs arrive
    InactiveWiredVlans,
    /// Whether PoE suffices
    PoeCompliance,
    /// Whether too many access points hang on one switch
    SwitchApAffinity,
    /// Whether switches of one model have one version
    VersionCompliance,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a discovered switch")]
pub enum DiscoveredSwitchField {
    MgmtAddr,
    Model,
    SystemName,
    Version,
}
