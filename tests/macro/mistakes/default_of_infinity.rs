use mistmcp::{OrgId, mist_tool};

/// The maps of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/{org_id}/maps")]
pub async fn list_maps(
    org_id: OrgId,
    /// Meters.
    #[default = 1e400]
    height: Option<f64>,
);

fn main() {}
