//! The devices of a site: access points, switches, gateways.

use mistmcp::{
    Buckets, Choice, DeviceId, MacFilter, MacPattern, PageNumber, Search, SearchPage, Several, SiteId,
    TimeWindow, mist_tool,
};

use crate::shared::{
    AnyDeviceType, DeviceEventFilter, DeviceFilter, DeviceIdentity, DeviceType, LastConfigField,
    LastConfigFilter,
};

mistmcp::category! {
    /// Devices of one site: configuration and its history, events, counts.
    sites_devices
}

/// The devices of a site with their configuration, or one of them. Without `type`: access points.
/// For their state use `listOrgDevicesStats`.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/{device_id?}")]
pub async fn list_site_devices(
    site_id: SiteId,
    /// Only this one: id, MAC or name.
    device_id: Option<DeviceId>,
    /// Kind of device: `ap`, `switch`, `gateway`, `router` or `all`; several with commas.
    #[brief = "ap, switch, gateway or all"]
    #[default = "ap"]
    r#type: Option<Several<AnyDeviceType>>,
    /// Name, as the rows show it.
    #[brief = "Name"]
    name: Option<String>,
    #[flatten] page: PageNumber,
);

/// How often the configuration of a site's devices changed, by a field. Rows:
/// `searchSiteDeviceConfigHistory`.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/config_history/count")]
pub async fn count_site_device_config_history(
    site_id: SiteId,
    /// Field to count by.
    distinct: Option<String>,
    mac: Option<MacFilter>,
    #[flatten] buckets: Buckets,
);

/// When the configuration of a site's devices changed, and to what. Without `type`: access points.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/config_history/search")]
pub async fn search_site_device_config_history(
    site_id: SiteId,
    #[default = "ap"] r#type: Option<DeviceType>,
    mac: Option<MacFilter>,
    #[flatten] search: Search,
);

/// How many devices a site has by model, version or another field. Rows: `searchSiteDevices`.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/count")]
pub async fn count_site_devices(
    site_id: SiteId,
    #[default = "model"] distinct: Option<SiteDeviceField>,
    /// MAC address.
    #[brief = "MAC"]
    mac: Option<MacFilter>,
    #[flatten] device: DeviceIdentity,
    /// Tunnel is `up` or `down`.
    mxtunnel_status: Option<String>,
    /// Mist Edge that it tunnels to, by id.
    #[brief = "Mist Edge it tunnels to"]
    mxedge_id: Option<String>,
    /// Floor plan it is on.
    map_id: Option<String>,
    #[flatten] buckets: Buckets,
);

/// How many events the devices of a site had, by a field. Rows: `searchSiteDeviceEvents`.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/events/count")]
pub async fn count_site_device_events(
    site_id: SiteId,
    #[default = "model"] distinct: Option<DeviceEventField>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    model: Option<String>,
    /// Type of event, from `listDeviceEventsDefinitions`.
    #[brief = "From listDeviceEventsDefinitions"]
    r#type: Option<String>,
    /// Number of the type of event.
    #[brief = "Code of the type"]
    type_code: Option<String>,
    #[flatten] buckets: Buckets,
);

/// What happened to the devices of a site: restarts, disconnects, upgrades, configuration, ports.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/events/search")]
pub async fn search_site_device_events(
    site_id: SiteId,
    mac: Option<MacFilter>,
    #[flatten] event: DeviceEventFilter,
    /// Only the last event for each value of this field, such as `port_id`.
    #[brief = "Last event of each: port_id"]
    last_by: Option<String>,
    #[flatten] search: Search,
);

/// The access points of a site as a CSV file: name, MAC, model, location on the floor plan.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/export")]
pub async fn export_site_devices(site_id: SiteId);

/// How many last configurations the devices of a site have, by a field. Rows:
/// `searchSiteDeviceLastConfigs`.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/last_config/count")]
pub async fn count_site_device_last_config(
    site_id: SiteId,
    #[default = "mac"] distinct: Option<LastConfigField>,
    #[flatten] buckets: Buckets,
);

/// The configuration that each device of a site received last. Without `device_type`: access points.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/last_config/search")]
pub async fn search_site_device_last_configs(
    site_id: SiteId,
    /// MAC address.
    #[brief = "MAC"]
    mac: Option<MacFilter>,
    #[flatten] config: LastConfigFilter,
    #[flatten] search: Search,
);

/// The devices of a site by any of their properties: channel, port, neighbor, version, address. Without `type`: access points.
#[mist_tool(category = "sites_devices", get = "/api/v1/sites/{site_id}/devices/search")]
pub async fn search_site_devices(
    site_id: SiteId,
    /// MAC address, or a part of it with `*`, such as `5c5b35*`.
    #[brief = "MAC; * matches"]
    mac: Option<MacPattern>,
    #[flatten] device: DeviceFilter,
    #[default = "timestamp"] sort: Option<DeviceSort>,
    /// Field to sort by, in descending order.
    #[brief = "Descending sort field"]
    desc_sort: Option<DeviceSort>,
    #[flatten] window: TimeWindow,
    #[flatten] page: SearchPage,
);

/// Field to sort by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a device")]
#[brief = "Sort field"]
pub enum DeviceSort {
    Mac,
    Model,
    Sku,
    Timestamp,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a device")]
pub enum SiteDeviceField {
    Hostname,
    LldpMgmtAddr,
    LldpPortId,
    LldpSystemDesc,
    LldpSystemName,
    MapId,
    Model,
    MxedgeId,
    MxtunnelStatus,
    Version,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an event")]
pub enum DeviceEventField {
    Mac,
    Model,
    Type,
    TypeCode,
}
