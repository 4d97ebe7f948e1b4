//! BLE assets of an organization: named tags, filters, and where they are.

use mistmcp::{Choice, Id, MacList, OrgId, PageNumber, Search, Several, SiteId, TimeWindow, mist_tool};

mistmcp::category! {
    /// Bluetooth (BLE) assets of all sites: tags, filters, position, battery.
    extended orgs_assets
}

/// Filters that tell which Bluetooth (BLE) tags count as assets, or one of them.
#[mist_tool(category = "orgs_assets", get = "/api/v1/orgs/{org_id}/assetfilters/{assetfilter_id?}")]
pub async fn list_org_asset_filters(
    org_id: OrgId,
    /// Only this filter, by id.
    #[brief = "Only this one"]
    assetfilter_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Named Bluetooth (BLE) assets of the organization, or one of them. For their position use `searchOrgAssets`.
#[mist_tool(category = "orgs_assets", get = "/api/v1/orgs/{org_id}/assets/{asset_id?}")]
pub async fn list_org_assets(
    org_id: OrgId,
    /// Only this asset, by id.
    #[brief = "Only this one"]
    asset_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// State of all Bluetooth (BLE) assets: floor plan, position, RSSI, battery, zones.
#[mist_tool(category = "orgs_assets", get = "/api/v1/orgs/{org_id}/stats/assets")]
pub async fn list_org_assets_stats(org_id: OrgId, #[flatten] window: TimeWindow, #[flatten] page: PageNumber);

/// How many Bluetooth (BLE) assets there are by site, floor plan or iBeacon. Rows: `searchOrgAssets`.
#[mist_tool(category = "orgs_assets", get = "/api/v1/orgs/{org_id}/stats/assets/count")]
pub async fn count_org_assets_by_distance_field(
    org_id: OrgId,
    distinct: Option<AssetField>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Where Bluetooth (BLE) assets are: site, floor plan, position, access point that hears them, battery.
#[mist_tool(category = "orgs_assets", get = "/api/v1/orgs/{org_id}/stats/assets/search")]
pub async fn search_org_assets(
    org_id: OrgId,
    site_id: Option<SiteId>,
    /// MAC address; several with commas.
    #[brief = "MAC"]
    mac: Option<MacList>,
    /// Name of the device that reports the asset.
    #[brief = "Reporting device"]
    device_name: Option<String>,
    /// Name of the asset; several with commas.
    #[brief = "Name"]
    name: Option<String>,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Option<String>,
    /// UUID of the iBeacon.
    #[brief = "iBeacon's UUID"]
    ibeacon_uuid: Option<String>,
    /// Major number of the iBeacon.
    #[brief = "iBeacon's major"]
    ibeacon_major: Option<String>,
    /// Minor number of the iBeacon.
    #[brief = "iBeacon's minor"]
    ibeacon_minor: Option<String>,
    /// Namespace of the Eddystone UID.
    #[brief = "Eddystone namespace"]
    eddystone_uid_namespace: Option<String>,
    /// Instance of the Eddystone UID.
    #[brief = "Eddystone instance"]
    eddystone_uid_instance: Option<String>,
    /// URL that the Eddystone beacon sends.
    #[brief = "Eddystone URL"]
    eddystone_url: Option<String>,
    /// MAC address of the access point that hears the asset; several with commas.
    #[brief = "Access point's MAC"]
    ap_mac: Option<MacList>,
    /// Number of the antenna beam that hears the asset; several with commas.
    #[brief = "Antenna beam"]
    beam: Option<Several<i64>>,
    /// Signal strength, in dBm; several with commas.
    #[brief = "dBm"]
    rssi: Option<Several<i64>>,
    #[flatten] search: Search,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an asset")]
pub enum AssetField {
    IbeaconMajor,
    IbeaconMinor,
    IbeaconUuid,
    Mac,
    MapId,
    SiteId,
}
