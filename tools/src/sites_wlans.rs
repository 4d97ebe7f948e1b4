//! The WLANs of a site, and what they use.

use mistmcp::{Fields, Id, PageNumber, SiteId, mist_tool};

use crate::shared::PreSharedKeyFilter;

mistmcp::category! {
    /// A site's WLANs, PSKs, RF template, WxLAN rules and tags.
    sites_wlans
}

/// A site's own PSKs (pre-shared keys), without the organization's.
#[mist_tool(category = "sites_wlans", get = "/api/v1/sites/{site_id}/psks/{psk_id?}")]
pub async fn list_site_psks(
    site_id: SiteId,
    /// Only this pre-shared key, by id.
    #[brief = "Only this one"]
    psk_id: Option<Id>,
    #[flatten] psk: PreSharedKeyFilter,
    #[flatten] page: PageNumber,
);

/// The RF template in effect at a site.
#[mist_tool(category = "sites_wlans", get = "/api/v1/sites/{site_id}/rftemplates/derived")]
pub async fn list_site_rf_template_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    resolve: Option<bool>,
    fields: Option<Fields>,
);

/// WLANs written at a site itself, without those of templates.
#[mist_tool(category = "sites_wlans", get = "/api/v1/sites/{site_id}/wlans/{wlan_id?}")]
pub async fn list_site_wlans(
    site_id: SiteId,
    /// Only this WLAN, by id.
    #[brief = "Only this one"]
    wlan_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// WLANs in effect at a site: its own and those of templates.
#[mist_tool(category = "sites_wlans", get = "/api/v1/sites/{site_id}/wlans/derived")]
pub async fn list_site_wlan_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    #[default = false]
    resolve: Option<bool>,
    /// Only this WLAN, by id.
    #[brief = "Only this WLAN"]
    wlan_id: Option<String>,
    fields: Option<Fields>,
);

/// WxLAN rules written at a site itself, without those of templates.
#[mist_tool(category = "sites_wlans", get = "/api/v1/sites/{site_id}/wxrules/{wxrule_id?}")]
pub async fn list_site_wx_rules(
    site_id: SiteId,
    /// Only this WxLAN rule, by id.
    #[brief = "Only this one"]
    wxrule_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// WxLAN rules in effect at a site: its own and those of templates.
#[mist_tool(
    category = "sites_wlans",
    name = "ListSiteWxRulesDerived",
    get = "/api/v1/sites/{site_id}/wxrules/derived"
)]
pub async fn list_site_wx_rules_derived(site_id: SiteId, fields: Option<Fields>);

/// A site's WxLAN tags: clients, applications or addresses that rules name.
#[mist_tool(category = "sites_wlans", get = "/api/v1/sites/{site_id}/wxtags/{wxtag_id?}")]
pub async fn list_site_wx_tags(
    site_id: SiteId,
    /// Only this WxLAN tag, by id.
    #[brief = "Only this one"]
    wxtag_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Applications that a site's WxLAN tags can name.
#[mist_tool(category = "sites_wlans", get = "/api/v1/sites/{site_id}/wxtags/apps", answers = "list")]
pub async fn get_site_application_list(site_id: SiteId, fields: Option<Fields>);
