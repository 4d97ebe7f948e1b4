use mistmcp::{OrgId, mist_tool};

/// The networks of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id?}/networks")]
pub async fn list_networks(org_id: Option<OrgId>);

fn main() {}
