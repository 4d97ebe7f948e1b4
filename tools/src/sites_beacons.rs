//! Bluetooth beacons of a site, real and virtual.

use mistmcp::{Id, PageNumber, SiteId, TimeWindow, mist_tool};

mistmcp::category! {
    /// Bluetooth beacons of a site: real ones, virtual ones, battery.
    extended sites_beacons
}

/// Bluetooth beacons placed on the floor plans of a site, or one: iBeacon or Eddystone values, power, position.
#[mist_tool(category = "sites_beacons", get = "/api/v1/sites/{site_id}/beacons/{beacon_id?}")]
pub async fn list_site_beacons(
    site_id: SiteId,
    /// Only this beacon, by id.
    #[brief = "Only this one"]
    beacon_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// State of the Bluetooth beacons of a site: battery voltage, last seen, position.
#[mist_tool(category = "sites_beacons", get = "/api/v1/sites/{site_id}/stats/beacons")]
pub async fn list_site_beacons_stats(
    site_id: SiteId,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// Virtual beacons of a site, or one: position, and the message or URL that a mobile app shows near it.
#[mist_tool(category = "sites_beacons", get = "/api/v1/sites/{site_id}/vbeacons/{vbeacon_id?}")]
pub async fn list_site_v_beacons(
    site_id: SiteId,
    /// Only this virtual beacon, by id.
    #[brief = "Only this one"]
    vbeacon_id: Option<Id>,
    #[flatten] page: PageNumber,
);
