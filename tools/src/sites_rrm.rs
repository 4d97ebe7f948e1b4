//! Radio resource management (RRM) at a site.

use mistmcp::{Advised, DeviceId, Fields, PageNumber, SiteId, TimeWindow, mist_tool};

use crate::shared::Band;

mistmcp::category! {
    /// Radio management (RRM) at a site: channel plan, changes, neighbors.
    sites_rrm
}

/// The channel, width and power that radio management has given each access point of a site.
#[mist_tool(category = "sites_rrm", get = "/api/v1/sites/{site_id}/rrm/current")]
pub async fn get_site_current_channel_planning(site_id: SiteId, fields: Option<Fields>);

/// Why one radio has its channel: the candidates, with the interference and neighbors that were weighed.
#[mist_tool(
    category = "sites_rrm",
    get = "/api/v1/sites/{site_id}/rrm/current/devices/{device_id}/band/{band}",
    answers = "list"
)]
pub async fn get_site_current_rrm_considerations(
    site_id: SiteId,
    device_id: DeviceId,
    band: Band,
    fields: Option<Fields>,
);

/// What radio management changed at a site, on which access point, and why.
#[mist_tool(category = "sites_rrm", get = "/api/v1/sites/{site_id}/rrm/events")]
pub async fn list_site_rrm_events(
    site_id: SiteId,
    /// Only this radio band. Mist has refused calls without it.
    band: Advised<Band>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// Which access points each access point of a site hears on a band, and how loud.
#[mist_tool(category = "sites_rrm", get = "/api/v1/sites/{site_id}/rrm/neighbors/band/{band}")]
pub async fn list_site_current_rrm_neighbors(site_id: SiteId, band: Band, #[flatten] page: PageNumber);
