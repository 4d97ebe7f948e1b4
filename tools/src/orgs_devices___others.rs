//! Devices of other makers.

use mistmcp::{Buckets, Choice, Mac, MacFilter, OrgId, PageNumber, Search, SiteId, mist_tool};

mistmcp::category! {
    /// Third-party devices, and their events.
    orgs_devices___others
}

/// Third-party devices: maker, model, serial, site, the Mist device they are attached to.
#[mist_tool(category = "orgs_devices___others", get = "/api/v1/orgs/{org_id}/otherdevices")]
pub async fn list_org_other_devices(
    org_id: OrgId,
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

/// How many events third-party devices had, by a field. Rows: `searchOrgOtherDeviceEvents`.
#[mist_tool(category = "orgs_devices___others", get = "/api/v1/orgs/{org_id}/otherdevices/events/count")]
pub async fn count_org_other_device_events(
    org_id: OrgId,
    #[default = "mac"] distinct: Option<OtherDeviceEventField>,
    /// Type of event, from `listOtherDeviceEventsDefinitions`.
    #[brief = "From listOtherDeviceEventsDefinitions"]
    r#type: Option<String>,
    #[flatten] buckets: Buckets,
);

/// What happened to third-party devices.
#[mist_tool(category = "orgs_devices___others", get = "/api/v1/orgs/{org_id}/otherdevices/events/search")]
pub async fn search_org_other_device_events(
    org_id: OrgId,
    site_id: Option<SiteId>,
    mac: Option<MacFilter>,
    /// MAC of the Mist device.
    device_mac: Option<MacFilter>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    model: Option<String>,
    /// Manufacturer of the device.
    #[brief = "Maker"]
    vendor: Option<String>,
    /// Type of event, from `listOtherDeviceEventsDefinitions`.
    #[brief = "From listOtherDeviceEventsDefinitions"]
    r#type: Option<String>,
    #[flatten] search: Search,
);

/// One third-party device: maker, model, serial, site. For its state use `getOrgOtherDeviceStats`.
#[mist_tool(category = "orgs_devices___others", get = "/api/v1/orgs/{org_id}/otherdevices/{device_mac}")]
pub async fn get_org_other_device(org_id: OrgId, device_mac: Mac);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an event")]
pub enum OtherDeviceEventField {
    Mac,
    SiteId,
    Type,
    Vendor,
}
