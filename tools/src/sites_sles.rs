//! Service levels (SLE) at a site.

use crate::shared::{SleClassifier, SleMetric};
use mistmcp::schemars::{Schema, json_schema};
use mistmcp::serde_json::Value;
use mistmcp::{
    Arg, Choice, Fields, Id, Mac, Mismatch, ParamGroup, QueryValue, SiteId, TimeWindow, mist_tool,
};

mistmcp::category! {
    /// Service levels (SLE) at a site: why they fail, who and what suffers.
    sites_sles
}

/// SLE metrics of a site, device or client: `metric` in the other tools.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metrics",
    answers = "object"
)]
pub async fn list_site_sles_metrics(site_id: SiteId, #[flatten] subject: Subject);

/// Classifiers of an SLE metric: the causes of its failures.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/classifiers"
)]
pub async fn list_site_sle_metric_classifiers(site_id: SiteId, #[flatten] metric: Metric);

/// The threshold that an SLE metric is held against.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/threshold"
)]
pub async fn get_site_sle_threshold(site_id: SiteId, #[flatten] metric: Metric);

/// An SLE metric over time, by classifier. Deprecated by Mist: `getSiteSleSummaryTrend` replaces it.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/summary"
)]
pub async fn get_site_sle_summary(site_id: SiteId, #[flatten] metric: Metric, #[flatten] window: TimeWindow);

/// One classifier of an SLE metric over time. Deprecated by Mist: `getSiteSleClassifierSummaryTrend` replaces it.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/classifier/{classifier}/summary"
)]
pub async fn get_site_sle_classifier_details(
    site_id: SiteId,
    #[flatten] metric: Metric,
    /// From `listSiteSleMetricClassifiers`.
    classifier: SleClassifier,
    #[flatten] window: TimeWindow,
);

/// How the values of an SLE metric spread.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/histogram"
)]
pub async fn get_site_sle_histogram(
    site_id: SiteId,
    #[flatten] metric: Metric,
    #[flatten] window: TimeWindow,
);

/// Where an SLE metric fails: by access point, WLAN, switch or another field.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/impact-summary"
)]
pub async fn get_site_sle_impact_summary(
    site_id: SiteId,
    #[flatten] subject: Subject,
    fields: Option<ImpactField>,
    #[flatten] impact: Impact,
);

/// Applications that a WAN SLE failed for.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/impacted-applications"
)]
pub async fn list_site_sle_impacted_applications(
    site_id: SiteId,
    #[flatten] impact: DeviceImpact,
    fields: Option<Fields>,
);

/// Access points that a wireless SLE failed on.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/impacted-aps"
)]
pub async fn list_site_sle_impacted_aps(
    site_id: SiteId,
    #[flatten] impact: SiteImpact,
    fields: Option<Fields>,
);

/// Chassis members that a wired or WAN SLE failed on.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/impacted-chassis"
)]
pub async fn list_site_sle_impacted_chassis(
    site_id: SiteId,
    #[flatten] impact: DeviceImpact,
    fields: Option<Fields>,
);

/// Wired clients that a wired SLE failed for.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/impacted-clients"
)]
pub async fn list_site_sle_impacted_wired_clients(
    site_id: SiteId,
    #[flatten] impact: DeviceImpact,
    fields: Option<Fields>,
);

/// Gateways that a WAN SLE failed on.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/impacted-gateways"
)]
pub async fn list_site_sle_impacted_gateways(
    site_id: SiteId,
    #[flatten] impact: SiteImpact,
    fields: Option<Fields>,
);

/// Ports that a wired or WAN SLE failed on.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/impacted-interfaces"
)]
pub async fn list_site_sle_impacted_interfaces(
    site_id: SiteId,
    #[flatten] impact: DeviceImpact,
    fields: Option<Fields>,
);

/// Switches that a wired SLE failed on.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/impacted-switches"
)]
pub async fn list_site_sle_impacted_switches(
    site_id: SiteId,
    #[flatten] impact: SiteImpact,
    fields: Option<Fields>,
);

