//! Firmware: which there is, and how its upgrades go.

use mistmcp::{Choice, Fields, Id, MacList, OrgId, SiteId, mist_tool};

use crate::shared::{DeviceType, ReleaseChannel};

mistmcp::category! {
    /// Firmware: available versions, upgrades and their progress.
    utilities_upgrade
}

/// Device upgrades started for all sites at once, or one of them, with each site's own.
#[mist_tool(category = "utilities_upgrade", get = "/api/v1/orgs/{org_id}/devices/upgrade/{upgrade_id?}")]
pub async fn list_org_device_upgrades(
    org_id: OrgId,
    /// Only this upgrade, by id.
    #[brief = "Only this one"]
    upgrade_id: Option<Id>,
    fields: Option<Fields>,
);

/// Firmware that devices can be upgraded to, by model. Without `type`: access points.
#[mist_tool(category = "utilities_upgrade", get = "/api/v1/orgs/{org_id}/devices/versions")]
pub async fn list_org_available_device_versions(
    org_id: OrgId,
    #[default = "ap"] r#type: Option<DeviceType>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    model: Option<String>,
    fields: Option<Fields>,
);

/// Upgrades of Mist Edges, or one of them: status, versions, counts. For available versions use
/// `getOrgMxEdgeUpgradeInfo`.
#[mist_tool(category = "utilities_upgrade", get = "/api/v1/orgs/{org_id}/mxedges/upgrade/{upgrade_id?}")]
pub async fn list_org_mx_edge_upgrades(
    org_id: OrgId,
    /// Only this upgrade, by id.
    #[brief = "Only this one"]
    upgrade_id: Option<Id>,
    fields: Option<Fields>,
);

/// Upgrades of SSR gateways at all sites: status, versions, strategy, counts.
#[mist_tool(category = "utilities_upgrade", get = "/api/v1/orgs/{org_id}/ssr/upgrade")]
pub async fn list_org_ssr_upgrades(org_id: OrgId, fields: Option<Fields>);

/// Firmware that SSR gateways can be upgraded to.
#[mist_tool(category = "utilities_upgrade", get = "/api/v1/orgs/{org_id}/ssr/versions")]
pub async fn list_org_available_ssr_versions(
    org_id: OrgId,
    #[default = "stable"] channel: Option<ReleaseChannel>,
    /// MAC addresses, with commas between them.
    #[brief = "MACs with commas"]
    mac: Option<MacList>,
    fields: Option<Fields>,
);

/// Device upgrades of a site, or one of them: status, phase, target version, counts.
#[mist_tool(category = "utilities_upgrade", get = "/api/v1/sites/{site_id}/devices/upgrade/{upgrade_id?}")]
pub async fn list_site_device_upgrades(
    site_id: SiteId,
    /// Only this upgrade, by id.
    #[brief = "Only this one"]
    upgrade_id: Option<Id>,
    status: Option<UpgradeStatus>,
    fields: Option<Fields>,
);

/// Firmware that a site's devices can be upgraded to, by model. Without `type`: access points.
#[mist_tool(category = "utilities_upgrade", get = "/api/v1/sites/{site_id}/devices/versions")]
pub async fn list_site_available_device_versions(
    site_id: SiteId,
    #[default = "ap"] r#type: Option<DeviceType>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    model: Option<String>,
    fields: Option<Fields>,
);

/// One upgrade of a site's SSR gateways: status, versions, how far each gateway is.
#[mist_tool(category = "utilities_upgrade", get = "/api/v1/sites/{site_id}/ssr/upgrade/{upgrade_id}")]
pub async fn get_site_ssr_upgrade(
    site_id: SiteId,
    /// From `listOrgSsrUpgrades`.
    upgrade_id: Id,
);

/// How far the upgrade is.
#[derive(Clone, Copy, Choice)]
#[brief = "How far it is"]
pub enum UpgradeStatus {
    /// It was called off
    Cancelled,
    /// It is done
    Completed,
    /// It has not begun
    Created,
    /// The devices have the firmware
    Downloaded,
    /// The devices are fetching the firmware
    Downloading,
    /// It did not succeed
    Failed,
    /// It waits for others
    Queued,
    /// The devices are installing the firmware
    Upgrading,
}
