//! Network access control (NAC) of an organization, and the fingerprints of clients.

use mistmcp::{
    Buckets, Choice, Id, MacFilter, MacPattern, OrgId, PageNumber, RelativeDuration, SearchPage, Several,
    SiteId, SortField, TimeWindow, mist_tool,
};

mistmcp::category! {
    /// NAC: rules, tags, registered MAC addresses, client fingerprints.
    orgs_nac
}

/// The NAC rules, or one: whom they match and what they grant, in which order.
#[mist_tool(category = "orgs_nac", get = "/api/v1/orgs/{org_id}/nacrules/{nacrule_id?}")]
pub async fn list_org_nac_rules(
    org_id: OrgId,
    /// Only this NAC rule, by id.
    #[brief = "Only this one"]
    nacrule_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// The tags that NAC rules are made of, or one: what they match or assign.
#[mist_tool(category = "orgs_nac", get = "/api/v1/orgs/{org_id}/nactags/{nactag_id?}")]
pub async fn list_org_nac_tags(
    org_id: OrgId,
    /// Only this NAC label, by id.
    #[brief = "Only this one"]
    nactag_id: Option<Id>,
    /// Type of the label, such as `match` or `vlan`; several with commas.
    #[brief = "match, vlan, …"]
    r#type: Option<Several<NacTagType>>,
    /// Name, as the rows show it.
    #[brief = "Name"]
    name: Option<String>,
    /// What a label of the type `match` reads, such as `idp_role`; several with commas.
    #[brief = "What a match reads: idp_role, …"]
    r#match: Option<Several<NacTagMatch>>,
    #[flatten] page: PageNumber,
);

/// The MAC addresses entered by hand for NAC: labels, VLAN, notes. Clients seen are in `searchOrgNacClients`.
#[mist_tool(category = "orgs_nac", get = "/api/v1/orgs/{org_id}/usermacs/search")]
pub async fn search_org_user_macs(
    org_id: OrgId,
    /// MAC address, or a part of it with `*`, such as `5c5b35*`.
    #[brief = "MAC"]
    mac: Option<MacPattern>,
    /// Labels that it has to have.
    #[brief = "Labels"]
    labels: Option<Vec<String>>,
    #[flatten] page: PageNumber,
    #[flatten] sort: SortField,
);

/// One entry of `searchOrgUserMacs`.
#[mist_tool(category = "orgs_nac", get = "/api/v1/orgs/{org_id}/usermacs/{usermac_id}")]
pub async fn get_org_user_mac(
    org_id: OrgId,
    /// Id of the entry, which is not its MAC address.
    #[brief = "Id; not the MAC"]
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
    /// Device family.
    #[brief = "Family"]
    family: Option<String>,
    client_type: Option<ClientType>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    model: Option<String>,
    /// Manufacturer of the client.
    #[brief = "Maker"]
    mfg: Option<String>,
    /// Operating system of the client, with its version.
    #[brief = "System with version"]
    os: Option<String>,
    /// Operating system of the client.
    #[brief = "Operating system"]
    os_type: Option<String>,
    mac: Option<MacFilter>,
    /// Length of a step in the series, such as `10m` or `1h`.
    #[brief = "Step: 1h"]
    interval: Option<RelativeDuration>,
    /// Field to sort by; with `-` before it, in descending order.
    #[brief = "Sort field; -: descending"]
    #[default = "wxid"]
    sort: Option<String>,
    #[flatten] window: TimeWindow,
    #[flatten] page: SearchPage,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a fingerprint")]
pub enum FingerprintField {
    Family,
    Model,
    Os,
    OsType,
}

/// How the client is connected.
#[derive(Clone, Copy, Choice)]
#[brief = "Connection"]
pub enum ClientType {
    /// By terminal
    Vty,
    /// By radio
    Wireless,
    /// By cable
    Wired,
}

/// Type of a NAC label.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's own")]
pub enum NacTagType {
    EgressVlanNames,
    GbpTag,
    Match,
    RadiusAttrs,
    RadiusGroup,
    RadiusVendorAttrs,
    RedirectNacportalId,
    SessionTimeout,
    UsernameAttr,
    Vlan,
}

/// What a NAC label reads of a client.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's own")]
pub enum NacTagMatch {
    CertCn,
    CertEku,
    CertIssuer,
    CertSan,
    CertSerial,
    CertSub,
    CertTemplate,
    ClientMac,
    EdrStatus,
    GbpTag,
    Hostname,
    IdpRole,
    IngressVlan,
    MdmStatus,
    NasIp,
    RadiusGroup,
    Realm,
    Ssid,
    UserName,
    UsermacLabel,
}
