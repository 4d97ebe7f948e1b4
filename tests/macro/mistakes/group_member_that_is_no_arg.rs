use mistmcp::{ParamGroup, mist_tool};

pub struct Town;

#[derive(ParamGroup)]
pub struct Place {
    /// Town.
    pub town: Town,
}

/// The sites of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/sites")]
pub async fn list_sites(#[flatten] place: Place);

fn main() {}
