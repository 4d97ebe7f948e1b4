//! The wired network of a site.

use mistmcp::{Id, PageNumber, SiteId, mist_tool};

mistmcp::category! {
    /// EVPN topologies of a site, and its network template in effect.
    sites_lan
}

/// EVPN topologies (campus fabrics) of a site, with their switches.
#[mist_tool(category = "sites_lan", get = "/api/v1/sites/{site_id}/evpn_topologies/{evpn_topology_id?}")]
pub async fn list_site_evpn_topologies(
    site_id: SiteId,
    /// Only this EVPN topology, by id.
    #[brief = "Only this one"]
    evpn_topology_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// The network (switch) template in effect at a site.
#[mist_tool(
    category = "sites_lan",
    get = "/api/v1/sites/{site_id}/networktemplates/derived",
    answers = "object"
)]
pub async fn list_site_network_template_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    resolve: Option<bool>,
);
