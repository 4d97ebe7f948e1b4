//! The sites of an organization.

use mistmcp::{Buckets, Choice, Id, NameFilter, OrgId, PageNumber, Search, mist_tool};

mistmcp::category! {
    /// The sites, found by name or setting; site templates.
    orgs_sites
}

/// How many sites of the organization share each value of a field: buckets, not sites. Rows: `searchOrgSites`.
#[mist_tool(category = "orgs_sites", get = "/api/v1/orgs/{org_id}/sites/count")]
pub async fn count_org_sites(
    org_id: OrgId,
    #[default = "id"] distinct: Option<SiteField>,
    #[flatten] buckets: Buckets,
);

/// The sites of the organization with their ids and addresses; all of them, or those with a name or a setting.
#[mist_tool(category = "orgs_sites", get = "/api/v1/orgs/{org_id}/sites/search")]
pub async fn search_org_sites(
    org_id: OrgId,
    /// Analytics is on.
    analytic_enabled: Option<bool>,
    /// App wake-up is on.
    app_waking: Option<bool>,
    /// Asset tracking is on.
    asset_enabled: Option<bool>,
    /// Firmware is upgraded by schedule.
    auto_upgrade_enabled: Option<bool>,
    /// Firmware that it is upgraded to.
    auto_upgrade_version: Option<String>,
    /// Country in two letters, such as `DE`.
    #[brief = "Country: DE"]
    country_code: Option<String>,
    /// Honeypots are looked for.
    honeypot_enabled: Option<bool>,
    /// Id of the site.
    #[brief = "Site id"]
    id: Option<String>,
    /// Unconnected clients are located.
    locate_unconnected: Option<bool>,
    /// Mesh is on.
    mesh_enabled: Option<bool>,
    /// Name: `Berlin`, `Ber*` or `*lin*`.
    name: Option<NameFilter>,
    /// Rogues are looked for.
    rogue_enabled: Option<bool>,
    /// Syslog is sent.
    remote_syslog_enabled: Option<bool>,
    /// Has RTSA.
    rtsa_enabled: Option<bool>,
    /// The virtual network assistant is on.
    #[brief = "Has the network assistant"]
    vna_enabled: Option<bool>,
    /// Wi-Fi is on.
    wifi_enabled: Option<bool>,
    #[flatten] search: Search,
);

/// The site templates of the organization, or one of them.
#[mist_tool(category = "orgs_sites", get = "/api/v1/orgs/{org_id}/sitetemplates/{sitetemplate_id?}")]
pub async fn list_org_site_templates(
    org_id: OrgId,
    /// Only this site template, by id.
    #[brief = "Only this one"]
    sitetemplate_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a site")]
pub enum SiteField {
    AnalyticEnabled,
    AppWaking,
    AssetEnabled,
    AutoUpgradeEnabled,
    AutoUpgradeVersion,
    CountryCode,
    HoneypotEnabled,
    Id,
    LocateUnconnected,
    MeshEnabled,
    Name,
    RemoteSyslogEnabled,
    RogueEnabled,
    RtsaEnabled,
    VnaEnabled,
    WifiEnabled,
}
