//! Access points at a site that are not its own, and their clients.

use mistmcp::{Buckets, Choice, Mac, MacFilter, ParamGroup, RelativeDuration, Search, SiteId, mist_tool};

use crate::shared::Rows;

mistmcp::category! {
    /// Foreign access points that a site hears: rogues, honeypots, neighbors.
    sites_rogues
}

/// The foreign access points heard at a site with channel and signal: rogue, honeypot, spoofed or a mere
/// neighbor.
#[mist_tool(
    category = "sites_rogues",
    name = "listSiteRogueAPs",
    get = "/api/v1/sites/{site_id}/insights/rogues"
)]
pub async fn list_site_rogue_aps(
    site_id: SiteId,
    r#type: Option<RogueType>,
    /// Length of a step in the series, such as `10m` or `1h`.
    #[brief = "Step: 1h"]
    interval: Option<RelativeDuration>,
    #[flatten] rows: Rows,
);

/// The clients of foreign access points heard at a site, with signal and band.
#[mist_tool(category = "sites_rogues", get = "/api/v1/sites/{site_id}/insights/rogues/clients")]
pub async fn list_site_rogue_clients(
    site_id: SiteId,
    /// Length of a step in the series, such as `10m` or `1h`.
    #[brief = "Step: 1h"]
    interval: Option<RelativeDuration>,
    #[flatten] rows: Rows,
);

/// How often foreign access points were heard at a site. Rows: `searchSiteRogueEvents`.
#[mist_tool(category = "sites_rogues", get = "/api/v1/sites/{site_id}/rogues/events/count")]
pub async fn count_site_rogue_events(
    site_id: SiteId,
    #[default = "bssid"] distinct: Option<RogueField>,
    #[flatten] rogue: RogueFilter,
    /// Radio channel.
    #[brief = "Channel"]
    channel: Option<String>,
    #[flatten] buckets: Buckets,
);

/// When a site heard a foreign access point, on which channel, and how loud.
#[mist_tool(category = "sites_rogues", get = "/api/v1/sites/{site_id}/rogues/events/search")]
pub async fn search_site_rogue_events(
    site_id: SiteId,
    #[flatten] rogue: RogueFilter,
    /// Radio channel.
    #[brief = "Channel"]
    channel: Option<i64>,
    #[flatten] search: Search,
);

/// Who made one foreign access point, and whether it was seen as a client of the site's own network.
#[mist_tool(
    category = "sites_rogues",
    name = "getSiteRogueAP",
    get = "/api/v1/sites/{site_id}/rogues/{rogue_bssid}"
)]
pub async fn get_site_rogue_ap(
    site_id: SiteId,
    /// BSSID of the rogue access point.
    #[brief = "BSSID"]
    rogue_bssid: Mac,
);

/// What events of foreign access points are counted and searched by.
#[derive(ParamGroup)]
pub struct RogueFilter {
    /// MAC address of the access point that hears it best.
    #[brief = "AP that hears it best"]
    pub ap_mac: Option<MacFilter>,
    /// BSSID.
    pub bssid: Option<String>,
    /// A LAN client uses it.
    pub seen_on_lan: Option<bool>,
    /// SSID.
    pub ssid: Option<String>,
    /// Type of rogue; `others` are access points of neighbors.
    #[brief = "others: neighbors"]
    pub r#type: Option<RogueType>,
}

/// Type of rogue; `others` are access points of neighbors.
#[derive(Clone, Copy, Choice)]
#[brief = "others: neighbors"]
pub enum RogueType {
    /// It offers an SSID of the organization
    Honeypot,
    /// It is plugged into the site's network
    Lan,
    /// A neighbor
    Others,
    /// It poses with the address of one of the organization's own
    Spoof,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an event")]
pub enum RogueField {
    Ap,
    Bssid,
    Ssid,
    Type,
}
