//! The devices that an organization owns, assigned to a site or not.

use mistmcp::{Choice, MacFilter, OrgId, PageNumber, ParamGroup, SearchPage, SiteId, SortField, mist_tool};

use crate::shared::DeviceType;

mistmcp::category! {
    /// All devices owned, also those at no site: serials, claim codes, virtual chassis.
    orgs_inventory
}

/// All owned devices, also those at no site: id, serial, claim code, virtual chassis. All kinds unless `type` says
/// otherwise.
#[mist_tool(category = "orgs_inventory", get = "/api/v1/orgs/{org_id}/inventory")]
pub async fn get_org_inventory(
    org_id: OrgId,
    /// Serial.
    serial: Option<String>,
    /// Model.
    model: Option<String>,
    /// `ap`, `switch`, `gateway`; commas.
    r#type: Option<String>,
    /// Several with commas.
    mac: Option<MacFilter>,
    site_id: Option<SiteId>,
    /// Chassis MAC.
    vc_mac: Option<MacFilter>,
    /// With chassis members.
    #[default = false]
    vc: Option<bool>,
    /// `true`: only those at no site.
    unassigned: Option<bool>,
    /// Epoch seconds.
    modified_after: Option<i64>,
    /// Epoch seconds.
    disconnected_before: Option<i64>,
    #[flatten] page: PageNumber,
);

/// How many owned devices there are by model, status, site or version. Rows:
/// `searchOrgInventory`. Without `type`: access points.
#[mist_tool(category = "orgs_inventory", get = "/api/v1/orgs/{org_id}/inventory/count")]
pub async fn count_org_inventory(
    org_id: OrgId,
    #[default = "model"] distinct: Option<InventoryField>,
    #[flatten] stock: StockFilter,
    status: Option<ConnectionStatus>,
    /// Buckets.
    #[default = 100]
    limit: Option<u32>,
);

/// Owned devices by part of name, serial, MAC or version. Without `type`: access points. For ids
/// use `getOrgInventory`.
#[mist_tool(category = "orgs_inventory", get = "/api/v1/orgs/{org_id}/inventory/search")]
pub async fn search_org_inventory(
    org_id: OrgId,
    #[flatten] stock: StockFilter,
    mac: Option<MacFilter>,
    /// Part of the name.
    name: Option<String>,
    /// `*123*`.
    serial: Option<String>,
    /// Claim code.
    magic: Option<String>,
    /// `true`: chassis masters.
    master: Option<String>,
    /// `*2300*`.
    sku: Option<String>,
    /// `connected`, `disconnected`.
    status: Option<String>,
    /// Name, MAC or serial; `*` matches.
    text: Option<String>,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);

/// What owned devices are counted and searched by.
#[derive(ParamGroup)]
pub struct StockFilter {
    /// Kind.
    #[default = "ap"]
    pub r#type: Option<DeviceType>,
    /// Model.
    pub model: Option<String>,
    /// Id or name.
    pub site_id: Option<SiteId>,
    /// Firmware.
    pub version: Option<String>,
}

/// Connected to Mist.
#[derive(Clone, Copy, Choice)]
pub enum ConnectionStatus {
    /// It is
    Connected,
    /// It is not
    Disconnected,
}

/// By.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an inventory")]
pub enum InventoryField {
    Model,
    SiteId,
    Sku,
    Status,
    Version,
}
