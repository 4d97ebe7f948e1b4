//! Metrics over time of a site, its devices and its clients.

use crate::shared::InsightMetric;
use mistmcp::{Mac, PageNumber, ParamGroup, RelativeDuration, SiteId, TimeWindow, mist_tool};

mistmcp::category! {
    /// Metrics over time of a site, device or client.
    sites_insights
}

/// How metrics of one client went over time, such as its traffic by application.
#[mist_tool(category = "sites_insights", get = "/api/v1/sites/{site_id}/insights/client/{client_mac}")]
pub async fn get_site_insight_metrics_for_client(
    site_id: SiteId,
    client_mac: Mac,
    #[flatten] metrics: Metrics,
    #[flatten] series: Series,
);

/// How one metric of an access point, switch or gateway, or of a port of it, went over time.
#[mist_tool(
    category = "sites_insights",
    get = "/api/v1/sites/{site_id}/insights/device/{device_mac}/{metric}"
)]
pub async fn get_site_insight_metrics_for_device(
    site_id: SiteId,
    device_mac: Mac,
    metric: InsightMetric,
    /// Port, such as `ge-0/0/1`.
    #[brief = "Port: ge-0/0/1"]
    port_id: Option<String>,
    #[flatten] series: Series,
);

/// How metrics of a whole site went over time, such as clients, access points online or traffic.
#[mist_tool(category = "sites_insights", get = "/api/v1/sites/{site_id}/insights")]
pub async fn get_site_insight_metrics(
    site_id: SiteId,
    #[flatten] metrics: Metrics,
    #[flatten] series: Series,
);

/// Which metrics.
#[derive(ParamGroup)]
pub struct Metrics {
    /// Metrics, from `listInsightMetrics`, with commas between them.
    #[brief = "From listInsightMetrics, with commas"]
    pub metrics: InsightMetric,
}

/// The points of a metric over time.
#[derive(ParamGroup)]
pub struct Series {
    /// Length of a step in the series, such as `10m` or `1h`.
    #[brief = "Step: 1h"]
    pub interval: Option<RelativeDuration>,
    /// The time to look at.
    #[flatten]
    pub window: TimeWindow,
    /// The page.
    #[flatten]
    pub page: PageNumber,
}
