//! Tests that devices run by themselves.

use mistmcp::{Choice, DeviceId, MacFilter, SearchPage, SiteId, TimeWindow, mist_tool};

mistmcp::category! {
    /// Synthetic tests at a site: DHCP, DNS, RADIUS, speed.
    sites_synthetic_tests
}

/// How the last synthetic test of one device went.
#[mist_tool(
    category = "sites_synthetic_tests",
    get = "/api/v1/sites/{site_id}/devices/{device_id}/synthetic_test"
)]
pub async fn get_site_device_synthetic_test(site_id: SiteId, device_id: DeviceId);

/// How synthetic tests at a site went: device, VLAN, latency, throughput, why they failed.
#[mist_tool(category = "sites_synthetic_tests", get = "/api/v1/sites/{site_id}/synthetic_test/search")]
pub async fn search_site_synthetic_test(
    site_id: SiteId,
    mac: Option<MacFilter>,
    /// Port, such as `ge-0/0/1`.
    #[brief = "Port: ge-0/0/1"]
    port_id: Option<String>,
    /// VLAN, by number.
    #[brief = "VLAN"]
    vlan_id: Option<String>,
    /// Who started it, such as `user`.
    #[brief = "Who started it: user"]
    by: Option<String>,
    /// Why it failed.
    reason: Option<String>,
    r#type: Option<SyntheticTest>,
    protocol: Option<ReachabilityProtocol>,
    /// Network of the client.
    #[brief = "Network"]
    tenant: Option<String>,
    #[flatten] window: TimeWindow,
    #[flatten] page: SearchPage,
);

/// What is tested.
#[derive(Clone, Copy, Choice)]
pub enum SyntheticTest {
    /// Neighbors answer to ARP
    Arp,
    /// A page on the web loads
    Curl,
    /// An IPv4 lease is given
    Dhcp,
    /// An IPv6 lease is given
    Dhcp6,
    /// Names resolve
    Dns,
    /// Hosts of the site are reached
    LanConnectivity,
    /// RADIUS servers answer
    Radius,
    /// How fast the WAN is
    Speedtest,
}

/// How hosts are reached.
#[derive(Clone, Copy, Choice)]
pub enum ReachabilityProtocol {
    /// One question, one answer
    Ping,
    /// Each hop on the way
    Traceroute,
}
