//! Reports of an organization: E911, Premium Analytics.

use mistmcp::{OrgId, PageNumber, mist_tool};

mistmcp::category! {
    /// Reports: emergency locations (E911), dashboards of Premium Analytics.
    extended orgs_reports
}

/// State of the E911 report, which lists the location of each BSSID for emergency calls, and its download: a link
/// that is cut where its signature is secret; the file is in Mist's portal.
#[mist_tool(category = "orgs_reports", get = "/api/v1/orgs/{org_id}/exports/e911_report")]
pub async fn get_org_e911_report(org_id: OrgId);

/// Dashboards of Premium Analytics, with their addresses.
#[mist_tool(category = "orgs_reports", get = "/api/v1/orgs/{org_id}/pma/dashboards")]
pub async fn list_org_pma_dashboards(org_id: OrgId, #[flatten] page: PageNumber);
