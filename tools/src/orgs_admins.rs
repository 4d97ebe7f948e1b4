//! Who has access to an organization.

use mistmcp::{Fields, Id, OrgId, mist_tool};

mistmcp::category! {
    /// Administrators and API tokens of an organization.
    extended orgs_admins
}

/// Administrators of an organization: email, roles, sites, two-factor login, expiry. What they changed is in
/// `listOrgAuditLogs`.
#[mist_tool(category = "orgs_admins", get = "/api/v1/orgs/{org_id}/admins")]
pub async fn list_org_admins(org_id: OrgId, fields: Option<Fields>);

// Without `fields`: the key of a token is told by the fields beside it, and hidden.
/// API tokens of an organization, or one: name, role, creator, last use, addresses allowed. The tokens stay hidden.
#[mist_tool(category = "orgs_admins", get = "/api/v1/orgs/{org_id}/apitokens/{apitoken_id?}")]
pub async fn list_org_api_tokens(
    org_id: OrgId,
    /// Only this API token, by id.
    #[brief = "Only this one"]
    apitoken_id: Option<Id>,
);
