//! Licenses of managed service providers (MSP).

use mistmcp::{MspId, mist_tool};

mistmcp::category! {
    /// Licenses of a managed service provider (MSP) and of its organizations.
    extended msps_licenses
}

/// Licenses that an MSP itself owns and uses: subscriptions, quantities, end dates. Of one organization:
/// `getOrgLicensesSummary`.
#[mist_tool(category = "msps_licenses", get = "/api/v1/msps/{msp_id}/licenses", answers = "object")]
pub async fn list_msp_licenses(msp_id: MspId);

/// Licenses owned and used in the organizations of an MSP.
#[mist_tool(category = "msps_licenses", get = "/api/v1/msps/{msp_id}/stats/licenses", answers = "object")]
pub async fn list_msp_org_licenses(msp_id: MspId);
