//! Which ways the traffic of a site takes.

use mistmcp::{Buckets, Choice, MacFilter, ParamGroup, SiteId, SortField, mist_tool};

use crate::shared::Rows;

mistmcp::category! {
    /// WAN paths of a site's traffic.
    sites_wan_usages
}

/// How many WAN paths a site uses by policy, port, peer or tenant. Rows: `searchSiteWanUsage`.
#[mist_tool(category = "sites_wan_usages", get = "/api/v1/sites/{site_id}/wan_usages/count")]
pub async fn count_site_wan_usage(
    site_id: SiteId,
    #[default = "policy"] distinct: Option<WanUsageField>,
    #[flatten] usage: WanUsageFilter,
    #[flatten] buckets: Buckets,
);

/// Which port, peer and path type a tenant's traffic takes under a policy, and its weight.
#[mist_tool(category = "sites_wan_usages", get = "/api/v1/sites/{site_id}/wan_usages/search")]
pub async fn search_site_wan_usage(
    site_id: SiteId,
    #[flatten] usage: WanUsageFilter,
    #[flatten] rows: Rows,
    #[flatten] sort: SortField,
);

/// A path over the WAN.
#[derive(ParamGroup)]
pub struct WanUsageFilter {
    /// Gateway's MAC.
    pub mac: Option<MacFilter>,
    /// Peer's MAC.
    pub peer_mac: Option<MacFilter>,
    /// Port, such as `ge-0/0/0`.
    #[brief = "Port: ge-0/0/0"]
    pub port_id: Option<String>,
    /// Peer's port.
    pub peer_port_id: Option<String>,
    /// Service policy.
    pub policy: Option<String>,
    /// Network of the client.
    #[brief = "Network"]
    pub tenant: Option<String>,
    /// Type of the path, such as `primary`.
    #[brief = "Path type: primary"]
    pub path_type: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a path")]
pub enum WanUsageField {
    Mac,
    PathType,
    PeerMac,
    PeerPortId,
    Policy,
    PortId,
    Tenant,
}
