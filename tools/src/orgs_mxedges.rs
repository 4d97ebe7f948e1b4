//! The Mist Edges of an organization.

use mistmcp::{
    Buckets, Choice, Fields, Id, NameFilter, OrgId, PageNumber, ParamGroup, Search, SiteId, mist_tool,
};

use crate::shared::{ForSite, MxEdgeEventField, MxEdgeEventFilter, ReleaseChannel};

mistmcp::category! {
    /// Mist Edges: configuration, clusters, tunnels, events, versions.
    orgs_mxedges
}

/// Mist Edge clusters, or one of them: tunnel hosts, RadSec, NAC.
#[mist_tool(category = "orgs_mxedges", get = "/api/v1/orgs/{org_id}/mxclusters/{mxcluster_id?}")]
pub async fn list_org_mx_edge_clusters(
    org_id: OrgId,
    /// Only this Mist Edge cluster, by id.
    #[brief = "Only this one"]
    mxcluster_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Configuration of all Mist Edges, or of one. For their state use `listOrgMxEdgesStats`.
#[mist_tool(category = "orgs_mxedges", get = "/api/v1/orgs/{org_id}/mxedges/{mxedge_id?}")]
pub async fn list_org_mx_edges(
    org_id: OrgId,
    /// Only this Mist Edge, by id.
    #[brief = "Only this one"]
    mxedge_id: Option<Id>,
    #[default = "any"] for_site: Option<ForSite>,
    #[flatten] page: PageNumber,
);

/// How many Mist Edges there are by model, cluster, site or version. Rows:
/// `searchOrgMxEdges`.
#[mist_tool(category = "orgs_mxedges", get = "/api/v1/orgs/{org_id}/mxedges/count")]
pub async fn count_org_mx_edges(
    org_id: OrgId,
    #[default = "model"] distinct: Option<MxEdgeField>,
    #[flatten] mxedge: MxEdgeFilter,
    /// Field to sort by.
    #[brief = "Sort field"]
    sort: Option<String>,
    #[flatten] buckets: Buckets,
);

/// How many events Mist Edges had, by a field. Rows: `searchOrgMistEdgeEvents`.
#[mist_tool(category = "orgs_mxedges", get = "/api/v1/orgs/{org_id}/mxedges/events/count")]
pub async fn count_org_site_mx_edge_events(
    org_id: OrgId,
    #[default = "mxedge_id"] distinct: Option<MxEdgeEventField>,
    #[flatten] event: MxEdgeEventFilter,
    #[flatten] buckets: Buckets,
);

/// What happened to Mist Edges: connection, services, tunnels, ports, upgrades.
#[mist_tool(category = "orgs_mxedges", get = "/api/v1/orgs/{org_id}/mxedges/events/search")]
pub async fn search_org_mist_edge_events(
    org_id: OrgId,
    #[flatten] event: MxEdgeEventFilter,
    /// Part of the Mist Edge, such as `PS1`.
    #[brief = "Part: PS1"]
    component: Option<String>,
    #[flatten] search: Search,
);

/// Mist Edges by host name, model, cluster, site or version.
#[mist_tool(category = "orgs_mxedges", get = "/api/v1/orgs/{org_id}/mxedges/search")]
pub async fn search_org_mx_edges(
    org_id: OrgId,
    /// Host name; `*` stands for any letters.
    #[brief = "Host name"]
    hostname: Option<NameFilter>,
    #[flatten] mxedge: MxEdgeFilter,
    #[flatten] search: Search,
);

/// Package versions that Mist Edges can be upgraded to. For upgrades under way use `listOrgMxEdgeUpgrades`.
#[mist_tool(category = "orgs_mxedges", get = "/api/v1/orgs/{org_id}/mxedges/versions", answers = "list")]
pub async fn get_org_mx_edge_upgrade_info(
    org_id: OrgId,
    #[default = "stable"] channel: Option<ReleaseChannel>,
    /// Release of Debian, such as `bullseye`.
    #[brief = "Debian: bullseye"]
    distro: Option<String>,
    fields: Option<Fields>,
);

/// Mist Tunnels, or one of them: which VLANs access points carry to which Mist Edge clusters.
#[mist_tool(category = "orgs_mxedges", get = "/api/v1/orgs/{org_id}/mxtunnels/{mxtunnel_id?}")]
pub async fn list_org_mx_tunnels(
    org_id: OrgId,
    /// Only this Mist tunnel, by id.
    #[brief = "Only this one"]
    mxtunnel_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Properties that Mist Edges are counted and searched by.
#[derive(ParamGroup)]
pub struct MxEdgeFilter {
    /// Mist Edge, by id.
    #[brief = "Mist Edge"]
    pub mxedge_id: Option<String>,
    /// Cluster of the Mist Edge, by id.
    #[brief = "Its cluster"]
    pub mxcluster_id: Option<String>,
    /// Site, by its id or name.
    #[brief = "Id or name"]
    pub site_id: Option<SiteId>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    pub model: Option<String>,
    /// Release of Debian, such as `bullseye`.
    #[brief = "Debian: bullseye"]
    pub distro: Option<String>,
    /// Version of the tunnel service.
    #[brief = "Tunnel service version"]
    pub tunterm_version: Option<String>,
    /// Adds the state that the device reports.
    #[brief = "Adds state"]
    pub stats: Option<bool>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a Mist Edge")]
pub enum MxEdgeField {
    Distro,
    Model,
    MxclusterId,
    SiteId,
    TuntermVersion,
}
