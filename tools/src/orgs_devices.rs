//! The devices of an organization: access points, switches, gateways.

use mistmcp::{
    Buckets, Choice, Fields, Id, MacFilter, MacList, MacPatterns, OrgId, PageNumber, Search, Several, SiteId,
    mist_tool,
};

use crate::shared::{
    AnyDeviceType, ConnectedDevice, DeviceEventFilter, DeviceFilter, DeviceType, LastConfigField,
    LastConfigFilter,
};

mistmcp::category! {
    /// Devices of all sites: search, counts, events, last configurations.
    orgs_devices
}

/// MAC and name of every device of every kind, nothing more.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/devices")]
pub async fn list_org_devices(org_id: OrgId, fields: Option<Fields>);

/// How many devices there are by model, site or another field. Rows: `searchOrgDevices`. Without
/// `type`: access points.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/devices/count")]
pub async fn count_org_devices(
    org_id: OrgId,
    #[default = "model"] distinct: Option<OrgDeviceField>,
    site_id: Option<SiteId>,
    /// MAC address.
    #[brief = "MAC"]
    mac: Option<MacFilter>,
    #[flatten] device: ConnectedDevice,
    /// Mist Edge that it tunnels to, by id.
    #[brief = "Mist Edge it tunnels to"]
    mxedge_id: Option<Id>,
    /// Whether Mist manages it: `true` or `false`; switches and gateways only.
    #[brief = "true, false; switch, gateway"]
    managed: Option<String>,
    #[flatten] buckets: Buckets,
);

/// How many events devices had, by a field. Rows: `searchOrgDeviceEvents`.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/devices/events/count")]
pub async fn count_org_device_events(
    org_id: OrgId,
    #[default = "model"] distinct: Option<OrgDeviceEventField>,
    site_id: Option<SiteId>,
    /// MAC address of the access point.
    #[brief = "Access point's MAC"]
    ap: Option<MacFilter>,
    /// Access point firmware.
    apfw: Option<String>,
    #[flatten] event: DeviceEventFilter,
    #[flatten] buckets: Buckets,
);

/// What happened to devices of any site: restarts, disconnects, upgrades, configuration, ports. Without `device_type`: access points.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/devices/events/search")]
pub async fn search_org_device_events(
    org_id: OrgId,
    /// Kind of device: `ap`, `switch`, `gateway`, `router` or `all`; several with commas.
    #[brief = "ap, switch, gateway, router, all; commas"]
    #[default = "ap"]
    device_type: Option<Several<AnyDeviceType>>,
    /// MAC address; several with commas.
    #[brief = "MAC"]
    mac: Option<MacList>,
    #[flatten] event: DeviceEventFilter,
    /// Only the last event for each value of this field, such as `port_id`.
    #[brief = "Last event of each: port_id"]
    last_by: Option<String>,
    #[flatten] search: Search,
);

/// How many last configurations devices have, by a field. Rows:
/// `searchOrgDeviceLastConfigs`. Without `type`: access points.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/devices/last_config/count")]
pub async fn count_org_device_last_configs(
    org_id: OrgId,
    distinct: Option<LastConfigField>,
    #[default = "ap"] r#type: Option<DeviceType>,
    #[flatten] buckets: Buckets,
);

/// The configuration that devices of any site received last. Without `device_type`: access points.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/devices/last_config/search")]
pub async fn search_org_device_last_configs(
    org_id: OrgId,
    /// MAC address; several with commas.
    #[brief = "MAC"]
    mac: Option<MacList>,
    #[flatten] config: LastConfigFilter,
    #[flatten] search: Search,
);

/// Radio MACs of access points, to tell whose a BSSID is: its last hexadecimal digit may be any.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/devices/radio_macs")]
pub async fn list_org_aps_macs(org_id: OrgId, #[flatten] page: PageNumber);

/// Devices of any site by name, address, channel, neighbor or version. Without `type`: access points.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/devices/search")]
pub async fn search_org_devices(
    org_id: OrgId,
    site_id: Option<SiteId>,
    /// MAC address; several with commas, or a part with `*`, such as `5c5b35*`.
    #[brief = "MAC; * matches"]
    mac: Option<MacPatterns>,
    #[flatten] device: DeviceFilter,
    #[flatten] search: Search,
);

/// How many access points, switches, gateways and Mist Edges there are, and how many at no site.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/devices/summary", answers = "object")]
pub async fn list_org_devices_summary(org_id: OrgId);

/// The Junos commands that a switch or gateway is adopted with; a secret, so hidden by default.
#[mist_tool(category = "orgs_devices", get = "/api/v1/orgs/{org_id}/ocdevices/outbound_ssh_cmd")]
pub async fn get_org_juniper_devices_command(org_id: OrgId, site_id: Option<SiteId>);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a device")]
pub enum OrgDeviceField {
    Hostname,
    Ip,
    LldpMgmtAddr,
    LldpPortId,
    LldpSystemDesc,
    LldpSystemName,
    Mac,
    Model,
    MxedgeId,
    MxtunnelStatus,
    SiteId,
    Version,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an event")]
pub enum OrgDeviceEventField {
    Ap,
    Apfw,
    Model,
    OrgId,
    SiteId,
    Text,
    Timestamp,
    Type,
}