/// Wireless clients that a wireless SLE failed for.
#[mist_tool(
    category = "sites_sles",
    get = "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/impacted-users"
)]
pub async fn list_site_sle_impacted_wireless_clients(
    site_id: SiteId,
    scope: WirelessScope,
    /// Id of what `scope` names: a UUID.
    #[brief = "UUID"]
    scope_id: Id,
    #[flatten] impact: Impact,
    fields: Option<Fields>,
);

/// What a service level is measured for.
#[derive(ParamGroup)]
pub struct Subject {
    /// What the service level is measured for: the site, a device or a client.
    #[brief = "Scope"]
    pub scope: Scope,
    /// Id of what `scope` names: a UUID, or the MAC address of a client.
    #[brief = "UUID; client: MAC"]
    pub scope_id: ScopeId,
}

/// A metric of a service level.
#[derive(ParamGroup)]
pub struct Metric {
    /// What it is measured for.
    #[flatten]
    pub subject: Subject,
    /// Service level (SLE), as `listSiteSlesMetrics` names it.
    #[brief = "SLE"]
    pub metric: SleMetric,
}

/// Failures of a service level, and when.
#[derive(ParamGroup)]
pub struct Impact {
    /// Service level (SLE), as `listSiteSlesMetrics` names it.
    #[brief = "SLE"]
    pub metric: SleMetric,
    /// Cause of the failures, as `listSiteSleMetricClassifiers` names it.
    #[brief = "Cause"]
    pub classifier: Option<SleClassifier>,
    /// The time to look at.
    #[flatten]
    pub window: TimeWindow,
}

/// Failures at a site, or on one of its switches or gateways.
#[derive(ParamGroup)]
pub struct DeviceImpact {
    /// What the service level is measured for: the site, a device or a client.
    #[brief = "Scope"]
    pub scope: DeviceScope,
    /// Id of what `scope` names: a UUID.
    #[brief = "UUID"]
    pub scope_id: Id,
    /// The failures.
    #[flatten]
    pub impact: Impact,
}

/// Failures at a site as a whole.
#[derive(ParamGroup)]
pub struct SiteImpact {
    /// What the service level is measured for: the site, a device or a client.
    #[brief = "Scope"]
    pub scope: SiteScope,
    /// Id of the site: a UUID.
    #[brief = "Site's UUID"]
    pub scope_id: Id,
    /// The failures.
    #[flatten]
    pub impact: Impact,
}

/// The UUID of a site or device, or the MAC address of a client.
#[derive(Clone, Debug)]
pub enum ScopeId {
    /// A site or device
    Object(Id),
    /// A client
    Client(Mac),
}

impl Arg for ScopeId {
    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        Id::read(value)
            .map(Self::Object)
            .or_else(|_| Mac::read(value).map(Self::Client))
            .map_err(|_| Mismatch::wanted("the UUID of a site or device, or the MAC address of a client"))
    }

    fn wire(&self) -> QueryValue {
        match self {
            Self::Object(id) => id.wire(),
            Self::Client(mac) => mac.wire(),
        }
    }
}

/// What the service level is measured for.
#[derive(Clone, Copy, Choice)]
#[brief = "Scope"]
pub enum Scope {
    /// An access point
    Ap,
    /// A client
    Client,
    /// A gateway
    Gateway,
    /// The site
    Site,
    /// A switch
    Switch,
}

/// What the service level is measured for.
#[derive(Clone, Copy, Choice)]
#[brief = "Scope"]
pub enum DeviceScope {
    /// A gateway
    Gateway,
    /// The site
    Site,
    /// A switch
    Switch,
}

/// What the service level is measured for.
#[derive(Clone, Copy, Choice)]
#[brief = "Scope"]
pub enum SiteScope {
    /// The site
    Site,
}

/// What the service level is measured for.
#[derive(Clone, Copy, Choice)]
#[brief = "Scope"]
pub enum WirelessScope {
    /// An access point
    Ap,
    /// The site
    Site,
}

/// Field that the failures are broken down by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an impact summary")]
#[brief = "Broken down by"]
pub enum ImpactField {
    Ap,
    Band,
    Chassis,
    Client,
    DeviceOs,
    DeviceType,
    Gateway,
    GatewayZones,
    Interface,
    Mxedge,
    PeerPath,
    Server,
    Switch,
    Vlan,
    Wlan,
}
