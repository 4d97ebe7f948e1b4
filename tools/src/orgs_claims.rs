//! Claims of devices into an organization.

use mistmcp::{Fields, Id, OrgId, mist_tool};

mistmcp::category! {
    /// Jobs that claim devices into an organization.
    extended orgs_claims
}

/// Jobs that claim devices in the background, or one: status, devices done, failed and left. The devices claimed are in
/// `getOrgInventory`.
#[mist_tool(
    category = "orgs_claims",
    get = "/api/v1/orgs/{org_id}/claims/{claim_id?}",
    item_takes = "detail",
    answers = "object"
)]
pub async fn list_org_async_claims(
    org_id: OrgId,
    /// Only this job, by id.
    #[brief = "Only this one"]
    claim_id: Option<Id>,
    /// With `true`, also each device and its status.
    #[brief = "true: with each device"]
    detail: Option<bool>,
    fields: Option<Fields>,
);
