use mistmcp::{Id, OrgId, mist_tool};

/// The networks of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id}/networks/{network_id?}")]
pub async fn list_networks(
    org_id: Option<OrgId>,
    network_id: Id,
    name: Option<String>,
);

fn main() {}
