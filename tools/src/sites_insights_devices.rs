//! Metrics over time of one access point, switch, gateway or Mist Edge.

use mistmcp::{DeviceId, Mac, SiteId, mist_tool};

use crate::shared::InsightMetric;
use crate::sites_insights::{Metrics, Series};

mistmcp::category! {
    /// Metrics over time of one access point, switch, gateway or Mist Edge.
    extended sites_insights_devices
}

/// How metrics of one access point went over time, such as its clients or traffic.
#[mist_tool(
    category = "sites_insights_devices",
    name = "getSiteInsightMetricsForAP",
    get = "/api/v1/sites/{site_id}/insights/ap/{device_id}/stats"
)]
pub async fn get_site_insight_metrics_for_ap(
    site_id: SiteId,
    device_id: DeviceId,
    #[flatten] metrics: Metrics,
    #[flatten] series: Series,
);

/// How metrics of one gateway, or of a port of it, went over time.
#[mist_tool(
    category = "sites_insights_devices",
    get = "/api/v1/sites/{site_id}/insights/gateway/{device_id}/stats"
)]
pub async fn get_site_insight_metrics_for_gateway(
    site_id: SiteId,
    device_id: DeviceId,
    #[flatten] metrics: Metrics,
    /// Port, such as `ge-0/0/1`.
    #[brief = "Port: ge-0/0/1"]
    port_id: Option<String>,
    #[flatten] series: Series,
);

/// How one metric of a site's Mist Edge, or of a port of it, went over time.
#[mist_tool(
    category = "sites_insights_devices",
    get = "/api/v1/sites/{site_id}/insights/mxedge/{device_mac}/{metric}"
)]
pub async fn get_site_insight_metrics_for_mx_edge(
    site_id: SiteId,
    device_mac: Mac,
    metric: InsightMetric,
    /// Port, such as `port0`.
    #[brief = "Port: port0"]
    port_id: Option<String>,
    #[flatten] series: Series,
);

/// How one metric of a switch, or of a port of it, went over time.
#[mist_tool(
    category = "sites_insights_devices",
    get = "/api/v1/sites/{site_id}/insights/switch/{device_mac}/{metric}"
)]
pub async fn get_site_insight_metrics_for_switch(
    site_id: SiteId,
    device_mac: Mac,
    metric: InsightMetric,
    /// Port, such as `ge-0/0/1`.
    #[brief = "Port: ge-0/0/1"]
    port_id: Option<String>,
    #[flatten] series: Series,
);
