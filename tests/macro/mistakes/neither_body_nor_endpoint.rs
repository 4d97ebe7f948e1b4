use mistmcp::{SiteId, mist_tool};

/// The name of a site.
#[mist_tool(category = "sites")]
pub async fn get_site(site_id: SiteId);

fn main() {}
