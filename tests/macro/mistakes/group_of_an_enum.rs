use mistmcp::{ParamGroup, mist_tool};

#[derive(ParamGroup)]
pub enum Place {
    Here,
}

/// The sites of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/sites")]
pub async fn list_sites(#[flatten] place: Place);

fn main() {}
