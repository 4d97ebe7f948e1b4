//! What the WAN gateways of an organization are configured from.

use mistmcp::{Fields, Id, OrgId, PageNumber, mist_tool};

mistmcp::category! {
    /// WAN configuration: gateway templates, networks, services, policies, VPNs.
    orgs_wan
}

/// Anti-malware (Sky ATP) profiles, or one of them: what is done to a file of which verdict.
#[mist_tool(
    category = "orgs_wan",
    name = "listOrgAAMWProfiles",
    get = "/api/v1/orgs/{org_id}/aamwprofiles/{aamwprofile_id?}"
)]
pub async fn list_org_aamw_profiles(
    org_id: OrgId,
    /// Only this anti-malware profile, by id.
    #[brief = "Only this one"]
    aamwprofile_id: Option<Id>,
    fields: Option<Fields>,
);

/// Antivirus profiles, or one of them: protocols scanned, exceptions, size limit.
#[mist_tool(category = "orgs_wan", get = "/api/v1/orgs/{org_id}/avprofiles/{avprofile_id?}")]
pub async fn list_org_antivirus_profiles(
    org_id: OrgId,
    /// Only this antivirus profile, by id.
    #[brief = "Only this one"]
    avprofile_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Templates that gateways of sites are configured from, or one of them; large.
#[mist_tool(category = "orgs_wan", get = "/api/v1/orgs/{org_id}/gatewaytemplates/{gatewaytemplate_id?}")]
pub async fn list_org_gateway_templates(
    org_id: OrgId,
    /// Only this gateway template, by id.
    #[brief = "Only this one"]
    gatewaytemplate_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Intrusion detection (IDP) profiles, or one of them: base profile and exceptions.
#[mist_tool(category = "orgs_wan", get = "/api/v1/orgs/{org_id}/idpprofiles/{idpprofile_id?}")]
pub async fn list_org_idp_profiles(
    org_id: OrgId,
    /// Only this intrusion detection profile, by id.
    #[brief = "Only this one"]
    idpprofile_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Networks, or one of them: subnet, VLAN, tenants, access to internet and VPN.
#[mist_tool(category = "orgs_wan", get = "/api/v1/orgs/{org_id}/networks/{network_id?}")]
pub async fn list_org_networks(
    org_id: OrgId,
    /// Only this network, by id.
    #[brief = "Only this one"]
    network_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// WLAN settings that access points are audited against. For what gateways let pass use `listOrgServicePolicies`.
#[mist_tool(category = "orgs_wan", get = "/api/v1/orgs/{org_id}/secpolicies/{secpolicy_id?}")]
pub async fn list_org_sec_policies(
    org_id: OrgId,
    /// Only this security policy, by id.
    #[brief = "Only this one"]
    secpolicy_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Application policies of gateways, or one of them: which tenants may reach which services, inspected how.
#[mist_tool(category = "orgs_wan", get = "/api/v1/orgs/{org_id}/servicepolicies/{servicepolicy_id?}")]
pub async fn list_org_service_policies(
    org_id: OrgId,
    /// Only this application policy, by id.
    #[brief = "Only this one"]
    servicepolicy_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Services that gateway policies name, or one of them: applications by address, port, URL or category.
#[mist_tool(category = "orgs_wan", get = "/api/v1/orgs/{org_id}/services/{service_id?}")]
pub async fn list_org_services(
    org_id: OrgId,
    /// Only this application, by id.
    #[brief = "Only this one"]
    service_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// VPN overlays between gateways, or one of them. For the state of their paths use `searchOrgPeerPathStats`.
#[mist_tool(category = "orgs_wan", get = "/api/v1/orgs/{org_id}/vpns/{vpn_id?}")]
pub async fn list_org_vpns(
    org_id: OrgId,
    /// Only this VPN, by id.
    #[brief = "Only this one"]
    vpn_id: Option<Id>,
    #[flatten] page: PageNumber,
);
