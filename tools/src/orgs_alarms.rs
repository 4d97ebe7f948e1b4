//! The alarms of an organization and its sites.

use mistmcp::{Buckets, OrgId, Search, Several, SiteIds, mist_tool};

use crate::sites_alarms::{AlarmGroup, AlarmSeverity};

mistmcp::category! {
    /// Alarms of all sites or one.
    orgs_alarms
}

/// How many alarms there are of each kind or site. Rows: `searchOrgAlarms`.
#[mist_tool(category = "orgs_alarms", get = "/api/v1/orgs/{org_id}/alarms/count")]
pub async fn count_org_alarms(
    org_id: OrgId,
    /// Field to count by, such as `type` or `site_id`.
    #[brief = "Count by: type, site_id"]
    distinct: Option<String>,
    #[flatten] buckets: Buckets,
);

/// Alarms of all sites or one. Filters take several values, with commas.
#[mist_tool(category = "orgs_alarms", get = "/api/v1/orgs/{org_id}/alarms/search")]
pub async fn search_org_alarms(
    org_id: OrgId,
    site_id: Option<SiteIds>,
    /// Group of the alarm: `infrastructure`, `security`, `marvis` or `certificate_expiry`; several with commas.
    #[brief = "infrastructure, security, marvis, certificate_expiry"]
    group: Option<Several<AlarmGroup>>,
    /// Severity: `critical`, `warn` or `info`; several with commas.
    #[brief = "critical, warn, info"]
    severity: Option<Several<AlarmSeverity>>,
    /// Type of alarm, from `listAlarmDefinitions`.
    #[brief = "From listAlarmDefinitions"]
    r#type: Option<String>,
    /// Administrator who acknowledged it.
    #[brief = "Acknowledged by"]
    ack_admin_name: Option<String>,
    /// Only those that are acknowledged, or with `false` those that are not.
    #[brief = "Acknowledged"]
    acked: Option<bool>,
    #[flatten] search: Search,
);
