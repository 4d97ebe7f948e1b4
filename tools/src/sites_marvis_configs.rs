//! Configuration changes that Marvis made at a site.

use mistmcp::{Buckets, Choice, MacFilter, ParamGroup, SiteId, mist_tool};

use crate::shared::Rows;

mistmcp::category! {
    /// Configuration changes by Marvis at a site.
    extended sites_marvis_configs
}

/// How many configuration changes Marvis made at a site by a field. Rows: `searchSiteMarvisConfigActions`.
#[mist_tool(category = "sites_marvis_configs", get = "/api/v1/sites/{site_id}/marvis_configs/count")]
pub async fn count_site_marvis_config_actions(
    site_id: SiteId,
    #[default = "mac"] distinct: Option<MarvisConfigField>,
    #[flatten] action: MarvisConfigFilter,
    #[flatten] buckets: Buckets,
);

/// Configuration changes that Marvis made by itself at a site: which port was disabled or changed, and why.
#[mist_tool(category = "sites_marvis_configs", get = "/api/v1/sites/{site_id}/marvis_configs/search")]
pub async fn search_site_marvis_config_actions(
    site_id: SiteId,
    #[flatten] action: MarvisConfigFilter,
    #[flatten] rows: Rows,
);

/// Filters of the changes.
#[derive(ParamGroup)]
pub struct MarvisConfigFilter {
    /// MAC address of the device.
    #[brief = "Device's MAC"]
    pub mac: Option<MacFilter>,
    /// Type of configuration, such as `wired`.
    #[brief = "Such as wired"]
    pub r#type: Option<String>,
    /// Source of the change, such as `marvis`.
    #[brief = "Source: marvis"]
    pub src: Option<String>,
    /// Administrator, by id.
    #[brief = "Administrator"]
    pub admin_id: Option<String>,
    /// Operation, such as `disable_port`, `enable_port`, `update_mtu` or `add_vlans_to_port`.
    #[brief = "disable_port, add_vlans_to_port, …"]
    pub op: Option<String>,
    /// Port, such as `ge-0/0/13`.
    #[brief = "Port: ge-0/0/13"]
    pub port_id: Option<String>,
    /// VLAN, by number.
    #[brief = "VLAN"]
    pub vlan_ids: Option<i64>,
    /// Reason of the change, such as `rogue_dhcp_server_detected`.
    #[brief = "Reason: rogue_dhcp_server_detected"]
    pub reason: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a configuration by Marvis")]
pub enum MarvisConfigField {
    Mac,
    Type,
    Src,
    AdminId,
    Op,
    PortId,
    Reason,
    VlanIds,
}
