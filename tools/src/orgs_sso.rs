//! Single sign-on (SSO) of an organization.

use mistmcp::{Id, OrgId, PageNumber, TimeWindow, mist_tool};

mistmcp::category! {
    /// Single sign-on (SSO) of an organization: identity providers, roles, failed logins.
    extended orgs_sso
}

/// Identity providers of an organization (SSO), or one: SAML, LDAP, OAuth, RADIUS proxy; for administrators and NAC.
#[mist_tool(category = "orgs_sso", get = "/api/v1/orgs/{org_id}/ssos/{sso_id?}")]
pub async fn list_org_ssos(
    org_id: OrgId,
    /// Only this identity provider, by id.
    #[brief = "Only this one"]
    sso_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Roles that SSO grants, or one: which privileges each name stands for.
#[mist_tool(category = "orgs_sso", get = "/api/v1/orgs/{org_id}/ssoroles/{ssorole_id?}")]
pub async fn list_org_sso_roles(
    org_id: OrgId,
    /// Only this role, by id.
    #[brief = "Only this one"]
    ssorole_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Latest SSO logins of administrators that failed: when, why, and the SAML assertion.
#[mist_tool(category = "orgs_sso", get = "/api/v1/orgs/{org_id}/ssos/{sso_id}/failures")]
pub async fn list_org_sso_latest_failures(
    org_id: OrgId,
    /// Identity provider, from `listOrgSsos`.
    #[brief = "From listOrgSsos"]
    sso_id: Id,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// What an identity provider needs to know of Mist: SAML entity id, ACS URL, logout URL, SCIM URL, metadata XML.
#[mist_tool(category = "orgs_sso", get = "/api/v1/orgs/{org_id}/ssos/{sso_id}/metadata")]
pub async fn get_org_saml_metadata(
    org_id: OrgId,
    /// Identity provider, from `listOrgSsos`.
    #[brief = "From listOrgSsos"]
    sso_id: Id,
);
