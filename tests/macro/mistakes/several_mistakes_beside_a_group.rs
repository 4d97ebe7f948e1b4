use mistmcp::{PageNumber, SiteId, mist_tool};

/// The clients of a site.
#[mist_tool(get = "/api/v1/sites/{sites_id}/stats/{page_nr}")]
pub async fn list_clients(site_id: SiteId, #[flatten] page: PageNumber, #[flaten] window: mistmcp::TimeWindow);

fn main() {}
