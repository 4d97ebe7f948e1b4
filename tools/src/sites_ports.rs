//! The ports of the switches and gateways of one site.

use mistmcp::{Buckets, MacFilter, SearchPage, SiteId, SortField, mist_tool};

use crate::shared::{PortAddresses, PortDevice, PortField, PortFilter, PortHardware, PortTraffic};

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
    #[flatten] addresses: PortAddresses,
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
    #[flatten] addresses: PortAddresses,
    #[flatten] port: PortFilter,
    #[flatten] hardware: PortHardware,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);
