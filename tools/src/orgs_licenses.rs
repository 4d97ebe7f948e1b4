//! The licenses of an organization.

use mistmcp::{Fields, OrgId, mist_tool};

mistmcp::category! {
    /// Licenses: owned, used, needed by each site.
    orgs_licenses
}

/// Progress of the last claim of devices and licenses.
#[mist_tool(
    category = "orgs_licenses",
    name = "GetOrgLicenseAsyncClaimStatus",
    get = "/api/v1/orgs/{org_id}/claim/status"
)]
pub async fn get_org_license_async_claim_status(
    org_id: OrgId,
    /// Adds the outcome for each device.
    #[brief = "Adds each device"]
    detail: Option<bool>,
);

/// Licenses owned, used and left by type, and when they end.
#[mist_tool(category = "orgs_licenses", get = "/api/v1/orgs/{org_id}/licenses")]
pub async fn get_org_licenses_summary(org_id: OrgId);

/// Licenses that each site needs, by type.
#[mist_tool(category = "orgs_licenses", get = "/api/v1/orgs/{org_id}/licenses/usages", answers = "list")]
pub async fn get_org_licenses_by_site(org_id: OrgId, fields: Option<Fields>);
