//! The state of what an organization has.

use std::num::NonZero;

use mistmcp::schemars::Schema;
use mistmcp::serde_json::Value;
use mistmcp::{
    Arg, Buckets, Choice, Fields, Id, Mac, MacFilter, MacList, Mismatch, OrgId, PageNumber, QueryValue,
    RelativeDuration, Search, SearchPage, Several, SiteId, SiteIds, SortField, Time, TimeWindow, mist_tool,
};

use crate::shared::{
    ConnectionStatus, ForSite, PortAddresses, PortDevice, PortField, PortFilter, PortHardware, PortTraffic,
};

mistmcp::category! {
    /// State of all sites: devices, switch ports, BGP, tunnels, VPN paths.
    orgs_stats
}

/// The organization in figures: sites, devices, devices connected, SLEs.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats")]
pub async fn get_org_stats(org_id: OrgId);

/// How many BGP sessions there are by a field. Rows: `searchOrgBgpStats`.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/bgp_peers/count")]
pub async fn count_org_bgp_stats(
    org_id: OrgId,
    /// Field to count by, such as `site_id`.
    #[brief = "Count by: site_id"]
    distinct: Option<String>,
    /// State of the session, such as `established`.
    #[brief = "State: established"]
    state: Option<String>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// BGP sessions of gateways and switches: neighbor, AS, state, routes, uptime.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/bgp_peers/search")]
pub async fn search_org_bgp_stats(
    org_id: OrgId,
    site_id: Option<SiteId>,
    /// MAC address; several with commas.
    #[brief = "MAC"]
    mac: Option<MacList>,
    /// MAC address of the neighbor.
    #[brief = "Neighbor's MAC"]
    neighbor_mac: Option<MacFilter>,
    /// Routing instance (VRF), by name.
    #[brief = "VRF"]
    vrf_name: Option<String>,
    #[flatten] search: Search,
);

/// State of devices: connected, uptime, load, radios, ports; some 5 kB each. Without `type`: access points.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/devices")]
pub async fn list_org_devices_stats(
    org_id: OrgId,
    #[default = "ap"] r#type: Option<DeviceTypes>,
    /// State: `connected`, `disconnected` or `all`; several with commas.
    #[brief = "connected, disconnected, all"]
    status: Option<Several<ConnectionStatus>>,
    site_id: Option<SiteIds>,
    /// MAC address; several with commas.
    #[brief = "MAC"]
    mac: Option<MacList>,
    /// EVPN topology.
    evpntopo_id: Option<String>,
    /// With `true`, only the switches in no EVPN topology.
    #[brief = "true: switches in no EVPN topology"]
    evpn_unused: Option<String>,
    /// Keep only these fields of each row: names with commas; `*` keeps all.
    #[brief = "Keep only these fields of each row; *: all"]
    fields: Option<StateFields>,
    #[flatten] window: TimeWindow,
    /// Number of rows in a page.
    #[brief = "Rows per page"]
    #[default = 100]
    limit: Option<u32>,
    /// Number of the page, from 1.
    #[brief = "Page number"]
    #[default = 1]
    page: Option<NonZero<u32>>,
);

/// State of all Mist Edges, or of one: uptime, load, ports, tunnels. For their configuration use `listOrgMxEdges`.
#[mist_tool(
    category = "orgs_stats",
    get = "/api/v1/orgs/{org_id}/stats/mxedges/{mxedge_id?}",
    item_takes = "for_site"
)]
pub async fn list_org_mx_edges_stats(
    org_id: OrgId,
    /// Only this Mist Edge, by id.
    #[brief = "Only this one"]
    mxedge_id: Option<Id>,
    for_site: Option<ForSite>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// State of one third-party device: uptime, version, interfaces, devices connected to it.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/otherdevices/{device_mac}")]
pub async fn get_org_other_device_stats(org_id: OrgId, device_mac: Mac);

/// How many ports of switches and gateways there are by a field. Rows: `searchOrgSwOrGwPorts`.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/ports/count")]
pub async fn count_org_sw_or_gw_ports(
    org_id: OrgId,
    #[default = "mac"] distinct: Option<PortField>,
    site_id: Option<SiteId>,
    /// MAC address of the device; several with commas.
    #[brief = "Device's MAC"]
    mac: Option<MacList>,
    #[flatten] addresses: PortAddresses,
    #[flatten] port: PortFilter,
    #[flatten] traffic: PortTraffic,
    #[flatten] buckets: Buckets,
);

/// Ports of switches and gateways: link, speed, PoE, STP, neighbor, LTE, traffic since the last restart.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/ports/search")]
pub async fn search_org_sw_or_gw_ports(
    org_id: OrgId,
    /// Kind of device: `switch`, `gateway` or `all`; several with commas.
    #[brief = "switch, gateway, all"]
    device_type: Option<Several<PortDevice>>,
    /// MAC address of the device; several with commas.
    #[brief = "Device's MAC"]
    mac: Option<MacList>,
    /// MAC address of the neighbor; several with commas.
    #[brief = "Neighbor's MAC"]
    neighbor_mac: Option<MacList>,
    /// MAC address of the port; several with commas.
    #[brief = "Port's MAC"]
    port_mac: Option<MacList>,
    #[flatten] port: PortFilter,
    #[flatten] hardware: PortHardware,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);

/// All sites in figures: devices, devices connected, clients. To find one use `searchOrgSites`.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/sites")]
pub async fn list_org_site_stats(org_id: OrgId, #[flatten] page: PageNumber);

/// How many tunnels by a field; those of type `wan` have no `wxtunnel_id`. Rows: `searchOrgTunnelsStats`.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/tunnels/count")]
pub async fn count_org_tunnels_stats(
    org_id: OrgId,
    #[default = "wxtunnel_id"] distinct: Option<TunnelField>,
    #[default = "wxtunnel"] r#type: Option<TunnelType>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Tunnels and their state: those of access points, or with `type` `wan` those of gateways; each takes filters of its
/// own.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/tunnels/search")]
pub async fn search_org_tunnels_stats(
    org_id: OrgId,
    #[default = "wxtunnel"] r#type: Option<TunnelType>,
    /// MAC address of the access point.
    #[brief = "Access point's MAC"]
    ap: Option<MacFilter>,
    /// Mist Edge cluster.
    mxcluster_id: Option<String>,
    site_id: Option<SiteId>,
    /// WxLAN tunnel.
    wxtunnel_id: Option<String>,
    /// Gateway's MAC.
    mac: Option<MacFilter>,
    /// Node of a gateway cluster: `node0` or `node1`.
    #[brief = "Cluster node"]
    node: Option<String>,
    /// Gateway's IP.
    ip: Option<String>,
    /// Peer's IP.
    peer_ip: Option<String>,
    /// Peer's host name.
    peer_host: Option<String>,
    /// Name of the tunnel.
    #[brief = "Tunnel name"]
    tunnel_name: Option<String>,
    /// Protocol of the tunnel, such as `ipsec` or `gre`.
    #[brief = "Such as ipsec, gre"]
    protocol: Option<String>,
    /// Authentication algorithm.
    #[brief = "Authentication"]
    auth_algo: Option<String>,
    /// Encryption algorithm.
    #[brief = "Encryption"]
    encrypt_algo: Option<String>,
    /// IKE version.
    ike_version: Option<String>,
    /// Whether the tunnel is up: `true` or `false`.
    #[brief = "true, false"]
    up: Option<String>,
    /// Start of the window: a distance from now such as `-1d`, ISO 8601, or epoch seconds.
    #[brief = "Window start: -1d"]
    start: Option<Time>,
    /// End of the window, in the forms that `start` takes; now, if it is left out.
    #[brief = "End of the window"]
    end: Option<Time>,
    /// Length of the window, such as `6h` or `2w`.
    #[brief = "Window length: 6h"]
    #[default = "5m"]
    duration: Option<RelativeDuration>,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);

/// How many VPN paths there are by a field. Rows: `searchOrgPeerPathStats`.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/vpn_peers/count")]
pub async fn count_org_peer_path_stats(
    org_id: OrgId,
    /// Field to count by.
    distinct: Option<String>,
    #[flatten] buckets: Buckets,
);

/// VPN paths between gateways: up or down, latency, jitter, loss, MOS.
#[mist_tool(category = "orgs_stats", get = "/api/v1/orgs/{org_id}/stats/vpn_peers/search")]
pub async fn search_org_peer_path_stats(
    org_id: OrgId,
    site_id: Option<SiteId>,
    /// MAC address; several with commas.
    #[brief = "MAC"]
    mac: Option<MacList>,
    /// Type of the path: `ipsec` or `svr`; several with commas.
    #[brief = "ipsec, svr"]
    r#type: Option<Several<PathType>>,
    #[flatten] search: Search,
);

/// Kind of device.
#[derive(Clone, Copy, Choice)]
pub enum DeviceTypes {
    /// Devices of all kinds
    All,
    /// Access points
    Ap,
    /// Gateways
    Gateway,
    /// Switches
    Switch,
}

/// Type of a path between two gateways.
#[derive(Clone, Copy, Choice)]
pub enum PathType {
    /// IPsec tunnel
    Ipsec,
    /// Secure vector routing (SVR)
    Svr,
}

/// Type of tunnel; `wan` are those of gateways.
#[derive(Clone, Copy, Choice)]
#[brief = "wan: of gateways"]
pub enum TunnelType {
    /// Between gateways
    Wan,
    /// From an access point
    #[mist("wxtunnel")]
    WxTunnel,
}

/// The fields of a device's state that an answer keeps. Some of them Mist only answers when it is asked for them, so
/// it is told as well.
#[derive(Clone, Debug)]
pub struct StateFields(Fields);

impl Arg for StateFields {
    const PICKS_FIELDS: bool = true;

    fn schema() -> Schema {
        Fields::schema()
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        Fields::read(value).map(Self)
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.to_string())
    }

    fn fields(&self) -> Option<&Fields> {
        Some(&self.0)
    }

    fn is_absent(value: &Value) -> bool {
        Fields::is_absent(value)
    }
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a tunnel")]
pub enum TunnelField {
    Ap,
    AuthAlgo,
    EncryptAlgo,
    IkeVersion,
    Ip,
    LastEvent,
    Mac,
    MxclusterId,
    MxedgeId,
    Node,
    PeerHost,
    PeerIp,
    PeerMxedgeId,
    Protocol,
    RemoteIp,
    RemotePort,
    SiteId,
    State,
    TunnelName,
    Up,
    WxtunnelId,
}
