//! Profiles and templates of the organization in effect at a site.

use mistmcp::{Fields, PageNumber, SiteId, mist_tool};

mistmcp::category! {
    /// Security profiles and site templates in effect at a site.
    extended sites_derived
}

/// Anti-malware profiles (AAMW, Sky ATP) in effect at a site. For those of the organization use
/// `listOrgAAMWProfiles`.
#[mist_tool(
    category = "sites_derived",
    name = "listSiteAAMWProfilesDerived",
    get = "/api/v1/sites/{site_id}/aamwprofiles/derived"
)]
pub async fn list_site_aamw_profiles_derived(site_id: SiteId, #[flatten] page: PageNumber);

/// Antivirus profiles in effect at a site: protocols, largest file, exceptions, what happens when a scan fails.
#[mist_tool(category = "sites_derived", get = "/api/v1/sites/{site_id}/avprofiles/derived")]
pub async fn list_site_antivirus_profiles_derived(site_id: SiteId, #[flatten] page: PageNumber);

/// Intrusion prevention (IDP) profiles in effect at a site.
#[mist_tool(category = "sites_derived", get = "/api/v1/sites/{site_id}/idpprofiles/derived")]
pub async fn list_site_idp_profiles_derived(site_id: SiteId, #[flatten] page: PageNumber);

/// Site templates in effect at a site: automatic upgrade, variables.
#[mist_tool(category = "sites_derived", get = "/api/v1/sites/{site_id}/sitetemplates/derived")]
pub async fn list_site_site_templates_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    resolve: Option<bool>,
    fields: Option<Fields>,
);
