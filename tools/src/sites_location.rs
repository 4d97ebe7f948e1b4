//! How a site locates clients: coverage, models, automatic placement, and users of mobile apps.

use mistmcp::{Choice, Fields, Id, PageNumber, SiteId, TimeWindow, mist_tool};

use crate::sites_zones::VisitorType;

mistmcp::category! {
    /// Location at a site: coverage, location models, automatic placement and zones, map stacks, app users.
    extended sites_location
}

/// Location coverage of a site by grid square: beams and beacons heard, RSSI. Positions are in meters.
#[mist_tool(category = "sites_location", get = "/api/v1/sites/{site_id}/location/coverage", answers = "list")]
pub async fn get_site_beam_coverage_overview(
    site_id: SiteId,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Option<Id>,
    /// Only what was heard of these.
    r#type: Option<VisitorType>,
    /// Kind of client, as the location model names it, such as `iOS`.
    #[brief = "Such as iOS"]
    client_type: Option<String>,
    #[default = "default"] resolution: Option<Resolution>,
    #[flatten] window: TimeWindow,
    fields: Option<Fields>,
);

/// What location learning has reached for each access point of a site: path loss, intercept, level, percentage
/// complete.
#[mist_tool(
    category = "sites_location",
    get = "/api/v1/sites/{site_id}/location/ml/current",
    answers = "list"
)]
pub async fn get_site_machine_learning_current_stat(
    site_id: SiteId,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Option<Id>,
    fields: Option<Fields>,
);

/// Path loss and intercept that location uses for each model of device before it has learned.
#[mist_tool(
    category = "sites_location",
    get = "/api/v1/sites/{site_id}/location/ml/defaults",
    answers = "list"
)]
pub async fn get_site_default_plf_for_models(site_id: SiteId, fields: Option<Fields>);

/// Users of a mobile app (SDK clients) on one floor plan: position, network, last seen.
#[mist_tool(
    category = "sites_location",
    get = "/api/v1/sites/{site_id}/stats/maps/{map_id}/sdkclients",
    answers = "list"
)]
pub async fn get_site_sdk_stats_by_map(
    site_id: SiteId,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Id,
    fields: Option<Fields>,
);

/// One user of a mobile app (SDK client): position, network, zones and virtual beacons that it is at.
#[mist_tool(category = "sites_location", get = "/api/v1/sites/{site_id}/stats/sdkclients/{sdkclient_id}")]
pub async fn get_site_sdk_stats(
    site_id: SiteId,
    /// Id of the app user, from `getSiteSdkStatsByMap`.
    #[brief = "From getSiteSdkStatsByMap"]
    sdkclient_id: Id,
);

/// Map stacks of a site: the floors of a building that belong together.
#[mist_tool(category = "sites_location", get = "/api/v1/sites/{site_id}/mapstacks")]
pub async fn list_site_map_stacks(
    site_id: SiteId,
    /// Name of the map stack.
    name: Option<String>,
    #[flatten] page: PageNumber,
);

/// How far the automatic assignment of access points to floor plans is at a site.
#[mist_tool(category = "sites_location", get = "/api/v1/sites/{site_id}/auto_map_assignment")]
pub async fn get_site_auto_map_assignment_status(site_id: SiteId);

/// How far the automatic orientation of access points is on a floor plan.
#[mist_tool(category = "sites_location", get = "/api/v1/sites/{site_id}/maps/{map_id}/auto_orient")]
pub async fn get_site_ap_auto_orientation(
    site_id: SiteId,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Id,
);

/// How far the automatic placement of access points is on a floor plan.
#[mist_tool(category = "sites_location", get = "/api/v1/sites/{site_id}/maps/{map_id}/auto_placement")]
pub async fn get_site_ap_auto_placement(
    site_id: SiteId,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Id,
);

/// How far the automatic finding of zones is on a floor plan, and the zones that it suggests.
#[mist_tool(category = "sites_location", get = "/api/v1/sites/{site_id}/maps/{map_id}/auto_zones")]
pub async fn get_site_map_auto_zone_status(
    site_id: SiteId,
    /// Floor plan, by id.
    #[brief = "Floor plan"]
    map_id: Id,
);

/// Size of the grid squares.
#[derive(Clone, Copy, Choice)]
pub enum Resolution {
    /// Mist's usual size
    Default,
    /// Smaller squares
    Fine,
}
