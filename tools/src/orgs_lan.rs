//! The wired networks of an organization.

use mistmcp::{Id, OrgId, PageNumber, mist_tool};

use crate::shared::ForSite;

mistmcp::category! {
    /// Network (switch) templates and EVPN topologies.
    orgs_lan
}

/// EVPN topologies (campus fabrics) of the organization, with their switches.
#[mist_tool(category = "orgs_lan", get = "/api/v1/orgs/{org_id}/evpn_topologies/{evpn_topology_id?}")]
pub async fn list_org_evpn_topologies(
    org_id: OrgId,
    /// Only this EVPN topology, by id.
    #[brief = "Only this one"]
    evpn_topology_id: Option<Id>,
    #[default = "any"] for_site: Option<ForSite>,
    #[flatten] page: PageNumber,
);

/// Network (switch) templates: port profiles, VLANs, RADIUS, routing.
#[mist_tool(category = "orgs_lan", get = "/api/v1/orgs/{org_id}/networktemplates/{networktemplate_id?}")]
pub async fn list_org_network_templates(
    org_id: OrgId,
    /// Only this switch template, by id.
    #[brief = "Only this one"]
    networktemplate_id: Option<Id>,
    #[flatten] page: PageNumber,
);
