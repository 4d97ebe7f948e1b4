use mistmcp::{OrgId, mist_tool, serde_json::Value};

/// Adds a site.
#[mist_tool(category = "orgs", post = "/api/v1/orgs/{org_id}/sites")]
pub async fn add_site(org_id: OrgId, #[flatten] #[body] site: Value);

fn main() {}
