//! What the WAN gateways of a site are configured from, and what happened on their paths.

use mistmcp::{Buckets, Choice, Fields, MacFilter, ParamGroup, Search, SiteId, mist_tool};

mistmcp::category! {
    /// WAN of a site: gateway template, networks, services, policies, VPNs; path events.
    sites_wan
}

/// Applications that are told apart at a site: name, key, group.
#[mist_tool(category = "sites_wan", get = "/api/v1/sites/{site_id}/apps")]
pub async fn list_site_apps(site_id: SiteId, fields: Option<Fields>);

/// The gateway template in effect at a site.
#[mist_tool(category = "sites_wan", get = "/api/v1/sites/{site_id}/gatewaytemplates/derived")]
pub async fn list_site_gateway_template_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    resolve: Option<bool>,
    fields: Option<Fields>,
);

/// Networks in effect at a site: subnet, VLAN, tenants, access to internet and VPN.
#[mist_tool(category = "sites_wan", get = "/api/v1/sites/{site_id}/networks/derived")]
pub async fn list_site_networks_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    #[default = false]
    resolve: Option<bool>,
    fields: Option<Fields>,
);

/// Threat intelligence (Sky ATP SecIntel) profiles in effect at a site.
#[mist_tool(category = "sites_wan", get = "/api/v1/sites/{site_id}/secintelprofiles/derived")]
pub async fn list_site_sec_intel_profiles_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    resolve: Option<bool>,
    fields: Option<Fields>,
);

/// Application policies in effect on a site's gateways: which tenants may reach which services.
#[mist_tool(category = "sites_wan", get = "/api/v1/sites/{site_id}/servicepolicies/derived")]
pub async fn list_site_service_policies_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    #[default = false]
    resolve: Option<bool>,
    fields: Option<Fields>,
);

/// Services in effect at a site, for its gateways' policies to name: addresses, ports, URLs.
#[mist_tool(category = "sites_wan", get = "/api/v1/sites/{site_id}/services/derived")]
pub async fn list_site_services_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    #[default = false]
    resolve: Option<bool>,
    fields: Option<Fields>,
);

/// How many service path events a site had, by a field. Rows: `searchSiteServicePathEvents`.
#[mist_tool(category = "sites_wan", get = "/api/v1/sites/{site_id}/services/events/count")]
pub async fn count_site_service_path_events(
    site_id: SiteId,
    #[default = "type"] distinct: Option<ServicePathField>,
    #[flatten] event: ServicePathFilter,
    #[flatten] buckets: Buckets,
);

/// When and why paths of a site's gateways went up or down for a service.
#[mist_tool(category = "sites_wan", get = "/api/v1/sites/{site_id}/services/events/search")]
pub async fn search_site_service_path_events(
    site_id: SiteId,
    #[flatten] event: ServicePathFilter,
    /// Peer's port.
    peer_port_id: Option<String>,
    /// Peer's MAC.
    peer_mac: Option<MacFilter>,
    #[flatten] search: Search,
);

/// VPN overlays in effect at a site.
#[mist_tool(category = "sites_wan", get = "/api/v1/sites/{site_id}/vpns/derived")]
pub async fn list_site_vpns_derived(
    site_id: SiteId,
    /// Fills in the variables of the site.
    #[brief = "Fills in variables"]
    #[default = false]
    resolve: Option<bool>,
    fields: Option<Fields>,
);

/// Events of a gateway's paths.
#[derive(ParamGroup)]
pub struct ServicePathFilter {
    /// Type of event, such as `GW_SERVICE_PATH_DOWN`.
    #[brief = "Type: GW_SERVICE_PATH_DOWN"]
    pub r#type: Option<String>,
    /// Text of the event.
    #[brief = "Event text"]
    pub text: Option<String>,
    /// VPN, by name.
    #[brief = "VPN"]
    pub vpn_name: Option<String>,
    /// Path of the VPN.
    pub vpn_path: Option<String>,
    /// Service policy.
    pub policy: Option<String>,
    /// Port, such as `ge-0/0/1`.
    #[brief = "Port: ge-0/0/1"]
    pub port_id: Option<String>,
    /// Model, as the rows name it.
    #[brief = "Model"]
    pub model: Option<String>,
    /// Firmware version.
    #[brief = "Firmware"]
    pub version: Option<String>,
    /// Gateway's MAC.
    pub mac: Option<MacFilter>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of an event")]
pub enum ServicePathField {
    Mac,
    Model,
    Policy,
    PortId,
    SiteId,
    Type,
    VpnName,
    VpnPath,
}
