use mistmcp::{OrgId, mist_tool};

/// The sites of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id}/sites")]
pub async fn list_sites(
    org_id: OrgId,
    /// Rows.
    #[default = "abc"]
    limit: Option<u32>,
);

fn main() {}
