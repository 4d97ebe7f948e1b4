//! Service levels (SLE) at a site over time.

use mistmcp::{SiteId, TimeWindow, mist_tool};

use crate::shared::SleClassifier;
use crate::sites_sles::Metric;

mistmcp::category! {
    /// Service levels (SLE) at a site over time.
    extended sites_sles_trends
}

/// An SLE metric over time, with the user minutes that each classifier made bad.
#[mist_tool(
    category = "sites_sles_trends",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/summary-trend"
)]
pub async fn get_site_sle_summary_trend(
    site_id: SiteId,
    #[flatten] metric: Metric,
    #[flatten] window: TimeWindow,
);

/// One classifier of an SLE metric over time: the user minutes that it made bad.
#[mist_tool(
    category = "sites_sles_trends",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/classifier/{classifier}/summary-trend"
)]
pub async fn get_site_sle_classifier_summary_trend(
    site_id: SiteId,
    #[flatten] metric: Metric,
    /// From `listSiteSleMetricClassifiers`.
    classifier: SleClassifier,
    #[flatten] window: TimeWindow,
);
