//! Security settings of an organization: SecIntel profiles, SSL proxy.

use mistmcp::{Id, OrgId, PageNumber, mist_tool};

mistmcp::category! {
    /// Security: SecIntel profiles, certificate of the SSL proxy.
    extended orgs_security
}

/// SecIntel profiles, or one of them: how command and control, DNS and infected hosts are blocked.
#[mist_tool(category = "orgs_security", get = "/api/v1/orgs/{org_id}/secintelprofiles/{secintelprofile_id?}")]
pub async fn list_org_sec_intel_profiles(
    org_id: OrgId,
    /// Only this profile, by id.
    #[brief = "Only this one"]
    secintelprofile_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Public certificate (PEM) of the SSL proxy, which clients have to trust.
#[mist_tool(category = "orgs_security", get = "/api/v1/orgs/{org_id}/ssl_proxy_cert")]
pub async fn get_org_ssl_proxy_cert(org_id: OrgId);
