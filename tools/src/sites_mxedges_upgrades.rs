//! Upgrades of the Mist Edges of a site.

use mistmcp::{Fields, Id, SiteId, mist_tool};

mistmcp::category! {
    /// Firmware upgrades of a site's Mist Edges.
    extended sites_mxedges_upgrades
}

/// Upgrades of a site's Mist Edges, or one of them: state, versions, how many are done.
#[mist_tool(
    category = "sites_mxedges_upgrades",
    get = "/api/v1/sites/{site_id}/mxedges/upgrade/{upgrade_id?}"
)]
pub async fn list_site_mx_edge_upgrades(
    site_id: SiteId,
    /// Only this upgrade, by id.
    #[brief = "Only this one"]
    upgrade_id: Option<Id>,
    fields: Option<Fields>,
);
