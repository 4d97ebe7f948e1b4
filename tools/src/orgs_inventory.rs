//! The devices that an organization owns, assigned to a site or not.

use mistmcp::{
    Choice, MacList, MacPatterns, OrgId, PageNumber, ParamGroup, SearchPage, Several, SiteId, SiteIds,
    SortField, mist_tool,
};

use crate::shared::DeviceType;

mistmcp::category! {
    /// All devices owned, also without a site: serials, claim codes.
    orgs_inventory
}

/// All owned devices, also those at no site: id, serial, claim code, virtual chassis. All kinds unless `type` says
/// otherwise.
#[mist_tool(category = "orgs_inventory", get = "/api/v1/orgs/{org_id}/inventory")]
pub async fn get_org_inventory(
    org_id: OrgId,
    /// Serial number.
    #[brief = "Serial"]
    serial: Option<String>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    model: Option<String>,
    /// Kind of device: `ap`, `switch` or `gateway`; several with commas.
    #[brief = "ap, switch, gateway; commas"]
    r#type: Option<Several<DeviceType>>,
    /// MAC addresses, with commas between them.
    #[brief = "MACs with commas"]
    mac: Option<MacList>,
    site_id: Option<SiteId>,
    /// MAC address of the virtual chassis; several with commas.
    #[brief = "Chassis MAC"]
    vc_mac: Option<MacList>,
    /// Also the members of virtual chassis.
    #[brief = "With chassis members"]
    #[default = false]
    vc: Option<bool>,
    /// With `true`, only those at no site.
    #[brief = "true: only those at no site"]
    unassigned: Option<bool>,
    /// Only those that were changed after this time, in epoch seconds.
    #[brief = "Epoch seconds"]
    modified_after: Option<i64>,
    /// Only those that were disconnected before this time, in epoch seconds.
    #[brief = "Epoch seconds"]
    disconnected_before: Option<i64>,
    #[flatten] page: PageNumber,
);

/// How many owned devices there are by model, status, site or version. Rows:
/// `searchOrgInventory`. Without `type`: access points.
#[mist_tool(category = "orgs_inventory", get = "/api/v1/orgs/{org_id}/inventory/count")]
pub async fn count_org_inventory(
    org_id: OrgId,
    #[default = "model"] distinct: Option<InventoryField>,
    /// Site, by its id or name.
    #[brief = "Id or name"]
    site_id: Option<SiteId>,
    #[flatten] stock: StockFilter,
    status: Option<ConnectionStatus>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Owned devices by part of name, serial, MAC or version. Without `type`: access points. For ids
/// use `getOrgInventory`.
#[mist_tool(category = "orgs_inventory", get = "/api/v1/orgs/{org_id}/inventory/search")]
pub async fn search_org_inventory(
    org_id: OrgId,
    /// Site, by its id or name; several with commas.
    #[brief = "Id or name"]
    site_id: Option<SiteIds>,
    #[flatten] stock: StockFilter,
    /// MAC address; several with commas, or a part with `*`, such as `5c5b35*`.
    #[brief = "MAC"]
    mac: Option<MacPatterns>,
    /// Part of the name.
    name: Option<String>,
    /// Serial number, or a part of it with `*`, such as `*123*`.
    #[brief = "Serial: *123*"]
    serial: Option<String>,
    /// Claim code of the device.
    #[brief = "Claim code"]
    magic: Option<String>,
    /// With `true`, only the masters of virtual chassis.
    #[brief = "true: chassis masters"]
    master: Option<String>,
    /// Stock number (SKU), or a part of it with `*`, such as `*2300*`.
    #[brief = "SKU: *2300*"]
    sku: Option<String>,
    /// State: `connected` or `disconnected`; several with commas.
    #[brief = "connected, disconnected"]
    status: Option<Several<ConnectionStatus>>,
    /// Text in the name, MAC address or serial number; `*` stands for any letters.
    #[brief = "Name, MAC or serial; * matches"]
    text: Option<String>,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);

/// What owned devices are counted and searched by.
#[derive(ParamGroup)]
pub struct StockFilter {
    /// Type, as the rows name it.
    #[brief = "Type"]
    #[default = "ap"]
    pub r#type: Option<DeviceType>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    pub model: Option<String>,
    /// Firmware version.
    #[brief = "Firmware"]
    pub version: Option<String>,
}

/// Whether it is connected to Mist.
#[derive(Clone, Copy, Choice)]
#[brief = "Connected to Mist"]
pub enum ConnectionStatus {
    /// It is
    Connected,
    /// It is not
    Disconnected,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an inventory")]
pub enum InventoryField {
    Model,
    SiteId,
    Sku,
    Status,
    Version,
}
