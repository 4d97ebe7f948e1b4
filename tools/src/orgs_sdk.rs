//! Mobile applications that are built with Mist's SDK.

use mistmcp::{Fields, Id, OrgId, mist_tool};

mistmcp::category! {
    /// Mobile SDK: invitations of applications, and how they look.
    extended orgs_sdk
}

/// Invitations for mobile applications with Mist's SDK, or one: enabled, expiry, quota, site.
#[mist_tool(category = "orgs_sdk", get = "/api/v1/orgs/{org_id}/sdkinvites/{sdkinvite_id?}")]
pub async fn list_sdk_invites(
    org_id: OrgId,
    /// Only this invitation, by id.
    #[brief = "Only this one"]
    sdkinvite_id: Option<Id>,
    fields: Option<Fields>,
);

/// How mobile applications with Mist's SDK look, all templates or one: texts, colors, background.
#[mist_tool(category = "orgs_sdk", get = "/api/v1/orgs/{org_id}/sdktemplates/{sdktemplate_id?}")]
pub async fn list_sdk_templates(
    org_id: OrgId,
    /// Only this template, by id.
    #[brief = "Only this one"]
    sdktemplate_id: Option<Id>,
    fields: Option<Fields>,
);
