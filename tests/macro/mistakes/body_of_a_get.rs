use mistmcp::{OrgId, mist_tool, serde_json::Value};

/// The sites of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id}/sites")]
pub async fn list_sites(org_id: OrgId, #[body] filter: Value);

fn main() {}
