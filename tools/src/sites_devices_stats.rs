//! The state of the devices of one site.

use mistmcp::{Choice, DeviceId, Fields, MacFilter, PageNumber, Several, SiteId, mist_tool};

use crate::shared::{AnyDeviceType, ConnectionStatus};
use crate::sites_stats::SwitchMetricScope;

mistmcp::category! {
    /// State of a site's devices: uptime, load, radios, clients, compliance.
    extended sites_devices_stats
}

/// State of the devices of one site: connected, uptime, load, radios, ports; some 5 kB each. Without `type`: access
/// points. One device: `getSiteDeviceStats`.
#[mist_tool(category = "sites_devices_stats", get = "/api/v1/sites/{site_id}/stats/devices")]
pub async fn list_site_devices_stats(
    site_id: SiteId,
    /// Kind of device: `ap`, `switch`, `gateway`, `router` or `all`; several with commas.
    #[brief = "ap, switch, gateway or all"]
    #[default = "ap"]
    r#type: Option<Several<AnyDeviceType>>,
    #[default = "all"] status: Option<ConnectionStatus>,
    #[flatten] page: PageNumber,
);

/// State of one device: connected, uptime, load, memory, version, radios, ports, neighbor.
#[mist_tool(category = "sites_devices_stats", get = "/api/v1/sites/{site_id}/stats/devices/{device_id}")]
pub async fn get_site_device_stats(
    site_id: SiteId,
    device_id: DeviceId,
    /// Fields that Mist adds on request alone: names with commas; `*` adds all.
    #[brief = "Fields to add, with commas; *: all"]
    fields: Option<String>,
);

/// Wireless clients connected to one access point now: SSID, band, RSSI, rates, traffic.
#[mist_tool(
    category = "sites_devices_stats",
    get = "/api/v1/sites/{site_id}/stats/devices/{device_id}/clients",
    answers = "list"
)]
pub async fn get_site_all_clients_stats_by_device(
    site_id: SiteId,
    device_id: DeviceId,
    fields: Option<Fields>,
);

/// Gateways of a site in figures: configuration success and version compliance, in percent.
#[mist_tool(category = "sites_devices_stats", get = "/api/v1/sites/{site_id}/stats/gateways/metrics")]
pub async fn get_site_gateway_metrics(site_id: SiteId);

/// Switches of a site in figures: configuration success and version compliance in percent, ports in use.
#[mist_tool(category = "sites_devices_stats", get = "/api/v1/sites/{site_id}/stats/switches/metrics")]
pub async fn get_site_switches_metrics(
    site_id: SiteId,
    r#type: Option<SwitchFigure>,
    scope: Option<SwitchMetricScope>,
    /// MAC address of one switch, for the ports in use.
    #[brief = "One switch, for active_ports_summary"]
    switch_mac: Option<MacFilter>,
);

/// Only this figure.
#[derive(Clone, Copy, Choice)]
pub enum SwitchFigure {
    /// Ports in use
    ActivePortsSummary,
}
