use mistmcp::{SiteId, mist_tool};

/// The name of a site.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}")]
pub async fn get_the_name_of_a_site_and_everything_else_that_is_known_of_that_site(site_id: SiteId);

fn main() {}
