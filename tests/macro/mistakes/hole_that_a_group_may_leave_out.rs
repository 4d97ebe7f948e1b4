use mistmcp::{PageNumber, mist_tool};

/// A page of sites.
#[mist_tool(category = "sites", get = "/api/v1/sites/{page}")]
pub async fn list_sites(#[flatten] page: PageNumber);

fn main() {}
