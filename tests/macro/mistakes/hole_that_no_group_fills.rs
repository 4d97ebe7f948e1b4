use mistmcp::{PageNumber, mist_tool};

/// The stations of a site.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}/stats/clients")]
pub async fn list_clients(#[flatten] page: PageNumber);

fn main() {}
