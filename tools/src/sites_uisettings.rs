//! Dashboards of a site in Mist's portal.

use mistmcp::{Fields, Id, SiteId, mist_tool};

mistmcp::category! {
    /// Dashboards of a site in Mist's portal: tiles, charts, time ranges.
    extended sites_uisettings
}

/// Dashboards saved for a site in Mist's portal, or one: tiles, charts, scope, time range.
#[mist_tool(category = "sites_uisettings", get = "/api/v1/sites/{site_id}/uisettings/{uisetting_id?}")]
pub async fn list_site_ui_settings(
    site_id: SiteId,
    /// Only this dashboard, by id.
    #[brief = "Only this one"]
    uisetting_id: Option<Id>,
    fields: Option<Fields>,
);

/// Dashboards that a site's users see in Mist's portal: the organization's and the site's own.
#[mist_tool(
    category = "sites_uisettings",
    get = "/api/v1/sites/{site_id}/uisettings/derived",
    answers = "object"
)]
pub async fn list_site_ui_setting_derived(site_id: SiteId);
