//! Portals that bring clients to NAC.

use mistmcp::{Id, OrgId, PageNumber, TimeWindow, mist_tool};

mistmcp::category! {
    /// NAC portals: onboarding with certificates, guests, SSO.
    extended orgs_nac_portals
}

/// NAC portals, or one: for guests, or for certificates with the Marvis Client. SSID, SSO, expiry.
#[mist_tool(category = "orgs_nac_portals", get = "/api/v1/orgs/{org_id}/nacportals/{nacportal_id?}")]
pub async fn list_org_nac_portals(
    org_id: OrgId,
    /// Only this portal, by id.
    #[brief = "Only this one"]
    nacportal_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Latest SSO logins to a NAC portal that failed: when, why, and the SAML assertion.
#[mist_tool(category = "orgs_nac_portals", get = "/api/v1/orgs/{org_id}/nacportals/{nacportal_id}/failures")]
pub async fn list_org_nac_portal_sso_latest_failures(
    org_id: OrgId,
    /// Portal, from `listOrgNacPortals`.
    #[brief = "From listOrgNacPortals"]
    nacportal_id: Id,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// What an identity provider needs to know of a NAC portal: SAML entity id, ACS URL, logout URL, metadata XML.
#[mist_tool(
    category = "orgs_nac_portals",
    get = "/api/v1/orgs/{org_id}/nacportals/{nacportal_id}/saml_metadata"
)]
pub async fn get_org_nac_portal_saml_metadata(
    org_id: OrgId,
    /// Portal, from `listOrgNacPortals`.
    #[brief = "From listOrgNacPortals"]
    nacportal_id: Id,
);
