//! Parts of one device: virtual chassis, cluster, IoT port, flow records; and the channels of a country.

use mistmcp::{DeviceId, SearchPage, SiteId, SortField, mist_tool};

use crate::shared::{Country, TimeRange};

mistmcp::category! {
    /// Parts of one device: virtual chassis, cluster, IoT port; allowed channels.
    extended sites_devices_details
}

/// Channels that access points may use in a country, by band and width, and whether DFS is allowed.
#[mist_tool(
    category = "sites_devices_details",
    get = "/api/v1/sites/{site_id}/devices/ap_channels",
    answers = "object"
)]
pub async fn list_site_device_radio_channels(
    site_id: SiteId,
    /// Country in two letters, such as `DE`; the site's, if it is left out.
    #[brief = "Country in two letters: DE"]
    country_code: Option<Country>,
);

/// Traffic flows through one switch: addresses, ports, protocol, bytes, packets.
#[mist_tool(
    category = "sites_devices_details",
    get = "/api/v1/sites/{site_id}/devices/{device_id}/flow_records/search"
)]
pub async fn search_site_device_flow_records(
    site_id: SiteId,
    device_id: DeviceId,
    /// Source IP address.
    #[brief = "Source IP"]
    src_ip: Option<String>,
    /// Destination IP address.
    #[brief = "Destination IP"]
    dst_ip: Option<String>,
    /// Source port.
    src_port: Option<String>,
    /// Destination port, such as `443`.
    #[brief = "Destination port"]
    dst_port: Option<String>,
    /// Protocol, such as `tcp`, `udp` or `icmp`.
    #[brief = "tcp, udp, icmp"]
    protocol: Option<String>,
    /// State of the flow: `active` or `aged-out`.
    #[brief = "active, aged-out"]
    state: Option<String>,
    /// Direction of the flow: `ingress` or `egress`.
    #[brief = "ingress, egress"]
    direction: Option<String>,
    #[flatten] range: TimeRange,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);

/// The nodes of a gateway's high-availability cluster, by MAC address.
#[mist_tool(
    category = "sites_devices_details",
    name = "GetSiteDeviceHaClusterNode",
    get = "/api/v1/sites/{site_id}/devices/{device_id}/ha"
)]
pub async fn get_site_device_ha_cluster_node(site_id: SiteId, device_id: DeviceId);

/// State of the output pins of an access point's IoT port.
#[mist_tool(category = "sites_devices_details", get = "/api/v1/sites/{site_id}/devices/{device_id}/iot")]
pub async fn get_site_device_iot_port(site_id: SiteId, device_id: DeviceId);

/// The virtual chassis of a switch: members, roles, links, fans, power supplies, temperatures, versions.
#[mist_tool(category = "sites_devices_details", get = "/api/v1/sites/{site_id}/devices/{device_id}/vc")]
pub async fn get_site_device_virtual_chassis(site_id: SiteId, device_id: DeviceId);
