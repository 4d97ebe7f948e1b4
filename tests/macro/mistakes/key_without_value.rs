use mistmcp::{SiteId, mist_tool};

/// The clients of a site.
#[mist_tool(category = , get = "/api/v1/sites/{site_id}/stats/clients")]
pub async fn list_clients(site_id: SiteId);

fn main() {}
