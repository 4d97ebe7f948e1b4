//! The clients of a site: wireless, wired, WAN, NAC, and guests.

use mistmcp::{
    Buckets, Choice, Fields, Mac, MacFilter, MacPattern, PageNumber, ParamGroup, Search, SiteId, TimeWindow,
    mist_tool,
};

use crate::shared::{
    Band, ClientPortFilter, EdrProvider, GuestField, GuestFilter, LastNacFilter, NacClientFilter,
    NacEventField, NacEventFilter, SessionFilter, SessionSearch, WanClientEventField, WanClientEventFilter,
    WanClientFilter, WiredClientFilter, WirelessClientFilter, WirelessClientSearch, WirelessEventFilter,
    WirelessField,
};

mistmcp::category! {
    /// As `orgs_clients`, for one site.
    sites_clients
}

/// How many wireless clients a site has by SSID, device, …. Rows: `searchSiteWirelessClients`.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/clients/count")]
pub async fn count_site_wireless_clients(
    site_id: SiteId,
    #[default = "device"] distinct: Option<WirelessField>,
    #[flatten] client: WirelessClientFilter,
    #[flatten] buckets: Buckets,
);

/// How many events wireless clients had at a site. Rows: `searchSiteWirelessClientEvents`.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/clients/events/count")]
pub async fn count_site_wireless_client_events(
    site_id: SiteId,
    distinct: Option<WirelessEventField>,
    #[flatten] event: SiteEventFilter,
    #[flatten] buckets: Buckets,
);

/// What happened to the wireless clients of a site: association, authentication, DHCP, DNS, roaming.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/clients/events/search")]
pub async fn search_site_wireless_client_events(
    site_id: SiteId,
    #[flatten] event: SiteEventFilter,
    /// NAC rule, by id.
    #[brief = "NAC rule"]
    nacrule_id: Option<String>,
    #[flatten] search: Search,
);

/// Which wireless clients a site saw, on which access point, SSID and VLAN.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/clients/search")]
pub async fn search_site_wireless_clients(
    site_id: SiteId,
    /// MAC address, or a part of it with `*`, such as `5c5b35*`.
    #[brief = "MAC; * matches"]
    mac: Option<MacPattern>,
    #[flatten] client: WirelessClientSearch,
    #[flatten] search: Search,
);

/// How many sessions wireless clients had at a site. Rows: `searchSiteWirelessClientSessions`.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/clients/sessions/count")]
pub async fn count_site_wireless_client_sessions(
    site_id: SiteId,
    #[default = "mac"] distinct: Option<SiteSessionField>,
    band: Option<Band>,
    #[flatten] session: SessionFilter,
    #[flatten] buckets: Buckets,
);

/// When the wireless clients of a site connected and left, on which access point and SSID, and for how long.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/clients/sessions/search")]
pub async fn search_site_wireless_client_sessions(
    site_id: SiteId,
    band: Option<Band>,
    #[flatten] session: SessionSearch,
    #[flatten] search: Search,
);

