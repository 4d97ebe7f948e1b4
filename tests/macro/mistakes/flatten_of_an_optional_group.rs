use mistmcp::{PageNumber, SiteId, mist_tool};

/// The clients of a site.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}/stats/clients")]
pub async fn list_clients(site_id: SiteId, #[flatten] page: Option<PageNumber>);

fn main() {}
