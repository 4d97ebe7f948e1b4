//! Single sign-on (SSO) of managed service providers (MSP).

use mistmcp::{Fields, Id, MspId, mist_tool};

mistmcp::category! {
    /// Single sign-on (SSO) of a managed service provider (MSP): providers, roles, failed logins.
    extended msps_sso
}

/// Identity providers that an MSP's administrators log in with (SSO), or one.
#[mist_tool(category = "msps_sso", get = "/api/v1/msps/{msp_id}/ssos/{sso_id?}")]
pub async fn list_msp_ssos(
    msp_id: MspId,
    /// Only this identity provider, by id.
    #[brief = "Only this one"]
    sso_id: Option<Id>,
    fields: Option<Fields>,
);

/// Roles of an MSP that SSO grants: which privileges each name stands for.
#[mist_tool(category = "msps_sso", get = "/api/v1/msps/{msp_id}/ssoroles")]
pub async fn list_msp_sso_roles(msp_id: MspId, fields: Option<Fields>);

/// Latest SSO logins to an MSP that failed: when, why, and the SAML assertion.
#[mist_tool(category = "msps_sso", get = "/api/v1/msps/{msp_id}/ssos/{sso_id}/failures")]
pub async fn list_msp_sso_latest_failures(
    msp_id: MspId,
    /// Identity provider, from `listMspSsos`.
    #[brief = "From listMspSsos"]
    sso_id: Id,
    fields: Option<Fields>,
);

/// What the identity provider of an MSP needs to know of Mist: SAML entity id, ACS URL, logout URL, metadata XML.
#[mist_tool(category = "msps_sso", get = "/api/v1/msps/{msp_id}/ssos/{sso_id}/metadata")]
pub async fn get_msp_saml_metadata(
    msp_id: MspId,
    /// Identity provider, from `listMspSsos`.
    #[brief = "From listMspSsos"]
    sso_id: Id,
);
