//! Third-party devices of a site.

use mistmcp::{Buckets, MacFilter, PageNumber, Search, SiteId, mist_tool};

use crate::orgs_devices___others::OtherDeviceEventField;

mistmcp::category! {
    /// Third-party devices of one site, and their events.
    extended sites_devices_others
}

/// Third-party devices of one site: maker, model, serial, the Mist device they are attached to.
#[mist_tool(category = "sites_devices_others", get = "/api/v1/sites/{site_id}/otherdevices")]
pub async fn list_site_other_devices(
    site_id: SiteId,
    /// Manufacturer of the device.
    #[brief = "Maker"]
    vendor: Option<String>,
    mac: Option<MacFilter>,
    /// Serial number.
    #[brief = "Serial"]
    serial: Option<String>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    model: Option<String>,
    /// Name, as the rows show it.
    #[brief = "Name"]
    name: Option<String>,
    #[flatten] page: PageNumber,
);

/// How many events the third-party devices of a site had, by a field. Rows: `searchSiteOtherDeviceEvents`.
#[mist_tool(category = "sites_devices_others", get = "/api/v1/sites/{site_id}/otherdevices/events/count")]
pub async fn count_site_other_device_events(
    site_id: SiteId,
    #[default = "mac"] distinct: Option<OtherDeviceEventField>,
    /// Type of event, from `listOtherDeviceEventsDefinitions`.
    #[brief = "From listOtherDeviceEventsDefinitions"]
    r#type: Option<String>,
    #[flatten] buckets: Buckets,
);

/// What happened to the third-party devices of one site.
#[mist_tool(category = "sites_devices_others", get = "/api/v1/sites/{site_id}/otherdevices/events/search")]
pub async fn search_site_other_device_events(
    site_id: SiteId,
    mac: Option<MacFilter>,
    /// MAC of the Mist device.
    device_mac: Option<MacFilter>,
    /// Manufacturer of the device.
    #[brief = "Maker"]
    vendor: Option<String>,
    /// Type of event, from `listOtherDeviceEventsDefinitions`.
    #[brief = "From listOtherDeviceEventsDefinitions"]
    r#type: Option<String>,
    #[flatten] search: Search,
);
