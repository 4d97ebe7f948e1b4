//! Integrations of an organization with security services of other clouds.

use mistmcp::{OrgId, mist_tool};

mistmcp::category! {
    /// Integrations: Juniper Secure Edge (JSE), Sky ATP, Zscaler.
    extended orgs_integrations
}

/// Organizations of Juniper Secure Edge (JSE) that the linked account can use.
#[mist_tool(category = "orgs_integrations", get = "/api/v1/orgs/{org_id}/setting/jse/info")]
pub async fn get_org_jse_info(org_id: OrgId);

/// How Juniper Secure Edge (JSE) is integrated: cloud, user, its organizations.
#[mist_tool(category = "orgs_integrations", get = "/api/v1/orgs/{org_id}/setting/jse/setup")]
pub async fn get_org_jse_integration(org_id: OrgId);

/// How Sky ATP (Juniper ATP Cloud) is integrated: threat feeds, allow and block lists.
#[mist_tool(category = "orgs_integrations", get = "/api/v1/orgs/{org_id}/setting/skyatp/setup")]
pub async fn get_org_sky_atp_integration(org_id: OrgId);

/// How Zscaler is integrated: cloud and partner administrator.
#[mist_tool(category = "orgs_integrations", get = "/api/v1/orgs/{org_id}/setting/zscaler/setup")]
pub async fn get_org_zscaler_integration(org_id: OrgId);
