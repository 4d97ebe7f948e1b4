//! The state of what a managed service provider (MSP) has.

use mistmcp::{Choice, Fields, MspId, PageNumber, mist_tool};

use crate::orgs_sles::Samples;
use crate::shared::InsightMetric;

mistmcp::category! {
    /// Organizations of a managed service provider (MSP) in figures: devices, service levels, Marvis actions.
    extended msps_stats
}

/// Organizations of an MSP in figures: sites, devices, devices connected, SLEs.
#[mist_tool(category = "msps_stats", get = "/api/v1/msps/{msp_id}/stats/orgs")]
pub async fn list_msp_org_stats(msp_id: MspId, #[flatten] page: PageNumber);

/// An insight metric of an MSP, such as the service levels (SLE) of its organizations.
#[mist_tool(category = "msps_stats", get = "/api/v1/msps/{msp_id}/insights/{metric}", answers = "list")]
pub async fn get_msp_sle(
    msp_id: MspId,
    /// Metric of an MSP, from `listInsightMetrics`: `orgs-sle`.
    #[brief = "orgs-sle"]
    metric: InsightMetric,
    /// Service level (SLE) to rank by, the worst organization first, such as `coverage`.
    #[brief = "SLE to rank by: coverage"]
    sle: Option<String>,
    #[flatten] samples: Samples,
    fields: Option<Fields>,
);

/// How many Marvis actions the organizations of an MSP have, by organization or status.
#[mist_tool(category = "msps_stats", get = "/api/v1/msps/{msp_id}/suggestion/count")]
pub async fn count_msps_marvis_actions(
    msp_id: MspId,
    #[default = "org_id"] distinct: Option<MarvisActionField>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a Marvis action")]
pub enum MarvisActionField {
    OrgId,
    Status,
}
