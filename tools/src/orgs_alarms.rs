//! The alarms of an organization and its sites.

use mistmcp::{Buckets, OrgId, Search, SiteId, mist_tool};

mistmcp::category! {
    /// Alarms of all sites or one.
    orgs_alarms
}

/// How many alarms there are of each kind or site. Rows: `searchOrgAlarms`.
#[mist_tool(category = "orgs_alarms", get = "/api/v1/orgs/{org_id}/alarms/count")]
pub async fn count_org_alarms(
    org_id: OrgId,
    /// Count by: `type`, `site_id`.
    distinct: Option<String>,
    #[flatten] buckets: Buckets,
);

/// Alarms of all sites or one. Filters take several values, with commas.
#[mist_tool(category = "orgs_alarms", get = "/api/v1/orgs/{org_id}/alarms/search")]
pub async fn search_org_alarms(
    org_id: OrgId,
    site_id: Option<SiteId>,
    /// `infrastructure`, `security`, `marvis`, `certificate_expiry`.
    group: Option<String>,
    /// `critical`, `warn`, `info`.
    severity: Option<String>,
    /// From `listAlarmDefinitions`.
    r#type: Option<String>,
    /// Acknowledged by.
    ack_admin_name: Option<String>,
    /// Acknowledged.
    acked: Option<bool>,
    #[flatten] search: Search,
);
