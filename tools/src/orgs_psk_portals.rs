//! Portals where people make their own pre-shared keys (PSK).

use mistmcp::{Buckets, Choice, Id, OrgId, PageNumber, Search, TimeWindow, mist_tool};

mistmcp::category! {
    /// PSK portals, where people make their own pre-shared keys, and their logs.
    extended orgs_psk_portals
}

/// PSK portals, or one: SSID, login, expiry, rules for the key. The keys are in `listOrgPsks`.
#[mist_tool(category = "orgs_psk_portals", get = "/api/v1/orgs/{org_id}/pskportals/{pskportal_id?}")]
pub async fn list_org_psk_portals(
    org_id: OrgId,
    /// Only this portal, by id.
    #[brief = "Only this one"]
    pskportal_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// What happened at the PSK portals: keys made, changed and deleted, and by whom. To filter use
/// `searchOrgPskPortalLogs`.
#[mist_tool(category = "orgs_psk_portals", get = "/api/v1/orgs/{org_id}/pskportals/logs")]
pub async fn list_org_psk_portal_logs(
    org_id: OrgId,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// How many log entries the PSK portals have, by portal, key or person. Rows: `searchOrgPskPortalLogs`.
#[mist_tool(category = "orgs_psk_portals", get = "/api/v1/orgs/{org_id}/pskportals/logs/count")]
pub async fn count_org_psk_portal_logs(
    org_id: OrgId,
    #[default = "pskportal_id"] distinct: Option<PskPortalLogField>,
    #[flatten] buckets: Buckets,
);

/// Log entries of PSK portals by key, portal, administrator or person.
#[mist_tool(category = "orgs_psk_portals", get = "/api/v1/orgs/{org_id}/pskportals/logs/search")]
pub async fn search_org_psk_portal_logs(
    org_id: OrgId,
    /// Name of the key.
    #[brief = "Key's name"]
    psk_name: Option<String>,
    /// Key, by id.
    #[brief = "Key's id"]
    psk_id: Option<Id>,
    /// Portal, from `listOrgPskPortals`.
    #[brief = "From listOrgPskPortals"]
    pskportal_id: Option<Id>,
    /// Only this entry, by id.
    #[brief = "Only this one"]
    id: Option<Id>,
    /// Name of the administrator.
    #[brief = "Administrator's name"]
    admin_name: Option<String>,
    /// Administrator, by id.
    #[brief = "Administrator's id"]
    admin_id: Option<Id>,
    /// Person who logged in by SSO: the id in their SAML NameID.
    #[brief = "SAML NameID"]
    name_id: Option<Id>,
    #[flatten] search: Search,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a portal's log")]
pub enum PskPortalLogField {
    AdminId,
    AdminName,
    PskId,
    PskName,
    PskportalId,
    UserId,
}
