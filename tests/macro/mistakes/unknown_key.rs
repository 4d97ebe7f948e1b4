use mistmcp::{SiteId, mist_tool};

/// The name of a site.
#[mist_tool(catgory = "sites", get = "/api/v1/sites/{site_id}")]
pub async fn get_site(site_id: SiteId);

fn main() {}
