//! Client certificates of Mist's NAC: SCEP, issued certificates, revocation lists.

use mistmcp::{Fields, OrgId, PageNumber, mist_tool};

mistmcp::category! {
    /// Client certificates for NAC: SCEP, issued certificates, revocation lists (CRL).
    extended orgs_scep
}

/// Certificate revocation lists (CRL) uploaded for NAC: issuer, time, download. A link is cut where its
/// signature is secret: the file is in Mist's portal.
#[mist_tool(category = "orgs_scep", get = "/api/v1/orgs/{org_id}/setting/mist_nac_crls", answers = "list")]
pub async fn get_org_nac_crl(org_id: OrgId, fields: Option<Fields>);

/// Whether Mist issues client certificates by SCEP, for which device managers, and the enrollment addresses.
#[mist_tool(category = "orgs_scep", get = "/api/v1/orgs/{org_id}/setting/mist_scep")]
pub async fn get_org_mist_scep(org_id: OrgId);

/// Client certificates that Mist issued: common name, provider, device, serial number, end.
#[mist_tool(category = "orgs_scep", get = "/api/v1/orgs/{org_id}/setting/mist_scep/client_certs")]
pub async fn list_org_issued_client_certificates(
    org_id: OrgId,
    /// Common name (CN) of the certificate, such as a user or device.
    #[brief = "Common name"]
    common_name: Option<String>,
    /// Provider that the certificate was issued for: `intune`, `jamf` or `byod`; several with commas.
    #[brief = "intune, jamf, byod"]
    cert_provider: Option<String>,
    /// Serial number of the certificate; several with commas.
    #[brief = "Serial number"]
    serial_number: Option<String>,
    /// Device of the certificate; several with commas.
    #[brief = "Device"]
    device_id: Option<String>,
    /// End of the certificate, in epoch seconds.
    #[brief = "End, epoch seconds"]
    expire_time: Option<i64>,
    /// Issue of the certificate, in epoch seconds.
    #[brief = "Issue, epoch seconds"]
    created_time: Option<i64>,
    #[flatten] page: PageNumber,
);
