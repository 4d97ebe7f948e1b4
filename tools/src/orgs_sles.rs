//! Service levels (SLE) across the sites of an organization.

use crate::shared::InsightMetric;
use mistmcp::{Choice, Fields, OrgId, PageNumber, ParamGroup, RelativeDuration, TimeWindow, mist_tool};

mistmcp::category! {
    /// Service levels (SLE) of all sites, to compare.
    orgs_sles
}

/// Each site's SLE scores, to compare.
#[mist_tool(category = "orgs_sles", get = "/api/v1/orgs/{org_id}/insights/sites-sle")]
pub async fn get_org_sites_sle(
    org_id: OrgId,
    sle: Option<SleKind>,
    #[flatten] samples: Samples,
    #[flatten] page: PageNumber,
);

/// An insight metric of the organization, such as its worst sites.
#[mist_tool(category = "orgs_sles", get = "/api/v1/orgs/{org_id}/insights/{metric}", answers = "list")]
pub async fn get_org_sle(
    org_id: OrgId,
    /// Metric, from `listInsightMetrics`, such as `worst-sites-by-sle`.
    #[brief = "From listInsightMetrics: worst-sites-by-sle"]
    metric: InsightMetric,
    /// Service level (SLE) to rank by.
    #[brief = "SLE to rank by"]
    sle: Option<String>,
    #[flatten] samples: Samples,
    fields: Option<Fields>,
);

/// A window, and the length that each value in it stands for.
#[derive(ParamGroup)]
pub struct Samples {
    /// Length of a step in the series, such as `10m` or `1h`.
    #[brief = "Step: 10m, 1h"]
    pub interval: Option<RelativeDuration>,
    /// The time to look at.
    #[flatten]
    pub window: TimeWindow,
}

/// Network that is measured.
#[derive(Clone, Copy, Choice)]
#[brief = "Network"]
pub enum SleKind {
    /// Gateways and their uplinks
    Wan,
    /// Access points
    Wifi,
    /// Switches
    Wired,
}
