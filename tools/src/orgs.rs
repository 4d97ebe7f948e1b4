//! An organization and its settings.

use mistmcp::{Fields, OrgId, Search, mist_tool};

mistmcp::category! {
    /// The organization: its name, settings, events.
    orgs
}

/// An organization's name, the groups that it is in, and its alarm template.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id}")]
pub async fn get_org(org_id: OrgId);

/// The settings of an organization that apply to all its sites: password policy, certificates, VPN, API limits, integrations.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id}/setting")]
pub async fn get_org_settings(org_id: OrgId, fields: Option<Fields>);

/// Events of the organization itself, such as changed integrations or failed updates. Devices, clients and alarms have tools of their own.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id}/events/search")]
pub async fn search_org_events(
    org_id: OrgId,
    /// Kind of event.
    r#type: Option<String>,
    #[flatten] search: Search,
);
