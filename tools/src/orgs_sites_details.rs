//! The sites of an organization with their templates, and the variables of sites.

use mistmcp::{Choice, OrgId, PageNumber, SearchPage, SiteIds, SortField, mist_tool};

mistmcp::category! {
    /// Plain list of all sites with their templates; names of site variables.
    extended orgs_sites_details
}

/// All sites, unfiltered: address, time zone, templates, groups. To find one use `searchOrgSites`.
#[mist_tool(category = "orgs_sites_details", get = "/api/v1/orgs/{org_id}/sites")]
pub async fn list_org_sites(org_id: OrgId, #[flatten] page: PageNumber);

/// Which sites and device profiles define a variable. The values are in the settings of the site.
#[mist_tool(category = "orgs_sites_details", get = "/api/v1/orgs/{org_id}/vars/search")]
pub async fn search_org_vars(
    org_id: OrgId,
    site_id: Option<SiteIds>,
    /// Name of the variable; several with commas.
    #[brief = "Name"]
    var: Option<String>,
    src: Option<VarSource>,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);

/// Where the variable is defined.
#[derive(Clone, Copy, Choice)]
#[brief = "Defined by"]
pub enum VarSource {
    /// A device profile
    #[mist("deviceprofile")]
    DeviceProfile,
    /// A site
    Site,
}
