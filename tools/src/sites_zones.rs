//! Location zones of a site, and visits to them.

use mistmcp::{Buckets, Choice, Fields, Id, PageNumber, ParamGroup, Search, SiteId, mist_tool};

mistmcp::category! {
    /// Location zones of a site: areas, occupancy, dwell times, visits.
    extended sites_zones
}

/// Zones drawn on the floor plans of a site, or one: name, floor plan, corners. For occupancy use
/// `listSiteZonesStats`.
#[mist_tool(category = "sites_zones", get = "/api/v1/sites/{site_id}/zones/{zone_id?}")]
pub async fn list_site_zones(
    site_id: SiteId,
    /// Only this zone, by id.
    #[brief = "Only this one"]
    zone_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// RSSI zones of a site, or one: the access points near which a client counts as inside, each with its least RSSI.
#[mist_tool(category = "sites_zones", get = "/api/v1/sites/{site_id}/rssizones/{rssizone_id?}")]
pub async fn list_site_rssi_zones(
    site_id: SiteId,
    /// Only this RSSI zone, by id.
    #[brief = "Only this one"]
    rssizone_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Occupancy of a site's zones now: clients, assets and app users in each, limit, dwell times. With `zone_id` also
/// who is in it.
#[mist_tool(category = "sites_zones", get = "/api/v1/sites/{site_id}/stats/zones/{zone_id?}")]
pub async fn list_site_zones_stats(
    site_id: SiteId,
    /// Only this zone, by id.
    #[brief = "Only this one"]
    zone_id: Option<Id>,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Option<Id>,
    /// Count only those that have stayed at least this long, in seconds.
    #[brief = "Least stay, seconds"]
    min_duration: Option<u32>,
    fields: Option<Fields>,
);

/// Occupancy of a site's RSSI zones now: clients, assets and app users in each, limit, dwell times. With `zone_id`
/// also who is in it.
#[mist_tool(category = "sites_zones", get = "/api/v1/sites/{site_id}/stats/rssizones/{zone_id?}")]
pub async fn list_site_rssi_zones_stats(
    site_id: SiteId,
    /// Only this RSSI zone, by id.
    #[brief = "Only this one"]
    zone_id: Option<Id>,
    fields: Option<Fields>,
);

/// How many visits to zones a site had by a field: zone, visitor, kind of visitor. Rows: `searchSiteZoneSessions`.
#[mist_tool(category = "sites_zones", get = "/api/v1/sites/{site_id}/{zone_type}/count")]
pub async fn count_site_zone_sessions(
    site_id: SiteId,
    zone_type: ZoneType,
    #[default = "scope_id"] distinct: Option<VisitField>,
    #[flatten] visit: VisitFilter,
    #[flatten] buckets: Buckets,
);

/// Visits to zones at a site: who entered, and when.
#[mist_tool(category = "sites_zones", get = "/api/v1/sites/{site_id}/{zone_type}/visits/search")]
pub async fn search_site_zone_sessions(
    site_id: SiteId,
    zone_type: ZoneType,
    #[flatten] visit: VisitFilter,
    #[flatten] search: Search,
);

/// Properties that visits are searched by.
#[derive(ParamGroup)]
pub struct VisitFilter {
    /// Kind of visitor.
    pub user_type: Option<VisitorType>,
    /// Visitor: MAC address of a client or an asset, or UUID of an app user.
    #[brief = "MAC, or UUID of an app user"]
    pub user: Option<String>,
    /// Id of the floor plan, zone or RSSI zone that `scope` names.
    #[brief = "Id of what scope names"]
    pub scope_id: Option<Id>,
    /// Place that was visited.
    #[default = "site"]
    pub scope: Option<VisitScope>,
}

/// Kind of zone.
#[derive(Clone, Copy, Choice)]
pub enum ZoneType {
    /// Defined by the RSSI at access points
    #[mist("rssizones")]
    RssiZones,
    /// Drawn on a floor plan
    Zones,
}

/// Kind of visitor.
#[derive(Clone, Copy, Choice)]
pub enum VisitorType {
    /// A Bluetooth asset
    Asset,
    /// A Wi-Fi client
    Client,
    /// A user of a mobile app with Mist's SDK
    #[mist("sdkclient")]
    SdkClient,
}

/// Place that was visited.
#[derive(Clone, Copy, Choice)]
pub enum VisitScope {
    /// A floor plan
    Map,
    /// An RSSI zone
    #[mist("rssizone")]
    RssiZone,
    /// The whole site
    Site,
    /// A zone
    Zone,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a visit")]
pub enum VisitField {
    Scope,
    ScopeId,
    User,
    UserType,
}
