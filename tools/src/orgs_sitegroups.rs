//! The site groups of an organization.

use mistmcp::{Id, OrgId, PageNumber, mist_tool};

mistmcp::category! {
    /// Site groups, and the sites in each.
    orgs_sitegroups
}

/// Site groups and the sites in each.
#[mist_tool(category = "orgs_sitegroups", get = "/api/v1/orgs/{org_id}/sitegroups")]
pub async fn list_org_site_groups(org_id: OrgId, #[flatten] page: PageNumber);

/// One site group.
#[mist_tool(category = "orgs_sitegroups", get = "/api/v1/orgs/{org_id}/sitegroups/{sitegroup_id}")]
pub async fn get_org_site_group(
    org_id: OrgId,
    /// Site group, by id.
    #[brief = "Site group"]
    sitegroup_id: Id,
);
