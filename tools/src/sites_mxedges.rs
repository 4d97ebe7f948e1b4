//! The Mist Edges of a site.

use mistmcp::{Buckets, Fields, Id, PageNumber, SiteId, SortField, TimeWindow, mist_tool};

use crate::shared::{MxEdgeEventField, MxEdgeEventFilter};

mistmcp::category! {
    /// A site's own Mist Edges and their events.
    sites_mxedges
}

/// Configuration of a site's own Mist Edges, or of one. For their state use `listSiteMxEdgesStats`.
#[mist_tool(category = "sites_mxedges", get = "/api/v1/sites/{site_id}/mxedges/{mxedge_id?}")]
pub async fn list_site_mx_edges(
    site_id: SiteId,
    /// Only this Mist Edge, by id.
    #[brief = "Only this one"]
    mxedge_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// How many events a site's Mist Edges had, by a field. Rows: `searchSiteMistEdgeEvents`.
#[mist_tool(category = "sites_mxedges", get = "/api/v1/sites/{site_id}/mxedges/events/count")]
pub async fn count_site_mx_edge_events(
    site_id: SiteId,
    #[default = "mxedge_id"] distinct: Option<MxEdgeEventField>,
    #[flatten] event: MxEdgeEventFilter,
    #[flatten] buckets: Buckets,
);

/// What happened to a site's own Mist Edges: connection, services, tunnels, ports, upgrades.
#[mist_tool(category = "sites_mxedges", get = "/api/v1/sites/{site_id}/mxedges/events/search")]
pub async fn search_site_mist_edge_events(
    site_id: SiteId,
    #[flatten] event: MxEdgeEventFilter,
    /// Part of the Mist Edge, such as `PS1`.
    #[brief = "Part: PS1"]
    component: Option<String>,
    #[flatten] window: TimeWindow,
    #[flatten] sort: SortField,
    /// Number of rows in a page.
    #[brief = "Rows per page"]
    #[default = 10]
    limit: Option<u32>,
    /// Where the next page starts: `search_after` of `next` in the answer before.
    #[brief = "From next of the last answer"]
    search_after: Option<String>,
    fields: Option<Fields>,
);
