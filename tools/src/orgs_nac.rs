//! Network access control (NAC) of an organization, and the fingerprints of clients.

use mistmcp::{
    Buckets, Choice, Id, MacFilter, OrgId, PageNumber, SearchPage, SiteId, SortField, Span, TimeWindow,
    mist_tool,
};

mistmcp::category! {
    /// NAC: rules, tags, registered MAC addresses, client fingerprints.
    orgs_nac
}

/// The NAC rules, or one: whom they match and what they grant, in which order.
#[mist_tool(category = "orgs_nac", get = "/api/v1/orgs/{org_id}/nacrules/{nacrule_id?}")]
pub async fn list_org_nac_rules(
    org_id: OrgId,
    /// One.
    nacrule_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// The tags that NAC rules are made of, or one: what they match or assign.
#[mist_tool(category = "orgs_nac", get = "/api/v1/orgs/{org_id}/nactags/{nactag_id?}")]
pub async fn list_org_nac_tags(
    org_id: OrgId,
    /// One.
    nactag_id: Option<Id>,
    /// `match`, `vlan`, …
    r#type: Option<String>,
    /// Name.
    name: Option<String>,
    /// What a `match` reads: `idp_role`, …
    r#match: Option<String>,
    #[flatten] page: PageNumber,
);

/// The MAC addresses entered by hand for NAC: labels, VLAN, notes. Clients seen are in `searchOrgNacClients`.
#[mist_tool(category = "orgs_nac", get = "/api/v1/orgs/{org_id}/usermacs/search")]
pub async fn search_org_user_macs(
    org_id: OrgId,
    mac: Option<MacFilter>,
    /// Labels.
    labels: Option<Vec<String>>,
    #[flatten] page: PageNumber,
    #[flatten] sort: SortField,
);

/// One entry of `searchOrgUserMacs`.
#[mist_tool(category = "orgs_nac", get = "/api/v1/orgs/{org_id}/usermacs/{usermac_id}")]
pub async fn get_org_user_mac(
    org_id: OrgId,
    /// Not the MAC.
    usermac_id: Id,
);

/// How many clients of a site are of each family, model or system. Rows:
/// `searchOrgClientFingerprints`.
#[mist_tool(category = "orgs_nac", get = "/api/v1/sites/{site_id}/insights/fingerprints/count")]
pub async fn count_org_client_fingerprints(
    site_id: SiteId,
    #[default = "family"] distinct: Option<FingerprintField>,
    #[flatten] buckets: Buckets,
);

/// What device each client of a site is by its fingerprint: family, maker, model, system.
#[mist_tool(category = "orgs_nac", get = "/api/v1/sites/{site_id}/insights/fingerprints/search")]
pub async fn search_org_client_fingerprints(
    site_id: SiteId,
    /// Family.
    family: Option<String>,
    client_type: Option<ClientType>,
    /// Model.
    model: Option<String>,
    /// Maker.
    mfg: Option<String>,
    /// System with version.
    os: Option<String>,
    /// System.
    os_type: Option<String>,
    mac: Option<MacFilter>,
    /// Step: `1h`.
    interval: Option<Span>,
    /// Field; `-`: descending.
    #[default = "wxid"]
    sort: Option<String>,
    #[flatten] window: TimeWindow,
    #[flatten] page: SearchPage,
);

/// By.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a fingerprint")]
pub enum FingerprintField {
    Family,
    Model,
    Os,
    OsType,
}

/// Connection.
#[derive(Clone, Copy, Choice)]
pub enum ClientType {
    /// By terminal
    Vty,
    /// By radio
    Wireless,
    /// By cable
    Wired,
}
