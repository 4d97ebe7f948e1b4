use mistmcp::{SiteId, mist_tool};

/// A site.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}", view = "Site Health")]
pub async fn get_site(site_id: SiteId);

fn main() {}
