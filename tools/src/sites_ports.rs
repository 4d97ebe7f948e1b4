//! The ports of the switches and gateways of one site.

use mistmcp::{Buckets, Choice, MacFilter, ParamGroup, SearchPage, SiteId, SortField, mist_tool};

use crate::orgs_stats::{PortField, PortFilter, PortHardware};

mistmcp::category! {
    /// Switch and gateway ports of a site: link, speed, PoE, neighbor, traffic.
    extended sites_ports
}

/// How many switch and gateway ports a site has by a field. Rows: `searchSiteSwOrGwPorts`.
#[mist_tool(category = "sites_ports", get = "/api/v1/sites/{site_id}/stats/ports/count")]
pub async fn count_site_sw_or_gw_ports(
    site_id: SiteId,
    #[default = "mac"] distinct: Option<PortField>,
    /// MAC address of the device.
    #[brief = "Device's MAC"]
    mac: Option<MacFilter>,
    /// MAC address of the neighbor.
    #[brief = "Neighbor's MAC"]
    neighbor_mac: Option<MacFilter>,
    /// MAC address of the port.
    #[brief = "Port's MAC"]
    port_mac: Option<MacFilter>,
    #[flatten] port: PortFilter,
    #[flatten] traffic: PortTraffic,
    #[flatten] buckets: Buckets,
);

/// Ports of the switches and gateways of one site: link, speed, PoE, STP, neighbor, LTE, traffic since the last
/// restart.
#[mist_tool(category = "sites_ports", get = "/api/v1/sites/{site_id}/stats/ports/search")]
pub async fn search_site_sw_or_gw_ports(
    site_id: SiteId,
    #[default = "all"] device_type: Option<PortDevice>,
    /// MAC address of the device.
    #[brief = "Device's MAC"]
    mac: Option<MacFilter>,
    /// MAC address of the neighbor.
    #[brief = "Neighbor's MAC"]
    neighbor_mac: Option<MacFilter>,
    /// MAC address of the port.
    #[brief = "Port's MAC"]
    port_mac: Option<MacFilter>,
    #[flatten] port: PortFilter,
    #[flatten] hardware: PortHardware,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);

/// Counters that a port is filtered by.
#[derive(ParamGroup)]
pub struct PortTraffic {
    /// PoE power drawn from the port, in watts.
    #[brief = "Watts"]
    pub power_draw: Option<f64>,
    /// Packets sent.
    #[brief = "Sent"]
    pub tx_pkts: Option<i64>,
    /// Packets received.
    #[brief = "Received"]
    pub rx_pkts: Option<i64>,
    /// Bytes received.
    #[brief = "Received"]
    pub rx_bytes: Option<i64>,
    /// Bits sent per second.
    #[brief = "Sent"]
    pub tx_bps: Option<i64>,
    /// Bits received per second.
    #[brief = "Received"]
    pub rx_bps: Option<i64>,
    /// Multicast packets sent.
    #[brief = "Multicast sent"]
    pub tx_mcast_pkts: Option<i64>,
    /// Broadcast packets sent.
    #[brief = "Broadcast sent"]
    pub tx_bcast_pkts: Option<i64>,
    /// Multicast packets received.
    #[brief = "Multicast received"]
    pub rx_mcast_pkts: Option<i64>,
    /// Broadcast packets received.
    #[brief = "Broadcast received"]
    pub rx_bcast_pkts: Option<i64>,
}

/// Kind of device.
#[derive(Clone, Copy, Choice)]
pub enum PortDevice {
    /// Switches and gateways
    All,
    /// Gateways
    Gateway,
    /// Switches
    Switch,
}
