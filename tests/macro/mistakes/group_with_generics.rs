use mistmcp::{ParamGroup, mist_tool};

#[derive(ParamGroup)]
pub struct Place<T> {
    /// Town.
    pub town: T,
}

/// The sites of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/sites")]
pub async fn list_sites(#[flatten] place: Place<String>);

fn main() {}
