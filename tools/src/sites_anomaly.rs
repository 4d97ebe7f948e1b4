//! Anomalies at a site: deviations of service levels from their baseline.

use mistmcp::{Fields, Mac, SiteId, mist_tool};

use crate::shared::InsightMetric;

mistmcp::category! {
    /// Anomalies at a site: deviations of a metric from its baseline.
    extended sites_anomaly
}

/// When a metric of a site deviated from its baseline, by how much, and the events behind it.
#[mist_tool(category = "sites_anomaly", get = "/api/v1/sites/{site_id}/anomaly/{metric}")]
pub async fn list_site_anomaly_events(site_id: SiteId, metric: InsightMetric, fields: Option<Fields>);

/// When a metric of one client deviated from its baseline, by how much, and the events behind it.
#[mist_tool(
    category = "sites_anomaly",
    get = "/api/v1/sites/{site_id}/anomaly/client/{client_mac}/{metric}",
    answers = "list"
)]
pub async fn get_site_anomaly_events_for_client(
    site_id: SiteId,
    client_mac: Mac,
    metric: InsightMetric,
    fields: Option<Fields>,
);

/// When a metric of one device deviated from its baseline, by how much, and the events behind it.
#[mist_tool(
    category = "sites_anomaly",
    get = "/api/v1/sites/{site_id}/anomaly/device/{device_mac}/{metric}",
    answers = "list"
)]
pub async fn get_site_anomaly_events_for_device(
    site_id: SiteId,
    device_mac: Mac,
    metric: InsightMetric,
    fields: Option<Fields>,
);
