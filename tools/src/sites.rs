//! A site and its settings.

use mistmcp::{Fields, SiteId, mist_tool};

mistmcp::category! {
    /// One site's address, and its settings, written and in effect.
    sites
}

/// A site's name, address, time zone, country, groups and assigned templates.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}")]
pub async fn get_site_info(site_id: SiteId);

/// The settings written at a site itself. What its templates add is in `getSiteSettingDerived`.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}/setting")]
pub async fn get_site_setting(site_id: SiteId, fields: Option<Fields>);

/// The settings in effect at a site, with those inherited from the organization and its templates.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}/setting/derived")]
pub async fn get_site_setting_derived(site_id: SiteId, fields: Option<Fields>);
