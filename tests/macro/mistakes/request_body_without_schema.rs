use mistmcp::{OrgId, mist_tool};

pub struct Site;

/// Adds a site.
#[mist_tool(category = "orgs", post = "/api/v1/orgs/{org_id}/sites")]
pub async fn add_site(org_id: OrgId, #[body] site: Site);

fn main() {}
