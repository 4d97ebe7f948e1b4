//! Security services at a site: Sky ATP and Juniper Secure Edge.

use mistmcp::{Buckets, Choice, MacFilter, ParamGroup, Search, SiteId, mist_tool};

mistmcp::category! {
    /// Security services at a site: Sky ATP events, Juniper Secure Edge (JSE).
    extended sites_security
}

/// Organizations of Juniper Secure Edge (JSE) that a site can use.
#[mist_tool(category = "sites_security", get = "/api/v1/sites/{site_id}/setting/jse/info")]
pub async fn get_site_jse_info(site_id: SiteId);

/// How many threats Sky ATP found at a site by a field. Rows: `searchSiteSkyatpEvents`.
#[mist_tool(category = "sites_security", get = "/api/v1/sites/{site_id}/skyatp/events/count")]
pub async fn count_site_skyatp_events(
    site_id: SiteId,
    #[default = "type"] distinct: Option<SkyAtpField>,
    #[flatten] event: SkyAtpFilter,
    #[flatten] buckets: Buckets,
);

/// Threats that Sky ATP found at a site: infected host, gateway, level of the threat.
#[mist_tool(category = "sites_security", get = "/api/v1/sites/{site_id}/skyatp/events/search")]
pub async fn search_site_skyatp_events(
    site_id: SiteId,
    #[flatten] event: SkyAtpFilter,
    #[flatten] search: Search,
);

/// Filters of Sky ATP events.
#[derive(ParamGroup)]
pub struct SkyAtpFilter {
    /// Type of event: `cc` (command and control), `fs` (file) or `mw` (malware).
    #[brief = "cc, fs, mw"]
    pub r#type: Option<String>,
    /// MAC address of the host.
    #[brief = "Host's MAC"]
    pub mac: Option<MacFilter>,
    /// MAC address of the gateway.
    #[brief = "Gateway's MAC"]
    pub device_mac: Option<MacFilter>,
    /// Level of the threat, up to 10.
    #[brief = "Threat level"]
    pub threat_level: Option<i64>,
    /// IP address of the host.
    #[brief = "Host's IP"]
    pub ip: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a Sky ATP event")]
pub enum SkyAtpField {
    DeviceMac,
    Mac,
    ThreatLevel,
    Type,
}
