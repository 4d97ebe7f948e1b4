use mistmcp::{OrgId, mist_tool};

/// The sites of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id}/sites")]
pub async fn list_sites(
    org_id: OrgId,
    /// Number of rows in a page.
    #[brief(Rows)]
    limit: Option<u32>,
);

fn main() {}
