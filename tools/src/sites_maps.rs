//! The floor plans of a site.

use mistmcp::{Id, PageNumber, SiteId, mist_tool};

mistmcp::category! {
    /// Floor plans of a site.
    sites_maps
}

/// A site's floor plans: size, scale, walls, image.
#[mist_tool(category = "sites_maps", get = "/api/v1/sites/{site_id}/maps/{map_id?}")]
pub async fn list_site_maps(
    site_id: SiteId,
    /// Only this floor plan, by id.
    #[brief = "Only this one"]
    map_id: Option<Id>,
    /// Map stack.
    mapstack_id: Option<Id>,
    #[flatten] page: PageNumber,
);
