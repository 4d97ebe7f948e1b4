//! Bluetooth (BLE) assets of a site: named tags, filters, and what access points hear.

use mistmcp::{Choice, Fields, Id, MacFilter, PageNumber, Search, SiteId, TimeWindow, mist_tool};

mistmcp::category! {
    /// Bluetooth (BLE) assets at a site: named tags, filters, position, battery, what is heard.
    extended sites_assets
}

/// Bluetooth (BLE) tags that have a name at a site, or one of them. For position and battery use
/// `listSiteAssetsStats`.
#[mist_tool(category = "sites_assets", get = "/api/v1/sites/{site_id}/assets/{asset_id?}")]
pub async fn list_site_assets(
    site_id: SiteId,
    /// Only this asset, by id.
    #[brief = "Only this one"]
    asset_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Filters that decide which Bluetooth tags of a site count as assets, or one filter: iBeacon, Eddystone, maker,
/// RSSI.
#[mist_tool(category = "sites_assets", get = "/api/v1/sites/{site_id}/assetfilters/{assetfilter_id?}")]
pub async fn list_site_asset_filters(
    site_id: SiteId,
    /// Only this filter, by id.
    #[brief = "Only this one"]
    assetfilter_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// State of a site's Bluetooth assets, or of one: position, loudest access point, RSSI, battery, temperature, last
/// seen.
#[mist_tool(
    category = "sites_assets",
    get = "/api/v1/sites/{site_id}/stats/assets/{asset_id?}",
    item_takes = "start, end, duration"
)]
pub async fn list_site_assets_stats(
    site_id: SiteId,
    /// Only this asset, by id. The answer also has its zones.
    #[brief = "Only this one, with its zones"]
    asset_id: Option<Id>,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Option<Id>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// How many Bluetooth assets a site has by a field: floor plan, name, beacon. Rows: `searchSiteAssets`.
#[mist_tool(category = "sites_assets", get = "/api/v1/sites/{site_id}/stats/assets/count")]
pub async fn count_site_assets(
    site_id: SiteId,
    #[default = "map_id"] distinct: Option<AssetField>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Bluetooth assets of a site by name, MAC address, floor plan, access point or beacon: position, RSSI, battery.
#[mist_tool(category = "sites_assets", get = "/api/v1/sites/{site_id}/stats/assets/search")]
pub async fn search_site_assets(
    site_id: SiteId,
    mac: Option<MacFilter>,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Option<Id>,
    /// iBeacon UUID.
    ibeacon_uuid: Option<String>,
    /// iBeacon major number.
    ibeacon_major: Option<i64>,
    /// iBeacon minor number.
    ibeacon_minor: Option<i64>,
    /// Namespace of an Eddystone UID: 20 hexadecimal digits.
    #[brief = "Eddystone namespace"]
    eddystone_uid_namespace: Option<String>,
    /// Instance of an Eddystone UID: 12 hexadecimal digits.
    #[brief = "Eddystone instance"]
    eddystone_uid_instance: Option<String>,
    /// URL that the tag sends as Eddystone.
    #[brief = "Eddystone URL"]
    eddystone_url: Option<String>,
    /// Name of the access point that hears the asset loudest.
    #[brief = "Name of the loudest access point"]
    device_name: Option<String>,
    /// How the value is returned, such as `mac`.
    #[brief = "How the value is returned: mac"]
    by: Option<String>,
    /// Name of the asset.
    name: Option<String>,
    /// MAC address of the access point that hears the asset.
    #[brief = "Access point's MAC"]
    ap_mac: Option<MacFilter>,
    /// Number of the antenna beam that hears the asset.
    #[brief = "Antenna beam"]
    beam: Option<String>,
    /// Signal strength in dBm, such as `-60`.
    #[brief = "dBm: -60"]
    rssi: Option<String>,
    #[flatten] search: Search,
);

/// Bluetooth devices heard at a site that are neither named assets nor match a filter.
#[mist_tool(category = "sites_assets", get = "/api/v1/sites/{site_id}/stats/discovered_assets")]
pub async fn list_site_discovered_assets(
    site_id: SiteId,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// Bluetooth devices heard at a site that are named assets or match a filter, with the access point that hears them.
#[mist_tool(category = "sites_assets", get = "/api/v1/sites/{site_id}/stats/filtered_assets")]
pub async fn get_site_assets_of_interest(
    site_id: SiteId,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// All Bluetooth devices heard on one floor plan, assets or not: position, RSSI, maker, battery.
#[mist_tool(
    category = "sites_assets",
    get = "/api/v1/sites/{site_id}/stats/maps/{map_id}/discovered_assets",
    answers = "list"
)]
pub async fn get_site_discovered_asset_by_map(
    site_id: SiteId,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Id,
    fields: Option<Fields>,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an asset")]
pub enum AssetField {
    By,
    DeviceName,
    EddystoneUidInstance,
    EddystoneUidNamespace,
    EddystoneUrl,
    IbeaconMajor,
    IbeaconMinor,
    IbeaconUuid,
    Mac,
    MapId,
    Name,
}
