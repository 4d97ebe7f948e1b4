//! The certificate authority of an organization.

use mistmcp::{OrgId, mist_tool};

mistmcp::category! {
    /// Certificate authority (CA) of an organization, and what it revoked.
    extended orgs_certificates
}

/// The CA certificate of an organization, as for RadSec, and the one that will replace it.
#[mist_tool(category = "orgs_certificates", get = "/api/v1/orgs/{org_id}/cert", answers = "object")]
pub async fn list_org_certificates(org_id: OrgId);

/// The certificate revocation list (CRL) of an organization, as a file.
#[mist_tool(category = "orgs_certificates", get = "/api/v1/orgs/{org_id}/crl")]
pub async fn get_org_crl_file(org_id: OrgId);
