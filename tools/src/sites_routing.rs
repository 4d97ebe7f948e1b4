//! Routing neighbors at one site: BGP and OSPF.

use mistmcp::{MacFilter, Search, SiteId, mist_tool};

use crate::shared::{OspfBuckets, OspfSearch};

mistmcp::category! {
    /// Routing neighbors at one site: BGP sessions, OSPF neighbors.
    extended sites_routing
}

/// How many BGP sessions a site has by a field. Rows: `searchSiteBgpStats`.
#[mist_tool(category = "sites_routing", get = "/api/v1/sites/{site_id}/stats/bgp_peers/count")]
pub async fn count_site_bgp_stats(
    site_id: SiteId,
    /// Field to count by, such as `state` or `mac`.
    #[brief = "Count by: state, mac"]
    distinct: Option<String>,
    /// State of the session, such as `established`.
    #[brief = "State: established"]
    state: Option<String>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// BGP sessions of the gateways and switches of one site: neighbor, AS, state, routes, uptime.
#[mist_tool(category = "sites_routing", get = "/api/v1/sites/{site_id}/stats/bgp_peers/search")]
pub async fn search_site_bgp_stats(
    site_id: SiteId,
    mac: Option<MacFilter>,
    /// MAC address of the neighbor.
    #[brief = "Neighbor's MAC"]
    neighbor_mac: Option<MacFilter>,
    /// Routing instance (VRF), by name.
    #[brief = "VRF"]
    vrf_name: Option<String>,
    #[flatten] search: Search,
);

/// How many OSPF neighbors a site has by a field. Rows: `searchSiteOspfStats`.
#[mist_tool(category = "sites_routing", get = "/api/v1/sites/{site_id}/stats/ospf_peers/count")]
pub async fn count_site_ospf_stats(site_id: SiteId, #[flatten] buckets: OspfBuckets);

/// OSPF neighbors of the switches and gateways of one site: neighbor, port, state, dead time.
#[mist_tool(category = "sites_routing", get = "/api/v1/sites/{site_id}/stats/ospf_peers/search")]
pub async fn search_site_ospf_stats(site_id: SiteId, #[flatten] search: OspfSearch);
