//! OSPF neighbors in an organization.

use mistmcp::{OrgId, SiteId, mist_tool};

use crate::shared::{OspfBuckets, OspfSearch};

mistmcp::category! {
    /// OSPF neighbors of all sites.
    extended orgs_routing
}

/// How many OSPF neighbors there are in all sites by a field. Rows: `searchOrgOspfStats`.
#[mist_tool(category = "orgs_routing", get = "/api/v1/orgs/{org_id}/stats/ospf_peers/count")]
pub async fn count_org_ospf_stats(org_id: OrgId, #[flatten] buckets: OspfBuckets);

/// OSPF neighbors of the switches and gateways of all sites or one: neighbor, port, state, dead time.
#[mist_tool(category = "orgs_routing", get = "/api/v1/orgs/{org_id}/stats/ospf_peers/search")]
pub async fn search_org_ospf_stats(org_id: OrgId, site_id: Option<SiteId>, #[flatten] search: OspfSearch);
