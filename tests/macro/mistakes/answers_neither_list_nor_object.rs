use mistmcp::{SiteId, mist_tool};

/// The name of a site.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}", answers = "rows")]
pub async fn get_site(site_id: SiteId);

fn main() {}
