//! The WLANs of an organization, and what they use.

use mistmcp::{Fields, Id, OrgId, PageNumber, mist_tool};

use crate::shared::PreSharedKeyFilter;

mistmcp::category! {
    /// WLANs, WLAN and RF templates, PSKs, WxLAN rules and tags.
    orgs_wlans
}

/// The organization's PSKs (pre-shared keys): SSID, VLAN, role, expiry.
#[mist_tool(category = "orgs_wlans", get = "/api/v1/orgs/{org_id}/psks/{psk_id?}")]
pub async fn list_org_psks(
    org_id: OrgId,
    /// Only this pre-shared key, by id.
    #[brief = "Only this one"]
    psk_id: Option<Id>,
    #[flatten] psk: PreSharedKeyFilter,
    #[flatten] page: PageNumber,
);

/// RF templates: channels, widths and power by band.
#[mist_tool(category = "orgs_wlans", get = "/api/v1/orgs/{org_id}/rftemplates/{rftemplate_id?}")]
pub async fn list_org_rf_templates(
    org_id: OrgId,
    /// Only this RF template, by id.
    #[brief = "Only this one"]
    rftemplate_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// WLAN templates: which sites and groups they apply to. Their WLANs: `listOrgWlans`.
#[mist_tool(category = "orgs_wlans", get = "/api/v1/orgs/{org_id}/templates/{template_id?}")]
pub async fn list_org_templates(
    org_id: OrgId,
    /// Only this WLAN template, by id.
    #[brief = "Only this one"]
    template_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// The WLANs that the organization defines, with all settings.
#[mist_tool(category = "orgs_wlans", get = "/api/v1/orgs/{org_id}/wlans")]
pub async fn list_org_wlans(org_id: OrgId, #[flatten] page: PageNumber);

/// One WLAN of the organization.
#[mist_tool(category = "orgs_wlans", name = "getOrgWLAN", get = "/api/v1/orgs/{org_id}/wlans/{wlan_id}")]
pub async fn get_org_wlan(
    org_id: OrgId,
    /// WLAN, by id.
    #[brief = "WLAN"]
    wlan_id: Id,
);

/// The organization's WxLAN rules: which tags may reach which.
#[mist_tool(category = "orgs_wlans", get = "/api/v1/orgs/{org_id}/wxrules/{wxrule_id?}")]
pub async fn list_org_wx_rules(
    org_id: OrgId,
    /// Only this WxLAN rule, by id.
    #[brief = "Only this one"]
    wxrule_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// The organization's WxLAN tags: clients, applications or addresses that rules name.
#[mist_tool(category = "orgs_wlans", get = "/api/v1/orgs/{org_id}/wxtags/{wxtag_id?}")]
pub async fn list_org_wx_tags(
    org_id: OrgId,
    /// Only this WxLAN tag, by id.
    #[brief = "Only this one"]
    wxtag_id: Option<Id>,
    #[flatten] page: PageNumber,
);

/// Applications that the organization's WxLAN tags can name.
#[mist_tool(category = "orgs_wlans", get = "/api/v1/orgs/{org_id}/wxtags/apps", answers = "list")]
pub async fn get_org_application_list(org_id: OrgId, fields: Option<Fields>);

/// Clients that a WxLAN tag matches now.
#[mist_tool(
    category = "orgs_wlans",
    name = "getOrgCurrentMatchingClientsOfAWxTag",
    get = "/api/v1/orgs/{org_id}/wxtags/{wxtag_id}/clients",
    answers = "list"
)]
pub async fn get_org_current_matching_clients_of_a_wx_tag(
    org_id: OrgId,
    /// WxLAN tag, by id.
    #[brief = "Tag"]
    wxtag_id: Id,
    fields: Option<Fields>,
);
