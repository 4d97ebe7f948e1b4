//! The licenses that a site needs.

use mistmcp::{SiteId, mist_tool};

mistmcp::category! {
    /// Licenses that one site needs.
    extended sites_licenses
}

/// Licenses that one site needs by type, beside those that the organization owns. All sites:
/// `getOrgLicensesBySite`.
#[mist_tool(category = "sites_licenses", get = "/api/v1/sites/{site_id}/licenses/usages")]
pub async fn get_site_license_usage(site_id: SiteId);