/// What happened to one wireless client at a site, step by step: to troubleshoot it.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/clients/{client_mac}/events")]
pub async fn get_site_events_for_client(
    site_id: SiteId,
    client_mac: Mac,
    #[flatten] event: RadioEventFilter,
    /// Radio channel.
    #[brief = "Channel"]
    channel: Option<String>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// The guests authorized at a site itself: who, by which method, until when.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/guests")]
pub async fn list_site_all_guest_authorizations(
    site_id: SiteId,
    /// WLANs, by id, with commas between them.
    #[brief = "WLANs, with commas"]
    wlan_id: Option<String>,
    fields: Option<Fields>,
);

/// How many guests a site let in by method, company or SSID. Rows: `searchSiteGuestAuthorization`.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/guests/count")]
pub async fn count_site_guest_authorizations(
    site_id: SiteId,
    #[default = "auth_method"] distinct: Option<GuestField>,
    #[flatten] buckets: Buckets,
);

/// The guests whose authorization is in effect at a site; with `cross_site` those of the organization.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/guests/derived")]
pub async fn list_site_all_guest_authorizations_derived(
    site_id: SiteId,
    /// WLANs, by id, with commas between them.
    #[brief = "WLANs, with commas"]
    wlan_id: Option<String>,
    /// Also those of the organization's other sites.
    #[brief = "The organization's too"]
    #[default = false]
    cross_site: Option<bool>,
    fields: Option<Fields>,
);

/// Which guests a site let in during a time, by WLAN, SSID or method.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/guests/search")]
pub async fn search_site_guest_authorization(
    site_id: SiteId,
    #[flatten] guest: GuestFilter,
    #[flatten] search: Search,
);

/// One guest's authorization at a site, by MAC address.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/guests/{guest_mac}")]
pub async fn get_site_guest_authorization(site_id: SiteId, guest_mac: Mac);

/// How many clients NAC knows at a site by rule, status, …. Rows: `searchSiteNacClients`.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/nac_clients/count")]
pub async fn count_site_nac_clients(
    site_id: SiteId,
    #[default = "type"] distinct: Option<SiteNacClientField>,
    #[flatten] client: LastNacFilter,
    #[flatten] buckets: Buckets,
);

/// How many NAC events clients had at a site. Rows: `searchSiteNacClientEvents`.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/nac_clients/events/count")]
pub async fn count_site_nac_client_events(
    site_id: SiteId,
    distinct: Option<NacEventField>,
    /// Type of event, as in `listNacEventsDefinitions`.
    #[brief = "As in listNacEventsDefinitions"]
    r#type: Option<String>,
    #[flatten] buckets: Buckets,
);

/// What NAC did with clients at a site: permits, denials and why, certificate checks.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/nac_clients/events/search")]
pub async fn search_site_nac_client_events(site_id: SiteId, #[flatten] event: NacEventFilter);

/// The clients that NAC knows at a site: last rule, status, identity, posture.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/nac_clients/search")]
pub async fn search_site_nac_clients(
    site_id: SiteId,
    edr_provider: Option<EdrProvider>,
    #[flatten] client: NacClientFilter,
);

/// How many events clients behind a site's gateways had. Rows: `searchSiteWanClientEvents`.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/wan_client/events/count")]
pub async fn count_site_wan_client_events(
    site_id: SiteId,
    #[default = "type"] distinct: Option<WanClientEventField>,
    /// Type of event, such as `CLIENT_IP_ASSIGNED`.
    #[brief = "CLIENT_IP_ASSIGNED, …"]
    r#type: Option<String>,
    #[flatten] buckets: Buckets,
);

/// How many clients are behind a site's gateways. Rows: `searchSiteWanClients`.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/wan_clients/count")]
pub async fn count_site_wan_clients(
    site_id: SiteId,
    #[default = "mac"] distinct: Option<SiteWanClientField>,
    #[flatten] buckets: Buckets,
);

/// What happened to clients behind a site's gateways, such as IP addresses given.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/wan_clients/events/search")]
pub async fn search_site_wan_client_events(
    site_id: SiteId,
    #[flatten] event: WanClientEventFilter,
    #[flatten] search: Search,
);

/// The clients that gateways saw at a site: name, IP, maker.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/wan_clients/search")]
pub async fn search_site_wan_clients(
    site_id: SiteId,
    /// MAC address.
    #[brief = "MAC"]
    mac: Option<MacFilter>,
    #[flatten] client: WanClientFilter,
    #[flatten] search: Search,
);

/// How many wired clients a site has by port or VLAN. Rows: `searchSiteWiredClients`.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/wired_clients/count")]
pub async fn count_site_wired_clients(
    site_id: SiteId,
    #[default = "mac"] distinct: Option<SiteWiredClientField>,
    /// MAC address of the switch.
    #[brief = "Switch's MAC"]
    device_mac: Option<MacFilter>,
    /// MAC address.
    #[brief = "MAC"]
    mac: Option<MacFilter>,
    #[flatten] port: ClientPortFilter,
    #[flatten] buckets: Buckets,
);

/// Which wired clients a site saw, on which switch, port and VLAN.
#[mist_tool(category = "sites_clients", get = "/api/v1/sites/{site_id}/wired_clients/search")]
pub async fn search_site_wired_clients(
    site_id: SiteId,
    /// MAC address of the switch.
    #[brief = "Switch's MAC"]
    device_mac: Option<MacFilter>,
    /// MAC address.
    #[brief = "MAC"]
    mac: Option<MacFilter>,
    #[flatten] client: WiredClientFilter,
    source: Option<WiredSource>,
    #[flatten] search: Search,
);

/// What events of a site's wireless clients are counted and searched by.
#[derive(ParamGroup)]
pub struct SiteEventFilter {
    /// What it is about.
    #[flatten]
    pub event: RadioEventFilter,
    /// MAC address of the access point.
    #[brief = "Access point's MAC"]
    pub ap: Option<MacFilter>,
    /// Reason code of 802.11.
    #[brief = "802.11 code"]
    pub reason_code: Option<i64>,
}

/// What an event of a wireless client is about, and on which radio.
#[derive(ParamGroup)]
pub struct RadioEventFilter {
    /// What it is about.
    #[flatten]
    pub event: WirelessEventFilter,
    /// Band.
    pub band: Option<Band>,
    /// 802.11 standard.
    #[brief = "802.11 standard"]
    pub proto: Option<Protocol>,
}

/// 802.11 standard.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the letters are IEEE's amendments to 802.11")]
#[brief = "802.11 standard"]
pub enum Protocol {
    A,
    Ac,
    Ax,
    B,
    Be,
    G,
    N,
}

/// How the client was learned.
#[derive(Clone, Copy, Choice)]
#[brief = "Learned from"]
pub enum WiredSource {
    /// What the client says of itself
    Lldp,
    /// The switch's table of addresses
    Mac,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an event")]
pub enum WirelessEventField {
    Band,
    Channel,
    Proto,
    Ssid,
    Type,
    WlanId,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a session")]
pub enum SiteSessionField {
    Ap,
    ClientFamily,
    ClientManufacture,
    ClientModel,
    ClientOs,
    Mac,
    Ssid,
    WlanId,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a NAC client")]
pub enum SiteNacClientField {
    Ap,
    AuthType,
    DeviceMac,
    EdrManaged,
    EdrProvider,
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
pub enum SiteWanClientField {
    Hostname,
    Ip,
    Mac,
    Mfg,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a wired client")]
pub enum SiteWiredClientField {
    Mac,
    PortId,
    Vlan,
}
