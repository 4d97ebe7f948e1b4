//! System events of an organization.

use mistmcp::{Buckets, OrgId, Search, mist_tool};

mistmcp::category! {
    /// System events of the organization.
    orgs_events
}

/// How many system events the organization had. Rows: `searchOrgSystemEvents`.
#[mist_tool(category = "orgs_events", get = "/api/v1/orgs/{org_id}/events/system/count")]
pub async fn count_org_system_events(
    org_id: OrgId,
    /// Field to count by.
    distinct: Option<String>,
    #[flatten] buckets: Buckets,
);

/// What was changed in the organization, where and by whom: WLANs, templates. Logins are in
/// `listOrgAuditLogs`.
#[mist_tool(category = "orgs_events", get = "/api/v1/orgs/{org_id}/events/system/search")]
pub async fn search_org_system_events(org_id: OrgId, #[flatten] search: Search);
