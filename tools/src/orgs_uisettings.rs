//! Dashboards of an organization in Mist's portal.

use mistmcp::{Fields, Id, OrgId, mist_tool};

mistmcp::category! {
    /// Dashboards of an organization in Mist's portal: tiles and their questions.
    extended orgs_uisettings
}

/// Dashboards saved for an organization in Mist's portal, or one: tiles, their questions, their places.
#[mist_tool(category = "orgs_uisettings", get = "/api/v1/orgs/{org_id}/uisettings/{uisetting_id?}")]
pub async fn list_org_ui_settings(
    org_id: OrgId,
    /// Only this dashboard, by id.
    #[brief = "Only this one"]
    uisetting_id: Option<Id>,
    fields: Option<Fields>,
);
