//! Managed service providers (MSP) and their organizations.

use mistmcp::{Choice, Fields, Id, Mac, MspId, NameFilter, OrgId, SearchPage, SortField, mist_tool};

use crate::shared::{Rows, TimeRange};

mistmcp::category! {
    /// A managed service provider (MSP): account, organizations, groups of them, devices by MAC.
    extended msps
}

/// The account of a managed service provider (MSP): name, tier, addresses.
#[mist_tool(category = "msps", get = "/api/v1/msps/{msp_id}")]
pub async fn get_msp_details(msp_id: MspId);

/// Organizations of an MSP, or one: name, groups, access of Mist's support. To filter them use `searchMspOrgs`.
#[mist_tool(category = "msps", get = "/api/v1/msps/{msp_id}/orgs/{org_id?}")]
pub async fn list_msp_orgs(
    msp_id: MspId,
    /// Only this organization, by id or name.
    #[brief = "Only this one"]
    org_id: Option<OrgId>,
    fields: Option<Fields>,
);

/// Organizations of an MSP by name, trial, use or missing subscriptions: sites, devices, subscriptions owned and needed.
#[mist_tool(category = "msps", get = "/api/v1/msps/{msp_id}/orgs/search")]
pub async fn search_msp_orgs(
    msp_id: MspId,
    /// Name of the organization.
    #[brief = "Name"]
    name: Option<NameFilter>,
    /// Only this organization, by id or name.
    #[brief = "Only this one"]
    org_id: Option<OrgId>,
    /// With `true`, only those that need more subscriptions than they own.
    #[brief = "true: too few subscriptions"]
    sub_insufficient: Option<bool>,
    /// With `true`, only those in a trial.
    #[brief = "true: in a trial"]
    trial_enabled: Option<bool>,
    /// Uses that the organization has turned on, such as `wifi` or `wired`.
    #[brief = "Uses: wifi, wired"]
    usage_types: Option<Vec<String>>,
    #[flatten] range: TimeRange,
    #[flatten] sort: SortField,
    #[flatten] page: SearchPage,
);

/// Finds organizations of an MSP by a part of their name: id and name alone.
#[mist_tool(category = "msps", get = "/api/v1/msps/{msp_id}/search")]
pub async fn search_msp_org_group(
    msp_id: MspId,
    r#type: SearchedType,
    /// Text to find.
    q: String,
    #[flatten] sort: SortField,
    #[flatten] rows: Rows,
);

/// Groups of organizations of an MSP, or one, with the organizations in each.
#[mist_tool(category = "msps", get = "/api/v1/msps/{msp_id}/orggroups/{orggroup_id?}")]
pub async fn list_msp_org_groups(
    msp_id: MspId,
    /// Only this group, by id.
    #[brief = "Only this one"]
    orggroup_id: Option<Id>,
    fields: Option<Fields>,
);

/// Which organization and site of an MSP a device belongs to: by its MAC address.
#[mist_tool(category = "msps", get = "/api/v1/msps/{msp_id}/inventory/{device_mac}")]
pub async fn get_msp_inventory_by_mac(msp_id: MspId, device_mac: Mac);

/// What is searched.
#[derive(Clone, Copy, Choice)]
pub enum SearchedType {
    /// Organizations
    Orgs,
}
