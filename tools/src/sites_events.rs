//! System events of a site.

use mistmcp::{Buckets, Choice, Search, SiteId, mist_tool};

mistmcp::category! {
    /// System events of a site as a whole.
    sites_events
}

/// How many system events a site had of each kind. Rows: `searchSiteSystemEvents`.
#[mist_tool(category = "sites_events", get = "/api/v1/sites/{site_id}/events/system/count")]
pub async fn count_site_system_events(
    site_id: SiteId,
    #[default = "type"] distinct: Option<SystemEventField>,
    /// Type, as the rows name it.
    #[brief = "Type"]
    r#type: Option<String>,
    #[flatten] buckets: Buckets,
);

/// What happened to a site as a whole. Its devices: `searchSiteDeviceEvents`.
#[mist_tool(category = "sites_events", get = "/api/v1/sites/{site_id}/events/system/search")]
pub async fn search_site_system_events(
    site_id: SiteId,
    /// Type, as the rows name it.
    #[brief = "Type"]
    r#type: Option<String>,
    #[flatten] search: Search,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
pub enum SystemEventField {
    /// The kind of event
    Type,
}
