//! What configures devices from above: access point templates and device profiles.

use mistmcp::{Fields, Id, OrgId, PageNumber, SiteId, mist_tool};

use crate::shared::DeviceType;

mistmcp::category! {
    /// Access point templates and device profiles.
    devices_config
}

/// Access point templates: matching rules, ports, Wi-Fi, mesh.
#[mist_tool(category = "devices_config", get = "/api/v1/orgs/{org_id}/aptemplates/{aptemplate_id?}")]
pub async fn list_org_aptemplates(
    org_id: OrgId,
    /// Only this access point template, by id.
    #[brief = "Only this one"]
    aptemplate_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Device profiles: configuration assigned to single devices. Without `type`: access points.
#[mist_tool(category = "devices_config", get = "/api/v1/orgs/{org_id}/deviceprofiles/{deviceprofile_id?}")]
pub async fn list_org_device_profiles(
    org_id: OrgId,
    /// Only this device profile, by id.
    #[brief = "Only this one"]
    deviceprofile_id: Option<Id>,
    #[default = "ap"] r#type: Option<DeviceType>,
    #[flatten] page: PageNumber,
);

/// The access point template in effect at a site.
#[mist_tool(category = "devices_config", get = "/api/v1/sites/{site_id}/aptemplates/derived")]
pub async fn list_site_ap_template_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    resolve: Option<bool>,
    fields: Option<Fields>,
);

/// The device profiles in effect at a site.
#[mist_tool(category = "devices_config", get = "/api/v1/sites/{site_id}/deviceprofiles/derived")]
pub async fn list_site_device_profiles_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    #[default = false]
    resolve: Option<bool>,
    fields: Option<Fields>,
);
