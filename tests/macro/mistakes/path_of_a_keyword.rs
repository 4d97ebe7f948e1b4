use mistmcp::{OrgId, mist_tool};

/// The objects of a type.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id}/{type}")]
pub async fn list_objects(org_id: OrgId);

fn main() {}
