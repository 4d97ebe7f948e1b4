//! The clients of an organization: wireless, wired, WAN, NAC, and guests.

use mistmcp::{
    Buckets, Choice, Fields, Id, Mac, MacList, MacPatterns, OrgId, Search, Several, SiteId, SortField,
    mist_tool,
};

use crate::shared::{
    Band, EdrProvider, GuestField, GuestFilter, LastNacFilter, NacClientFilter, NacEventField,
    NacEventFilter, Rows, SessionFilter, SessionSearch, WanClientEventField, WanClientEventFilter,
    WanClientFilter, WiredClientFilter, WirelessClientFilter, WirelessClientSearch, WirelessEventFilter,
    WirelessField,
};
use crate::sites_clients::{Protocol, WiredSource};

mistmcp::category! {
    /// Clients of all sites: wireless, wired, WAN, NAC, guests; events.
    orgs_clients
}

/// How many wireless clients the organization has by SSID, device, …. Rows:
/// `searchOrgWirelessClients`.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/clients/count")]
pub async fn count_org_wireless_clients(
    org_id: OrgId,
    #[default = "device"] distinct: Option<OrgWirelessClientField>,
    /// MAC address; several with commas, or a part with `*`, such as `5c5b35*`.
    #[brief = "MAC"]
    mac: Option<MacPatterns>,
    #[flatten] client: WirelessClientFilter,
    #[flatten] buckets: Buckets,
);

/// What happened to wireless clients at all sites: association, authentication, DHCP, DNS, roaming.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/clients/events/search")]
pub async fn search_org_wireless_client_events(
    org_id: OrgId,
    #[flatten] event: WirelessEventFilter,
    /// MAC address of the access point; several with commas.
    #[brief = "Access point's MAC"]
    ap: Option<MacList>,
    /// Radio band: `24`, `5` or `6`; several with commas mean either.
    #[brief = "24,5: either"]
    band: Option<Several<Band>>,
    /// Key management, such as `WPA2-PSK`.
    #[brief = "WPA2-PSK, …"]
    key_mgmt: Option<String>,
    /// NAC rule, by id.
    #[brief = "NAC rule"]
    nacrule_id: Option<Several<Id>>,
    /// 802.11 standards, with commas between them, such as `ac,ax`.
    #[brief = "802.11: ac,ax"]
    proto: Option<Several<Protocol>>,
    /// Reason codes of 802.11, with commas between them, such as `3,8`.
    #[brief = "802.11 codes: 3,8"]
    reason_code: Option<String>,
    #[flatten] search: Search,
);

/// Which wireless clients the organization saw, on which site, access point and SSID: where to look for one.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/clients/search")]
pub async fn search_org_wireless_clients(
    org_id: OrgId,
    site_id: Option<SiteId>,
    /// MAC address; several with commas, or a part with `*`, such as `5c5b35*`.
    #[brief = "MAC; * matches"]
    mac: Option<MacPatterns>,
    #[flatten] client: WirelessClientSearch,
    #[flatten] search: Search,
);

/// How many sessions wireless clients had at all sites. Rows: `searchOrgWirelessClientSessions`.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/clients/sessions/count")]
pub async fn count_org_wireless_clients_sessions(
    org_id: OrgId,
    #[default = "device"] distinct: Option<WirelessField>,
    band: Option<Band>,
    #[flatten] session: SessionFilter,
    #[flatten] buckets: Buckets,
);

/// When wireless clients connected and left, on which access point and SSID, and for how long, at all sites.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/clients/sessions/search")]
pub async fn search_org_wireless_client_sessions(
    org_id: OrgId,
    /// Radio band: `24`, `5` or `6`; several with commas mean either.
    #[brief = "24,5: either"]
    band: Option<Several<Band>>,
    #[flatten] session: SessionSearch,
    #[flatten] search: Search,
);

/// The guests that are authorized in the organization: who, by which method, until when.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/guests")]
pub async fn list_org_guest_authorizations(org_id: OrgId, fields: Option<Fields>);

/// How many guests the organization let in by method, company or SSID. Rows:
/// `searchOrgGuestAuthorization`.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/guests/count")]
pub async fn count_org_guest_authorizations(
    org_id: OrgId,
    #[default = "auth_method"] distinct: Option<GuestField>,
    #[flatten] buckets: Buckets,
);

/// Which guests the organization let in during a time, by WLAN, SSID or method.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/guests/search")]
pub async fn search_org_guest_authorization(
    org_id: OrgId,
    #[flatten] guest: GuestFilter,
    #[flatten] sort: SortField,
    #[flatten] rows: Rows,
);

/// One guest's authorization in the organization, by MAC address.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/guests/{guest_mac}")]
pub async fn get_org_guest_authorization(org_id: OrgId, guest_mac: Mac);

/// How many clients NAC knows at all sites by rule, status, …. Rows: `searchOrgNacClients`.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/nac_clients/count")]
pub async fn count_org_nac_clients(
    org_id: OrgId,
    #[default = "type"] distinct: Option<OrgNacClientField>,
    site_id: Option<SiteId>,
    #[flatten] client: LastNacFilter,
    #[flatten] buckets: Buckets,
);

