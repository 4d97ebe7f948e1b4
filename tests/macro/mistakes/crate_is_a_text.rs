use mistmcp::{SiteId, mist_tool};

/// The settings of a site.
#[mist_tool(crate = "mistmcp", category = "sites", get = "/api/v1/sites/{site_id}/setting")]
pub async fn get_site_setting(site_id: SiteId);

fn main() {}
