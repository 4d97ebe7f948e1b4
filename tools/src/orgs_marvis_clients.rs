//! Marvis Client: the app on phones, handhelds and laptops that reports how they see the network.

use mistmcp::{Buckets, Choice, Id, MacFilter, OrgId, ParamGroup, mist_tool};

use crate::shared::Rows;
use crate::sites_insights::Series;

mistmcp::category! {
    /// Marvis Client, the app on devices: battery, CPU, Wi-Fi, roaming events.
    extended orgs_marvis_clients
}

/// How battery, CPU, memory and signal of one Marvis Client went over time.
#[mist_tool(
    category = "orgs_marvis_clients",
    get = "/api/v1/orgs/{org_id}/insights/marvisclient/{marvisclient_id}/marvisclient-metrics",
    answers = "object"
)]
pub async fn get_org_marvis_client_insights(
    org_id: OrgId,
    /// Marvis Client: `device_id` of `searchOrgMarvisClientsStats`.
    #[brief = "device_id of searchOrgMarvisClientsStats"]
    marvisclient_id: Id,
    #[flatten] series: Series,
);

/// How many events Marvis Clients had by a field. Rows: `searchOrgMarvisClientEvents`.
#[mist_tool(category = "orgs_marvis_clients", get = "/api/v1/orgs/{org_id}/marvisclients/events/count")]
pub async fn count_org_marvis_client_events(
    org_id: OrgId,
    #[default = "type"] distinct: Option<MarvisClientEventField>,
    #[flatten] event: MarvisClientEventFilter,
    #[flatten] buckets: Buckets,
);

/// What devices with Marvis Client saw: roams from one BSSID to another, signal, neighbors heard.
#[mist_tool(category = "orgs_marvis_clients", get = "/api/v1/orgs/{org_id}/marvisclients/events/search")]
pub async fn search_org_marvis_client_events(
    org_id: OrgId,
    #[flatten] event: MarvisClientEventFilter,
    #[flatten] rows: Rows,
);

/// How many devices with Marvis Client there are by a field. Rows: `searchOrgMarvisClientsStats`.
#[mist_tool(category = "orgs_marvis_clients", get = "/api/v1/orgs/{org_id}/stats/marvisclients/count")]
pub async fn count_org_marvis_clients_stats(
    org_id: OrgId,
    #[default = "os_type"] distinct: Option<MarvisClientField>,
    #[flatten] client: MarvisClientFilter,
    #[flatten] buckets: Buckets,
);

/// Devices with Marvis Client: model, operating system, battery, memory, storage, Wi-Fi connection.
#[mist_tool(category = "orgs_marvis_clients", get = "/api/v1/orgs/{org_id}/stats/marvisclients/search")]
pub async fn search_org_marvis_clients_stats(
    org_id: OrgId,
    #[flatten] client: MarvisClientFilter,
    #[flatten] rows: Rows,
);

/// Identity of a device with Marvis Client.
#[derive(ParamGroup)]
pub struct MarvisClientIdentity {
    /// Installation of Marvis Client, by id.
    #[brief = "Installation"]
    pub device_id: Option<String>,
    /// MAC address of its Wi-Fi.
    #[brief = "Wi-Fi MAC"]
    pub wifi_mac: Option<MacFilter>,
    /// IP address of its Wi-Fi.
    #[brief = "Wi-Fi IP"]
    pub wifi_ip: Option<String>,
    /// Host name.
    pub hostname: Option<String>,
}

/// Filters of devices with Marvis Client.
#[derive(ParamGroup)]
pub struct MarvisClientFilter {
    /// Identity of the device.
    #[flatten]
    pub identity: MarvisClientIdentity,
    /// Model, as the rows name it.
    #[brief = "Model"]
    pub model: Option<String>,
    /// Manufacturer of the device.
    #[brief = "Maker"]
    pub mfg: Option<String>,
    /// Serial number.
    #[brief = "Serial"]
    pub serial: Option<String>,
    /// Operating system, such as `android`.
    #[brief = "Operating system"]
    pub os_type: Option<String>,
    /// Version of the operating system.
    #[brief = "Version of it"]
    pub os_version: Option<String>,
}

/// Filters of Marvis Client events.
#[derive(ParamGroup)]
pub struct MarvisClientEventFilter {
    /// Identity of the device.
    #[flatten]
    pub identity: MarvisClientIdentity,
    /// Type of event, as the rows name it.
    #[brief = "Type"]
    pub r#type: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// BSSID that the device roamed to.
    #[brief = "BSSID roamed to"]
    pub bssid: Option<String>,
    /// Channel that the device roamed to.
    #[brief = "Channel roamed to"]
    pub channel: Option<String>,
    /// BSSID that the device roamed from.
    #[brief = "BSSID roamed from"]
    pub pre_bssid: Option<String>,
    /// Channel that the device roamed from.
    #[brief = "Channel roamed from"]
    pub pre_channel: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a Marvis Client")]
pub enum MarvisClientEventField {
    Type,
    DeviceId,
    WifiMac,
    WifiIp,
    Hostname,
    Ssid,
    Bssid,
    Channel,
    PreBssid,
    PreChannel,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a Marvis Client")]
pub enum MarvisClientField {
    DeviceId,
    WifiMac,
    WifiIp,
    Hostname,
    Model,
    Mfg,
    Serial,
    OsType,
    OsVersion,
}