/// How many NAC events clients had at all sites. Rows: `searchOrgNacClientEvents`.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/nac_clients/events/count")]
pub async fn count_org_nac_client_events(
    org_id: OrgId,
    distinct: Option<NacEventField>,
    /// Type of event, as in `listNacEventsDefinitions`.
    #[brief = "As in listNacEventsDefinitions"]
    r#type: Option<String>,
    #[flatten] buckets: Buckets,
);

/// What NAC did with clients at all sites: permits, denials and why, certificate checks.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/nac_clients/events/search")]
pub async fn search_org_nac_client_events(
    org_id: OrgId,
    site_id: Option<SiteId>,
    #[flatten] event: NacEventFilter,
);

/// The clients that NAC knows at all sites: last rule, status, identity, posture.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/nac_clients/search")]
pub async fn search_org_nac_clients(
    org_id: OrgId,
    site_id: Option<SiteId>,
    edr_providers: Option<EdrProvider>,
    #[flatten] client: NacClientFilter,
);

/// How many events clients behind gateways had at all sites. Rows: `searchOrgWanClientEvents`.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/wan_client/events/count")]
pub async fn count_org_wan_client_events(
    org_id: OrgId,
    #[default = "type"] distinct: Option<WanClientEventField>,
    /// Type of event, such as `CLIENT_IP_ASSIGNED`.
    #[brief = "CLIENT_IP_ASSIGNED, …"]
    r#type: Option<String>,
    #[flatten] buckets: Buckets,
);

/// How many clients are behind the organization's gateways. Rows: `searchOrgWanClients`.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/wan_clients/count")]
pub async fn count_org_wan_clients(
    org_id: OrgId,
    #[default = "mac"] distinct: Option<OrgWanClientField>,
    #[flatten] buckets: Buckets,
);

/// What happened to clients behind the organization's gateways, such as IP addresses given.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/wan_clients/events/search")]
pub async fn search_org_wan_client_events(
    org_id: OrgId,
    #[flatten] event: WanClientEventFilter,
    #[flatten] search: Search,
);

/// The clients that gateways saw in the organization: name, IP, maker, site.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/wan_clients/search")]
pub async fn search_org_wan_clients(
    org_id: OrgId,
    site_id: Option<SiteId>,
    /// MAC address; several with commas.
    #[brief = "MAC"]
    mac: Option<MacList>,
    #[flatten] client: WanClientFilter,
    #[flatten] search: Search,
);

/// How many wired clients the organization has by switch, port, VLAN or site. Rows:
/// `searchOrgWiredClients`.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/wired_clients/count")]
pub async fn count_org_wired_clients(
    org_id: OrgId,
    #[default = "mac"] distinct: Option<OrgWiredClientField>,
    #[flatten] buckets: Buckets,
);

/// Which wired clients the organization saw, on which site, switch, port and VLAN: where to look for one.
#[mist_tool(category = "orgs_clients", get = "/api/v1/orgs/{org_id}/wired_clients/search")]
pub async fn search_org_wired_clients(
    org_id: OrgId,
    site_id: Option<SiteId>,
    /// MAC address of the switch; several with commas.
    #[brief = "Switch's MAC"]
    device_mac: Option<MacList>,
    /// MAC address; several with commas, or a part with `*`, such as `5c5b35*`.
    #[brief = "MAC; * matches"]
    mac: Option<MacPatterns>,
    #[flatten] client: WiredClientFilter,
    /// Authentication method.
    #[brief = "Method"]
    auth_method: Option<String>,
    /// 802.1X state.
    auth_state: Option<String>,
    /// How the client was learned: `lldp` or `mac`; several with commas.
    #[brief = "lldp, mac"]
    source: Option<Several<WiredSource>>,
    #[flatten] search: Search,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a wireless client")]
pub enum OrgWirelessClientField {
    Ap,
    Device,
    Hostname,
    Ip,
    Mac,
    Model,
    Os,
    Ssid,
    Vlan,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a NAC client")]
pub enum OrgNacClientField {
    Ap,
    AuthType,
    DeviceMac,
    EdrManaged,
    EdrProviders,
    EdrStatus,
    Family,
    Hostname,
    IdpId,
    Mfg,
    MdmCompliance,
    MdmManaged,
    MdmProvider,
    Model,
    MxedgeId,
    NacruleMatched,
    NacruleName,
    NacruleId,
    NasIp,
    NasVendor,
    Os,
    SiteId,
    Ssid,
    Status,
    Type,
    UsermacLabel,
    Username,
    Vlan,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a WAN client")]
pub enum OrgWanClientField {
    Hostname,
    Ip,
    Mac,
    Mfg,
    Network,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a wired client")]
pub enum OrgWiredClientField {
    DeviceMac,
    Mac,
    PortId,
    SiteId,
    Type,
    Vlan,
}
